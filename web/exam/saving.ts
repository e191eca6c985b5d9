/* Saves answers as they change. Every change is first in this browser's storage, then, a moment later,
 * on the server; what was not acknowledged is sent again after a cut or a reload.
 *
 * Revisions decide: each change of an answer has a higher one, so a late or repeated request can never
 * put an older answer in the place of a newer one. */
import { asApiError } from "../ui/api";
import { fields, parseInteger, parseRecord, type Parse } from "../ui/parse";
import type { Timers } from "../ui/network";
import { createStore, type Store } from "../ui/store";
import { parseValue, type ExamApi, type Item, type Value } from "./api";

export interface KeyStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/* Of all answers together, as the candidate is told. */
export type SaveState =
  | { state: "nothing" } // nothing was given yet
  | { state: "saving" }
  | { state: "saved"; us: number } // the server's time
  | { state: "kept" } // here, not on the server yet; sent as soon as that is possible
  | { state: "refused"; message: string };

export interface Saver {
  readonly state: Store<SaveState>;
  readonly values: Store<ReadonlyMap<number, Value>>;
  /* `quick`: send at once (a choice); else after typing has paused. */
  change(item: number, value: Value, quick: boolean): void;
  /* Sends what is left. True when the server has everything (but what it refuses). */
  flush(): Promise<boolean>;
  /* Try again now: the network is back, or somebody has signed in. */
  wake(): void;
  /* Ends the sending and removes this browser's copy: the attempt is over. */
  forget(): void;
}

interface Entry {
  value: Value;
  revision: number; // of `value`; 0: never answered
  savedRevision: number; // the newest that the server has acknowledged
  savedUs: number;
  problem: string | null; // the server will not take it as it is
  running: boolean;
}

const TYPING_PAUSE_MS = 700;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 15_000;
const FLUSH_MAX_MS = 20_000;
const FLUSH_LOOK_MS = 50;

interface Copy {
  value: Value;
  revision: number;
}

const parseCopy: Parse<Copy> = (value, path) => {
  const f = fields(value, path);
  return { value: f.get("value", parseValue), revision: f.get("revision", parseInteger) };
};

function readCopies(storage: KeyStore, key: string): Map<number, Copy> {
  try {
    const text = storage.getItem(key);
    if (text === null) return new Map();
    const copies = parseRecord(parseCopy)(JSON.parse(text) as unknown);
    return new Map(Object.entries(copies).map(([item, copy]) => [Number(item), copy]));
  } catch {
    return new Map(); // damaged, or of another version: the server's answers count
  }
}

