/* Sends the kept streams of one session, one after another, the oldest first, so that the server's
 * analysis follows in order. It never gives bytes up: it waits and tries again, and it can be woken.
 *
 * Invariant: what is sent from an offset is what is kept at that offset, and the offset is always the
 * server's own (from its last answer or HEAD), so no byte is lost and none is there twice. */
import { retryDelayMs } from "../../ui/backoff";
import type { KeptStream } from "./kept";
import type { UploadState } from "./messages";
import type { Network, Timers } from "../../ui/network";
import { createUpload, fetchOffset, sendPiece, type TusFailure } from "../../ui/tus";

const PIECE_MIN = 64 << 10;
const PIECE_FIRST = 512 << 10;
const PIECE_MAX = 2 << 20; // the server seals at most 4 MiB as one record
const QUICK_MS = 1500;
const SLOW_MS = 8000;

export interface UploadOptions {
  endpoint: string;
  network: Network;
  timers: Timers;
  /* In the order of their recording; the list grows while the upload runs. */
  streams: () => readonly KeptStream[];
  onChange: () => void;
}

export interface Upload {
  state(): UploadState;
  /* There is something new to send. */
  notify(): void;
  /* Try again now: the network is back, or somebody has signed in. */
  wake(): void;
  stop(): Promise<void>;
}

/* The next piece's size after one of `bytes` took `ms`. */
export function nextPieceSize(size: number, bytes: number, ms: number, max = PIECE_MAX): number {
  if (ms > SLOW_MS) return Math.max(PIECE_MIN, size >> 1);
  if (ms < QUICK_MS && bytes >= size) return Math.min(max, size << 1);
  return size;
}

