import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../ui/api";
import { createStore } from "../../ui/store";
import type { EventKind } from "../api";
import type { Keeper } from "../recording/keeper";
import type { KeeperStatus } from "../recording/messages";
import { chooseMime, type RecorderEvents } from "../recording/recorder";
import { createScreenControl, screenProblemOf, surfaceOf } from "../recording/screen";
import { platformOf, spaced } from "../steps/app";
import { isMonitored, shownStep } from "../steps/shown";
import { appIsSending, parseCheckin, POINTS, type CheckReport, type FaceScan, type IdGuidance, type IdScan } from "./api";
import { brightness, difference, fitted, greyOf, sharpness, type Grey } from "./capture";
import { chromiumVersion, judgeBrowser, type Browser } from "./checks/browser";
import { judgePicture } from "./checks/camera";
import type { CheckContext, Problem } from "./checks/check";
import { judgeScreens } from "./checks/displays";
import { judgeMachine, type Machine } from "./checks/machine";
import { judgeNetwork, measureNetwork, quantile, type Measured } from "./checks/network";
import { isVirtualCamera } from "./checks/virtual";
import { createFaceScan } from "./face-scan";
import { createIdScan } from "./id-scan";
import { createSteady } from "./steady";
import { createSystemCheck } from "./system-check";

const PICTURE = new Blob(["x"], { type: "image/jpeg" });

/* Time that passes only in sleeps. */
function passing() {
  let ms = 0;
  return {
    monotonicMs: () => ms,
    random: () => 0.5,
    sleep(wait: number) {
      ms += Math.max(1, wait);
      return new Promise<void>((resolve) => setImmediate(resolve));
    },
  };
}

test("known programs are told from cameras by their names", () => {
  for (const name of ["OBS Virtual Camera", "ManyCam Virtual Webcam", "Snap Camera", "XSplit VCam", "DroidCam Source 3", "Dummy video device (0x0000)"])
    assert.equal(isVirtualCamera(name), true, name);
  for (const name of ["Integrated Camera", "HD Pro Webcam C920", "FaceTime HD Camera", "Jobs Camera", "Camouflage HD", "fake_device_0"])
    assert.equal(isVirtualCamera(name), false, name);
});

function flat(value: number, width = 8, height = 8): Grey {
  return { pixels: new Uint8ClampedArray(width * height).fill(value), width, height };
}

test("a picture that never changes, one that is black, and one that lives are told apart", () => {
  assert.equal(judgePicture([]), "camera-off");
  assert.equal(judgePicture([flat(90), flat(90), flat(90)]), "camera-still");
  assert.equal(judgePicture([flat(1), flat(2)]), "camera-black");
  const noisy = flat(90);
  noisy.pixels[3] = 95;
  noisy.pixels[9] = 86;
  assert.equal(judgePicture([flat(90), flat(90), noisy]), null);
});

test("the sharper of two pictures of one edge has the higher value", () => {
  const edge = (soft: boolean): Grey => {
    const made = flat(0);
    for (let at = 0; at < 64; at++) made.pixels[at] = at % 8 < 4 ? 20 : soft && at % 8 === 4 ? 120 : 220;
    return made;
  };
  assert.ok(sharpness(edge(false)) > sharpness(edge(true)));
  assert.equal(sharpness(flat(7)), 0);
  assert.equal(difference(flat(3), flat(5)), 2);
  assert.equal(brightness(greyOf(new Uint8ClampedArray([255, 255, 255, 255]), 1, 1)), 255);
  assert.deepEqual(fitted(1280, 720, 480), { width: 480, height: 270 });
  assert.deepEqual(fitted(320, 240, 480), { width: 320, height: 240 });
});

test("guidance is shown once it was said twice, and stays long enough to be read", () => {
  const steady = createSteady("a");
  assert.equal(steady.see("b", 0), "a");
  assert.equal(steady.see("b", 300), "b");
  assert.equal(steady.see("c", 600), "b");
  assert.equal(steady.see("c", 900), "b", "it was shown for 600 ms only");
  assert.equal(steady.see("c", 1300), "c");
  assert.equal(steady.see("d", 1400, true), "d");
});

const NETWORK: Measured = { latencyMs: 40, jitterMs: 5, lost: 0, asked: 12, downBps: 5e6, upBps: 2e6, skewMs: 10 };

