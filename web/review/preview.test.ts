import assert from "node:assert/strict";
import { test } from "node:test";
import { flagOf } from "./fixture";
import { comparisonOf, parsePolicyText } from "./preview";

test("flags are compared by rule; those of the session as a whole are no part of it", () => {
  const now = [
    flagOf("1", 0, 5, { rule: "no-face", title: "Nobody" }),
    flagOf("2", 8, 9, { rule: "phone", title: "Phone" }),
    flagOf("3", 10, 20, { rule: "camera-lost", title: "No camera", stream: "" }),
  ];
  const then = [
    flagOf("1", 0, 5, { rule: "no-face", title: "Nobody" }),
    flagOf("2", 6, 7, { rule: "no-face", title: "Nobody" }),
    flagOf("3", 8, 9, { rule: "book", title: "Book" }),
  ];
  assert.deepEqual(comparisonOf(now, then), [
    { rule: "book", title: "Book", now: 0, then: 1 },
    { rule: "no-face", title: "Nobody", now: 1, then: 2 },
    { rule: "phone", title: "Phone", now: 1, then: 0 },
  ]);
});

test("only a JSON object is sent as a policy", () => {
  assert.deepEqual(parsePolicyText('{"base": "open"}'), { base: "open" });
  for (const text of ["", "[]", "null", "5", '"open"', "{base: 1}"])
    assert.equal(parsePolicyText(text), null);
});
