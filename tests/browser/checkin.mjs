// Check-in in Chromium, step by step: scans of a real face and card, the system check, the shared screen, plugin and
// app, and the way out. The camera is a canvas that shows what the page asks for; the server judges it as any other.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip, test } from '../support/runner.mjs';
import { Client } from '../support/client.mjs';
import { admin, PASSWORD, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { cardOf, hasPeople, NAME_ON_CARD, poses } from '../support/people.mjs';
import { checkPage, hasChromium, newPerson, screenshot, startBrowser } from './chromium.mjs';
import { button, checkSystem, endAndUpload, examOf, finishExam, scrollToEnd, signIn, until } from './candidate.mjs';
import { cameraClip } from './clip.mjs';

const SMALL = { width: 683, height: 384 }; // 200 % on a screen of 1366x768
const USUAL = { width: 1366, height: 768 };

// In the page: the camera shows the pictures that `window.ptShow` names, else those that fit the prompt on the page.
// Sound is that of Chromium's fake microphone.
function followingCamera({ pictures, label }) {
  if (!navigator.mediaDevices) return; // about:blank
  const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const load = (base64) => {
    const image = new Image();
    image.src = `data:image/jpeg;base64,${base64}`;
    return image;
  };
  const images = Object.fromEntries(Object.entries(pictures).map(([name, list]) => [name, list.map(load)]));
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    let n = 0;
    const draw = () => {
      const asked = document.querySelector('[data-prompt]')?.getAttribute('data-prompt');
      const list = images[window.ptShow ?? asked] ?? images['look-straight'];
      const image = list[Math.floor(n++ / 3) % list.length];
      if (!image.complete || image.naturalWidth === 0) return;
      if (canvas.width !== image.naturalWidth || canvas.height !== image.naturalHeight) {
        Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
      }
      context.drawImage(image, 0, 0);
      context.fillStyle = `rgb(${n % 256}, 0, 0)`; // a sensor never gives the same picture twice
      context.fillRect(0, 0, 2, 2);
    };
    draw();
    setInterval(draw, 100);
    const stream = canvas.captureStream(15);
    Object.defineProperty(stream.getVideoTracks()[0], 'label', { value: label });
    if (constraints.audio) {
      for (const track of (await get({ audio: constraints.audio })).getAudioTracks()) stream.addTrack(track);
    }
    return stream;
  };
}

// In the page: whatever is shared says that it is this.
function choosing(surface) {
  const settings = MediaStreamTrack.prototype.getSettings;
  MediaStreamTrack.prototype.getSettings = function getSettings() {
    const all = settings.call(this);
    return 'displaySurface' in all ? { ...all, displaySurface: surface } : all;
  };
}

const inBase64 = (made) =>
  Object.fromEntries(Object.entries(made).map(([name, list]) => [name, list.map((bytes) => bytes.toString('base64'))]));

// Somebody at a computer with that camera, signed in, at the list of tests.
async function somebody(t, { policy = { base: 'standard' }, args = [], surface, show, label = 'Integrated Camera', ...options } = {}) {
  if (!hasChromium) skip('Chromium is not installed');
  if (!hasPeople()) skip('no pictures of faces and cards at ../shared/media');
  const server = await startServer(t, { worker: false, policy, args });
  const folder = temporaryFolder(t);
  const pictures = inBase64({ ...poses(folder), card: [cardOf(folder)] });
  admin(server.data, ['user', 'add', 'm.chen', '--role', 'candidate', '--name', NAME_ON_CARD, '--email', 'm.chen@example.org'], { input: `${PASSWORD}\n` });
  const browser = await startBrowser(t, { clip: cameraClip(), screen: true });
  const person = await newPerson(browser, server, { camera: true, ...options });
  t.after(() => person.context.close());
  await person.context.addInitScript(followingCamera, { pictures, label });
  if (surface) await person.context.addInitScript(choosing, surface);
  if (show) await person.context.addInitScript((what) => { window.ptShow = what; }, show);
  const page = await person.context.newPage();
  t.after(() => screenshot(page, 'checkin-last').catch(() => undefined)); // where a failed test stood
  await signIn(page, 'm.chen');
  await page.getByRole('navigation').waitFor();
  await page.goto('/proctortrack/');
  return { server, person, page };
}

