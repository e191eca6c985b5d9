/* What the worker knows of the watch that goes on; saved with every event, so that the next worker goes
 * on from there. */
import { fields, parseInteger, parseList, parseNumber, parseText, type Parse } from "../../web/ui/parse";
import { parsePluginPolicy, type PluginPolicy } from "../shared/messages";

export type Front =
  | { what: "exam" }
  | { what: "outside" } // another program, or nothing of this browser
  | { what: "page"; tabId: number; host: string };

export interface Watch {
  session: string;
  title: string; // of the exam
  origin: string; // of its page
  tabId: number;
  windowId: number;
  offsetUs: number; // the server's clock less ours
  policy: PluginPolicy;
  heardMs: number; // of the page
  front: Front;
  frontSeq: number; // of the event that told of it; 0: none
  windows: number[]; // known ones
  opened: number[]; // tabs that came during the watch
  hosts: Record<string, string>; // of each tab, to know that one went elsewhere
  displays: string;
  windowState: string;
  zoom: number; // percent
  risky: string[]; // ids of extensions that were told of
  closed: number; // tabs that the policy did not let be
}

const parseFront: Parse<Front> = (value, path) => {
  const f = fields(value, path);
  const what = f.oneOf("what", ["exam", "outside", "page"]);
  return what === "page" ? { what, tabId: f.integer("tabId"), host: f.text("host") } : { what };
};

const parseHosts: Parse<Record<string, string>> = (value) =>
  Object.fromEntries(
    Object.entries(Object(value) as object).filter((entry) => typeof entry[1] === "string"),
  ) as Record<string, string>;

export const parseWatch: Parse<Watch> = (value, path) => {
  const f = fields(value, path);
  return {
    session: f.text("session"),
    title: f.text("title"),
    origin: f.text("origin"),
    tabId: f.integer("tabId"),
    windowId: f.integer("windowId"),
    offsetUs: f.get("offsetUs", parseNumber),
    policy: f.get("policy", parsePluginPolicy),
    heardMs: f.get("heardMs", parseNumber),
    front: f.get("front", parseFront),
    frontSeq: f.integer("frontSeq"),
    windows: f.get("windows", parseList(parseInteger)),
    opened: f.get("opened", parseList(parseInteger)),
    hosts: f.get("hosts", parseHosts),
    displays: f.text("displays"),
    windowState: f.text("windowState"),
    zoom: f.get("zoom", parseNumber),
    risky: f.get("risky", parseList(parseText)),
    closed: f.integer("closed"),
  };
};

/* null: there is none, or it is of another version of this plugin. */
export function loadWatch(value: unknown): Watch | null {
  try {
    return value === null || value === undefined ? null : parseWatch(value);
  } catch {
    return null;
  }
}
