// The review page with everything on it: five recordings of a sitting under one clock, the timeline, and the panels.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { skip, test } from '../support/runner.mjs';
import { setPolicy, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { hasPeople } from '../support/people.mjs';
import { reported } from '../support/session.mjs';
import { CAMERA_GAP_S, enrolled, LENGTH_S, sitWhole, WHOLE_POLICY, wholeMedia } from '../support/whole.mjs';
import { checkPage, hasChromium, newPerson, screenshot, startBrowser } from './chromium.mjs';
import { button, until } from './candidate.mjs';

// A picture in both colours, and no broken rule of accessibility in either.
async function both(page, name) {
  await checkPage(page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await screenshot(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
}

const places = (page) => page.locator('.picture').evaluateAll((all) => all.map((one) => {
  const video = one.querySelector('video');
  return { id: one.dataset.picture, at: video.currentTime, paused: video.paused, rate: video.playbackRate, muted: video.muted, src: video.currentSrc.split('/').slice(-2)[0] };
}));
const slider = (page) => page.locator('[data-slider]');
const keys = async (page, ...all) => {
  await slider(page).focus();
  for (const key of all) await page.keyboard.press(key);
};

// Each picture at its own place of one time: the session's, told by the streams' beginnings.
function sessionTimes(review, seen) {
  return seen.filter((one) => one.src !== '' && !one.covered).map((one) => {
    const stream = review.streams.find(({ id }) => id === one.src);
    return stream.start_us / 1e6 + one.at;
  });
}
const spread = (times) => Math.max(...times) - Math.min(...times);

async function playInStep(page, review, t0) {
  await keys(page, 'Home');
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight'); // 10 s after the start all five are there
  await until('all pictures are at their place', 15, async () => {
    const times = sessionTimes(review, await places(page));
    return times.length === 4 && times.every((at) => Math.abs(at - t0 - 10) < 0.05);
  });
  await button(page, 'Play').click();
  await until('all play', 15, async () => (await places(page)).every((one) => !one.paused && one.at > 0));
  const apart = [];
  for (let i = 0; i < 30; i++) {
    await sleep(100);
    apart.push(spread(sessionTimes(review, await places(page))));
  }
  const middle = apart.sort((a, b) => a - b)[15];
  console.log(`# pictures are ${(1000 * middle).toFixed()} ms apart in the middle, ${(1000 * apart[29]).toFixed()} ms at most`);
  assert.ok(middle < 0.1, `pictures are ${middle} s apart`);
  const sound = (await places(page)).filter((one) => !one.muted).map((one) => one.id);
  assert.deepEqual(sound, ['camera']);
  await button(page, 'Pause').click();
}

test('five recordings under one clock, with a timeline of what was measured, answers, identity and keys', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  if (!hasPeople()) skip('no pictures of faces and cards at ../shared/media');
  const server = await startServer(t);
  setPolicy(server.data, WHOLE_POLICY);
  const folder = temporaryFolder(t);
  const client = await enrolled(server, folder);
  const { session } = await sitWhole(server, client, wholeMedia(folder));
  const staff = new Client(server);
  await staff.signIn(USERS.instructor);
  await reported(staff, session, 120);
  const review = await staff.get(`/api/review/sessions/${session}`);
  assert.equal(review.streams.length, 5);
  const t0 = review.session.started_us / 1e6;

  const browser = await startBrowser(t);
  const person = await newPerson(browser, server);
  t.after(() => person.context.close());
  const [name, value] = staff.cookie.split('=');
  await person.context.addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
  const page = await person.context.newPage();
  await page.goto(`/review/sessions/${session}`);
  for (const title of ['Camera', 'Screen', 'Desktop app 1', 'Desktop app 2']) await page.locator('figcaption').getByText(title, { exact: true }).waitFor();
  await page.locator('.graph-level').waitFor();
  for (const lane of ['Incidents', 'Milestones', 'Connection', 'Sound level', 'Faces in view', 'Likeness']) await page.locator('.lane-name').getByText(lane).first().waitFor();

  await playInStep(page, review, t0);
  await both(page, 'r1-side-by-side');

  // One picture on, and back.
  const before = await places(page);
  await keys(page, '.');
  await until('one picture on', 5, async () => (await places(page))[0].at > before[0].at + 0.01);
  await keys(page, ',');
  await until('and back', 5, async () => Math.abs((await places(page))[0].at - before[0].at) < 0.02);

  // The gap of the camera says what it is, and why; the others go on.
  await keys(page, 'Home', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight');
  assert.ok(CAMERA_GAP_S[0] + 2 < 20 && 20 < CAMERA_GAP_S[1]);
  await page.getByText(/^No recording from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d$/).waitFor();
  await page.getByText("The candidate's page was offline in this time.").waitFor();
  await screenshot(page, 'r2-gap');

  // Incidents and flags by keys, an enlarged recording, the list of keys.
  const [first] = [...review.flags].sort((a, b) => a.from_us - b.from_us);
  await keys(page, 'Home', 'n');
  await page.locator(`[data-flag="${first.id}"].flag-card-selected`).waitFor();
  await keys(page, '2');
  await page.locator('.picture-large[data-picture="screen"]').waitFor();
  await screenshot(page, 'r3-enlarged');
  await keys(page, '0', '?');
  await page.getByRole('dialog').getByText('Next incident').waitFor();
  await checkPage(page, 'r4-keys');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });

  // Closer: finer values come, the overview moves the part that is shown, the table tells it in words.
  await keys(page, 'Home', '+', '+');
  const overview = page.getByRole('slider', { name: 'Part of the session that is shown' });
  const part = () => overview.getAttribute('aria-valuetext');
  const shown = await part();
  await overview.focus();
  await page.keyboard.press('PageUp');
  await until('the overview moves it', 5, async () => (await part()) !== shown);
  await page.getByText('The timeline as a table').click();
  const table = page.getByRole('table', { name: 'The part of the session that is shown, in equal steps' });
  await until('the table has its steps', 5, async () => (await table.getByRole('row').count()) === 21);
  await table.getByText('1 face').first().waitFor();
  await checkPage(page, 'r5-zoomed');
  await page.getByText('The timeline as a table').click();
  await keys(page, 'w');

  // A judgement with a note, marked as a person's on the timeline.
  await page.getByRole('group', { name: 'Your judgement of incident 1' }).getByRole('button', { name: 'Breaks the rule' }).click();
  await page.getByLabel('Note to your judgement').fill('Somebody else sits there.');
  await button(page, 'Save note').click();
  await until('the note is kept', 10, async () =>
    (await staff.get(`/api/review/sessions/${session}`)).answers.some((one) => one.answer === 'breaks' && one.note === 'Somebody else sits there.'));
  await page.locator('.incident .judged-mark').first().waitFor();

  // Answers beside their time: the time shows it.
  await page.getByRole('tab', { name: 'Answers' }).click();
  await page.getByText('Osmosis, version 2.').waitFor();
  await page.getByRole('button', { name: /^Show question 1 being answered at/ }).click();
  const answered = review.events.find((event) => event.kind === 'answered').time_us / 1e6;
  await until('the recordings are there', 10, async () => sessionTimes(review, await places(page)).every((at) => Math.abs(at - answered) < 0.05));
  await both(page, 'r6-answers');

  // Identity: pictures, the match, likeness over time, the face at six times.
  await page.getByRole('tab', { name: 'Answers' }).focus();
  await page.keyboard.press('ArrowRight');
  const shots = page.locator('.shot img');
  await until('face, card and poses', 10, async () => (await shots.count()) >= 4 && shots.evaluateAll((all) => all.every((one) => one.complete && one.naturalWidth > 0)));
  await page.getByText('the same person', { exact: true }).waitFor();
  await page.getByRole('img', { name: /^Likeness over the session, from 0\.[0-4]\d* to 0\.[7-9]/ }).waitFor();
  await button(page, 'The camera at six times of the session').click();
  await until('six pictures', 30, async () => (await page.locator('.still img').count()) === 6);
  await both(page, 'r7-identity');

  // Eight times as fast: all are within the time the computer leaves them, or say that they are single pictures.
  await keys(page, 'Home');
  await page.getByLabel('Speed').selectOption('8');
  const begun = Date.now();
  await keys(page, ' ');
  await page.getByText('No sound above 4 ×').waitFor();
  await until('it reaches the end', LENGTH_S, async () => (await button(page, 'Play').count()) === 1);
  const tookS = (Date.now() - begun) / 1000;
  console.log(`# ${LENGTH_S} s at 8x took ${tookS.toFixed(1)} s, single pictures: ${await page.locator('.picture-note').count()}`);

  await page.setViewportSize({ width: 683, height: 384 });
  await page.getByRole('tab', { name: 'Incidents' }).click();
  await checkPage(page, 'r8-zoom-200');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `it scrolls sideways by ${wide} px at 200 % zoom`);
  assert.deepEqual(person.seen.problems, []);
}, { seconds: 300, alone: true });
