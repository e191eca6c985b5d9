// The real browser, its fake camera, and a probe in each page that says what the camera and the recorder
// really did, so that what the server has can be compared with what was recorded.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../support/client.mjs';
import { SOURCE } from '../support/server.mjs';

const modules = join(SOURCE, 'web', 'node_modules');
const { chromium } = await import(join(modules, 'playwright-core', 'index.mjs'));
const axe = readFileSync(join(modules, 'axe-core', 'axe.min.js'), 'utf8');
const EXECUTABLE = process.env.PT_CHROMIUM ?? '/usr/bin/chromium';
const ARTIFACTS = join(SOURCE, 'tests', 'artifacts', 'browser');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];

export const hasChromium = existsSync(EXECUTABLE);

// `screen`: a monitor is shared when a page asks for one, without asking anybody.
const launchOptions = ({ clip, screen = false }) => ({
  executablePath: EXECUTABLE,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
    ...(screen ? ['--use-fake-ui-for-media-stream'] : []),
    ...(clip ? [`--use-fake-device-for-media-stream${screen ? '=display-media-type=monitor' : ''}`, `--use-file-for-fake-video-capture=${clip.video}`,
      `--use-file-for-fake-audio-capture=${clip.audio}`] : []),
  ],
});

export async function startBrowser(t, options = {}) {
  const browser = await chromium.launch(launchOptions(options));
  t.after(() => browser.close());
  return browser;
}

// In the page: each opening of the camera, and each piece of each recorder, in order.
function probe() {
  const open = new Set();
  const media = navigator.mediaDevices;
  if (media) {
    const get = media.getUserMedia.bind(media);
    media.getUserMedia = async (constraints) => {
      const stream = await get(constraints);
      const live = [...open].some((track) => track.readyState === 'live');
      for (const track of stream.getTracks()) open.add(track);
      if (!live) void window.ptProbe({ kind: 'camera', ms: performance.timeOrigin + performance.now() });
      return stream;
    };
  }
  if (media?.getDisplayMedia) {
    const share = media.getDisplayMedia.bind(media);
    window.ptScreens = [];
    media.getDisplayMedia = async (options) => {
      const stream = await share(options);
      window.ptScreens.push(stream);
      return stream;
    };
  }
  const Real = window.MediaRecorder;
  if (!Real) return;
  window.MediaRecorder = class extends Real {
    constructor(stream, options) {
      super(stream, options);
      const id = `${Math.round(performance.timeOrigin + performance.now())}-${Math.random()}`;
      let last = Promise.resolve();
      this.addEventListener('dataavailable', ({ data }) => {
        last = last.then(async () => {
          const bytes = new Uint8Array(await data.arrayBuffer());
          let text = '';
          for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
          await window.ptProbe({ kind: 'piece', recorder: id, bytes: btoa(text) });
        });
      });
    }
  };
}

// A person at their own computer: `seen.cameras` are the times (seconds) at which the camera was opened,
// `seen.recorders` the bytes of each recorder, `seen.problems` what went wrong in the pages.
export async function newPerson(browser, server, { camera = false, ...options } = {}) {
  const seen = { cameras: [], recorders: new Map(), problems: [] };
  return watch(await browser.newContext({ ...contextOptions(server, camera), ...options }), camera, seen);
}

// A person whose browser keeps its data in `folder`, as everybody's does, so that it can be killed and started again;
// `seen` goes on. `kill` leaves it no time for anything.
export async function personWithFolder(t, server, folder, { seen = { cameras: [], recorders: new Map(), problems: [] }, ...options } = {}) {
  const context = await chromium.launchPersistentContext(folder, { ...launchOptions(options), ...contextOptions(server, true) });
  const kill = async () => {
    const closed = new Promise((resolve) => { context.once('close', resolve); });
    spawnSync('pkill', ['-KILL', '-f', '--', `--user-data-dir=${folder}`]);
    await closed;
  };
  t.after(() => context.close().catch(() => undefined)); // killed
  return { ...(await watch(context, true, seen)), kill };
}

