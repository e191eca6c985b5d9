/* What the check-in adds to SESSION, and its requests, as docs/protocol.md has them. */
import type { Api } from "../../ui/api";
import {
  fields,
  parseBool,
  parseInteger,
  parseList,
  parseNullable,
  parseOneOf,
  parseText,
  type Parse,
} from "../../ui/parse";
import { parsePluginPolicy, type PluginEvent, type PluginPolicy } from "../../../extension/shared/messages";
import type { Session } from "../api";

export const POINTS = [
  "camera",
  "microphone",
  "displays",
  "network",
  "machine",
  "programs",
  "browser",
] as const;
export type Point = (typeof POINTS)[number];

export type Detail = Record<string, string | number | boolean>;

export interface Check {
  point: Point;
  state: "waiting" | "passed" | "failed" | "overridden";
  problem: string | null;
  mend: string | null;
}

const PROFILE_STATES = ["none", "pending", "approved", "rejected", "expired"] as const;
const PICTURE_STATES = ["none", "kept", "rejected"] as const;

export interface Profile {
  state: (typeof PROFILE_STATES)[number];
  face: (typeof PICTURE_STATES)[number];
  id: (typeof PICTURE_STATES)[number];
  reasons: string[];
  name: string;
}

export interface Download {
  platform: string;
  file: string;
  url: string | null;
  signature: string | null; // a file to check it with
  bytes: number;
}

/* How far the app is, as it tells. */
const APP_PHASES = [
  "none",
  "consent",
  "checking",
  "ready",
  "monitoring",
  "stopped",
  "uploading",
  "done",
] as const;
const APP_BUILDS = ["unknown", "current", "older", "other"] as const;

export interface App {
  required: boolean;
  state: "none" | "code" | "connected" | "gone";
  phase: (typeof APP_PHASES)[number];
  percent: number; // of what it has to send
  lost: boolean; // silent for longer than the exam allows
  build: (typeof APP_BUILDS)[number]; // beside the one that is downloaded here
  downloads: Download[];
}

export interface Support {
  phone: string;
  hours: string;
  name: string;
}

export interface Plugin {
  required: boolean;
  seen: boolean;
  id: string;
  url: string; // of its page in the browser's store
  zip: string; // of the file that is loaded by hand
  policy: PluginPolicy;
}

export interface Checkin {
  profile: Profile | null;
  checks: Check[];
  app: App;
  plugin: Plugin;
  screen: { required: boolean; consented: boolean };
  support: Support | null;
}

const parseProfile: Parse<Profile> = (value, path) => {
  const f = fields(value, path);
  return {
    state: f.oneOf("state", PROFILE_STATES),
    face: f.oneOf("face", PICTURE_STATES),
    id: f.oneOf("id", PICTURE_STATES),
    reasons: f.list("reasons", parseText),
    name: f.text("name"),
  };
};

const parseCheck: Parse<Check> = (value, path) => {
  const f = fields(value, path);
  return {
    point: f.oneOf("point", POINTS),
    state: f.oneOf("state", ["waiting", "passed", "failed", "overridden"]),
    problem: f.nullable("problem", parseText),
    mend: f.nullable("mend", parseText),
  };
};

/* Where a download lies: on our own server, or nowhere. */
const parseDownload: Parse<Download> = (value, path) => {
  const f = fields(value, path);
  const ours = (name: string) => {
    const url = f.nullable(name, parseText);
    return url !== null && /^\/(?!\/)/.test(url) ? url : null;
  };
  return {
    platform: f.text("platform"),
    file: f.text("file"),
    url: ours("url"),
    signature: ours("signature"),
    bytes: f.get("bytes", parseNullable(parseInteger)) ?? 0,
  };
};

const parseApp: Parse<App> = (value, path) => {
  const f = fields(value, path);
  return {
    required: f.bool("required"),
    state: f.oneOf("state", ["none", "code", "connected", "gone"]),
    phase: f.oneOf("phase", APP_PHASES),
    percent: f.get("percent", parseInteger),
    lost: f.bool("lost"),
    build: f.oneOf("build", APP_BUILDS),
    downloads: f.list("downloads", parseDownload),
  };
};

const NO_APP: App = {
  required: false,
  state: "none",
  phase: "none",
  percent: 0,
  lost: false,
  build: "unknown",
  downloads: [],
};

/* "I Agree, Let's Begin" was pressed in the app: it is what monitors, and this page goes on by itself. */
export function appHasBegun(app: App): boolean {
  return app.phase === "monitoring" || app.phase === "stopped" || app.phase === "uploading";
}

