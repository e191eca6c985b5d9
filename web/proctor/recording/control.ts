/* Keeps the camera recording while it is wanted: opens it, and begins again by itself when it comes back. */
import { createStore, type Store } from "../../ui/store";
import type { EventKind, RecordingSettings } from "../api";
import { closeCamera, openCamera, type CameraState, type MediaSource } from "./camera";
import type { Keeper } from "./keeper";
import type { Timers } from "../../ui/network";
import type { Recorder, RecorderEvents } from "./recorder";
import { createRuns } from "./runs";

export interface ControlOptions {
  keeper: Keeper;
  media: MediaSource;
  settings: RecordingSettings;
  cameraId: () => string | null; // the one that the candidate has chosen; null: the browser's choice
  timers: Timers;
  nowUs: () => number; // the server's
  newName: () => string; // of a stream; later ones sort behind earlier ones
  start: (stream: MediaStream, settings: RecordingSettings, events: RecorderEvents) => Recorder;
  onDeviceChange: (listener: () => void) => void;
  onEvent: (kind: EventKind, detail?: Record<string, string | number | boolean>) => void;
}

export interface RecordingControl {
  readonly camera: Store<CameraState>;
  readonly recording: Store<boolean>;
  /* For the preview; asks for permission where needed. Does nothing while it is on. */
  openCamera(): Promise<void>;
  /* Records from now on, as soon and as long as there is a camera. */
  start(): Promise<void>;
  /* Keeps what was recorded so far now: the page may go away. */
  flush(): void;
  /* Ends the stream with its last piece and every track. */
  stop(): Promise<void>;
}

const RETRY_MS = 5000;

export function createRecordingControl(options: ControlOptions): RecordingControl {
  const camera = createStore<CameraState>({ state: "off" });
  let wanted = false;
  let wasLost = false;
  let opening: Promise<void> | null = null;
  const runs = createRuns({
    ...options,
    kind: "camera",
    start: (stream, events) => options.start(stream, options.settings, events),
    source() {
      const now = camera.get();
      return wanted && now.state === "on" ? now.stream : null;
    },
    onBegun() {
      if (wasLost) options.onEvent("camera-back");
      wasLost = false;
    },
    onProblem: (message) => options.onEvent("recorder-error", { message }),
  });

  function watchTracks(stream: MediaStream): void {
    for (const track of stream.getTracks())
      track.addEventListener("ended", () => {
        const now = camera.get();
        if (now.state === "on" && now.stream === stream) void lost(track.kind);
      });
  }

  async function lost(what: string): Promise<void> {
    const now = camera.get();
    if (now.state !== "on") return;
    camera.set({ state: "problem", problem: "lost", detail: what });
    await runs.end();
    closeCamera(now.stream);
    if (!wanted) return;
    wasLost = true;
    options.onEvent("camera-lost", { track: what });
    void retryUntilBack();
  }

  async function retryUntilBack(): Promise<void> {
    while (wanted && camera.get().state === "problem") {
      await options.timers.sleep(RETRY_MS, new AbortController().signal);
      if (wanted && camera.get().state === "problem") await open();
    }
  }

  async function open(): Promise<void> {
    if (camera.get().state === "on") return;
    opening ??= (async () => {
      /* While a lost camera is tried again the explanation stays where it is. */
      if (camera.get().state !== "problem") camera.set({ state: "asking" });
      const next = await openCamera(options.media, options.settings, options.cameraId());
      if (next.state === "on") watchTracks(next.stream);
      camera.set(next);
      if (next.state === "on" && wanted) runs.begin(next.stream);
    })().finally(() => (opening = null));
    await opening;
  }

  options.onDeviceChange(() => {
    if (camera.get().state === "problem") void open();
  });

  return {
    camera,
    recording: runs.recording,
    openCamera: open,
    async start() {
      if (wanted) return;
      wanted = true;
      const now = camera.get();
      if (now.state === "on") runs.begin(now.stream);
      else {
        await open();
        if (camera.get().state === "problem") {
          wasLost = true;
          options.onEvent("camera-lost", { track: "none at start" });
          void retryUntilBack();
        }
      }
    },
    flush: runs.flush,
    async stop() {
      wanted = false;
      await runs.end();
      const now = camera.get();
      camera.set({ state: "off" });
      if (now.state === "on") closeCamera(now.stream);
    },
  };
}
