/* The watch over one session: what the browser tells becomes numbered events, and what the exam's policy
 * says about other pages is done. Nothing is read unless a page of the deployment has begun a session, and
 * nothing after it has ended it. One thing at a time: every handler runs after the one before has saved
 * what it changed. */
import type { Deed, Detail, PageMessage, PluginMessage } from "../shared/messages";
import { parseAppHello } from "../shared/messages";
import { hostOf, isAllowed, originOf, riskOf } from "./hosts";
import { createJournal, type Journal } from "./journal";
import type { Platform, Tab } from "./platform";
import { loadWatch, type Front, type Watch } from "./watch";

export interface Sender {
  origin: string;
  tabId: number;
  windowId: number;
}

export interface TabChange {
  url?: string | undefined;
  title?: string | undefined;
}

export interface Monitor {
  /* A message of the exam's page, which the caller has found to be one of ours. */
  page(message: PageMessage, sender: Sender): Promise<PluginMessage | null>;
  /* The page's connection is gone; what was under way is sent again. */
  cut(): Promise<void>;
  tabCreated(tab: Tab): Promise<void>;
  tabChanged(tab: Tab, change: TabChange): Promise<void>;
  /* Another tab or window came to the front, or the browser went behind. */
  settle(): Promise<void>;
  tabRemoved(tabId: number): Promise<void>;
  did(deed: Deed, chars: number, own: boolean, tabId: number): Promise<void>;
  displaysChanged(): Promise<void>;
  windowChanged(windowId: number): Promise<void>;
  zoomed(tabId: number): Promise<void>;
  downloading(url: string): Promise<void>;
  extensionsChanged(): Promise<void>;
  granted(): Promise<void>;
  /* The candidate goes back to the exam; `close`: and the page in front is closed. */
  back(close: boolean): Promise<void>;
  /* The browser or the worker has just started. */
  wake(): Promise<void>;
}

/* A title comes a moment after its page: for so long an event waits to be made fuller. */
export const HOLD_MS = 1200;
/* A page that has been gone for so long does not come back soon: nothing is read for it meanwhile. */
export const GONE_MS = 10 * 60 * 1000;
const TITLE_MAX = 80; // characters: enough to know it by
const LIST_MAX = 300;

const cut = (text: string) => Array.from(text).slice(0, TITLE_MAX).join("");

