/* One ID scan: small pictures are sent for guidance until the card is held well, then the sharpest of
 * several large ones is read by the server. */
import { asApiError } from "../../ui/api";
import { createStore, type Store } from "../../ui/store";
import type { Timers } from "../../ui/network";
import type { CheckinApi, IdGuidance, IdScan } from "./api";
import { createSteady } from "./steady";

export type IdScanView =
  | { state: "idle" }
  | { state: "guiding"; guidance: IdGuidance | null; cut: boolean }
  | { state: "taking" }
  | { state: "reading" }
  | { state: "read"; scan: IdScan }
  | { state: "refused"; error: unknown };

export interface IdScanControl {
  readonly view: Store<IdScanView>;
  /* How many pictures the server has rejected. */
  readonly rejected: Store<number>;
  scan(): Promise<void>;
  /* The picture now, whatever the guidance says. */
  take(): void;
  stop(): void;
}

const EVERY_MS = 600;
const BUSY_MS = 1500;
const STEADY_LOOKS = 2; // in a row that say "hold": over a second without a blur
/* After that many the candidate may ask a person to look. */
export const REJECTED_MAX = 3;

export function createIdScan(options: {
  api: Pick<CheckinApi, "idGuidance" | "idScan">;
  capture: () => Promise<Blob | null>; // small
  takePicture: () => Promise<Blob | null>; // large, the sharpest of several
  timers: Timers;
  rejected?: number; // before this page was loaded
}): IdScanControl {
  const { api, timers } = options;
  const view = createStore<IdScanView>({ state: "idle" });
  const rejected = createStore(options.rejected ?? 0);
  let running: AbortController | null = null;
  let now: AbortController | null = null; // aborted by take()

  /* Until the card is held well, or take(). */
  async function guide(signal: AbortSignal, taken: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, taken]);
    const steady = createSteady<IdGuidance | null>(null);
    let good = 0;
    let cut = false;
    let guidance: IdGuidance | null = null;
    while (!either.aborted && good < STEADY_LOOKS) {
      view.set({ state: "guiding", guidance, cut });
      const beganMs = timers.monotonicMs();
      let pauseMs = EVERY_MS;
      try {
        const picture = await options.capture();
        if (picture !== null && !either.aborted) {
          const seen = await api.idGuidance(picture, either);
          guidance = steady.see(seen, timers.monotonicMs());
          good = seen === "hold" || seen === "ok" ? good + 1 : 0;
          cut = false;
        }
      } catch (thrown) {
        if (either.aborted) return;
        const error = asApiError(thrown);
        const busy = error.status === 423 || error.status === 429;
        if (!busy && !error.isTemporary && error.status !== 401) throw thrown;
        cut = error.isOffline;
        pauseMs = Math.max(BUSY_MS, error.retryAfterS * 1000);
      }
      if (good < STEADY_LOOKS)
        await timers.sleep(Math.max(0, beganMs + pauseMs - timers.monotonicMs()), either);
    }
  }

  return {
    view,
    rejected,
    async scan() {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      now = new AbortController();
      const { signal } = mine;
      try {
        await guide(signal, now.signal);
        if (signal.aborted) return;
        view.set({ state: "taking" });
        const picture = await options.takePicture();
        if (signal.aborted) return;
        if (picture === null) throw new Error("The camera gave no picture.");
        view.set({ state: "reading" });
        const scan = await api.idScan(picture);
        if (signal.aborted) return;
        if (scan.state === "rejected") rejected.update((n) => n + 1);
        view.set({ state: "read", scan });
      } catch (thrown) {
        if (!signal.aborted) view.set({ state: "refused", error: thrown });
      }
    },
    take: () => now?.abort(),
    stop() {
      running?.abort();
      running = null;
      view.set({ state: "idle" });
    },
  };
}
