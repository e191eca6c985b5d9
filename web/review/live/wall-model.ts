/* The wall's state: who is on it, kept up by one stream of events that carries only what changed. News
 * may come by the hundred a second: pages hear of them once a frame. */
import { asApiError, type Api, type ApiError } from "../../ui/api";
import { fields } from "../../ui/parse";
import { createStore, type Loading, type Store } from "../../ui/store";
import type { Connect } from "../../ui/support/stream";
import { fetchWall, wallEventsUrl } from "./api";
import {
  isLive,
  NO_STILLS,
  parseRow,
  parseStills,
  type LiveEntry,
  type LiveExam,
  type LiveRow,
  type StillNews,
} from "./parse";

export interface WallState {
  exam: LiveExam;
  entries: ReadonlyMap<string, LiveEntry>;
}

export interface WallModel {
  readonly state: Store<Loading<WallState, ApiError>>;
  readonly connected: Store<boolean>;
  /* A session's row changed: for whoever looks at it from near. */
  onRow(listener: (row: LiveRow) => void): () => void;
  load(): Promise<void>;
  stop(): void;
}

export interface WallPorts {
  connect: Connect;
  /* Runs once, soon: before the next frame is drawn. */
  soon(run: () => void): void;
  after(ms: number, run: () => void): () => void;
}

const EVENTS = ["row", "gone", "stills", "reset"] as const;
const AGAIN_MS = 5000;

export function createWall(api: Api, exam: string, ports: WallPorts): WallModel {
  const state = createStore<Loading<WallState, ApiError>>({ state: "loading" });
  const connected = createStore(true);
  const listeners = new Set<(row: LiveRow) => void>();
  let about: LiveExam = { id: exam, title: "" };
  let entries = new Map<string, LiveEntry>();
  let known = false;
  let due = false;
  let loading = false;
  let early: (() => void)[] = []; // news that came while the list was on its way
  let cancel: () => void = () => undefined;

  function changed(): void {
    if (due || !known) return;
    due = true;
    ports.soon(() => {
      due = false;
      state.set({ state: "ready", value: { exam: about, entries: new Map(entries) } });
    });
  }

  function takeRow(row: LiveRow): void {
    const before = entries.get(row.id);
    if (isLive(row)) entries.set(row.id, { ...row, stills: before?.stills ?? NO_STILLS });
    else entries.delete(row.id);
    for (const listener of listeners) listener(row);
    changed();
  }

  function takeStills(news: readonly StillNews[]): void {
    for (const [id, kind, takenUs] of news) {
      const before = entries.get(id);
      if (before === undefined) continue;
      entries.set(id, { ...before, stills: { ...before.stills, [kind]: takenUs } });
    }
    changed();
  }

  function take(name: string, data: unknown): void {
    if (name === "row") takeRow(parseRow(data));
    else if (name === "stills") takeStills(parseStills(data));
    else if (name === "gone") {
      entries.delete(fields(data).text("id"));
      changed();
    }
  }

  async function load(): Promise<void> {
    cancel();
    if (loading) return;
    loading = true;
    try {
      const wall = await fetchWall(api, exam);
      about = wall.exam;
      entries = new Map(wall.sessions.map((entry) => [entry.id, entry]));
      known = true;
      loading = false;
      const late = early;
      early = [];
      for (const run of late) run();
      changed();
    } catch (thrown) {
      loading = false;
      const error = asApiError(thrown);
      if (!known) state.set({ state: "failed", error });
      if (error.isTemporary) cancel = ports.after(AGAIN_MS, () => void load());
    }
  }

  const disconnect = ports.connect(() => wallEventsUrl(exam), EVENTS, {
    onOpen() {
      connected.set(true);
      void load(); // what was told before the stream began is not told again
    },
    onLost: () => connected.set(false),
    onEvent(name, data) {
      const run = () => {
        try {
          take(name, data);
        } catch {
          return; // an event that the protocol does not have
        }
      };
      if (name === "reset") void load();
      else if (loading) early.push(run);
      else run();
    },
  });

  return {
    state,
    connected,
    onRow(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    load,
    stop() {
      cancel();
      disconnect();
    },
  };
}

/* ---- what is shown, in which order ---- */

export const FILTERS = ["all", "hands", "lost", "flags", "paused", "warned"] as const;
export type Filter = (typeof FILTERS)[number];
export type Sort = "name" | "attention";

export function isLost(row: LiveRow): boolean {
  return Object.values(row.lights).some((light) => light === "lost");
}

const TESTS: Readonly<Record<Filter, (row: LiveRow) => boolean>> = {
  all: () => true,
  hands: (row) => row.handUs !== null,
  lost: isLost,
  flags: (row) => row.flag?.open === true,
  paused: (row) => row.pausedUs !== null,
  warned: (row) => row.warnings > 0,
};

export function countsOf(rows: Iterable<LiveRow>): Record<Filter, number> {
  const counts: Record<Filter, number> = { all: 0, hands: 0, lost: 0, flags: 0, paused: 0, warned: 0 };
  for (const row of rows) for (const filter of FILTERS) if (TESTS[filter](row)) counts[filter] += 1;
  return counts;
}

const WEIGHTS = { high: 3, medium: 2, low: 1 } as const;

/* A hand first, then what is lost, then flags that go on, by their weight. */
function attention(row: LiveRow): number {
  const flag = row.flag?.open === true ? WEIGHTS[row.flag.severity] : 0;
  return (row.handUs !== null ? 100 : 0) + (isLost(row) ? 10 : 0) + flag;
}

const collator = new Intl.Collator();

export function select<T extends LiveRow>(
  rows: Iterable<T>,
  filter: Filter,
  search: string,
  sort: Sort,
): T[] {
  const wanted = search.trim().toLowerCase();
  const list = [...rows].filter(
    (row) => TESTS[filter](row) && (wanted === "" || row.candidate.toLowerCase().includes(wanted)),
  );
  const byName = (a: T, b: T) => collator.compare(a.candidate, b.candidate) || (a.id < b.id ? -1 : 1);
  return list.sort(
    sort === "name" ? byName : (a, b) => attention(b) - attention(a) || byName(a, b),
  );
}
