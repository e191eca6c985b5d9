import assert from "node:assert/strict";
import { test } from "node:test";
import { second, streamOf, T0 } from "./fixture";
import { gapsOf, nextStartUs, nothingAt, pictureOfStream, picturesOf, placeAt } from "./segments";

const at = (s: number) => T0 + s * second;
const first = streamOf({ durationUs: 20 * second });
const later = streamOf({ id: "B", startUs: at(30), durationUs: 10 * second });
const [camera] = picturesOf([later, first], at(60));
const segments = camera?.segments ?? [];

test("recordings of a kind that follow each other are one picture; empty ones and files are none", () => {
  const all = [
    later,
    first,
    streamOf({ id: "S", kind: "screen" }),
    streamOf({ id: "E", bytes: 0, startUs: at(25) }),
    streamOf({ id: "F", kind: "file", mime: "application/pdf" }),
  ];
  assert.deepEqual(
    picturesOf(all, at(60)).map((p) => [p.id, p.segments.map((s) => s.stream.id).join("")]),
    [
      ["camera", "AB"],
      ["screen", "S"],
    ],
  );
});

test("what overlaps are several pictures: each display of the desktop app", () => {
  const displays = ["L", "R"].map((id) => streamOf({ id, kind: "app" }));
  const again = streamOf({ id: "L2", kind: "app", startUs: at(61) });
  const pictures = picturesOf([...displays, again], at(99));
  assert.deepEqual(
    pictures.map((p) => [p.id, p.number, p.of, p.segments.map((s) => s.stream.id).join()]),
    [
      ["app", 1, 2, "L,L2"],
      ["app 2", 2, 2, "R"],
    ],
  );
  assert.equal(pictureOfStream(pictures, "R")?.id, "app 2");
  assert.equal(pictureOfStream(pictures, ""), null);
});

test("a clock that was corrected by a second makes no second picture", () => {
  const overlapping = streamOf({ id: "B", startUs: at(19), durationUs: 10 * second });
  const pictures = picturesOf([first, overlapping], at(60));
  assert.equal(pictures.length, 1);
  assert.equal(placeAt(pictures[0]?.segments ?? [], at(19.5))?.segment.stream.id, "B");
});

test("a time of the session is a place in one recording, or none", () => {
  const place = placeAt(segments, at(34.5));
  assert.deepEqual([place?.segment.stream.id, place?.mediaS], ["B", 4.5]);
  for (const s of [-1, 20, 25, 40]) assert.equal(placeAt(segments, at(s)), null);
});

test("it is told why there is nothing to see", () => {
  assert.equal(nothingAt(segments, at(5)), null);
  assert.deepEqual(nothingAt(segments, at(-3)), { why: "before", untilUs: at(0) });
  assert.deepEqual(nothingAt(segments, at(25)), { why: "gap", fromUs: at(20), untilUs: at(30) });
  assert.deepEqual(nothingAt(segments, at(50)), { why: "after", fromUs: at(40) });
  assert.deepEqual(gapsOf(segments), [{ fromUs: at(20), toUs: at(30) }]);
});

test("after a time comes the next beginning of any picture", () => {
  const pictures = picturesOf([first, later, streamOf({ id: "S", kind: "screen", startUs: at(2) })], at(60));
  assert.equal(nextStartUs(pictures, at(1)), at(2));
  assert.equal(nextStartUs(pictures, at(2)), at(30));
  assert.equal(nextStartUs(pictures, at(30)), null);
});

test("a recording of unknown length reaches to the next one, the last to the end", () => {
  const growing = picturesOf(
    [streamOf({ durationUs: null }), streamOf({ id: "B", startUs: at(30), durationUs: null })],
    at(70),
  );
  assert.deepEqual(
    growing.map((p) => p.segments.map((s) => s.toUs)),
    [[at(30), at(70)]],
  );
});
