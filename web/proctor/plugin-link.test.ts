import assert from "node:assert/strict";
import { test } from "node:test";
import { toWire, type PageMessage, type PluginEvent, type PluginMessage } from "../../extension/shared/messages";
import { ApiError } from "../ui/api";
import { createPluginLink, type PluginLink } from "./plugin-link";
import { tellPlugin, type PluginPort, type PluginRuntime } from "./plugin";

interface House {
  link: PluginLink;
  there: boolean; // is the plugin?
  ports: { heard: PageMessage[]; say(message: PluginMessage): void; cut(): void }[];
  events: string[];
  sent: [string, number[]][];
  answer: (run: string, events: PluginEvent[]) => Promise<number>;
  pass(ms: number): Promise<void>;
}

function house(): House {
  let nowMs = 0;
  let sleepers: { at: number; wake: () => void }[] = [];
  const h: House = {
    there: true,
    ports: [],
    events: [],
    sent: [],
    answer: (_run, events) => Promise.resolve((events.at(-1)?.seq ?? 0) + 1),
    link: undefined as unknown as PluginLink,
    async pass(ms) {
      const until = nowMs + ms;
      for (;;) {
        for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
        const next = sleepers.sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > until) break;
        sleepers.shift();
        nowMs = next.at;
        next.wake();
      }
      nowMs = until;
    },
  };
  const runtime: PluginRuntime = {
    connect() {
      if (!h.there) throw new Error("Invalid extension id");
      let hear: (message: unknown) => void = () => undefined;
      let cut = () => undefined as void;
      const heard: PageMessage[] = [];
      const port: PluginPort = {
        postMessage: (message) => {
          const rest = { ...(message as { v?: number }) };
          delete rest.v;
          heard.push(rest as PageMessage);
        },
        disconnect: () => undefined,
        onMessage: { addListener: (listener) => (hear = listener) },
        onDisconnect: { addListener: (listener) => (cut = listener) },
      };
      h.ports.push({ heard, say: (message) => hear(toWire(message)), cut: () => cut() });
      return port;
    },
  };
  h.link = createPluginLink({
    runtime: () => (h.there ? runtime : {}),
    id: "plugin",
    session: "s1",
    title: "Botany",
    policy: { mode: "warn", allow: [], extensions: [], ask: [] },
    timers: {
      monotonicMs: () => nowMs,
      random: () => 0.5,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          const entry = { at: nowMs + ms, wake: resolve };
          sleepers.push(entry);
          signal.addEventListener("abort", () => {
            sleepers = sleepers.filter((one) => one !== entry);
            resolve();
          });
        }),
    },
    nowUs: () => nowMs * 1000,
    send(run, events) {
      h.sent.push([run, events.map((event) => event.seq)]);
      return h.answer(run, events);
    },
    onEvent: (kind) => h.events.push(kind),
  });
  return h;
}

const state = (more: Partial<Extract<PluginMessage, { type: "state" }>> = {}): PluginMessage => ({
  type: "state", session: "s1", run: "r1", watching: true, waiting: 0, ...more,
});
const events = (...seqs: number[]): PluginMessage => ({
  type: "events", session: "s1", run: "r1", events: seqs.map((seq) => ({ seq, kind: "cut", detail: {}, clientUs: 1 })),
});
const last = (h: House) => {
  const port = h.ports.at(-1);
  assert.ok(port);
  return port;
};

test("what the plugin saw goes to the server, and is acknowledged when it is there", async () => {
  const h = house();
  h.link.begin();
  h.link.begin();
  await h.pass(0);
  assert.equal(h.ports.length, 1);
  assert.equal(last(h).heard[0]?.type, "begin");
  last(h).say(state());
  assert.equal(h.link.state.get(), "watching");
  last(h).say(events(1, 2));
  await h.pass(0);
  assert.deepEqual(h.sent, [["r1", [1, 2]]]);
  assert.deepEqual(last(h).heard.at(-1), { type: "ack", session: "s1", run: "r1", next: 3 });
});

test("while the server is away it is tried again; refused for good is not asked again", async () => {
  const h = house();
  let failures = 3;
  h.answer = () => (failures-- > 0 ? Promise.reject(new ApiError("answered", "later", 503, "busy", "", 0)) : Promise.resolve(2));
  h.link.begin();
  await h.pass(0);
  last(h).say(state());
  last(h).say(events(1));
  await h.pass(0);
  assert.equal(last(h).heard.filter((message) => message.type === "ack").length, 0);
  await h.pass(20_000);
  assert.equal(h.sent.length, 4);
  assert.deepEqual(last(h).heard.find((message) => message.type === "ack"), { type: "ack", session: "s1", run: "r1", next: 2 });
  h.answer = () => Promise.reject(new ApiError("answered", "over", 409, "conflict", "", 0));
  last(h).say(events(2, 3));
  await h.pass(0);
  assert.deepEqual(last(h).heard.filter((message) => message.type === "ack").at(-1), { type: "ack", session: "s1", run: "r1", next: 4 });
});

test("a worker that died is woken by the next line; a plugin that is gone is an event, and so is its return", async () => {
  const h = house();
  h.link.begin();
  await h.pass(0);
  last(h).say(state());
  last(h).cut();
  await h.pass(300);
  assert.equal(h.ports.length, 2);
  assert.equal(last(h).heard[0]?.type, "begin");
  last(h).say(state());
  assert.deepEqual(h.events, []);
  h.there = false;
  last(h).cut();
  await h.pass(5000);
  assert.deepEqual(h.events, []);
  await h.pass(60_000);
  assert.deepEqual(h.events, ["plugin-lost"]);
  assert.equal(h.link.state.get(), "lost");
  h.there = true;
  await h.pass(6000);
  last(h).say(state({ run: "r2" }));
  assert.deepEqual(h.events, ["plugin-lost", "plugin-back"]);
});

test("at the end the plugin is told so, and what it has left is waited for, but not for ever", async () => {
  const h = house();
  h.link.begin();
  await h.pass(0);
  last(h).say(state());
  h.link.end();
  assert.equal(last(h).heard.at(-1)?.type, "end");
  let done = false;
  void h.link.flushed(10_000).then(() => (done = true));
  last(h).say(state({ watching: false, waiting: 2 }));
  last(h).say(events(1, 2));
  await h.pass(0);
  assert.ok(!done);
  last(h).say(state({ watching: false, waiting: 0 }));
  await h.pass(0);
  assert.ok(done);
  const other = house();
  other.there = false;
  other.link.end();
  let gone = false;
  void other.link.flushed(10_000).then(() => (gone = true));
  await other.pass(1000);
  assert.ok(gone);
});

test("after it was stopped no line is made again, and nothing is said", async () => {
  const h = house();
  h.link.begin();
  await h.pass(0);
  last(h).say(state());
  h.link.stop();
  await h.pass(60_000);
  assert.deepEqual([h.ports.length, h.sent.length], [1, 0]);
});

test("only an answer of the plugin is one", async () => {
  const answering = (value: unknown): PluginRuntime => ({ sendMessage: (_id, _message, answer) => answer(value) });
  const hello = { type: "hello" } as const;
  assert.deepEqual(await tellPlugin(answering({ v: 1, type: "plugin", version: "1", id: "p", granted: [] }), "p", hello), {
    type: "plugin", version: "1", id: "p", granted: [],
  });
  for (const wrong of [undefined, null, {}, { type: "plugin", version: "1", id: "p", granted: [] }, { v: 1, type: "proctortrack" }])
    assert.equal(await tellPlugin(answering(wrong), "p", hello), null);
  assert.equal(await tellPlugin(null, "p", hello), null);
});
