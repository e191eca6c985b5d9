/* The browser: new enough, can record what this exam records and keep it, and is allowed to. */
import { chooseMime } from "../../recording/recorder";
import { askPlugin } from "../../plugin";
import type { Plugin } from "../api";
import { outcome, type CheckContext, type Outcome, type Problem, type SystemCheck } from "./check";

export interface Browser {
  version: number | null; // of Chromium; null: another browser
  mime: string | null; // of the camera's recording
  screenMime: string | null;
  screenNeeded: boolean;
  canShare: boolean;
  canKeep: boolean; // files of its own
  denied: boolean; // camera or microphone
  pluginMissing: boolean;
}

/* createSyncAccessHandle with its methods made synchronous: before it the recording cannot be flushed. */
const CHROMIUM_MIN = 108;

export function judgeBrowser(b: Browser): Problem | null {
  if (b.version !== null && b.version < CHROMIUM_MIN) return "browser-old";
  if (b.mime === null) return "browser-recording";
  if (b.screenNeeded && (!b.canShare || b.screenMime === null)) return "browser-screen";
  if (!b.canKeep) return "browser-storage";
  if (b.denied) return "browser-permission";
  if (b.pluginMissing) return "browser-plugin";
  return null;
}

/* "Chrome/149.0.0.0", also of browsers made of it. */
export function chromiumVersion(agent: string): number | null {
  const found = /\bChrom(?:e|ium)\/(\d+)/.exec(agent)?.[1];
  return found === undefined ? null : Number(found);
}

async function isDenied(name: string): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state === "denied";
  } catch {
    return false; // the browser does not tell: the camera's own point has opened it
  }
}

/* Without its id there is nobody to ask: what the first step heard counts. */
async function answers({ id, seen }: Plugin): Promise<boolean> {
  return id === "" ? seen : (await askPlugin(id)) !== null;
}

async function run({ session }: CheckContext): Promise<Outcome> {
  const supported = (mime: string) =>
    typeof MediaRecorder === "function" && MediaRecorder.isTypeSupported(mime);
  const { screen, plugin } = session.checkin;
  const browser: Browser = {
    version: chromiumVersion(navigator.userAgent),
    mime: chooseMime(supported),
    screenMime: chooseMime(supported, false),
    screenNeeded: screen.required,
    canShare: typeof navigator.mediaDevices?.getDisplayMedia === "function",
    canKeep: typeof navigator.storage?.getDirectory === "function",
    denied: (await isDenied("camera")) || (await isDenied("microphone")),
    pluginMissing: plugin.required && !(await answers(plugin)),
  };
  return outcome(judgeBrowser(browser), {
    agent: navigator.userAgent.slice(0, 300),
    ...(browser.version === null ? {} : { chromium: browser.version }),
    mime: browser.mime ?? "none",
    screen_mime: browser.screenMime ?? "none",
    can_share: browser.canShare,
    can_keep: browser.canKeep,
    plugin: plugin.seen,
  });
}

export const browserCheck: SystemCheck = { point: "browser", run };
