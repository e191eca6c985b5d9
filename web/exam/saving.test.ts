/* Answers against a server in memory with the protocol's rule for revisions. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiError } from "../ui/api";
import { isAnswered, isDecimal, type Item, type Value } from "./api";
import { createSaver, type KeyStore, type Saver } from "./saving";

const KEY = "mycamu-answers-1";

function memory(): KeyStore & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

class Server {
  kept = new Map<number, { value: Value; revision: number; savedUs: number }>();
  requests: [number, Value, number][] = [];
  trouble: (() => ApiError | null) | null = null;
  save = async (item: number, value: Value, revision: number) => {
    await Promise.resolve();
    this.requests.push([item, value, revision]);
    const error = this.trouble?.();
    if (error) throw error;
    const now = this.kept.get(item);
    if (now === undefined || revision > now.revision)
      this.kept.set(item, { value, revision, savedUs: 1000 + this.requests.length });
    const kept = this.kept.get(item);
    assert.ok(kept);
    return { savedUs: kept.savedUs, revision: kept.revision, deadlineUs: null };
  };
}

const offline = () => new ApiError("offline", "away", 0, "", "", 0);
const answered = (status: number) => new ApiError("answered", `status ${status}`, status, "", "", 0);

function item(id: number, server: Server): Item {
  const kept = server.kept.get(id) ?? null;
  return { id, kind: "numeric", prompt: "?", points: 1, options: [], answer: kept, seenUs: null, marked: false };
}

const opened: Saver[] = [];
afterEach(() => {
  for (const saver of opened.splice(0)) saver.forget(); // or it would try again for ever
});

function open(server: Server, storage: KeyStore, onClosed = () => {}): Saver {
  const saver = createSaver({
    attempt: 1,
    items: [item(1, server), item(2, server)],
    api: server,
    storage,
    onClosed,
    timers: {
      random: () => 0.5,
      sleep: (_, signal) =>
        new Promise((resolve) => (signal.aborted ? resolve() : void setTimeout(resolve, 1))),
    },
  });
  opened.push(saver);
  return saver;
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail("it did not happen");
}

test("an answer is in this browser's storage before it is sent, and leaves it when it is saved", async () => {
  const server = new Server();
  const storage = memory();
  const saver = open(server, storage);
  saver.change(1, "4", true);
  assert.match(storage.map.get(KEY) ?? "", /"value":"4"/);
  assert.equal(saver.state.get().state, "saving");
  await until(() => saver.state.get().state === "saved");
  assert.equal(server.kept.get(1)?.value, "4");
  assert.equal(storage.map.has(KEY), false);
});

test("typing is sent once it pauses, with the last text", async () => {
  const server = new Server();
  const saver = open(server, memory());
  for (const text of ["a", "ab", "abc"]) saver.change(2, text, false);
  await until(() => saver.state.get().state === "saved");
  assert.equal(server.kept.get(2)?.value, "abc");
  assert.equal(server.requests.length, 1);
});

test("without a server an answer is kept, and sent when the server is back", async () => {
  const server = new Server();
  server.trouble = offline;
  const storage = memory();
  const saver = open(server, storage);
  saver.change(1, "4", true);
  await until(() => saver.state.get().state === "kept");
  saver.change(1, "5", true);
  server.trouble = null;
  saver.wake();
  await until(() => saver.state.get().state === "saved");
  assert.equal(server.kept.get(1)?.value, "5");
});

test("after a reload what was not saved is sent again", async () => {
  const server = new Server();
  server.kept.set(1, { value: "old", revision: 3, savedUs: 500 });
  server.trouble = offline;
  const storage = memory();
  const before = open(server, storage);
  before.change(1, "new", true);
  await until(() => before.state.get().state === "kept");
  server.trouble = null;
  const after = open(server, { ...storage });
  assert.equal(after.values.get().get(1), "new");
  await until(() => after.state.get().state === "saved");
  assert.deepEqual(server.kept.get(1)?.value, "new");
  assert.equal(server.kept.get(1)?.revision, 4);
});

test("an answer that was cleared offline stays cleared after a reload", () => {
  const server = new Server();
  server.kept.set(1, { value: "old", revision: 3, savedUs: 500 });
  const storage = memory();
  storage.setItem(KEY, JSON.stringify({ 1: { value: null, revision: 4 } }));
  assert.equal(open(server, storage).values.get().get(1), null);
});

test("a copy that is not newer than the server's answer does not come back", async () => {
  const server = new Server();
  server.kept.set(1, { value: "server", revision: 4, savedUs: 500 });
  const storage = memory();
  storage.setItem(KEY, JSON.stringify({ 1: { value: "mine", revision: 4 } }));
  const saver = open(server, storage);
  assert.equal(saver.values.get().get(1), "server");
  assert.deepEqual(saver.state.get(), { state: "saved", us: 500 });
  assert.equal(server.requests.length, 0);
});

test("a damaged copy is as if there were none", () => {
  for (const text of ["{", "null", '{"1":{"value":{}}}', '{"1":5}']) {
    const storage = memory();
    storage.setItem(KEY, text);
    assert.equal(open(new Server(), storage).state.get().state, "nothing");
  }
});

test("when another window was ahead, what is on this screen still wins", async () => {
  const server = new Server();
  const saver = open(server, memory());
  server.kept.set(1, { value: "theirs", revision: 9, savedUs: 600 });
  saver.change(1, "mine", true);
  await until(() => saver.state.get().state === "saved");
  assert.deepEqual(server.kept.get(1)?.value, "mine");
  assert.equal(server.kept.get(1)?.revision, 10);
});

test("a change while a request is on its way follows it", async () => {
  const server = new Server();
  const saver = open(server, memory());
  saver.change(1, "a", true);
  saver.change(1, "b", true);
  await until(() => saver.state.get().state === "saved");
  assert.equal(server.kept.get(1)?.value, "b");
  assert.deepEqual(server.requests.map(([, value]) => value), ["a", "b"]);
});

test("after the end (409) nothing is sent any more and the page is told", async () => {
  const server = new Server();
  server.trouble = () => answered(409);
  let closed = 0;
  const saver = open(server, memory(), () => (closed += 1));
  saver.change(1, "4", true);
  await until(() => closed === 1);
  saver.change(1, "5", true);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(server.requests.length, 1);
});

test("an answer that the server refuses is not sent again until it is changed", async () => {
  const server = new Server();
  server.trouble = () => answered(400);
  const saver = open(server, memory());
  saver.change(1, "x", true);
  await until(() => saver.state.get().state === "refused");
  assert.equal(server.requests.length, 1);
  server.trouble = null;
  saver.change(1, "4", true);
  await until(() => saver.state.get().state === "saved");
});

test("a signed-out answer waits and goes on after signing in", async () => {
  const server = new Server();
  server.trouble = () => answered(401);
  const saver = open(server, memory());
  saver.change(1, "4", true);
  await until(() => saver.state.get().state === "kept");
  server.trouble = null;
  saver.wake();
  await until(() => saver.state.get().state === "saved");
});

test("flush says whether the server has everything, and does not wait for ever", async () => {
  const server = new Server();
  const saver = open(server, memory());
  saver.change(1, "4", false);
  assert.equal(await saver.flush(), true);
  assert.equal(server.kept.get(1)?.value, "4");
  server.trouble = offline;
  saver.change(1, "5", false);
  assert.equal(await saver.flush(), false);
});

test("what counts as answered, and as a number", () => {
  assert.equal([null, "", [] as number[]].some(isAnswered), false);
  assert.equal([0, "0", [1]].every(isAnswered), true);
  for (const text of ["4", "-4.25", "+.5", "3."]) assert.equal(isDecimal(text), true, text);
  for (const text of ["", "4,2", "1e3", "abc", "-", ".", "NaN", "1".repeat(65)])
    assert.equal(isDecimal(text), false, text);
});
