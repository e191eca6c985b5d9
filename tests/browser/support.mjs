// A candidate in the proctored window and a support agent at the desk, each in a browser of their own.
import assert from 'node:assert/strict';
import { skip, test } from '../support/runner.mjs';
import { CAMERA_ONLY, startServer, USERS } from '../support/server.mjs';
import { checkPage, hasChromium, newPerson, screenshot, startBrowser } from './chromium.mjs';
import { button, essay, examOf, openAtCamera, signIn, startRecording, until } from './candidate.mjs';
import { cameraClip } from './clip.mjs';

const CONTACT = /Contact the One-Stop Center/;
const panelOf = (page) => page.getByRole('dialog', { name: 'One-Stop Center' });
const linesOf = (place) => place.locator('.chat-text').allInnerTexts();

async function say(place, text) {
  await place.getByRole('textbox').fill(text);
  await place.getByRole('textbox').press('Enter');
}

test('a candidate and a support agent chat while the exam goes on', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t, { worker: false, policy: CAMERA_ONLY });
  const browser = await startBrowser(t, { clip: cameraClip() });
  const candidate = await newPerson(browser, server, { camera: true });
  const agent = await newPerson(browser, server);
  t.after(() => agent.context.close());
  t.after(() => candidate.context.close());

  // The agent signs in and is at the desk.
  const desk = await agent.context.newPage();
  await signIn(desk, USERS.support);
  await desk.waitForURL('**/support-desk/');
  await desk.getByText('Nobody has written yet.').waitFor();
  await checkPage(desk, 's1-desk-empty');

  // Before anybody is signed in there is a telephone number, and no chat.
  const stranger = await newPerson(browser, server);
  const front = await stranger.context.newPage();
  await front.goto('/');
  await front.getByRole('button', { name: CONTACT }).click();
  await panelOf(front).getByText('Please sign in to write to us.').waitFor();
  await panelOf(front).getByRole('link', { name: /\d{3}/ }).waitFor();
  await front.keyboard.press('Escape');
  await panelOf(front).waitFor({ state: 'detached' });
  assert.match(await front.evaluate(() => document.activeElement.textContent), /Contact/, 'the focus did not come back');
  await stranger.context.close();

  // At the camera step: help for it, and a question.
  const { page } = await openAtCamera(candidate, server, USERS.candidate);
  await button(page, 'Start Proctoring').waitFor();
  await page.getByRole('button', { name: CONTACT }).click();
  const panel = panelOf(page);
  await panel.getByText('Allow camera and microphone at the left of the address.').waitFor();
  await say(panel, 'Is my camera <b>good</b> enough?');
  await panel.getByText('Is my camera <b>good</b> enough?').waitFor();
  await checkPage(page, 's2-panel-at-the-camera');

  // The desk is told by itself, sees where the candidate is, and answers.
  const item = desk.getByRole('button', { name: /Amara Okafor.*Waits for an answer/ });
  await item.waitFor();
  await desk.getByRole('button', { name: /Amara Okafor.*Camera/ }).waitFor();
  await item.click();
  const talk = desk.locator('.desk-talk');
  await talk.getByText('Is my camera <b>good</b> enough?').waitFor();
  await desk.getByText('1 new message').waitFor({ state: 'detached' });
  await say(talk, 'Yes, it is.\nYou can start.');
  await panel.getByText('Yes, it is.').waitFor();
  assert.deepEqual(await linesOf(panel), ['Is my camera <b>good</b> enough?', 'Yes, it is.\nYou can start.']);
  assert.equal(await panel.locator('.chat-text b').count(), 0, 'markup was not left as text');
  await checkPage(desk, 's3-desk-conversation');

  // In the exam a message is counted and announced; the focus stays in the answer.
  await panel.getByRole('button', { name: 'Close' }).click();
  await startRecording(page);
  const answer = await essay(page);
  await answer.click();
  await answer.pressSequentially('I am writ');
  await say(talk, 'Good luck!');
  await page.getByRole('button', { name: 'Help: Contact the One-Stop Center, 1 new message' }).waitFor();
  await page.getByText('New message from Mei Tanaka: Good luck!').waitFor({ state: 'attached' });
  await page.keyboard.type('ing this.');
  assert.equal(await answer.inputValue(), 'I am writing this.', 'the focus was taken away');
  await screenshot(page, 's4-exam-with-a-message');
  await page.getByRole('button', { name: CONTACT }).click();
  await panel.getByText('Good luck!').waitFor();
  await checkPage(page, 's5-panel-in-the-exam');

  // The desk gives time; the exam's clock follows when its page next asks, at the latest on coming back to it.
  const frame = page.frames().find((one) => one.url().includes('/exam/'));
  const minutesLeft = async () => Number(/Time left\s*(\d+):/.exec(await examOf(page).locator('header').innerText())[1]);
  assert.ok((await minutesLeft()) < 31);
  await button(desk, 'Give 10 more minutes').click();
  assert.equal(await button(desk, 'Confirm').isDisabled(), true, 'time is given without a reason');
  await desk.getByLabel('Reason').fill('The computer was started anew');
  await checkPage(desk, 's6-desk-gives-time');
  await button(desk, 'Confirm').click();
  await desk.getByRole('row', { name: /Mei Tanaka.*Added exam time.*Amara Okafor.*started anew/ }).waitFor();
  await frame.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await until('the clock follows', 10, async () => (await minutesLeft()) >= 39);

  // While offline a message waits on the page, and goes out once.
  await candidate.context.setOffline(true);
  await say(panel, 'Written offline');
  await panel.getByText(/^Kept on this page/).waitFor({ timeout: 25000 });
  await screenshot(page, 's6-panel-offline');
  await candidate.context.setOffline(false);
  await talk.getByText('Written offline').waitFor({ timeout: 45000 });
  await panel.getByText(/^Kept on this page/).waitFor({ state: 'detached' });
  assert.equal((await linesOf(talk)).filter((text) => text === 'Written offline').length, 1);
  assert.equal((await linesOf(panel)).filter((text) => text === 'Written offline').length, 1);

  // The server is killed in between; both sides go on by themselves.
  await server.kill();
  await server.start();
  await say(talk, 'Still here');
  await panel.getByText('Still here').waitFor({ timeout: 45000 });
  assert.equal((await linesOf(panel)).filter((text) => text === 'Still here').length, 1);

  await button(desk, 'Close the conversation').click();
  await panel.getByText('This conversation was closed.').waitFor();
  await desk.getByRole('row', { name: /Mei Tanaka.*Closed the conversation.*Amara Okafor/ }).waitFor();
  assert.equal(await talk.getByRole('textbox').count(), 0, 'a closed conversation can be written to');
  await checkPage(desk, 's7-desk-closed');
  await desk.setViewportSize({ width: 683, height: 384 }); // 200 % on a screen of 1366x768
  await page.setViewportSize({ width: 683, height: 384 });
  assert.ok(await desk.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the desk scrolls sideways at 200 %');
  await screenshot(desk, 's8-desk-200-percent');
  await screenshot(page, 's9-panel-200-percent');
  assert.deepEqual(candidate.seen.problems, []);
  assert.deepEqual(agent.seen.problems, []);
}, { seconds: 240 });

