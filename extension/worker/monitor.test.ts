/* The watch without a browser: a model of tabs and windows, storage that outlives the worker, and a page
 * that keeps what it is sent until it says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Mode, PageMessage, PluginEvent, PluginMessage, Reading } from "../shared/messages";
import { KEPT_MAX } from "./journal";
import { createMonitor, GONE_MS, HOLD_MS, type Monitor, type Sender } from "./monitor";
import type { Extension, Platform, Tab } from "./platform";

const ORIGIN = "https://exam.example.org";
const EXAM: Sender = { origin: ORIGIN, tabId: 1, windowId: 1 };
const START_US = 1_700_000_000_000_000;

interface House {
  monitor: Monitor;
  /* Everything of the worker's memory is gone; the storage is not. */
  die(): void;
  /* The same at every write: nothing of it is written. */
  dieAtSave(n: number): void;
  page: { connected: boolean; ackBy: "hand" | "itself"; got: Map<string, PluginEvent[]>; notices: string[]; sends: number };
  say(message: PageMessage, sender?: Sender): Promise<PluginMessage | null>;
  begin(mode?: Mode, more?: { allow?: string[] }): Promise<PluginMessage | null>;
  open(id: number, url: string, options?: { windowId?: number; title?: string; behind?: boolean; incognito?: boolean }): Promise<void>;
  go(id: number, url: string, title?: string): Promise<void>;
  show(id: number | null): Promise<void>;
  pass(ms?: number): Promise<void>;
  kinds(): string[];
  details(kind: string): PluginEvent["detail"][];
  tabs: Map<number, Tab>;
  stored: Record<string, unknown>;
  warnings: string[];
  gone: string[];
  watching: boolean;
  displays: number;
  windowState: string;
  zoom: number;
  extensions: Extension[];
  granted: Reading[];
  app: (nonce: string) => Promise<unknown>;
  nowMs: number;
}

