/* Keeps the camera recording while it is wanted: opens it, makes a stream of each run of the recorder,
 * and begins again by itself when the camera comes back or the recorder fails. */
import { createStore, type Store } from "../../ui/store";
import type { EventKind, RecordingSettings } from "../api";
import { closeCamera, openCamera, type CameraState, type MediaSource } from "./camera";
import type { Keeper } from "./keeper";
import type { Timers } from "../../ui/network";
import type { Recorder, RecorderEvents } from "./recorder";

export interface ControlOptions {
  keeper: Keeper;
  media: MediaSource;
  settings: RecordingSettings;
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
const RESTART_MS = 1000;
const NEW_STREAM_MS = 30_000; // at most one new stream in this time because the server refused one

export function createRecordingControl(options: ControlOptions): RecordingControl {
  const camera = createStore<CameraState>({ state: "off" });
  const recording = createStore(false);
  let wanted = false;
  let recorder: Recorder | null = null;
  let current: string | null = null;
  let wasLost = false;
  let opening: Promise<void> | null = null;
  let lastStuckMs = -Infinity;

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
    await endStream();
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
      const next = await openCamera(options.media, options.settings);
      if (next.state === "on") watchTracks(next.stream);
      camera.set(next);
      if (next.state === "on" && wanted) beginStream(next.stream);
    })().finally(() => (opening = null));
    await opening;
  }

  function beginStream(stream: MediaStream): void {
    if (recorder !== null) return;
    const name = options.newName();
    const { keeper } = options;
    let begun = false;
    try {
      recorder = options.start(stream, options.settings, {
        onStart(mime) {
          begun = true;
          current = name;
          keeper.begin(name, { kind: "camera", mime, startedUs: Math.round(options.nowUs()) });
          recording.set(true);
          if (wasLost) options.onEvent("camera-back");
          wasLost = false;
        },
        onPiece: (bytes) => keeper.piece(name, bytes),
        onEnd(problem) {
          if (begun) keeper.end(name);
          if (current === name) {
            current = null;
            recorder = null;
            recording.set(false);
          }
          if (problem !== null && wanted) void restartAfter(problem);
        },
      });
    } catch (thrown) {
      void restartAfter(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  async function restartAfter(problem: string): Promise<void> {
    options.onEvent("recorder-error", { message: problem.slice(0, 500) });
    recorder = null;
    await options.timers.sleep(RESTART_MS, new AbortController().signal);
    const now = camera.get();
    if (wanted && now.state === "on") beginStream(now.stream);
  }

  async function endStream(): Promise<void> {
    const ending = recorder;
    recorder = null;
    await ending?.stop();
  }

  options.onDeviceChange(() => {
    if (camera.get().state === "problem") void open();
  });

  /* The server will not take more of the stream that is being recorded: a new one may still be. */
  options.keeper.status.subscribe((status) => {
    const stream = status?.streams.find((entry) => entry.local === current);
    if (stream?.state !== "stuck" || !wanted) return;
    const nowMs = options.timers.monotonicMs();
    if (nowMs - lastStuckMs < NEW_STREAM_MS) return;
    lastStuckMs = nowMs;
    void endStream().then(() => {
      const now = camera.get();
      if (wanted && now.state === "on") beginStream(now.stream);
    });
  });

  return {
    camera,
    recording,
    openCamera: open,
    async start() {
      if (wanted) return;
      wanted = true;
      const now = camera.get();
      if (now.state === "on") beginStream(now.stream);
      else {
        await open();
        if (camera.get().state === "problem") {
          wasLost = true;
          options.onEvent("camera-lost", { track: "none at start" });
          void retryUntilBack();
        }
      }
    },
    flush: () => recorder?.flush(),
    async stop() {
      wanted = false;
      await endStream();
      const now = camera.get();
      camera.set({ state: "off" });
      if (now.state === "on") closeCamera(now.stream);
      recording.set(false);
    },
  };
}
