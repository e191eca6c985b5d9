/* The journal of one stream: a line of JSON for each thing that happened to it. Only whole lines count,
 * so a line torn by a crash is as if it had not been written. The file of bytes may be longer than the
 * last "piece" line says: what is behind it was not flushed and is dropped. */
import { fields, ParseError, parseInteger, parseText } from "../../ui/parse";

export type JournalEntry =
  | { type: "begin"; kind: string; mime: string; startedUs: number }
  | { type: "piece"; end: number } // bytes up to `end` are on the disk
  | { type: "made"; url: string } // the upload on the server
  | { type: "acknowledged"; offset: number }
  | { type: "end" } // the recorder has stopped: nothing is added any more
  | { type: "done"; length: number }
  | { type: "stuck"; reason: string };

export interface JournalState {
  kind: string;
  mime: string;
  startedUs: number;
  end: number;
  url: string | null;
  acknowledged: number;
  ended: boolean;
  done: boolean;
  stuck: string | null;
}

export function encodeEntry(entry: JournalEntry): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(entry) + "\n");
}

function parseEntry(line: string): JournalEntry {
  const f = fields(JSON.parse(line) as unknown, "journal");
  const type = f.text("type");
  switch (type) {
    case "begin":
      return { type, kind: f.text("kind"), mime: f.text("mime"), startedUs: f.integer("startedUs") };
    case "piece":
      return { type, end: f.integer("end") };
    case "made":
      return { type, url: f.text("url") };
    case "acknowledged":
      return { type, offset: f.integer("offset") };
    case "end":
      return { type };
    case "done":
      return { type, length: f.get("length", parseInteger) };
    case "stuck":
      return { type, reason: f.get("reason", parseText) };
    default:
      throw new ParseError(`journal.type: "${type}" is not known`);
  }
}

export function applyEntry(state: JournalState | null, entry: JournalEntry): JournalState | null {
  if (entry.type === "begin")
    return {
      kind: entry.kind,
      mime: entry.mime,
      startedUs: entry.startedUs,
      end: 0,
      url: null,
      acknowledged: 0,
      ended: false,
      done: false,
      stuck: null,
    };
  if (state === null) return null;
  switch (entry.type) {
    case "piece":
      return { ...state, end: Math.max(state.end, entry.end) };
    case "made": // a second one replaces the first: the server did not know that any more
      return { ...state, url: entry.url, acknowledged: 0 };
    case "acknowledged":
      return { ...state, acknowledged: entry.offset };
    case "end":
      return { ...state, ended: true };
    case "done":
      return { ...state, ended: true, done: true, end: entry.length, acknowledged: entry.length };
    case "stuck":
      return { ...state, ended: true, stuck: entry.reason };
  }
}

/* What the journal tells, and how many of its bytes are whole lines. null: not one whole line. */
export function readJournal(bytes: Uint8Array): { state: JournalState | null; whole: number } {
  let state: JournalState | null = null;
  let whole = 0;
  for (;;) {
    const newline = bytes.indexOf(10, whole);
    if (newline < 0) return { state, whole };
    try {
      state = applyEntry(state, parseEntry(new TextDecoder().decode(bytes.subarray(whole, newline))));
    } catch {
      return { state, whole }; // nothing behind a broken line can be trusted
    }
    whole = newline + 1;
  }
}
