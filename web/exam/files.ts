/* The files of answers on their way to the server: several at once, in pieces, each acknowledged only when
 * it is durable. After a cut it goes on at the offset that the server tells. A file stays in this browser's
 * own store until it is whole, so a reload or a crash costs nothing either. */
import { retryDelayMs } from "../ui/backoff";
import type { Network, Timers } from "../ui/network";
import { createStore, type Store } from "../ui/store";
import {
  createFileUpload,
  fetchOffset,
  removeUpload,
  sendPiece,
  type TusFailure,
} from "../ui/tus";
import type { AttachedFile, Limits } from "./api";

export type FileState =
  | { state: "waiting" } // for its turn
  | { state: "sending"; bytesPerS: number | null }
  | { state: "paused"; why: "offline" | "busy" | "full" | "signed-out" } // goes on by itself
  | { state: "complete" }
  | { state: "away" } // begun in another browser: the file itself is not here
  | { state: "failed"; message: string };

export interface FileRow {
  key: string; // of this page
  id: string | null; // the server's; null until it was made there
  item: number;
  name: string;
  bytes: number; // acknowledged
  length: number;
  status: FileState;
}

/* Where the files wait. Losing one means only that it must be chosen again after a reload. */
export interface FileShelf {
  put(id: string, file: Blob): Promise<void>;
  get(id: string): Promise<Blob | null>;
  remove(id: string): Promise<void>;
}

export type Refusal = "too-large" | "too-many" | "all-too-large";

export interface Files {
  readonly rows: Store<readonly FileRow[]>;
  /* Puts them in the queue; those that a limit forbids come back with the reason. */
  add(item: number, files: readonly File[], replaces?: string): { name: string; why: Refusal }[];
  remove(key: string): Promise<void>;
  /* The same file was chosen again for one that is "away"; false: it is another file. */
  resume(key: string, file: File): Promise<boolean>;
  /* Something is still on its way. */
  readonly busy: Store<boolean>;
  wake(): void;
  stop(): void;
}

const AT_ONCE = 2; // more share the same line, and none is done sooner
const PIECE_MIN = 64 << 10;
const PIECE_FIRST = 256 << 10;
const PIECE_MAX = 4 << 20; // the server seals at most as much as one record
const AIM_MS = 1000; // a piece a second: progress that moves, and little to send again
const RATE_WINDOW_MS = 10_000;

export function pieceSizeAfter(size: number, bytes: number, ms: number): number {
  if (ms > 2 * AIM_MS) return Math.max(PIECE_MIN, size >> 1);
  if (ms < AIM_MS / 2 && bytes >= size) return Math.min(PIECE_MAX, size << 1);
  return size;
}

/* Bytes a second over the last while; null until there is something to tell it from. */
export function createSpeed(): { add(ms: number, bytes: number): number | null } {
  const samples: { ms: number; bytes: number }[] = [];
  return {
    add(ms, bytes) {
      samples.push({ ms, bytes });
      while (samples.length > 2 && ms - (samples[0]?.ms ?? ms) > RATE_WINDOW_MS) samples.shift();
      const first = samples[0];
      if (first === undefined || ms - first.ms < 500) return null;
      return ((bytes - first.bytes) / (ms - first.ms)) * 1000;
    },
  };
}