/* It has still something to send, and will. */
export function appIsSending(app: App): boolean {
  return app.state === "connected" && appHasBegun(app);
}
const NO_PLUGIN: Plugin = {
  required: false,
  seen: false,
  id: "",
  url: "",
  zip: "",
  policy: { mode: "report", allow: [], extensions: [], ask: [] },
};
const NO_SCREEN = { required: false, consented: false };

const parseSupport: Parse<Support> = (value, path) => {
  const f = fields(value, path);
  return { phone: f.text("phone"), hours: f.text("hours"), name: f.text("name") };
};

/* `value` is a SESSION. A session of an exam without these steps may lack the members. */
export const parseCheckin: Parse<Checkin> = (value, path) => {
  const f = fields(value, path);
  return {
    profile: f.optional("profile", parseNullable(parseProfile), null),
    checks: f.optional("checks", parseList(parseCheck), []),
    app: f.optional("app", parseApp, NO_APP),
    plugin: f.optional(
      "plugin",
      (inner, at) => {
        const p = fields(inner, at);
        const url = p.optional("url", parseNullable(parseText), null) ?? "";
        const zip = p.optional("zip", parseNullable(parseText), null) ?? "";
        return {
          required: p.get("required", parseBool),
          seen: p.nullable("seen_us", parseInteger) !== null,
          id: p.optional("id", parseNullable(parseText), null) ?? "",
          url: /^(https:\/\/|\/(?!\/))/.test(url) ? url : "",
          zip: /^\/(?!\/)/.test(zip) ? zip : "",
          policy: p.optional("policy", parsePluginPolicy, NO_PLUGIN.policy),
        };
      },
      NO_PLUGIN,
    ),
    screen: f.optional(
      "screen",
      (inner, at) => {
        const s = fields(inner, at);
        return {
          required: s.get("required", parseBool),
          consented: s.nullable("consented_us", parseInteger) !== null,
        };
      },
      NO_SCREEN,
    ),
    support: f.optional("support", parseNullable(parseSupport), null),
  };
};

/* ---- face scan ---- */

const PROMPTS = ["look-straight", "turn-left", "turn-right", "look-up", "come-closer"] as const;
export type Prompt = (typeof PROMPTS)[number];

const FACE_GUIDANCE = [
  "no-face",
  "several-faces",
  "closer",
  "farther",
  "center",
  "more-light",
  "less-light",
  "blurred",
  "look-straight",
  "hold",
  "ok",
] as const;
export type FaceGuidance = (typeof FACE_GUIDANCE)[number];

export interface FaceScan {
  id: string;
  state: "scanning" | "ready" | "failed" | "confirmed";
  prompt: Prompt | null;
  guidance: FaceGuidance | null;
  done: number;
  of: number;
  reason: string | null;
}

export const parseFaceScan: Parse<FaceScan> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.text("id"),
    state: f.oneOf("state", ["scanning", "ready", "failed", "confirmed"]),
    prompt: f.nullable("prompt", parseOneOf(PROMPTS)),
    guidance: f.nullable("guidance", parseOneOf(FACE_GUIDANCE)),
    done: f.integer("done"),
    of: f.integer("of"),
    reason: f.nullable("reason", parseText),
  };
};

/* ---- ID scan ---- */

const ID_GUIDANCE = [
  "no-card",
  "closer",
  "whole-card",
  "blurred",
  "glare",
  "more-light",
  "turn-over",
  "hold",
  "ok",
] as const;
export type IdGuidance = (typeof ID_GUIDANCE)[number];

const DOCUMENTS = ["passport", "id-card", "driving-licence", "other"] as const;

export interface IdScan {
  id: string;
  state: "approved" | "unsure" | "rejected" | "confirmed";
  reasons: string[];
  guidance: IdGuidance | null;
  name: string | null;
  document: (typeof DOCUMENTS)[number] | null;
  expires: string | null; // a date, 2030-04-11
}

export const parseIdScan: Parse<IdScan> = (value, path) => {
  const f = fields(value, path);
  const read = f.get("read", fields);
  return {
    id: f.text("id"),
    state: f.oneOf("state", ["approved", "unsure", "rejected", "confirmed"]),
    reasons: f.list("reasons", parseText),
    guidance: f.optional("guidance", parseNullable(parseOneOf(ID_GUIDANCE)), null),
    name: read.nullable("name", parseText),
    document: read.nullable("document", parseOneOf(DOCUMENTS)),
    expires: read.nullable("expires", parseText),
  };
};

/* ---- the app ---- */

export interface AppCode {
  code: string;
  link: string; // "" when it is not the app's own scheme
  expiresUs: number;
}

