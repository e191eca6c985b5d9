/* One picture that follows the clock of the session: which recording is loaded, and where. A picture
 * that is a little off is led back by its speed, one that is far off jumps. A computer that cannot
 * decode at that speed gets single pictures, and the page says so. Pure but for the port. */
import { createStore, type Store } from "../ui/store";
import type { MediaPort } from "./media_port";
import { placeAt, type Place, type Segment } from "./segments";

export type Showing =
  | "nothing" /* nothing was recorded at this time */
  | "loading"
  | "picture"
  | "not-yet" /* it still grows and has no index: this place cannot be jumped to */
  | "failed"
  | "deleted";

export interface FollowerState {
  readonly showing: Showing;
  readonly stills: boolean; /* single pictures, as the computer is too slow for this speed */
  readonly streamId: string | null;
}

/* The clock as it is now. */
export interface Aim {
  readonly timeUs: number;
  readonly playing: boolean;
  readonly rate: number;
  readonly nowMs: number; /* monotonic */
}

export interface Follower {
  readonly state: Store<FollowerState>;
  setSegments(segments: readonly Segment[]): void;
  setMuted(muted: boolean): void;
  aim(aim: Aim): void;
  busy(): boolean; /* it has a picture of this time and does not show it yet */
  frameS(): number;
  reload(): void;
  retry(): void; /* a jump: what could not be played is tried again */
  close(): void;
}

/* 80 ms is where lips and voice, or a hand and what it types, are seen to part. */
export const DRIFT_S = 0.08;
const CALM_S = 0.03;
const JUMP_S = 0.6; /* of the recording, at the usual speed: by speed alone it would take too long */
const STILL_EACH_MS = 400;
/* So many jumps in so long, while playing: this computer does not keep up. */
const TIRED_JUMPS = 3;
const TIRED_MS = 5000;

/* How fast to play to be back within about a second; never audibly odd. */
export function correctedRate(rate: number, driftS: number): number {
  return rate * (1 - Math.max(-0.15, Math.min(0.15, driftS * 0.6)));
}

export function createFollower(media: MediaPort, urlOf: (streamId: string) => string): Follower {
  const state = createStore<FollowerState>({ showing: "nothing", stills: false, streamId: null });
  let segments: readonly Segment[] = [];
  let loaded: Segment | null = null;
  let ready = false; /* the loaded recording answers to seek() */
  let seekingS: number | null = null;
  let leading = false; /* its speed is not the clock's, to come back into step */
  let jumps: number[] = []; /* when it had to jump while it played */
  let tiredAt: number | null = null; /* the speed that was too much */
  let stillMs = 0;

  function show(showing: Showing): void {
    const streamId = showing === "nothing" ? null : (loaded?.stream.id ?? null);
    const stills = tiredAt !== null;
    const now = state.get();
    if (now.showing !== showing || now.stills !== stills || now.streamId !== streamId)
      state.set({ showing, stills, streamId });
  }

  function load(segment: Segment): void {
    loaded = segment;
    ready = false;
    seekingS = null;
    media.load(urlOf(segment.stream.id));
    show("loading");
  }

  function seek(toS: number): void {
    seekingS = toS;
    media.seek(toS);
  }

  const forget = media.listen((event) => {
    switch (event.kind) {
      case "loaded":
        ready = true;
        return;
      case "arrived":
        seekingS = null;
        return;
      case "stopped":
        return;
      case "failed":
        if (loaded === null) return;
        ready = false;
        show("failed");
        return;
    }
  });

  function rest(): void {
    if (!media.paused()) media.pause();
  }

  function stand(place: Place): void {
    rest();
    const offS = Math.abs(media.currentS() - place.mediaS);
    if (offS > 0.005 && seekingS !== place.mediaS) seek(place.mediaS);
  }

  function stills(place: Place, aim: Aim): void {
    rest();
    if (seekingS !== null || aim.nowMs - stillMs < STILL_EACH_MS) return;
    stillMs = aim.nowMs;
    seek(place.mediaS);
  }

  /* A jump lands where the clock will be by then, not where it was. */
  function jump(place: Place, aim: Aim): void {
    jumps = [...jumps.filter((ms) => aim.nowMs - ms < TIRED_MS), aim.nowMs];
    if (aim.rate > 1 && jumps.length >= TIRED_JUMPS) {
      tiredAt = aim.rate;
      jumps = [];
    }
    seek(Math.min(place.mediaS + 0.15 * aim.rate, (place.segment.toUs - place.segment.fromUs) / 1e6));
  }

  function run(place: Place, aim: Aim): void {
    if (seekingS !== null) return;
    const driftS = media.currentS() - place.mediaS;
    if (Math.abs(driftS) > JUMP_S * Math.max(1, aim.rate)) jump(place, aim);
    if (Math.abs(driftS) > DRIFT_S * Math.max(1, aim.rate)) leading = true;
    else if (Math.abs(driftS) < CALM_S * Math.max(1, aim.rate)) leading = false;
    media.setRate(leading ? correctedRate(aim.rate, driftS / Math.max(1, aim.rate)) : aim.rate);
    if (media.paused()) media.play();
  }

  function follow(place: Place, aim: Aim): void {
    if (place.mediaS > 0.05 && !place.segment.stream.seekable && place.mediaS > media.reachS() + 1) {
      rest();
      show("not-yet");
      return;
    }
    if (tiredAt !== null && aim.rate < tiredAt) tiredAt = null;
    if (!aim.playing) stand(place);
    else if (tiredAt !== null) stills(place, aim);
    else run(place, aim);
    show("picture");
  }

  return {
    state,
    setSegments(next) {
      segments = next;
      const known = loaded && next.find((s) => s.stream.id === loaded?.stream.id);
      /* What was loaded while it grew has no index; now there is one. */
      if (loaded && known?.stream.seekable && !loaded.stream.seekable) load(known);
      else if (known) loaded = known;
    },
    setMuted: (muted) => media.setMuted(muted),
    aim(aim) {
      const place = placeAt(segments, aim.timeUs);
      if (!place) {
        rest();
        show("nothing");
        return;
      }
      if (place.segment.stream.deletedUs !== null) {
        rest();
        show("deleted");
        return;
      }
      if (loaded?.stream.id !== place.segment.stream.id) load(place.segment);
      if (state.get().showing === "failed") return;
      if (ready) follow(place, aim);
      else show("loading");
    },
    busy() {
      const { showing } = state.get();
      if (showing === "loading") return true;
      return showing === "picture" && tiredAt === null && (seekingS !== null || !media.hasData());
    },
    frameS: () => media.frameS(),
    reload() {
      if (loaded) load(loaded);
    },
    retry() {
      if (loaded && state.get().showing === "failed") load(loaded);
    },
    close() {
      forget();
      media.unload();
    },
  };
}
