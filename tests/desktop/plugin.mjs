// The plugin in a browser that has a window, on a desktop with another program's: what no browser without one can show. The
// app is not needed for it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { button, examOf, startRecording } from '../browser/candidate.mjs';
import { hasChromium, personWithPlugin } from '../browser/chromium.mjs';
import { cameraClip } from '../browser/clip.mjs';
import { skip, test } from '../support/runner.mjs';
import { temporaryFolder } from '../support/server.mjs';
import { needs, showProgram, sitting } from './app.mjs';
import { until } from './display.mjs';
import { buildPlugin } from './vouch.mjs';

const POINTS = ['camera', 'microphone', 'displays', 'network', 'machine', 'programs', 'browser'];
const POLICY = { base: 'standard', checkin: { plugin: true, face_scan: false, id_scan: false, screen: false }, rules: { 'focus-lost': { min_s: 1 } } };

// Puts a window in front, as a click on it does, once it is there.
async function toFront({ env, run }, name) {
  const search = () => spawnSync('xdotool', ['search', '--onlyvisible', '--name', name], { env, encoding: 'utf8' }).stdout.trim();
  const found = await until(`the window "${name}"`, 10, search);
  run('xdotool', 'windowactivate', '--sync', found.split('\n')[0]);
}

test('desktop, plugin: another program in front is told by the browser, and is a flag for as long as it is there', async (t) => {
  needs();
  if (!hasChromium) skip('Chromium is not installed');
  const downloads = temporaryFolder(t);
  const s = await sitting(t, POLICY, { args: ['--downloads', downloads] });
  const { desktop, candidate, staff } = s;
  const plugin = buildPlugin(downloads, s.server.origin);
  const { context } = await personWithPlugin(t, s.server, temporaryFolder(t), { plugin: plugin.unpacked, clip: cameraClip(), env: desktop.env, headed: true });
  const [name, value] = candidate.cookie.split('=');
  await context.addCookies([{ name, value, url: s.server.origin, httpOnly: true, sameSite: 'Strict' }]);
  const [page] = context.pages();
  await page.goto(s.url);
  await until('the plugin has answered', 20, async () => (await s.now()).plugin.seen_us !== null);
  for (const point of POINTS) await candidate.check(s.session, point);
  await page.reload();
  await button(page, "I Agree, Let's Begin").click();
  await startRecording(page);
  await button(examOf(page), 'Finish Exam').first().waitFor();

  const reviewed = () => staff.get(`/api/review/sessions/${s.session}`);
  const ofPlugin = async () => (await reviewed()).events.filter(({ detail }) => detail.run !== undefined);
  const told = (kind, count = 1) => until(`${count} ${kind}`, 15, async () => {
    const found = (await ofPlugin()).filter((one) => one.kind === kind);
    return found.length >= count ? found.map(({ detail }) => detail) : null;
  });
  const flag = async (rule) => (await reviewed()).flags.find((one) => one.rule === rule);
  const [started] = await told('plugin-started');
  assert.equal(started.count, 1, started.displays);

  desktop.start(showProgram(desktop, 'notes'), ['Lecture notes']);
  await toFront(desktop, 'Lecture notes');
  await told('focus-lost');
  await until('it is a flag that goes on', 15, async () => (await flag('focus-lost'))?.open);
  desktop.picture('11-plugin-behind');
  await toFront(desktop, 'Chromium$');
  await told('exam-shown');
  await until('it is over', 15, async () => (await flag('focus-lost'))?.open === false);
}, { seconds: 120 });