export const parseAppCode: Parse<AppCode> = (value, path) => {
  const f = fields(value, path);
  const link = f.text("link");
  return {
    code: f.text("code"),
    link: link.startsWith("proctortrack://") ? link : "",
    expiresUs: f.integer("expires_us"),
  };
};

export type Surface = "monitor" | "window" | "browser";

export interface CheckReport {
  point: Point;
  state: "passed" | "failed";
  detail: Detail;
  problem: string | null;
  mend: string | null;
}

export interface CheckinApi {
  pluginSeen(version: string, id: string): Promise<Session>;
  /* What the plugin reports; the number that the server wants next. */
  pluginEvents(run: string, events: PluginEvent[]): Promise<number>;
  beginFaceScan(camera: string): Promise<FaceScan>;
  faceFrame(scan: string, picture: Blob, capturedMs: number, signal: AbortSignal): Promise<FaceScan>;
  confirmFaceScan(scan: string): Promise<Session>;
  facePicture(scan: string): string; // an address for <img>
  idGuidance(picture: Blob, signal: AbortSignal): Promise<IdGuidance>;
  idScan(picture: Blob): Promise<IdScan>;
  confirmIdScan(scan: string): Promise<Session>;
  idPicture(scan: string): string;
  appCode(): Promise<AppCode>;
  check(report: CheckReport): Promise<Session>;
  screenConsent(surface: Surface, label: string): Promise<Session>;
}

const READ_ID_MS = 60_000; // a whole card is read on a busy server, too
const FRAME_MS = 10_000;

export function createCheckinApi(
  api: Api,
  session: string,
  parseSession: Parse<Session>,
): CheckinApi {
  const root = `/api/proctor/sessions/${encodeURIComponent(session)}`;
  const face = (scan: string) => `${root}/face-scans/${encodeURIComponent(scan)}`;
  const id = (scan: string) => `${root}/id-scans/${encodeURIComponent(scan)}`;
  return {
    pluginSeen: (version, plugin) =>
      api.post(`${root}/plugin`, { version, id: plugin }, parseSession),
    pluginEvents: (run, events) =>
      api.post(
        `${root}/plugin/events`,
        { run, events: events.map(({ clientUs, ...rest }) => ({ ...rest, client_us: clientUs })) },
        (value, path) => fields(value, path).integer("next"),
      ),
    beginFaceScan: (camera) => api.post(`${root}/face-scans`, { camera }, parseFaceScan),
    faceFrame: (scan, picture, capturedMs, signal) =>
      api.postBytes(`${face(scan)}/frames`, picture, parseFaceScan, {
        signal,
        timeoutMs: FRAME_MS,
        headers: { "X-Captured-Ms": String(Math.round(capturedMs)) },
      }),
    confirmFaceScan: (scan) => api.post(`${face(scan)}/confirm`, undefined, parseSession),
    facePicture: (scan) => `${face(scan)}/picture`,
    idGuidance: (picture, signal) =>
      api.postBytes(
        `${root}/id-scans/guidance`,
        picture,
        (value, path) => fields(value, path).oneOf("guidance", ID_GUIDANCE),
        { signal, timeoutMs: FRAME_MS },
      ),
    idScan: (picture) =>
      api.postBytes(`${root}/id-scans`, picture, parseIdScan, { timeoutMs: READ_ID_MS }),
    confirmIdScan: (scan) => api.post(`${id(scan)}/confirm`, undefined, parseSession),
    idPicture: (scan) => `${id(scan)}/picture`,
    appCode: () => api.post(`${root}/app-code`, undefined, parseAppCode),
    check: (report) => api.post(`${root}/checks`, report, parseSession),
    screenConsent: (surface, label) =>
      api.post(`${root}/screen-consent`, { surface, label }, parseSession),
  };
}

/* Bytes a second, by one request of the given size each way; and how far the clocks are apart. */
export interface ProbeApi {
  down(bytes: number, signal: AbortSignal): Promise<number>; // bytes received
  up(bytes: Blob, signal: AbortSignal): Promise<number>; // the server's time, us
}

export function createProbeApi(
  api: Api,
  fetchImpl: typeof fetch = (input, init) => globalThis.fetch(input, init),
): ProbeApi {
  return {
    async down(bytes, signal) {
      const answer = await fetchImpl(`/api/proctor/probe?bytes=${bytes}`, {
        credentials: "same-origin",
        cache: "no-store",
        signal,
      });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return (await answer.arrayBuffer()).byteLength;
    },
    up: (bytes, signal) =>
      api.postBytes(
        "/api/proctor/probe",
        bytes,
        (value, path) => fields(value, path).get("server_us", parseInteger),
        { signal },
      ),
  };
}

