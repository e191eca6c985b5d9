// The browser's plugin, built for this server, in Chromium: paired, watching, killed, blocking, removed. Other sites
// are pages of a server of this test under another name ("localhost", not "127.0.0.1").
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip, test } from '../support/runner.mjs';
import { Client } from '../support/client.mjs';
import { SOURCE, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { checkPage, hasChromium, newPerson, personWithPlugin, startBrowser } from './chromium.mjs';
import { button, essay, examOf, finishExam, startRecording, until } from './candidate.mjs';
import { cameraClip } from './clip.mjs';

const POLICY = { base: 'standard', checkin: { plugin: true, face_scan: false, id_scan: false, screen: false } };

// What `./dev extension` does.
function buildPlugin(out, key, origins) {
  const [id] = execFileSync('node', [join(SOURCE, 'extension', 'build.mjs'), '--key', key, '--out', out, ...origins], { encoding: 'utf8' }).split(' ');
  return { id, unpacked: join(out, 'proctortrack-plugin') };
}

async function otherSite(t) {
  const server = createServer(({ url }, response) => {
    const file = url.endsWith('.pdf') ? { 'Content-Disposition': 'attachment' } : {};
    response.writeHead(200, { 'Content-Type': 'text/html', ...file });
    response.end('<!doctype html><title>New chat</title><h1>Ask anything</h1>');
  });
  await new Promise((done) => server.listen(0, done));
  t.after(() => { server.closeAllConnections(); server.close(); });
  return `http://localhost:${server.address().port}/c/secret?q=answers`;
}

// A server that offers the plugin built for it, and a candidate in a browser that has it.
async function house(t, { policy, managed = false, origins = [], options = {}, store = null } = {}) {
  if (!hasChromium) skip('Chromium is not installed');
  const folder = temporaryFolder(t);
  const downloads = join(folder, 'downloads');
  mkdirSync(downloads);
  const key = join(folder, 'plugin.key');
  // Its id is of its key alone: an administrator reads it in the store.
  const inStore = store === null ? [] : ['--plugin-url', store, '--plugin-id', buildPlugin(join(folder, 'store'), key, ['https://exam.example']).id];
  const server = await startServer(t, { worker: false, args: ['--downloads', downloads, ...inStore], policy: { ...POLICY, ...policy } });
  const plugin = buildPlugin(downloads, key, [server.origin, ...origins]);
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const start = async () => {
    const person = await personWithPlugin(t, server, join(folder, 'browser'), { plugin: plugin.unpacked, managed, clip: cameraClip(), ...options });
    const [name, value] = client.cookie.split('=');
    await person.context.addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
    return person;
  };
  return { server, client, plugin, folder, start };
}

// The first page of a browser is there already; the steps that are about something else are passed by the protocol.
async function toCamera(page, client, session, url) {
  await page.goto(url);
  await button(page, 'Go to Next Step').waitFor(); // the plugin has answered
  await client.acceptDocuments(session);
  for (const point of ['camera', 'microphone', 'displays', 'network', 'machine', 'programs', 'browser']) await client.check(session, point);
  await page.reload();
  await button(page, "I Agree, Let's Begin").click();
}

const reviewOf = async (server, session) => {
  const staff = new Client(server);
  await staff.signIn(USERS.instructor);
  return staff.get(`/api/review/sessions/${session}`);
};
const displayFlag = async (server, session) => (await reviewOf(server, session)).flags.find(({ rule }) => rule === 'second-display');
const ofPlugin = ({ events }) => events.filter(({ detail }) => detail.run !== undefined);
const kinds = (events) => events.map(({ kind }) => kind);
// Waits until so many are with the server.
const reported = (server, session, count) => until(`${count} events of the plugin`, 15, async () => {
  const found = ofPlugin(await reviewOf(server, session));
  return found.length >= count ? found : null;
}).catch(async (error) => {
  const found = ofPlugin(await reviewOf(server, session));
  throw new Error(`${error.message}: ${JSON.stringify(found.map(({ kind, detail }) => [detail.seq, kind, detail.host]))}`, { cause: error });
});

// Chrome ends a worker whenever it likes; this does it now.
async function killWorker(context, page, id) {
  const cdp = await context.newCDPSession(page);
  const find = async () => (await cdp.send('Target.getTargets')).targetInfos.find(({ type, url }) => type === 'service_worker' && url.includes(id));
  const target = await until('the worker', 5, find);
  await cdp.send('Target.closeTarget', { targetId: target.targetId });
  await cdp.detach();
  return target.targetId;
}

// What a page gets that says hello to the plugin: null for no answer, which is all that it can see.
const hello = (page, id) => page.evaluate((to) => new Promise((done) => {
  setTimeout(() => done(null), 1500);
  const runtime = window.chrome?.runtime;
  if (!runtime?.sendMessage) return done(null);
  return runtime.sendMessage(to, { v: 1, type: 'hello' }, (answer) => { void runtime.lastError; done(answer ?? null); });
}), id);

// Takes a text from somewhere else into the answer of the exam.
async function paste(context, page, text) {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(page.url()).origin });
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  const answer = await essay(page);
  await answer.focus();
  await page.keyboard.press('Control+V');
  await until('the text is pasted', 5, async () => (await answer.inputValue()).includes(text));
}

