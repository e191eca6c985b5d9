/* The parts of the proctored window that need no browser: presence, events, closing, control, texts. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { ApiError } from "../ui/api";
import { createStore } from "../ui/store";
import type { ClientEvent, EventKind, RecordingSettings, ServerStream } from "./api";
import { parseOwnPath } from "./api";
import { closingOf, createRate } from "./closing";
import { createEventQueue, type KeyStore } from "./events";
import { tabName, watchPresence } from "./presence";
import { createRecordingControl } from "./recording/control";
import type { Keeper } from "./recording/keeper";
import { bytesLeft, bytesTotal, type KeeperStatus, type StreamStatus } from "./recording/messages";
import type { Timers } from "../ui/network";
import type { RecorderEvents } from "./recording/recorder";
import { blocksOf } from "./steps/document-text";
import { connectionLine } from "./steps/exam";
import { levelOf } from "./steps/level";
import { clampPlace } from "./steps/picture";

const timers: Timers = {
  monotonicMs: () => performance.now(),
  random: () => 0.5,
  sleep: (_, signal) =>
    new Promise((resolve) => (signal.aborted ? resolve() : void setTimeout(resolve, 1))),
};

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail("it did not happen");
}

function stream(part: Partial<StreamStatus>): StreamStatus {
  return { local: "a", id: "A", kind: "camera", bytes: 0, acknowledged: 0, state: "growing", ...part };
}

function status(...streams: StreamStatus[]): KeeperStatus {
  return { streams, upload: { state: "idle" }, lasting: true, diskProblem: null };
}

/* ---- presence ---- */

const watched: { stop(): void }[] = [];
afterEach(() => {
  for (const control of watched.splice(0)) control.stop();
});

function presence(renew: () => Promise<number | null>, lock = () => Promise.resolve(true)) {
  const reachable: boolean[] = [];
  const control = watchPresence({
    session: "s",
    renew,
    tryLock: lock,
    timers,
    onReachable: (now) => reachable.push(now),
  });
  watched.push(control);
  return { control, reachable };
}

test("a second window of the same browser is told so, and goes on when the first is closed", async () => {
  let firstIsOpen = true;
  let renewals = 0;
  const { control } = presence(
    () => Promise.resolve(((renewals += 1), 20)),
    () => Promise.resolve(!firstIsOpen),
  );
  await until(() => control.presence.get() === "elsewhere");
  assert.equal(renewals, 0, "it does not take the first one's lease");
  firstIsOpen = false;
  await until(() => control.presence.get() === "held");
});

test("a window of another browser waits while the server's lease is held", async () => {
  let taken = true;
  const { control } = presence(() => Promise.resolve(taken ? null : 20));
  await until(() => control.presence.get() === "elsewhere");
  taken = false;
  await until(() => control.presence.get() === "held");
});

test("losing the server does not end the presence, and is told after two misses", async () => {
  let away = false;
  const { control, reachable } = presence(() =>
    away ? Promise.reject(new ApiError("offline", "", 0, "", "", 0)) : Promise.resolve(20),
  );
  await until(() => control.presence.get() === "held");
  away = true;
  await until(() => reachable.includes(false));
  assert.equal(control.presence.get(), "held");
  away = false;
  await until(() => reachable.at(-1) === true);
});

test("the name of a window stays over a reload", () => {
  const map = new Map<string, string>();
  const storage = { getItem: (k: string) => map.get(k) ?? null, setItem: (k: string, v: string) => map.set(k, v) };
  const first = tabName(storage as unknown as Storage, () => "one");
  assert.equal(tabName(storage as unknown as Storage, () => "two"), first);
});

/* ---- events ---- */

