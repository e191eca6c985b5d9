/* The events of a watch, numbered, in the browser's storage until the server has them. The worker may
 * die between any two lines: an event and the state that it came from are saved in one write, so it is
 * there once or not at all, and goes on as it was. */
import { parseInteger, parseText, fields, type Parse } from "../../web/ui/parse";
import { parsePluginEvent, type Detail, type PluginEvent } from "../shared/messages";

/* One numbered sequence: a watch over a session. */
export interface Run {
  session: string;
  run: string;
  next: number; // the number of the next event
  acked: number; // all before it are with the server
  dropped: number; // for which there was no room
  changedMs: number;
}

export const KEPT_MAX = 4000; // events of a run that wait; a browser gives 10 MB
export const BATCH = 64;
const OLD_MS = 72 * 3600 * 1000; // the server takes nothing any more
const RUNS_MAX = 8;

export const parseRun: Parse<Run> = (value, path) => {
  const f = fields(value, path);
  return {
    session: f.text("session"),
    run: f.text("run"),
    next: f.integer("next"),
    acked: f.integer("acked"),
    dropped: f.optional("dropped", parseInteger, 0),
    changedMs: f.integer("changedMs"),
  };
};

const keyOf = (run: string, seq: number) => `e/${run}/${seq}`;

export interface Journal {
  /* Every run that has something the server lacks, oldest first; the one being written among them. */
  readonly runs: Run[];
  begin(session: string, run: string): void;
  /* The run being written, or null. */
  current(): Run | null;
  close(): void;
  /* Its number; 0 when there was no room. */
  add(kind: string, detail: Detail, clientUs: number): number;
  /* Makes an event that nobody was told of fuller. */
  amend(seq: number, detail: Detail): void;
  batch(run: Run, before: number): PluginEvent[];
  waiting(session: string): number;
  ack(run: string, next: number): void;
  /* What has changed since the last time: to be saved, and to be forgotten, in this order. */
  changes(): { save: Record<string, unknown>; forget: string[] };
}

export function createJournal(kept: Record<string, unknown>, nowMs: () => number): Journal {
  const events = new Map<string, PluginEvent>();
  const save: Record<string, unknown> = {};
  let forget: string[] = [];
  let runs = loadRuns(kept);
  let current = runs.find((run) => run.run === kept.current) ?? null;
  for (const [key, value] of Object.entries(kept)) {
    const found = /^e\/([0-9A-Za-z_-]+)\/(\d+)$/.exec(key);
    if (found === null) continue;
    const owner = runs.find((run) => run.run === found[1]);
    const event = owner === undefined || Number(found[2]) < owner.acked ? null : load(value);
    if (event === null) forget.push(key);
    else events.set(key, event);
  }
  drop((run) => nowMs() - run.changedMs > OLD_MS);

  function drop(which: (run: Run) => boolean): void {
    const gone = runs.filter((one) => one !== current && which(one));
    if (gone.length === 0) return;
    for (const run of gone)
      for (let seq = run.acked; seq < run.next; seq++) remove(keyOf(run.run, seq));
    runs = runs.filter((one) => !gone.includes(one));
    save.runs = runs;
  }

  function remove(key: string): void {
    if (events.delete(key)) forget.push(key);
    delete save[key];
  }

  function put(run: Run, event: PluginEvent): void {
    const key = keyOf(run.run, event.seq);
    events.set(key, event);
    save[key] = event;
    run.changedMs = nowMs();
    save.runs = runs;
  }

  function add(kind: string, detail: Detail, clientUs: number): number {
    if (current === null) return 0;
    if (current.next - current.acked >= KEPT_MAX) {
      current.dropped += 1;
      save.runs = runs;
      return 0;
    }
    if (current.dropped > 0) {
      const count = current.dropped;
      current.dropped = 0;
      put(current, { seq: current.next++, kind: "events-dropped", detail: { count }, clientUs });
    }
    const seq = current.next++;
    put(current, { seq, kind, detail, clientUs });
    return seq;
  }

  return {
    get runs() {
      return runs;
    },
    begin(session, run) {
      while (runs.length >= RUNS_MAX) {
        const oldest = runs[0];
        drop((one) => one === oldest);
      }
      current = { session, run, next: 1, acked: 1, dropped: 0, changedMs: nowMs() };
      runs.push(current);
      save.runs = runs;
      save.current = run;
    },
    current: () => current,
    close() {
      current = null;
      save.current = "";
      drop((run) => run.acked >= run.next);
    },
    add,
    amend(seq, detail) {
      const before = current === null ? undefined : events.get(keyOf(current.run, seq));
      if (current !== null && before !== undefined)
        put(current, { ...before, detail: { ...before.detail, ...detail } });
    },
    batch(run, before) {
      const found: PluginEvent[] = [];
      for (let seq = run.acked; seq < Math.min(before, run.next) && found.length < BATCH; seq++) {
        found.push(events.get(keyOf(run.run, seq)) ?? unreadable(seq));
      }
      return found;
    },
    waiting: (session) =>
      runs.filter((run) => run.session === session).reduce((sum, run) => sum + run.next - run.acked, 0),
    ack(name, next) {
      const run = runs.find((one) => one.run === name);
      if (run === undefined || next <= run.acked) return;
      const last = Math.min(next, run.next);
      for (let seq = run.acked; seq < last; seq++) remove(keyOf(name, seq));
      run.acked = last;
      run.changedMs = nowMs();
      save.runs = runs;
      drop((one) => one.acked >= one.next);
    },
    changes() {
      const taken = { save: { ...save }, forget };
      for (const key of Object.keys(save)) delete save[key];
      forget = [];
      return taken;
    },
  };
}

/* What was damaged in the storage is said to be lost; its number is not given to anything else. */
function unreadable(seq: number): PluginEvent {
  return { seq, kind: "events-dropped", detail: { count: 1 }, clientUs: 0 };
}

function load(value: unknown): PluginEvent | null {
  try {
    return parsePluginEvent(value);
  } catch {
    return null; // of another version, or damaged
  }
}

function loadRuns(kept: Record<string, unknown>): Run[] {
  if (!Array.isArray(kept.runs)) return [];
  return kept.runs.flatMap((value: unknown) => {
    try {
      const run = parseRun(value);
      parseText(run.run);
      return [run];
    } catch {
      return [];
    }
  });
}
