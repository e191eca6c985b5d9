import assert from "node:assert/strict";
import { test } from "node:test";
import { second, T0 } from "./fixture";
import { areaOf, parseMeasured, spansOver, tooCoarse, valueAt, valueOver } from "./measured";

const columns = (least: (number | null)[], most = least) => ({ least, most });
const measured = parseMeasured({
  from_us: T0,
  bucket_us: second,
  recordings: 1,
  without: 0,
  level: columns([-40, null, -20, -10], [-30, null, -20, -5]),
  faces: columns([1, 1, 0, 2]),
  likeness: {
    ...columns([80, 75, null, 40]),
    to: "enrolled",
    same: 60,
    different: 50,
    unchecked: [null, 10, 90, 100],
  },
});
const view = { fromUs: T0, toUs: T0 + 4 * second };
const at = (s: number) => T0 + s * second;

test("a value is that of its bucket, and nothing where nothing was measured", () => {
  assert.deepEqual(valueAt(measured, measured.level, at(0.5)), { least: -40, most: -30 });
  assert.equal(valueAt(measured, measured.level, at(1.5)), null);
  assert.equal(valueAt(measured, measured.level, at(-1)), null);
  assert.equal(valueAt(measured, measured.level, at(9)), null);
});

test("over a span no peak is lost", () => {
  assert.deepEqual(valueOver(measured, measured.level, at(0), at(4)), { least: -40, most: -5 });
  assert.deepEqual(valueOver(measured, measured.faces, at(2), at(4)), { least: 0, most: 2 });
});

test("an area is drawn for each run of values, from the least to the most", () => {
  const path = areaOf(measured, measured.level, view, { low: -60, high: 0 });
  assert.equal(path.split("M").length - 1, 2, path);
  assert.match(path, /^M0 50L250 50L250 66\.7L0 66\.7Z/);
  assert.equal(areaOf(measured, measured.level, { fromUs: at(1), toUs: at(2) }, { low: -60, high: 0 }), "");
});

test("times that could not be checked are spans", () => {
  assert.deepEqual(spansOver(measured, measured.likeness.unchecked, 50), [
    { fromUs: at(2), toUs: at(4) },
  ]);
});

test("finer values are asked for when the view is narrow, and only then", () => {
  const hour = { fromUs: T0, toUs: at(3600) };
  const coarse = {
    ...measured,
    bucketUs: 6 * second,
    level: columns(Array.from({ length: 600 }, () => -20)),
  };
  assert.equal(tooCoarse(coarse, hour, 600), false);
  assert.equal(tooCoarse(coarse, { fromUs: at(100), toUs: at(700) }, 600), true);
  assert.equal(tooCoarse(measured, { fromUs: at(1), toUs: at(2) }, 600), true, "finer than a second there is");
  const finest = { ...measured, bucketUs: second / 2, level: columns([1, 1, 1, 1, 1, 1, 1, 1]) };
  assert.equal(tooCoarse(finest, { fromUs: at(1), toUs: at(2) }, 600), false, "nothing finer is kept");
});
