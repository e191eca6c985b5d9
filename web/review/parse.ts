/* What the server says about exams, sessions and their reports, accepted member by member. Members we
 * do not know are ignored; a member that is wrong ends the parse with its path. */
import {
  fields,
  parseInteger,
  parseNullable,
  parseNumber,
  parseRecord,
  parseText,
  type Fields,
  type Parse,
} from "../ui/parse";
import { PROFILE_STATES, type ProfileState } from "./profile-parse";

export const SEVERITIES = ["high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];
const ANALYSES = ["waiting", "running", "final", "failed"] as const;
export type Analysis = (typeof ANALYSES)[number];

export const OUTCOMES = [
  "none",
  "passed",
  "violation",
  "suspicious",
  "not-enough-evidence",
] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const ANSWERS = ["none", "breaks", "breaks-not", "cannot-tell"] as const;
export type Answer = (typeof ANSWERS)[number];

export interface ExamRow {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly sessions: number;
  readonly incidents: number;
}

export interface ExamHead {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
}

export interface SessionRow {
  readonly id: string;
  readonly candidate: string;
  readonly state: string;
  readonly startedUs: number | null;
  readonly endedUs: number | null;
  readonly incidents: number;
  readonly severities: Readonly<Record<Severity, number>>;
  readonly flags: Readonly<Record<string, number>>; /* rule: how many */
  readonly analysis: Analysis;
  readonly outcome: Outcome;
  readonly identity: ProfileState;
  readonly review: (typeof ROW_STANDINGS)[number];
}

export interface Stream {
  readonly id: string;
  readonly kind: string;
  readonly mime: string;
  readonly startUs: number;
  readonly durationUs: number | null;
  readonly bytes: number;
  readonly seekable: boolean;
  readonly analysis: Analysis;
  readonly problem: string | null;
  readonly deletedUs: number | null; /* its bytes are gone since then */
}

export interface Flag {
  readonly id: string;
  readonly stream: string; /* "": of the session as a whole, where there is no recording */
  readonly rule: string;
  readonly title: string;
  readonly meaning: string;
  readonly severity: Severity;
  readonly fromUs: number;
  readonly toUs: number;
  readonly open: boolean;
  readonly confidence: number;
  readonly numbers: string;
  readonly picture: boolean;
}

export interface Incident {
  readonly fromUs: number;
  readonly toUs: number;
  readonly severity: Severity;
  readonly rules: readonly string[];
  readonly flags: readonly string[];
}

export interface SessionEvent {
  readonly timeUs: number;
  readonly kind: string;
  readonly title: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AcceptedDocument {
  readonly document: string;
  readonly version: string;
  readonly sha256: string;
  readonly acceptedUs: number;
}

export interface PolicyRule {
  readonly rule: string;
  readonly on: boolean;
  readonly severity: string;
  readonly minS: number | null;
}

/* What a person said; it is never mixed with what the analysis found. */
export const DECISION_KINDS = ["decision", "settled", "appeal"] as const;
export interface Decision {
  readonly id: string;
  readonly kind: (typeof DECISION_KINDS)[number];
  readonly user: string;
  readonly outcome: Outcome;
  readonly note: string;
  readonly name: string;
  readonly timeUs: number;
}
export interface IncidentAnswer {
  readonly flag: string; /* the incident's first */
  readonly answer: Answer;
  readonly note: string;
  readonly name: string;
  readonly user: string;
  readonly timeUs: number;
}

export const SECONDS = ["never", "violations", "always"] as const;
export const STANDINGS = ["open", "waiting", "differs", "settled"] as const;
export const ROW_STANDINGS = [...STANDINGS, "second"] as const; // it waits for a look of one's own
export const MAY = ["decide", "settle", "nothing"] as const;

/* Where several reviewers' decisions stand, as this user may know it. */
export interface Standing {
  readonly second: (typeof SECONDS)[number]; /* which decisions two people make */
  readonly state: (typeof STANDINGS)[number];
  readonly outcome: Outcome; /* that counts */
  readonly own: Outcome;
  readonly may: (typeof MAY)[number];
  readonly blind: boolean; /* words of others are not shown */
}

/* Did plugin and app tell the same of one exchange? `words` say it; empty where there were not both. */
export const VOUCHES = ["none", "not-asked", "not-reached", "one-sided", "differs", "agreed"] as const;
export interface Vouch {
  readonly state: (typeof VOUCHES)[number];
  readonly words: string;
}

export interface Review {
  readonly session: {
    readonly id: string;
    readonly state: string;
    readonly candidate: string;
    readonly startedUs: number | null;
    readonly endedUs: number | null;
    readonly uploadedUs: number | null;
    readonly analysis: Analysis;
  };
  readonly exam: ExamHead;
  readonly serverUs: number;
  readonly streams: readonly Stream[];
  readonly flags: readonly Flag[];
  readonly incidents: readonly Incident[];
  readonly events: readonly SessionEvent[];
  readonly vouch: Vouch;
  readonly policy: { readonly name: string; readonly rules: readonly PolicyRule[] };
  readonly documents: readonly AcceptedDocument[];
  readonly decisions: readonly Decision[]; /* the newest first: it counts */
  readonly answers: readonly IncidentAnswer[];
  readonly review: Standing;
}

/* Ids are text here, also where the server counts them. */
const parseId: Parse<string> = (value, path) =>
  typeof value === "number" ? String(value) : parseText(value, path);

function examHead(f: Fields): ExamHead {
  return { id: f.get("id", parseId), title: f.text("title"), kind: f.text("kind") };
}

export interface SessionList {
  readonly exam: ExamHead;
  readonly sessions: readonly SessionRow[];
  readonly total: number; /* on all pages */
  readonly next: string | null; /* where the next page begins */
}

const parseExamRow: Parse<ExamRow> = (value, path) => {
  const f = fields(value, path);
  return { ...examHead(f), sessions: f.integer("sessions"), incidents: f.integer("incidents") };
};

export const parseExams: Parse<ExamRow[]> = (value, path) =>
  fields(value, path).list("exams", parseExamRow);

const parseSeverities: Parse<SessionRow["severities"]> = (value, path) => {
  const f = fields(value, path);
  return { high: f.integer("high"), medium: f.integer("medium"), low: f.integer("low") };
};

const parseSessionRow: Parse<SessionRow> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    candidate: f.text("candidate"),
    state: f.text("state"),
    startedUs: f.nullable("started_us", parseInteger),
    endedUs: f.nullable("ended_us", parseInteger),
    incidents: f.integer("incidents"),
    severities: f.get("severities", parseSeverities),
    flags: f.get("flags", parseRecord(parseInteger)),
    analysis: f.oneOf("analysis", ANALYSES),
    outcome: f.oneOf("outcome", OUTCOMES),
    identity: f.oneOf("identity", PROFILE_STATES),
    review: f.oneOf("review", ROW_STANDINGS),
  };
};

