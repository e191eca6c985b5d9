/* The shared screen: asked for by a button (a browser shares nothing without one), the whole monitor or
 * nothing, and recorded beside the camera. When the share ends it is told and asked for again; the camera
 * goes on meanwhile. */
import { createStore, type Store } from "../../ui/store";
import type { EventKind } from "../api";
import type { Surface } from "../checkin/api";
import type { Keeper } from "./keeper";
import type { Timers } from "../../ui/network";
import type { Recorder, RecorderEvents, RecordingRates } from "./recorder";
import { createRuns } from "./runs";

export type ScreenProblem =
  | "denied" // the picker was closed, or the browser's settings said no
  | "system" // the operating system did not let the browser see the screen
  | "unsupported"
  | "window" // something smaller than the monitor was chosen
  | "tab"
  | "ended" // the share was ended
  | "other";

export type ScreenState =
  | { state: "off" }
  | { state: "asking" }
  | { state: "on"; stream: MediaStream; label: string }
  | { state: "problem"; problem: ScreenProblem; detail: string };

/* Text must stay readable and little else matters: few frames, little width. 400 kbit/s held the letters
 * of a page at 1280 pixels in VP9 (docs/policy.md reads them from 9 pixels on). */
export const SCREEN_RATES: RecordingRates = { videoBps: 400_000, audioBps: 0 };
const SCREEN_FRAMES_PER_S = 5;
const SCREEN_WIDTH = 1280;
const SCREEN_HEIGHT = 1024;

/* TypeScript's library has not all of them yet. */
interface ScreenOptions extends DisplayMediaStreamOptions {
  monitorTypeSurfaces: "include";
  surfaceSwitching: "exclude";
  selfBrowserSurface: "exclude";
}

export interface ScreenSource {
  readonly available: boolean;
  open(options: DisplayMediaStreamOptions): Promise<MediaStream>;
}

export const browserScreen: ScreenSource = {
  get available() {
    return typeof navigator.mediaDevices?.getDisplayMedia === "function";
  },
  open: (options) => navigator.mediaDevices.getDisplayMedia(options),
};

export function screenOptions(): ScreenOptions {
  return {
    video: {
      displaySurface: "monitor",
      frameRate: { ideal: SCREEN_FRAMES_PER_S, max: SCREEN_FRAMES_PER_S },
      width: { max: SCREEN_WIDTH },
      height: { max: SCREEN_HEIGHT },
    },
    audio: false,
    monitorTypeSurfaces: "include",
    surfaceSwitching: "exclude",
    selfBrowserSurface: "exclude",
  };
}

export function screenProblemOf(name: string, message: string): ScreenProblem {
  switch (name) {
    case "NotAllowedError":
      return /system/i.test(message) ? "system" : "denied"; // Chromium: "Permission denied by system"
    case "NotFoundError":
    case "NotReadableError":
    case "AbortError":
      return "system";
    default:
      return "other";
  }
}

/* What was chosen. A browser that does not say (Firefox) cannot promise a whole monitor. */
export function surfaceOf(settings: MediaTrackSettings): Surface {
  const surface = settings.displaySurface;
  return surface === "monitor" || surface === "browser" ? surface : "window";
}

export interface ScreenControlOptions {
  keeper: Keeper;
  source: ScreenSource;
  timers: Timers;
  nowUs: () => number;
  newName: () => string;
  start: (stream: MediaStream, rates: RecordingRates, events: RecorderEvents) => Recorder;
  onEvent: (kind: EventKind, detail?: Record<string, string | number | boolean>) => void;
  /* Each choice, also one that is refused: the server keeps it. Rejects when the server says no. */
  onChosen: (surface: Surface, label: string) => Promise<void>;
}

export interface ScreenControl {
  readonly screen: Store<ScreenState>;
  readonly recording: Store<boolean>;
  /* Call it from a click. */
  share(): Promise<void>;
  /* Records from now on, as soon and as long as there is a share. */
  start(): void;
  flush(): void;
  stop(): Promise<void>;
}

function endTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

export function createScreenControl(options: ScreenControlOptions): ScreenControl {
  const screen = createStore<ScreenState>({ state: "off" });
  let wanted = false;
  let wasLost = false;
  const runs = createRuns({
    ...options,
    kind: "screen",
    start: (stream, events) => options.start(stream, SCREEN_RATES, events),
    source() {
      const now = screen.get();
      return wanted && now.state === "on" ? now.stream : null;
    },
    onBegun() {
      if (wasLost) options.onEvent("screen-back");
      wasLost = false;
    },
    onProblem: (message) => options.onEvent("recorder-error", { message, stream: "screen" }),
  });

  function problem(which: ScreenProblem, detail = ""): void {
    screen.set({ state: "problem", problem: which, detail });
  }

  async function ended(stream: MediaStream): Promise<void> {
    const now = screen.get();
    if (now.state !== "on" || now.stream !== stream) return;
    problem("ended");
    await runs.end();
    if (wanted) tellLost("ended");
  }

  function tellLost(why: string): void {
    if (!wasLost) options.onEvent("screen-lost", { why });
    wasLost = true;
  }

  return {
    screen,
    recording: runs.recording,
    async share() {
      const now = screen.get();
      if (now.state === "on" || now.state === "asking") return;
      if (!options.source.available) return problem("unsupported");
      screen.set({ state: "asking" });
      let stream: MediaStream;
      try {
        stream = await options.source.open(screenOptions());
      } catch (thrown) {
        const error = thrown instanceof Error ? thrown : new Error(String(thrown));
        return problem(screenProblemOf(error.name, error.message), error.message);
      }
      const track = stream.getVideoTracks()[0];
      const surface = surfaceOf(track?.getSettings() ?? {});
      try {
        await options.onChosen(surface, (track?.label ?? "").slice(0, 200));
      } catch (thrown) {
        if (surface === "monitor") {
          endTracks(stream);
          return problem("other", thrown instanceof Error ? thrown.message : String(thrown));
        }
      }
      if (track === undefined || surface !== "monitor") {
        endTracks(stream);
        return problem(surface === "browser" ? "tab" : "window");
      }
      track.contentHint = "detail"; // letters before movement
      track.addEventListener("ended", () => void ended(stream));
      screen.set({ state: "on", stream, label: track.label });
      if (wanted) runs.begin(stream);
    },
    start() {
      if (wanted) return;
      wanted = true;
      const now = screen.get();
      if (now.state === "on") runs.begin(now.stream);
      else tellLost("none at start"); // after a reload: only a click can bring it back
    },
    flush: runs.flush,
    async stop() {
      wanted = false;
      await runs.end();
      const now = screen.get();
      screen.set({ state: "off" });
      if (now.state === "on") endTracks(now.stream);
    },
  };
}
