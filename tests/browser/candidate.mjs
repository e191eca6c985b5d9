// What a candidate does, step by step, by what is written on the screen.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { newPerson } from './chromium.mjs';

export async function signIn(page, username, password = PASSWORD) {
  await page.goto('/');
  await page.getByLabel(/^(Username|Benutzername)$/).fill(username);
  await page.getByLabel(/^(Password|Passwort)$/).fill(password);
  await page.getByRole('button', { name: /^(Sign in|Anmelden)$/ }).click();
}

export const button = (place, name) => place.getByRole('button', { name, exact: true });
// "Proctortrack" adds for screen readers that it opens a window.
export const menu = (page, name) => page.getByRole('navigation').getByRole('link', { name: new RegExp(`^${name}( |$)`) });

// Reads a text to its end, as a wheel does.
export async function scrollToEnd(place) {
  await place.evaluate(async (box) => {
    while (box.scrollTop + box.clientHeight < box.scrollHeight - 1) {
      box.scrollTop += box.clientHeight;
      await new Promise(requestAnimationFrame);
    }
  });
}

// The exam lies in a frame of the proctored window.
export const examOf = (page) => page.frameLocator('iframe');

const SAVED = /^Saved \d\d:\d\d:\d\d$/;
const KEPT = /^Kept on this computer/;
export const saved = (exam) => exam.getByText(SAVED).waitFor();

// By the question palette.
export const goToQuestion = async (exam, n) => {
  await exam.getByRole('navigation', { name: 'Question palette' }).getByRole('button', { name: new RegExp(`^Question ${n}:`) }).click();
  await exam.getByRole('heading', { name: new RegExp(`^Question ${n} of`) }).waitFor();
};

// Answers every question, whatever kind it is; gives {number of the question: what was answered}.
export async function answerAll(exam, each) {
  const question = exam.locator('section.question');
  await question.waitFor();
  const count = Number((await question.getByRole('heading').first().innerText()).split(' ').pop());
  const given = new Map();
  for (let n = 1; n <= count; n++) {
    if (n > 1) await button(exam, 'Next').click();
    await exam.getByRole('heading', { name: `Question ${n} of ${count}` }).waitFor();
    const boxes = question.getByRole('checkbox');
    const radios = question.getByRole('radio');
    const text = question.getByRole('textbox');
    if (await boxes.count()) {
      await boxes.nth(0).check();
      await boxes.nth(1).check();
      given.set(n, 'multiple');
    } else if (await radios.count()) {
      await radios.nth(1).check();
      given.set(n, 'single');
    } else if ((await text.getAttribute('inputmode')) === 'decimal') {
      await text.fill('3.25');
      given.set(n, '3.25');
    } else {
      await text.fill('Written in a real browser.');
      given.set(n, 'Written in a real browser.');
    }
    await exam.getByText('Saving...').waitFor({ state: 'detached' });
    await saved(exam);
    await each(n);
  }
  return given;
}

// A candidate who has checked in already, at the camera step: the tests that are about the
// recording begin here. Returns the page and the session's and attempt's ids.
export async function openAtCamera(person, server, username, kind = 'exam') {
  const client = new Client(server);
  await client.signIn(username);
  const { session, attempt, url } = await client.launch(kind);
  await client.checkIn(session);
  const [name, value] = client.cookie.split('=');
  await person.context.addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
  const page = await person.context.newPage();
  await page.goto(url);
  await button(page, "I Agree, Let's Begin").click();
  return { page, client, session, attempt };
}

// The seven points, by the page itself.
export async function checkSystem(page) {
  await page.getByRole('checkbox').check();
  await button(page, 'Start System Check').click();
  await page.getByText('being checked').first().waitFor();
  await button(page, "I Agree, Let's Begin").waitFor({ timeout: 60000 });
}

export async function startRecording(page) {
  await button(page, 'Start Proctoring').click();
  await button(examOf(page), 'Start Exam').click();
}

// The last question of the demo's exam is the one to write a text for.
export async function essay(page) {
  const exam = examOf(page);
  const text = exam.locator('textarea');
  await exam.locator('section.question').waitFor();
  if ((await text.count()) === 0) await goToQuestion(exam, 5);
  return text;
}

// `kept`: the server is away, so it is kept here.
export async function writeAnswer(page, text, { kept = false } = {}) {
  await (await essay(page)).fill(text);
  await examOf(page).getByText('Saving...').waitFor({ state: 'detached' });
  await examOf(page).getByText(kept ? KEPT : SAVED).waitFor({ timeout: 30000 });
}

export const writtenAnswer = async (page) => (await essay(page)).inputValue();

// Steps 24 and 25 of the guide.
export async function endAndUpload(page) {
  await button(page, 'End').click();
  await button(page.getByRole('dialog'), 'Yes').click();
}

// From the questions to the receipt; `ended` is done between "Home" and "End".
export async function finishExam(page, { ended = async () => undefined } = {}) {
  const exam = examOf(page);
  await button(exam, 'Finish Exam').first().click();
  await button(exam.getByRole('dialog'), 'Finish Exam').click();
  await button(exam, 'Home').click();
  await ended();
  await endAndUpload(page);
}

export async function until(what, seconds, ask) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await ask();
    if (found) return found;
    assert.ok(Date.now() < end, `${what}: not within ${seconds} s`);
    await sleep(200);
  }
}

export const receiptOf = (client, session) =>
  until('a receipt', 40, async () => {
    const answer = await client.send('GET', `/api/proctor/sessions/${session}/receipt`, { accept: [409] });
    return answer.status === 200 ? answer.body : null;
  });

// A member of staff in a browser of their own, signed in, at a page of the review.
export async function staffAt(t, browser, server, user, path) {
  const person = await newPerson(browser, server, {});
  t.after(() => person.context.close());
  const page = await person.context.newPage();
  await signIn(page, user);
  await page.getByRole('navigation').first().waitFor();
  await page.goto(path);
  return page;
}
