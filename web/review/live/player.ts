/* Plays a recording that still grows. At the live end it stays a few seconds behind the newest byte; any
 * earlier place is found by halving the file, for one that grows has no index.
 *
 * Bytes come by ranges, and only what is there is asked for: news of growth come from outside. One worker
 * does everything in turn, so no two appends ever meet. */
import { createStore, type Store } from "../../ui/store";
import { findCluster, findLastCluster, mimeOf, tickSeconds } from "./webm";

/* A media element with its source, or a test's. */
export interface Sink {
  supports(mime: string): boolean;
  /* Empty, and ready for another recording; its first bytes come next. */
  reset(mime: string): Promise<void>;
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /* Forgets what lies before `seconds`. */
  forget(seconds: number): Promise<void>;
  /* The span that can be played: around the current place, or else the last one. */
  buffered(): { from: number; to: number } | null;
  currentS(): number;
  seek(seconds: number): void;
  play(): void;
}

export interface Recording {
  id: string;
  startUs: number; // of the server's clock
  bytes: number;
}

export type LiveView =
  | { state: "waiting" } // nothing is there yet
  | { state: "unsupported" }
  | { state: "failed"; message: string }
  | { state: "playing"; live: boolean };

export interface LivePlayer {
  readonly view: Store<LiveView>;
  /* The newest recording of its kind, and how far it has grown. */
  grown(recording: Recording): void;
  goLive(): void;
  /* To a time of the server's clock; before the recording's beginning is its beginning. */
  seek(timeUs: number): void;
  /* The time of what is on the screen; null: nothing is. */
  timeUs(): number | null;
  /* Call it while it plays: reads on. */
  tick(): void;
  stop(): void;
}

export type Read = (stream: string, from: number, to: number) => Promise<Uint8Array<ArrayBuffer>>;

export const TARGET_S = 5; // behind the newest byte: one piece of four seconds, and a little
const FAR_S = 7; // further behind than that it jumps: a piece came late, or it began just before one
const KEEP_S = 60; // what was played stays that long
const AHEAD_S = 20; // of the past that is read ahead
const TAIL = 700 << 10; // bytes from the end in which a cluster surely begins
const STEP = 512 << 10; // read at a time
const HEAD = 64 << 10;
const NEAR = 128 << 10; // halving ends there

