/* Loads something and loads it again while it still changes. What was last known stays when the server
 * is away for a while; only a refusal (signed out, not there) replaces it. */
import { asApiError, type ApiError } from "../ui/api";
import { createStore, type Loading, type Store } from "../ui/store";

export interface Timer {
  after(ms: number, run: () => void): () => void; /* the answer cancels */
}

export const browserTimer: Timer = {
  after(ms, run) {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
};

export interface Refresher<T> {
  readonly state: Store<Loading<T, ApiError>>;
  readonly stale: Store<boolean>; /* the last refresh failed: what is shown may be old */
  again(): void;
  stop(): void;
}

const EVERY_MS = 3000;

export function createRefresher<T>(
  load: () => Promise<T>,
  changes: (value: T) => boolean,
  timer: Timer = browserTimer,
): Refresher<T> {
  const state = createStore<Loading<T, ApiError>>({ state: "loading" });
  const stale = createStore(false);
  let cancel: (() => void) | null = null;
  let stopped = false;
  let running = false;

  async function run(): Promise<void> {
    if (running || stopped) return;
    running = true;
    let next = false;
    try {
      const value = await load();
      if (!stopped) {
        state.set({ state: "ready", value });
        stale.set(false);
        next = changes(value);
      }
    } catch (thrown) {
      const error = asApiError(thrown);
      const known = state.get().state === "ready";
      next = error.isTemporary;
      if (known && error.isTemporary) stale.set(true);
      else state.set({ state: "failed", error });
    } finally {
      running = false;
    }
    if (next && !stopped) cancel = timer.after(EVERY_MS, () => void run());
  }
  void run();
  return {
    state,
    stale,
    again() {
      cancel?.();
      void run();
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