export function createSaver(options: {
  attempt: number;
  items: readonly Item[];
  api: Pick<ExamApi, "save">;
  storage: KeyStore;
  timers: Pick<Timers, "sleep" | "random">;
  /* The server says that answers are closed (409). */
  onClosed: () => void;
  /* When the attempt ends, as the last save told: it moves when time is given. */
  onDeadline?: (us: number) => void;
}): Saver {
  const { timers } = options;
  const key = `mycamu-answers-${options.attempt}`;
  const entries = new Map<number, Entry>();
  const state = createStore<SaveState>({ state: "nothing" });
  const ending = new AbortController();
  let pause = new AbortController(); // aborted to end all waits
  let waiting = false; // the last try had no answer
  let over = false;

  const copies = readCopies(options.storage, key);
  for (const item of options.items) {
    const saved = item.answer;
    const copy = copies.get(item.id);
    const newer = copy !== undefined && copy.revision > (saved?.revision ?? 0) ? copy : null;
    entries.set(item.id, {
      value: newer !== null ? newer.value : (saved?.value ?? null), // null can be newer: cleared
      revision: newer?.revision ?? saved?.revision ?? 0,
      savedRevision: saved?.revision ?? 0,
      savedUs: saved?.savedUs ?? 0,
      problem: null,
      running: false,
    });
  }
  const values = createStore<ReadonlyMap<number, Value>>(snapshot());

  function snapshot(): ReadonlyMap<number, Value> {
    return new Map([...entries].map(([id, entry]) => [id, entry.value]));
  }

  function isPending(entry: Entry): boolean {
    return entry.revision > entry.savedRevision && entry.problem === null;
  }

  function keepCopies(): void {
    const unsaved = [...entries].filter(([, entry]) => entry.revision > entry.savedRevision);
    try {
      if (unsaved.length === 0) options.storage.removeItem(key);
      else
        options.storage.setItem(
          key,
          JSON.stringify(
            Object.fromEntries(
              unsaved.map(([id, { value, revision }]) => [id, { value, revision }]),
            ),
          ),
        );
    } catch {
      /* storage is full or forbidden: the answer is still in memory and on its way */
    }
  }

  function show(): void {
    const all = [...entries.values()];
    const problem = all.find((entry) => entry.problem !== null)?.problem ?? null;
    const savedUs = Math.max(0, ...all.map((entry) => entry.savedUs));
    if (problem !== null) state.set({ state: "refused", message: problem });
    else if (all.some(isPending)) state.set(waiting ? { state: "kept" } : { state: "saving" });
    else state.set(savedUs > 0 ? { state: "saved", us: savedUs } : { state: "nothing" });
  }

  async function wait(ms: number): Promise<void> {
    if (pause.signal.aborted) pause = new AbortController();
    await timers.sleep(ms, AbortSignal.any([pause.signal, ending.signal]));
  }

  /* Sends one item until the server has its newest revision. One request at a time for each. */
  async function send(id: number, entry: Entry): Promise<void> {
    entry.running = true;
    let failures = 0;
    while (isPending(entry) && !over) {
      const { value, revision } = entry;
      try {
        const kept = await options.api.save(id, value, revision);
        failures = 0;
        waiting = false;
        if (kept.deadlineUs !== null) options.onDeadline?.(kept.deadlineUs);
        entry.savedUs = Math.max(entry.savedUs, kept.savedUs);
        if (kept.revision > revision) {
          /* Another window was ahead. What is on this screen was given later by the candidate. */
          entry.savedRevision = kept.revision;
          entry.revision = Math.max(entry.revision, kept.revision) + 1;
        } else entry.savedRevision = revision;
      } catch (thrown) {
        const error = asApiError(thrown);
        if (error.isTemporary || error.status === 401 || error.status === 408) {
          failures += 1;
          waiting = true;
          show();
          const ceiling = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(10, failures - 1));
          await wait(Math.max(ceiling / 2 + (ceiling / 2) * timers.random(), error.retryAfterS * 1000));
          continue;
        }
        if (error.status === 409) {
          over = true;
          options.onClosed();
        }
        if (entry.revision === revision) entry.problem = error.message;
      }
      keepCopies();
      show();
    }
    entry.running = false;
    keepCopies();
    show();
  }

  function start(id: number, entry: Entry): Promise<void> {
    return entry.running || !isPending(entry) || over ? Promise.resolve() : send(id, entry);
  }

  async function startLater(id: number, entry: Entry): Promise<void> {
    const { revision } = entry;
    await wait(TYPING_PAUSE_MS);
    if (entry.revision === revision) await start(id, entry); // else a later change has its own wait
  }

  for (const [id, entry] of entries) void start(id, entry);
  show();

  return {
    state,
    values,
    change(item, value, quick) {
      const entry = entries.get(item);
      if (entry === undefined || over) return;
      entry.value = value;
      entry.revision = Math.max(entry.revision, entry.savedRevision) + 1;
      entry.problem = null;
      keepCopies();
      values.set(snapshot());
      show();
      void (quick ? start(item, entry) : startLater(item, entry));
    },
    async flush() {
      const isUnsaved = () => [...entries.values()].some(isPending);
      waiting = false;
      pause.abort();
      for (const [id, entry] of entries) void start(id, entry);
      for (let ms = 0; ms < FLUSH_MAX_MS && isUnsaved() && !waiting && !over; ms += FLUSH_LOOK_MS)
        await timers.sleep(FLUSH_LOOK_MS, ending.signal);
      return !isUnsaved();
    },
    wake: () => pause.abort(),
    forget() {
      over = true;
      ending.abort();
      options.storage.removeItem(key);
    },
  };
}
