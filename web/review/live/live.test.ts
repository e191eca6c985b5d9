import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api } from "../../ui/api";
import type { StreamHandlers } from "../../ui/support/stream";
import { GAP, layoutOf, moved, placeOf, scrollTo, SIZES, visible } from "./grid";
import type { LiveRow } from "./parse";
import { createLivePlayer, type Sink } from "./player";
import { countsOf, createWall, select } from "./wall-model";
import { findCluster, findLastCluster, mimeOf, tickSeconds } from "./webm";

/* ---- the grid ---- */

test("only the rows in view, and one on each side, are drawn", () => {
  const layout = layoutOf(1326, 1000, SIZES.large);
  assert.equal(layout.columns, 5);
  assert.ok(layout.columns * layout.tileWidth + 4 * GAP <= 1326);
  assert.equal(layout.height, 200 * (layout.tileHeight + GAP) - GAP);
  assert.deepEqual(visible(layout, 0, 450, 1000), { from: 0, to: 15 });
  const middle = visible(layout, 50 * (layout.tileHeight + GAP), 450, 1000);
  assert.deepEqual(middle, { from: 245, to: 265 });
  assert.deepEqual(visible(layout, layout.height, 450, 1000).to, 1000);
  assert.deepEqual(visible(layoutOf(0, 3, SIZES.large), 0, 0, 3).from, 0);
  assert.deepEqual(placeOf(layout, 6), { left: layout.tileWidth + GAP, top: layout.tileHeight + GAP });
});

test("the focus goes by keys and never out of the list", () => {
  assert.equal(moved("ArrowRight", 9, 10, 5), 9);
  assert.equal(moved("ArrowUp", 7, 10, 5), 2);
  assert.equal(moved("ArrowDown", 7, 10, 5), 9);
  assert.equal(moved("End", 0, 10, 5), 9);
  assert.equal(moved("Home", 9, 10, 5), 0);
  assert.equal(moved("a", 3, 10, 5), null);
  const layout = layoutOf(1326, 1000, SIZES.large);
  assert.equal(scrollTo(layout, 0, 500, 450), 0);
  assert.equal(scrollTo(layout, 0, 0, 450), 0);
  assert.equal(scrollTo(layout, 5, 0, 450), 2 * layout.tileHeight + GAP - 450);
});

/* ---- the wall ---- */

const row = (id: string, more: Partial<Record<string, unknown>> = {}): Record<string, unknown> => ({
  id,
  candidate: `Candidate ${id}`,
  state: "exam",
  lights: { camera: "on", microphone: "on", screen: "none", app: "none", plugin: "none", connection: "on" },
  flag: null,
  hand_us: null,
  paused_us: null,
  warnings: 0,
  ...more,
});

async function openWall(sessions: Record<string, unknown>[]) {
  let handlers: StreamHandlers | null = null;
  const frames: (() => void)[] = [];
  let loads = 0;
  const answer = () => ({ exam: { id: "x", title: "Botany" }, sessions, server_us: 1 });
  const api = {
    get: async (path: string, parse: (value: unknown, path?: string) => unknown) => {
      loads += 1;
      return parse(answer(), path);
    },
  } as unknown as Api;
  const wall = createWall(api, "x", {
    connect: (_url, _names, given) => {
      handlers = given;
      return () => undefined;
    },
    soon: (run) => void frames.push(run),
    after: () => () => undefined,
  });
  const stream = handlers as StreamHandlers | null;
  assert.ok(stream !== null);
  const draw = () => frames.splice(0).forEach((run) => run());
  const settle = () => new Promise((done) => setImmediate(done));
  stream.onOpen();
  await settle();
  draw();
  const entries = () => {
    const now = wall.state.get();
    assert.equal(now.state, "ready");
    return now.state === "ready" ? now.value.entries : new Map();
  };
  return { wall, stream, draw, frames, settle, entries, loads: () => loads };
}

test("a wall is told only what changed, and draws it once a frame", async () => {
  const { stream, draw, frames, entries } = await openWall([
    { ...row("a"), stills: { camera: 5, screen: null, app: null } },
  ]);
  for (let i = 0; i < 100; i++) stream.onEvent("row", row(`n${i}`), 0);
  assert.equal(frames.length, 1);
  draw();
  assert.equal(entries().size, 101);
  stream.onEvent("row", row("a", { hand_us: 7 }), 0);
  stream.onEvent("stills", [["a", "camera", 9], ["unknown", "camera", 9]], 0);
  draw();
  assert.deepEqual(entries().get("a")?.stills, { camera: 9, screen: null, app: null });
  assert.equal(entries().get("a")?.handUs, 7);
  stream.onEvent("row", row("a", { state: "ended" }), 0);
  stream.onEvent("gone", { id: "n5" }, 0);
  stream.onEvent("row", { nonsense: true }, 0);
  draw();
  assert.equal(entries().size, 99);
});