test("a network is judged by what the exam needs", () => {
  const judge = (change: Partial<Measured>) => judgeNetwork({ ...NETWORK, ...change }, 1_000_000);
  assert.equal(judge({}), null);
  assert.equal(judge({ lost: 12 }), "network-away");
  assert.equal(judge({ lost: 3 }), "network-lossy");
  assert.equal(judge({ lost: 2 }), null);
  assert.equal(judge({ latencyMs: 2500 }), "network-late");
  assert.equal(judge({ upBps: 400_000 }), "network-slow");
  assert.equal(judge({ upBps: 600_000 }), null);
  assert.equal(judge({ downBps: 100_000 }), "network-slow");
  assert.equal(quantile([5, 1, 9], 0.5), 5);
  assert.equal(quantile([], 0.5), 0);
});

test("rates, loss and the clocks are measured from the probe's answers", async () => {
  let ms = 0;
  let n = 0;
  const probe = {
    down: (bytes: number) => ((ms += bytes / 125), Promise.resolve(bytes)), // 1 Mbit/s
    up(bytes: Blob) {
      ms += 20 + bytes.size / 62.5; // 0.5 Mbit/s
      n += 1;
      return n === 2 ? Promise.reject(new Error("lost")) : Promise.resolve((ms - 10 + 5000) * 1000);
    },
  };
  const clock = { monotonicMs: () => ms, nowMs: () => ms };
  const found = await measureNetwork(probe, clock, new AbortController().signal);
  assert.equal(found.lost, 1);
  assert.ok(Math.abs(found.skewMs - 5000) <= 1, String(found.skewMs));
  assert.ok(Math.abs(found.downBps - 1e6) < 1e5, String(found.downBps));
  assert.ok(Math.abs(found.upBps - 5e5) < 5e4, String(found.upBps));
});

test("a computer, a browser and displays are judged by what would disturb an exam", () => {
  const machine: Machine = { freeBytes: 1e9, neededBytes: 5e8, memoryGb: 8, cores: 4, battery: null };
  assert.equal(judgeMachine(machine), null);
  assert.equal(judgeMachine({ ...machine, freeBytes: 1e8 }), "machine-storage");
  assert.equal(judgeMachine({ ...machine, freeBytes: null, memoryGb: 1 }), "machine-memory");
  assert.equal(judgeMachine({ ...machine, battery: { level: 0.1, charging: false } }), "machine-battery");
  assert.equal(judgeMachine({ ...machine, battery: { level: 0.1, charging: true } }), null);
  const browser: Browser = { version: 130, mime: "video/webm", screenMime: "video/webm", screenNeeded: true, canShare: true, canKeep: true, denied: false, pluginMissing: false };
  assert.equal(judgeBrowser(browser), null);
  assert.equal(judgeBrowser({ ...browser, version: 90 }), "browser-old");
  assert.equal(judgeBrowser({ ...browser, version: null }), null);
  assert.equal(judgeBrowser({ ...browser, canShare: false }), "browser-screen");
  assert.equal(judgeBrowser({ ...browser, canShare: false, screenNeeded: false }), null);
  assert.equal(judgeBrowser({ ...browser, pluginMissing: true }), "browser-plugin");
  assert.equal(chromiumVersion("Mozilla/5.0 (X11; Linux x86_64) Chrome/149.0.0.0 Safari/537.36"), 149);
  assert.equal(chromiumVersion("Mozilla/5.0 Firefox/130.0"), null);
  assert.equal(judgeScreens(null, null), false);
  assert.equal(judgeScreens(2, null), true);
  assert.equal(judgeScreens(1, true), true);
});

test("every point is checked in order although one fails, and can be checked again", async () => {
  const reports: CheckReport[] = [];
  let problem: Problem | null = "network-slow";
  const run = createSystemCheck({
    mine: POINTS,
    run: (point) => Promise.resolve({ problem: point === "network" ? problem : null, detail: {} }),
    report: (report) => Promise.resolve(void reports.push(report)),
    words: (which) => ({ problem: which, mend: "mend" }),
  });
  const context = { signal: new AbortController().signal } as CheckContext;
  await run.start(context);
  assert.deepEqual(reports.map((one) => one.point), [...POINTS]);
  assert.equal(run.views.get().network.state, "failed");
  assert.deepEqual(reports[3], { point: "network", state: "failed", detail: {}, problem: "network-slow", mend: "mend" });
  run.follow([{ point: "network", state: "overridden", problem: null, mend: null }]);
  assert.equal(run.views.get().network.state, "overridden");
  problem = null;
  await run.again("network", context);
  assert.equal(run.views.get().network.state, "passed");
});

