// The exam player: palette, one question at a time, keys, text size; files of answers; time that is given back.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { skip, test } from '../support/runner.mjs';
import { startServer, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { checkPage, hasChromium, newPerson, screenshot, startBrowser } from './chromium.mjs';
import { button, goToQuestion, saved, until } from './candidate.mjs';

const CUT_SECONDS = Number(process.env.PT_CUT_SECONDS ?? 10); // 60 in the long run
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

// The exam's own page, started: the proctored window around it is the matter of other tests.
async function sit(t, options = {}) {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t, { worker: false });
  const browser = await startBrowser(t);
  const person = await newPerson(browser, server, options);
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { attempt } = await client.openSession();
  const [name, value] = client.cookie.split('=');
  await person.context.addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
  const page = await person.context.newPage();
  await page.goto(`/exam/?attempt=${attempt}`);
  await button(page, 'Start Exam').click();
  await page.getByRole('heading', { name: /^Question 1 of/ }).waitFor();
  return { server, browser, person, client, attempt, page, read: () => client.get(`/api/campus/attempts/${attempt}`) };
}

const palette = (page) => page.getByRole('navigation', { name: 'Question palette' });
const paletteStates = (page) => palette(page).getByRole('button').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label').split(': ')[1]));

test('the player tells five states of a question, keeps them over a crash, and works by keys', async (t) => {
  const { page, read, person } = await sit(t);
  await page.getByRole('radio').first().check();
  await saved(page);
  await button(page, 'Mark for review').click();
  await button(page, 'Next').click();
  await button(page, 'Next').click();
  await button(page, 'Mark for review').click();
  await button(page, 'Previous').click();
  await goToQuestion(page, 4);
  await page.getByRole('textbox').fill('12.5');
  await saved(page);
  const expected = ['Answered and marked', 'Not answered', 'Marked for review', 'Answered', 'Not visited'];
  assert.deepEqual(await paletteStates(page), expected);
  await until('the server has it', 10, async () => (await read()).items.filter((item) => item.seen_us !== null).length === 4);
  await checkPage(page, '40-player');

  await page.reload();
  await page.getByRole('heading', { name: 'Question 4 of 5' }).waitFor();
  assert.equal(await page.getByRole('textbox').inputValue(), '12.5');
  assert.deepEqual(await paletteStates(page), expected);

  // Keys, while the cursor is in a field.
  await page.getByRole('textbox').focus();
  await page.keyboard.press('Alt+KeyP');
  await page.getByRole('heading', { name: 'Question 3 of 5' }).waitFor();
  await until('the focus goes along', 5, async () => (await page.evaluate(() => document.activeElement?.id)) === 'question-3');
  await page.keyboard.press('Alt+KeyM');
  await page.keyboard.press('Alt+KeyN');
  await page.keyboard.press('Alt+KeyX');
  await until('the answer is cleared', 5, async () => (await paletteStates(page)).join() === ['Answered and marked', 'Not answered', 'Not answered', 'Not answered', 'Not visited'].join());
  await page.keyboard.press('Alt+KeyT');
  await page.getByText('Time hidden').waitFor();
  await page.keyboard.press('Alt+KeyT');
  await page.keyboard.press('Alt+KeyK');
  await page.getByRole('dialog').getByText('Next question').waitFor();
  await checkPage(page, '41-keys');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' }); // no shortcut acts behind an open dialog
  await page.keyboard.press('Alt+KeyV');
  await until('all questions', 5, async () => (await page.locator('section.question').count()) === 5);
  await checkPage(page, '42-all-questions');
  await page.keyboard.press('Alt+KeyV');

  await button(page, 'Finish Exam').first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('4 questions are not answered.').waitFor();
  await checkPage(page, '43-summary');
  await button(dialog, 'Question 3').click();
  await page.getByRole('heading', { name: 'Question 3 of 5' }).waitFor();
  assert.deepEqual(person.seen.problems, []);
}, { seconds: 90 });

test('the player fits 200 % zoom and large text', async (t) => {
  const { page } = await sit(t, { viewport: { width: 683, height: 384 }, deviceScaleFactor: 2 });
  await checkPage(page, '44-zoom-200');
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok((await wide()) <= 0, 'it scrolls sideways at 200 % zoom');
  await page.setViewportSize({ width: 1366, height: 768 });
  for (let i = 0; i < 5; i++) await button(page, 'A+ Larger text').click();
  await page.getByText('200 %').waitFor();
  await checkPage(page, '45-text-200');
  assert.ok((await wide()) <= 0, 'it scrolls sideways with large text');
  await page.reload();
  await page.getByText('200 %').waitFor();
}, { seconds: 60 });

