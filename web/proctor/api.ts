/* The proctoring half's endpoints as docs/protocol.md has them. */
import { ApiError, asApiError, type Api } from "../ui/api";
import { fields, parseInteger, parseList, parseText, parseUnknown, type Parse } from "../ui/parse";
import { parseCheckin, type Checkin } from "./checkin/api";

export const SESSION_STATES = [
  "created",
  "agreed",
  "recording",
  "exam",
  "ended",
  "uploaded",
  "reported",
] as const;
export type SessionState = (typeof SESSION_STATES)[number];

export const EXAM_KINDS = ["practice", "exam"] as const;
export type ExamKind = (typeof EXAM_KINDS)[number];

export interface Test {
  examId: string;
  title: string;
  kind: ExamKind;
  durationS: number;
  launchPath: string;
  session: { id: string; state: SessionState } | null;
}

export interface AgreementDocument {
  version: string;
  sha256: string;
  title: string;
  paragraphs: string[];
  /* The rules one by one, with what this exam permits; empty where the text has none. */
  sections: DocumentSection[];
  acceptedUs: number | null;
}

export interface DocumentSection {
  title: string;
  items: { text: string; permitted: boolean }[];
}

export interface RecordingSettings {
  pieceMs: number;
  videoBps: number;
  audioBps: number;
  width: number;
  height: number;
  framesPerS: number;
}

export interface ServerStream {
  id: string;
  kind: string;
  state: "open" | "complete" | "closed";
  bytes: number;
  length: number | null;
}

/* How long what is made of the sitting is kept, and how long one can appeal. */
export interface Terms {
  recordingsDays: number;
  derivedDays: number;
  identityDays: number;
  appealDays: number;
}

export interface Session {
  terms: Terms | null;
  id: string;
  state: SessionState;
  step: string;
  steps: { name: string; state: "done" | "current" | "waiting" }[];
  candidate: string;
  exam: { id: string; title: string; kind: ExamKind; durationS: number };
  examUrl: string;
  returnUrl: string;
  serverUs: number;
  documents: { instructions: AgreementDocument; agreement: AgreementDocument };
  recording: RecordingSettings;
  streams: ServerStream[];
  checkin: Checkin;
  /* What a proctor has done; the rest of it is not the candidate's to see. */
  paused: { sinceUs: number; reason: string } | null;
  ended: { timeUs: number; reason: string } | null;
  warnings: Warning[]; // not acknowledged yet
  handUs: number | null; // the hand is up since then
}

export interface Warning {
  id: number;
  text: string;
  madeUs: number;
}

export interface Receipt {
  session: string;
  candidate: string;
  exam: string;
  uploadedUs: number;
  streams: { id: string; kind: string; bytes: number; sha256: string }[];
  /* The last one of each question, and the files that belong to answers. */
  answers: { item: number; sha256: string }[];
  files: { file: string; bytes: number; sha256: string }[];
  chainRecords: number;
  chainHead: string;
  publicKey: string;
  signature: string;
}

/* Ids of the portal are numbers, ids of the proctoring half text: both are names to us. */
const parseId: Parse<string> = (value, path) =>
  typeof value === "number" ? String(parseInteger(value, path)) : parseText(value, path);

/* A path of our own origin: an address of another host would take the candidate away. */
export const parseOwnPath: Parse<string> = (value, path) => {
  const text = parseText(value, path);
  return text.startsWith("/") && !text.startsWith("//") ? text : "/";
};

const parseTest: Parse<Test> = (value, path) => {
  const f = fields(value, path);
  return {
    examId: f.get("exam_id", parseId),
    title: f.text("title"),
    kind: f.oneOf("kind", EXAM_KINDS),
    durationS: f.integer("duration_s"),
    launchPath: f.get("launch_path", parseOwnPath),
    session: f.nullable("session", (inner, at) => {
      const s = fields(inner, at);
      return { id: s.text("id"), state: s.oneOf("state", SESSION_STATES) };
    }),
  };
};

const parseSection: Parse<DocumentSection> = (value, path) => {
  const f = fields(value, path);
  return {
    title: f.text("title"),
    items: f.list("items", (inner, at) => {
      const item = fields(inner, at);
      return { text: item.text("text"), permitted: item.bool("permitted") };
    }),
  };
};

const parseDocument: Parse<AgreementDocument> = (value, path) => {
  const f = fields(value, path);
  return {
    version: f.text("version"),
    sha256: f.text("sha256"),
    title: f.text("title"),
    paragraphs: f.list("paragraphs", parseText),
    sections: f.optional("sections", parseList(parseSection), []),
    acceptedUs: f.nullable("accepted_us", parseInteger),
  };
};

const parseServerStream: Parse<ServerStream> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    kind: f.text("kind"),
    state: f.oneOf("state", ["open", "complete", "closed"]),
    bytes: f.integer("bytes"),
    length: f.nullable("length", parseInteger),
  };
};

const parseTerms: Parse<Terms> = (value, path) => {
  const f = fields(value, path);
  return {
    recordingsDays: f.integer("recordings_days"),
    derivedDays: f.integer("derived_days"),
    identityDays: f.integer("identity_days"),
    appealDays: f.integer("appeal_days"),
  };
};

const parseWarning: Parse<Warning> = (value, path) => {
  const f = fields(value, path);
  return { id: f.integer("id"), text: f.text("text"), madeUs: f.integer("made_us") };
};

