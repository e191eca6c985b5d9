/* The service worker: Chrome's events to the monitor. It may be started for one event and ended after it;
 * all that it must know lies in the storage. Outside of a session its listeners are taken off, so the
 * browser tells it nothing. */
import { parseOwnMessage, parsePageMessage, toWire, type PageMessage, type PluginMessage } from "../shared/messages";
import { createBrowser, tabOf, type Line } from "./browser";
import { isOurs } from "./hosts";
import { createMonitor, type Sender } from "./monitor";

declare const ORIGINS: readonly string[]; // built in: the deployment's

const SETTLE_MS = 400; // between two of its windows a browser is not in front for a moment

const line: Line = { port: null };
const monitor = createMonitor(createBrowser(line, listen));

/* ---- the deployment's pages ---- */

/* null: not a page of the deployment; it gets no answer, and cannot tell that we are here. */
function senderOf(sender: chrome.runtime.MessageSender | undefined): Sender | null {
  const { origin, tab, frameId } = sender ?? {};
  if (origin === undefined || !isOurs(origin, ORIGINS)) return null;
  if (tab?.id === undefined || frameId !== 0) return null; // a page in a tab, not one inside of another
  return { origin, tabId: tab.id, windowId: tab.windowId };
}

async function answer(message: PageMessage, sender: Sender): Promise<PluginMessage | null> {
  switch (message.type) {
    case "ask":
      await chrome.tabs.create({ url: chrome.runtime.getURL("pages/plugin.html"), windowId: sender.windowId });
      return null;
    case "remove":
      return { type: "removed", removed: await removeSelf() };
    default:
      return monitor.page(message, sender);
  }
}

/* No permission is needed for that. One that an administrator has installed stays. */
async function removeSelf(): Promise<boolean> {
  const { watching } = await chrome.storage.local.get("watching");
  const self = await chrome.management.getSelf();
  if (watching === true || self.mayDisable === false) return false;
  setTimeout(() => void chrome.management.uninstallSelf(), 200); // after the answer
  return true;
}

chrome.runtime.onMessageExternal.addListener((raw: unknown, from, reply) => {
  const sender = senderOf(from);
  const message = parsePageMessage(raw);
  if (sender === null || message === null || message.type === "begin") return false;
  void answer(message, sender).then((said) => reply(said === null ? null : toWire(said)));
  return true;
});

chrome.runtime.onConnectExternal.addListener((port) => {
  const sender = senderOf(port.sender);
  if (sender === null) {
    port.disconnect();
    return;
  }
  port.onMessage.addListener((raw: unknown) => {
    const message = parsePageMessage(raw);
    if (message === null) return;
    if (line.port !== port) {
      line.port = port; // the window that spoke last holds the session
      void monitor.cut();
    }
    void answer(message, sender).then((said) => {
      if (said !== null && line.port === port) port.postMessage(toWire(said));
    });
  });
  port.onDisconnect.addListener(() => {
    if (line.port !== port) return;
    line.port = null;
    void monitor.cut();
  });
});

/* ---- our own parts ---- */

chrome.runtime.onMessage.addListener((raw: unknown, sender) => {
  const message = parseOwnMessage(raw);
  if (sender.id !== chrome.runtime.id || message === null) return;
  const inPage = sender.url?.startsWith(chrome.runtime.getURL("")) !== true;
  switch (message.type) {
    case "did":
      if (inPage && sender.tab?.id !== undefined)
        void monitor.did(message.deed, message.chars, message.own, sender.tab.id);
      break;
    case "back":
      if (!inPage) void monitor.back(message.close);
      break;
    case "granted":
      if (!inPage) void monitor.granted();
      break;
  }
});

/* ---- the browser ---- */

const created = (tab: chrome.tabs.Tab) => void monitor.tabCreated(tabOf(tab));
const updated = (_id: number, { url, title }: { url?: string; title?: string }, tab: chrome.tabs.Tab) => {
  if (url !== undefined || title !== undefined) void monitor.tabChanged(tabOf(tab), { url, title });
};
const settle = () => void monitor.settle();
const removed = (id: number) => void monitor.tabRemoved(id);
const focused = (windowId: number) => {
  if (windowId === chrome.windows.WINDOW_ID_NONE) setTimeout(settle, SETTLE_MS);
  else settle();
};
const attached = (id: number) => void chrome.tabs.get(id).then(created, () => undefined);
const bounds = (window: chrome.windows.Window) => {
  if (window.id !== undefined) void monitor.windowChanged(window.id);
};
const zoomed = ({ tabId }: { tabId: number }) => void monitor.zoomed(tabId);
const displays = () => void monitor.displaysChanged();
const downloading = (item: chrome.downloads.DownloadItem) => void monitor.downloading(item.url);
const extensions = () => void monitor.extensionsChanged();

let listening = false;

/* Without its permission an event is not there. */
function optional(on: boolean): void {
  if (chrome.downloads !== undefined) change(chrome.downloads.onCreated, downloading, on);
  if (chrome.management?.onEnabled === undefined) return;
  change(chrome.management.onInstalled, extensions, on);
  change(chrome.management.onUninstalled, extensions, on);
  change(chrome.management.onEnabled, extensions, on);
  change(chrome.management.onDisabled, extensions, on);
}

interface Event<F> {
  addListener(listener: F): void;
  removeListener(listener: F): void;
}
function change<F>(event: Event<F>, listener: F, on: boolean): void {
  if (on) event.addListener(listener);
  else event.removeListener(listener);
}

function listen(on: boolean): void {
  if (on !== listening) {
    listening = on;
    change(chrome.tabs.onCreated, created, on);
    change(chrome.tabs.onUpdated, updated, on);
    change(chrome.tabs.onActivated, settle, on);
    change(chrome.tabs.onRemoved, removed, on);
    change(chrome.tabs.onAttached, attached, on);
    change(chrome.windows.onFocusChanged, focused, on);
    change(chrome.windows.onBoundsChanged, bounds, on);
    change(chrome.tabs.onZoomChange, zoomed, on);
    change(chrome.system.display.onDisplayChanged, displays, on);
  }
  optional(on);
}

chrome.permissions.onAdded.addListener(() => {
  if (listening) optional(true);
  void monitor.granted();
});
chrome.runtime.onInstalled.addListener(() => void monitor.wake());
chrome.runtime.onStartup.addListener(() => void monitor.wake());

listen(true); // at once, or the event that started us is lost; monitor.wake() takes them off where nobody is watched
void monitor.wake();