export const parseSessions: Parse<SessionList> = (value, path) => {
  const f = fields(value, path);
  return {
    exam: f.get("exam", (exam, at) => examHead(fields(exam, at))),
    sessions: f.list("sessions", parseSessionRow),
    total: f.integer("total"),
    next: f.nullable("next", parseText),
  };
};

const parseStream: Parse<Stream> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    kind: f.text("kind"),
    mime: f.text("mime"),
    startUs: f.integer("start_us"),
    durationUs: f.nullable("duration_us", parseInteger),
    bytes: f.integer("bytes"),
    seekable: f.bool("seekable"),
    analysis: f.oneOf("analysis", ANALYSES),
    problem: f.nullable("problem", parseText),
    deletedUs: f.optional("deleted_us", parseNullable(parseInteger), null),
  };
};

export const parseFlag: Parse<Flag> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.get("id", parseId),
    stream: f.text("stream"),
    rule: f.text("rule"),
    title: f.text("title"),
    meaning: f.text("meaning"),
    severity: f.oneOf("severity", SEVERITIES),
    fromUs: f.integer("from_us"),
    toUs: f.integer("to_us"),
    open: f.bool("open"),
    confidence: f.number("confidence"),
    numbers: f.text("numbers"),
    picture: f.bool("picture"),
  };
};

