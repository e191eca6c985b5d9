/* The platform as Chrome gives it. */
import { APP_HOST, READINGS, PROTOCOL, toWire, type PluginMessage, type Reading } from "../shared/messages";
import type { Platform, Tab } from "./platform";

/* Each of these is asked for by itself (pages/plugin.html); a managed browser gives them at once. */
export const PERMISSION: Record<Reading, chrome.runtime.ManifestOptionalPermission> = {
  downloads: "downloads",
  extensions: "management",
  app: "nativeMessaging",
};

export function tabOf(tab: chrome.tabs.Tab): Tab {
  return {
    id: tab.id ?? -1,
    windowId: tab.windowId,
    url: tab.pendingUrl ?? tab.url ?? "",
    title: tab.title ?? "",
    incognito: tab.incognito,
  };
}

const has = (reading: Reading) => chrome.permissions.contains({ permissions: [PERMISSION[reading]] });

export interface Line {
  port: chrome.runtime.Port | null;
}

export function createBrowser(line: Line, listen: (on: boolean) => void): Platform {
  const warning = () => chrome.runtime.getURL("pages/warning.html");

  async function warningTabs(): Promise<chrome.tabs.Tab[]> {
    return (await chrome.tabs.query({ windowType: "popup" })).filter((tab) =>
      (tab.pendingUrl ?? tab.url ?? "").startsWith(warning()),
    );
  }

  return {
    id: chrome.runtime.id,
    version: chrome.runtime.getManifest().version,
    nowMs: () => Date.now(),
    newId: () =>
      Array.from(crypto.getRandomValues(new Uint8Array(11)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    later: (ms, what) => void setTimeout(what, ms),

    load: () => chrome.storage.local.get(null),
    save: (items) => chrome.storage.local.set(items),
    forget: (keys) => chrome.storage.local.remove(keys),

    tabs: async () => (await chrome.tabs.query({})).map(tabOf),
    async front() {
      /* Without a window manager several say that they have the focus: the last one that got it. */
      const window = await chrome.windows.getLastFocused({ populate: true, windowTypes: ["normal", "popup"] }).catch(() => null);
      const tab = window?.focused === true ? window.tabs?.find((one) => one.active) : undefined;
      return tab === undefined ? null : tabOf(tab);
    },
    windowState: async (id) => (await chrome.windows.get(id).catch(() => null))?.state ?? "",
    zoom: (id) => chrome.tabs.getZoom(id).catch(() => 0),
    closeTab: (id) => chrome.tabs.remove(id),
    async showTab(id) {
      const tab = await chrome.tabs.update(id, { active: true });
      if (tab !== undefined) await chrome.windows.update(tab.windowId, { focused: true });
    },
    async goTo(id, url) {
      await chrome.tabs.update(id, { url });
    },

    async displays() {
      const all = await chrome.system.display.getInfo();
      return {
        count: all.length,
        arrangement: all
          .slice(0, 8)
          .map(({ bounds }) => `${bounds.width}x${bounds.height}+${bounds.left}+${bounds.top}`)
          .join(" "),
      };
    },
    incognitoSeen: () => chrome.extension.isAllowedIncognitoAccess(),
    async granted() {
      const found: Reading[] = [];
      for (const reading of READINGS) if (await has(reading)) found.push(reading);
      return found;
    },
    async extensions() {
      if (!(await has("extensions"))) return [];
      return (await chrome.management.getAll())
        .filter((one) => one.type === "extension")
        .map((one) => ({
          id: one.id,
          name: one.name,
          enabled: one.enabled,
          permissions: one.permissions,
          hosts: one.hostPermissions,
        }));
    },
    askApp: (session, nonce) =>
      chrome.runtime.sendNativeMessage(APP_HOST, {
        v: PROTOCOL,
        type: "hello",
        version: chrome.runtime.getManifest().version,
        id: chrome.runtime.id,
        session,
        nonce,
      }),

    watching(on) {
      void chrome.action.setBadgeText({ text: on ? chrome.i18n.getMessage("badge") : "" });
      void chrome.action.setBadgeBackgroundColor({ color: "#0b57d0" });
      void chrome.action.setBadgeTextColor({ color: "#ffffff" });
      void chrome.action.setTitle({ title: chrome.i18n.getMessage(on ? "titleOn" : "name") });
      listen(on);
    },
    warningUrl: (host, title) =>
      `${warning()}?${new URLSearchParams({ host, exam: title }).toString()}`,
    async openWarning(url) {
      const [there] = await warningTabs();
      if (there?.id !== undefined) {
        await chrome.tabs.update(there.id, { url });
        await chrome.windows.update(there.windowId, { focused: true, drawAttention: true });
        return;
      }
      await chrome.windows.create({ url, type: "popup", width: 520, height: 420, focused: true });
    },
    async closeWarning() {
      for (const tab of await warningTabs()) if (tab.id !== undefined) await chrome.tabs.remove(tab.id);
    },
    send(message: PluginMessage) {
      try {
        line.port?.postMessage(toWire(message));
        return line.port !== null;
      } catch {
        line.port = null; // the page has gone and the event of it is on its way
        return false;
      }
    },
  };
}