async function openWindow(context, page, url) {
  const cdp = await context.newCDPSession(page);
  const opened = context.waitForEvent('page');
  await cdp.send('Target.createTarget', { url, newWindow: true, focus: true });
  await cdp.detach();
  const made = await opened;
  await made.waitForLoadState();
  return made;
}

const pageOf = (context, part) => until(part, 10, () => context.pages().find((one) => one.url().includes(part)));

test('plugin: another site, a paste, a second window, a killed worker: these events, in order, and no others', async (t) => {
  const { server, client, plugin, start } = await house(t, { policy: { plugin: { mode: 'warn' } } });
  const { context, seen } = await start();
  const site = await otherSite(t);
  const { session, url } = await client.launch();
  const [page] = context.pages();

  // A page of another origin gets no answer, be it this very server under another name.
  await page.goto(site);
  assert.equal(await hello(page, plugin.id), null);
  await page.goto(server.origin.replace('127.0.0.1', 'localhost'));
  assert.equal(await hello(page, plugin.id), null);
  await page.goto(site.replace('localhost', '127.0.0.1')); // the right name, another port
  assert.equal(await hello(page, plugin.id), null);

  await toCamera(page, client, session, url);
  assert.equal((await hello(page, plugin.id)).version, '1.0.0');
  const status = await context.newPage();
  await status.goto(`chrome-extension://${plugin.id}/pages/plugin.html`);
  await status.getByText('Nothing is being watched').waitFor();
  await checkPage(status, 'p1-plugin-off');
  await page.bringToFront();
  const early = await context.newPage(); // before the recording: nobody's business
  await early.goto(site);
  await early.close();
  await startRecording(page);
  const exam = examOf(page);
  await button(exam, 'Finish Exam').first().waitFor();
  await reported(server, session, 1);

  const other = await context.newPage();
  await other.goto(site);
  const warning = await pageOf(context, 'warning.html');
  await warning.getByRole('heading', { name: 'This tab is not part of the exam' }).waitFor();
  await checkPage(warning, 'p2-warning');
  await status.getByText('Your exam is being watched').waitFor();
  await checkPage(status, 'p3-plugin-on');
  await warning.getByRole('button', { name: 'Back to the exam' }).click();
  await until('the warning is closed', 5, () => warning.isClosed());
  assert.equal(other.isClosed(), false);
  await reported(server, session, 4);
  await paste(context, page, 'Osmosis is the movement of water through a membrane.');
  await reported(server, session, 5);
  await killWorker(context, page, plugin.id);
  const second = await openWindow(context, page, site.replace('secret', 'second'));
  await reported(server, session, 7);
  await (await pageOf(context, 'warning.html')).getByRole('button', { name: 'Close that tab and go back' }).click();
  await until('the window is closed', 5, () => second.isClosed());
  await reported(server, session, 8);
  await paste(context, page, 'Pasted, and');
  await killWorker(context, page, plugin.id); // before it could tell anybody
  await reported(server, session, 9);
  await finishExam(page);
  await page.getByText('the upload is 100 % complete').waitFor({ timeout: 40000 });

  const review = await reviewOf(server, session);
  const events = ofPlugin(review);
  assert.deepEqual(kinds(events), ['plugin-started', 'tab-opened', 'tab-shown', 'exam-shown', 'pasted', 'window-opened', 'tab-shown', 'exam-shown', 'pasted', 'plugin-ended']);
  assert.deepEqual(events.map(({ detail }) => detail.seq), events.map((_event, index) => index + 1));
  assert.equal(new Set(events.map(({ detail }) => detail.run)).size, 1);
  const [started, opened, shown, , pasted] = events.map(({ detail }) => detail);
  assert.deepEqual([started.mode, started.reads, started.count], ['warn', '', 1]);
  assert.deepEqual([opened.host, opened.title, shown.host], ['localhost', 'New chat', 'localhost']);
  assert.deepEqual([pasted.chars, pasted.own], [52, false]);
  for (const hidden of ['secret', 'answers', 'Osmosis']) assert.ok(!JSON.stringify(events).includes(hidden), `${hidden} was told`);
  assert.ok(!kinds(review.events).includes('plugin-lost'));
  const rules = review.flags.map(({ rule }) => rule);
  for (const rule of ['tab-opened', 'paste']) assert.ok(rules.includes(rule), `${rule}: ${rules}`);

  // It has nothing left, and goes when it is told to.
  await status.bringToFront();
  await status.getByText('Nothing is being watched').waitFor();
  assert.deepEqual(await status.evaluate(async () => Object.keys(await chrome.storage.local.get(null)).filter((key) => key.startsWith('e/'))), []);
  await page.bringToFront();
  await checkPage(page, 'p4-receipt');
  await button(page, 'Remove plugin').click();
  await page.getByText('The plugin is removed.').waitFor();
  assert.equal(await until('the plugin is gone', 5, async () => (await hello(page, plugin.id)) === null), true);
  assert.deepEqual(seen.problems, []);
}, { seconds: 180 });

