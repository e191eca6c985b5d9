import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../ui/store";
import type { Deck, DeckState } from "./deck";
import { flagOf, reviewOf, second, streamOf, T0 } from "./fixture";
import { KEYS, createWatch, handleKey } from "./watch";

/* A deck that only remembers where it was sent. */
function fakeDeck(): Deck {
  const state = createStore<DeckState>({
    timeUs: T0,
    playing: false,
    waiting: false,
    rate: 1,
    sound: null,
    skippedS: 0,
  });
  const views: Deck["views"] = createStore<ReturnType<Deck["views"]["get"]>>([]);
  const nothing = () => undefined;
  return {
    state,
    views,
    setPictures: nothing,
    seek: (timeUs) => state.update((now) => ({ ...now, timeUs })),
    step: nothing,
    frame: nothing,
    toggle: () => state.update((now) => ({ ...now, playing: !now.playing })),
    setRate: nothing,
    faster: nothing,
    setSound: nothing,
    close: nothing,
  };
}

const flags = [flagOf("1", 10, 20), flagOf("2", 15, 30), flagOf("3", 50, 60)];
const incident = (ids: string[], fromS: number, toS: number) => ({
  fromUs: T0 + fromS * second,
  toUs: T0 + toS * second,
  severity: "medium" as const,
  rules: ["no-face"],
  flags: ids,
});
const review = reviewOf({
  streams: [streamOf({ durationUs: 600 * second })],
  flags,
  incidents: [incident(["1", "2"], 10, 30), incident(["3"], 50, 60)],
});

function press(keys: string, onSlider = false): (string | null)[] {
  const watch = createWatch(review, fakeDeck());
  return [...keys].map((key) => {
    assert.ok(handleKey(watch, key, onSlider, () => undefined), `nothing does "${key}"`);
    return watch.selected.get();
  });
}

test("n and p go from incident to incident, N and P from flag to flag", () => {
  assert.deepEqual(press("nnp"), ["1", "3", "1"]);
  assert.deepEqual(press("NNNP"), ["1", "2", "3", "2"]);
});

test("from a flag in the middle of an incident the next one is another incident", () => {
  assert.deepEqual(press("NNn"), ["1", "2", "3"]);
});

test("every key of the list does something, and none is there twice", () => {
  const all = KEYS.flatMap((one) => one.keys);
  assert.equal(new Set(all).size, all.length);
  for (const key of all) press(key);
});

test("arrows are the slider's alone", () => {
  const watch = createWatch(review, fakeDeck());
  assert.equal(handleKey(watch, "ArrowRight", false, () => undefined), false);
  assert.equal(handleKey(watch, "ArrowRight", true, () => undefined), true);
  assert.equal(watch.deck.state.get().timeUs, T0 + 5 * second);
});

test("a zoomed view goes along with what plays, and can be moved, but not over the ends", () => {
  const watch = createWatch(review, fakeDeck());
  watch.zoomBy(10);
  const { fromUs, toUs } = watch.view.get();
  assert.equal(toUs - fromUs, 60 * second);
  watch.deck.toggle();
  watch.deck.seek(T0 + 300 * second);
  const now = watch.view.get();
  assert.ok(now.fromUs < T0 + 300 * second && now.toUs > T0 + 300 * second);
  watch.panBy(-99);
  assert.equal(watch.view.get().fromUs, T0);
  watch.panBy(99);
  assert.equal(watch.view.get().toUs, T0 + 600 * second);
});
