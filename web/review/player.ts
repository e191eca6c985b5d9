/* The player: several recordings shown as one, addressed by the session's time. It owns what is loaded
 * and where; the <video> element comes in as a port, so that all of this is tested without a browser.
 *
 * A recording that still grows has neither length nor index, so jumping into it may not work: then the
 * player says so and stays where it is, it never pretends. */
import { createStore, type Store } from "../ui/store";
import {
  inGap,
  placeAt,
  placeOf,
  segmentAfter,
  sessionTimeUs,
  type Place,
  type Segment,
} from "./segments";

export type MediaEvent =
  | { kind: "loaded" } /* length and place are known; jumping may begin */
  | { kind: "time" }
  | { kind: "playing" }
  | { kind: "paused" }
  | { kind: "waiting" }
  | { kind: "ended" }
  | { kind: "failed"; message: string };

/* What the player needs of a media element. */
export interface MediaPort {
  load(url: string): void;
  unload(): void;
  play(): void;
  pause(): void;
  seek(seconds: number): void;
  currentS(): number;
  reachS(): number; /* how far a jump can go; Infinity when anywhere */
  setRate(rate: number): void;
  setMuted(muted: boolean): void;
  listen(listener: (event: MediaEvent) => void): () => void;
}

export type PlayerNote = "none" | "gap" | "not-seekable" | "growing-end" | "cannot-play";

export interface PlayerState {
  readonly timeUs: number;
  readonly playing: boolean;
  readonly waiting: boolean;
  readonly streamId: string | null;
  readonly note: PlayerNote;
  readonly rate: number;
  readonly muted: boolean;
}

export interface Player {
  readonly state: Store<PlayerState>;
  setSegments(segments: readonly Segment[]): void;
  /* Jumps to a time of the session; `streamId` when it must be that recording. */
  seek(timeUs: number, streamId?: string): void;
  step(seconds: number): void;
  toggle(): void;
  setRate(rate: number): void;
  setMuted(muted: boolean): void;
  reload(): void; /* loads the same recording again, with what has arrived since */
  close(): void;
}

export function createPlayer(
  media: MediaPort,
  urlOf: (streamId: string) => string,
  startUs: number,
): Player {
  const state = createStore<PlayerState>({
    timeUs: startUs,
    playing: false,
    waiting: false,
    streamId: null,
    note: "none",
    rate: 1,
    muted: false,
  });
  let segments: readonly Segment[] = [];
  let loaded: Segment | null = null;
  let ready = false; /* the loaded recording answers to seek() */
  let wantedS: number | null = null; /* where to go once it is ready */
  let wantPlay = false;

  const change = (part: Partial<PlayerState>) => state.update((now) => ({ ...now, ...part }));

  function load(segment: Segment, mediaS: number): void {
    loaded = segment;
    ready = false;
    wantedS = mediaS;
    change({ streamId: segment.stream.id, waiting: true });
    media.load(urlOf(segment.stream.id));
    media.setRate(state.get().rate);
    media.setMuted(state.get().muted);
  }

  function arrive(): void {
    if (!loaded || wantedS === null) return;
    const target = wantedS;
    wantedS = null;
    if (target > 0.05 && !loaded.stream.seekable && target > media.reachS()) {
      /* The picture stays where it is, and so does the time that is shown. */
      change({ note: "not-seekable", timeUs: sessionTimeUs(loaded, media.currentS()) });
    } else if (Math.abs(media.currentS() - target) > 0.01) media.seek(target);
    if (wantPlay) media.play();
  }

  function go(place: Place, note: PlayerNote): void {
    const broken = state.get().note === "cannot-play";
    change({ timeUs: sessionTimeUs(place.segment, place.mediaS), note });
    /* What was loaded while it grew has no index; once there is one, it is worth loading again. */
    const stale =
      loaded?.stream.id === place.segment.stream.id &&
      !loaded.stream.seekable &&
      place.segment.stream.seekable;
    if (loaded?.stream.id !== place.segment.stream.id || stale || broken) {
      load(place.segment, place.mediaS);
      return;
    }
    loaded = place.segment;
    wantedS = place.mediaS;
    if (ready) arrive();
  }

  const forget = media.listen((event) => {
    switch (event.kind) {
      case "loaded":
        ready = true;
        change({ waiting: false });
        arrive();
        return;
      case "time": {
        if (!loaded || !ready || wantedS !== null) return;
        const timeUs = sessionTimeUs(loaded, media.currentS());
        /* A note about a jump is outdated once the picture moves on. */
        const { note, playing } = state.get();
        change({ timeUs, waiting: false, note: playing && note === "gap" ? "none" : note });
        return;
      }
      case "playing":
        change({ playing: true, waiting: false });
        return;
      case "paused":
        change({ playing: false });
        return;
      case "waiting":
        change({ waiting: true });
        return;
      case "ended": {
        if (!loaded) return;
        const next = segmentAfter(segments, loaded.stream.id);
        if (next) {
          go({ segment: next, mediaS: 0 }, "none");
          return;
        }
        wantPlay = false;
        const growing = !loaded.stream.seekable;
        change({ playing: false, waiting: false, note: growing ? "growing-end" : "none" });
        return;
      }
      case "failed":
        wantPlay = false;
        ready = false;
        change({ playing: false, waiting: false, note: "cannot-play" });
        return;
    }
  });

  function seek(timeUs: number, streamId?: string): void {
    const place =
      streamId === undefined ? placeAt(segments, timeUs) : placeOf(segments, streamId, timeUs);
    if (place) go(place, streamId === undefined && inGap(segments, timeUs) ? "gap" : "none");
    else change({ timeUs });
  }

  return {
    state,
    setSegments(next) {
      segments = next;
      if (!loaded) {
        const first = next[0];
        if (first) go({ segment: first, mediaS: 0 }, "none");
        return;
      }
      /* A refresh only tells more about what is loaded; the picture is not disturbed. Whether it has
       * an index stays as it was when it was loaded. */
      const id = loaded.stream.id;
      if (!next.some((s) => s.stream.id === id)) {
        loaded = null; /* the other kind of recording was chosen */
        seek(state.get().timeUs);
      }
    },
    seek,
    step: (seconds) => seek(state.get().timeUs + Math.round(seconds * 1e6)),
    toggle() {
      if (state.get().playing || (wantPlay && !ready)) {
        wantPlay = false;
        media.pause();
        return;
      }
      wantPlay = true;
      if (!loaded) seek(state.get().timeUs);
      else if (ready) media.play();
      else if (state.get().note === "cannot-play") seek(state.get().timeUs);
    },
    setRate(rate) {
      change({ rate });
      media.setRate(rate);
    },
    setMuted(muted) {
      change({ muted });
      media.setMuted(muted);
    },
    reload() {
      if (!loaded) return;
      const id = loaded.stream.id;
      const segment = segments.find((s) => s.stream.id === id) ?? loaded;
      const mediaS = (state.get().timeUs - segment.fromUs) / 1e6;
      change({ note: "none" });
      load(segment, Math.max(0, mediaS));
    },
    close() {
      forget();
      media.unload();
    },
  };
}
