/* The attempt's endpoints as docs/protocol.md has them. */
import type { Api } from "../ui/api";
import { fields, parseInteger, ParseError, parseUnknown, type Parse } from "../ui/parse";

export type ItemKind = "single" | "multiple" | "numeric" | "descriptive";

/* single: an option's id; multiple: ids; numeric, descriptive: text. null: no answer. */
export type Value = number | number[] | string | null;

export interface Item {
  id: number;
  kind: ItemKind;
  prompt: string;
  points: number;
  options: { id: number; text: string }[];
  answer: { value: Value; revision: number; savedUs: number } | null;
  seenUs: number | null;
  marked: boolean;
}

/* Time that was added, and why: docs/protocol.md, TIME. */
export const TIME_KINDS = ["extra", "outage", "pause", "support"] as const;
export interface TimeEntry {
  id: number;
  kind: (typeof TIME_KINDS)[number];
  givenUs: number;
  fromUs: number | null;
  toUs: number | null;
  reason: string;
  who: string;
}

export interface AttachedFile {
  id: string;
  itemId: number;
  name: string;
  state: "open" | "complete";
  length: number;
  bytes: number;
  sha256: string; // of the bytes that are there
  replaces: string; // the id of the one that goes when this is whole; or ""
}

export interface Limits {
  fileBytes: number;
  filesOfItem: number;
  allBytes: number;
}

export interface Attempt {
  id: number;
  exam: { title: string; kind: "practice" | "exam"; durationS: number };
  extraS: number; // comes to the exam's duration, for this candidate
  state: "created" | "running" | "finished" | "submitted";
  mayStart: boolean;
  startedUs: number | null;
  deadlineUs: number | null;
  serverUs: number;
  graceUntilUs: number | null;
  items: Item[];
  time: TimeEntry[];
  files: AttachedFile[];
  limits: Limits;
  /* The clock stands, and there are no items to see. */
  paused: { sinceUs: number; reason: string } | null;
}

export const parseValue: Parse<Value> = (value, path = "value") => {
  if (value === null || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((entry: unknown) => parseInteger(entry, path));
  if (typeof value === "number") return parseInteger(value, path);
  throw new ParseError(`${path}: not an answer`);
};

const parseItem: Parse<Item> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    kind: f.oneOf("kind", ["single", "multiple", "numeric", "descriptive"]),
    prompt: f.text("prompt"),
    points: f.number("points"),
    options: f.list("options", (inner, at) => {
      const o = fields(inner, at);
      return { id: o.integer("id"), text: o.text("text") };
    }),
    seenUs: f.nullable("seen_us", parseInteger),
    marked: f.bool("marked"),
    answer: f.nullable("answer", (inner, at) => {
      const a = fields(inner, at);
      return {
        value: a.get("value", parseValue),
        revision: a.integer("revision"),
        savedUs: a.integer("saved_us"),
      };
    }),
  };
};

export const parseTimeEntry: Parse<TimeEntry> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    kind: f.oneOf("kind", TIME_KINDS),
    givenUs: f.integer("given_us"),
    fromUs: f.nullable("from_us", parseInteger),
    toUs: f.nullable("to_us", parseInteger),
    reason: f.text("reason"),
    who: f.text("who"),
  };
};

export const parseAttachedFile: Parse<AttachedFile> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    itemId: f.integer("item_id"),
    name: f.text("name"),
    state: f.oneOf("state", ["open", "complete"]),
    length: f.integer("length"),
    bytes: f.integer("bytes"),
    sha256: f.text("sha256"),
    replaces: f.text("replaces"),
  };
};

export const parseAttempt: Parse<Attempt> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    exam: f.get("exam", (inner, at) => {
      const e = fields(inner, at);
      return {
        title: e.text("title"),
        kind: e.oneOf("kind", ["practice", "exam"]),
        durationS: e.integer("duration_s"),
      };
    }),
    extraS: f.integer("extra_s"),
    state: f.oneOf("state", ["created", "running", "finished", "submitted"]),
    mayStart: f.bool("may_start"),
    startedUs: f.nullable("started_us", parseInteger),
    deadlineUs: f.nullable("deadline_us", parseInteger),
    serverUs: f.integer("server_us"),
    graceUntilUs: f.nullable("grace_until_us", parseInteger),
    items: f.list("items", parseItem),
    time: f.list("time", parseTimeEntry),
    files: f.list("attachments", parseAttachedFile),
    limits: f.get("limits", (inner, at) => {
      const l = fields(inner, at);
      return {
        fileBytes: l.integer("file_bytes"),
        filesOfItem: l.integer("files_of_item"),
        allBytes: l.integer("all_bytes"),
      };
    }),
    paused: f.nullable("paused", (inner, at) => {
      const p = fields(inner, at);
      return { sinceUs: p.integer("since_us"), reason: p.text("reason") };
    }),
  };
};

export interface ExamApi {
  attempt(): Promise<Attempt>;
  start(): Promise<Attempt>;
  save(
    item: number,
    value: Value,
    revision: number,
  ): Promise<{ savedUs: number; revision: number; deadlineUs: number | null }>;
  /* The item is on the screen, and marked or not. */
  seen(item: number, marked: boolean): Promise<void>;
  finish(): Promise<Attempt>;
  submit(): Promise<Attempt>;
}

export function createExamApi(api: Api, attempt: number): ExamApi {
  const at = `/api/campus/attempts/${attempt}`;
  return {
    attempt: () => api.get(at, parseAttempt),
    start: () => api.post(`${at}/start`, undefined, parseAttempt),
    save: (item, value, revision) =>
      api.put(`${at}/answers/${item}`, { value, revision }, (answer, path) => {
        const f = fields(answer, path);
        return {
          savedUs: f.integer("saved_us"),
          revision: f.integer("revision"),
          deadlineUs: f.optional("deadline_us", parseInteger, null),
        };
      }),
    seen: async (item, marked) => {
      await api.put(`${at}/items/${item}`, { marked }, parseUnknown);
    },
    finish: () => api.post(`${at}/finish`, undefined, parseAttempt),
    submit: () => api.post(`${at}/submit`, undefined, parseAttempt),
  };
}

export function isAnswered(value: Value): boolean {
  return value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

/* What the server takes as a number: a decimal, with a point, at most 64 bytes. */
export function isDecimal(text: string): boolean {
  return text.length <= 64 && /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text);
}

export const DESCRIPTIVE_MAX = 64 << 10; // bytes of UTF-8

export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}
