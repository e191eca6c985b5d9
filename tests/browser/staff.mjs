// An administrator says who sees an exam, and what the others see then; by keyboard and by mouse.
import assert from 'node:assert/strict';
import { skip, test } from '../support/runner.mjs';
import { admin, PASSWORD, startServer, USERS } from '../support/server.mjs';
import { checkPage, hasChromium, startBrowser } from './chromium.mjs';
import { button, staffAt } from './candidate.mjs';

const EXAM = 'Introduction to the life sciences';

test('an administrator puts a reviewer on the staff of an exam and takes them off again', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t, { worker: false });
  admin(server.data, ['user', 'add', 'olga.reviewer', '--role', 'instructor', '--name', 'Olga Reviewer', '--email', 'olga@example.org'], { input: `${PASSWORD}\n` });
  const browser = await startBrowser(t);
  const open = (user) => staffAt(t, browser, server, user, '/review/');

  const olga = await open('olga.reviewer');
  await olga.getByText('There is no exam whose staff you are.').waitFor();
  await checkPage(olga, 's1-no-exam');

  const ruth = await open(USERS.admin);
  await ruth.getByRole('link', { name: EXAM, exact: true }).click();
  const address = ruth.url();
  await ruth.getByRole('link', { name: 'Staff of the exam' }).click();
  await ruth.getByRole('heading', { name: 'Staff of the exam', level: 1 }).waitFor();
  await ruth.getByLabel('Name or user name').fill('nobody of that name');
  await ruth.getByText('No instructor or proctor has such a name.').waitFor();
  await ruth.getByLabel('Name or user name').fill('OLGA');
  await ruth.getByRole('button', { name: 'Add Olga Reviewer' }).press('Enter');
  await ruth.getByText('Olga Reviewer is on the staff.').waitFor();
  await ruth.getByText('On the staff already').waitFor();
  await checkPage(ruth, 's2-staff');
  await olga.reload();
  await olga.getByRole('link', { name: EXAM, exact: true }).waitFor();

  await button(ruth, 'Remove Olga Reviewer').click();
  await checkPage(ruth, 's3-remove-asks');
  await button(ruth.getByRole('dialog'), 'Go back').click();
  await button(ruth, 'Remove Olga Reviewer').click();
  await button(ruth.getByRole('dialog'), 'Remove').click();
  await ruth.getByText('Olga Reviewer is not on the staff any more.').waitFor();
  await olga.goto(address);
  await olga.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  await checkPage(olga, 's4-nothing-here');
  for (const name of ['Helena Marsh', 'Tomas Rivera']) {
    await button(ruth, `Remove ${name}`).click();
    await button(ruth.getByRole('dialog'), 'Remove').click();
    await ruth.getByText(`${name} is not on the staff any more.`).waitFor();
  }
  await ruth.getByText('Nobody yet: only administrators see this exam.').waitFor();
  await checkPage(ruth, 's5-empty');
});