test('plugin: where the policy blocks, a new tab is closed and counted, and the candidate sees why', async (t) => {
  const { server, client, start } = await house(t, { policy: { plugin: { mode: 'block', ask: ['downloads'] } } });
  const { context, seen } = await start();
  const site = await otherSite(t);
  const { session, url } = await client.launch();
  const [page] = context.pages();
  const old = await context.newPage();
  await old.goto(site);
  await page.bringToFront();
  await page.goto(url);
  await page.getByRole('heading', { name: 'What else the plugin may see' }).waitFor();
  await checkPage(page, 'p10-permissions');
  await button(page, 'Open the plugin').click();
  const asked = await pageOf(context, 'pages/plugin.html');
  await asked.getByRole('button', { name: 'Allow: Downloads' }).waitFor();
  await asked.close();
  await page.bringToFront();
  await button(page, 'Go on without').click();
  await toCamera(page, client, session, url);
  await startRecording(page);
  await button(examOf(page), 'Finish Exam').first().waitFor();
  await reported(server, session, 1);

  await openWindow(context, page, site).catch(() => undefined); // closed before it was there
  await page.getByText('A tab with localhost was closed: it is not part of the exam.').waitFor();
  await checkPage(page, 'p11-closed');
  await button(page, 'Understood').click();
  await old.bringToFront();
  await page.getByText('You were brought back to the exam: localhost is not part of it.').waitFor();
  await reported(server, session, 4);
  assert.equal(old.isClosed(), false);
  await page.evaluate((to) => { window.onbeforeunload = null; location.assign(to); }, site).catch(() => undefined);
  page.once('dialog', (dialog) => void dialog.accept());
  const events = await reported(server, session, 5);
  const done = events.slice(1).map(({ kind, detail }) => [kind, detail.closed === true, detail.stopped === true]);
  assert.deepEqual(done.slice(0, 3), [['window-opened', true, false], ['tab-shown', false, true], ['exam-shown', false, false]]);
  assert.deepEqual(seen.problems, []);
}, { seconds: 120 });

