// What goes wrong in the middle of an exam: nothing that was recorded or answered may be lost.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { skip, test } from '../support/runner.mjs';
import { CAMERA_ONLY, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { assertSameBytes, checkPage, hasChromium, newPerson, personWithFolder, startBrowser } from './chromium.mjs';
import { button, examOf, finishExam, openAtCamera, receiptOf, saved, startRecording, until, writeAnswer, writtenAnswer } from './candidate.mjs';
import { cameraClip } from './clip.mjs';

// The recording's bytes are what these are about, not what they show: the server analyses nothing.
async function sitting(t) {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t, { worker: false, policy: CAMERA_ONLY });
  const browser = await startBrowser(t, { clip: cameraClip() });
  const person = await newPerson(browser, server, { camera: true });
  const opened = await openAtCamera(person, server, USERS.candidate);
  await startRecording(opened.page);
  return { server, browser, person, ...opened };
}

const bytesAtServer = async ({ client, session }) =>
  (await client.get(`/api/proctor/sessions/${session}`)).streams.reduce((sum, stream) => sum + stream.bytes, 0);

async function finish(all, { mayMiss = 0 } = {}) {
  const { page, client, session, person } = all;
  await finishExam(page);
  await page.getByText('the upload is 100 % complete').waitFor({ timeout: 40000 });
  const receipt = await receiptOf(client, session);
  assertSameBytes(receipt.streams, person.seen.recorders, mayMiss);
  assert.deepEqual(person.seen.problems, []);
  return receipt;
}

test('a reload in the middle of the exam keeps the answers, and the recording goes on', async (t) => {
  const all = await sitting(t);
  const { page, client, attempt } = all;
  await writeAnswer(page, 'written before the reload');
  await until('a piece has arrived', 15, async () => (await bytesAtServer(all)) > 0);
  await page.reload();
  await page.getByText('You are being recorded').waitFor();
  await until('the answer is shown again', 10, async () => (await writtenAnswer(page)) === 'written before the reload');
  await until('a second recording began', 15, () => all.person.seen.recorders.size === 2);
  await writeAnswer(page, 'written before the reload, and after it');
  const receipt = await finish(all, { mayMiss: 1 });
  assert.equal(receipt.streams.length, 2);
  assert.equal((await client.get(`/api/campus/attempts/${attempt}`)).state, 'submitted');
}, { seconds: 90 });

test('a network cut of 60 s keeps everything here, says so calmly, and sends it later', async (t) => {
  const all = await sitting(t);
  const { page, person, client, attempt } = all;
  await until('a piece has arrived', 15, async () => (await bytesAtServer(all)) > 0);
  await person.context.setOffline(true);
  const cut = Date.now();
  const before = await bytesAtServer(all);
  await page.getByText('Offline - keeping everything here').waitFor({ timeout: 25000 });
  await writeAnswer(page, 'written while offline', { kept: true });
  await checkPage(page, '30-offline');
  await sleep(cut + 60000 - Date.now());
  const after = await bytesAtServer(all);
  assert.ok(after - before < 400000, 'bytes went on arriving while the network was cut');
  await person.context.setOffline(false);
  await saved(examOf(page));
  await page.getByText('Connected', { exact: true }).waitFor();
  await until('what was kept has arrived', 20, async () => (await bytesAtServer(all)) > after + 300000);
  const receipt = await finish(all);
  assert.equal(receipt.streams.length, 1, 'a network cut must not end the recording');
  assert.equal((await client.get(`/api/campus/attempts/${attempt}`)).state, 'submitted');
}, { seconds: 150 });

