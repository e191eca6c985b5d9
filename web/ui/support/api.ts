/* The chat's endpoints and events as docs/protocol.md has them. */
import type { Api } from "../api";
import { fields, parseUnknown, type Parse } from "../parse";

export const TEXT_MAX = 4000; // bytes of UTF-8

export interface Message {
  id: number;
  thread: number;
  timeUs: number;
  from: "candidate" | "center";
  author: string;
  clientId: string;
  text: string;
}

export interface Own {
  user: number;
  state: "none" | "open" | "answered" | "closed";
  unread: number;
  messages: Message[];
}

export interface ContactInfo {
  name: string;
  phone: string;
  hours: string;
}

export const parseMessage: Parse<Message> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    thread: f.integer("thread"),
    timeUs: f.integer("time_us"),
    from: f.oneOf("from", ["candidate", "center"]),
    author: f.text("author"),
    clientId: f.text("client_id"),
    text: f.text("text"),
  };
};

export const parsePosted: Parse<Message> = (value, path) =>
  fields(value, path).get("message", parseMessage);

const parseOwn: Parse<Own> = (value, path) => {
  const f = fields(value, path);
  return {
    user: f.integer("user"),
    state: f.oneOf("state", ["none", "open", "answered", "closed"]),
    unread: f.integer("unread"),
    messages: f.list("messages", parseMessage),
  };
};

export const fetchOwn = (api: Api): Promise<Own> => api.get("/api/support/own", parseOwn);

export const fetchContact = (api: Api): Promise<ContactInfo> =>
  api.get("/api/support/contact", (value, path) => {
    const f = fields(value, path);
    return { name: f.text("name"), phone: f.text("phone"), hours: f.text("hours") };
  });

export const postOwn = (
  api: Api,
  message: { clientId: string; text: string; session: string | null },
): Promise<Message> =>
  api.post(
    "/api/support/own/messages",
    { client_id: message.clientId, text: message.text, session: message.session },
    parsePosted,
  );

export const postOwnRead = (api: Api, upTo: number): Promise<unknown> =>
  api.post("/api/support/own/read", { up_to: upTo }, parseUnknown);

/* As the server counts it. */
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/* What a text field gives, as plain text: one kind of line end, no control characters. */
export const plainText = (text: string): string =>
  text.replaceAll(/\r\n?/g, "\n").replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "").trim();
