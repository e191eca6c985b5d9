// Chromium with the plugin, and the app, on one desktop: each tells the other its version by native messaging, and both
// tell the server. The app puts its own host in place, and takes it away.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { button, startRecording } from '../browser/candidate.mjs';
import { checkPage, hasChromium, newPerson, personWithPlugin, startBrowser } from '../browser/chromium.mjs';
import { cameraClip } from '../browser/clip.mjs';
import { sha256 } from '../support/client.mjs';
import { skip, test } from '../support/runner.mjs';
import { SOURCE, temporaryFolder } from '../support/server.mjs';
import { APP, needs, POLICY, sitting, toMonitoring } from './app.mjs';
import { until } from './display.mjs';

const DOWNLOAD = join(SOURCE, 'build', 'downloads', 'proctortrack-linux-x86_64.tar.gz');
const WITH_PLUGIN = { ...POLICY, checkin: { ...POLICY.checkin, plugin: true }, plugin: { mode: 'report', ask: ['app'] } };

// `given`: as an administrator's browser has them, where nobody has to be asked for a permission.
export function buildPlugin(out, origin, given = []) {
  const [id] = execFileSync('node', [join(SOURCE, 'extension', 'build.mjs'), '--key', join(out, 'key'), '--out', out, origin], { encoding: 'utf8' }).split(' ');
  const unpacked = join(out, 'proctortrack-plugin');
  const file = join(unpacked, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  for (const one of given) assert.ok(manifest.optional_permissions.includes(one), `${one} is optional`);
  manifest.permissions.push(...given);
  manifest.optional_permissions = manifest.optional_permissions.filter((one) => !given.includes(one));
  writeFileSync(file, JSON.stringify(manifest));
  return { id, unpacked };
}

test('desktop, Linux: plugin and app vouch for each other through the browser, and the session shows it', async (t) => {
  needs();
  if (!hasChromium) skip('Chromium is not installed');
  if (!existsSync(DOWNLOAD)) skip('the app is not built');
  const downloads = temporaryFolder(t);
  const s = await sitting(t, WITH_PLUGIN, { args: ['--downloads', downloads] });
  const { desktop, candidate, at } = s;
  const plugin = buildPlugin(downloads, s.server.origin, ['nativeMessaging']);
  copyFileSync(DOWNLOAD, join(downloads, basename(DOWNLOAD))); // as this server offers it
  const program = join(desktop.folder, 'proctortrack');
  copyFileSync(APP, program);
  chmodSync(program, 0o755);
  const folder = join(desktop.folder, '.config', 'chromium');
  mkdirSync(folder, { recursive: true });
  delete desktop.env.XDG_CONFIG_HOME;
  const host = join(folder, 'NativeMessagingHosts', 'org.proctortrack.app.json');

  const { context } = await personWithPlugin(t, s.server, folder, { plugin: plugin.unpacked, clip: cameraClip(), env: desktop.env });
  const [name, value] = candidate.cookie.split('=');
  await context.addCookies([{ name, value, url: s.server.origin, httpOnly: true, sameSite: 'Strict' }]);
  const [page] = context.pages();
  await page.goto(s.url);
  await until('the plugin has answered', 20, async () => (await s.now()).plugin.seen_us !== null);

  const { link } = await candidate.post(`${at}/app-code`);
  const app = desktop.start(program, [link]);
  await desktop.shows('Proctortrack: agreement');
  assert.equal(existsSync(host), false, 'something was put in place before the agreement');
  await toMonitoring(s);
  const { app: connected, checks } = await s.now();
  assert.equal(connected.build, 'current');
  const { detail } = checks.find(({ point }) => point === 'browser');
  assert.deepEqual([detail.app_build, detail.app_version, detail.plugin_version], ['current', connected.version, '1.0.0']);
  const manifest = JSON.parse(readFileSync(host, 'utf8'));
  assert.deepEqual([manifest.path, manifest.allowed_origins], [program, [`chrome-extension://${plugin.id}/`]]);

  const reviewed = () => s.staff.get(`/api/review/sessions/${s.session}`);
  assert.equal((await reviewed()).vouch.state, 'not-asked');
  await page.reload();
  const begin = button(page, "I Agree, Let's Begin");
  if (await begin.waitFor({ timeout: 5000 }).then(() => true, () => false)) await begin.click();
  await startRecording(page);
  const review = await until('both have vouched', 20, async () => {
    const found = await reviewed();
    return found.vouch.state === 'agreed' ? found : null;
  }).catch(async (error) => { throw new Error(`${error.message}: ${JSON.stringify((await reviewed()).vouch)}`, { cause: error }); });
  const [byPlugin, byApp] = ['app-vouched', 'plugin-vouched'].map((kind) => review.events.filter((one) => one.kind === kind).map((one) => one.detail));
  assert.deepEqual([byPlugin.length, byApp.length], [1, 1], 'each once');
  assert.equal(byPlugin[0].nonce, byApp[0].nonce);
  const { version } = (await s.now()).app;
  assert.deepEqual([byPlugin[0].app, byPlugin[0].platform, byPlugin[0].same_session, byApp[0].plugin, byApp[0].id], [version, 'linux', true, '1.0.0', plugin.id]);
  const genuine = review.events.find((one) => one.kind === 'app-genuine');
  assert.equal(genuine?.detail.offered, sha256(readFileSync(program)), 'the running file is the one that is offered');
  assert.equal(review.vouch.words, `Plugin 1.0.0 and app ${version} vouched for each other: they spoke with each other on one computer.`);

  // What a reviewer reads.
  const reviewer = await newPerson(await startBrowser(t), s.server);
  const [key, secret] = s.staff.cookie.split('=');
  await reviewer.context.addCookies([{ name: key, value: secret, url: s.server.origin, httpOnly: true, sameSite: 'Strict' }]);
  const report = await reviewer.context.newPage();
  await report.goto(`/review/sessions/${s.session}`);
  await report.getByText(review.vouch.words).scrollIntoViewIfNeeded();
  await report.getByText('The app is the one that is downloaded here, by its own word').waitFor();
  await checkPage(report, 'd1-vouched');
  assert.deepEqual(reviewer.seen.problems, []);
  const paper = String(await s.staff.get(`/api/review/sessions/${s.session}/report/html?lang=de`));
  assert.match(paper, /Browsererweiterung und App verbürgten sich füreinander/);
  assert.match(paper, /Die App ist nach eigener Angabe die, die es hier gibt/);

  app.kill('SIGKILL');
  await app.done;
  const told = desktop.run(program, '--uninstall');
  assert.ok(told.includes(host), told);
  for (const gone of [host, join(folder, 'NativeMessagingHosts'), program]) assert.equal(existsSync(gone), false, gone);
}, { seconds: 150 });
