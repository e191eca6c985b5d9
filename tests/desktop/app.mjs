// The app for Linux on a desktop of its own, against the real server, through the guide's steps 13 to 18 and 24 to 26. The
// candidate's page is a program here (tests/browser has the page); everything of the app is pressed by keys.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../support/client.mjs';
import { skip, test } from '../support/runner.mjs';
import { SOURCE, startServer, USERS } from '../support/server.mjs';
import { has, startDesktop, until } from './display.mjs';

export const APP = process.env.PT_APP ?? join(SOURCE, 'build', 'desktop', 'proctortrack', 'proctortrack');
export const POLICY = { base: 'standard', checkin: { face_scan: false, id_scan: false, screen: false, app: true } };

export function needs() {
  for (const program of ['Xvfb', 'openbox', 'xdotool', 'xrandr', 'pulseaudio', 'import']) if (!has(program)) skip(`${program} is not installed`);
  if (!existsSync(APP)) skip('the app is not built');
}

// A server, a desktop, and a candidate whose documents are accepted.
export async function sitting(t, policy = POLICY, options = {}) {
  const server = await startServer(t, { policy, ...options });
  const desktop = await startDesktop(t);
  const candidate = new Client(server), support = new Client(server), staff = new Client(server);
  await candidate.signIn(USERS.candidate);
  await support.signIn(USERS.support);
  await staff.signIn(USERS.instructor);
  const { session, attempt, url } = await candidate.launch();
  const at = `/api/proctor/sessions/${session}`;
  await candidate.acceptDocuments(session);
  const now = () => candidate.get(at);
  // This machine has no camera: as in a room where a camera of the room is used, the desk lets that point pass.
  const pass = async () => {
    await until('the app has looked for a camera', 20, async () => (await now()).checks.find((one) => one.point === 'camera').state === 'failed');
    await support.post(`/api/support/sessions/${session}/checks/camera/override`, { reason: 'The camera of the room is used' });
    await candidate.check(session, 'browser');
  };
  return { server, desktop, candidate, support, staff, session, attempt, url, at, now, pass };
}

// Each app on this machine sees the programs of the tests beside it, too: they are gone a little later, and it is asked
// to look again, as a candidate would.
export async function ready({ desktop, now }) {
  await until('the app is ready', 60, async () => {
    const { app, checks } = await now();
    if (app.phase === 'ready') return true;
    if (checks.find((one) => one.point === 'programs').state === 'failed') {
      await desktop.press('alt+a');
      await sleep(3000);
    }
    return false;
  });
}

export async function toMonitoring({ desktop, pass, now }) {
  await desktop.shows('Proctortrack: agreement');
  await until('the agreement is there', 10, async () => (await now()).app.phase === 'consent');
  await sleep(600);
  await desktop.press('alt+r');
  await desktop.press('alt+s');
  await desktop.shows('Proctortrack: system check');
  await pass();
  await ready({ desktop, now });
  await sleep(600);
  await desktop.press('alt+b');
  await desktop.shows('Proctortrack: monitoring');
}

export async function handIn({ candidate, attempt }) {
  await candidate.post(`/api/campus/attempts/${attempt}/finish`);
  await candidate.post(`/api/campus/attempts/${attempt}/submit`);
}

// "End", "Upload the exam?", "Yes".
export async function upload({ desktop }) {
  await desktop.press('alt+e');
  await desktop.shows('Proctortrack: upload the exam?');
  await desktop.press('alt+y');
  await desktop.shows('Proctortrack: uploaded', 30);
}

// What the page does at the end: its own recordings are none here.
export async function endSession({ candidate, at, now }) {
  const { streams } = await now();
  const lengths = Object.fromEntries(streams.map((one) => [one.id, one.bytes]));
  return candidate.send('POST', `${at}/end`, { body: { streams: lengths }, accept: [409] });
}

