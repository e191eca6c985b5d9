// A reviewer keeps the report of a session: as a PDF with its signature, and as a page that anybody can read.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { skip, test } from '../support/runner.mjs';
import { PROGRAM, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { clipWithAbsence, reported, sit } from '../support/session.mjs';
import { checkPage, hasChromium, newPerson, startBrowser } from './chromium.mjs';
import { signIn } from './candidate.mjs';

test('paper: a reviewer downloads the report with its signature, and reads it as a page, by day and by night', async (t) => {
  if (!hasChromium) skip('Chromium is not installed');
  const server = await startServer(t);
  const { client: candidate, session } = await sit(server, clipWithAbsence(t));
  const api = new Client(server);
  await api.signIn(USERS.instructor);
  await reported(api, session);
  await api.post(`/api/review/sessions/${session}/decisions`, { outcome: 'passed', note: 'Nothing in it.' });
  const { public_key: key } = await candidate.get(`/api/proctor/sessions/${session}/receipt`);

  const browser = await startBrowser(t);
  const { context, seen } = await newPerson(browser, server, { acceptDownloads: true });
  const page = await context.newPage();
  await signIn(page, USERS.instructor);
  await page.getByRole('navigation').first().waitFor();
  await page.goto(`/review/sessions/${session}`);
  const card = page.locator('section.card', { has: page.getByRole('heading', { name: 'Report to keep or pass on' }) });
  await card.getByLabel('Language of the report').selectOption('de');
  const folder = temporaryFolder(t);
  const download = async (name) => {
    const [file] = await Promise.all([page.waitForEvent('download'), card.getByRole('link', { name }).click()]);
    const path = join(folder, file.suggestedFilename());
    await file.saveAs(path);
    return path;
  };
  const pdf = await download('Download as PDF'), signature = await download('Signature of the PDF');
  assert.equal(pdf, join(folder, `report-${session}.pdf`));
  assert.equal(signature, join(folder, `report-${session}.pdf.sig.json`));
  assert.match(execFileSync(PROGRAM, ['verify', '--key', key, '--signature', signature, pdf], { encoding: 'utf8' }), /nothing was changed/);
  writeFileSync(pdf, Buffer.concat([readFileSync(pdf), Buffer.from(' ')]));
  assert.throws(() => execFileSync(PROGRAM, ['verify', '--key', key, '--signature', signature, pdf], { stdio: 'pipe' }), /was changed/);
  await card.scrollIntoViewIfNeeded();
  await checkPage(page, 'p1-review-page');

  await card.getByLabel('Language of the report').selectOption('en');
  const [report] = await Promise.all([context.waitForEvent('page'), card.getByRole('link', { name: /^Open as a page/ }).click()]);
  await report.getByRole('heading', { name: 'Report of a proctored session' }).waitFor();
  assert.equal(await report.locator('html').getAttribute('lang'), 'en');
  // The policy of the page lets its own style in, and that style is what one sees.
  assert.equal(await report.locator('.item').first().evaluate((one) => getComputedStyle(one).borderTopStyle), 'dashed');
  assert.ok(await report.getByRole('img', { name: /^Still of the recording/ }).first().evaluate((one) => one.naturalWidth > 0));
  await report.getByRole('link', { name: 'What people decided' }).click();
  await checkPage(report, 'p2-report');
  await report.emulateMedia({ colorScheme: 'dark' });
  await checkPage(report, 'p3-report-dark');
  assert.deepEqual(seen.problems, [], 'nothing of a page was refused by its policy');

  // The exam's page, and its summary.
  const { exam } = await api.get(`/api/review/sessions/${session}`);
  await page.goto(`/review/exams/${exam.id}`);
  const summary = page.locator('section.card', { has: page.getByRole('heading', { name: 'Summary of this exam' }) });
  await checkPage(page, 'p4-exam-page');
  const [sums] = await Promise.all([context.waitForEvent('page'), summary.getByRole('link', { name: /^Open as a page/ }).click()]);
  await sums.getByRole('heading', { name: 'Summary of a proctored exam' }).waitFor();
  await checkPage(sums, 'p5-exam-summary');
}, { seconds: 120 });