test('the browser is killed while the network is away, and started again: what it kept is sent', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t, { worker: false, policy: CAMERA_ONLY });
  const folder = temporaryFolder(t);
  const first = await personWithFolder(t, server, folder, { clip: cameraClip() });
  const opened = await openAtCamera(first, server, USERS.candidate);
  await startRecording(opened.page);
  await writeAnswer(opened.page, 'written before it was killed');
  const before = { ...opened, person: first };
  await until('a piece has arrived', 15, async () => (await bytesAtServer(before)) > 0);
  const timeLeft = () => opened.client.get(`/api/campus/attempts/${opened.attempt}`).then((one) => one.deadline_us);
  const deadline = await timeLeft();
  await first.context.setOffline(true);
  await writeAnswer(opened.page, 'written where only this computer knew it', { kept: true });
  const recorded = () => [...first.seen.recorders.values()][0].length;
  const sent = recorded();
  await until('pieces are kept here', 20, () => recorded() >= sent + 2);
  await sleep(1000); // the last of them is on the disk
  await first.kill();

  const second = await personWithFolder(t, server, folder, { clip: cameraClip(), seen: first.seen });
  const [name, value] = opened.client.cookie.split('=');
  await second.context.addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
  const page = await second.context.newPage();
  await page.goto(`/proctortrack/session/${opened.session}`);
  await page.getByText('You are being recorded').waitFor({ timeout: 60000 });
  await until('the answer is shown again', 20, async () => (await writtenAnswer(page)) === 'written where only this computer knew it');
  await saved(examOf(page));
  assert.equal(await timeLeft(), deadline, 'the time of the exam was kept');
  await until('a second recording began', 15, () => first.seen.recorders.size === 2);
  const receipt = await finish({ ...opened, person: second, page }, { mayMiss: 1 });
  assert.equal(receipt.streams.length, 2);
}, { seconds: 180 });

test('the server is killed and started again: the recording goes on where it was', async (t) => {
  const all = await sitting(t);
  const { page, server } = all;
  await writeAnswer(page, 'before the server went away');
  await until('a piece has arrived', 15, async () => (await bytesAtServer(all)) > 0);
  await server.kill();
  await writeAnswer(page, 'while the server is away', { kept: true });
  await sleep(6000);
  await server.start();
  await saved(examOf(page));
  const receipt = await finish(all);
  assert.equal(receipt.streams.length, 1);
}, { seconds: 90 });

test('a second tab is told so, and the first goes on', async (t) => {
  const all = await sitting(t);
  const { page, person } = all;
  const second = await person.context.newPage();
  await second.goto(page.url());
  await second.getByRole('heading', { name: 'This test is already open in another window' }).waitFor();
  await checkPage(second, '31-second-tab');
  assert.equal(await second.locator('video').count(), 0, 'the second tab shows a camera');
  // Another browser of the same candidate is told the same, by the server.
  const other = await newPerson(all.browser, all.server, { camera: true });
  await other.context.addCookies(await person.context.cookies());
  const third = await other.context.newPage();
  await third.goto(page.url());
  await third.getByRole('heading', { name: 'This test is already open in another window' }).waitFor();
  assert.equal(other.seen.recorders.size, 0);
  await second.close();
  await writeAnswer(page, 'the first window goes on');
  const before = await bytesAtServer(all);
  await until('the first goes on recording', 15, async () => (await bytesAtServer(all)) > before);
  assert.equal((await finish(all)).streams.length, 1);
}, { seconds: 90 });

test('the camera is refused: the page says why and how to go on', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t, { worker: false, policy: CAMERA_ONLY });
  const browser = await startBrowser(t, { clip: cameraClip() });
  const person = await newPerson(browser, server, { camera: true, permissions: [] });
  const { page } = await openAtCamera(person, server, USERS.candidate);
  await page.getByText('Your browser does not let this page use the camera').waitFor();
  assert.equal(await button(page, 'Start Proctoring').isDisabled(), true);
  await checkPage(page, '32-camera-refused');
  await person.context.grantPermissions(['camera', 'microphone']);
  await button(page, 'Try the camera again').click();
  await until('the camera is on', 10, () => button(page, 'Start Proctoring').isEnabled());
}, { seconds: 45 });