export function createMonitor(platform: Platform): Monitor {
  let watch: Watch | null = null;
  let journal: Journal | null = null;
  let last: Promise<unknown> = Promise.resolve();
  /* Of this worker's life only: what waits for its title, and what the page was sent. */
  const fresh = new Map<number, { ms: number; tabId: number; host: string }>();
  let speaking: string | null = null; // the session of the page that is connected
  let saved = ""; // the watch as it was saved last
  let asked = ""; // the session that the app was asked about
  let sent: { run: string; upTo: number } | null = null;
  let after: (() => Promise<unknown>)[] = []; // done when all is saved

  /* ---- one thing at a time ---- */

  function run<T>(job: (log: Journal) => Promise<T>): Promise<T> {
    const done = last.then(async () => {
      const log = (journal ??= await load());
      if (watch !== null && platform.nowMs() - watch.heardMs > GONE_MS) stop(log, "page-gone");
      const result = await job(log);
      await save(log);
      const todo = after;
      after = [];
      for (const one of todo) await one().catch(() => undefined); // a tab that is gone already
      push(log);
      return result;
    });
    last = done.catch(() => undefined);
    return done;
  }

  async function load(): Promise<Journal> {
    const kept = await platform.load();
    watch = loadWatch(kept.watch);
    const log = createJournal(kept, platform.nowMs);
    if (watch !== null && log.current()?.session !== watch.session) watch = null;
    saved = JSON.stringify(watch);
    platform.watching(watch !== null);
    return log;
  }

  async function save(log: Journal): Promise<void> {
    const { save: items, forget } = log.changes();
    const text = JSON.stringify(watch);
    if (text !== saved || Object.keys(items).length > 0)
      await platform.save({ ...items, watch, watching: watch !== null });
    saved = text;
    if (forget.length > 0) await platform.forget(forget);
  }

  /* While nobody is watched, nothing is looked at. */
  function whileWatching(job: (w: Watch, log: Journal) => Promise<void> | void): Promise<void> {
    return run(async (log) => {
      if (watch !== null) await job(watch, log);
    });
  }

  /* ---- events ---- */

  function add(w: Watch, log: Journal, kind: string, detail: Detail, tabId = 0): number {
    const nowMs = platform.nowMs();
    const seq = log.add(kind, detail, Math.round(nowMs * 1000 + w.offsetUs));
    if (seq === 0) return 0;
    fresh.set(seq, { ms: nowMs, tabId, host: String(detail.host ?? "") });
    platform.later(HOLD_MS + 50, () => void run(() => Promise.resolve()));
    return seq;
  }

  const isHeld = (seq: number, log: Journal) =>
    fresh.has(seq) && !(sent !== null && sent.run === log.current()?.run && seq < sent.upTo);

  /* A new tab has got its page: what nobody was told of yet says so at once. */
  function amendHost(log: Journal, tabId: number, host: string, title: string): void {
    for (const [seq, event] of fresh)
      if (event.tabId === tabId && event.host === "" && isHeld(seq, log)) {
        event.host = host;
        log.amend(seq, { host, title });
      }
  }

  function amendTitle(log: Journal, tabId: number, host: string, title: string): void {
    for (const [seq, event] of fresh)
      if (event.tabId === tabId && event.host === host && isHeld(seq, log)) log.amend(seq, { title });
  }

  function push(log: Journal): void {
    const session = speaking;
    if (session === null || sent !== null) return;
    const nowMs = platform.nowMs();
    for (const one of log.runs) {
      if (one.session !== session || one.acked >= one.next) continue;
      let before = one.next;
      if (one === log.current())
        for (const [seq, event] of fresh)
          if (nowMs - event.ms < HOLD_MS) before = Math.min(before, seq);
      const events = log.batch(one, before);
      const lastOne = events[events.length - 1];
      if (lastOne === undefined) return; // the first of them is still being made
      if (platform.send({ type: "events", session, run: one.run, events }))
        sent = { run: one.run, upTo: lastOne.seq + 1 };
      return;
    }
  }

  function stateOf(w: Watch | null, session: string, log: Journal): PluginMessage {
    return {
      type: "state",
      session,
      run: log.current()?.run ?? "none",
      watching: w !== null,
      waiting: log.waiting(session),
    };
  }

  /* ---- begin and end ---- */

  async function begin(message: Extract<PageMessage, { type: "begin" }>, sender: Sender, log: Journal) {
    const nowMs = platform.nowMs();
    const offsetUs = message.serverUs - nowMs * 1000;
    if (watch?.session === message.session) {
      watch = { ...watch, tabId: sender.tabId, windowId: sender.windowId, policy: message.policy, heardMs: nowMs, offsetUs };
      noteWindow(watch, sender.windowId);
      await look(watch, log);
      return;
    }
    if (watch !== null) stop(log, "other-session");
    const tabs = await platform.tabs();
    const displays = await platform.displays();
    const granted = await platform.granted();
    const state = await platform.windowState(sender.windowId);
    watch = {
      session: message.session,
      title: message.title,
      origin: sender.origin,
      tabId: sender.tabId,
      windowId: sender.windowId,
      offsetUs,
      policy: message.policy,
      heardMs: nowMs,
      front: { what: "exam" },
      frontSeq: 0,
      windows: [...new Set(tabs.map((tab) => tab.windowId))],
      opened: [],
      hosts: Object.fromEntries(tabs.slice(0, LIST_MAX).map((tab) => [tab.id, hostOf(tab.url)])),
      displays: `${displays.count} ${displays.arrangement}`,
      windowState: state,
      zoom: Math.round((await platform.zoom(sender.tabId)) * 100),
      risky: [],
      closed: 0,
    };
    log.begin(message.session, platform.newId());
    sent = null;
    fresh.clear();
    platform.watching(true);
    add(watch, log, "plugin-started", {
      version: platform.version,
      mode: message.policy.mode,
      reads: granted.join(" "),
      tabs: tabs.length,
      windows: watch.windows.length,
      incognito: tabs.some((tab) => tab.id === sender.tabId && tab.incognito),
      sees_incognito: await platform.incognitoSeen(),
      count: displays.count,
      displays: displays.arrangement,
      window: state,
      zoom: watch.zoom,
    });
    await lookAtExtensions(watch, log);
    await settleFront(watch, log);
    if (granted.includes("app")) askApp(message.session);
  }

  function stop(log: Journal, why: string): void {
    if (watch === null) return;
    add(watch, log, "plugin-ended", { why, closed: watch.closed });
    fresh.clear();
    log.close();
    watch = null;
    platform.watching(false);
    after.push(() => platform.closeWarning());
  }

  function askApp(session: string): void {
    asked = session;
    const nonce = platform.newId(); // the app tells the server of it as well: one exchange, told by both
    const told = (detail: Detail) =>
      whileWatching((w, log) => {
        if (w.session === session) add(w, log, "app-vouched", { plugin: platform.version, ...detail, nonce });
      });
    platform
      .askApp(session, nonce)
      .then((answer) => {
        const app = parseAppHello(answer);
        return told(
          app === null
            ? { app: "", problem: "its answer was not understood" }
            : { app: app.version, platform: app.platform, same_session: app.session === session },
        );
      })
      .catch((error: unknown) => told({ app: "", problem: String(error).slice(0, 120) }));
  }

  /* ---- pages beside the exam ---- */

  const isWarning = (tab: Tab) => tab.url.startsWith(`chrome-extension://${platform.id}/`);

  /* "own": another page of the deployment, such as the portal that the exam was opened from. */
  function kindOf(w: Watch, url: string): { host: string; kind: "own" | "blank" | "allowed" | "other" } {
    const host = hostOf(url);
    if (originOf(url) === w.origin) return { host, kind: "own" };
    if (host === "") return { host, kind: "blank" };
    return { host, kind: isAllowed(host, w.policy.allow) ? "allowed" : "other" };
  }

  /* A tab that came during the exam. Without an address yet it may stay where some hosts are allowed. */
  function isClosed(w: Watch, kind: string): boolean {
    if (w.policy.mode !== "block") return false;
    return kind === "other" || (kind === "blank" && w.policy.allow.length === 0);
  }

  function close(w: Watch, tabId: number, host: string): void {
    w.closed += 1;
    after.push(() => platform.closeTab(tabId));
    backToExam(w, "closed", host);
  }

  function backToExam(w: Watch, what: "closed" | "stopped", host: string): void {
    const { tabId } = w;
    after.push(() => platform.showTab(tabId));
    platform.send({ type: "notice", what, host });
  }

  function noteWindow(w: Watch, windowId: number): boolean {
    if (w.windows.includes(windowId)) return false;
    w.windows = [...w.windows, windowId].slice(-LIST_MAX);
    return true;
  }

  /* A tab that was not there before; its event may come after that of its being in front. */
  function created(w: Watch, log: Journal, tab: Tab): void {
    const isWindow = noteWindow(w, tab.windowId);
    if (isWarning(tab) || tab.id === w.tabId || w.opened.includes(tab.id)) return;
    const old = w.hosts[tab.id] !== undefined; // of before the exam: moved to another window
    if (old && !isWindow) return;
    if (!old) w.opened = [...w.opened, tab.id].slice(-LIST_MAX);
    const { host, kind } = kindOf(w, tab.url);
    w.hosts = { ...w.hosts, [tab.id]: host };
    if (kind === "own" || kind === "allowed") return;
    const detail: Detail = { host, title: host === "" ? "" : cut(tab.title) };
    if (tab.incognito) detail.incognito = true;
    const closed = !old && isClosed(w, kind);
    if (closed) detail.closed = true;
    add(w, log, isWindow ? "window-opened" : "tab-opened", detail, tab.id);
    if (closed) close(w, tab.id, host);
  }

  /* ---- what is in front ---- */

  async function settleFront(w: Watch, log: Journal): Promise<void> {
    const tab = await platform.front();
    if (tab !== null && isWarning(tab)) return; // ours: it says what is behind it
    if (tab !== null && w.hosts[tab.id] === undefined) {
      const { closed } = w;
      created(w, log, tab);
      if (w.closed > closed) return; // it is gone as soon as this is written
    }
    const now: Front =
      tab === null
        ? { what: "outside" }
        : tab.id === w.tabId && originOf(tab.url) === w.origin
          ? { what: "exam" }
          : { what: "page", tabId: tab.id, host: hostOf(tab.url) };
    const before = w.front;
    if (sameFront(now, before)) return;
    w.front = now;
    switch (now.what) {
      case "exam":
        add(w, log, "exam-shown", {});
        after.push(() => platform.closeWarning());
        break;
      case "outside":
        add(w, log, "focus-lost", {});
        break;
      case "page":
        if (tab !== null) pageShown(w, log, tab);
        break;
    }
  }

  function pageShown(w: Watch, log: Journal, tab: Tab): void {
    const { host, kind } = kindOf(w, tab.url);
    if (kind === "allowed") {
      /* Not told which; only that the exam is not in front for a reason that is fine. */
      add(w, log, "tab-shown", { host: "", title: "", allowed: true }, 0);
      return;
    }
    const detail: Detail = { host, title: host === "" ? "" : cut(tab.title) };
    if (kind === "own") detail.own = true;
    if (kind === "other") Object.assign(detail, doneTo(w, tab.id));
    w.frontSeq = add(w, log, "tab-shown", detail, tab.id);
    if (kind === "other") act(w, tab.id, host);
  }

  /* What the policy does to a page of another site that is in front, for the record... */
  function doneTo(w: Watch, tabId: number): Detail {
    if (w.policy.mode !== "block") return {};
    return w.opened.includes(tabId) ? { closed: true } : { stopped: true };
  }

  /* ... and for the candidate. */
  function act(w: Watch, tabId: number, host: string): void {
    switch (w.policy.mode) {
      case "report":
        break;
      case "warn":
        after.push(() => platform.openWarning(platform.warningUrl(host, w.title)));
        break;
      case "block":
        if (w.opened.includes(tabId)) close(w, tabId, host);
        else backToExam(w, "stopped", host);
        break;
    }
  }

  /* The exam's own tab was sent elsewhere. */
  function examLeft(w: Watch, log: Journal, tab: Tab): void {
    const { host } = kindOf(w, tab.url);
    const blocked = w.policy.mode === "block";
    w.front = { what: "page", tabId: tab.id, host };
    add(w, log, "exam-left", { host, title: cut(tab.title), ...(blocked ? { stopped: true } : {}) }, tab.id);
    if (blocked) {
      const url = `${w.origin}/proctortrack/session/${encodeURIComponent(w.session)}`;
      after.push(() => platform.goTo(tab.id, url));
    }
  }

  /* ---- things that change ---- */

  async function lookAtDisplays(w: Watch, log: Journal): Promise<void> {
    const { count, arrangement } = await platform.displays();
    const now = `${count} ${arrangement}`;
    if (now === w.displays) return;
    w.displays = now;
    add(w, log, "browser-displays", { count, displays: arrangement });
  }

  async function lookAtWindow(w: Watch, log: Journal): Promise<void> {
    const state = await platform.windowState(w.windowId);
    if (state === "" || state === w.windowState) return;
    w.windowState = state;
    add(w, log, "window-state", { state });
  }

  async function lookAtZoom(w: Watch, log: Journal): Promise<void> {
    const percent = Math.round((await platform.zoom(w.tabId)) * 100);
    if (percent === 0 || percent === w.zoom) return;
    w.zoom = percent;
    add(w, log, "zoom-changed", { percent });
  }

  async function lookAtExtensions(w: Watch, log: Journal): Promise<void> {
    const all = await platform.extensions();
    const risky = new Map<string, { name: string; why: string }>();
    for (const one of all) {
      const why = one.id === platform.id ? null : riskOf(one, w.origin);
      if (why !== null && !w.policy.extensions.includes(one.id)) risky.set(one.id, { name: cut(one.name), why });
    }
    for (const [id, { name, why }] of risky)
      if (!w.risky.includes(id)) add(w, log, "extension-risk", { id, name, why, on: true });
    for (const id of w.risky)
      if (!risky.has(id)) {
        const name = cut(all.find((one) => one.id === id)?.name ?? id);
        add(w, log, "extension-risk", { id, name, why: "", on: false });
      }
    w.risky = [...risky.keys()].slice(0, LIST_MAX);
  }

  /* After a time in which nobody listened. */
  async function look(w: Watch, log: Journal): Promise<void> {
    await lookAtDisplays(w, log);
    await lookAtWindow(w, log);
    await lookAtZoom(w, log);
    await lookAtExtensions(w, log);
    await settleFront(w, log);
  }

  /* ---- what is asked from outside ---- */

  async function answer(message: PageMessage, sender: Sender, log: Journal): Promise<PluginMessage | null> {
    switch (message.type) {
      case "hello":
        return { type: "plugin", version: platform.version, id: platform.id, granted: await platform.granted() };
      case "begin":
        await begin(message, sender, log);
        return stateOf(watch, message.session, log);
      case "ack":
        log.ack(message.run, message.next);
        sent = null;
        for (const seq of [...fresh.keys()])
          if (log.current()?.run === message.run && seq < message.next) fresh.delete(seq);
        return stateOf(watch?.session === message.session ? watch : null, message.session, log);
      case "end":
        if (watch?.session === message.session) stop(log, "ended");
        return stateOf(null, message.session, log);
      case "ask":
      case "remove":
        return null; // main.ts: the browser's matter
    }
  }

  return {
    page: (message, sender) =>
      run((log) => {
        if (watch !== null && watch.tabId === sender.tabId) watch.heardMs = platform.nowMs();
        if ("session" in message) speaking = message.session;
        return answer(message, sender, log);
      }),
    cut: () =>
      run(() => {
        sent = null;
        speaking = null;
        return Promise.resolve();
      }),
    tabCreated: (tab) => whileWatching((w, log) => created(w, log, tab)),
    tabChanged: (tab, change) =>
      whileWatching(async (w, log) => {
        if (isWarning(tab)) return;
        const { host, kind } = kindOf(w, tab.url);
        const before = w.hosts[tab.id];
        if (change.url !== undefined && before !== host) {
          w.hosts = Object.fromEntries([...Object.entries(w.hosts), [tab.id, host]].slice(-LIST_MAX)) as Record<string, string>;
          if (tab.id === w.tabId && kind !== "own") examLeft(w, log, tab);
          else {
            if (kind === "other") amendHost(log, tab.id, host, cut(tab.title));
            if (isBlankInFront(w, tab.id) && kind === "other" && isHeld(w.frontSeq, log)) {
              w.front = { what: "page", tabId: tab.id, host };
              log.amend(w.frontSeq, doneTo(w, tab.id));
              act(w, tab.id, host);
              return;
            }
            await settleFront(w, log);
            const inFront = w.front.what === "page" && w.front.tabId === tab.id;
            if (!inFront && kind === "other" && tab.id !== w.tabId) {
              const came = w.opened.includes(tab.id) && isClosed(w, kind);
              add(w, log, "tab-navigated", { host, title: "", ...(came ? { closed: true } : {}) }, tab.id);
              if (came) close(w, tab.id, host);
            }
          }
        }
        if (change.title !== undefined && kind === "other" && host === w.hosts[tab.id])
          amendTitle(log, tab.id, host, cut(change.title));
      }),
    settle: () => whileWatching((w, log) => settleFront(w, log)),
    tabRemoved: (tabId) =>
      whileWatching(async (w, log) => {
        w.opened = w.opened.filter((id) => id !== tabId);
        w.hosts = Object.fromEntries(Object.entries(w.hosts).filter(([id]) => id !== String(tabId)));
        await settleFront(w, log);
      }),
    did: (deed, chars, own, tabId) =>
      whileWatching((w, log) => {
        if (tabId !== w.tabId) return;
        const counted = deed === "printed" || deed === "context-menu" ? {} : { chars };
        add(w, log, deed, { ...counted, ...(deed === "pasted" ? { own } : {}) });
      }),
    displaysChanged: () => whileWatching(lookAtDisplays),
    windowChanged: (windowId) =>
      whileWatching((w, log) => (windowId === w.windowId ? lookAtWindow(w, log) : undefined)),
    zoomed: (tabId) => whileWatching((w, log) => (tabId === w.tabId ? lookAtZoom(w, log) : undefined)),
    downloading: (url) =>
      whileWatching((w, log) => {
        const from = url.startsWith("blob:") ? url.slice(5) : url;
        if (originOf(from) === w.origin) return;
        const ending = /\.([0-9A-Za-z]{1,8})(?:[?#]|$)/.exec(from.split("/").pop() ?? "")?.[1] ?? "";
        add(w, log, "download-started", { host: hostOf(from), ending });
      }),
    extensionsChanged: () => whileWatching(lookAtExtensions),
    granted: () =>
      whileWatching(async (w, log) => {
        await lookAtExtensions(w, log);
        if (asked !== w.session && (await platform.granted()).includes("app")) askApp(w.session);
      }),
    back: (closeIt) =>
      whileWatching(async (w) => {
        const { front, tabId } = w;
        if (closeIt && front.what === "page" && front.tabId !== tabId)
          after.push(() => platform.closeTab(front.tabId));
        after.push(() => platform.closeWarning());
        after.push(() => platform.showTab(tabId));
        await Promise.resolve();
      }),
    wake: () => whileWatching(look),
  };
}

function isBlankInFront({ front }: Watch, tabId: number): boolean {
  return front.what === "page" && front.tabId === tabId && front.host === "";
}

function sameFront(a: Front, b: Front): boolean {
  if (a.what === "page" && b.what === "page") return a.tabId === b.tabId && a.host === b.host;
  return a.what === b.what;
}

