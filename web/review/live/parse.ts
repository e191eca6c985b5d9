/* What the live routes tell: docs/protocol.md, "Live". */
import { fields, parseInteger, parseOneOf, parseText, ParseError, type Parse } from "../../ui/parse";
import type { Severity } from "../parse";

export const PARTS = ["camera", "microphone", "screen", "app", "plugin", "connection"] as const;
export type Part = (typeof PARTS)[number];
export type Light = "none" | "waiting" | "on" | "lost";
export const KINDS = ["camera", "screen", "app"] as const;
export type Kind = (typeof KINDS)[number];

export interface LiveFlag {
  rule: string;
  title: string;
  severity: Severity;
  timeUs: number;
  open: boolean;
}

export interface LiveRow {
  id: string;
  candidate: string;
  state: string;
  lights: Readonly<Record<Part, Light>>;
  flag: LiveFlag | null;
  handUs: number | null;
  pausedUs: number | null;
  warnings: number; // not acknowledged
}

export type Stills = Readonly<Record<Kind, number | null>>;

/* Of a row that is on the wall. */
export interface LiveEntry extends LiveRow {
  stills: Stills;
}

export const NO_STILLS: Stills = { camera: null, screen: null, app: null };

export function isLive(row: LiveRow): boolean {
  return row.state === "recording" || row.state === "exam";
}

const SEVERITY = parseOneOf(["high", "medium", "low"]);
const LIGHT = parseOneOf(["none", "waiting", "on", "lost"]);

export const parseRow: Parse<LiveRow> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    candidate: f.text("candidate"),
    state: f.text("state"),
    lights: f.get("lights", (inner, at) => {
      const l = fields(inner, at);
      return {
        camera: l.get("camera", LIGHT),
        microphone: l.get("microphone", LIGHT),
        screen: l.get("screen", LIGHT),
        app: l.get("app", LIGHT),
        plugin: l.get("plugin", LIGHT),
        connection: l.get("connection", LIGHT),
      };
    }),
    flag: f.nullable("flag", (inner, at) => {
      const x = fields(inner, at);
      return {
        rule: x.text("rule"),
        title: x.text("title"),
        severity: x.get("severity", SEVERITY),
        timeUs: x.integer("time_us"),
        open: x.bool("open"),
      };
    }),
    handUs: f.nullable("hand_us", parseInteger),
    pausedUs: f.nullable("paused_us", parseInteger),
    warnings: f.integer("warnings"),
  };
};

const parseEntry: Parse<LiveEntry> = (value, path) => ({
  ...parseRow(value, path),
  stills: fields(value, path).get("stills", (inner, at) => {
    const s = fields(inner, at);
    return {
      camera: s.nullable("camera", parseInteger),
      screen: s.nullable("screen", parseInteger),
      app: s.nullable("app", parseInteger),
    };
  }),
});

export interface LiveExam {
  id: string;
  title: string;
}

const parseExam: Parse<LiveExam> = (value, path) => {
  const f = fields(value, path);
  return { id: f.text("id"), title: f.text("title") };
};

export interface Wall {
  exam: LiveExam;
  sessions: LiveEntry[];
  serverUs: number;
}

export const parseWall: Parse<Wall> = (value, path) => {
  const f = fields(value, path);
  return {
    exam: f.get("exam", parseExam),
    sessions: f.list("sessions", parseEntry),
    serverUs: f.integer("server_us"),
  };
};

/* [session, kind, taken_us] */
export type StillNews = readonly [id: string, kind: Kind, takenUs: number];

const parseStill: Parse<StillNews> = (value, path) => {
  if (!Array.isArray(value)) throw new ParseError(`${path}: not a still`);
  return [
    parseText(value[0], path),
    parseOneOf(KINDS)(value[1], path),
    parseInteger(value[2], path),
  ];
};

export const parseStills = (value: unknown): StillNews[] =>
  Array.isArray(value) ? value.map((one: unknown, at) => parseStill(one, `stills[${at}]`)) : [];

/* ---- one session ---- */

export interface LiveStream {
  id: string;
  kind: Kind;
  mime: string;
  startUs: number;
  bytes: number;
  open: boolean;
}

export interface DetailFlag {
  id: number;
  rule: string;
  title: string;
  severity: Severity;
  fromUs: number;
  toUs: number;
  open: boolean;
  numbers: string;
}

export interface Detail {
  session: LiveEntry;
  exam: LiveExam;
  serverUs: number;
  streams: LiveStream[];
  flags: DetailFlag[];
  warnings: { id: number; text: string; by: string; madeUs: number; acknowledgedUs: number | null }[];
  acts: { id: number; timeUs: number; by: string; action: string; reason: string }[];
  thread: number | null;
  pauseReason: string;
  endReason: string;
}

export const parseDetail: Parse<Detail> = (value, path) => {
  const f = fields(value, path);
  return {
    session: f.get("session", parseEntry),
    exam: f.get("exam", parseExam),
    serverUs: f.integer("server_us"),
    streams: f.list("streams", (inner, at) => {
      const s = fields(inner, at);
      return {
        id: s.text("id"),
        kind: s.get("kind", parseOneOf(KINDS)),
        mime: s.text("mime"),
        startUs: s.integer("start_us"),
        bytes: s.integer("bytes"),
        open: s.bool("open"),
      };
    }),
    flags: f.list("flags", (inner, at) => {
      const x = fields(inner, at);
      return {
        id: x.integer("id"),
        rule: x.text("rule"),
        title: x.text("title"),
        severity: x.get("severity", SEVERITY),
        fromUs: x.integer("from_us"),
        toUs: x.integer("to_us"),
        open: x.bool("open"),
        numbers: x.text("numbers"),
      };
    }),
    warnings: f.list("warnings", (inner, at) => {
      const w = fields(inner, at);
      return {
        id: w.integer("id"),
        text: w.text("text"),
        by: w.text("by"),
        madeUs: w.integer("made_us"),
        acknowledgedUs: w.nullable("acknowledged_us", parseInteger),
      };
    }),
    acts: f.list("acts", (inner, at) => {
      const a = fields(inner, at);
      return {
        id: a.integer("id"),
        timeUs: a.integer("time_us"),
        by: a.text("by"),
        action: a.text("action"),
        reason: a.text("reason"),
      };
    }),
    thread: f.nullable("thread", parseInteger),
    pauseReason: f.text("pause_reason"),
    endReason: f.text("end_reason"),
  };
};

export const parseGrown: Parse<{ stream: string; kind: Kind; bytes: number }> = (value, path) => {
  const f = fields(value, path);
  return { stream: f.text("stream"), kind: f.get("kind", parseOneOf(KINDS)), bytes: f.integer("bytes") };
};