export function startUpload(options: UploadOptions): Upload {
  const { network, timers } = options;
  let state: UploadState = { state: "idle" };
  let pieceSize = PIECE_FIRST;
  let pieceMax = PIECE_MAX;
  let failures = 0;
  const stopping = new AbortController();
  let pause = new AbortController(); // aborted to end a sleep, or a request that hangs
  let somethingNew = false;

  function show(next: UploadState): void {
    state = next;
    options.onChange();
  }

  function signalNow(): AbortSignal {
    if (pause.signal.aborted) pause = new AbortController();
    return pause.signal;
  }

  function hasWork(stream: KeptStream): boolean {
    const now = stream.state();
    if (now.done || now.stuck !== null) return false;
    return now.ended || stream.size() > now.acknowledged;
  }

  /* Waits as the failure asks; returns when it is time to try again. */
  async function waitAfter(failure: TusFailure): Promise<void> {
    failures += 1;
    const signal = signalNow();
    let ms = retryDelayMs(failures, timers.random());
    switch (failure.type) {
      case "signed-out":
        show({ state: "signed-out" });
        ms = 60_000; // or when woken
        break;
      case "no-answer":
        show({ state: "waiting", reason: "no-answer", message: failure.message });
        break;
      case "full":
        show({ state: "waiting", reason: "server-full", message: failure.message });
        break;
      case "busy":
        ms = Math.max(ms, Math.min(60, failure.retryAfterS) * 1000);
        show({ state: "waiting", reason: "server-busy", message: failure.message });
        break;
      case "refused":
        show({ state: "waiting", reason: "refused", message: failure.message });
        break;
      case "missing":
        show({ state: "waiting", reason: "refused", message: "The server does not know this session." });
        break;
      case "damaged":
      case "locked":
      case "wrong-offset":
      case "gone":
      case "too-large":
        break; // dealt with by the caller; only the pause is wanted here
    }
    if (stopping.signal.aborted) return;
    await timers.sleep(ms, signal);
  }

  /* Sends all that `stream` has. Returns when it is done, stuck, or has nothing more for now. */
  async function sendStream(stream: KeptStream): Promise<void> {
    let known = false; // whether the server has told its offset since this began
    let madeAgain = false;
    while (!stopping.signal.aborted && hasWork(stream)) {
      const now = stream.state();
      if (now.ended && stream.size() === 0 && now.url === null) {
        stream.note({ type: "done", length: 0 }); // the recorder never gave a byte
        await stream.dropBytes();
        return;
      }
      const context = { network, signal: signalNow() };
      if (state.state !== "sending" && failures === 0) show({ state: "sending" });

      if (now.url === null) {
        const made = await createUpload(context, options.endpoint, now);
        if (made.ok) {
          failures = 0;
          stream.note({ type: "made", url: made.value });
          known = true; // a new upload starts at 0
          show({ state: "sending" });
          continue;
        }
        if (made.failure.type === "wrong-offset" || made.failure.type === "gone") {
          stream.note({ type: "stuck", reason: "the session takes no new recordings" });
          return;
        }
        await waitAfter(made.failure);
        continue;
      }

      if (!known) {
        const asked = await fetchOffset(context, now.url);
        if (!asked.ok) {
          if (asked.failure.type === "missing" && !madeAgain) {
            madeAgain = await makeAgain(stream);
            continue;
          }
          if (asked.failure.type === "gone") {
            stream.note({ type: "stuck", reason: "the server has closed this recording" });
            return;
          }
          await waitAfter(asked.failure);
          continue;
        }
        failures = 0;
        const { offset, length } = asked.value;
        if (offset > stream.size()) {
          /* It was sent from memory while the disk was full, and the page went away: the server's
           * copy is the whole one. */
          const ended = await sendPiece(context, now.url, offset, new Uint8Array(0), offset);
          if (ended.ok) {
            await complete(stream, offset);
            return;
          }
          await waitAfter(ended.failure);
          continue;
        }
        stream.note({ type: "acknowledged", offset });
        known = true;
        if (length !== null && offset === length) {
          await complete(stream, length);
          return;
        }
        show({ state: "sending" });
        continue;
      }

      const from = now.acknowledged;
      const bytes = stream.read(from, pieceSize);
      const reachesEnd = from + bytes.byteLength === stream.size();
      if (bytes.byteLength === 0 && !reachesEnd) {
        stream.note({ type: "stuck", reason: "this computer cannot read what it kept" });
        return;
      }
      const length = now.ended && reachesEnd ? stream.size() : null;
      const beganMs = timers.monotonicMs();
      const sent = await sendPiece(context, now.url, from, bytes, length);
      if (sent.ok) {
        failures = 0;
        pieceSize = nextPieceSize(
          pieceSize,
          bytes.byteLength,
          timers.monotonicMs() - beganMs,
          pieceMax,
        );
        if (sent.value > stream.size() || sent.value < from) {
          known = false;
          continue;
        }
        stream.note({ type: "acknowledged", offset: sent.value });
        if (length !== null && sent.value === length) {
          await complete(stream, length);
          return;
        }
        show({ state: "sending" });
        continue;
      }
      const { failure } = sent;
      if (failure.type === "wrong-offset") {
        if (failure.offset === from) {
          /* The right place and still refused: the session takes no bytes any more. */
          stream.note({ type: "stuck", reason: "the session takes no more bytes" });
          return;
        }
        if (failure.offset === null) {
          failures += 1;
          if (failures > 3) {
            stream.note({ type: "stuck", reason: "the session takes no more bytes" });
            return;
          }
        }
        known = false; // ask
        continue;
      }
      if (failure.type === "gone") {
        stream.note({ type: "stuck", reason: "the server has closed this recording" });
        return;
      }
      if (failure.type === "too-large") {
        if (bytes.byteLength <= PIECE_MIN) {
          stream.note({ type: "stuck", reason: "the recording has reached the server's limit" });
          return;
        }
        /* Perhaps only a proxy's limit of one request: smaller pieces first. */
        pieceSize = Math.max(PIECE_MIN, bytes.byteLength >> 1);
        pieceMax = pieceSize;
        continue;
      }
      /* After a cut the server may have more than it could tell. */
      known = false;
      if (failure.type === "damaged" && failures === 0) {
        failures = 1;
        continue;
      }
      await waitAfter(failure);
    }
  }

  /* The server does not know the upload: it was restored from an older copy, say, or somebody else is
   * signed in. All bytes are still here, so it is made again; the old one is forgotten only then. */
  async function makeAgain(stream: KeptStream): Promise<boolean> {
    const context = { network, signal: signalNow() };
    const made = await createUpload(context, options.endpoint, stream.state());
    if (made.ok) stream.note({ type: "made", url: made.value });
    else await waitAfter(made.failure);
    return made.ok;
  }

  async function complete(stream: KeptStream, length: number): Promise<void> {
    stream.note({ type: "done", length });
    await stream.dropBytes();
    options.onChange();
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      somethingNew = false;
      const stream = options.streams().find(hasWork);
      if (stream !== undefined) {
        await sendStream(stream);
        options.onChange();
        continue;
      }
      if (somethingNew) continue;
      if (state.state !== "idle") show({ state: "idle" });
      await timers.sleep(60_000, signalNow());
    }
  }

  const running = run();
  return {
    state: () => state,
    notify() {
      somethingNew = true;
      if (state.state === "idle") pause.abort();
    },
    wake() {
      somethingNew = true;
      failures = 0;
      pause.abort(); // a request that hangs in the old network as well
    },
    async stop() {
      stopping.abort();
      pause.abort();
      await running;
    },
  };
}
