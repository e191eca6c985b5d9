/* Events of the page (offline, hidden, camera lost...) on their way to the server. While it cannot be
 * reached they wait, across reloads too, and keep their own time. */
import { asApiError } from "../ui/api";
import { fields, parseInteger, type Parse } from "../ui/parse";
import { parseList } from "../ui/parse";
import type { ClientEvent, EventKind } from "./api";
import { retryDelayMs } from "../ui/backoff";
import type { Timers } from "../ui/network";

const KEPT_MAX = 500; // the newest; a page that is offline for days has nothing new to say

const KINDS = [
  "offline",
  "online",
  "page-hidden",
  "page-shown",
  "camera-lost",
  "camera-back",
  "screen-lost",
  "screen-back",
  "fullscreen-left",
  "fullscreen-back",
  "recorder-error",
  "page-loaded",
  "plugin-lost",
  "plugin-back",
] as const satisfies readonly EventKind[];

export interface KeyStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface EventQueue {
  add(kind: EventKind, detail?: ClientEvent["detail"]): void;
  /* Try now. */
  wake(): void;
  waiting(): number;
}

const parseEvent: Parse<ClientEvent> = (value, path) => {
  const f = fields(value, path);
  const detail: ClientEvent["detail"] = {};
  for (const [name, entry] of Object.entries(f.get("detail", (inner) => Object(inner) as object)))
    if (typeof entry === "string" || typeof entry === "number" || typeof entry === "boolean")
      detail[name] = entry;
  return { kind: f.oneOf("kind", KINDS), detail, clientUs: f.get("clientUs", parseInteger) };
};

function load(storage: KeyStore, key: string): ClientEvent[] {
  try {
    const text = storage.getItem(key);
    return text === null ? [] : parseList(parseEvent)(JSON.parse(text) as unknown);
  } catch {
    return []; // of another version, or damaged
  }
}

export function createEventQueue(options: {
  session: string;
  storage: KeyStore;
  timers: Timers;
  nowUs: () => number;
  send: (event: ClientEvent) => Promise<void>;
}): EventQueue {
  const key = `proctortrack-events-${options.session}`;
  const queue = load(options.storage, key);
  let running = false;
  let pause = new AbortController();

  function save(): void {
    try {
      if (queue.length === 0) options.storage.removeItem(key);
      else options.storage.setItem(key, JSON.stringify(queue));
    } catch {
      /* full: the queue in memory is still sent */
    }
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    let failures = 0;
    for (let event = queue[0]; event !== undefined; event = queue[0]) {
      try {
        await options.send(event);
        failures = 0;
      } catch (thrown) {
        const error = asApiError(thrown);
        if (error.isTemporary || error.status === 401) {
          failures += 1;
          pause = new AbortController();
          await options.timers.sleep(retryDelayMs(failures, options.timers.random()), pause.signal);
          continue;
        }
        /* Refused for good (the session is over, say): it would be refused again. */
      }
      queue.shift();
      save();
    }
    running = false;
  }

  if (queue.length > 0) void run();
  return {
    add(kind, detail = {}) {
      queue.push({ kind, detail, clientUs: Math.round(options.nowUs()) });
      if (queue.length > KEPT_MAX) queue.splice(1, queue.length - KEPT_MAX);
      save();
      void run();
    },
    wake: () => pause.abort(),
    waiting: () => queue.length,
  };
}
