/* The desk's endpoints as docs/protocol.md has them. */
import type { Api } from "../ui/api";
import { fields, parseBool, parseInteger, parseText, parseUnknown, type Parse } from "../ui/parse";
import { parseMessage, parsePosted, type Message } from "../ui/support/api";

export interface Thread {
  id: number;
  candidate: string;
  session: string | null;
  state: "open" | "answered" | "closed";
  changedUs: number;
  unread: number;
  lastText: string;
}

export interface DeskSession {
  id: string;
  candidate: string;
  exam: { title: string; kind: "practice" | "exam" };
  state: string;
  step: string;
  seenUs: number | null;
  connected: boolean;
}

export interface Check {
  point: string;
  title: string;
  state: "waiting" | "passed" | "failed" | "overridden";
  problem: string | null;
}

export interface AuditEntry {
  id: number;
  timeUs: number;
  by: string;
  action: string;
  candidate: string;
  reason: string;
}

export interface SessionDetail {
  session: DeskSession;
  checks: Check[];
  hasProfile: boolean;
  audit: AuditEntry[];
}

const parseThread: Parse<Thread> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    candidate: f.text("candidate"),
    session: f.nullable("session", parseText),
    state: f.oneOf("state", ["open", "answered", "closed"]),
    changedUs: f.integer("changed_us"),
    unread: f.integer("unread"),
    lastText: f.text("last_text"),
  };
};

const parseSession: Parse<DeskSession> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    candidate: f.text("candidate"),
    exam: f.get("exam", (inner, at) => {
      const e = fields(inner, at);
      return { title: e.text("title"), kind: e.oneOf("kind", ["practice", "exam"]) };
    }),
    state: f.text("state"),
    step: f.text("step"),
    seenUs: f.nullable("seen_us", parseInteger),
    connected: f.get("connected", parseBool),
  };
};

const parseCheck: Parse<Check> = (value, path) => {
  const f = fields(value, path);
  return {
    point: f.text("point"),
    title: f.text("title"),
    state: f.oneOf("state", ["waiting", "passed", "failed", "overridden"]),
    problem: f.nullable("problem", parseText),
  };
};

const parseAudit: Parse<AuditEntry> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    timeUs: f.integer("time_us"),
    by: f.text("by"),
    action: f.text("action"),
    candidate: f.text("candidate"),
    reason: f.text("reason"),
  };
};

export const parseDetail: Parse<SessionDetail> = (value, path) => {
  const f = fields(value, path);
  return {
    session: f.get("session", parseSession),
    checks: f.list("checks", parseCheck),
    hasProfile: fields(f.get("profile", parseUnknown), `${path}.profile`).text("state") !== "none",
    audit: f.list("audit", parseAudit),
  };
};

export interface Board {
  threads: Thread[];
  sessions: DeskSession[];
  serverUs: number;
}

export async function fetchBoard(api: Api): Promise<Board> {
  const [threads, board] = await Promise.all([
    api.get("/api/support/threads", (value, path) => fields(value, path).list("threads", parseThread)),
    api.get("/api/support/sessions", (value, path) => {
      const f = fields(value, path);
      return { sessions: f.list("sessions", parseSession), serverUs: f.integer("server_us") };
    }),
  ]);
  return { threads, ...board };
}

export const fetchThread = (api: Api, id: number): Promise<{ thread: Thread; messages: Message[] }> =>
  api.get(`/api/support/threads/${id}`, (value, path) => {
    const f = fields(value, path);
    return { thread: f.get("thread", parseThread), messages: f.list("messages", parseMessage) };
  });

export const fetchDetail = (api: Api, session: string): Promise<SessionDetail> =>
  api.get(`/api/support/sessions/${session}`, parseDetail);

export const fetchAudit = (api: Api): Promise<AuditEntry[]> =>
  api.get("/api/support/audit", (value, path) => fields(value, path).list("audit", parseAudit));

export const postAnswer = (
  api: Api,
  to: { thread: number } | { session: string },
  message: { clientId: string; text: string },
): Promise<Message> =>
  api.post(
    "thread" in to
      ? `/api/support/threads/${to.thread}/messages`
      : `/api/support/sessions/${to.session}/messages`,
    { client_id: message.clientId, text: message.text },
    parsePosted,
  );

export const postRead = (api: Api, thread: number, upTo: number): Promise<unknown> =>
  api.post(`/api/support/threads/${thread}/read`, { up_to: upTo }, parseUnknown);

export const postClose = (api: Api, thread: number): Promise<unknown> =>
  api.post(`/api/support/threads/${thread}/close`, {}, parseUnknown);

export const postOverride = (api: Api, session: string, point: string, reason: string): Promise<unknown> =>
  api.post(`/api/support/sessions/${session}/checks/${point}/override`, { reason }, parseUnknown);

export const postTime = (api: Api, session: string, minutes: number, reason: string): Promise<unknown> =>
  api.post(`/api/support/sessions/${session}/time`, { minutes, reason }, parseUnknown);

export const postRetake = (
  api: Api,
  session: string,
  what: "face" | "id",
  reason: string,
): Promise<unknown> => api.post(`/api/support/sessions/${session}/retake`, { what, reason }, parseUnknown);