test('plugin: what is done in the exam, its window, its zoom and the displays are told; the step leads to the store where there is one', async (t) => {
  const store = 'https://chromewebstore.google.com/detail/proctortrack';
  const { server, client, plugin, start } = await house(t, { policy: { plugin: { mode: 'report' } }, store });
  const { context, seen } = await start();
  const { session, url } = await client.launch();
  const [page] = context.pages();
  const other = new Client(server); // in a browser that has no plugin
  await other.signIn(USERS.other);
  const plain = await newPerson(await startBrowser(t), server);
  const [name, value] = other.cookie.split('=');
  await plain.context.addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
  const step = await plain.context.newPage();
  await step.goto((await other.launch()).url);
  assert.equal(await step.getByRole('link', { name: 'Download plugin' }).getAttribute('href'), store);
  await checkPage(step, 'p21-plugin-store');
  await plain.context.close();
  await toCamera(page, client, session, url);
  const status = await context.newPage();
  await status.goto(`chrome-extension://${plugin.id}/pages/plugin.html`);
  await page.bringToFront();
  await startRecording(page);
  await button(examOf(page), 'Finish Exam').first().waitFor();
  await reported(server, session, 1);

  const answer = await essay(page);
  await answer.fill('Osmosis');
  await answer.focus();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+C');
  await page.keyboard.press('Control+X');
  await page.keyboard.press('Control+V');
  await answer.click({ button: 'right' });
  await page.keyboard.press('Escape');
  await page.evaluate(() => { window.print(); });
  const browserDid = (what) => status.evaluate(what, url);
  await browserDid(async (to) => {
    const [tab] = (await chrome.tabs.query({})).filter((one) => one.url.endsWith(to));
    await chrome.tabs.setZoom(tab.id, 1.5);
    await chrome.windows.update(tab.windowId, { state: 'fullscreen' });
  });
  await reported(server, session, 8);
  await browserDid(async (to) => {
    const [tab] = (await chrome.tabs.query({})).filter((one) => one.url.endsWith(to));
    await chrome.windows.update(tab.windowId, { state: 'normal' });
  });
  await reported(server, session, 9);
  // A display is connected, and removed.
  const cdp = await context.newCDPSession(page);
  const { screenInfo } = await cdp.send('Emulation.addScreen', { left: 800, top: 0, width: 1024, height: 768 });
  await reported(server, session, 10);
  await until('a flag that goes on', 15, async () => (await displayFlag(server, session))?.open);
  await cdp.send('Emulation.removeScreen', { screenId: screenInfo.id });
  const events = (await reported(server, session, 11)).slice(1);
  await until('it is over', 15, async () => (await displayFlag(server, session))?.open === false);
  const of = (kind) => events.filter((one) => one.kind === kind).map(({ detail }) => detail);
  assert.deepEqual(kinds(events).slice(0, 5), ['copied', 'cut', 'pasted', 'context-menu', 'printed']);
  assert.deepEqual([of('copied')[0].chars, of('cut')[0].chars, of('pasted')[0].chars, of('pasted')[0].own], [7, 7, 7, true]);
  assert.deepEqual(of('zoom-changed').map(({ percent }) => percent), [150]);
  assert.deepEqual(of('window-state').map(({ state }) => state).slice(-2), ['fullscreen', 'normal']);
  assert.deepEqual(of('browser-displays').map(({ count }) => count), [2, 1]);
  assert.match(of('browser-displays')[0].displays, / 1024x768\+800\+0$/);
  assert.ok(!JSON.stringify(events).includes('Osmosis'), 'the text was told');
  assert.deepEqual(seen.problems, []);
}, { seconds: 120 });

// Machine-wide, and gone after the test.
const POLICIES = '/etc/chromium/policies/managed';
function forceInstall(t, id, updates) {
  const file = join(POLICIES, `proctortrack-test-${process.pid}.json`);
  t.after(() => rmSync(file, { force: true }));
  writeFileSync(file, JSON.stringify({ ExtensionInstallForcelist: [`${id};${updates}`] }));
}

