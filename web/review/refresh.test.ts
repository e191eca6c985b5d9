import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../ui/api";
import { createRefresher, type Timer } from "./refresh";

function refusal(status: number): ApiError {
  return new ApiError("answered", "no", status, "", "", 0);
}
const away = new ApiError("offline", "away", 0, "", "", 0);

class Hand implements Timer {
  waiting: (() => void) | null = null;
  after(_ms: number, run: () => void) {
    this.waiting = run;
    return () => {
      this.waiting = null;
    };
  }
  async tick() {
    const run = this.waiting;
    this.waiting = null;
    run?.();
    await settled();
  }
}
const settled = () => new Promise((done) => setImmediate(done));

function start(answers: (number | ApiError)[], changes: (n: number) => boolean = () => true) {
  const timer = new Hand();
  let asked = 0;
  const refresher = createRefresher(
    () => {
      const next = answers[asked++];
      return typeof next === "number" ? Promise.resolve(next) : Promise.reject(next);
    },
    changes,
    timer,
  );
  return { timer, refresher, asked: () => asked };
}

test("it loads again only while something still changes", async () => {
  const { timer, refresher, asked } = start([1, 2], (n) => n < 2);
  await settled();
  await timer.tick();
  assert.deepEqual(refresher.state.get(), { state: "ready", value: 2 });
  assert.equal(timer.waiting, null);
  assert.equal(asked(), 2);
});

test("while the server is away the last known stays, marked as old", async () => {
  const { timer, refresher } = start([1, away, 3]);
  await settled();
  await timer.tick();
  assert.deepEqual(refresher.state.get(), { state: "ready", value: 1 });
  assert.equal(refresher.stale.get(), true);
  await timer.tick();
  assert.deepEqual(refresher.state.get(), { state: "ready", value: 3 });
  assert.equal(refresher.stale.get(), false);
});

test("a refusal replaces what was shown, and is not asked again", async () => {
  const { timer, refresher } = start([1, refusal(401)]);
  await settled();
  await timer.tick();
  const now = refresher.state.get();
  assert.equal(now.state === "failed" && now.error.status, 401);
  assert.equal(timer.waiting, null);
});

test("a first load that finds nobody tries again by itself", async () => {
  const { timer, refresher } = start([away, 5]);
  await settled();
  assert.equal(refresher.state.get().state, "failed");
  await timer.tick();
  assert.deepEqual(refresher.state.get(), { state: "ready", value: 5 });
});

test("after stop nothing is asked and nothing is shown", async () => {
  const { timer, refresher, asked } = start([1, 2]);
  await settled();
  refresher.stop();
  await timer.tick();
  assert.equal(asked(), 1);
});