export function createLivePlayer(sink: Sink, read: Read): LivePlayer {
  const view = createStore<LiveView>({ state: "waiting" });
  let recording: Recording | null = null;
  let loaded: { id: string; head: Uint8Array<ArrayBuffer>; mime: string; tickS: number } | null = null;
  let next = 0; // the byte that is appended next
  let live = true;
  let wanted: number | null = null; // seconds, of a jump that is not done yet
  let restart = true;
  let running = false;
  let again = false;
  let stopped = false;

  /* ---- the worker ---- */

  async function loadHead(of: Recording): Promise<boolean> {
    if (loaded?.id === of.id) return true;
    const bytes = await read(of.id, 0, Math.min(HEAD, of.bytes));
    const first = findCluster(bytes);
    if (first === null) return false; // its head is not whole yet
    const head = bytes.slice(0, first.offset);
    loaded = { id: of.id, head, mime: mimeOf(head), tickS: tickSeconds(head) };
    restart = true;
    return true;
  }

  /* A cluster at `from` or soon behind it. */
  async function clusterFrom(of: Recording, from: number): Promise<{ offset: number; s: number } | null> {
    const tickS = loaded?.tickS ?? 0.001;
    for (let at = from; at < of.bytes; at += STEP - 64) {
      const bytes = await read(of.id, at, Math.min(at + STEP, of.bytes));
      const found = findCluster(bytes);
      if (found !== null) return { offset: at + found.offset, s: found.ticks * tickS };
    }
    return null;
  }

  async function lastCluster(of: Recording, first: number): Promise<number> {
    const from = Math.max(first, of.bytes - TAIL);
    const bytes = await read(of.id, from, of.bytes);
    /* Not the very last: there is to be something to play until the next piece comes. */
    const last = findLastCluster(bytes.subarray(0, Math.max(0, bytes.length - (TAIL >> 1))));
    const some = last ?? findCluster(bytes);
    return some === null ? first : from + some.offset;
  }

  /* The cluster in which `s` lies, by halving. */
  async function clusterOf(of: Recording, first: number, s: number): Promise<number> {
    let low = first;
    let high = of.bytes;
    while (high - low > NEAR) {
      const middle = low + Math.floor((high - low) / 2);
      const found = await clusterFrom(of, middle);
      if (found !== null && found.offset < high && found.s <= s) low = found.offset;
      else high = middle;
    }
    return low;
  }

  async function begin(of: Recording): Promise<void> {
    if (loaded === null) return;
    const first = loaded.head.length;
    restart = false;
    const from = wanted === null ? await lastCluster(of, first) : await clusterOf(of, first, wanted);
    await sink.reset(loaded.mime);
    await sink.append(loaded.head);
    next = from;
  }

  function isAhead(): boolean {
    if (live) return false;
    const span = sink.buffered();
    const at = wanted ?? sink.currentS();
    return span !== null && span.to - at >= AHEAD_S;
  }

  async function fill(of: Recording): Promise<void> {
    while (next < of.bytes && !restart && !stopped && !isAhead()) {
      const to = Math.min(next + STEP, of.bytes);
      await sink.append(await read(of.id, next, to));
      next = to;
      place();
    }
    const span = sink.buffered();
    if (span !== null && sink.currentS() - span.from > 2 * KEEP_S) await sink.forget(sink.currentS() - KEEP_S);
  }

  function place(): void {
    const span = sink.buffered();
    if (span === null) return;
    const at = sink.currentS();
    if (wanted !== null) {
      if (wanted > span.to) return; // more has to come first
      sink.seek(Math.max(wanted, span.from));
      wanted = null;
    } else if (live && (at < span.from || at > span.to + 0.5 || span.to - at > FAR_S))
      sink.seek(Math.max(span.from, span.to - TARGET_S));
    sink.play();
    view.set({ state: "playing", live });
  }

  async function work(): Promise<void> {
    again = true;
    if (running) return;
    running = true;
    while (again && !stopped) {
      again = false;
      const of = recording;
      if (of === null || of.bytes === 0) break;
      try {
        if (!(await loadHead(of)) || loaded === null) continue;
        if (!sink.supports(loaded.mime)) {
          view.set({ state: "unsupported" });
          continue;
        }
        if (restart) await begin(of);
        await fill(of);
        if (restart) again = true;
      } catch (thrown) {
        restart = true; // with the next news
        view.set({ state: "failed", message: thrown instanceof Error ? thrown.message : String(thrown) });
      }
    }
    running = false;
  }

  return {
    view,
    grown(now) {
      if (recording?.id === now.id && now.bytes <= recording.bytes) return;
      if (recording !== null && recording.id !== now.id) {
        restart = live = true;
        wanted = null;
      }
      recording = now;
      void work();
    },
    goLive() {
      live = true;
      wanted = null;
      restart = true;
      void work();
    },
    seek(timeUs) {
      if (recording === null) return;
      const s = Math.max(0, (timeUs - recording.startUs) / 1e6);
      const span = sink.buffered();
      live = false;
      if (span !== null && s >= span.from && s <= span.to && !restart) {
        wanted = null;
        sink.seek(s);
        sink.play();
        view.set({ state: "playing", live });
      } else {
        wanted = s;
        restart = true;
      }
      void work();
    },
    timeUs: () =>
      recording === null || sink.buffered() === null
        ? null
        : recording.startUs + Math.round(sink.currentS() * 1e6),
    tick() {
      if (!live) void work();
    },
    stop() {
      stopped = true;
    },
  };
}
