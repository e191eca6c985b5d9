// The app for Windows under Wine, as far as Wine goes (docs/desktop.md lists what it does not): the same steps against the
// same server. Wine has one prefix a machine user, made once for all tests: some seconds and 700 MB.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skip, test } from '../support/runner.mjs';
import { SOURCE } from '../support/server.mjs';
import { endSession, handIn, needs, POLICY, reviewOf, sitting } from './app.mjs';
import { has, until } from './display.mjs';

export const EXE = process.env.PT_EXE ?? join(SOURCE, 'build', 'downloads', 'Proctortrack.exe');

const PLUGIN = 'abcdefghijklmnopabcdefghijklmnop';
const HOST_KEY = 'HKCU\\Software\\Google\\Chrome\\NativeMessagingHosts\\org.proctortrack.app';

// As the browser does: four bytes of length before each message.
async function askHost(desktop, message) {
  const child = desktop.start('wine', [EXE, `chrome-extension://${PLUGIN}/`, '--parent-window=0'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const text = Buffer.from(JSON.stringify(message)), length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const parts = [];
  child.stdout.on('data', (bytes) => parts.push(bytes));
  child.stdin.end(Buffer.concat([length, text]));
  await Promise.all([child.done, once(child.stdout, 'end')]);
  const bytes = Buffer.concat(parts);
  assert.equal(bytes.readUInt32LE(0), bytes.length - 4);
  return JSON.parse(bytes.subarray(4).toString());
}

test('desktop, Wine: Proctortrack.exe, checked, monitored and uploaded', async (t) => {
  needs();
  if (!has('wine')) skip('wine is not installed');
  if (!existsSync(EXE)) skip('Proctortrack.exe is not built');
  const s = await sitting(t, { ...POLICY, app: { programs: ['notepad'] } }, { args: ['--plugin-id', PLUGIN] });
  const { desktop, candidate, at, now } = s;
  desktop.env.WINEPREFIX = join(desktop.folder, 'wine');
  Object.assign(desktop.env, { WINEARCH: 'win64', WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=' });
  t.after(() => spawnSync('wineserver', ['-k'], { env: desktop.env }));
  const made = spawn('wineboot', ['-i'], { env: desktop.env, stdio: 'ignore' });
  await new Promise((done) => made.on('exit', done).on('error', done));

  const { link } = await candidate.post(`${at}/app-code`);
  const app = desktop.start('wine', [EXE, link], { stdio: 'ignore' });
  await desktop.shows('Proctortrack: agreement', 40);
  assert.deepEqual([(await now()).app.state, (await now()).app.platform], ['connected', 'windows']);
  await sleep(1500);
  desktop.picture('w1-agreement');
  await desktop.press('alt+r');
  await desktop.press('alt+s');
  await desktop.shows('Proctortrack: system check');
  const point = async (name) => (await now()).checks.find((one) => one.point === name);
  await until('six points are checked', 40, async () => (await now()).checks.filter((one) => one.state !== 'waiting').length === 6);
  await sleep(500);
  desktop.picture('w2-checks');
  for (const name of ['microphone', 'displays', 'network', 'machine', 'programs']) assert.equal((await point(name)).state, 'passed', `${name}: ${(await point(name)).problem}`);
  assert.ok((await point('microphone')).detail.peak > 0.1, 'the microphone was not heard');
  assert.ok((await point('programs')).detail.running > 3, JSON.stringify((await point('programs')).detail));
  await s.pass();
  await until('the app is ready', 25, async () => (await now()).app.phase === 'ready');
  await sleep(600);
  await desktop.press('alt+b');
  await desktop.shows('Proctortrack: monitoring');
  await until('the frame is there', 8, () => desktop.pixel(2, 300) === 'srgb(26,102,255)');
  await candidate.post(`${at}/start`);
  await candidate.post(`/api/campus/attempts/${s.attempt}/start`);
  await until('the screen is recorded', 20, async () => (await now()).streams.some((one) => one.kind === 'app' && one.bytes > 0));
  desktop.picture('w3-monitoring');

  // The browser's plugin asks: Chrome finds the host in the registry, and starts it as here.
  const host = () => spawnSync('wine', ['reg', 'query', HOST_KEY, '/ve'], { env: desktop.env, encoding: 'utf8' });
  assert.match(host().stdout, /Proctortrack\\org\.proctortrack\.app\.json/);
  const answer = await askHost(desktop, { v: 1, type: 'hello', version: '1.0.0', id: PLUGIN, session: s.session, nonce: 'a1b2' });
  assert.deepEqual(answer, { v: 1, type: 'app', version: (await now()).app.version, platform: 'windows', session: s.session });
  const told = await until('the app tells of the plugin', 15, async () => (await s.staff.get(`/api/review/sessions/${s.session}`)).events.find((one) => one.kind === 'plugin-vouched'));
  assert.deepEqual([told.detail.plugin, told.detail.id, told.detail.nonce], ['1.0.0', PLUGIN, 'a1b2']);

  // A program that this exam does not allow.
  const notepad = desktop.start('wine', ['notepad'], { stdio: 'ignore' });
  const flags = async () => (await s.staff.get(`/api/review/sessions/${s.session}`)).flags;
  const goesOn = async (rule) => (await flags()).some((one) => one.rule === rule && one.open);
  await until('a flag while the exam goes on', 25, () => goesOn('program-forbidden'));
  const end = (name) => spawnSync('wine', ['taskkill', '/f', '/im', name], { env: desktop.env });
  end('notepad.exe');
  await notepad.done;
  // Another site in a browser's window (a program of that name), and a window over all others that lets clicks through.
  for (const [rule, name, ...args] of [['other-site', 'firefox.exe', 'Krebs cycle - Mozilla Firefox'], ['overlay-window', 'whisper.exe', 'Answers', 'overlay']]) {
    const program = join(desktop.folder, name);
    execFileSync('x86_64-w64-mingw32-gcc', ['-o', program, join(SOURCE, 'tests', 'desktop', 'show_windows.c')]);
    const window = desktop.start('wine', [program, ...args], { stdio: 'ignore' });
    await until(`${rule} is a flag that goes on`, 25, () => goesOn(rule));
    end(name);
    await window.done;
    await until(`${rule} is over`, 15, async () => !(await goesOn(rule)));
  }
  assert.equal(await goesOn('program-forbidden'), false, 'it has ended');

  // Killed, and started again without a link.
  end('Proctortrack.exe');
  await app.done;
  desktop.start('wine', [EXE], { stdio: 'ignore' });
  await desktop.shows('Proctortrack: monitoring', 30);
  await until('the first recording is whole', 30, async () => (await now()).streams.some((one) => one.state === 'complete'));
  await handIn(s);
  await sleep(5500);
  await desktop.press('alt+e');
  await desktop.shows('Proctortrack: upload the exam?');
  await sleep(300);
  desktop.picture('w4-upload');
  await desktop.press('alt+y');
  await desktop.shows('Proctortrack: uploaded', 30);
  desktop.picture('w5-uploaded');
  assert.equal((await endSession(s)).status, 200);
  const review = await reviewOf(s);
  const found = review.flags.find((one) => one.rule === 'program-forbidden');
  assert.match(found?.numbers ?? '', /notepad \(forbidden by this exam\)/);
  const unknown = review.events.filter(({ kind, detail }) => kind === 'program-started' && detail.name === 'whisper');
  assert.deepEqual(unknown.map(({ detail }) => detail.kind), ['unknown']);
  for (const one of review.streams) assert.equal(one.analysis, 'final', one.problem ?? '');

  await desktop.press('alt+u');
  await desktop.shows('Proctortrack: removed', 15);
  await sleep(300);
  desktop.picture('w6-removed');
  const keys = spawnSync('wine', ['reg', 'query', 'HKCU\\Software\\Classes\\proctortrack'], { env: desktop.env });
  assert.notEqual(keys.status, 0, 'the handler of links is still there');
  assert.notEqual(host().status, 0, 'the native host is still there');
  await desktop.press('alt+q');
}, { seconds: 200 });
