/* What a page of the deployment and the plugin say to each other, and what the plugin's own parts say.
 * One union each way, with the version of the protocol in every message; what is not exactly one of
 * these is not answered. The page bundles this file as well: both sides read the same words. */
import {
  fields,
  parseBool,
  parseInteger,
  parseList,
  parseOneOf,
  parseText,
  type Parse,
} from "../../web/ui/parse";

export const PROTOCOL = 1;

export const MODES = ["report", "warn", "block"] as const;
export type Mode = (typeof MODES)[number];

/* What it reads beside, each with a permission of its own that the candidate gives or does not. */
export const READINGS = ["downloads", "extensions", "app"] as const;
export type Reading = (typeof READINGS)[number];

export interface PluginPolicy {
  mode: Mode;
  allow: string[]; // hosts
  extensions: string[]; // ids that are no risk
  ask: Reading[];
}

export type Detail = Record<string, string | number | boolean>;

export interface PluginEvent {
  seq: number; // 1, 2, 3... in its run
  kind: string;
  detail: Detail;
  clientUs: number; // the server's time, as far as this computer knows it
}

/* From the page. */
export type PageMessage =
  | { type: "hello" }
  /* The page holds the session and it is being recorded: watch. Again after every cut. */
  | { type: "begin"; session: string; title: string; serverUs: number; policy: PluginPolicy }
  /* All events of `run` before `next` are with the server. */
  | { type: "ack"; session: string; run: string; next: number }
  /* The answers are handed in: stop. */
  | { type: "end"; session: string }
  /* Show the plugin's own page, where permissions can be given. */
  | { type: "ask" }
  | { type: "remove" };

/* From the plugin. */
export type PluginMessage =
  | { type: "plugin"; version: string; id: string; granted: Reading[] }
  /* `waiting`: events that are not with the server yet. */
  | { type: "state"; session: string; run: string; watching: boolean; waiting: number }
  | { type: "events"; session: string; run: string; events: PluginEvent[] }
  /* For the candidate: why something was closed or stopped. */
  | { type: "notice"; what: "closed" | "stopped"; host: string }
  | { type: "removed"; removed: boolean };

const LIST_MAX = 64;
const SHORT = 200;

const short: Parse<string> = (value, path) => parseText(value, path).slice(0, SHORT);

const parsePolicy: Parse<PluginPolicy> = (value, path) => {
  const f = fields(value, path);
  return {
    mode: f.oneOf("mode", MODES),
    allow: f.list("allow", short).slice(0, LIST_MAX),
    extensions: f.list("extensions", short).slice(0, LIST_MAX),
    ask: f.list("ask", parseOneOf(READINGS)),
  };
};
export { parsePolicy as parsePluginPolicy };

function inner(value: unknown): ReturnType<typeof fields> | null {
  const f = fields(value, "message");
  return f.optional("v", parseInteger, 0) === PROTOCOL ? f : null;
}

/* null: not a message of this protocol. */
export function parsePageMessage(value: unknown): PageMessage | null {
  try {
    const f = inner(value);
    if (f === null) return null;
    const type = f.oneOf("type", ["hello", "begin", "ack", "end", "ask", "remove"]);
    switch (type) {
      case "hello":
      case "ask":
      case "remove":
        return { type };
      case "begin":
        return {
          type,
          session: f.get("session", parseId),
          title: f.get("title", short),
          serverUs: f.integer("serverUs"),
          policy: f.get("policy", parsePolicy),
        };
      case "ack":
        return { type, session: f.get("session", parseId), run: f.get("run", parseId), next: f.integer("next") };
      case "end":
        return { type, session: f.get("session", parseId) };
    }
  } catch {
    return null;
  }
}

const parseId: Parse<string> = (value, path = "id") => {
  const text = parseText(value, path);
  if (!/^[0-9A-Za-z_-]{1,64}$/.test(text)) throw new TypeError(`${path}: is no id`);
  return text;
};