async function openTest(page, kind) {
  await page.locator('section', { hasText: `${kind}, ` }).getByRole('button', { name: 'Go to Test' }).click();
}

async function readDocuments(page) {
  await button(page, 'Go to Next Step').waitFor();
  await scrollToEnd(page.getByRole('region', { name: /Instructions and rules/ }));
  await page.getByRole('checkbox').check();
  await button(page, 'Go to Next Step').click();
  await button(page, 'Submit').click();
}

async function atBothSizes(page, name) {
  await checkPage(page, name);
  await page.setViewportSize(SMALL);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} scrolls sideways at 200 %`);
  await screenshot(page, `${name}-200-percent`);
  await page.setViewportSize(USUAL);
}

const cameraIsOn = (page) => until('the camera is on', 10, () => button(page, 'Scan').isEnabled());

// Which turns are asked for is chance, and this woman never looks up: where that comes, another scan is begun, at most
// nine a session (the server gives ten an hour). True when it is ready.
async function scanFace(page) {
  for (let tries = 1; tries <= 9; tries++) {
    await cameraIsOn(page);
    await button(page, 'Scan').click();
    if (tries === 1) {
      await page.getByText(/\d of \d+ done/).waitFor();
      await checkPage(page, 'c2-face-scan-running');
    }
    const confirm = button(page, 'Confirm and Upload');
    const up = page.locator('[data-prompt="look-up"]');
    const failed = page.getByText('The scan did not work');
    await confirm.or(up).or(failed).waitFor({ timeout: 60000 });
    if (await confirm.count()) return true;
    if (await failed.count()) console.log(`# a scan failed: ${(await page.locator('.notice-bad').innerText()).replaceAll('\n', ' ')}`);
    await page.reload();
    await page.getByRole('heading', { name: 'Face scan' }).waitFor();
  }
  return false;
}

// One scan in three asks for no look up, so nine are not enough once in thirty times: then it goes on in the exam,
// which has nine more.
async function scanFaceAtLast(page) {
  if (await scanFace(page)) return;
  await page.goto('/proctortrack/');
  await openTest(page, 'Exam');
  await readDocuments(page);
  await page.getByRole('heading', { name: 'Face scan' }).waitFor();
  assert.ok(await scanFace(page), 'no scan got ready');
}