test("a point that the server was not told of is not passed", async () => {
  const run = createSystemCheck({
    mine: ["browser"],
    run: () => Promise.resolve({ problem: null, detail: {} }),
    report: () => Promise.reject(new Error("away")),
    words: () => ({ problem: "", mend: "" }),
  });
  await run.start({ signal: new AbortController().signal } as CheckContext);
  assert.equal(run.views.get().browser.state, "untold");
  run.follow([{ point: "camera", state: "failed", problem: "by the app", mend: "do this" }]);
  assert.deepEqual(run.views.get().camera, { state: "failed", problem: null, said: "by the app", mend: "do this" });
});

const SCAN: FaceScan = { id: "f", state: "scanning", prompt: "look-straight", guidance: "ok", done: 0, of: 3, reason: null };
const answered = (status: number) => new ApiError("answered", `status ${status}`, status, "", "", 0);

test("a face scan sends frames until the server says that it is ready", async () => {
  const timers = passing();
  const times: number[] = [];
  const control = createFaceScan({
    timers,
    capture: () => Promise.resolve(PICTURE),
    api: {
      beginFaceScan: () => Promise.resolve(SCAN),
      faceFrame(_scan, _picture, capturedMs) {
        times.push(capturedMs);
        if (times.length === 2) return Promise.reject(answered(429)); // too fast: it waits and goes on
        return Promise.resolve(times.length < 5 ? SCAN : { ...SCAN, state: "ready" as const, prompt: null, done: 3 });
      },
    },
  });
  await control.scan("Integrated Camera");
  assert.equal(control.view.get().state, "ready");
  assert.equal(times.length, 5);
  for (const [at, ms] of times.slice(1).entries()) assert.ok(ms - (times[at] ?? 0) >= 333);
});

test("a face scan that failed or was not allowed says why", async () => {
  const make = (begin: () => Promise<FaceScan>) =>
    createFaceScan({
      timers: passing(),
      capture: () => Promise.resolve(PICTURE),
      api: {
        beginFaceScan: begin,
        faceFrame: () => Promise.resolve({ ...SCAN, state: "failed" as const, reason: "another person" }),
      },
    });
  const failed = make(() => Promise.resolve(SCAN));
  await failed.scan("");
  assert.deepEqual(failed.view.get(), { state: "failed", reason: "another person" });
  const refused = make(() => Promise.reject(answered(409)));
  await refused.scan("OBS");
  assert.equal(refused.view.get().state, "refused");
});

test("a card is taken once it is held well twice, or by the button; rejections are counted", async () => {
  const said: IdGuidance[] = ["no-card", "hold", "blurred", "hold", "ok"];
  const READ: IdScan = { id: "i", state: "rejected", reasons: [], guidance: null, name: null, document: null, expires: null };
  let looks = 0;
  let taken = 0;
  const control = createIdScan({
    timers: passing(),
    rejected: 2,
    capture: () => Promise.resolve(PICTURE),
    takePicture: () => ((taken += 1), Promise.resolve(PICTURE)),
    api: {
      idGuidance: () => Promise.resolve(said[looks++] ?? "no-card"),
      idScan: () => Promise.resolve(READ),
    },
  });
  await control.scan();
  assert.deepEqual([looks, taken, control.rejected.get()], [5, 1, 3]);
  const second = control.scan();
  setImmediate(() => control.take());
  await second;
  assert.deepEqual([taken, control.rejected.get()], [2, 4]);
});

test("\"I Agree, Let's Begin\" lies between the check and what follows", () => {
  const steps = [{ name: "system-check", state: "done" as const }];
  assert.equal(shownStep({ step: "screen", steps }, false), "begin");
  assert.equal(shownStep({ step: "camera", steps }, false), "begin");
  assert.equal(shownStep({ step: "screen", steps }, true), "screen");
  assert.equal(shownStep({ step: "exam", steps }, false), "exam");
  assert.equal(shownStep({ step: "camera", steps: [] }, false), "camera");
});

function screenRig() {
  const events: EventKind[] = [];
  const log: string[] = [];
  const chosen: string[] = [];
  let surface = "monitor";
  const runs: RecorderEvents[] = [];
  const tracks: (EventTarget & { stop: () => void; stopped: boolean })[] = [];
  const keeper: Keeper = {
    status: createStore<KeeperStatus | null>(null),
    begin: (local, { kind }) => void log.push(`begin ${local} ${kind}`),
    piece: () => undefined,
    end: (local) => void log.push(`end ${local}`),
    wake: () => undefined,
    forget: () => undefined,
  };
  const control = createScreenControl({
    keeper,
    timers: passing(),
    nowUs: () => 1,
    newName: () => `s${log.length}`,
    onEvent: (kind) => void events.push(kind),
    onChosen: (which) => {
      chosen.push(which);
      return which === "monitor" ? Promise.resolve() : Promise.reject(answered(409));
    },
    source: {
      available: true,
      open() {
        const track = Object.assign(new EventTarget(), {
          label: "screen",
          stopped: false,
          contentHint: "",
          getSettings: () => ({ displaySurface: surface }),
          stop() {
            this.stopped = true;
          },
        });
        tracks.push(track);
        return Promise.resolve({ getTracks: () => [track], getVideoTracks: () => [track], getAudioTracks: () => [] } as unknown as MediaStream);
      },
    },
    start(_stream, _rates, recorder) {
      runs.push(recorder);
      recorder.onStart("video/webm");
      return {
        flush: () => undefined,
        stop() {
          recorder.onEnd(null);
          return Promise.resolve();
        },
      };
    },
  });
  return { control, events, log, chosen, tracks, choose: (next: string) => (surface = next) };
}

