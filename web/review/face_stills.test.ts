import assert from "node:assert/strict";
import { test } from "node:test";
import { timesOver } from "./face_stills";
import { second, streamOf, T0 } from "./fixture";
import { picturesOf } from "./segments";

const at = (s: number) => T0 + s * second;
const of = (streams: Parameters<typeof picturesOf>[0]) => picturesOf(streams, at(99))[0]?.segments ?? [];

test("times are spread over what was recorded, never into a gap", () => {
  const segments = of([
    streamOf({ durationUs: 20 * second }),
    streamOf({ id: "B", startUs: at(50), durationUs: 20 * second }),
  ]);
  assert.deepEqual(
    timesOver(segments, 4).map((us) => (us - T0) / second),
    [5, 15, 55, 65],
  );
});

test("what is deleted, or cannot be jumped into, gives no picture", () => {
  assert.deepEqual(timesOver(of([streamOf({ deletedUs: T0 })]), 3), []);
  assert.deepEqual(timesOver(of([streamOf({ seekable: false, durationUs: null })]), 3), []);
});
