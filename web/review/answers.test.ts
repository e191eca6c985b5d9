import assert from "node:assert/strict";
import { test } from "node:test";
import { answerText, currentItem, parseItems, savesOf } from "./answers";
import { second, T0 } from "./fixture";
import type { SessionEvent } from "./parse";

const option = (id: number, text: string) => ({ id, text });
const item = (id: number, kind: string, value: unknown, savedS: number) => ({
  id,
  position: id,
  kind,
  prompt: "Why?",
  options: [option(1, "one"), option(2, "two")],
  answer: value === undefined ? null : { value, revision: 2, saved_us: T0 + savedS * second },
  seen_us: null,
});
const items = parseItems({
  items: [
    item(1, "single", 2, 10),
    item(2, "multiple", [1, 2], 20),
    item(3, "numeric", "1.5", 30),
    item(4, "descriptive", null, 40),
    item(5, "descriptive", undefined, 0),
  ],
});
const save = (id: number, s: number): SessionEvent => ({
  timeUs: T0 + s * second,
  kind: "answered",
  title: "Saved an answer",
  detail: { item: id, revision: 1 },
});

test("an answer is told in the words of its options; one taken back is none", () => {
  assert.deepEqual(items.map(answerText), ["two", "one; two", "1.5", null, null]);
});

test("saves are those of the evidence, and the last one of the portal where it is missing there", () => {
  const [first] = items;
  assert.ok(first);
  const s = (us: number) => (us - T0) / second;
  assert.deepEqual(savesOf(first, [save(1, 9.9), save(2, 3)]).map(s), [9.9]);
  assert.deepEqual(savesOf(first, [save(1, 4)]).map(s), [4, 10]);
});

test("the current question is the one that was saved last before a time", () => {
  const events = [save(1, 10), save(2, 20), save(1, 25)];
  assert.equal(currentItem(items, events, T0 + 5 * second), null);
  assert.equal(currentItem(items, events, T0 + 21 * second), 2);
  assert.equal(currentItem(items, events, T0 + 26 * second), 1);
});