/* Which of the new files a limit forbids. `gone`: the one that is replaced makes room. */
export function checkLimits(
  limits: Limits,
  rows: readonly FileRow[],
  item: number,
  files: readonly { name: string; size: number }[],
  gone: string | null,
): { name: string; why: Refusal }[] {
  const there = rows.filter((row) => row.status.state !== "failed" && row.id !== (gone ?? ""));
  let all = there.reduce((sum, row) => sum + row.length, 0);
  let count = there.filter((row) => row.item === item).length;
  const refused: { name: string; why: Refusal }[] = [];
  for (const file of files) {
    const why =
      file.size > limits.fileBytes
        ? "too-large"
        : count >= limits.filesOfItem
          ? "too-many"
          : file.size > limits.allBytes - all
            ? "all-too-large"
            : null;
    if (why !== null) refused.push({ name: file.name, why });
    else {
      all += file.size;
      count += 1;
    }
  }
  return refused;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const urlOf = (id: string) => `/api/campus/attachments/${id}`;

interface Job {
  blob: Blob;
  replaces: string | null;
  abort: AbortController;
  running: boolean;
}

export function createFiles(options: {
  attempt: number;
  limits: Limits;
  there: readonly AttachedFile[];
  network: Network;
  timers: Timers;
  shelf: FileShelf;
}): Files {
  const { network, timers, shelf, limits } = options;
  const rows = createStore<readonly FileRow[]>(
    options.there.map((file) => ({
      key: file.id,
      id: file.id,
      item: file.itemId,
      name: file.name,
      bytes: file.bytes,
      length: file.length,
      status: { state: file.state === "complete" ? "complete" : "away" },
    })),
  );
  const busy = createStore(false);
  const jobs = new Map<string, Job>();
  const ending = new AbortController();
  let pause = new AbortController();
  let made = 0;

  const find = (key: string) => rows.get().find((row) => row.key === key) ?? null;

  const replacedBy = (id: string | null) => {
    const replaces = options.there.find((one) => one.id === id)?.replaces ?? "";
    return replaces === "" ? null : replaces;
  };

  function show(next: readonly FileRow[]): void {
    rows.set(next);
    busy.set(
      next.some(({ status }) => ["waiting", "sending", "paused"].includes(status.state)),
    );
  }

  function change(key: string, part: Partial<FileRow>): void {
    show(rows.get().map((row) => (row.key === key ? { ...row, ...part } : row)));
  }

  function drop(key: string): void {
    jobs.delete(key);
    show(rows.get().filter((row) => row.key !== key));
  }

  async function wait(key: string, failures: number, why: "offline" | "busy" | "full" | "signed-out", atLeastMs = 0) {
    change(key, { status: { state: "paused", why } });
    if (pause.signal.aborted) pause = new AbortController();
    await timers.sleep(
      Math.max(atLeastMs, retryDelayMs(failures, timers.random())),
      AbortSignal.any([pause.signal, ending.signal]),
    );
  }

  /* True: it waited, try again. False: it cannot go on. */
  async function afterFailure(key: string, failure: TusFailure, failures: number): Promise<boolean> {
    switch (failure.type) {
      case "no-answer":
        await wait(key, failures, "offline");
        return true;
      case "signed-out":
        await wait(key, failures, "signed-out");
        return true;
      case "full":
        await wait(key, failures, "full");
        return true;
      case "busy":
        await wait(key, failures, "busy", failure.retryAfterS * 1000);
        return true;
      case "locked":
      case "damaged":
        await wait(key, failures, "busy");
        return true;
      case "wrong-offset":
        if (failure.offset !== null) {
          change(key, { bytes: failure.offset });
          if (failures > 3) await wait(key, failures, "busy");
          return true;
        }
        change(key, { status: { state: "failed", message: failure.message } });
        return false;
      case "missing":
      case "gone":
        change(key, { status: { state: "failed", message: "" } });
        return false;
      case "too-large":
      case "refused":
        change(key, { status: { state: "failed", message: failure.message } });
        return false;
    }
  }

  async function makeIt(key: string, job: Job): Promise<boolean> {
    const context = { network, signal: AbortSignal.any([job.abort.signal, ending.signal]) };
    for (let failures = 1; jobs.has(key) && !ending.signal.aborted; failures++) {
      const row = find(key);
      if (row === null) return false;
      const result = await createFileUpload(
        context,
        `/api/campus/attempts/${options.attempt}/items/${row.item}/attachments`,
        row.length,
        { filename: row.name, ...(job.replaces === null ? {} : { replaces: job.replaces }) },
      );
      if (result.ok) {
        const id = result.value.split("/").pop() ?? "";
        if (find(key) === null) {
          void removeUpload({ network, signal: ending.signal }, urlOf(id)); // removed meanwhile
          return false;
        }
        change(key, { id, bytes: 0 });
        void shelf.put(id, job.blob).catch(() => {}); // no room: it goes on from memory
        return true;
      }
      if (!(await afterFailure(key, result.failure, failures))) return false;
    }
    return false;
  }

  async function sendIt(key: string, job: Job): Promise<void> {
    const context = { network, signal: AbortSignal.any([job.abort.signal, ending.signal]) };
    const speed = createSpeed();
    let size = PIECE_FIRST;
    let failures = 0;
    for (;;) {
      const row = find(key);
      if (row === null || row.id === null || !jobs.has(key) || ending.signal.aborted) return;
      if (row.bytes >= row.length) break;
      let piece: Uint8Array<ArrayBuffer>;
      try {
        piece = new Uint8Array(await job.blob.slice(row.bytes, row.bytes + size).arrayBuffer());
      } catch {
        /* It was changed or taken away (a memory stick) since it was chosen. */
        change(key, { status: { state: "failed", message: "unreadable" } });
        return;
      }
      const beganMs = timers.monotonicMs();
      const result = await sendPiece(context, urlOf(row.id), row.bytes, piece, null);
      if (!jobs.has(key)) return;
      if (result.ok) {
        const nowMs = timers.monotonicMs();
        failures = 0;
        size = pieceSizeAfter(size, piece.byteLength, nowMs - beganMs);
        const bytesPerS = speed.add(nowMs, result.value);
        change(key, { bytes: result.value, status: { state: "sending", bytesPerS } });
        continue;
      }
      failures += 1;
      if (!(await afterFailure(key, result.failure, failures))) return;
      /* What of the last piece has arrived only the server knows. */
      const offset = await fetchOffset(context, urlOf(row.id));
      if (offset.ok) change(key, { bytes: offset.value.offset });
    }
    const done = find(key);
    change(key, { status: { state: "complete" } });
    if (done?.id) void shelf.remove(done.id).catch(() => {});
    const { replaces } = job;
    jobs.delete(key);
    if (replaces !== null) show(rows.get().filter((row) => row.id !== replaces));
  }

  async function run(key: string, job: Job): Promise<void> {
    job.running = true;
    change(key, { status: { state: "sending", bytesPerS: null } });
    if (find(key)?.id !== null || (await makeIt(key, job))) await sendIt(key, job);
    job.running = false;
    if (find(key)?.status.state === "failed") jobs.delete(key);
    next();
  }

  function next(): void {
    const running = [...jobs.values()].filter((job) => job.running).length;
    const waiting = rows.get().filter((row) => row.status.state === "waiting");
    for (const row of waiting.slice(0, Math.max(0, AT_ONCE - running))) {
      const job = jobs.get(row.key);
      if (job !== undefined && !job.running) void run(row.key, job);
    }
  }

  function begin(key: string, blob: Blob, replaces: string | null): void {
    jobs.set(key, { blob, replaces, abort: new AbortController(), running: false });
    change(key, { status: { state: "waiting" } });
    next();
  }

  for (const row of rows.get())
    if (row.status.state === "away" && row.id !== null)
      void shelf
        .get(row.id)
        .catch(() => null)
        .then((blob) => {
          if (blob !== null && blob.size === row.length && find(row.key)?.status.state === "away")
            begin(row.key, blob, replacedBy(row.id));
        });

  return {
    rows,
    busy,
    add(item, files, replaces) {
      const refused = checkLimits(limits, rows.get(), item, files, replaces ?? null);
      const names = refused.map((one) => one.name);
      for (const file of files) {
        const at = names.indexOf(file.name);
        if (at >= 0) {
          names.splice(at, 1);
          continue;
        }
        const key = `new-${(made += 1)}`;
        show([
          ...rows.get(),
          { key, id: null, item, name: file.name, bytes: 0, length: file.size, status: { state: "waiting" } },
        ]);
        begin(key, file, replaces ?? null);
      }
      return refused;
    },
    async remove(key) {
      const row = find(key);
      if (row === null) return;
      const job = jobs.get(key);
      jobs.delete(key);
      job?.abort.abort();
      if (row.id !== null) {
        const result = await removeUpload({ network, signal: ending.signal }, urlOf(row.id));
        if (!result.ok && result.failure.type !== "gone" && result.failure.type !== "missing") {
          const { failure } = result;
          if (job !== undefined && row.status.state !== "complete") begin(key, job.blob, job.replaces);
          throw new Error("message" in failure ? failure.message : failure.type);
        }
        void shelf.remove(row.id).catch(() => {});
      }
      drop(key);
      next();
    },
    async resume(key, file) {
      const row = find(key);
      if (row === null || row.id === null || file.size !== row.length) return false;
      const known = options.there.find((one) => one.id === row.id);
      if (known !== undefined && known.bytes > 0) {
        const head = new Uint8Array(await file.slice(0, known.bytes).arrayBuffer());
        if (hex(await network.sha256(head)) !== known.sha256) return false;
      }
      void shelf.put(row.id, file).catch(() => {});
      begin(key, file, replacedBy(row.id));
      return true;
    },
    wake: () => pause.abort(),
    stop: () => ending.abort(),
  };
}