test('one tab listens for all, and signing out leaves nothing of the conversation', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t, { worker: false, policy: CAMERA_ONLY });
  const browser = await startBrowser(t);
  const person = await newPerson(browser, server);
  t.after(() => person.context.close());
  let streams = 0;
  person.context.on('request', (request) => { if (request.url().includes('/own/events')) streams += 1; });
  const first = await person.context.newPage();
  await signIn(first, USERS.other);
  await first.getByRole('heading', { name: 'Profile page' }).waitFor();
  const second = await person.context.newPage();
  await second.goto('/');
  await second.getByRole('heading', { name: 'Profile page' }).waitFor();
  await first.getByRole('button', { name: CONTACT }).click();
  await second.getByRole('button', { name: CONTACT }).click();
  await say(panelOf(first), 'From the first tab');
  await panelOf(second).getByText('From the first tab').waitFor();
  assert.equal(streams, 1);
  await first.close(); // the other takes over
  await until('the second tab listens', 10, () => streams === 2);
  // Nothing of the conversation stays when somebody signs out.
  await second.keyboard.press('Escape');
  await second.getByRole('banner').getByRole('button', { name: 'Log out' }).click();
  await second.getByRole('heading', { name: 'Sign in to myCamu' }).waitFor();
  await second.getByRole('button', { name: CONTACT }).click();
  await panelOf(second).getByText('Please sign in to write to us.').waitFor();
  assert.equal(await second.getByText('From the first tab').count(), 0);
  assert.deepEqual(person.seen.problems, []);
});
