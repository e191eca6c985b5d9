// From the decision to the answer of an appeal, each person in a browser of their own; in English and in German.
import assert from 'node:assert/strict';
import { skip, test } from '../support/runner.mjs';
import { startServer, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { clipWithAbsence, reported, sit } from '../support/session.mjs';
import { checkPage, hasChromium, newPerson, screenshot, startBrowser } from './chromium.mjs';
import { button, menu, signIn, until } from './candidate.mjs';

test('a decision is released, the candidate reads it, remarks and appeals, another reviewer answers', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t);
  const { session } = await sit(server, clipWithAbsence(t));
  const api = new Client(server);
  await api.signIn(USERS.instructor);
  await reported(api, session);
  const browser = await startBrowser(t);
  const open = async (user, options) => {
    const person = await newPerson(browser, server, options);
    t.after(() => person.context.close());
    const page = await person.context.newPage();
    await signIn(page, user);
    await page.getByRole('navigation').first().waitFor();
    return { page, seen: person.seen };
  };

  // Before: the candidate sees that it waits.
  const { page: candidate, seen } = await open(USERS.candidate);
  await menu(candidate, 'Results').click();
  const row = candidate.getByRole('row', { name: /life sciences/ }).last();
  await row.getByText('Awaiting review').waitFor();
  assert.equal(await candidate.getByRole('link', { name: /^Read the result/ }).count(), 0);
  await checkPage(candidate, 'r1-results-before');

  // The reviewer has decided, and releases.
  const { page: helena } = await open(USERS.instructor);
  await helena.goto(`/review/sessions/${session}`);
  const card = helena.getByRole('region', { name: 'Result for the candidate' });
  await card.getByText('Nothing can be released yet').waitFor();
  await api.post(`/api/review/sessions/${session}/decisions`, { outcome: 'violation', note: 'For colleagues only.' });
  await helena.reload();
  await button(card, 'Release the result').click();
  await checkPage(helena, 'r2-release-asks');
  await button(helena.getByRole('dialog'), 'Release the result').click();
  await card.getByText(/^Released as/).waitFor();
  await checkPage(helena, 'r3-released');

  // The candidate finds it from the list of tests.
  await menu(candidate, 'Assessments').click();
  await candidate.getByText('Result released').waitFor();
  await candidate.getByRole('link', { name: 'Read the result' }).click();
  await candidate.getByRole('link', { name: /^Read the result of/ }).click();
  await candidate.getByRole('heading', { name: /^Result: / }).waitFor();
  await candidate.getByText('A rule was broken').waitFor();
  assert.doesNotMatch(await candidate.locator('main').innerText(), /For colleagues only|Helena|cheat/i);
  await candidate.getByRole('img', { name: /Still of the recording/ }).first().waitFor();
  await checkPage(candidate, 'r4-result');

  // The recording around the flag plays, at its time.
  await button(candidate, 'Show the recording of flag 1').click();
  const video = candidate.locator('video').first();
  await until('the recording is at the flag', 20, () => video.evaluate((v) => v.readyState >= 2 && v.currentTime > 2 && v.currentTime < 6));
  const duration = await video.evaluate((v) => v.duration);
  assert.ok(duration > 18 && duration < 22, `the recording has its length: ${duration}`);
  await video.evaluate((v) => { v.muted = true; return v.play(); });
  await until('it plays', 15, () => video.evaluate((v) => v.currentTime > 5));
  await video.evaluate((v) => v.pause());
  await checkPage(candidate, 'r5-clip');

  // A remark, by keyboard alone, and the appeal.
  const remark = candidate.getByLabel('Your remark to flag 1');
  await remark.focus();
  await candidate.keyboard.type('I bent down for my pen.');
  await candidate.keyboard.press('Tab');
  await candidate.keyboard.press('Enter');
  await candidate.getByText('Your remark is saved.').waitFor();
  await candidate.getByLabel('Why you do not agree').fill('I did not leave my desk.\nThe pen had fallen down.');
  await button(candidate, 'Send the appeal').click();
  await checkPage(candidate, 'r6-appeal-asks');
  await button(candidate.getByRole('dialog'), 'Send the appeal').click();
  await candidate.getByText(/^You appealed .* waits for its answer/).waitFor();
  await checkPage(candidate, 'r7-appealed');

  // Who decided is told that somebody else answers; that one does.
  await helena.goto('/review/');
  await helena.getByRole('heading', { name: 'Appeals that wait for an answer' }).waitFor();
  await checkPage(helena, 'r8-appeals');
  await helena.getByRole('link', { name: 'Amara Okafor' }).click();
  await card.getByText('You decided on this session, so somebody else answers').waitFor();
  assert.equal(await card.getByRole('button', { name: 'Send the answer' }).count(), 0);
  const { page: tomas } = await open('tomas.rivera');
  await tomas.goto('/review/');
  await tomas.getByRole('link', { name: 'Amara Okafor' }).click();
  const his = tomas.getByRole('region', { name: 'Result for the candidate' });
  await his.getByText('I bent down for my pen.').waitFor();
  await his.getByText('I did not leave my desk.').waitFor();
  await his.getByRole('radio', { name: 'Passed' }).check();
  await his.getByLabel('Your answer').fill('The recording shows you pick up a pen.');
  await checkPage(tomas, 'r9-answer');
  await button(his, 'Send the answer').click();
  await button(tomas.getByRole('dialog'), 'Send the answer').click();
  await his.getByText(/^Answered with "Passed" by Tomas Rivera/).waitFor();
  await screenshot(tomas, 'r10-answered');

  // The candidate reads it: what holds now, and the answer.
  await candidate.reload();
  await candidate.getByText('Passed: nothing to object to').waitFor();
  await candidate.getByText('The recording shows you pick up a pen.').waitFor();
  assert.equal(await candidate.getByRole('button', { name: 'Send the appeal' }).count(), 0);
  await checkPage(candidate, 'r11-answered');
  assert.deepEqual(seen.problems, []);

  // In German, on a narrow window at twice the size.
  const { page: german } = await open(USERS.candidate, { locale: 'de-DE', viewport: { width: 683, height: 384 } });
  await german.goto(`/#/results/${session}`);
  await german.getByText('Bestanden: nichts zu beanstanden').waitFor();
  await german.getByText('Niemand im Bild').first().waitFor();
  const wide = await german.evaluate(() => [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1).map((one) => one.outerHTML.slice(0, 120)));
  assert.deepEqual(wide, [], 'the page scrolls sideways');
  await checkPage(german, 'r12-german');
}, { seconds: 240 });
