/* A candidate's supervised sittings and their results, as docs/protocol.md has them ("Results"). */
import type { Api } from "../ui/api";
import { fields, parseInteger, parseText, type Fields, type Parse } from "../ui/parse";
import { EXAM_KINDS, STAGES, type ExamKind, type Stage } from "./api";

export const OUTCOMES = ["none", "passed", "violation", "suspicious", "not-enough-evidence"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const APPEALS = ["none", "open", "answered"] as const;
export type AppealState = (typeof APPEALS)[number];
export const PARTS = ["recordings", "derived", "identity"] as const;
export type Part = (typeof PARTS)[number];

export interface Kept {
  parts: Record<Part, { untilUs: number; goneUs: number | null }>;
  held: boolean; // an appeal holds it
  deletions: { id: string; what: string; timeUs: number; signed: boolean }[];
}

export interface Sitting {
  session: string;
  title: string;
  kind: ExamKind;
  endedUs: number;
  stage: Stage;
  releasedUs: number | null;
  appealUntilUs: number | null;
  appeal: AppealState;
  keep: Kept;
}

export interface ResultFlag {
  id: number;
  stream: string; // "": of no recording
  rule: string;
  title: string;
  meaning: string;
  fromUs: number;
  toUs: number;
  numbers: string;
  picture: boolean;
  note: string;
}

export interface Recording {
  id: string;
  kind: "camera" | "screen" | "app";
  startUs: number;
}

export interface Result {
  session: string;
  title: string;
  startedUs: number;
  releasedUs: number;
  outcome: Outcome;
  by: string | null;
  flags: ResultFlag[];
  streams: Recording[];
  appeal: {
    state: AppealState;
    untilUs: number | null;
    reason: string | null;
    madeUs: number | null;
    answer: string | null;
    answeredUs: number | null;
    by: string | null;
  };
  keep: Kept;
  serverUs: number;
}

function parsePart(f: Fields, part: Part): Kept["parts"][Part] {
  return f.get(part, (value, path) => {
    const p = fields(value, path);
    return { untilUs: p.integer("until_us"), goneUs: p.nullable("gone_us", parseInteger) };
  });
}

const parseKept: Parse<Kept> = (value, path) => {
  const f = fields(value, path);
  return {
    parts: f.get("parts", (inner, at) => {
      const p = fields(inner, at);
      return {
        recordings: parsePart(p, "recordings"),
        derived: parsePart(p, "derived"),
        identity: parsePart(p, "identity"),
      };
    }),
    held: f.bool("held"),
    deletions: f.list("deletions", (inner, at) => {
      const d = fields(inner, at);
      return { id: d.text("id"), what: d.text("what"), timeUs: d.integer("time_us"), signed: d.bool("signed") };
    }),
  };
};

const parseSitting: Parse<Sitting> = (value, path) => {
  const f = fields(value, path);
  return {
    session: f.text("session"),
    title: f.text("title"),
    kind: f.oneOf("kind", EXAM_KINDS),
    endedUs: f.integer("ended_us"),
    stage: f.oneOf("stage", STAGES),
    releasedUs: f.nullable("released_us", parseInteger),
    appealUntilUs: f.nullable("appeal_until_us", parseInteger),
    appeal: f.oneOf("appeal", APPEALS),
    keep: f.get("keep", parseKept),
  };
};

const parseFlag: Parse<ResultFlag> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    stream: f.text("stream"),
    rule: f.text("rule"),
    title: f.text("title"),
    meaning: f.text("meaning"),
    fromUs: f.integer("from_us"),
    toUs: f.integer("to_us"),
    numbers: f.text("numbers"),
    picture: f.bool("picture"),
    note: f.text("note"),
  };
};

export const parseResult: Parse<Result> = (value, path) => {
  const f = fields(value, path);
  return {
    session: f.text("session"),
    title: f.text("title"),
    startedUs: f.integer("started_us"),
    releasedUs: f.integer("released_us"),
    outcome: f.oneOf("outcome", OUTCOMES),
    by: f.nullable("by", parseText),
    flags: f.list("flags", parseFlag),
    streams: f.list("streams", (inner, at) => {
      const s = fields(inner, at);
      return { id: s.text("id"), kind: s.oneOf("kind", ["camera", "screen", "app"]), startUs: s.integer("start_us") };
    }),
    appeal: f.get("appeal", (inner, at) => {
      const a = fields(inner, at);
      return {
        state: a.oneOf("state", APPEALS),
        untilUs: a.nullable("until_us", parseInteger),
        reason: a.nullable("reason", parseText),
        madeUs: a.nullable("made_us", parseInteger),
        answer: a.nullable("answer", parseText),
        answeredUs: a.nullable("answered_us", parseInteger),
        by: a.nullable("by", parseText),
      };
    }),
    keep: f.get("keep", parseKept),
    serverUs: f.integer("server_us"),
  };
};

const at = (session: string): string => `/api/proctor/sessions/${session}`;
const ignore = () => undefined;

export function fetchSittings(api: Api): Promise<Sitting[]> {
  return api.get("/api/proctor/results", (value, path) => fields(value, path).list("sessions", parseSitting));
}
export function fetchResult(api: Api, session: string): Promise<Result> {
  return api.get(`${at(session)}/result`, parseResult);
}
export function saveNote(api: Api, session: string, flag: number, note: string): Promise<void> {
  return api.put(`${at(session)}/result/flags/${flag}`, { note }, ignore);
}
export function sendAppeal(api: Api, session: string, reason: string): Promise<Result> {
  return api.post(`${at(session)}/appeal`, { reason }, parseResult);
}
export const mediaUrl = (session: string, stream: string): string => `${at(session)}/result/streams/${stream}/media`;
export const pictureUrl = (session: string, flag: number): string => `${at(session)}/result/flags/${flag}/picture`;
export const deletionUrl = (session: string, id: string): string => `${at(session)}/deletions/${id}`;

/* Recordings that show the flag's time: its own first. A flag of the session as a whole is of none. */
export function recordingsOf(result: Result, flag: ResultFlag): Recording[] {
  const others = result.streams.filter((s) => s.id !== flag.stream && s.startUs <= flag.toUs);
  /* of those that were begun anew after a reload, the last that had begun by then */
  const latest = (["camera", "screen", "app"] as const).flatMap((kind) =>
    others
      .filter((s) => s.kind === kind)
      .sort((a, b) => b.startUs - a.startUs)
      .slice(0, 1),
  );
  const own = result.streams.filter((s) => s.id === flag.stream);
  return [...own, ...latest.filter((s) => own.every((o) => o.kind !== s.kind))];
}
