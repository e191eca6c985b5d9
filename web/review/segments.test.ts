import assert from "node:assert/strict";
import { test } from "node:test";
import { second, streamOf, T0 } from "./fixture";
import { inGap, placeAt, placeOf, segmentAfter, segmentsOf, sessionTimeUs } from "./segments";

const at = (s: number) => T0 + s * second;
const first = streamOf({ durationUs: 20 * second });
const later = streamOf({ id: "B", startUs: at(30), durationUs: 10 * second });
const segments = segmentsOf([later, first], "camera", at(60));

test("recordings are put in order; other kinds and empty ones are left out", () => {
  const all = [
    later,
    first,
    streamOf({ id: "S", kind: "screen" }),
    streamOf({ id: "E", bytes: 0, startUs: at(25) }),
  ];
  assert.deepEqual(
    segmentsOf(all, "camera", at(60)).map((s) => s.stream.id),
    ["A", "B"],
  );
});

test("a time of the session is a place in one recording, and back", () => {
  const place = placeAt(segments, at(34.5));
  assert.equal(place?.segment.stream.id, "B");
  assert.equal(place?.mediaS, 4.5);
  assert.equal(place && sessionTimeUs(place.segment, place.mediaS), at(34.5));
});

test("in a gap the next recording begins; behind the last one is its end", () => {
  assert.deepEqual(
    [placeAt(segments, at(25))?.segment.stream.id, placeAt(segments, at(25))?.mediaS],
    ["B", 0],
  );
  assert.deepEqual(
    [placeAt(segments, at(99))?.segment.stream.id, placeAt(segments, at(99))?.mediaS],
    ["B", 10],
  );
  assert.equal(placeAt([], at(5)), null);
  assert.ok(inGap(segments, at(25)));
  assert.ok(!inGap(segments, at(35)));
});

test("a recording of unknown length reaches to the next one, the last to the end", () => {
  const growing = segmentsOf(
    [streamOf({ durationUs: null }), streamOf({ id: "B", startUs: at(30), durationUs: null })],
    "camera",
    at(70),
  );
  assert.deepEqual(
    growing.map((s) => s.toUs),
    [at(30), at(70)],
  );
});

test("where two overlap, the later begun is shown, but a flag stays in its own", () => {
  const overlapping = segmentsOf([streamOf({ durationUs: 40 * second }), later], "camera", at(60));
  assert.equal(placeAt(overlapping, at(32))?.segment.stream.id, "B");
  assert.equal(placeOf(overlapping, "A", at(32))?.mediaS, 32);
});

test("after the first recording comes the second, then nothing", () => {
  assert.equal(segmentAfter(segments, "A")?.stream.id, "B");
  assert.equal(segmentAfter(segments, "B"), null);
});
