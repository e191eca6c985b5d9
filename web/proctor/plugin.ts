/* Asks the browser plugin whether it is there: by its id where it lets this page (externally_connectable),
 * and by a message in the window, which a content script of it answers. */
import { fields } from "../ui/parse";

export interface PluginAnswer {
  version: string;
  id: string;
}

interface ChromeRuntime {
  runtime?: {
    sendMessage?: (id: string, message: unknown, answer: (value: unknown) => void) => void;
    lastError?: unknown;
  };
}

const WAIT_MS = 800;

/* null: not an answer of the plugin. */
export function parsePluginAnswer(value: unknown): PluginAnswer | null {
  try {
    const f = fields(value, "plugin");
    if (f.text("type") !== "proctortrack-plugin") return null;
    return { version: f.text("version").slice(0, 64), id: f.text("id").slice(0, 64) };
  } catch {
    return null;
  }
}

const HELLO = { type: "proctortrack-hello" };

function askRuntime(id: string): Promise<PluginAnswer | null> {
  return new Promise((resolve) => {
    const { chrome } = window as Window & { chrome?: ChromeRuntime };
    const runtime = chrome?.runtime;
    if (id === "" || runtime?.sendMessage === undefined) return resolve(null);
    try {
      runtime.sendMessage(id, HELLO, (value) => {
        void runtime.lastError; // read, or the browser complains that nobody did
        resolve(parsePluginAnswer(value));
      });
    } catch {
      resolve(null); // not a valid id
    }
  });
}

function askWindow(signal: AbortSignal): Promise<PluginAnswer | null> {
  return new Promise((resolve) => {
    window.addEventListener(
      "message",
      (event: MessageEvent<unknown>) => {
        if (event.source !== window || event.origin !== window.location.origin) return;
        const answer = parsePluginAnswer(event.data);
        if (answer !== null) resolve(answer);
      },
      { signal },
    );
    window.postMessage(HELLO, window.location.origin);
  });
}

export async function askPlugin(id: string): Promise<PluginAnswer | null> {
  const asked = new AbortController();
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), WAIT_MS));
  const first = (asking: Promise<PluginAnswer | null>) =>
    asking.then((answer) => answer ?? late); // "no" of one must not end the wait for the other
  try {
    return await Promise.race([first(askRuntime(id)), first(askWindow(asked.signal)), late]);
  } finally {
    asked.abort();
  }
}
