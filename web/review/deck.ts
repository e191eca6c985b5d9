/* All pictures of a session under one clock. The clock is the session's time: it runs by the
 * computer's, times the speed, and stands while a picture that ought to show something is not ready;
 * a picture that takes too long is left behind and catches up. Sound comes from one picture. */
import { createStore, type Store } from "../ui/store";
import { createFollower, type Follower } from "./follower";
import type { MediaPort } from "./media_port";
import { nextStartUs, placeAt, type Picture } from "./segments";

export const RATES = [0.5, 1, 1.5, 2, 4, 8] as const;
/* Browsers give no sound beyond this. */
export const SOUND_RATE_MAX = 4;

export interface DeckState {
  readonly timeUs: number;
  readonly playing: boolean;
  readonly waiting: boolean; /* the clock stands for a picture */
  readonly rate: number;
  readonly sound: string | null; /* of which picture; null: of none */
  readonly skippedS: number; /* so long nothing at all was recorded, and it was passed over */
}

export interface DeckView {
  readonly picture: Picture;
  readonly follower: Follower;
}

export interface Deck {
  readonly state: Store<DeckState>;
  readonly views: Store<readonly DeckView[]>;
  setPictures(pictures: readonly Picture[], fromUs: number, toUs: number): void;
  seek(timeUs: number): void;
  step(seconds: number): void;
  /* By one picture of this recording, else of the first that shows one. */
  frame(direction: 1 | -1, pictureId: string | null): void;
  toggle(): void;
  setRate(rate: number): void;
  faster(direction: 1 | -1): void;
  setSound(pictureId: string | null): void;
  close(): void;
}

export interface DeckHouse {
  nowMs(): number; /* monotonic */
  every(ms: number, run: () => void): () => void; /* the answer ends it */
  portOf(pictureId: string): MediaPort;
  urlOf(streamId: string): string;
}

const TICK_MS = 50;
const TELL_MS = 5000; /* what was passed over is told for so long */
const WAIT_MAX_MS = 3000; /* then the others go on without it */

export function createDeck(house: DeckHouse, startUs: number): Deck {
  const state = createStore<DeckState>({
    timeUs: startUs,
    playing: false,
    waiting: false,
    rate: 1,
    sound: null,
    skippedS: 0,
  });
  const views = createStore<readonly DeckView[]>([]);
  let range = { fromUs: startUs, toUs: startUs };
  let lastMs = house.nowMs();
  let waitingMs = 0; /* so long the clock has stood */
  let toldMs = 0; /* when something was passed over */
  let chosen = false; /* somebody said where the sound comes from */

  const change = (part: Partial<DeckState>) => state.update((now) => ({ ...now, ...part }));
  const clamp = (us: number) => Math.min(Math.max(us, range.fromUs), range.toUs);

  function aimAll(): void {
    const { timeUs, playing, rate, waiting } = state.get();
    for (const { follower } of views.get())
      follower.aim({ timeUs, playing: playing && !waiting, rate, nowMs: house.nowMs() });
  }

  function tellSound(): void {
    const { sound, rate } = state.get();
    for (const { picture, follower } of views.get())
      follower.setMuted(picture.id !== sound || rate > SOUND_RATE_MAX);
  }

  /* Where nothing at all was recorded there is nothing to wait for. */
  function pastNothing(timeUs: number): { timeUs: number; skippedS: number } | null {
    const pictures = views.get().map((v) => v.picture);
    if (pictures.some((p) => placeAt(p.segments, timeUs))) return null;
    const next = nextStartUs(pictures, timeUs);
    return next === null ? null : { timeUs: next, skippedS: (next - timeUs) / 1e6 };
  }

  function advance(passedMs: number): void {
    const now = state.get();
    const timeUs = now.timeUs + passedMs * 1000 * now.rate;
    if (timeUs >= range.toUs) {
      change({ timeUs: range.toUs, playing: false, waiting: false });
      return;
    }
    const past = pastNothing(timeUs);
    if (past) toldMs = house.nowMs();
    const old = house.nowMs() - toldMs > TELL_MS;
    change({ timeUs, waiting: false, ...(old ? { skippedS: 0 } : {}), ...past });
  }

  function tick(): void {
    const nowMs = house.nowMs();
    /* A tab in the background is woken seldom: its time is not made up for. */
    const passedMs = Math.min(nowMs - lastMs, 500);
    lastMs = nowMs;
    if (state.get().playing) {
      const busy = views.get().some(({ follower }) => follower.busy());
      waitingMs = busy ? waitingMs + passedMs : Math.max(0, waitingMs - passedMs);
      if (busy && waitingMs < WAIT_MAX_MS) change({ waiting: true });
      else advance(passedMs);
    } else {
      waitingMs = 0;
      if (state.get().waiting) change({ waiting: false });
    }
    aimAll();
  }
  const stop = house.every(TICK_MS, tick);

  function go(timeUs: number): void {
    waitingMs = 0;
    change({ timeUs: clamp(timeUs), skippedS: 0 });
    for (const { follower } of views.get()) follower.retry();
    aimAll();
  }

  function setRate(rate: number): void {
    change({ rate });
    tellSound();
    aimAll();
  }

  return {
    state,
    views,
    setPictures(pictures, fromUs, toUs) {
      range = { fromUs, toUs };
      const before = views.get();
      const next = pictures.map((picture) => {
        const old = before.find((v) => v.picture.id === picture.id);
        const follower = old?.follower ?? createFollower(house.portOf(picture.id), house.urlOf);
        follower.setSegments(picture.segments);
        return { picture, follower };
      });
      for (const old of before)
        if (!next.some((v) => v.picture.id === old.picture.id)) old.follower.close();
      views.set(next);
      if (!chosen) change({ sound: pictures.find((p) => p.kind === "camera")?.id ?? null });
      tellSound();
      aimAll();
    },
    seek: go,
    step: (seconds) => go(state.get().timeUs + Math.round(seconds * 1e6)),
    frame(direction, pictureId) {
      const shown = views.get().filter((v) => v.follower.state.get().showing === "picture");
      const view = shown.find((v) => v.picture.id === pictureId) ?? shown[0];
      change({ playing: false, waiting: false });
      go(state.get().timeUs + Math.round((direction * (view?.follower.frameS() ?? 0.04)) * 1e6));
    },
    toggle() {
      const { playing, timeUs } = state.get();
      if (!playing && timeUs >= range.toUs) change({ timeUs: range.fromUs });
      change({ playing: !playing, waiting: false, skippedS: 0 });
      waitingMs = 0;
      aimAll();
    },
    setRate,
    faster(direction) {
      const at = RATES.findIndex((rate) => rate === state.get().rate);
      const next = RATES[at + direction];
      if (at >= 0 && next !== undefined) setRate(next);
    },
    setSound(pictureId) {
      chosen = true;
      change({ sound: pictureId });
      tellSound();
    },
    close() {
      stop();
      for (const { follower } of views.get()) follower.close();
    },
  };
}