// A person whose browser has the plugin that is unpacked in `plugin`. Extensions need a folder of the browser's own, and
// the headless mode that is the whole browser. `managed`: it may install what a policy says, and has `load` beside. `env` is
// where it runs, if not here; `headed`: with a window on that desktop.
export async function personWithPlugin(t, server, folder, { plugin, managed = false, load = plugin, env, headed = false, ...options }) {
  const seen = { cameras: [], recorders: new Map(), problems: [] };
  const { args, ...launch } = launchOptions(options);
  const offline = ['--disable-background-networking', '--disable-component-update'];
  const context = await chromium.launchPersistentContext(folder, {
    ...launch,
    ...contextOptions(server, true),
    ...(env ? { env } : {}),
    headless: false,
    ignoreDefaultArgs: managed ? ['--disable-extensions', ...offline] : ['--disable-extensions'],
    args: [
      ...(headed ? ['--window-position=0,0', '--window-size=1200,700'] : ['--headless=new']),
      ...(managed ? args.filter((arg) => !offline.includes(arg)) : args),
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
      ...(managed ? [] : [`--disable-extensions-except=${plugin}`]), `--load-extension=${load}`,
    ],
  });
  t.after(() => context.close().catch(() => undefined));
  return watch(context, true, seen);
}

const contextOptions = (server, camera) => ({
  viewport: { width: 1366, height: 768 },
  permissions: camera ? ['camera', 'microphone'] : [],
  baseURL: server.origin,
});

async function watch(context, camera, seen) {
  if (camera) {
    await context.exposeBinding('ptProbe', (_source, event) => {
      if (event.kind === 'camera') seen.cameras.push(event.ms / 1000);
      else {
        const pieces = seen.recorders.get(event.recorder) ?? [];
        seen.recorders.set(event.recorder, [...pieces, Buffer.from(event.bytes, 'base64')]);
      }
    });
    await context.addInitScript(probe);
  }
  context.on('page', (page) => {
    page.on('pageerror', (error) => seen.problems.push(String(error.stack ?? error)));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) seen.problems.push(message.text());
    });
  });
  context.setDefaultTimeout(20000);
  return { context, seen };
}

export async function screenshot(page, name) {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`), fullPage: true });
}

// No violation of WCAG 2.2 A and AA in light and in dark, frames included; and a picture of the page.
export async function checkPage(page, name) {
  await screenshot(page, name);
  for (const frame of page.frames()) await frame.evaluate(`${axe};0`);
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), WCAG);
    const text = violations.map(({ id, impact, nodes }) =>
      `${id} (${impact}): ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join('\n  ')}`);
    assert.equal(text.length, 0, `${name} breaks accessibility rules in ${colorScheme}:\n${text.join('\n')}`);
  }
}

// Each recorder of the pages must be one stream of the server, byte for byte: `streams` are {id, bytes,
// sha256}. `mayMiss` is how many of a recorder's last pieces may be missing, where the page was torn down
// while it recorded.
export function assertSameBytes(streams, recorders, mayMiss = 0) {
  const known = new Map(streams.map(({ id, sha256: hash }) => [hash, id]));
  const found = new Set();
  for (const pieces of recorders.values()) {
    let match;
    for (let missing = 0; missing <= mayMiss && missing < pieces.length && !match; missing++) {
      match = known.get(sha256(Buffer.concat(pieces.slice(0, pieces.length - missing))));
    }
    const sizes = streams.map(({ id, bytes }) => `${id} ${bytes}`).join(', ');
    assert.ok(match, `a recording of ${Buffer.concat(pieces).length} bytes in ${pieces.length} pieces is not at the server (${sizes})`);
    found.add(match);
  }
  assert.equal(found.size, streams.length, 'the server has a recording that no page made');
}