// CPU and memory of a process while windows come and go, as while somebody works.
async function measure({ desktop, now }, app) {
  const used = () => {
    const fields = readFileSync(`/proc/${app.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  };
  const bytesOf = async () => (await now()).streams[0].bytes;
  const from = used(), started = Date.now(), bytes = await bytesOf();
  for (let n = 0; n < 7; n++) {
    const text = Array.from({ length: 12 }, (_, i) => `What is on the screen changes ${n} ${i}`).join('\\n');
    const window = desktop.start('display', ['-geometry', `+60+${60 + 40 * n}`, `label:${text}`], { stdio: 'ignore' });
    await sleep(1200);
    window.kill();
  }
  const seconds = (Date.now() - started) / 1000, cpu = (100 * (used() - from)) / seconds;
  const rollup = readFileSync(`/proc/${app.pid}/smaps_rollup`, 'utf8');
  const [rss, pss, own] = ['Rss', 'Pss', 'Anonymous'].map((name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)[1]) / 1024);
  const rate = (((await bytesOf()) - bytes) * 8) / seconds / 1000;
  console.log(`# 1280x720, two pictures a second: ${cpu.toFixed(1)} % of a core, ${rss.toFixed(0)} MB resident (PSS ${pss.toFixed(0)} MB, ${own.toFixed(0)} MB of its own), ${rate.toFixed(0)} kbit/s`);
  assert.ok(cpu < 5, `${cpu} % of a core`);
  assert.ok(rss < 80, `${rss} MB`);
}

// A program of that name which shows a window (show.c).
export function showProgram({ folder }, name) {
  const program = join(folder, name);
  execFileSync('cc', ['-o', program, join(SOURCE, 'tests', 'desktop', 'show.c'), '-lX11', '-lXext']);
  return program;
}

// All that rules ask of an app but displays and programs, each begun and ended while the exam goes on: another site in a
// browser's window (a program of that name), a window over all others that lets clicks through, headphones.
async function beginTheRest({ desktop }) {
  const show = (name, ...args) => desktop.start(showProgram(desktop, name), args);
  const windows = [show('firefox', 'Krebs cycle - Mozilla Firefox'), show('whisper', 'Answers', 'overlay')];
  desktop.run('pactl', 'set-default-sink', 'bt');
  return async () => {
    windows.forEach((one) => one.kill());
    await Promise.all(windows.map((one) => one.done));
    desktop.run('pactl', 'set-default-sink', 'speakers');
  };
}
const THE_REST = { 'other-site': /Krebs cycle - Mozilla Firefox/, 'overlay-window': /whisper "Answers"/, headphones: /BT-Headset/ };

export async function reviewOf({ staff, session }) {
  await until('the report is made', 40, async () => (await staff.get(`/api/review/sessions/${session}`)).session.state === 'reported');
  return staff.get(`/api/review/sessions/${session}`);
}

test('desktop, Linux: checked, monitored, uploaded; a second display and a forbidden program are found', async (t) => {
  needs();
  const s = await sitting(t);
  const { desktop, candidate, at, now } = s;
  const program = join(desktop.folder, 'proctortrack');
  copyFileSync(APP, program); // as downloaded: the user's own
  chmodSync(program, 0o755);
  const { link } = await candidate.post(`${at}/app-code`);
  const app = desktop.start(program, [link]);
  await desktop.shows('Proctortrack: agreement');
  assert.equal((await now()).app.state, 'connected');
  const handler = readFileSync(join(desktop.folder, 'data', 'applications', 'proctortrack.desktop'), 'utf8');
  assert.ok(handler.includes('x-scheme-handler/proctortrack') && handler.includes(program), 'links do not open the app');
  await sleep(1200);
  desktop.picture('1-agreement');
  assert.ok((await now()).checks.every((one) => one.state === 'waiting'), 'something was read before consent');

  // A second display is in the way, and a program: what is wrong, how to mend it, and again.
  desktop.secondDisplay(true);
  const office = join(desktop.folder, 'soffice.bin');
  copyFileSync('/bin/sleep', office);
  chmodSync(office, 0o755);
  const writer = desktop.start(office, ['300']);
  await desktop.press('alt+r');
  await desktop.press('alt+s');
  await desktop.shows('Proctortrack: system check');
  const point = async (name) => (await now()).checks.find((one) => one.point === name);
  await until('six points are checked', 25, async () => (await now()).checks.filter((one) => one.state !== 'waiting').length === 6);
  assert.deepEqual([(await point('displays')).state, (await point('programs')).state], ['failed', 'failed']);
  assert.match((await point('programs')).problem, /soffice\.bin/);
  assert.deepEqual([(await point('microphone')).state, (await point('network')).state, (await point('machine')).state], ['passed', 'passed', 'passed']);
  await sleep(400);
  desktop.picture('2-checks');
  desktop.secondDisplay(false);
  writer.kill();
  await writer.done;
  // The button is there once the round of checks has ended; on a busy machine the display is gone a little later.
  await until('they pass', 60, async () => {
    if ((await point('displays')).state === 'passed' && (await point('programs')).state === 'passed') return true;
    await desktop.press('alt+a');
    await sleep(3000);
    return false;
  });
  await s.pass();
  await ready(s);
  await sleep(600);
  desktop.picture('3-ready');
  assert.notEqual(desktop.pixel(2, 300), 'srgb(26,102,255)', 'a frame before monitoring');
  await desktop.press('alt+b');
  await desktop.shows('Proctortrack: monitoring');
  await until('the frame is there', 5, () => desktop.pixel(2, 300) === 'srgb(26,102,255)');
  assert.equal(desktop.pixel(640, 2), 'srgb(26,102,255)');
  assert.equal(desktop.pixel(1278, 300), 'srgb(26,102,255)');

  await candidate.post(`${at}/start`);
  await candidate.post(`/api/campus/attempts/${s.attempt}/start`);
  await until('the screen is recorded', 20, async () => (await now()).streams.some((one) => one.kind === 'app' && one.bytes > 0));
  // In the middle: both, one after the other.
  desktop.secondDisplay(true);
  await until('the second display has its frame', 8, () => desktop.pixel(1283, 300) === 'srgb(26,102,255)');
  desktop.picture('4-monitoring');
  const again = desktop.start(office, ['300']);
  const endTheRest = await beginTheRest(s);
  const all = ['second-display', 'program-forbidden', ...Object.keys(THE_REST)];
  const flags = async () => (await s.staff.get(`/api/review/sessions/${s.session}`)).flags;
  const flagged = async () => (await flags()).map((one) => one.rule);
  await until('each is a flag, and said to go on', 20, async () => {
    const open = (await flags()).filter((one) => one.open).map((one) => one.rule);
    return all.every((rule) => open.includes(rule));
  });
  again.kill();
  desktop.secondDisplay(false);
  await endTheRest();
  // Others go on: that this is a virtual machine, say.
  await until('each is over, while the exam goes on', 15, async () => (await flags()).every((one) => !one.open || !all.includes(one.rule)));

  // After "Finish Exam" nothing is read, so nothing can be raised.
  await handIn(s);
  await until('the frame goes', 12, () => desktop.pixel(2, 300) !== 'srgb(26,102,255)');
  const before = (await flagged()).length;
  desktop.secondDisplay(true);
  await sleep(3000);
  assert.equal((await flagged()).length, before, 'raised after the finish');
  const early = await endSession(s);
  assert.equal(early.status, 409);
  assert.match(early.body.error.message, /Press End/);
  await desktop.press('alt+e');
  await desktop.shows('Proctortrack: upload the exam?');
  await sleep(400);
  desktop.picture('5-upload');
  await desktop.press('alt+n');
  await desktop.shows('Proctortrack: monitoring');
  await upload(s);
  await sleep(400);
  desktop.picture('6-uploaded');
  assert.deepEqual([(await now()).app.phase, (await now()).app.percent], ['done', 100]);
  assert.equal(readdirSync(join(desktop.folder, 'data', 'proctortrack', 'sessions')).length, 0, 'something is left on the disk');

  assert.equal((await endSession(s)).status, 200);
  const review = await reviewOf(s);
  const rules = review.flags.map((one) => one.rule);
  assert.ok(rules.includes('second-display') && rules.includes('program-forbidden'), `flags: ${rules}`);
  const found = review.flags.find((one) => one.rule === 'program-forbidden');
  assert.match(found.numbers, /soffice\.bin \(office program\)/);
  // One that nobody knows, from a folder of the user's own: its start, and no flag.
  const unknown = review.events.filter(({ kind, detail }) => kind === 'program-started' && detail.name === 'whisper');
  assert.deepEqual(unknown.map(({ detail }) => detail.kind), ['unknown']);
  for (const [rule, words] of Object.entries(THE_REST)) assert.match(review.flags.find((one) => one.rule === rule)?.numbers ?? rule, words);
  const screens = review.streams.filter((one) => one.kind === 'app');
  assert.equal(screens.length, 2, 'the first display, the second, and no more');
  for (const one of screens.filter((stream) => stream.bytes > 0)) assert.equal(one.analysis, 'final', one.problem ?? '');
  const kinds = review.events.map((one) => one.kind);
  for (const kind of ['app-started', 'display-changed', 'program-started', 'program-ended', 'app-closed']) assert.ok(kinds.includes(kind), kind);

  await desktop.press('alt+u');
  await desktop.shows('Proctortrack: removed');
  await sleep(400);
  desktop.picture('7-removed');
  for (const gone of [program, join(desktop.folder, 'data', 'proctortrack'), join(desktop.folder, 'data', 'applications', 'proctortrack.desktop')]) assert.equal(existsSync(gone), false, gone);
  await desktop.press('alt+q');
  assert.equal(await app.done, 0);
}, { seconds: 150 });

test('desktop, Linux: killed in the middle, the app goes on and every byte arrives', async (t) => {
  needs();
  const s = await sitting(t);
  const { desktop, candidate, at, now } = s;
  let app = desktop.start(APP);
  await desktop.shows('Proctortrack');
  desktop.picture('8-pair');
  // Typed by hand, once wrong.
  const type = async (address, code) => {
    desktop.title();
    desktop.run('xdotool', 'windowactivate', '--sync', desktop.window);
    desktop.run('xdotool', 'key', 'alt+d', 'ctrl+a');
    desktop.run('xdotool', 'type', '--delay', '5', address);
    desktop.run('xdotool', 'key', 'alt+o', 'ctrl+a');
    desktop.run('xdotool', 'type', '--delay', '5', code);
    await sleep(200);
    desktop.run('xdotool', 'key', 'alt+c');
  };
  await type(s.server.origin, 'ABCDEFGH');
  await sleep(1500);
  assert.equal(desktop.title(), 'Proctortrack', 'a wrong code was taken');
  const { code } = await candidate.post(`${at}/app-code`);
  await type(s.server.origin, code);
  await toMonitoring(s);
  await candidate.post(`${at}/start`);
  await candidate.post(`/api/campus/attempts/${s.attempt}/start`);
  await until('the screen is recorded', 20, async () => (await now()).streams.some((one) => one.bytes > 0));
  await measure(s, app);
  await s.server.kill(); // the server first: what is recorded waits
  await sleep(4500);
  app.kill('SIGKILL');
  await app.done;
  const sessions = join(desktop.folder, 'data', 'proctortrack', 'sessions', s.session);
  const waiting = readFileSync(join(sessions, 'screen-0.spool'));
  assert.ok(waiting.length > 1000);
  assert.equal(waiting.indexOf(Buffer.from([0x1a, 0x45, 0xdf, 0xa3])), -1, 'the spool is not sealed');
  await s.server.start();
  app = desktop.start(APP);
  await desktop.shows('Proctortrack: monitoring', 15);
  await until('the first recording is whole, a second one goes on', 30, async () => {
    const { streams } = await now();
    return streams.length === 2 && streams.some((one) => one.state === 'complete') && streams.some((one) => one.state === 'open' && one.bytes > 0);
  });
  await handIn(s);
  await sleep(5000);
  await upload(s);
  assert.equal((await endSession(s)).status, 200);
  const review = await reviewOf(s);
  assert.deepEqual(review.streams.map((one) => one.analysis), ['final', 'final']);
  assert.ok(review.streams.every((one) => one.duration_us > 2e6), JSON.stringify(review.streams));
  await desktop.press('alt+q');
  assert.equal(await app.done, 0);
}, { seconds: 120 });
