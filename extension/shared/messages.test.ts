import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseAppHello,
  parseOwnMessage,
  parsePageMessage,
  parsePluginMessage,
  toWire,
  type PageMessage,
  type PluginMessage,
} from "./messages";

const policy = { mode: "warn" as const, allow: ["a.example"], extensions: [], ask: ["downloads" as const] };

test("every message of the page reads back, and none of another version does", () => {
  const all: PageMessage[] = [
    { type: "hello" },
    { type: "begin", session: "s1", title: "Botany", serverUs: 5, policy },
    { type: "ack", session: "s1", run: "r1", next: 4 },
    { type: "end", session: "s1" },
    { type: "ask" },
    { type: "remove" },
  ];
  for (const message of all) {
    const wire = JSON.parse(JSON.stringify(toWire(message))) as Record<string, unknown>;
    assert.deepEqual(parsePageMessage(wire), message);
    assert.equal(parsePageMessage({ ...wire, v: 2 }), null);
    delete wire.v;
    assert.equal(parsePageMessage(wire), null);
  }
});

test("every message of the plugin reads back", () => {
  const all: PluginMessage[] = [
    { type: "plugin", version: "1.0.0", id: "a", granted: ["app"] },
    { type: "state", session: "s1", run: "r1", watching: true, waiting: 3 },
    { type: "events", session: "s1", run: "r1", events: [{ seq: 1, kind: "cut", detail: { chars: 1 }, clientUs: 2 }] },
    { type: "notice", what: "closed", host: "x.example" },
    { type: "removed", removed: true },
  ];
  for (const message of all) assert.deepEqual(parsePluginMessage(toWire(message)), message);
});

test("what is not exactly a message is none", () => {
  const begin = { v: 1, type: "begin", session: "s1", title: "Botany", serverUs: 5, policy };
  for (const wrong of [
    null,
    "begin",
    [],
    {},
    { v: 1 },
    { v: 1, type: "start" },
    { ...begin, session: "../s1" },
    { ...begin, session: 7 },
    { ...begin, serverUs: "5" },
    { ...begin, policy: { ...policy, mode: "spy" } },
    { ...begin, policy: { ...policy, ask: ["history"] } },
    { ...begin, policy: undefined },
    { v: 1, type: "ack", session: "s1", run: "r1", next: 1.5 },
  ])
    assert.equal(parsePageMessage(wrong), null, JSON.stringify(wrong));
  assert.equal(
    parsePluginMessage({ v: 1, type: "events", session: "s", run: "r", events: [{ seq: 1, kind: "cut", detail: { a: {} }, clientUs: 0 }] }),
    null,
  );
  assert.equal(parseOwnMessage({ v: 1, target: "page", type: "granted" }), null);
  assert.equal(parseOwnMessage({ v: 1, target: "worker", type: "did", deed: "typed", chars: 1, own: false }), null);
});

test("the app's answer is read, and of another kind it is none", () => {
  assert.deepEqual(parseAppHello({ v: 1, type: "app", version: "1.2", platform: "linux", session: "s" }), {
    version: "1.2",
    platform: "linux",
    session: "s",
  });
  for (const wrong of [null, {}, { v: 1, type: "hello" }, { v: 1, type: "app", version: 2, platform: "linux" }])
    assert.equal(parseAppHello(wrong), null);
});
