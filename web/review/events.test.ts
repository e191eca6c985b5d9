import assert from "node:assert/strict";
import { test } from "node:test";
import { detailText, linesOf, spansOfEvents } from "./events";
import { second, T0 } from "./fixture";
import type { SessionEvent } from "./parse";
import { routeOf } from "./route";

const event = (s: number, kind: string, detail: Record<string, unknown> = {}): SessionEvent => ({
  timeUs: T0 + s * second,
  kind,
  title: kind,
  detail,
});

test("saves of one answer in a row are one line that says how many", () => {
  const lines = linesOf([
    event(3, "answered", { item: 1 }),
    event(1, "started"),
    event(5, "answered", { item: 1 }),
    event(6, "answered", { item: 2 }),
  ]);
  assert.deepEqual(
    lines.map((line) => [line.event.kind, line.times]),
    [
      ["started", 1],
      ["answered", 2],
      ["answered", 1],
    ],
  );
  assert.equal(lines[1]?.lastUs, T0 + 5 * second);
});

test("details are written out, and a long one is cut", () => {
  assert.equal(
    detailText(event(0, "x", { item: 3, last_reason: "a b", none: null })),
    "item 3, last reason a b",
  );
  assert.equal(detailText(event(0, "x", { nested: { a: 1 } })), 'nested {"a":1}');
  assert.equal(detailText(event(0, "check", { by: "page", detail: {}, point: "camera" })), "by page, point camera");
  assert.ok(detailText(event(0, "x", { text: "y ".repeat(5000) })).length < 170);
  assert.equal(
    detailText(event(0, "x", { sha256: "0123456789abcdef".repeat(4) })),
    "sha256 0123456789ab...",
  );
});

test("of the plugin's events is told what happened, not how they are numbered", () => {
  assert.equal(detailText(event(0, "tab-shown", { host: "chat.example", run: "a1", seq: 4, title: "" })), "host chat.example");
  const spans = spansOfEvents([event(5, "tab-shown"), event(9, "focus-lost"), event(20, "exam-shown")], T0 + 60 * second);
  assert.deepEqual(spans.map((s) => [s.kind, (s.toUs - s.fromUs) / second]), [["tab-shown", 15]]);
});

test("the candidate's own clock is told only when it differs", () => {
  assert.equal(detailText(event(0, "offline", { client_us: T0 + second })), "");
  assert.match(
    detailText(event(0, "offline", { client_us: T0 - 60 * second })),
    /^client time \d\d:\d\d:\d\d$/,
  );
});

test("offline and back is one span; what has not ended lasts until the end", () => {
  const spans = spansOfEvents(
    [event(20, "online"), event(5, "offline"), event(7, "offline"), event(30, "page-hidden")],
    T0 + 60 * second,
  );
  assert.deepEqual(
    spans.map((s) => [s.kind, (s.fromUs - T0) / second, (s.toUs - T0) / second]),
    [
      ["offline", 5, 20],
      ["page-hidden", 30, 60],
    ],
  );
});

test("addresses of the review pages", () => {
  assert.deepEqual(routeOf("/review/"), { page: "exams" });
  assert.deepEqual(routeOf("/review/exams/X1"), { page: "sessions", exam: "X1" });
  assert.deepEqual(routeOf("/review/sessions/a_B-9/"), { page: "report", session: "a_B-9" });
  assert.deepEqual(routeOf("/review/sessions/a/b"), { page: "none" });
  assert.deepEqual(routeOf("/review/sessions/%3Cx"), { page: "none" });
  assert.deepEqual(routeOf("/other/"), { page: "none" });
});
