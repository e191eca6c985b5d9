import assert from "node:assert/strict";
import { test } from "node:test";
import { flagOf, reviewOf, second, streamOf, T0 } from "./fixture";
import {
  flagAt,
  fractionOf,
  lanesOf,
  neighbourFlag,
  rangeOf,
  spanOf,
  ticksOf,
  timeAt,
} from "./timeline";
import { follow, grow, isWhole, zoom } from "./view";

const minute = { fromUs: T0, toUs: T0 + 60 * second };

test("the range holds everything that has a time", () => {
  const range = rangeOf(reviewOf());
  assert.deepEqual(range, { fromUs: T0, toUs: T0 + 90 * second });
});

test("the range of a running session reaches to now", () => {
  const review = reviewOf({ streams: [streamOf({ durationUs: null, seekable: false })] });
  const running = { ...review, session: { ...review.session, endedUs: null } };
  assert.equal(rangeOf(running).toUs, running.serverUs);
});

test("a session without anything still has a range that can be divided by", () => {
  const review = reviewOf({ streams: [], flags: [], events: [] });
  const empty = { ...review, session: { ...review.session, startedUs: null, endedUs: null } };
  const range = rangeOf(empty);
  assert.equal(range.toUs - range.fromUs, 10 * second);
});

test("times and places on the line are each other's inverse, and stay inside", () => {
  for (const s of [0, 1, 17.25, 59.9, 60]) {
    const timeUs = T0 + s * second;
    assert.equal(timeAt(minute, fractionOf(minute, timeUs)), timeUs);
  }
  assert.equal(fractionOf(minute, T0 - second), 0);
  assert.equal(timeAt(minute, 1.5), minute.toUs);
});

test("a short flag is wide enough to see and never sticks out", () => {
  const span = spanOf(minute, T0 + 60 * second - 10, T0 + 60 * second, 0.02);
  assert.equal(span.width, 0.02);
  assert.ok(span.left + span.width <= 1);
  assert.deepEqual(spanOf(minute, T0, T0 + 30 * second, 0.02), { left: 0, width: 0.5 });
});

test("the ruler has round steps and never more than asked", () => {
  for (const length of [10, 59, 61, 600, 1800, 10800, 500_000]) {
    const ticks = ticksOf({ fromUs: T0, toUs: T0 + length * second }, 10);
    assert.ok(ticks.length >= 2 && ticks.length <= 11, `${length} s: ${ticks.length} ticks`);
    assert.equal(ticks[0]?.offsetUs, 0);
  }
  const offsets = ticksOf(minute, 6).map((tick) => tick.offsetUs / second);
  assert.deepEqual(offsets, [0, 10, 20, 30, 40, 50, 60]);
});

test("there is a lane for each rule, the gravest first", () => {
  const lanes = lanesOf([
    flagOf("1", 40, 41, { rule: "too-dark", severity: "low" }),
    flagOf("2", 20, 30),
    flagOf("3", 5, 6),
    flagOf("4", 50, 51, { rule: "several-faces", severity: "high" }),
  ]);
  assert.deepEqual(
    lanes.map((lane) => lane.rule),
    ["several-faces", "no-face", "too-dark"],
  );
  assert.deepEqual(
    lanes[1]?.flags.map((flag) => flag.id),
    ["3", "2"],
  );
});

test("a click means the flag it hits, else the nearest in reach", () => {
  const flags = [flagOf("1", 10, 12), flagOf("2", 14, 20)];
  assert.equal(flagAt(flags, T0 + 11 * second, 0)?.id, "1");
  assert.equal(flagAt(flags, T0 + 13.5 * second, second)?.id, "2");
  assert.equal(flagAt(flags, T0 + 30 * second, second), null);
});

test("next and previous go from flag to flag, also between two that begin at once", () => {
  const flags = [flagOf("1", 10, 12), flagOf("2", 10, 20, { rule: "z" }), flagOf("3", 40, 41)];
  const next = (s: number, current: string | null) =>
    neighbourFlag(flags, T0 + s * second, "next", current)?.id ?? null;
  const previous = (s: number, current: string | null) =>
    neighbourFlag(flags, T0 + s * second, "previous", current)?.id ?? null;
  assert.equal(next(0, null), "1");
  assert.equal(next(10, "1"), "2");
  assert.equal(next(10, "2"), "3");
  assert.equal(next(40, "3"), null);
  assert.equal(previous(40, "3"), "2");
  assert.equal(previous(30, null), "2");
  assert.equal(previous(10, "1"), null);
});

test("zooming keeps the time under the hand where it was", () => {
  const around = T0 + 15 * second;
  const view = zoom(minute, minute, 2, around);
  assert.equal(view.toUs - view.fromUs, 30 * second);
  assert.equal(fractionOf(view, around), fractionOf(minute, around));
  assert.ok(isWhole(minute, zoom(minute, view, 0.25, around)));
});

test("zooming in ends at ten seconds", () => {
  const view = zoom(minute, minute, 1000, T0 + 59 * second);
  assert.equal(view.toUs - view.fromUs, 10 * second);
  assert.ok(view.toUs <= minute.toUs);
});

test("a zoomed view follows a jump and stays inside the session", () => {
  const view = { fromUs: T0, toUs: T0 + 10 * second };
  assert.equal(follow(minute, view, T0 + 5 * second), view);
  const moved = follow(minute, view, T0 + 58 * second);
  assert.deepEqual(moved, { fromUs: T0 + 50 * second, toUs: T0 + 60 * second });
});

test("while the session grows, a whole view stays whole and a part stays put", () => {
  const after = { fromUs: T0, toUs: T0 + 90 * second };
  assert.equal(grow(minute, minute, after), after);
  const part = { fromUs: T0 + 10 * second, toUs: T0 + 30 * second };
  assert.deepEqual(grow(minute, part, after), part);
});