test("what comes while the list is on its way is put upon it, and a reset loads it again", async () => {
  const { stream, draw, entries, settle, loads } = await openWall([]);
  stream.onEvent("reset", {}, 0);
  stream.onEvent("row", row("late"), 0);
  await settle();
  draw();
  assert.equal(loads(), 2);
  assert.deepEqual([...entries().keys()], ["late"]);
});

const asRow = (id: string, more: Partial<LiveRow>): LiveRow => ({
  id,
  candidate: `Candidate ${id}`,
  state: "exam",
  lights: { camera: "on", microphone: "on", screen: "none", app: "none", plugin: "none", connection: "on" },
  flag: null,
  handUs: null,
  pausedUs: null,
  warnings: 0,
  ...more,
});

test("who needs attention comes first; filters and search leave the others out", () => {
  const flag = { rule: "no-face", title: "Nobody in view", severity: "high", timeUs: 1, open: true } as const;
  const rows = [
    asRow("1", {}),
    asRow("2", { flag }),
    asRow("3", { handUs: 1 }),
    asRow("4", { lights: { ...asRow("4", {}).lights, camera: "lost" } }),
    asRow("5", { flag: { ...flag, open: false }, pausedUs: 1, warnings: 2 }),
  ];
  assert.deepEqual(select(rows, "all", "", "attention").map(({ id }) => id), ["3", "4", "2", "1", "5"]);
  assert.deepEqual(select(rows, "all", "DATE 4", "name").map(({ id }) => id), ["4"]);
  assert.deepEqual(select(rows, "flags", "", "name").map(({ id }) => id), ["2"]);
  assert.deepEqual(countsOf(rows), { all: 5, hands: 1, lost: 1, flags: 1, paused: 1, warned: 1 });
});

/* ---- WebM ---- */

const cluster = (ms: number): number[] => [
  0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xe7, 0x83, (ms >> 16) & 255, (ms >> 8) & 255, ms & 255,
];
const text = (value: string): number[] => [...value].map((c) => c.charCodeAt(0));

test("clusters are found by more than their four bytes", () => {
  const bytes = new Uint8Array([0, 0x1f, 0x43, 0xb6, 0x75, 0, 0, 0, ...cluster(4000), 1, 2, 3, ...cluster(8000), 0x1f, 0x43]);
  assert.deepEqual(findCluster(bytes), { offset: 8, ticks: 4000 });
  assert.deepEqual(findLastCluster(bytes), { offset: 28, ticks: 8000 });
  assert.equal(findCluster(new Uint8Array([0x1f, 0x43, 0xb6, 0x75])), null);
  assert.equal(findCluster(new Uint8Array(0)), null);
  assert.equal(findCluster(new Uint8Array([0x1f, 0x43, 0xb6, 0x75, 0x80, 0xe7, 0x88, 1])), null);
});

test("what it is coded with is read from its head", () => {
  const head = new Uint8Array([...text("V_VP9"), 0, ...text("A_OPUS"), 0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40]);
  assert.equal(mimeOf(head), 'video/webm; codecs="vp9,opus"');
  assert.equal(tickSeconds(head), 0.001);
  assert.equal(tickSeconds(new Uint8Array(4)), 0.001);
});

/* ---- the player ---- */

/* A recording of `seconds`, a cluster of 60 KB every four seconds. */
function recordingOf(seconds: number): Uint8Array<ArrayBuffer> {
  const parts: number[] = [...text("V_VP9"), ...text("A_OPUS")];
  for (let s = 0; s < seconds; s += 4) {
    parts.push(...cluster(s * 1000));
    for (let i = 0; i < 60_000; i++) parts.push(i & 0x0f);
  }
  return new Uint8Array(parts);
}

