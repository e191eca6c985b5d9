import assert from "node:assert/strict";
import { test } from "node:test";
import { second, streamOf, T0 } from "./fixture";
import { createPlayer, type MediaEvent, type MediaPort } from "./player";
import { segmentsOf } from "./segments";

/* A media element whose events the test sends by hand. */
class Media implements MediaPort {
  urls: string[] = [];
  at = 0;
  reach = Infinity;
  playing = false;
  private listener: (event: MediaEvent) => void = () => undefined;
  load(url: string) {
    this.urls.push(url);
    this.at = 0;
    this.playing = false;
  }
  unload() {
    this.urls.push("");
  }
  play() {
    this.playing = true;
  }
  pause() {
    this.playing = false;
  }
  seek(seconds: number) {
    this.at = seconds;
  }
  currentS() {
    return this.at;
  }
  reachS() {
    return this.reach;
  }
  setRate() {}
  setMuted() {}
  listen(listener: (event: MediaEvent) => void) {
    this.listener = listener;
    return () => undefined;
  }
  tell(kind: Exclude<MediaEvent["kind"], "failed">) {
    this.listener({ kind });
  }
  fail() {
    this.listener({ kind: "failed", message: "" });
  }
}

const at = (s: number) => T0 + s * second;
const streams = [
  streamOf({ durationUs: 20 * second }),
  streamOf({ id: "B", startUs: at(30), durationUs: 10 * second }),
];

function start(list = streams) {
  const media = new Media();
  const player = createPlayer(media, (id) => `/${id}`, T0);
  player.setSegments(segmentsOf(list, "camera", at(60)));
  media.tell("loaded");
  return { media, player };
}

test("the first recording is loaded, and nothing plays by itself", () => {
  const { media, player } = start();
  assert.deepEqual(media.urls, ["/A"]);
  assert.equal(media.playing, false);
  assert.equal(player.state.get().timeUs, T0);
});

test("a jump inside the loaded recording only moves the place", () => {
  const { media, player } = start();
  player.seek(at(12));
  assert.deepEqual([media.urls.length, media.at], [1, 12]);
});

test("a jump into another recording loads it and goes there once it is ready", () => {
  const { media, player } = start();
  player.seek(at(34));
  assert.deepEqual(media.urls, ["/A", "/B"]);
  assert.equal(media.at, 0);
  media.tell("time"); /* the new element reports 0 before it is ready: not a place of ours */
  assert.equal(player.state.get().timeUs, at(34));
  media.tell("loaded");
  assert.equal(media.at, 4);
});

test("at the end of one recording the next goes on playing", () => {
  const { media, player } = start();
  player.toggle();
  media.tell("playing");
  media.at = 20;
  media.tell("ended");
  assert.deepEqual(media.urls, ["/A", "/B"]);
  media.tell("loaded");
  assert.equal(media.playing, true);
  assert.equal(player.state.get().timeUs, at(30));
});

test("a jump into a gap says so and shows what comes after it", () => {
  const { player } = start();
  player.seek(at(25));
  assert.equal(player.state.get().note, "gap");
  assert.equal(player.state.get().streamId, "B");
});

test("a growing recording that cannot be jumped into says so and stays where it is", () => {
  const { media, player } = start([streamOf({ durationUs: null, seekable: false })]);
  media.reach = 0;
  media.at = 3;
  player.seek(at(40));
  assert.equal(player.state.get().note, "not-seekable");
  assert.equal(media.at, 3);
  assert.equal(player.state.get().timeUs, at(3));
});

test("a growing recording that reaches that far is jumped into", () => {
  const { media, player } = start([streamOf({ durationUs: null, seekable: false })]);
  media.reach = 50;
  player.seek(at(40));
  assert.deepEqual([player.state.get().note, media.at], ["none", 40]);
});

test("the end of a growing recording offers what has arrived since", () => {
  const growing = streamOf({ durationUs: null, seekable: false });
  const { media, player } = start([growing]);
  player.toggle();
  media.tell("playing");
  media.at = 30;
  media.tell("time");
  media.tell("ended");
  assert.equal(player.state.get().note, "growing-end");
  player.reload();
  media.reach = 45;
  media.tell("loaded");
  assert.deepEqual([media.urls.length, media.at], [2, 30]);
});

test("once a recording has an index, a jump loads it anew", () => {
  const { media, player } = start([streamOf({ durationUs: null, seekable: false })]);
  player.setSegments(segmentsOf([streamOf({ durationUs: 50 * second })], "camera", at(60)));
  assert.equal(media.urls.length, 1); /* a refresh alone disturbs nobody */
  player.seek(at(40));
  assert.equal(media.urls.length, 2);
  media.tell("loaded");
  assert.equal(media.at, 40);
});

test("a recording that does not play leaves a way on", () => {
  const { media, player } = start();
  media.fail();
  assert.equal(player.state.get().note, "cannot-play");
  player.seek(at(5));
  assert.deepEqual(media.urls, ["/A", "/A"]);
});

test("pressing play again before it is ready takes the wish back", () => {
  const { media, player } = start();
  player.seek(at(34));
  player.toggle();
  player.toggle();
  media.tell("loaded");
  assert.equal(media.playing, false);
});