// PATCHes of files take `ms` each, so that they are still on their way when something happens.
const slowly = (context, ms) => context.route('**/api/campus/attachments/*', async (route) => {
  if (route.request().method() === 'PATCH') await sleep(ms);
  await route.continue().catch(() => {});
});

test('several files go at once, over a cut and a reload, and one may complete after the end', async (t) => {
  const { page, person, read, server } = await sit(t);
  await goToQuestion(page, 5);
  const list = page.getByRole('region', { name: 'Files of question 5' });
  await list.getByText(/up to .* each, 10 for this question/).waitFor();
  const input = list.locator('input[type=file]').last();
  const file = (name, size) => ({ name, mimeType: 'application/octet-stream', buffer: randomBytes(size) });
  const [one, two] = [file('plan.zip', 3_000_000), file('Übersicht <b>.pdf', 40_000)];
  await slowly(person.context, 700);
  await input.setInputFiles([one, two]);
  await list.getByText(/a second/).first().waitFor();
  await checkPage(page, '46-files');
  await person.context.setOffline(true);
  await list.getByText(/Paused: no connection/).first().waitFor({ timeout: 30000 });
  await screenshot(page, '47-files-offline');
  await sleep(CUT_SECONDS * 1000);
  await person.context.setOffline(false);
  await until('a part has arrived', 20, async () => (await read()).attachments.some(({ length, bytes }) => length === 3_000_000 && bytes > 0 && bytes < length));
  await page.reload();
  await list.waitFor();
  await until('both are there', 40, async () => (await read()).attachments.filter(({ state }) => state === 'complete').length === 2);
  await list.getByText(/Received/).nth(1).waitFor();
  const kept = (await read()).attachments;
  assert.deepEqual(kept.map(({ name, sha256 }) => [name, sha256]).sort(), [['plan.zip', digest(one.buffer)], ['Übersicht b.pdf', digest(two.buffer)]].sort());
  assert.equal((await paletteStates(page))[4], 'Answered', 'a file is an answer');
  await checkPage(page, '48-files-complete');

  await person.context.unroute('**/api/campus/attachments/*');
  await list.locator('li', { hasText: 'plan.zip' }).locator('input[type=file]').setInputFiles(file('plan-2.zip', 500_000));
  await until('it was replaced', 20, async () => (await read()).attachments.map(({ name, state }) => `${name} ${state}`).sort().join() === 'plan-2.zip complete,Übersicht b.pdf complete');
  await until('the page shows it', 5, async () => (await list.getByRole('listitem').count()) === 2);
  await button(list, 'Remove Übersicht <b>.pdf').or(button(list, 'Remove Übersicht b.pdf')).click();
  await until('it was removed', 10, async () => (await read()).attachments.length === 1);
  await until('the page shows that', 5, async () => (await list.getByRole('listitem').count()) === 1); // it counts against the limit until then
  const many = Array.from({ length: 10 }, (_, i) => file(`page-${i + 1}.png`, 2000));
  await input.setInputFiles(many);
  await list.getByText('page-10.png: there are 10 files already.').waitFor();
  await until('nine more', 20, async () => (await read()).attachments.filter(({ state }) => state === 'complete').length === 10);
  await button(list, 'Remove page-1.png').click();
  await until('one less', 10, async () => (await read()).attachments.length === 9);

  await slowly(person.context, 1500);
  await input.setInputFiles(file('late.mov', 2_500_000));
  await list.getByText('late.mov').waitFor();
  await until('it has begun', 10, async () => (await read()).attachments.length === 10);
  await button(page, 'Finish Exam').first().click();
  await page.getByRole('dialog').getByText('1 file is still being sent.', { exact: false }).waitFor();
  await button(page.getByRole('dialog'), 'Finish Exam').click();
  await page.getByText('1 file is still being sent').waitFor();
  await checkPage(page, '49-finished-with-file');
  await button(page, 'Home').click();
  await page.getByRole('dialog').getByText('Submit without the rest of the files?').waitFor();
  await button(page, 'Wait').click();
  await page.getByText('All files have been received.').waitFor({ timeout: 40000 });
  await button(page, 'Home').click();
  await page.getByRole('heading', { name: 'Your exam is submitted' }).waitFor();
  const staff = new Client(server);
  await staff.signIn(USERS.instructor);
  const late = (await read()).attachments.find(({ name }) => name === 'late.mov');
  assert.equal((await staff.get(`/api/campus/attachments/${late.id}/content`)).length, 2_500_000);
  assert.deepEqual(person.seen.problems, []);
}, { seconds: 180 });

