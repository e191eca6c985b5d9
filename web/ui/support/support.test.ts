import assert from "node:assert/strict";
import { test } from "node:test";
import { createApi } from "../api";
import { supportCatalogues } from "../texts-support";
import { bytesOf, plainText } from "./api";
import { createSupport, type SupportPlatform } from "./model";
import type { StreamHandlers } from "./stream";

interface Raw {
  id: number; thread: number; time_us: number; from: string; author: string; client_id: string; text: string;
}

/* A server with one conversation, and tabs that share a browser. */
function world() {
  const messages: Raw[] = [];
  const posts: string[] = [];
  const net = { away: false, loseAnswer: false, status: 0 };
  const streams: StreamHandlers[] = [];
  const channels = new Set<{ name: string; listener: (message: unknown) => void }>();
  const leaders: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  const kept = new Map<string, string>();
  let ids = 0;
  const say = (from: string, text: string, client_id = `server-${messages.length}`): Raw => {
    const known = messages.find((one) => one.client_id === client_id);
    if (known) return known;
    const one = { id: messages.length + 1, thread: 1, time_us: 1, from, author: from, client_id, text };
    messages.push(one);
    return one;
  };
  const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
  const api = createApi(async (url, init) => {
    if (net.away) throw new TypeError("no network");
    if (net.status !== 0 && init.method === "POST")
      return answer(net.status, { error: { code: "invalid", message: "no", request_id: "x" } });
    if (url === "/api/support/own")
      return answer(200, { user: 7, state: "open", unread: 0, messages });
    if (url === "/api/support/own/messages") {
      const body = JSON.parse(String(init.body)) as { client_id: string; text: string };
      posts.push(body.text);
      const message = say("candidate", body.text, body.client_id);
      if (net.loseAnswer) throw new TypeError("cut");
      return answer(201, { message });
    }
    return answer(200, { name: "Center", phone: "1", hours: "all" });
  });
  const platform: SupportPlatform = {
    connect(_url, _names, handlers) {
      streams.push(handlers);
      return () => undefined;
    },
    channel(name) {
      const mine = { name, listener: (_: unknown): void => undefined };
      channels.add(mine);
      return {
        post: (message) => channels.forEach((one) => one !== mine && one.listener(message)),
        listen: (listener) => (mine.listener = listener),
        close: () => void channels.delete(mine),
      };
    },
    lead(_name, lead) {
      leaders.push(lead);
      if (leaders.length === 1) lead();
      return () => undefined;
    },
    kept: (name) => ({
      read: () => kept.get(name) ?? null,
      write: (text) => void (text === null ? kept.delete(name) : kept.set(name, text)),
    }),
    newId: () => `id-${++ids}-${"x".repeat(8)}`,
    waiter: {
      after(_ms, run) {
        waiting.push(run);
        return () => void waiting.splice(waiting.indexOf(run), 1);
      },
    },
  };
  const settle = () => new Promise((done) => setTimeout(done, 5));
  return { api, platform, messages, posts, net, streams, waiting, kept, say, settle };
}

const textsOf = (support: ReturnType<typeof createSupport>) => {
  const now = support.conversation.get();
  return now.state === "ready" ? now.messages.map((one) => one.text) : [];
};

test("what was written while offline is sent later, in order and once", async () => {
  const w = world();
  const support = createSupport(w.api, w.platform);
  await support.load();
  w.net.away = true;
  support.send("one");
  support.send("two");
  await w.settle();
  assert.deepEqual(support.pending.get().map((one) => one.held), [true, true]);
  assert.equal(w.messages.length, 0);
  assert.ok(w.kept.size === 1, "a reload would lose them");
  w.net.away = false;
  w.net.loseAnswer = true; // it arrives, but nobody hears so
  w.waiting.shift()?.();
  await w.settle();
  assert.deepEqual(w.posts, ["one"]);
  w.net.loseAnswer = false;
  w.waiting.shift()?.();
  await w.settle();
  assert.deepEqual(w.posts, ["one", "one", "two"]);
  assert.deepEqual(w.messages.map((one) => one.text), ["one", "two"]);
  assert.deepEqual(textsOf(support), ["one", "two"]);
  assert.equal(support.pending.get().length, 0);
  assert.equal(w.kept.size, 0);
});

test("a message that the stream tells twice, or also as an answer, is shown once", async () => {
  const w = world();
  const support = createSupport(w.api, w.platform);
  await support.load();
  const one = w.say("center", "Hello");
  w.streams[0]?.onEvent("message", one, one.id);
  w.streams[0]?.onEvent("message", one, one.id);
  assert.deepEqual(textsOf(support), ["Hello"]);
  support.send("Thanks");
  await w.settle();
  const mine = w.messages[1];
  w.streams[0]?.onEvent("message", mine, mine?.id ?? 0);
  assert.deepEqual(textsOf(support), ["Hello", "Thanks"]);
});

test("one page of a browser listens, and the others hear it from there", async () => {
  const w = world();
  const first = createSupport(w.api, w.platform);
  const second = createSupport(w.api, w.platform);
  await first.load();
  await second.load();
  assert.equal(w.streams.length, 1);
  const one = w.say("center", "Hello");
  w.streams[0]?.onEvent("message", one, one.id);
  assert.deepEqual(textsOf(second), ["Hello"]);
  const now = second.conversation.get();
  assert.ok(now.state === "ready" && now.unread === 1);
  first.look(true); // read there
  const after = second.conversation.get();
  assert.ok(after.state === "ready" && after.unread === 0);
});

test("news are announced only while nobody looks, and signing out leaves nothing", async () => {
  const w = world();
  const support = createSupport(w.api, w.platform);
  await support.load();
  support.look(true);
  const one = w.say("center", "seen");
  w.streams[0]?.onEvent("message", one, one.id);
  assert.equal(support.news.get(), null);
  support.look(false);
  const two = w.say("center", "unseen");
  w.streams[0]?.onEvent("message", two, two.id);
  assert.equal(support.news.get()?.text, "unseen");
  support.forget();
  assert.deepEqual(textsOf(support), []);
  assert.equal(support.news.get(), null);
});

test("what the server refuses is said, can be discarded, and holds up nothing", async () => {
  const w = world();
  const support = createSupport(w.api, w.platform);
  await support.load();
  w.net.status = 400;
  support.send("bad");
  await w.settle();
  w.net.status = 0;
  support.send("good");
  await w.settle();
  assert.deepEqual(textsOf(support), ["good"]);
  const [bad] = support.pending.get();
  assert.equal(bad?.problem, "no");
  support.discard(bad?.clientId ?? "");
  assert.equal(support.pending.get().length, 0);
});

test("texts are plain and counted in bytes", () => {
  assert.equal(plainText(" a\r\nb\rc\u0007\td "), "a\nb\nc\td");
  assert.equal(bytesOf("ä€"), 5);
});

test("German has help for the same steps", () => {
  const { en, de } = supportCatalogues;
  assert.deepEqual(Object.keys(de.help.steps), Object.keys(en.help.steps));
  assert.deepEqual(Object.keys(de.desk.steps), Object.keys(en.desk.steps));
  assert.deepEqual(Object.keys(de.desk.actions), Object.keys(en.desk.actions));
});