/* Plays what clusters it was given, each of four seconds. */
function fakeSink() {
  const state = { at: 0, appended: 0, resets: 0, spans: [] as [number, number][], supported: true };
  let all = new Uint8Array(0);
  const sink: Sink = {
    supports: () => state.supported,
    async reset() {
      state.resets += 1;
      state.spans = [];
      state.at = 0;
      all = new Uint8Array(0);
    },
    async append(bytes) {
      state.appended += bytes.length;
      const more = new Uint8Array(all.length + bytes.length);
      more.set(all);
      more.set(bytes, all.length);
      all = more;
      for (let from = 0; ; ) {
        const found = findCluster(all, from);
        if (found === null) break;
        from = found.offset + 4;
        const s = found.ticks / 1000;
        const last = state.spans.at(-1);
        if (last !== undefined && s <= last[1]) last[1] = Math.max(last[1], s + 4);
        else state.spans.push([s, s + 4]);
      }
    },
    async forget() {},
    buffered() {
      const span = state.spans.find(([from, to]) => state.at >= from && state.at <= to) ?? state.spans.at(-1);
      return span === undefined ? null : { from: span[0], to: span[1] };
    },
    currentS: () => state.at,
    seek(s) {
      state.at = s;
    },
    play() {},
  };
  return { sink, state };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await new Promise((done) => setImmediate(done));
}

test("it begins near the end without reading the whole, and stays near it as it grows", async () => {
  const whole = recordingOf(400);
  const { sink, state } = fakeSink();
  let asked = 0;
  const player = createLivePlayer(sink, async (_stream, from, to) => {
    asked += to - from;
    return whole.slice(from, to);
  });
  const part = Math.floor(whole.length * 0.9);
  player.grown({ id: "one", startUs: 1_000_000_000, bytes: part });
  await settle();
  const end = sink.buffered()?.to ?? 0;
  assert.ok(end >= 356 && end <= 364, `${end}`);
  assert.ok(end - state.at <= 7 && end - state.at >= 4, `${end} ${state.at}`);
  assert.ok(asked < whole.length / 2, `${asked} of ${whole.length} bytes were read`);
  assert.equal(player.timeUs(), 1_000_000_000 + state.at * 1e6);
  player.grown({ id: "one", startUs: 1_000_000_000, bytes: whole.length });
  await settle();
  assert.equal(sink.buffered()?.to, 400);
  assert.ok(400 - state.at <= 7);
  assert.equal(state.resets, 1);
  assert.deepEqual(player.view.get(), { state: "playing", live: true });
});

test("any earlier place is found by halving, and the live end again", async () => {
  const whole = recordingOf(400);
  const { sink, state } = fakeSink();
  let reads = 0;
  const player = createLivePlayer(sink, async (_stream, from, to) => {
    reads += 1;
    return whole.slice(from, to);
  });
  player.grown({ id: "one", startUs: 0, bytes: whole.length });
  await settle();
  reads = 0;
  player.seek(101_500_000);
  await settle();
  assert.equal(state.at, 101.5);
  const span = sink.buffered();
  assert.ok(span !== null && span.from <= 101.5 && span.to >= 121 && span.to < 200, JSON.stringify(span));
  assert.ok(reads < 20, `${reads} reads`);
  assert.deepEqual(player.view.get(), { state: "playing", live: false });
  player.seek(-5);
  await settle();
  assert.equal(state.at, 0);
  player.goLive();
  await settle();
  assert.ok(400 - state.at <= 7);
  assert.deepEqual(player.view.get(), { state: "playing", live: true });
});

test("another recording takes the place of the one before; a failed read is tried with the next news", async () => {
  const whole = recordingOf(40);
  const { sink, state } = fakeSink();
  let broken = false;
  const player = createLivePlayer(sink, async (_stream, from, to) => {
    if (broken) throw new Error("the server answered 503");
    return whole.slice(from, to);
  });
  player.grown({ id: "one", startUs: 0, bytes: 200_000 });
  await settle();
  broken = true;
  player.grown({ id: "one", startUs: 0, bytes: 300_000 });
  await settle();
  assert.deepEqual(player.view.get(), { state: "failed", message: "the server answered 503" });
  broken = false;
  player.grown({ id: "one", startUs: 0, bytes: 400_000 });
  await settle();
  assert.equal(player.view.get().state, "playing");
  player.grown({ id: "two", startUs: 500, bytes: 100_000 });
  await settle();
  assert.equal(state.resets, 3);
  assert.deepEqual(player.view.get(), { state: "playing", live: true });
});

test("a browser that cannot play it says so", async () => {
  const whole = recordingOf(8);
  const { sink, state } = fakeSink();
  state.supported = false;
  const player = createLivePlayer(sink, async (_stream, from, to) => whole.slice(from, to));
  player.grown({ id: "one", startUs: 0, bytes: whole.length });
  await settle();
  assert.equal(player.view.get().state, "unsupported");
  assert.equal(state.appended, 0);
});
