/* The browser's plugin, as this page reaches it: by its id, where its manifest lets this origin
 * (externally_connectable). What is said is in extension/shared/messages.ts. */
import { parsePluginMessage, toWire, type PageMessage, type PluginMessage } from "../../extension/shared/messages";

export type PluginAnswer = Extract<PluginMessage, { type: "plugin" }>;

export interface PluginPort {
  postMessage(message: unknown): void;
  disconnect(): void;
  onMessage: { addListener(listener: (message: unknown) => void): void };
  onDisconnect: { addListener(listener: () => void): void };
}

/* chrome.runtime as a page has it; it is there as soon as a plugin that lets this page is. */
export interface PluginRuntime {
  sendMessage?: (id: string, message: unknown, answer: (value: unknown) => void) => void;
  connect?: (id: string, info: { name: string }) => PluginPort;
  lastError?: unknown;
}

export function browserRuntime(): PluginRuntime | null {
  return (window as Window & { chrome?: { runtime?: PluginRuntime } }).chrome?.runtime ?? null;
}

const WAIT_MS = 1500; // its worker may have to be started

/* null: no answer, or none of the plugin's. */
export function tellPlugin(
  runtime: PluginRuntime | null,
  id: string,
  message: Exclude<PageMessage, { type: "begin" }>,
): Promise<PluginMessage | null> {
  return new Promise((resolve) => {
    if (id === "" || runtime?.sendMessage === undefined) return resolve(null);
    setTimeout(() => resolve(null), WAIT_MS);
    try {
      runtime.sendMessage(id, toWire(message), (value) => {
        void runtime.lastError; // read, or the browser complains that nobody did
        resolve(parsePluginMessage(value));
      });
    } catch {
      resolve(null); // not a valid id
    }
  });
}

export async function askPlugin(id: string): Promise<PluginAnswer | null> {
  const answer = await tellPlugin(browserRuntime(), id, { type: "hello" });
  return answer?.type === "plugin" ? answer : null;
}

/* "Remove plugin": false when it is not ours to remove. */
export async function removePlugin(id: string): Promise<boolean> {
  const answer = await tellPlugin(browserRuntime(), id, { type: "remove" });
  return answer?.type === "removed" && answer.removed;
}
