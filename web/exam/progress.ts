/* What the candidate has done with each question beside answering it: seen it, marked it for review. Kept
 * by the server and, until it has it, by this page; losing a mark is no disaster, so one that the server
 * refuses is forgotten quietly. */
import { asApiError } from "../ui/api";
import { retryDelayMs } from "../ui/backoff";
import type { Timers } from "../ui/network";
import { createStore, type Store } from "../ui/store";
import type { ExamApi, Item } from "./api";

export type ItemState =
  | "not-visited"
  | "not-answered"
  | "answered"
  | "marked"
  | "answered-marked";

export const ITEM_STATES: readonly ItemState[] = [
  "answered",
  "not-answered",
  "marked",
  "answered-marked",
  "not-visited",
];

export interface Seen {
  visited: boolean;
  marked: boolean;
}

export function itemState(seen: Seen, answered: boolean): ItemState {
  if (seen.marked) return answered ? "answered-marked" : "marked";
  if (answered) return "answered";
  return seen.visited ? "not-answered" : "not-visited";
}

/* Where the candidate was before a reload or on another computer: the question last seen. */
export function lastSeen(items: readonly Item[]): number {
  let at = 0;
  let best = -1;
  items.forEach((item, index) => {
    if (item.seenUs !== null && item.seenUs > best) {
      best = item.seenUs;
      at = index;
    }
  });
  return at;
}

export interface Progress {
  readonly seen: Store<ReadonlyMap<number, Seen>>;
  visit(item: number): void;
  mark(item: number, marked: boolean): void;
  wake(): void;
  stop(): void;
}

export function createProgress(options: {
  items: readonly Item[];
  api: Pick<ExamApi, "seen">;
  timers: Pick<Timers, "sleep" | "random">;
}): Progress {
  const { api, timers } = options;
  const seen = createStore<ReadonlyMap<number, Seen>>(
    new Map(
      options.items.map((item) => [item.id, { visited: item.seenUs !== null, marked: item.marked }]),
    ),
  );
  const unsent = new Set<number>(); // in the order in which they were last on the screen
  const ending = new AbortController();
  let pause = new AbortController();
  let running = false;

  async function send(): Promise<void> {
    running = true;
    let failures = 0;
    for (let item = first(unsent); item !== null && !ending.signal.aborted; item = first(unsent)) {
      unsent.delete(item); // a change meanwhile puts it back, behind the others
      try {
        await api.seen(item, seen.get().get(item)?.marked ?? false);
        failures = 0;
      } catch (thrown) {
        const error = asApiError(thrown);
        if (!error.isTemporary && error.status !== 401) continue;
        unsent.add(item);
        failures += 1;
        if (pause.signal.aborted) pause = new AbortController();
        await timers.sleep(
          retryDelayMs(failures, timers.random()),
          AbortSignal.any([pause.signal, ending.signal]),
        );
      }
    }
    running = false;
  }

  function put(item: number, next: Seen): void {
    seen.set(new Map(seen.get()).set(item, next));
    unsent.delete(item);
    unsent.add(item);
    if (!running) void send();
  }

  return {
    seen,
    visit(item) {
      put(item, { visited: true, marked: seen.get().get(item)?.marked ?? false });
    },
    mark: (item, marked) => put(item, { visited: true, marked }),
    wake: () => pause.abort(),
    stop: () => ending.abort(),
  };
}

function first(set: ReadonlySet<number>): number | null {
  for (const entry of set) return entry;
  return null;
}