// Hands on what the server says about updates, once it may: so the page waits for the plugin as long as the test likes.
async function heldUpdates(t, server) {
  let release;
  const released = new Promise((done) => { release = done; });
  const proxy = createServer((_request, response) => {
    void released.then(async () => {
      const answer = await fetch(`${server.origin}/plugin/updates.xml`);
      response.writeHead(answer.status, { 'Content-Type': answer.headers.get('content-type') });
      response.end(await answer.text());
    });
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  t.after(() => { proxy.closeAllConnections(); proxy.close(); });
  return { url: `http://127.0.0.1:${proxy.address().port}/updates.xml`, release };
}

// The app's side of native messaging: a length of four bytes, then JSON.
const APP = `#!/usr/bin/env node
const length = Buffer.alloc(4);
process.stdin.once('data', (bytes) => {
  const { type, session } = JSON.parse(bytes.subarray(4).toString());
  const answer = Buffer.from(JSON.stringify({ v: 1, type: type === 'hello' ? 'app' : 'no', version: '0.1.0', platform: 'linux', session }));
  length.writeUInt32LE(answer.length);
  process.stdout.write(Buffer.concat([length, answer]));
});
`;

test('plugin: the signed CRX, installed by policy from this server while the page waits; app, downloads, extensions', async (t) => {
  if (process.getuid() !== 0) skip('only root may write /etc/chromium/policies: the CRX was not installed by policy');
  mkdirSync(POLICIES, { recursive: true });
  const recorder = temporaryFolder(t);
  writeFileSync(join(recorder, 'manifest.json'), JSON.stringify({ manifest_version: 3, name: 'Screen recorder', version: '1', permissions: ['desktopCapture'] }));
  const { server, client, plugin, folder, start } = await house(t, {
    managed: true, options: { load: recorder }, policy: { plugin: { mode: 'report', ask: ['downloads', 'extensions', 'app'] } },
  });
  const hosts = join(folder, 'browser', 'NativeMessagingHosts');
  mkdirSync(hosts, { recursive: true });
  writeFileSync(join(folder, 'app.mjs'), APP, { mode: 0o755 });
  writeFileSync(join(hosts, 'org.proctortrack.app.json'), JSON.stringify({
    name: 'org.proctortrack.app', description: 'Proctortrack', type: 'stdio', path: join(folder, 'app.mjs'), allowed_origins: [`chrome-extension://${plugin.id}/`],
  }));
  const updates = await heldUpdates(t, server);
  forceInstall(t, plugin.id, updates.url);
  const { context, seen } = await start();
  const site = await otherSite(t);
  const { session, url } = await client.launch();
  const [page] = context.pages();
  await page.goto(url);
  await page.getByRole('heading', { name: 'Install the Proctortrack plugin' }).waitFor();
  await page.getByRole('link', { name: 'Download plugin' }).waitFor();
  await checkPage(page, 'p20-plugin-step');
  const loaded = await page.evaluate(() => performance.timeOrigin);
  assert.equal(await hello(page, plugin.id), null);
  updates.release();
  await button(page, 'Go to Next Step').waitFor({ timeout: 40000 });
  assert.equal(await page.evaluate(() => performance.timeOrigin), loaded, 'the page was loaded again');
  assert.deepEqual((await hello(page, plugin.id)).granted, ['downloads', 'extensions', 'app']);

  await toCamera(page, client, session, url);
  await startRecording(page);
  const other = await context.newPage();
  const download = other.waitForEvent('download');
  await other.goto(new URL('/answers.pdf', site).href).catch(() => undefined); // it shows nothing
  await download;
  await page.bringToFront();
  const events = await reported(server, session, 7);
  const [started] = events;
  assert.deepEqual(kinds(events).sort(), ['app-vouched', 'download-started', 'exam-shown', 'extension-risk', 'plugin-started', 'tab-opened', 'tab-shown']);
  const the = (wanted) => events.find(({ kind }) => kind === wanted).detail;
  assert.equal(started.detail.reads, 'downloads extensions app');
  const vouched = the('app-vouched');
  assert.deepEqual([vouched.plugin, vouched.app, vouched.platform, vouched.same_session], ['1.0.0', '0.1.0', 'linux', true]);
  assert.deepEqual([the('extension-risk').name, the('extension-risk').why], ['Screen recorder', 'screen']);
  assert.deepEqual([the('download-started').host, the('download-started').ending], ['localhost', 'pdf']);

  // An administrator's plugin is not the candidate's to remove.
  const removed = await page.evaluate((id) => new Promise((done) => { window.chrome.runtime.sendMessage(id, { v: 1, type: 'remove' }, done); }), plugin.id);
  assert.deepEqual(removed, { v: 1, type: 'removed', removed: false });
  assert.deepEqual(seen.problems, []);
}, { seconds: 150 });