function keyStore(): KeyStore & { map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

test("events wait while the server is away, in order, with their own time, over a reload", async () => {
  const storage = keyStore();
  let away = true;
  let now = 100;
  const sent: ClientEvent[] = [];
  const make = () =>
    createEventQueue({
      session: "s",
      storage,
      timers,
      nowUs: () => now,
      send: (event) =>
        away
          ? Promise.reject(new ApiError("offline", "", 0, "", "", 0))
          : Promise.resolve(void sent.push(event)),
    });
  const before = make();
  before.add("offline");
  now = 200;
  before.add("page-hidden", { reason: "x" });
  assert.equal(before.waiting(), 2);
  const afterReload = make();
  assert.equal(afterReload.waiting(), 2);
  away = false;
  await until(() => afterReload.waiting() === 0);
  const byReloaded = sent.filter((event) => event.kind === "page-hidden");
  assert.ok(byReloaded.length >= 1);
  assert.deepEqual(byReloaded[0], { kind: "page-hidden", detail: { reason: "x" }, clientUs: 200 });
  await until(() => before.waiting() === 0);
});

test("an event that is refused for good does not hold up the others", async () => {
  const sent: string[] = [];
  const queue = createEventQueue({
    session: "s",
    storage: keyStore(),
    timers,
    nowUs: () => 1,
    send: (event) =>
      event.kind === "offline"
        ? Promise.reject(new ApiError("answered", "", 409, "", "", 0))
        : Promise.resolve(void sent.push(event.kind)),
  });
  queue.add("offline");
  queue.add("online");
  await until(() => queue.waiting() === 0);
  assert.deepEqual(sent, ["online"]);
});

/* ---- closing ---- */

const onServer = (part: Partial<ServerStream>): ServerStream => ({
  id: "A",
  kind: "camera",
  state: "open",
  bytes: 10,
  length: null,
  ...part,
});

test("the session is closed with the whole length of each stream, not before all is there", () => {
  assert.deepEqual(closingOf(status(stream({ state: "ending" })), [onServer({})]), { state: "sending" });
  assert.deepEqual(
    closingOf(status(stream({ state: "done", bytes: 10, acknowledged: 10 })), [
      onServer({ state: "complete", length: 10 }),
      onServer({ id: "B", state: "complete", length: 7, bytes: 7 }),
    ]),
    { state: "ready", lengths: { A: 10, B: 7 } },
  );
});

test("an open stream of another computer is said, not passed over", () => {
  const others = [onServer({ id: "C" })];
  assert.equal(closingOf(status(), others).state, "elsewhere");
  assert.deepEqual(closingOf(status(), others, true), { state: "ready", lengths: {} });
  assert.equal(closingOf(status(), [onServer({ id: "C", bytes: 0 })]).state, "ready");
});

test("a stream that the server has closed counts with what it has", () => {
  const stuck = stream({ state: "stuck", bytes: 20, acknowledged: 10 });
  assert.deepEqual(closingOf(status(stuck), [onServer({ state: "closed" })]), {
    state: "ready",
    lengths: { A: 10 },
  });
  assert.equal(bytesLeft(status(stuck)), 0);
  assert.equal(bytesTotal(status(stuck)), 20);
});

test("the time that is left follows the last seconds", () => {
  const rate = createRate();
  rate.add(0, 0);
  assert.equal(rate.secondsFor(1000), null);
  rate.add(2000, 2000);
  assert.equal(rate.secondsFor(1000), 1);
});

/* ---- control ---- */

const SETTINGS: RecordingSettings = {
  pieceMs: 4000,
  videoBps: 1,
  audioBps: 1,
  width: 640,
  height: 480,
  framesPerS: 15,
};

class Track extends EventTarget {
  label = "camera";
  stopped = false;
  constructor(readonly kind: string) {
    super();
  }
  stop() {
    this.stopped = true;
  }
}

function rig() {
  const log: string[] = [];
  const events: EventKind[] = [];
  const runs: RecorderEvents[] = [];
  const tracks: Track[] = [];
  let refuse: string | null = null;
  let names = 0;
  const keeper: Keeper = {
    status: createStore<KeeperStatus | null>(null),
    begin: (local) => void log.push(`begin ${local}`),
    piece: (local) => void log.push(`piece ${local}`),
    end: (local) => void log.push(`end ${local}`),
    wake: () => undefined,
    forget: () => undefined,
  };
  const control = createRecordingControl({
    keeper,
    settings: SETTINGS,
    cameraId: () => null,
    timers,
    nowUs: () => 1,
    newName: () => `s${(names += 1)}`,
    onDeviceChange: () => undefined,
    onEvent: (kind) => void events.push(kind),
    media: {
      available: true,
      open() {
        if (refuse !== null)
          return Promise.reject(Object.assign(new Error(refuse), { name: refuse }));
        const made = [new Track("video"), new Track("audio")];
        tracks.push(...made);
        return Promise.resolve({
          getTracks: () => made,
          getVideoTracks: () => made.slice(0, 1),
          getAudioTracks: () => made.slice(1),
        } as unknown as MediaStream);
      },
    },
    start(_stream, _settings, recorder) {
      runs.push(recorder);
      recorder.onStart("video/webm");
      return {
        flush: () => undefined,
        stop() {
          recorder.onPiece(new ArrayBuffer(1));
          recorder.onEnd(null);
          return Promise.resolve();
        },
      };
    },
  });
  return { control, keeper, log, events, runs, tracks, refuse: (name: string | null) => (refuse = name) };
}

test("stopping gives the last piece, ends the stream and every track", async () => {
  const it = rig();
  await it.control.start();
  assert.equal(it.control.recording.get(), true);
  await it.control.stop();
  assert.deepEqual(it.log, ["begin s1", "piece s1", "end s1"]);
  assert.ok(it.tracks.every((track) => track.stopped));
  assert.equal(it.control.recording.get(), false);
});

test("starting twice records once", async () => {
  const it = rig();
  await it.control.openCamera();
  await Promise.all([it.control.start(), it.control.start()]);
  assert.deepEqual(it.log, ["begin s1"]);
});

test("a camera that was lost is tried again and goes on as a new stream", async () => {
  const it = rig();
  await it.control.start();
  it.refuse("NotFoundError");
  it.tracks[0]?.dispatchEvent(new Event("ended"));
  await until(() => it.control.camera.get().state === "problem");
  await new Promise((resolve) => setTimeout(resolve, 10));
  it.refuse(null);
  await until(() => it.control.recording.get());
  assert.deepEqual(it.log, ["begin s1", "piece s1", "end s1", "begin s2"]);
  assert.deepEqual(it.events, ["camera-lost", "camera-back"]);
});

test("a recorder that fails is followed by a new stream", async () => {
  const it = rig();
  await it.control.start();
  it.runs[0]?.onEnd("encoder failed");
  await until(() => it.runs.length === 2);
  assert.deepEqual(it.log, ["begin s1", "end s1", "begin s2"]);
  assert.deepEqual(it.events, ["recorder-error"]);
});

test("a stream that the server will not take any more is followed by a new one", async () => {
  const it = rig();
  await it.control.start();
  it.keeper.status.set(status(stream({ local: "s1", state: "stuck" })));
  await until(() => it.runs.length === 2);
  assert.deepEqual(it.log, ["begin s1", "piece s1", "end s1", "begin s2"]);
});

test("nothing records after the end, though the camera comes back late", async () => {
  const it = rig();
  it.refuse("NotReadableError");
  await it.control.start();
  assert.equal(it.control.camera.get().state, "problem");
  await it.control.stop();
  it.refuse(null);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(it.log, []);
  assert.equal(it.control.camera.get().state, "off");
});

/* ---- what is shown ---- */

test("offline is calm and says how much is kept", () => {
  const behind = status(stream({ bytes: 389_000, acknowledged: 0 }));
  const line = connectionLine(false, behind);
  assert.equal(line.text, "Offline - keeping everything here");
  assert.equal(line.detail, "389 kB kept on this computer");
  assert.equal(connectionLine(true, behind).tone, "good");
  const full: KeeperStatus = { ...behind, upload: { state: "waiting", reason: "server-full", message: "" } };
  assert.equal(connectionLine(true, full).tone, "warning");
});

test("a document is shown with its headings and lists, every word of it", () => {
  const paragraphs = ["Please read on.", "How it goes", "1. First.", "2. Second.", "That is all."];
  assert.deepEqual(blocksOf(paragraphs), [
    { type: "paragraph", text: "Please read on." },
    { type: "heading", text: "How it goes" },
    { type: "list", items: [{ number: 1, text: "First." }, { number: 2, text: "Second." }] },
    { type: "paragraph", text: "That is all." },
  ]);
});

test("the level of silence is 0, of a full tone near 1", () => {
  assert.equal(levelOf(new Float32Array(100)), 0);
  assert.ok(levelOf(Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i))) > 0.9);
});

test("the camera picture stays inside the window", () => {
  const room = { width: 800, height: 600 };
  const size = { right: 200, bottom: 150 };
  assert.deepEqual(clampPlace({ right: -5, bottom: 9999 }, room, size), { right: 0, bottom: 450 });
});

test("an address of another host never takes the candidate away", () => {
  assert.equal(parseOwnPath("/exam/?attempt=1"), "/exam/?attempt=1");
  for (const other of ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
    assert.equal(parseOwnPath(other), "/");
});