test('the server is away in mid-exam: answers are kept, and the time is given back', async (t) => {
  const { page, read, server } = await sit(t);
  const before = await read();
  await sleep(2500);
  await server.kill();
  await page.getByRole('radio').nth(1).check();
  await page.getByText(/^Kept on this computer/).waitFor({ timeout: 20000 });
  await sleep(8000);
  await server.start();
  await saved(page);
  await page.getByText(/seconds were given back: the server was away/).waitFor({ timeout: 30000 });
  await checkPage(page, '50-time-given-back');
  const after = await read();
  assert.ok(after.deadline_us - before.deadline_us >= 8e6);
  assert.notEqual(after.items[0].answer, null);
  await button(page, 'Your time').click();
  await page.getByRole('dialog').getByText(/given back/).waitFor();
  await screenshot(page, '51-your-time');
}, { seconds: 90 });

test('the portal: the state of an exam after coming back, a name that is corrected, times and files for staff', async (t) => {
  const { page, person, read, attempt, client, browser, server } = await sit(t);
  await goToQuestion(page, 5);
  await page.locator('input[type=file]').last().setInputFiles({ name: 'essay.pdf', mimeType: 'application/pdf', buffer: randomBytes(20_000) });
  await until('the file is there', 10, async () => (await read()).attachments[0]?.state === 'complete');
  const portal = await person.context.newPage();
  await portal.goto('/#/assessments');
  await portal.getByText('In progress').waitFor();
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  await client.post(`/api/campus/attempts/${attempt}/submit`);
  await portal.getByText('Submitted, upload not complete').waitFor({ timeout: 10000 });
  const session = (await client.get('/api/campus/assessments')).assessments.find((one) => one.attempt).attempt.session_url.split('/').pop();
  await client.post(`/api/proctor/sessions/${session}/end`, { streams: {} });
  await portal.getByText('Uploaded, being analysed').waitFor({ timeout: 10000 });
  await checkPage(portal, '52-assessments');

  await portal.goto('/#/profile');
  await portal.getByLabel('Full name as on your photo ID').fill('Amara Chidinma Okafor');
  await portal.getByLabel('Why it has to be changed').fill('My passport has my middle name.');
  await button(portal, 'Send the request').click();
  await portal.getByText('Staff have not decided yet').waitFor();
  await checkPage(portal, '53-name-asked');

  const staff = await newPerson(browser, server);
  t.after(() => staff.context.close());
  const desk = await staff.context.newPage();
  const helper = new Client(server);
  await helper.signIn(USERS.instructor);
  const [name, value] = helper.cookie.split('=');
  await staff.context.addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
  await desk.goto('/#/names');
  await desk.getByText('My passport has my middle name.').waitFor();
  await button(desk, 'Reject: Amara Chidinma Okafor').click();
  assert.equal(await button(desk.getByRole('dialog'), 'Reject').isDisabled(), true, 'a rejection needs a reason');
  await button(desk.getByRole('dialog'), 'Cancel').click();
  await checkPage(desk, '54-name-requests');
  await button(desk, 'Approve: Amara Chidinma Okafor').click();
  await desk.getByText('Approved').waitFor();
  await portal.reload();
  await portal.getByText('by Helena Marsh').waitFor();

  await desk.goto('/#/attempts');
  await desk.getByLabel('Exam').selectOption('Introduction to the life sciences');
  await button(desk, 'Time and files of Amara Chidinma Okafor').click();
  const dialog = desk.getByRole('dialog');
  await dialog.getByText('Nothing was added to the time.').waitFor();
  await checkPage(desk, '55-attempt-of-staff');
  const download = desk.waitForEvent('download');
  await dialog.getByRole('link', { name: 'essay.pdf' }).click();
  assert.equal((await download).suggestedFilename(), 'essay.pdf');
  assert.deepEqual([...person.seen.problems, ...staff.seen.problems], []);
}, { seconds: 90 });