export const parseIncident: Parse<Incident> = (value, path) => {
  const f = fields(value, path);
  return {
    fromUs: f.integer("from_us"),
    toUs: f.integer("to_us"),
    severity: f.oneOf("severity", SEVERITIES),
    rules: f.list("rules", parseText),
    flags: f.list("flags", parseId),
  };
};

const parseAnything: Parse<unknown> = (value) => value;

const parseEvent: Parse<SessionEvent> = (value, path) => {
  const f = fields(value, path);
  return {
    timeUs: f.integer("time_us"),
    kind: f.text("kind"),
    title: f.text("title"),
    detail: f.optional("detail", parseNullable(parseRecord(parseAnything)), null) ?? {},
  };
};

/* Only what the page shows of a policy: a newer server may have rules with settings of their own. */
const parsePolicyRule: Parse<Omit<PolicyRule, "rule">> = (value, path) => {
  const f = fields(value, path);
  return {
    on: f.bool("on"),
    severity: f.optional("severity", parseText, ""),
    minS: f.optional("min_s", parseNumber, null),
  };
};

const parsePolicy: Parse<Review["policy"]> = (value, path) => {
  const f = fields(value, path);
  const rules = f.optional("rules", parseRecord(parsePolicyRule), {});
  return {
    name: f.optional("name", parseText, ""),
    rules: Object.entries(rules).map(([rule, settings]) => ({ rule, ...settings })),
  };
};

const parseDocument: Parse<AcceptedDocument> = (value, path) => {
  const f = fields(value, path);
  return {
    document: f.text("document"),
    version: f.text("version"),
    sha256: f.text("sha256"),
    acceptedUs: f.integer("accepted_us"),
  };
};

const parseSession: Parse<Review["session"]> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    state: f.text("state"),
    candidate: f.text("candidate"),
    startedUs: f.nullable("started_us", parseInteger),
    endedUs: f.nullable("ended_us", parseInteger),
    uploadedUs: f.nullable("uploaded_us", parseInteger),
    analysis: f.oneOf("analysis", ANALYSES),
  };
};

const parseDecision: Parse<Decision> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.get("id", parseId),
    kind: f.oneOf("kind", DECISION_KINDS),
    user: f.get("user", parseId),
    outcome: f.oneOf("outcome", OUTCOMES),
    note: f.text("note"),
    name: f.text("name"),
    timeUs: f.integer("time_us"),
  };
};

const parseAnswer: Parse<IncidentAnswer> = (value, path) => {
  const f = fields(value, path);
  return {
    flag: f.get("flag", parseId),
    answer: f.oneOf("answer", ANSWERS),
    note: f.text("note"),
    name: f.text("name"),
    user: f.get("user", parseId),
    timeUs: f.integer("time_us"),
  };
};

const parseStanding: Parse<Standing> = (value, path) => {
  const f = fields(value, path);
  return {
    second: f.oneOf("second", SECONDS),
    state: f.oneOf("state", STANDINGS),
    outcome: f.oneOf("outcome", OUTCOMES),
    own: f.oneOf("own", OUTCOMES),
    may: f.oneOf("may", MAY),
    blind: f.bool("blind"),
  };
};

const parseVouch: Parse<Vouch> = (value, path) => {
  const f = fields(value, path);
  return { state: f.oneOf("state", VOUCHES), words: f.text("words") };
};

export const parseReview: Parse<Review> = (value, path) => {
  const f = fields(value, path);
  return {
    session: f.get("session", parseSession),
    exam: f.get("exam", (exam, at) => examHead(fields(exam, at))),
    serverUs: f.integer("server_us"),
    streams: f.list("streams", parseStream),
    flags: f.list("flags", parseFlag),
    incidents: f.list("incidents", parseIncident),
    events: f.list("events", parseEvent),
    vouch: f.get("vouch", parseVouch),
    policy: f.optional("policy", parseNullable(parsePolicy), null) ?? { name: "", rules: [] },
    documents: f.list("documents", parseDocument),
    decisions: f.list("decisions", parseDecision),
    answers: f.list("answers", parseAnswer),
    review: f.get("review", parseStanding),
  };
};