export const parseSession: Parse<Session> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    state: f.oneOf("state", SESSION_STATES),
    step: f.text("step"),
    steps: f.list("steps", (inner, at) => {
      const s = fields(inner, at);
      return { name: s.text("name"), state: s.oneOf("state", ["done", "current", "waiting"]) };
    }),
    candidate: f.text("candidate"),
    exam: f.get("exam", (inner, at) => {
      const e = fields(inner, at);
      return {
        id: e.get("id", parseId),
        title: e.text("title"),
        kind: e.oneOf("kind", EXAM_KINDS),
        durationS: e.integer("duration_s"),
      };
    }),
    examUrl: f.get("exam_url", parseOwnPath),
    returnUrl: f.get("return_url", parseOwnPath),
    serverUs: f.integer("server_us"),
    terms: f.optional("terms", parseTerms, null),
    documents: f.get("documents", (inner, at) => {
      const d = fields(inner, at);
      return {
        instructions: d.get("instructions", parseDocument),
        agreement: d.get("agreement", parseDocument),
      };
    }),
    recording: f.get("recording", (inner, at) => {
      const r = fields(inner, at);
      return {
        pieceMs: r.integer("piece_ms"),
        videoBps: r.integer("video_bps"),
        audioBps: r.integer("audio_bps"),
        width: r.integer("width"),
        height: r.integer("height"),
        framesPerS: r.integer("frames_per_s"),
      };
    }),
    streams: f.list("streams", parseServerStream),
    checkin: parseCheckin(value, path),
    paused: f.nullable("paused", (inner, at) => {
      const p = fields(inner, at);
      return { sinceUs: p.integer("since_us"), reason: p.text("reason") };
    }),
    ended: f.nullable("ended", (inner, at) => {
      const e = fields(inner, at);
      return { timeUs: e.integer("time_us"), reason: e.text("reason") };
    }),
    warnings: f.list("warnings", parseWarning),
    handUs: f.nullable("hand_us", parseInteger),
  };
};

export const parseReceipt: Parse<Receipt> = (value, path) => {
  const f = fields(value, path);
  return {
    session: f.text("session"),
    candidate: f.text("candidate"),
    exam: f.text("exam"),
    uploadedUs: f.integer("uploaded_us"),
    streams: f.list("streams", (inner, at) => {
      const s = fields(inner, at);
      return {
        id: s.text("id"),
        kind: s.text("kind"),
        bytes: s.integer("bytes"),
        sha256: s.text("sha256"),
      };
    }),
    answers: f.list("answers", (inner, at) => {
      const a = fields(inner, at);
      return { item: a.integer("item"), sha256: a.text("sha256") };
    }),
    files: f.list("files", (inner, at) => {
      const a = fields(inner, at);
      return { file: a.text("file"), bytes: a.integer("bytes"), sha256: a.text("sha256") };
    }),
    chainRecords: f.integer("chain_records"),
    chainHead: f.text("chain_head"),
    publicKey: f.text("public_key"),
    signature: f.text("signature"),
  };
};

export type EventKind =
  | "offline"
  | "online"
  | "page-hidden"
  | "page-shown"
  | "camera-lost"
  | "camera-back"
  | "screen-lost"
  | "screen-back"
  | "fullscreen-left"
  | "fullscreen-back"
  | "recorder-error"
  | "page-loaded"
  | "plugin-lost"
  | "plugin-back";

export interface ClientEvent {
  kind: EventKind;
  detail: Record<string, string | number | boolean>;
  clientUs: number;
}

export interface ProctorApi {
  tests(): Promise<Test[]>;
  /* Where the session's page is. */
  launch(test: Test): Promise<string>;
  session(id: string): Promise<Session>;
  consent(id: string, name: "instructions" | "agreement", of: AgreementDocument): Promise<Session>;
  start(id: string): Promise<Session>;
  end(id: string, streams: Record<string, number>): Promise<Session>;
  receipt(id: string): Promise<Receipt>;
  event(id: string, event: ClientEvent): Promise<void>;
  acknowledge(id: string, warning: number): Promise<void>;
  raiseHand(id: string, raised: boolean): Promise<void>;
  /* How long the lease lasts, seconds; null: another window has it. */
  lease(id: string, tab: string): Promise<number | null>;
}

export function createProctorApi(api: Api): ProctorApi {
  const at = (id: string, rest = "") => `/api/proctor/sessions/${encodeURIComponent(id)}${rest}`;
  return {
    tests: () =>
      api.get("/api/proctor/tests", (value, path) => fields(value, path).list("tests", parseTest)),
    launch: (test) =>
      api.post(test.launchPath, undefined, (value, path) =>
        fields(value, path).get("session_url", parseOwnPath),
      ),
    session: (id) => api.get(at(id), parseSession),
    consent: (id, name, of) =>
      api.post(
        at(id, "/consents"),
        { document: name, version: of.version, sha256: of.sha256 },
        parseSession,
      ),
    start: (id) => api.post(at(id, "/start"), undefined, parseSession),
    end: (id, streams) => api.post(at(id, "/end"), { streams }, parseSession),
    receipt: (id) => api.get(at(id, "/receipt"), parseReceipt),
    async event(id, { kind, detail, clientUs }) {
      await api.post(
        at(id, "/events"),
        { kind, detail, client_us: clientUs },
        parseUnknown,
        { keepalive: true },
      );
    },
    async acknowledge(id, warning) {
      await api.post(at(id, `/warnings/${warning}/acknowledge`), undefined, parseUnknown);
    },
    async raiseHand(id, raised) {
      await api.post(at(id, "/hand"), { raised }, parseUnknown);
    },
    async lease(id, tab) {
      try {
        return await api.post(
          at(id, "/lease"),
          { tab },
          (value, path) => fields(value, path).integer("lease_s"),
          { timeoutMs: 8000 },
        );
      } catch (thrown) {
        const error: ApiError = asApiError(thrown);
        if (error.status === 409) return null;
        throw thrown;
      }
    },
  };
}
