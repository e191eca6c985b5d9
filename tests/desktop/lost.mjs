// The app is killed in the middle of an exam and stays away for longer than the policy allows; it comes back in a remote
// session whose clock jumps. Nearly all of it is waiting, so it runs beside the other tests. The candidate's page is the
// real one, in a real browser.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip, test } from '../support/runner.mjs';
import { SOURCE } from '../support/server.mjs';
import { APP, endSession, handIn, needs, POLICY, reviewOf, sitting, toMonitoring, upload } from './app.mjs';
import { until } from './display.mjs';

const SILENT_S = 60; // the least that a policy can say
// The other tests run programs of their own meanwhile, which every app on this machine sees: here they are allowed.
const PROGRAM = 'lost-writer';
const CLOCK = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

async function openPage(t, { server, candidate, url }) {
  const { hasChromium, newPerson, startBrowser } = await import('../browser/chromium.mjs');
  if (!hasChromium) skip('Chromium is not installed');
  const browser = await startBrowser(t);
  const person = await newPerson(browser, server);
  const [name, value] = candidate.cookie.split('=');
  await person.context.addCookies([{ name, value, url: server.origin }]);
  const page = await person.context.newPage();
  await page.goto(server.origin + url);
  return page;
}

test('desktop, lost: an app that is away for too long is said and flagged, the exam goes on, and it comes back', async (t) => {
  needs();
  const s = await sitting(t, { ...POLICY, app: { silent_s: SILENT_S, forbid: [], programs: [PROGRAM] } });
  const { desktop, candidate, staff, at, now } = s;
  const { link } = await candidate.post(`${at}/app-code`);
  let app = desktop.start(APP, [link]);
  await toMonitoring(s);
  await candidate.post(`${at}/start`);
  await candidate.post(`/api/campus/attempts/${s.attempt}/start`);
  await until('the screen is recorded', 20, async () => (await now()).streams.some((one) => one.bytes > 0));
  const program = join(desktop.folder, PROGRAM);
  copyFileSync('/bin/sleep', program);
  chmodSync(program, 0o755);
  const writer = desktop.start(program, ['300']);
  const live = () => staff.get(`/api/review/sessions/${s.session}/live`);
  const flag = async (rule) => (await live()).flags.find((one) => one.rule === rule);
  await until('the program is a flag that goes on', 15, async () => (await flag('program-forbidden'))?.open);
  const page = await openPage(t, s);
  const said = page.getByText('The Proctortrack app is not heard of');
  await page.getByTitle('Exam').first().waitFor();
  assert.equal(await said.count(), 0, 'said before anything is lost');

  const killed = Date.now();
  app.kill('SIGKILL');
  await app.done;
  writer.kill(); // nobody sees it end
  await said.waitFor({ timeout: (SILENT_S + 30) * 1000 });
  assert.ok(Date.now() - killed > (SILENT_S - 10) * 1000, 'said too early'); // it was heard of seconds before
  await page.getByText('Your exam goes on. Please start the app again: it goes on by itself. This is put on record.').waitFor();
  await page.screenshot({ path: desktop.artifact('10-lost-page') });
  const { app: said_of, state } = await now();
  assert.deepEqual([state, said_of.lost], ['exam', true]);
  assert.equal((await candidate.get(`/api/campus/attempts/${s.attempt}`)).state, 'running', 'the exam was ended');
  const wall = await live();
  assert.equal(wall.session.lights.app, 'lost');
  assert.deepEqual(wall.flags.filter((one) => one.rule === 'app-lost').map((one) => one.open), [true]);

  // Started again, by somebody who is connected from elsewhere, and under a clock that can be turned.
  const clock = join(desktop.folder, 'clock');
  writeFileSync(clock, '+0');
  app = desktop.start(APP, [], { env: { ...desktop.env, SSH_CONNECTION: '192.0.2.7 50000 192.0.2.1 22', LD_PRELOAD: CLOCK, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' } });
  await desktop.shows('Proctortrack: monitoring', 20);
  await until('the app is back', 20, async () => (await flag('app-lost'))?.open === false);
  await said.waitFor({ state: 'detached', timeout: 15000 });
  await until('what ended while it was away is over', 30, async () => (await flag('program-forbidden'))?.open === false);
  await until('that it is a remote session is a flag', 15, async () => (await flag('remote-session'))?.open);
  assert.match((await flag('remote-session')).numbers, /^started through SSH, /);
  writeFileSync(clock, '+3600');
  const jumped = await until('the jump of the clock is told', 15, async () => (await staff.get(`/api/review/sessions/${s.session}`)).events.find(({ kind }) => kind === 'clock-jumped'));
  assert.ok(Math.abs(jumped.detail.by_us - 3600e6) < 10e6, JSON.stringify(jumped.detail));
  await page.close();
  await handIn(s);
  await until('the app has stopped', 15, () => desktop.pixel(2, 300) !== 'srgb(26,102,255)');
  await upload(s);
  assert.equal((await endSession(s)).status, 200);
  const review = await reviewOf(s);
  const lost = review.flags.filter((one) => one.rule === 'app-lost');
  assert.deepEqual(lost.map((one) => [one.severity, one.open]), [['medium', false]]);
  const events = review.events.filter(({ kind }) => kind === 'app-lost' || kind === 'app-back');
  assert.deepEqual(events.map(({ kind }) => kind), ['app-lost', 'app-back']);
  assert.ok(events[0].detail.silent_us >= SILENT_S * 1e6, JSON.stringify(events[0]));
  await desktop.press('alt+q');
  assert.equal(await app.done, 0);
}, { seconds: 240 });
