// Two reviewers, each in a browser of their own, and a third who settles what they differ about.
import assert from 'node:assert/strict';
import { skip, test } from '../support/runner.mjs';
import { setPolicy, startServer, USERS, WITHOUT_SCANS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { clipWithAbsence, reported, sit } from '../support/session.mjs';
import { checkPage, hasChromium, startBrowser } from './chromium.mjs';
import { button, staffAt } from './candidate.mjs';

test('a second reviewer decides without the words of the first, and a third settles where they differ', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t);
  setPolicy(server.data, { ...WITHOUT_SCANS, review: { second: 'always' } });
  const { session } = await sit(server, clipWithAbsence(t));
  const api = new Client(server);
  await api.signIn(USERS.instructor);
  await reported(api, session);
  const { exam } = await api.get(`/api/review/sessions/${session}`);
  const browser = await startBrowser(t);
  const open = async (user) => {
    const page = await staffAt(t, browser, server, user, `/review/sessions/${session}`);
    return { page, card: page.getByRole('region', { name: 'Decision', exact: true }) };
  };

  const helena = await open(USERS.instructor);
  await helena.card.getByText('This exam asks for two reviewers before a decision counts.').waitFor();
  await button(helena.page, 'Breaks the rule').first().click();
  await helena.card.getByLabel('Rules violation').check();
  await helena.card.getByLabel('Note').fill('Somebody is away for eight seconds.');
  await button(helena.card, 'Save decision').click();
  await helena.card.getByText('Your decision is kept.').waitFor();
  await helena.card.getByText('Second look due').waitFor();
  await checkPage(helena.page, 'w1-first-has-decided');

  // The second finds it in the list of what waits for them, by keyboard, and sees nothing of hers.
  const tomas = await open('tomas.rivera');
  await tomas.page.goto(`/review/exams/${exam.id}`);
  await tomas.page.getByLabel('Waits for').selectOption({ label: 'My second look' });
  await tomas.page.getByText('1 session', { exact: false }).first().waitFor();
  await tomas.page.getByRole('cell', { name: 'Your second look' }).waitFor();
  await checkPage(tomas.page, 'w2-queue');
  await tomas.page.getByRole('link', { name: 'Amara Okafor' }).press('Enter');
  await tomas.card.getByText('You are the second').waitFor();
  assert.doesNotMatch(await tomas.page.locator('main').innerText(), /Helena|Somebody is away|Second look due/);
  await checkPage(tomas.page, 'w3-second-is-blind');
  await tomas.card.getByLabel('Passed').check();
  await button(tomas.card, 'Save decision').click();
  await tomas.card.getByText('Two reviewers differ.').waitFor();
  await tomas.card.getByText('Somebody is away for eight seconds.').waitFor();
  await checkPage(tomas.page, 'w4-they-differ');

  const ruth = await open(USERS.admin);
  await ruth.card.getByText('Read what both say').waitFor();
  await ruth.card.getByLabel('Suspicious').check();
  assert.equal(await button(ruth.card, 'Settle it').isDisabled(), true, 'without a reason');
  await ruth.card.getByLabel('Why you settle it so').fill('Eight seconds are long, and nothing else was seen.');
  await button(ruth.card, 'Settle it').click();
  await ruth.card.getByText('Settled between the two').waitFor();
  await checkPage(ruth.page, 'w5-settled');
  await helena.page.reload();
  await helena.card.getByText('This was decided together.').waitFor();
  await button(helena.page.getByRole('region', { name: 'Result for the candidate' }), 'Release the result').waitFor();
  await checkPage(helena.page, 'w6-release');
});