test("less than a monitor is told to the server, refused, and its track ended", async () => {
  const rig = screenRig();
  rig.choose("browser");
  await rig.control.share();
  assert.equal(rig.control.screen.get().state, "problem");
  assert.deepEqual([rig.chosen, rig.tracks[0]?.stopped], [["browser"], true]);
  rig.choose("monitor");
  await rig.control.share();
  assert.equal(rig.control.screen.get().state, "on");
});

test("a share that ends is an event, and a new one is a new recording", async () => {
  const rig = screenRig();
  await rig.control.share();
  rig.control.start();
  rig.tracks[0]?.dispatchEvent(new Event("ended"));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(rig.events, ["screen-lost"]);
  assert.equal(rig.control.screen.get().state, "problem");
  await rig.control.share();
  assert.deepEqual(rig.events, ["screen-lost", "screen-back"]);
  assert.deepEqual(rig.log, ["begin s0 screen", "end s0", "begin s2 screen"]);
  await rig.control.stop();
  assert.equal(rig.tracks[1]?.stopped, true);
});

test("what the browser says of a share has one meaning each", () => {
  assert.equal(screenProblemOf("NotAllowedError", "Permission denied"), "denied");
  assert.equal(screenProblemOf("NotAllowedError", "Permission denied by system"), "system");
  assert.equal(surfaceOf({}), "window");
  assert.equal(surfaceOf({ displaySurface: "monitor" }), "monitor");
  assert.equal(chooseMime((mime) => mime === "video/webm;codecs=vp9", false), "video/webm;codecs=vp9");
  assert.equal(chooseMime((mime) => mime === "video/webm;codecs=vp9", true), null);
});

test("a session without the check-in's members is one without its steps, and links stay on our origin", () => {
  const bare = parseCheckin({}, "session");
  assert.deepEqual([bare.app.required, bare.plugin.required, bare.screen.required, bare.checks], [false, false, false, []]);
  const app = { required: true, state: "none", phase: "none", percent: 0, lost: false, build: "unknown", downloads: [{ platform: "linux", file: "p.deb", url: "//evil.example/p", signature: "//evil.example/s", bytes: 1 }] };
  assert.equal(parseCheckin({ app }, "session").app.downloads[0]?.url, null);
  const plugin = { required: true, seen_us: null, version: null, url: "javascript:alert(1)" };
  assert.equal(parseCheckin({ plugin }, "session").plugin.url, "");
});

test("where the app has begun to monitor, the page goes on by itself, and waits for what it has to send", () => {
  const app = (phase: string, state = "connected") =>
    parseCheckin({ app: { required: true, state, phase, percent: 7, lost: false, build: "older", downloads: [] } }, "session");
  const steps = [{ name: "system-check", state: "done" as const }];
  assert.equal(shownStep({ step: "screen", steps, checkin: app("ready") }, false), "begin");
  assert.equal(shownStep({ step: "screen", steps, checkin: app("monitoring") }, false), "screen");
  assert.equal(isMonitored({ state: "agreed", step: "screen", steps, checkin: app("monitoring") }, false), true);
  assert.deepEqual(["ready", "monitoring", "uploading", "done"].map((phase) => appIsSending(app(phase).app)), [false, true, true, false]);
  assert.equal(appIsSending(app("uploading", "gone").app), false);
});

test("the app's platform and code read well", () => {
  assert.equal(platformOf("Mozilla/5.0 (Windows NT 10.0; Win64; x64)"), "windows");
  assert.equal(platformOf("Mozilla/5.0 (X11; Linux x86_64)"), "linux");
  assert.equal(platformOf("Mozilla/5.0 (Linux; Android 14)"), null);
  assert.equal(spaced("ABCDEFGH"), "ABCD EFGH");
});