test('checkin: a practice test with face, card, seven points, the shared screen, and the way out', async (t) => {
  const { person, page } = await somebody(t);
  await openTest(page, 'Practice test');
  await button(page, 'Go to Next Step').waitFor();
  await checkPage(page, 'c0-instructions');
  await readDocuments(page);

  await page.getByRole('heading', { name: 'Face scan' }).waitFor();
  await cameraIsOn(page);
  await atBothSizes(page, 'c1-face-scan');
  await scanFaceAtLast(page);
  await until('the picture is shown', 10, () => page.locator('.kept-picture').evaluate((image) => image.naturalWidth > 0));
  await atBothSizes(page, 'c3-face-picture');
  await button(page, 'Confirm and Upload').click();

  await page.getByRole('heading', { name: 'ID scan' }).waitFor();
  await page.evaluate(() => { window.ptShow = 'look-straight'; }); // no card yet
  await cameraIsOn(page);
  await atBothSizes(page, 'c4-id-scan');
  await button(page, 'Scan').click();
  await page.getByText(/Hold your card into the frame|Show the whole card|Bring it closer/).waitFor();
  await checkPage(page, 'c5-id-guidance');
  await page.evaluate(() => { window.ptShow = 'card'; }); // taken by itself once it is held well
  await page.getByText('What was read').waitFor({ timeout: 60000 });
  assert.match(await page.locator('.facts').innerText(), /CHEN/i);
  await atBothSizes(page, 'c6-id-read');
  await button(page, 'Confirm and Upload').click();

  await page.getByRole('heading', { name: 'System check' }).waitFor();
  await page.evaluate(() => { delete window.ptShow; });
  assert.equal(await button(page, 'Start System Check').isDisabled(), true, 'begun without consent');
  await atBothSizes(page, 'c7-system-check');
  await checkSystem(page);
  await atBothSizes(page, 'c9-begin');
  await button(page, "I Agree, Let's Begin").click();
  await page.getByText('You are being monitored').waitFor();
  assert.ok(await page.evaluate(() => document.fullscreenElement !== null), 'the screen is not filled');

  await page.getByRole('heading', { name: 'Share your screen' }).waitFor();
  await checkPage(page, 'c10-share');
  await button(page, 'Share').click();
  await button(page, 'Start Proctoring').waitFor();
  await checkPage(page, 'c11-camera');
  await until('"Start Proctoring" is enabled', 10, () => button(page, 'Start Proctoring').isEnabled());
  await button(page, 'Start Proctoring').click();
  const exam = examOf(page);
  await button(exam, 'Start Exam').click();
  await button(exam, 'Finish Exam').first().waitFor();
  await until('camera and screen are recorded', 20, () => person.seen.recorders.size === 2);

  // The share ends in the middle: it is asked for again, and the camera goes on.
  await page.evaluate(() => {
    const [track] = window.ptScreens.at(-1).getVideoTracks();
    track.stop();
    track.dispatchEvent(new Event('ended')); // as the browser's own "Stop sharing" gives it
  });
  await page.getByText('Your screen is not shared any more').waitFor();
  await page.getByText('You are being recorded').waitFor();
  await checkPage(page, 'c12-share-ended');
  await button(page, 'Share again').click();
  await page.getByText('Your screen is not shared any more').waitFor({ state: 'detached' });
  await until('the screen is recorded again', 20, () => person.seen.recorders.size === 3);

  await button(exam, 'Finish Exam').first().click();
  await button(exam.getByRole('dialog'), 'Finish Exam').click();
  await button(exam, 'Home').click();
  await button(page, 'End').waitFor();
  await atBothSizes(page, 'c13-end');
  await endAndUpload(page);
  await page.getByText('the upload is 100 % complete').waitFor({ timeout: 40000 });
  await page.getByRole('table').waitFor();
  await checkPage(page, 'c14-receipt');
  const kinds = await page.getByRole('table').getByRole('rowheader').allInnerTexts();
  assert.deepEqual(kinds.sort(), ['Camera and microphone', 'Screen', 'Screen']);
  await button(page, 'Quit').click();
  await page.getByText(/^Handed in /).waitFor();
  assert.deepEqual(person.seen.problems, []);
}, { seconds: 360 });

test('checkin: a face that ignores the prompts is refused', async (t) => {
  const { person, page } = await somebody(t, { show: 'look-straight' });
  await openTest(page, 'Practice test');
  await readDocuments(page);
  await button(page, 'Scan').click();
  await page.getByText('The scan did not work').waitFor({ timeout: 90000 });
  await checkPage(page, 'c20-face-refused');
  assert.equal(await button(page, 'Confirm and Upload').count(), 0);
  assert.deepEqual(person.seen.problems, []);
}, { seconds: 120 });

test('checkin: a camera that is a program is refused by its name', async (t) => {
  const { page } = await somebody(t, { label: 'OBS Virtual Camera' });
  await openTest(page, 'Practice test');
  await readDocuments(page);
  await button(page, 'Scan').click();
  await page.getByRole('alert').waitFor();
  await checkPage(page, 'c21-virtual-camera');
  assert.equal(await button(page, 'Confirm and Upload').count(), 0);
}, { seconds: 60 });

// A plugin that lets this page, as the page sees it; tests/browser/plugin.mjs has the real one.
function plugin() {
  const state = (session, watching) => ({ v: 1, type: 'state', session, run: 'run1', watching, waiting: 0 });
  window.chrome = {
    runtime: {
      sendMessage: (id, message, answer) => message.type === 'hello' && answer({ v: 1, type: 'plugin', version: '1.2.3', id, granted: ['downloads', 'extensions'] }),
      connect: () => {
        let hear = () => undefined;
        return {
          postMessage: ({ type, session }) => setTimeout(() => hear(state(session, type === 'begin')), 10),
          disconnect: () => undefined,
          onMessage: { addListener: (listener) => { hear = listener; } },
          onDisconnect: { addListener: () => undefined },
        };
      },
    },
  };
}
const answerAsPlugin = async (page) => {
  await page.addInitScript(plugin); // when it is loaded again
  await page.evaluate(plugin);
};

