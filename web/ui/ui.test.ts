import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, createApi } from "./api";
import { parseFrameMessage } from "./frame-messages";
import { fields, ParseError, parseInteger, parseList, parseText } from "./parse";
import { createStore } from "./store";
import { createServerClock, formatBytes, formatClock, formatDuration, type Clock } from "./time";
import { parseUser } from "./user";

function setClock(): Clock & { wall: number; mono: number } {
  return {
    wall: 0,
    mono: 1000,
    nowMs() {
      return this.wall;
    },
    monotonicMs() {
      return this.mono;
    },
  };
}

test("the server's clock does not follow a local clock that is wrong or changed", () => {
  const local = setClock();
  const server = createServerClock(local);
  local.mono = 1100;
  server.learn(5_000_000_000, 1000); // the answer took 100 ms: it is from halfway
  assert.equal(server.nowUs(), 5_000_050_000);
  local.wall = 99_999_999;
  local.mono = 2100;
  assert.equal(server.nowUs(), 5_001_050_000);
});

test("a slow answer does not spoil what a quick one told", () => {
  const local = setClock();
  const server = createServerClock(local);
  server.learn(10_000_000, 1000); // 0 ms
  local.mono = 5000;
  server.learn(13_000_000, 1000); // 4 s: from anywhere between
  assert.equal(server.nowUs(), 14_000_000);
});

test("after the computer has slept the server's clock is right again with the next answer", () => {
  const local = setClock();
  const server = createServerClock(local);
  server.learn(10_000_000, 1000);
  local.mono = 2000; // an hour has passed that the monotonic clock has not seen
  server.learn(3_610_000_000, 1900);
  assert.ok(Math.abs(server.nowUs() - 3_610_000_000) < 100_000);
});

test("a member that is missing or of another type is named", () => {
  const read = () => fields({ a: { b: [1, "x"] } }, "answer").get("a", (v, p) => fields(v, p).list("b", parseInteger));
  assert.throws(read, (error) => error instanceof ParseError && error.message.startsWith("answer.a.b[1]:"));
  assert.throws(() => fields(null), ParseError);
  assert.throws(() => fields([]), ParseError);
  assert.throws(() => parseList(parseText)({}), ParseError);
  assert.throws(() => parseInteger(1.5), ParseError);
  assert.throws(() => parseInteger(2 ** 53), ParseError);
});

test("unknown members are ignored, unknown roles are not", () => {
  const user = { id: 1, username: "u", full_name: "U", email: "", role: "candidate", more: true };
  assert.equal(parseUser(user).fullName, "U");
  assert.throws(() => parseUser({ ...user, role: "king" }), ParseError);
});

function answering(status: number, body: string, headers: Record<string, string> = {}) {
  return createApi(() => Promise.resolve(new Response(body, { status, headers })));
}

async function failure(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (thrown) {
    assert.ok(thrown instanceof ApiError);
    return thrown;
  }
  assert.fail("it should have failed");
}

test("a refusal carries status, code, request id and the time to wait", async () => {
  const body = '{"error":{"code":"throttled","message":"Slower.","request_id":"r1"}}';
  const error = await failure(answering(429, body, { "Retry-After": "7" }).get("/x", parseText));
  assert.deepEqual(
    [error.status, error.code, error.requestId, error.retryAfterS, error.message],
    [429, "throttled", "r1", 7, "Slower."],
  );
  assert.equal(error.isTemporary, true);
});

test("a proxy's page instead of our error is still an error with its status", async () => {
  const error = await failure(answering(502, "<h1>Bad gateway</h1>").get("/x", parseText));
  assert.equal(error.status, 502);
  assert.equal(error.isTemporary, true);
});

test("no answer is told apart from an answer that cannot be read", async () => {
  const away = createApi(() => Promise.reject(new TypeError("network")));
  assert.equal((await failure(away.get("/x", parseText))).failure, "offline");
  assert.equal((await failure(answering(200, "{}").get("/x", parseText))).failure, "unreadable");
  assert.equal((await failure(answering(200, "{").get("/x", parseText))).failure, "unreadable");
});

test("a server that never answers is a time-out", async () => {
  const silent = createApi(
    (_, init) =>
      new Promise((_resolve, reject) =>
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason)),
      ),
  );
  const error = await failure(silent.get("/x", parseText, { timeoutMs: 5 }));
  assert.equal(error.failure, "timeout");
  assert.equal(error.isOffline, true);
});

test("401 is told to those who can ask for a sign-in", async () => {
  const api = answering(401, "");
  let told = 0;
  const stop = api.onUnauthorized(() => (told += 1));
  await failure(api.get("/x", parseText));
  stop();
  await failure(api.get("/x", parseText));
  assert.equal(told, 1);
});

test("a store tells its listeners of changes only", () => {
  const store = createStore(1);
  const seen: number[] = [];
  const stop = store.subscribe((now) => seen.push(now));
  store.set(1);
  store.set(2);
  stop();
  store.set(3);
  assert.deepEqual(seen, [2]);
});

test("messages between the windows are only taken when they are ours", () => {
  assert.deepEqual(parseFrameMessage({ type: "exam-submitted", attempt: 4 }), {
    type: "exam-submitted",
    attempt: 4,
  });
  for (const other of [null, "x", {}, { type: "exam-submitted" }, { type: "other" }])
    assert.equal(parseFrameMessage(other), null);
});

test("times and sizes read well", () => {
  assert.equal(formatClock(245), "4:05");
  assert.equal(formatClock(3845), "1:04:05");
  assert.equal(formatClock(-3), "0:00");
  assert.equal(formatDuration(45), "45 seconds");
  assert.equal(formatDuration(1800), "30 minutes");
  assert.equal(formatDuration(5400), "1 hour 30 minutes");
  assert.equal(formatBytes(0), "0 bytes");
  assert.equal(formatBytes(1), "1 byte");
  assert.equal(formatBytes(1234), "1.2 kB");
  assert.equal(formatBytes(389_000), "389 kB");
  assert.equal(formatBytes(999_960), "1.0 MB");
});