function house(): House {
  let front: number | null = 1;
  let timers: { at: number; what: () => void }[] = [];
  let saves = 0;
  let life = 0;
  let failAt = 0;
  const h = {
    page: { connected: true, ackBy: "itself", got: new Map(), notices: [], sends: 0 },
    tabs: new Map([[1, { id: 1, windowId: 1, url: `${ORIGIN}/proctortrack/session/s1`, title: "Exam", incognito: false }]]),
    stored: {},
    warnings: [],
    gone: [],
    watching: false,
    displays: 1,
    windowState: "fullscreen",
    zoom: 1,
    extensions: [],
    granted: [],
    app: () => Promise.reject(new Error("Specified native messaging host not found.")),
    nowMs: 1_000_000,
  } as unknown as House;

  function platform(): Platform {
    const mine = ++life;
    const alive = () => assert.equal(mine, life, "a worker that is dead does something");
    return {
      id: "ourown",
      version: "1.0.0",
      nowMs: () => h.nowMs,
      newId: () => `run${life}x${saves}`,
      later: (ms, what) => timers.push({ at: h.nowMs + ms, what: () => mine === life && what() }),
      load: () => Promise.resolve(structuredClone(h.stored)),
      save(items) {
        alive();
        saves += 1;
        if (saves === failAt) return Promise.reject(new Error("killed"));
        Object.assign(h.stored, structuredClone(items));
        return Promise.resolve();
      },
      forget(keys) {
        for (const key of keys) delete h.stored[key];
        return Promise.resolve();
      },
      tabs: () => Promise.resolve([...h.tabs.values()]),
      front: () => Promise.resolve(front === null ? null : (h.tabs.get(front) ?? null)),
      windowState: () => Promise.resolve(h.windowState),
      zoom: () => Promise.resolve(h.zoom),
      closeTab(id) {
        h.gone.push(`closed ${id}`);
        h.tabs.delete(id);
        if (front === id) front = 1;
        return Promise.resolve();
      },
      showTab(id) {
        h.gone.push(`shown ${id}`);
        front = id;
        return Promise.resolve();
      },
      goTo(id, url) {
        h.gone.push(`${id} to ${url}`);
        const tab = h.tabs.get(id);
        if (tab !== undefined) tab.url = url;
        return Promise.resolve();
      },
      displays: () => Promise.resolve({ count: h.displays, arrangement: "1280x720+0+0" }),
      incognitoSeen: () => Promise.resolve(false),
      granted: () => Promise.resolve(h.granted),
      extensions: () => Promise.resolve(h.extensions),
      askApp: (_session: string, nonce: string) => h.app(nonce),
      watching: (on) => (h.watching = on),
      warningUrl: (host, title) => `chrome-extension://ourown/pages/warning.html?${host}&${title}`,
      openWarning: (url) => Promise.resolve(void h.warnings.push(url)),
      closeWarning: () => Promise.resolve(void (h.warnings.length > 0 && h.warnings.push("closed"))),
      send(message) {
        if (!h.page.connected) return false;
        h.page.sends += 1;
        if (message.type === "notice") h.page.notices.push(`${message.what} ${message.host}`);
        if (message.type === "events") {
          /* As the server does: each number once, in order. */
          const list = h.page.got.get(message.run) ?? [];
          for (const event of message.events) {
            if (event.seq <= list.length) continue;
            assert.equal(event.seq, list.length + 1, "a gap");
            list.push(event);
          }
          h.page.got.set(message.run, list);
          if (h.page.ackBy === "itself")
            timers.push({
              at: h.nowMs,
              what: () => void h.monitor.page({ type: "ack", session: message.session, run: message.run, next: list.length + 1 }, EXAM).catch(() => undefined),
            });
        }
        return true;
      },
    };
  }
  const start = () => (h.monitor = createMonitor(platform()));

  h.die = start;
  h.dieAtSave = (n) => {
    saves = 0;
    failAt = n;
  };
  h.say = (message, sender = EXAM) => h.monitor.page(message, sender);
  h.begin = (mode = "report", more = {}) =>
    h.say({
      type: "begin",
      session: "s1",
      title: "Botany",
      serverUs: START_US + (h.nowMs - 1_000_000) * 1000,
      policy: { mode, allow: [], extensions: [], ask: [], ...more },
    });
  h.pass = async (ms = HOLD_MS + 100) => {
    h.nowMs += ms;
    for (let rounds = 0; rounds < 10; rounds++) {
      const due = timers.filter((one) => one.at <= h.nowMs);
      timers = timers.filter((one) => one.at > h.nowMs);
      for (const one of due) one.what();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  h.open = async (id, url, { windowId = 1, title = "", behind = false, incognito = false } = {}) => {
    const tab = { id, windowId, url, title, incognito };
    h.tabs.set(id, tab);
    if (!behind) front = id;
    await h.monitor.tabCreated({ ...tab });
    if (!behind) await h.monitor.settle();
  };
  h.go = async (id, url, title = "") => {
    const tab = h.tabs.get(id);
    assert.ok(tab);
    Object.assign(tab, { url, title: "" });
    await h.monitor.tabChanged({ ...tab }, { url });
    if (title === "" || !h.tabs.has(id)) return;
    tab.title = title;
    await h.monitor.tabChanged({ ...tab }, { title });
  };
  h.show = (id) => {
    front = id;
    return h.monitor.settle();
  };
  const all = () => [...h.page.got.values()].flat();
  h.kinds = () => all().map((event) => event.kind);
  h.details = (kind) => all().filter((event) => event.kind === kind).map((event) => event.detail);
  start();
  return h;
}

test("nothing is read, written or sent before a session and after it", async () => {
  const h = house();
  await h.monitor.wake();
  await h.open(2, "https://chat.example/");
  await h.monitor.did("pasted", 5, false, 1);
  assert.deepEqual(h.stored, {});
  assert.equal(h.watching, false);
  await h.begin();
  assert.equal(h.watching, true);
  await h.say({ type: "end", session: "s1" });
  assert.equal(h.watching, false);
  await h.pass();
  const before = h.kinds();
  assert.deepEqual(before, ["plugin-started", "tab-shown", "plugin-ended"]); // the chat was in front as it began
  await h.open(3, "https://chat.example/");
  await h.monitor.did("pasted", 5, false, 1);
  await h.monitor.downloading("https://files.example/a.zip");
  await h.pass();
  assert.deepEqual(h.kinds(), before);
  assert.deepEqual(Object.keys(h.stored).filter((key) => key.startsWith("e/")), []);
});

test("a site that is opened, text that is pasted, a window: in order, with host and title, at the server's time", async () => {
  const h = house();
  await h.begin();
  await h.open(2, "", {});
  await h.go(2, "https://chat.example/c/123?q=secret", "New chat");
  await h.pass();
  await h.show(1);
  await h.monitor.did("pasted", 120, false, 1);
  await h.monitor.did("pasted", 120, false, 2); // of another tab than the exam's
  await h.open(3, "https://mail.example/", { windowId: 7, title: "Inbox" });
  await h.show(null);
  await h.show(1);
  await h.pass();
  assert.deepEqual(h.kinds(), [
    "plugin-started",
    "tab-opened",
    "tab-shown",
    "exam-shown",
    "pasted",
    "window-opened",
    "tab-shown",
    "focus-lost",
    "exam-shown",
  ]);
  assert.deepEqual(h.details("tab-opened"), [{ host: "chat.example", title: "New chat" }]);
  assert.deepEqual(h.details("tab-shown")[0], { host: "chat.example", title: "New chat" });
  assert.deepEqual(h.details("pasted"), [{ chars: 120, own: false }]);
  const events = [...h.page.got.values()].flat();
  assert.deepEqual(events.map((event) => event.seq), events.map((_event, index) => index + 1));
  assert.equal(events[0]?.clientUs, START_US);
  assert.equal(events[3]?.clientUs, START_US + (HOLD_MS + 100) * 1000);
});

test("a worker that dies between any two lines loses nothing and tells nothing twice", async () => {
  for (let at = 1; at <= 14; at++) {
    const h = house();
    await h.begin();
    h.dieAtSave(at);
    const again = async (job: () => Promise<unknown>) => {
      try {
        await job();
      } catch {
        h.die(); // in the middle of it; the browser starts it anew for the event it did not take
        await job();
      }
    };
    await again(() => h.open(2, "https://chat.example/"));
    await again(() => h.show(1));
    await again(() => h.monitor.did("pasted", 9, false, 1));
    h.page.connected = false;
    h.die();
    await again(() => h.monitor.did("copied", 3, true, 1));
    h.die();
    h.page.connected = true;
    await again(() => h.begin());
    await h.pass();
    await again(() => h.say({ type: "end", session: "s1" }));
    await h.pass();
    await h.pass();
    assert.deepEqual(
      h.kinds(),
      ["plugin-started", "tab-opened", "tab-shown", "exam-shown", "pasted", "copied", "plugin-ended"],
      `killed at write ${at}`,
    );
  }
});

test("while the network is away all is kept, and the answer that was lost does no harm", async () => {
  const h = house();
  h.page.ackBy = "hand";
  await h.begin();
  for (let i = 0; i < 200; i++) {
    await h.monitor.did("pasted", i, false, 1);
    if (i % 50 === 0) h.die();
  }
  await h.begin();
  await h.pass();
  await h.pass();
  assert.equal(h.page.sends, 1); // one batch at a time, and no more before it is acknowledged
  h.die();
  h.page.ackBy = "itself";
  await h.begin(); // the page's line was cut: it is given again
  for (let i = 0; i < 8; i++) await h.pass();
  assert.deepEqual(h.details("pasted").map((detail) => detail.chars), Array.from({ length: 200 }, (_, i) => i));
  assert.deepEqual(Object.keys(h.stored).filter((key) => key.startsWith("e/")), []);
});

test("where there is no room left it is said how many are missing", async () => {
  const h = house();
  h.page.connected = false;
  await h.begin();
  for (let i = 0; i < KEPT_MAX + 9; i++) await h.monitor.did("copied", 1, true, 1);
  h.page.connected = true;
  await h.begin();
  for (let i = 0; i < KEPT_MAX / 64 + 4; i++) await h.pass();
  await h.monitor.did("cut", 1, true, 1);
  await h.pass();
  assert.deepEqual(h.details("events-dropped"), [{ count: 10 }]);
  assert.equal(h.kinds().at(-1), "cut");
});

test("warn: a window says that the tab is not part of the exam, and leads back", async () => {
  const h = house();
  await h.begin("warn");
  await h.open(2, "https://chat.example/");
  assert.equal(h.warnings.length, 1);
  assert.match(h.warnings[0] ?? "", /chat\.example&Botany$/);
  await h.open(9, h.warnings[0] ?? "", { windowId: 5 }); // our own window is told of by nobody
  await h.monitor.back(true);
  assert.deepEqual(h.gone, ["closed 2", "shown 1"]);
  await h.monitor.settle();
  await h.pass();
  assert.deepEqual(h.kinds(), ["plugin-started", "tab-opened", "tab-shown", "exam-shown"]);
  assert.equal(h.warnings.at(-1), "closed");
});

test("block: a new tab is closed and counted, an old one is left, and the candidate is told", async () => {
  const h = house();
  h.tabs.set(4, { id: 4, windowId: 1, url: "https://old.example/", title: "Old", incognito: false });
  await h.begin("block");
  await h.open(2, "https://chat.example/");
  assert.ok(!h.tabs.has(2));
  await h.open(3, "chrome://newtab/");
  assert.ok(!h.tabs.has(3));
  await h.show(4);
  assert.ok(h.tabs.has(4));
  await h.monitor.settle();
  await h.say({ type: "end", session: "s1" });
  await h.pass();
  assert.deepEqual(h.page.notices, ["closed chat.example", "closed ", "stopped old.example"]);
  assert.deepEqual(h.kinds(), ["plugin-started", "tab-opened", "tab-opened", "tab-shown", "exam-shown", "plugin-ended"]);
  assert.deepEqual(h.details("tab-opened").map((detail) => detail.closed), [true, true]);
  assert.deepEqual(h.details("tab-shown"), [{ host: "old.example", title: "Old", stopped: true }]);
  assert.deepEqual(h.details("plugin-ended"), [{ why: "ended", closed: 2 }]);
});

test("block: what the policy allows may be opened and is not told of; from there to elsewhere is closed", async () => {
  const h = house();
  await h.begin("block", { allow: ["*.uni.example"] });
  await h.open(2, "chrome://newtab/");
  await h.go(2, "https://library.uni.example/books", "Books");
  assert.ok(h.tabs.has(2));
  await h.pass();
  await h.go(2, "https://chat.example/", "Chat");
  assert.ok(!h.tabs.has(2));
  await h.monitor.settle();
  await h.pass();
  assert.ok(!JSON.stringify([...h.page.got.values()]).includes("uni.example"));
  assert.deepEqual(h.kinds(), ["plugin-started", "tab-opened", "tab-shown", "tab-shown", "tab-shown", "exam-shown"]);
  assert.deepEqual(h.details("tab-shown").at(-1), { host: "chat.example", title: "", closed: true });
});

test("the exam's own tab that goes elsewhere is told of, and brought back where the policy blocks", async () => {
  const h = house();
  await h.begin("block");
  await h.go(1, "https://chat.example/", "Chat");
  await h.monitor.settle();
  await h.pass();
  assert.deepEqual(h.details("exam-left"), [{ host: "chat.example", title: "", stopped: true }]);
  assert.deepEqual(h.gone, [`1 to ${ORIGIN}/proctortrack/session/s1`]);
  assert.deepEqual(h.kinds().slice(1), ["exam-left", "exam-shown"]);
});

test("other pages of the deployment are neither closed nor another site", async () => {
  const h = house();
  h.tabs.set(4, { id: 4, windowId: 1, url: `${ORIGIN}/#/assessments`, title: "Portal", incognito: false });
  await h.begin("block");
  await h.show(4);
  await h.pass();
  assert.deepEqual(h.details("tab-shown"), [{ host: "exam.example.org", title: "Portal", own: true }]);
  assert.deepEqual(h.gone, []);
});

test("the exam's window: full screen left and come back to, and zoom, each change once and of no other window", async () => {
  const h = house();
  await h.begin();
  h.windowState = "normal";
  await h.monitor.windowChanged(9);
  await h.monitor.windowChanged(1);
  await h.monitor.windowChanged(1);
  h.zoom = 1.5;
  await h.monitor.zoomed(2);
  await h.monitor.zoomed(1);
  await h.monitor.zoomed(1);
  h.die(); // what changed while no worker lived is seen at the next begin
  h.windowState = "fullscreen";
  h.zoom = 1;
  await h.begin();
  await h.pass();
  assert.deepEqual([h.details("plugin-started")[0]?.window, h.details("plugin-started")[0]?.zoom], ["fullscreen", 100]);
  assert.deepEqual(h.kinds().slice(1), ["window-state", "zoom-changed", "window-state", "zoom-changed"]);
  assert.deepEqual(h.details("window-state"), [{ state: "normal" }, { state: "fullscreen" }]);
  assert.deepEqual(h.details("zoom-changed"), [{ percent: 150 }, { percent: 100 }]);
});

test("what is done in the exam's page is told with its length, printing and the menu without", async () => {
  const h = house();
  await h.begin();
  for (const deed of ["copied", "cut", "pasted", "printed", "context-menu"] as const) await h.monitor.did(deed, 7, true, 1);
  await h.pass();
  assert.deepEqual(h.kinds().slice(1), ["copied", "cut", "pasted", "printed", "context-menu"]);
  assert.deepEqual(
    h.kinds().slice(1).map((kind) => h.details(kind)[0]),
    [{ chars: 7 }, { chars: 7 }, { chars: 7, own: true }, {}, {}],
  );
});

test("a private window says that it is one, at the beginning and when it is opened", async () => {
  const h = house();
  await h.begin();
  await h.open(6, "https://chat.example/", { windowId: 5, title: "New chat", incognito: true });
  await h.pass();
  assert.equal(h.details("plugin-started")[0]?.incognito, false);
  assert.equal(h.details("window-opened")[0]?.incognito, true);
});

test("displays, extensions and downloads: each change once", async () => {
  const h = house();
  h.granted = ["extensions", "downloads"];
  const recorder = { id: "rec", name: "Recorder", enabled: true, permissions: ["desktopCapture"], hosts: [] };
  h.extensions = [{ ...recorder, id: "ourown" }];
  await h.begin();
  h.displays = 2;
  await h.monitor.displaysChanged();
  await h.monitor.displaysChanged();
  h.extensions = [recorder];
  await h.monitor.extensionsChanged();
  await h.monitor.extensionsChanged();
  h.extensions = [{ ...recorder, enabled: false }];
  h.die();
  await h.begin();
  await h.monitor.downloading("https://files.example/deep/answers.pdf?x=1");
  await h.monitor.downloading(`blob:${ORIGIN}/7c1f`);
  await h.pass();
  assert.deepEqual(h.kinds().slice(1), ["browser-displays", "extension-risk", "extension-risk", "download-started"]);
  assert.deepEqual(h.details("plugin-started")[0]?.reads, "extensions downloads");
  assert.deepEqual(h.details("extension-risk").map((detail) => detail.on), [true, false]);
  assert.deepEqual(h.details("download-started"), [{ host: "files.example", ending: "pdf" }]);
});

test("plugin and app tell each other their versions, and that the app is not there", async () => {
  for (const [answer, wanted] of [
    [() => Promise.resolve({ v: 1, type: "app", version: "0.1.0", platform: "linux", session: "s1" }), { plugin: "1.0.0", app: "0.1.0", platform: "linux", same_session: true }],
    [() => Promise.resolve({ v: 9 }), { plugin: "1.0.0", app: "", problem: "its answer was not understood" }],
    [() => Promise.reject(new Error("not found")), { plugin: "1.0.0", app: "", problem: "Error: not found" }],
  ] as const) {
    const h = house();
    h.granted = ["app"];
    let nonce = "";
    h.app = (given) => {
      nonce = given;
      return (answer as () => Promise<unknown>)();
    };
    await h.begin();
    await h.pass();
    await h.pass();
    assert.notEqual(nonce, "");
    assert.deepEqual(h.details("app-vouched"), [{ ...wanted, nonce }]);
  }
});

test("the app is asked once it may be, and once only", async () => {
  const h = house();
  let asked = 0;
  h.app = () => Promise.resolve({ v: 1, type: "app", version: String(++asked), platform: "linux", session: "s1" });
  await h.begin();
  await h.pass();
  assert.equal(asked, 0);
  h.granted = ["app"];
  await h.monitor.granted();
  await h.monitor.granted();
  await h.pass();
  await h.pass();
  assert.equal(asked, 1);
  assert.equal(h.details("app-vouched").length, 1);
});

test("a page that is gone for long is not read for any more, and another session begins anew", async () => {
  const h = house();
  await h.begin();
  await h.pass(GONE_MS + 1000);
  await h.open(2, "https://chat.example/");
  assert.equal(h.watching, false);
  await h.show(1);
  await h.begin();
  await h.pass();
  assert.equal(h.page.got.size, 2);
  assert.deepEqual(h.kinds(), ["plugin-started", "plugin-ended", "plugin-started"]);
  await h.say({ type: "begin", session: "s2", title: "Law", serverUs: START_US, policy: { mode: "report", allow: [], extensions: [], ask: [] } });
  await h.pass();
  assert.equal(h.page.got.size, 3); // of s2; what s1 still has waits for a page of s1
  await h.say({ type: "end", session: "s1" });
  await h.pass();
  assert.deepEqual(h.details("plugin-ended").map((detail) => detail.why), ["page-gone", "other-session"]);
});

test("storage of another version or damaged is no reason to fail", async () => {
  const h = house();
  await h.begin();
  await h.monitor.did("cut", 1, true, 1);
  await h.monitor.did("copied", 1, true, 1);
  const second = Object.keys(h.stored).find((key) => key.endsWith("/2"));
  assert.ok(second);
  h.stored[second] = "garbage";
  h.die();
  await h.begin();
  await h.pass();
  assert.deepEqual(h.kinds(), ["plugin-started", "events-dropped", "copied"]);
  h.stored.watch = { session: 7 };
  h.stored.runs = "x";
  h.die();
  await h.begin();
  await h.pass();
  assert.deepEqual(h.kinds().at(-1), "plugin-started");
});