const parseDetail: Parse<Detail> = (value, path) => {
  const detail: Detail = {};
  for (const [name, entry] of Object.entries(Object(value) as object))
    if (typeof entry === "string" || typeof entry === "number" || typeof entry === "boolean")
      detail[name] = entry;
    else throw new TypeError(`${path ?? "detail"}.${name}: is not flat`);
  return detail;
};

export const parsePluginEvent: Parse<PluginEvent> = (value, path) => {
  const f = fields(value, path);
  return {
    seq: f.integer("seq"),
    kind: f.text("kind"),
    detail: f.get("detail", parseDetail),
    clientUs: f.integer("clientUs"),
  };
};

export function parsePluginMessage(value: unknown): PluginMessage | null {
  try {
    const f = inner(value);
    if (f === null) return null;
    const type = f.oneOf("type", ["plugin", "state", "events", "notice", "removed"]);
    switch (type) {
      case "plugin":
        return {
          type,
          version: f.text("version").slice(0, 64),
          id: f.text("id").slice(0, 64),
          granted: f.list("granted", parseOneOf(READINGS)),
        };
      case "state":
        return {
          type,
          session: f.get("session", parseId),
          run: f.get("run", parseId),
          watching: f.get("watching", parseBool),
          waiting: f.integer("waiting"),
        };
      case "events":
        return {
          type,
          session: f.get("session", parseId),
          run: f.get("run", parseId),
          events: f.get("events", parseList(parsePluginEvent)),
        };
      case "notice":
        return { type, what: f.oneOf("what", ["closed", "stopped"]), host: f.text("host") };
      case "removed":
        return { type, removed: f.get("removed", parseBool) };
    }
  } catch {
    return null;
  }
}

export function toWire(message: PageMessage | PluginMessage): unknown {
  return { v: PROTOCOL, ...message };
}

/* ---- between the plugin's own parts ---- */

/* What the candidate did in the exam's page: that it was done and how much, never what. */
export const DEEDS = ["copied", "cut", "pasted", "printed", "context-menu"] as const;
export type Deed = (typeof DEEDS)[number];

/* To the worker: from the content script, from the warning, from the plugin's page. */
export type OwnMessage =
  | { target: "worker"; type: "did"; deed: Deed; chars: number; own: boolean }
  | { target: "worker"; type: "back"; close: boolean } // back to the exam, and close the other page
  | { target: "worker"; type: "granted" }; // permissions have changed

export function parseOwnMessage(value: unknown): OwnMessage | null {
  try {
    const f = inner(value);
    if (f === null || f.oneOf("target", ["worker"]) !== "worker") return null;
    const target = "worker";
    const type = f.oneOf("type", ["did", "back", "granted"]);
    switch (type) {
      case "did":
        return {
          target,
          type,
          deed: f.oneOf("deed", DEEDS),
          chars: f.integer("chars"),
          own: f.get("own", parseBool),
        };
      case "back":
        return { target, type, close: f.get("close", parseBool) };
      case "granted":
        return { target, type };
    }
  } catch {
    return null;
  }
}

export function ownToWire(message: OwnMessage): unknown {
  return { v: PROTOCOL, ...message };
}

/* ---- with the desktop app (native messaging) ---- */

export const APP_HOST = "org.proctortrack.app";

export interface AppHello {
  version: string;
  platform: string;
  session: string; // of the session that it is paired with; "" for none
}

/* What the app answers to {"v": 1, "type": "hello", "version", "id", "session", "nonce"}. */
export function parseAppHello(value: unknown): AppHello | null {
  try {
    const f = inner(value);
    if (f === null || f.oneOf("type", ["app"]) !== "app") return null;
    return {
      version: f.text("version").slice(0, 32),
      platform: f.text("platform").slice(0, 32),
      session: f.optional("session", parseText, "").slice(0, 64),
    };
  } catch {
    return null;
  }
}
