// The whole way of a candidate through a real browser, and what the instructor finds in the report.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skip, test } from '../support/runner.mjs';
import { CAMERA_ONLY, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { assertSameBytes, checkPage, hasChromium, newPerson, screenshot, startBrowser } from './chromium.mjs';
import { answerAll, button, checkSystem, examOf, menu, receiptOf, scrollToEnd, signIn, until } from './candidate.mjs';
import { cameraClip, partsOf, ROUND_SECONDS } from './clip.mjs';
import { isOfThePlan } from '../support/clips.mjs';

const TOLERANCE = 2; // seconds, of the issue
const SURE = 7; // seconds: a part that the recording's end has cut counts for sure from that length on
const RULES = new Map([[0, 'no-face'], [2, 'several-faces']]); // by how many people are in view

// Exactly the flags of what the browser recorded, at their times.
function compareFlags(review, recorded) {
  const [stream] = review.streams;
  const found = review.flags.filter(isOfThePlan).map(({ rule, from_us: from, to_us: to }) =>
    ({ rule, from: (from - stream.start_us) / 1e6, to: (to - stream.start_us) / 1e6 }));
  const expected = partsOf(recorded)
    .map(({ people, from, to }) => ({ rule: RULES.get(people), from, to: Math.min(to, stream.duration_us / 1e6) }))
    .filter(({ rule }) => rule !== undefined)
    .map((one) => ({ ...one, sure: one.to - one.from >= SURE }));
  const text = `found ${JSON.stringify(found)}, recorded ${JSON.stringify(expected)}`;
  const near = (a, b) => a.rule === b.rule && Math.abs(a.from - b.from) <= TOLERANCE && Math.abs(a.to - b.to) <= TOLERANCE;
  assert.deepEqual(expected.filter((one) => one.sure).map((one) => one.rule).slice(0, 2), [...RULES.values()], text);
  for (const one of expected.filter(({ sure }) => sure)) assert.equal(found.filter((flag) => near(flag, one)).length, 1, text);
  for (const flag of found) assert.ok(expected.some((one) => near(flag, one)), `a flag in the clean part: ${text}`);
  console.log(`# ${text}`);
  return found;
}

// The portal, the separate window, and the steps up to the camera.
async function checkIn(person) {
  const portal = await person.context.newPage();
  await portal.goto('/');
  await portal.getByRole('heading', { name: 'Sign in to myCamu' }).waitFor();
  await checkPage(portal, '01-sign-in');
  await signIn(portal, USERS.candidate);
  await portal.getByRole('heading', { name: 'Profile page' }).waitFor();
  for (const name of ['Profile', 'Assessments', 'Proctortrack', 'Results', 'Support']) {
    await menu(portal, name).waitFor();
  }
  await button(portal.getByRole('navigation'), 'Log out').waitFor();
  await checkPage(portal, '02-profile');
  for (const [name, picture] of [['Assessments', '03-assessments'], ['Results', '04-results'], ['Support', '05-support']]) {
    await menu(portal, name).click();
    await portal.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
    await until(`${name} is loaded`, 20, async () => (await portal.getByText('Loading...').count()) === 0);
    await checkPage(portal, picture);
  }

  const opening = person.context.waitForEvent('page');
  await menu(portal, 'Proctortrack').click();
  const page = await opening;
  await page.getByRole('heading', { name: 'Your tests' }).waitFor();
  const go = page.getByRole('button', { name: 'Go to Test' });
  await go.first().waitFor();
  assert.match(await page.locator('main section').first().innerText(), /Practice test/, 'the practice test is not first');
  await checkPage(page, '06-tests');
  await page.locator('section', { hasText: /Exam, / }).getByRole('button', { name: 'Go to Test' }).click();

  const next = button(page, 'Go to Next Step');
  await next.waitFor();
  await checkPage(page, '07-instructions');
  const box = page.getByRole('checkbox');
  const text = page.getByRole('region', { name: /Instructions and rules/ });
  assert.equal(await next.isDisabled(), true, 'enabled before anything was read');
  await box.check();
  assert.equal(await next.isDisabled(), true, 'enabled although the text was not read to its end');
  await scrollToEnd(text);
  await until('the next step is enabled', 5, () => next.isEnabled());
  await box.uncheck();
  assert.equal(await next.isDisabled(), true, 'enabled without the tick');
  await box.check();
  await next.click();
  await button(page, 'Submit').waitFor();
  await checkPage(page, '08-agreement');
  await button(page, 'Submit').click();
  await checkSystem(page);
  await checkPage(page, '09-begin');
  await button(page, "I Agree, Let's Begin").click();
  await button(page, 'Start Proctoring').waitFor();
  return { portal, page };
}

async function sitExam(page, person) {
  await until('the camera is on', 15, () => person.seen.cameras.length > 0);
  await until('"Start Proctoring" is enabled', 10, () => button(page, 'Start Proctoring').isEnabled());
  await page.getByText('We can hear you.').waitFor();
  await checkPage(page, '09-camera');
  await button(page, 'Start Proctoring').click();
  const exam = examOf(page);
  await button(exam, 'Start Exam').waitFor();
  await page.getByText('You are being recorded').waitFor();
  await checkPage(page, '10-start-exam');
  await button(exam, 'Start Exam').click();
  const given = await answerAll(exam, (n) => screenshot(page, `11-question-${n}`));
  await checkPage(page, '12-questions-answered');
  assert.equal(given.size, 5);
  return given;
}

// What the server has of it is what was written.
async function checkAnswers(client, given) {
  const { assessments } = await client.get('/api/campus/assessments');
  const { attempt } = assessments.find((one) => one.kind === 'exam');
  const { items } = await client.get(`/api/campus/attempts/${attempt.id}`);
  assert.deepEqual(new Set(items.map((item) => item.kind)), new Set(['single', 'multiple', 'numeric', 'descriptive']));
  for (const [at, item] of items.entries()) {
    const { value } = item.answer ?? {};
    if (item.kind === 'single') assert.equal(value, item.options[1].id);
    else if (item.kind === 'multiple') assert.deepEqual(value, item.options.slice(0, 2).map((option) => option.id));
    else assert.equal(value, given.get(at + 1));
  }
}

async function handIn(page) {
  const exam = examOf(page);
  assert.equal(await button(exam, 'Finish Exam').count(), 2, '"Finish Exam" at the top right and at the bottom');
  await button(exam, 'Finish Exam').first().click();
  await exam.getByRole('dialog').waitFor();
  await checkPage(page, '13-finish-confirmation');
  await button(exam, 'Go back to the questions').click();
  await button(exam, 'Finish Exam').last().click();
  await button(exam.getByRole('dialog'), 'Finish Exam').click();
  await button(exam, 'Home').waitFor();
  await checkPage(page, '14-finished');
  await button(exam, 'Home').click();
  await page.getByRole('heading', { name: /Uploading your recording|Receipt/ }).waitFor();
  await button(page, 'End').click();
  await page.getByRole('dialog').getByText('Upload the exam?').waitFor();
  await checkPage(page, '15-upload');
  await button(page.getByRole('dialog'), 'Yes').click();
  await page.getByText('the upload is 100 % complete').waitFor({ timeout: 40000 });
  await page.getByRole('table').waitFor();
  await checkPage(page, '16-receipt');
}

// The instructor finds the session while the exam is still going on, and sees the first flag come in.
async function watchLive(browser, server, t) {
  const person = await newPerson(browser, server);
  t.after(() => person.context.close());
  const page = await person.context.newPage();
  await signIn(page, USERS.instructor);
  await page.getByRole('heading', { name: 'Profile page' }).waitFor();
  await checkPage(page, '17-instructor-profile');
  await page.getByRole('link', { name: 'Go to the review pages' }).click();
  const row = page.getByRole('row').filter({ has: page.getByRole('cell', { name: 'Exam', exact: true }) });
  await row.waitFor();
  await checkPage(page, '18-exams');
  await row.getByRole('rowheader').getByRole('link').click();
  await page.getByRole('table').getByText('In the exam').first().waitFor();
  await checkPage(page, '19-sessions');
  await page.getByRole('link', { name: 'Amara Okafor' }).click();
  await page.getByText(/^The exam is still going on/).waitFor();
  await page.locator('[data-flag]').filter({ hasText: 'Nobody in view' }).waitFor({ timeout: 40000 });
  await checkPage(page, '20-report-live');
  return { person, page };
}

// The page of the instructor was left open: it becomes the final report by itself.
async function checkReport({ person, page }, server, session, recorded) {
  await page.getByText('Report ready').waitFor({ timeout: 40000 });
  const reviewer = new Client(server);
  await reviewer.signIn(USERS.instructor);
  const review = await reviewer.get(`/api/review/sessions/${session}`);
  assert.equal(review.streams.length, 1);
  const found = compareFlags(review, recorded);
  await checkPage(page, '21-report');

  const cards = page.locator('[data-flag]');
  assert.equal(await cards.count(), found.length);
  await cards.last().scrollIntoViewIfNeeded();
  await until('thumbnails are shown', 10, () =>
    page.locator('.flag-picture img').evaluateAll((images) =>
      images.length > 0 && images.every((one) => one.complete && one.naturalWidth > 0)));
  for (const kind of ['started', 'answered', 'finished']) {
    assert.ok(review.events.some((event) => event.kind.includes(kind)), `no event "${kind}"`);
  }
  // Next flag by the keyboard, the second by its card, and the first again by a click on the timeline.
  const place = () => page.locator('video').evaluate((video) => video.currentTime);
  const near = (what, flag) => until(what, 10, async () => Math.abs((await place()) - flag.from) < 0.5);
  await page.locator('[data-slider]').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('n');
  await near('a key jumps to the first flag', found[0]);
  await cards.nth(1).getByRole('button').click();
  await near('its card jumps to the second flag', found[1]);
  await screenshot(page, '22-report-second-flag');
  await page.locator(`[data-rule="${found[0].rule}"] .mark`).first().click();
  await near('a click on the timeline jumps to the first flag', found[0]);
  await button(page, 'Play').click();
  await until('the recording plays', 10, async () => (await place()) > found[0].from + 1);
  assert.deepEqual(person.seen.problems, []);
}

// The instructor judges the incident, decides, changes the decision, and finds the session by it in the list.
async function judge({ person, page }, reviewer, session) {
  const judgement = page.getByRole('group', { name: 'Your judgement of incident 1' });
  await button(judgement, 'Breaks the rule').click();
  await judgement.locator('button[aria-pressed=true]').waitFor();
  const decision = page.getByRole('region', { name: 'Decision' });
  await decision.getByLabel('Suspicious').check();
  await decision.getByLabel('Note').fill('Who is the second person?');
  await button(decision, 'Save decision').click();
  await decision.getByText('“Who is the second person?”').waitFor();
  await decision.getByLabel('Rules violation').check();
  await button(decision, 'Save decision').click();
  await decision.getByText('Earlier decisions (1)').waitFor();
  await decision.scrollIntoViewIfNeeded();
  await checkPage(page, '23-decision');
  const { decisions, answers, flags, events } = await reviewer.get(`/api/review/sessions/${session}`);
  assert.deepEqual(decisions.map(({ outcome, name }) => [outcome, name]), [['violation', 'Helena Marsh'], ['suspicious', 'Helena Marsh']]);
  assert.deepEqual(answers.map(({ flag, answer }) => [flag, answer]), [[flags[0].id, 'breaks']]);
  assert.equal(events.filter(({ kind }) => kind === 'decision').length, 2, 'decisions are evidence');

  // Other rules, as a preview: with the face's rule off there is less, and what was found stays.
  const rejudge = page.locator('section', { has: page.getByRole('heading', { name: 'Try other rules' }) });
  await rejudge.getByLabel('Policy', { exact: true }).selectOption('own');
  await rejudge.getByLabel('Policy as JSON').fill('{"name": "Mine", ');
  await button(rejudge, 'Show preview').click();
  await rejudge.getByText('This is no JSON object').waitFor();
  await rejudge.getByLabel('Policy as JSON').fill('{"name": "Mine", "rules": {"no-face": {"on": false}}}');
  await button(rejudge, 'Show preview').click();
  await rejudge.getByText('Under "Mine"').waitFor();
  const absent = flags.find(({ rule }) => rule === 'no-face');
  const row = rejudge.getByRole('row', { name: absent.title }).first();
  assert.deepEqual((await row.getByRole('cell').allInnerTexts()).map(Number), [flags.filter(({ rule }) => rule === 'no-face').length, 0]);
  await rejudge.locator('summary').click();
  await rejudge.scrollIntoViewIfNeeded();
  await checkPage(page, '25-other-rules');
  assert.deepEqual((await reviewer.get(`/api/review/sessions/${session}`)).flags, flags);

  await page.getByRole('link', { name: 'Introduction to the life sciences' }).click();
  await page.getByLabel('Decision of a person').selectOption('passed');
  await page.getByText('No session fits this search').waitFor();
  await page.getByLabel('Decision of a person').selectOption('violation');
  await page.getByLabel("Candidate's name").fill('okafor');
  await page.getByRole('link', { name: 'Amara Okafor' }).waitFor();
  await checkPage(page, '24-sessions-found');
  assert.deepEqual(person.seen.problems, []);
}

test('a candidate takes the exam and the report has exactly the flags of the clip', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t, { policy: CAMERA_ONLY });
  const browser = await startBrowser(t, { clip: cameraClip() });
  const person = await newPerson(browser, server, { camera: true });
  const { page } = await checkIn(person);
  const session = new URL(page.url()).pathname.split('/').pop();
  const given = await sitExam(page, person);
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  await checkAnswers(client, given);
  const [openedS] = person.seen.cameras;
  // One whole pass of the clip, and a little of the next, in which nobody is missing.
  const enough = sleep(Math.max(0, (openedS + ROUND_SECONDS + 5) * 1000 - Date.now()));
  const [, live] = await Promise.all([enough, watchLive(browser, server, t)]);
  await handIn(page);
  assert.equal(person.seen.cameras.length, 1, 'the camera was opened twice');
  const receipt = await receiptOf(client, session);
  assertSameBytes(receipt.streams, person.seen.recorders);
  assert.deepEqual(person.seen.problems, []);
  await page.getByRole('button', { name: 'Quit' }).click();
  await page.getByText(/^Handed in /).waitFor();
  await checkPage(page, '16-assessments-after');
  await Promise.all([page.waitForEvent('close'), button(page, 'Close').click()]);
  const recorded = join(temporaryFolder(t), 'recorded.webm');
  writeFileSync(recorded, Buffer.concat([...person.seen.recorders.values()][0]));
  await checkReport(live, server, session, recorded);
  const reviewer = new Client(server);
  await reviewer.signIn(USERS.instructor);
  await judge(live, reviewer, session);
}, { seconds: 150, alone: true });