// The desktop app's side of the protocol: paired by the code on the page. It is another program than the one offered here.
async function pairAsApp(server, page) {
  const code = page.locator('.app-code', { hasText: /[0-9A-Z]{4} [0-9A-Z]{4}$/ });
  await code.waitFor();
  const client = new Client(server);
  const { token } = await client.post('/api/app/pair', { code: /[0-9A-Z]{4} [0-9A-Z]{4}$/.exec(await code.innerText())[0], version: '1.0.0', platform: 'windows', sha256: 'f'.repeat(64) });
  const headers = { Authorization: `Bearer ${token}` };
  const say = (path, body) => client.send('POST', `/api/app/${path}`, { body, headers });
  return {
    check: (point, state, problem = null, mend = null) => say('checks', { point, state, detail: {}, problem, mend }),
    beat: (told = {}) => say('heartbeat', { uptime_s: 5, ...told }),
    async record(bytes) {
      const tus = { ...headers, 'Tus-Resumable': '1.0.0' };
      const made = await client.send('POST', '/api/app/uploads', {
        body: new Uint8Array(0), headers: { ...tus, 'Upload-Length': String(bytes.length), 'Upload-Metadata': `kind ${btoa('app')},mime ${btoa('video/webm')}` },
      });
      await client.send('PATCH', made.headers.get('location'), {
        body: bytes, headers: { ...tus, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' },
      });
    },
  };
}

// An instructor looks at the profile that came of it, rejects it and takes that back.
async function decideOnProfile(t, server, browser) {
  const instructor = await newPerson(browser, server);
  t.after(() => instructor.context.close());
  const page = await instructor.context.newPage();
  await signIn(page, USERS.instructor);
  await page.getByRole('navigation').waitFor();
  await page.goto('/review/');
  await page.getByRole('link', { name: 'Identity profiles that wait for a decision' }).click();
  await page.getByText('No profile waits for a decision.').waitFor();
  await page.getByLabel('State').selectOption('');
  await page.getByRole('link', { name: NAME_ON_CARD }).waitFor();
  await checkPage(page, 'c34-profiles');
  await page.getByRole('link', { name: NAME_ON_CARD }).click();
  for (const title of ['Face scan', 'Photo ID'])
    await until(`the ${title} is shown`, 10, () => page.getByRole('img', { name: `${title} of ${NAME_ON_CARD}` }).evaluate((image) => image.naturalWidth > 0));
  await checkPage(page, 'c35-profile');
  assert.equal(await button(page, 'Reject: scan again').isDisabled(), true, 'rejected without a reason');
  await page.getByLabel('Reason').fill('The card looks copied.');
  await button(page, 'Reject: scan again').click();
  await page.getByText('Rejected', { exact: true }).first().waitFor();
  await page.getByLabel('Reason').fill('It is real after all.');
  await button(page, 'Approve').click();
  await page.getByText(/Approved, .*It is real after all/).waitFor();
  assert.deepEqual(instructor.seen.problems, []);
}

test('checkin: everything on, from the plugin to the receipt, with a check that the desk lets pass', async (t) => {
  const downloads = temporaryFolder(t);
  for (const name of ['Proctortrack.exe', 'proctortrack-linux-x86_64.tar.gz', 'proctortrack-linux-x86_64.tar.gz.sig']) writeFileSync(join(downloads, name), 'MZ');
  const { server, person, page } = await somebody(t, { policy: { base: 'strict', checkin: { approval: 'after' } }, args: ['--plugin-id', 'abcdefghijklmnopabcdefghijklmnop', '--downloads', downloads] });
  await openTest(page, 'Practice test');
  await page.getByRole('heading', { name: 'Install the Proctortrack plugin' }).waitFor();
  await button(page, 'I have installed it: check again').click();
  await page.getByText('The plugin does not answer yet').waitFor();
  await atBothSizes(page, 'c30-plugin');
  await answerAsPlugin(page);
  await readDocuments(page);
  await scanFaceAtLast(page);
  await button(page, 'Confirm and Upload').click();
  await page.getByRole('heading', { name: 'ID scan' }).waitFor();
  await page.evaluate(() => { window.ptShow = 'card'; });
  await cameraIsOn(page);
  await button(page, 'Scan').click();
  await page.getByText('What was read').waitFor({ timeout: 60000 });
  await button(page, 'Confirm and Upload').click();

  await page.getByRole('heading', { name: 'Download and run the Proctortrack app' }).waitFor();
  await page.evaluate(() => { delete window.ptShow; });
  await page.getByRole('link', { name: 'Its signature' }).waitFor();
  await atBothSizes(page, 'c31-app');
  const app = await pairAsApp(server, page);
  await page.getByRole('heading', { name: 'System check' }).waitFor();
  await page.getByRole('checkbox').check();
  await button(page, 'Start System Check').click();
  for (const point of ['camera', 'microphone', 'displays', 'network', 'machine']) await app.check(point, 'passed');
  await app.check('programs', 'failed', 'Skype is running.', 'Please close Skype.');
  await page.getByText('Skype is running.').waitFor();
  await page.getByText('The app that runs is not the one that is offered here.').waitFor();
  await checkPage(page, 'c32-app-check-failed');

  // Somebody at the desk sees why, and lets it pass with a reason that stays on record.
  const agent = await newPerson(person.context.browser(), server);
  t.after(() => agent.context.close());
  const desk = await agent.context.newPage();
  await signIn(desk, USERS.support);
  await desk.waitForURL('**/support-desk/');
  await desk.getByRole('button', { name: new RegExp(NAME_ON_CARD, 'i') }).first().click();
  await desk.getByText('Skype is running.').waitFor();
  await checkPage(desk, 'c33-desk-sees-the-check');
  await desk.getByRole('button', { name: /^Let it pass: / }).click();
  await desk.getByLabel('Reason').fill('Their screen reader is called so');
  await button(desk, 'Confirm').click();
  await desk.getByRole('row', { name: /Let a failed check pass.*screen reader/ }).waitFor();

  // Pressed in the app: the page goes on by itself, at once.
  await button(page, "I Agree, Let's Begin").waitFor({ timeout: 30000 });
  await app.beat({ phase: 'monitoring', percent: 0 });
  await button(page, 'Share').click({ timeout: 2500 }); // sooner than the page asks by itself
  await button(page, 'Start Proctoring').click();
  assert.ok(await page.evaluate(() => document.fullscreenElement !== null), 'the screen is not filled');
  await button(examOf(page), 'Start Exam').click();
  await button(examOf(page), 'Finish Exam').first().waitFor();
  await until('camera and screen are recorded', 20, () => person.seen.recorders.size === 2);
  await app.record(Buffer.from('what the app saw'));
  await app.beat({ phase: 'stopped', percent: 99 });
  await finishExam(page, { ended: async () => {
    await page.getByText('Press "End" in the window of the Proctortrack app').waitFor();
    await checkPage(page, 'c34-app-end');
    await app.beat({ phase: 'uploading', percent: 40 });
    await page.getByText('40 %').first().waitFor({ timeout: 2500 });
    await app.beat({ phase: 'done', percent: 100 });
  } });
  await page.getByText('the upload is 100 % complete').waitFor({ timeout: 40000 });
  await page.getByRole('table').waitFor();
  const kinds = await page.getByRole('table').getByRole('rowheader').allInnerTexts();
  assert.deepEqual(kinds.sort(), ['Camera and microphone', 'Desktop app', 'Screen']);
  await button(page, 'Quit').click();
  await page.getByText(/^Handed in /).waitFor();

  await decideOnProfile(t, server, person.context.browser());
  assert.deepEqual([...person.seen.problems, ...agent.seen.problems], []);
}, { seconds: 360 });

test('checkin: less than the whole screen is refused, with why', async (t) => {
  const { person, page } = await somebody(t, { surface: 'window', policy: { base: 'standard', checkin: { face_scan: false, id_scan: false } } });
  await openTest(page, 'Practice test');
  await readDocuments(page);
  await checkSystem(page);
  await button(page, "I Agree, Let's Begin").click();
  await button(page, 'Share').click();
  await page.getByText('That was a window only').waitFor();
  await checkPage(page, 'c40-window-refused');
  assert.deepEqual(person.seen.problems, []);
}, { seconds: 120 });

test('checkin: a German browser is spoken to in German, and the menu changes that for good', async (t) => {
  const { person, page } = await somebody(t, { locale: 'de-AT' });
  await page.getByRole('heading', { name: 'Ihre Tests' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  await checkPage(page, 'c50-german');
  await page.getByLabel('Sprache').selectOption('en');
  await page.getByRole('heading', { name: 'Your tests' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Your tests' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  assert.deepEqual(person.seen.problems, []);
}, { seconds: 60 });
