import assert from "node:assert/strict";
import { test } from "node:test";
import { createDeck, type DeckView } from "./deck";
import { second, streamOf, T0 } from "./fixture";
import { correctedRate, DRIFT_S } from "./follower";
import type { MediaEvent, MediaPort } from "./media_port";
import { picturesOf } from "./segments";

const at = (s: number) => T0 + s * second;

/* A media element that plays by the test's clock, `slow` times as fast as it is asked to. */
class FakeMedia implements MediaPort {
  url = "";
  place = 0;
  rate = 1;
  muted = false;
  playing = false;
  slow = 1;
  late = false; /* jumps do not arrive */
  ready = true;
  seeks: number[] = [];
  private listeners = new Set<(event: MediaEvent) => void>();
  tell(event: MediaEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }
  load(url: string): void {
    this.url = url;
    this.place = 0;
    this.playing = false;
    queueMicrotask(() => this.tell({ kind: "loaded" }));
  }
  unload(): void {
    this.url = "";
  }
  play(): void {
    this.playing = true;
  }
  pause(): void {
    this.playing = false;
  }
  paused(): boolean {
    return !this.playing;
  }
  seek(seconds: number): void {
    this.seeks.push(seconds);
    this.place = seconds;
    if (!this.late) queueMicrotask(() => this.tell({ kind: "arrived" }));
  }
  currentS = () => this.place;
  reachS = () => Infinity;
  hasData = () => this.ready;
  setRate(rate: number): void {
    this.rate = rate;
  }
  setMuted(muted: boolean): void {
    this.muted = muted;
  }
  frameS = () => 0.1;
  listen(listener: (event: MediaEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
  pass(ms: number): void {
    if (this.playing) this.place += (ms / 1000) * this.rate * this.slow;
  }
}

const streams = [
  streamOf({ durationUs: 20 * second }),
  streamOf({ id: "B", startUs: at(30), durationUs: 20 * second }),
  streamOf({ id: "S", kind: "screen", startUs: at(5), durationUs: 10 * second }),
];

function house(list = streams) {
  const media = new Map<string, FakeMedia>();
  let nowMs = 0;
  let tick: () => void = () => undefined;
  const deck = createDeck(
    {
      nowMs: () => nowMs,
      every: (_ms, run) => {
        tick = run;
        return () => (tick = () => undefined);
      },
      portOf: (id) => {
        const port = new FakeMedia();
        media.set(id, port);
        return port;
      },
      urlOf: (id) => `/media/${id}`,
    },
    T0,
  );
  deck.setPictures(picturesOf(list, at(50)), T0, at(50));
  const of = (id: string): FakeMedia => {
    const port = media.get(id);
    assert.ok(port, id);
    return port;
  };
  /* Time passes in steps of 50 ms. */
  async function pass(seconds: number): Promise<void> {
    for (let ms = 0; ms < seconds * 1000; ms += 50) {
      nowMs += 50;
      for (const port of media.values()) port.pass(50);
      tick();
      await Promise.resolve();
    }
  }
  const view = (id: string): DeckView => {
    const found = deck.views.get().find((one) => one.picture.id === id);
    assert.ok(found, id);
    return found;
  };
  return { deck, of, pass, view };
}

const near = (a: number, b: number, by: number) =>
  assert.ok(Math.abs(a - b) <= by, `${a} is not within ${by} of ${b}`);

test("all pictures go to the same time, each to its own place", async () => {
  const { deck, of, pass, view } = house();
  await pass(0.2);
  deck.seek(at(8));
  await pass(0.2);
  assert.equal(of("camera").url, "/media/A");
  near(of("camera").place, 8, 0.01);
  near(of("screen").place, 3, 0.01);
  deck.seek(at(40));
  await pass(0.2);
  assert.equal(of("camera").url, "/media/B");
  near(of("camera").place, 10, 0.01);
  assert.equal(view("screen").follower.state.get().showing, "nothing");
});

test("one that runs slowly is led back by its speed, without a jump", async () => {
  const { deck, of, pass } = house();
  deck.seek(at(6));
  await pass(0.3);
  deck.toggle();
  of("camera").slow = 0.95;
  const jumps = of("camera").seeks.length;
  let worst = 0;
  for (let i = 0; i < 80; i++) {
    await pass(0.1);
    worst = Math.max(worst, Math.abs(of("camera").place - (deck.state.get().timeUs - T0) / 1e6));
  }
  assert.equal(of("camera").seeks.length, jumps, "it jumped");
  assert.ok(worst < 0.2, `${worst} s off`);
  assert.ok(of("camera").rate > 1, "its speed was not raised");
});

test("its speed is changed by little, and towards the clock", () => {
  assert.ok(correctedRate(1, DRIFT_S) < 1 && correctedRate(1, -DRIFT_S) > 1);
  near(correctedRate(1, 9), 0.85, 1e-9);
  near(correctedRate(2, -9), 2.3, 1e-9);
});

test("one that is far off jumps, and lands in step", async () => {
  const { deck, of, pass } = house();
  await pass(0.2);
  deck.toggle();
  await pass(1);
  of("camera").place += 4;
  await pass(1);
  near(of("camera").place, (deck.state.get().timeUs - T0) / 1e6, 0.2);
});

test("the clock stands for a picture that is not ready, but not for ever", async () => {
  const { deck, of, pass } = house();
  deck.seek(at(6));
  await pass(0.3);
  of("screen").ready = false;
  deck.toggle();
  await pass(2);
  assert.equal(deck.state.get().waiting, true);
  near((deck.state.get().timeUs - T0) / 1e6, 6, 0.11);
  await pass(3);
  assert.ok(deck.state.get().timeUs > at(6.5), "the others wait for ever");
});

test("a computer that cannot keep up at 8x shows single pictures, and says so; slower, it plays again", async () => {
  const { deck, of, pass, view } = house([streamOf({ durationUs: 50 * second })]);
  await pass(0.2);
  deck.setRate(8);
  of("camera").slow = 0.1;
  deck.toggle();
  await pass(3);
  assert.equal(view("camera").follower.state.get().stills, true);
  assert.equal(of("camera").playing, false);
  near(of("camera").place, (deck.state.get().timeUs - T0) / 1e6, 8);
  deck.setRate(1);
  await pass(0.5);
  assert.equal(view("camera").follower.state.get().stills, false);
  assert.equal(of("camera").playing, true);
});

test("where nothing at all was recorded is passed over, and told", async () => {
  const { deck, pass } = house();
  deck.seek(at(19.9));
  await pass(0.3);
  deck.toggle();
  await pass(0.4);
  assert.ok(deck.state.get().timeUs >= at(30), "it waits in the gap");
  assert.ok(deck.state.get().skippedS > 9);
});

test("at the end it stops, and begins again from the start", async () => {
  const { deck, pass } = house();
  deck.seek(at(49.8));
  await pass(0.2);
  deck.toggle();
  await pass(1);
  assert.deepEqual([deck.state.get().playing, deck.state.get().timeUs], [false, at(50)]);
  deck.toggle();
  assert.equal(deck.state.get().timeUs, T0);
});

test("sound comes from one, from none above 4x, and from another when it is chosen", async () => {
  const { deck, of } = house();
  assert.deepEqual([of("camera").muted, of("screen").muted], [false, true]);
  deck.setRate(8);
  assert.deepEqual([of("camera").muted, of("screen").muted], [true, true]);
  deck.setRate(2);
  deck.setSound("screen");
  assert.deepEqual([of("camera").muted, of("screen").muted], [true, false]);
});

test("a step is one picture long, and stops what plays", async () => {
  const { deck, pass } = house();
  await pass(0.2);
  deck.toggle();
  await pass(0.2);
  const before = deck.state.get().timeUs;
  deck.frame(1, null);
  assert.equal(deck.state.get().playing, false);
  near((deck.state.get().timeUs - before) / 1e6, 0.1, 1e-6);
  deck.faster(-1);
  assert.equal(deck.state.get().rate, 0.5);
  deck.faster(-1);
  assert.equal(deck.state.get().rate, 0.5);
});

test("a recording that was deleted is said to be so, and never asked for", async () => {
  const { of, pass, view } = house([streamOf({ deletedUs: at(99) })]);
  await pass(0.2);
  assert.equal(view("camera").follower.state.get().showing, "deleted");
  assert.equal(of("camera").url, "");
});

test("one that cannot be played says so until it is tried again, by its button or by a jump", async () => {
  const { deck, of, pass, view } = house();
  await pass(0.2);
  of("camera").tell({ kind: "failed", message: "broken" });
  await pass(0.2);
  assert.equal(view("camera").follower.state.get().showing, "failed");
  view("camera").follower.reload();
  await pass(0.2);
  assert.equal(view("camera").follower.state.get().showing, "picture");
  of("camera").tell({ kind: "failed", message: "broken" });
  deck.seek(at(3));
  await pass(0.2);
  assert.equal(view("camera").follower.state.get().showing, "picture");
  near(of("camera").place, 3, 0.01);
});
