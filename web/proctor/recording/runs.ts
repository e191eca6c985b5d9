/* Records a source as streams: each run of a recorder is one. A run that fails, or whose stream the server
 * will not take any more of, is followed by another as long as the source is wanted. */
import { createStore, type Store } from "../../ui/store";
import type { Keeper } from "./keeper";
import type { Timers } from "../../ui/network";
import type { Recorder, RecorderEvents } from "./recorder";

export interface RunsOptions {
  kind: string; // of the streams, as the server knows it
  keeper: Keeper;
  timers: Timers;
  nowUs: () => number; // the server's
  newName: () => string; // of a stream; later ones sort behind earlier ones
  start: (stream: MediaStream, events: RecorderEvents) => Recorder;
  /* What is to be recorded now; null: nothing. */
  source: () => MediaStream | null;
  onBegun: () => void;
  onProblem: (message: string) => void;
}

export interface Runs {
  readonly recording: Store<boolean>;
  /* Does nothing while a run goes on. */
  begin(stream: MediaStream): void;
  /* Keeps what was recorded so far now: the page may go away. */
  flush(): void;
  /* Resolves after the last piece. */
  end(): Promise<void>;
}

const RESTART_MS = 1000;
const NEW_STREAM_MS = 30_000; // at most one new stream in this time because the server refused one

export function createRuns(options: RunsOptions): Runs {
  const { keeper } = options;
  const recording = createStore(false);
  let recorder: Recorder | null = null;
  let current: string | null = null;
  let lastStuckMs = -Infinity;

  function begin(stream: MediaStream): void {
    if (recorder !== null) return;
    const name = options.newName();
    let begun = false;
    try {
      recorder = options.start(stream, {
        onStart(mime) {
          begun = true;
          current = name;
          keeper.begin(name, { kind: options.kind, mime, startedUs: Math.round(options.nowUs()) });
          recording.set(true);
          options.onBegun();
        },
        onPiece: (bytes) => keeper.piece(name, bytes),
        onEnd(problem) {
          if (begun) keeper.end(name);
          if (current === name) {
            current = null;
            recorder = null;
            recording.set(false);
          }
          if (problem !== null && options.source() !== null) void restartAfter(problem);
        },
      });
    } catch (thrown) {
      void restartAfter(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  async function restartAfter(problem: string): Promise<void> {
    options.onProblem(problem.slice(0, 500));
    recorder = null;
    await options.timers.sleep(RESTART_MS, new AbortController().signal);
    const source = options.source();
    if (source !== null) begin(source);
  }

  async function end(): Promise<void> {
    const ending = recorder;
    recorder = null;
    await ending?.stop();
  }

  /* The server will not take more of the stream that is being recorded: a new one may still be. */
  keeper.status.subscribe((status) => {
    const stream = status?.streams.find((entry) => entry.local === current);
    if (stream?.state !== "stuck" || options.source() === null) return;
    const nowMs = options.timers.monotonicMs();
    if (nowMs - lastStuckMs < NEW_STREAM_MS) return;
    lastStuckMs = nowMs;
    void end().then(() => {
      const source = options.source();
      if (source !== null) begin(source);
    });
  });

  return {
    recording,
    begin,
    flush: () => recorder?.flush(),
    async end() {
      await end();
      recording.set(false);
    },
  };
}
