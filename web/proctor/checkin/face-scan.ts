/* One face scan: a frame about three times a second, and what the server says of it. The server decides
 * everything (what to ask for, whether it was done); this sends looks and shows its words. */
import { asApiError } from "../../ui/api";
import { createStore, type Store } from "../../ui/store";
import type { Timers } from "../../ui/network";
import type { CheckinApi, FaceGuidance, FaceScan, Prompt } from "./api";
import { createSteady } from "./steady";

export type FaceScanView =
  | { state: "idle" }
  | { state: "starting" }
  | {
      state: "scanning";
      scan: FaceScan;
      prompt: Prompt | null;
      guidance: FaceGuidance | null;
      cut: boolean; // the server does not answer just now
    }
  | { state: "ready"; scan: FaceScan }
  | { state: "failed"; reason: string }
  | { state: "refused"; error: unknown }; // it was not begun: a virtual camera, too many scans, no server

export interface FaceScanControl {
  readonly view: Store<FaceScanView>;
  scan(cameraLabel: string): Promise<void>;
  stop(): void;
}

const EVERY_MS = 333;
const BUSY_MS = 1000;

export function createFaceScan(options: {
  api: Pick<CheckinApi, "beginFaceScan" | "faceFrame">;
  /* null: the camera gives no picture at the moment. */
  capture: () => Promise<Blob | null>;
  timers: Timers;
}): FaceScanControl {
  const { api, timers } = options;
  const view = createStore<FaceScanView>({ state: "idle" });
  let running: AbortController | null = null;

  async function run(first: FaceScan, signal: AbortSignal): Promise<void> {
    const prompts = createSteady<Prompt | null>(first.prompt);
    const guidances = createSteady<FaceGuidance | null>(first.guidance);
    let scan = first;
    let cut = false;
    while (!signal.aborted) {
      switch (scan.state) {
        case "failed":
          return view.set({ state: "failed", reason: scan.reason ?? "" });
        case "ready":
        case "confirmed":
          return view.set({ state: "ready", scan });
        case "scanning":
          break;
      }
      const nowMs = timers.monotonicMs();
      /* A new prompt at once: its time limit runs. */
      const prompt = prompts.see(scan.prompt, nowMs, true);
      view.set({
        state: "scanning",
        scan,
        prompt,
        guidance: guidances.see(scan.guidance, nowMs),
        cut,
      });
      const beganMs = nowMs;
      let pauseMs = EVERY_MS;
      try {
        const picture = await options.capture();
        const capturedMs = timers.monotonicMs();
        if (picture !== null && !signal.aborted) {
          scan = await api.faceFrame(scan.id, picture, capturedMs, signal);
          cut = false;
        }
      } catch (thrown) {
        if (signal.aborted) return;
        const error = asApiError(thrown);
        if (error.status === 423 || error.status === 429)
          pauseMs = Math.max(BUSY_MS, error.retryAfterS * 1000);
        else if (error.isTemporary || error.status === 401) {
          cut = error.isOffline;
          pauseMs = BUSY_MS;
        } else return view.set({ state: "failed", reason: error.message });
      }
      await timers.sleep(Math.max(0, beganMs + pauseMs - timers.monotonicMs()), signal);
    }
  }

  return {
    view,
    async scan(cameraLabel) {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      view.set({ state: "starting" });
      try {
        const first = await api.beginFaceScan(cameraLabel);
        if (!mine.signal.aborted) await run(first, mine.signal);
      } catch (thrown) {
        if (!mine.signal.aborted) view.set({ state: "refused", error: thrown });
      }
    },
    stop() {
      running?.abort();
      running = null;
      view.set({ state: "idle" });
    },
  };
}
