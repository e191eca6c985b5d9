// Reports on paper: of a real session and of its exam, as HTML and PDF; who may have them, and whether one byte of
// them was changed.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/runner.mjs';
import { PROGRAM, SOURCE, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client, sha256 } from '../support/client.mjs';
import { clipWithAbsence, reported, sit, sql } from '../support/session.mjs';

const NAME = 'Марія Ωmega 王小明 <script>alert(1)</script> & "Co"';
const signed = async (server, user) => {
  const client = new Client(server);
  await client.signIn(user);
  return client;
};
const status = async (client, path) => (await client.send('GET', path, { accept: [400, 401, 403, 404, 409] })).status;
const command = (...args) => spawnSync(PROGRAM, args, { encoding: 'utf8' });
// What a person reads in a PDF, where poppler's tool is installed.
const pdfText = (file) => execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
const keep = (name, bytes) => {
  mkdirSync(join(SOURCE, 'tests', 'artifacts'), { recursive: true });
  writeFileSync(join(SOURCE, 'tests', 'artifacts', name), bytes);
};

// A session with all that a report can tell of: findings, judgements, notes, a release, remarks, an appeal.
async function reviewedSession(t) {
  const server = await startServer(t);
  const { client: candidate, session } = await sit(server, clipWithAbsence(t));
  const helena = await signed(server, USERS.instructor), tomas = await signed(server, 'tomas.rivera');
  await reported(helena, session);
  await server.stop();
  sql(server, `UPDATE session SET candidate = '${NAME}' WHERE id = '${session}'`);
  await server.start();
  const review = `/api/review/sessions/${session}`, at = `/api/proctor/sessions/${session}`;
  const { flags, exam } = await helena.get(review);
  const flag = flags.find((one) => one.rule === 'no-face');
  return { server, candidate, helena, tomas, session, review, at, flag, exam: exam.id };
}

test('paper: the report of a session says what is known, who said what, and the same twice; one changed byte is told', async (t) => {
  const { server, candidate, helena, tomas, session, review, at, flag } = await reviewedSession(t);
  const page = async (query = '') => (await helena.get(`${review}/report/html${query}`)).toString('utf8');

  // Nobody has said anything.
  const before = await page();
  assert.match(before, /Undecided: nobody has decided on this session\./);
  assert.match(before, /No person has judged this incident\./);
  assert.match(before, /The result has not been released to the candidate\./);
  assert.match(before, /Nobody in view/);
  assert.doesNotMatch(before, /Preliminary/);
  assert.doesNotMatch(before, /<script/i);
  assert.match(before, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; &quot;Co&quot;/);
  assert.match(before, /<img width="\d+" height="\d+" alt="Still of the recording: Nobody in view, \d\d:\d\d:\d\d" src="data:image\/jpeg;base64,/);
  assert.ok(before.includes(flag.numbers), 'the numbers behind the flag');

  // It was looked at, and looking changes nothing of it.
  const { streams } = await helena.get(review);
  await helena.get(`${review}/streams/${streams[0].id}/media`);
  assert.equal(await page(), before, 'the same state gives the same bytes');
  assert.equal((await helena.get(review)).events.filter((one) => one.kind === 'report-drawn').length, 1, 'on record, once in ten minutes');

  // People speak, and the candidate.
  await helena.send('PUT', `${review}/incidents/${flag.id}`, { body: { answer: 'breaks-not', note: 'Bent down <b>for a pen</b>.' } });
  await tomas.send('PUT', `${review}/incidents/${flag.id}`, { body: { answer: 'cannot-tell', note: '' } });
  await helena.post(`${review}/decisions`, { outcome: 'suspicious', note: 'First thought.' });
  await helena.post(`${review}/decisions`, { outcome: 'not-enough-evidence', note: `Long: ${'the recording does not show the desk. '.repeat(40)}` });
  await tomas.post(`${review}/notes`, { note: 'Spoke to the candidate.' });
  await helena.post(`${review}/release`);
  await candidate.send('PUT', `${at}/result/flags/${flag.id}`, { body: { note: 'I picked up my pen: 筆を拾いました。' } });
  await candidate.post(`${at}/appeal`, { reason: 'I was in the room all the time.\nPlease look again.' });
  await tomas.post(`${review}/appeal/answer`, { outcome: 'passed', answer: 'The recording shows you in the room.' });

  const after = await page();
  for (const words of ['After an appeal: Passed (holds)', 'Not enough evidence (does not hold)', 'Suspicious (changed later)', 'Does not break the rule', 'Cannot tell',
    'Bent down &lt;b&gt;for a pen&lt;/b&gt;.', 'Spoke to the candidate.', 'Told to the candidate as: Not enough evidence', '筆を拾いました',
    'I was in the room all the time.', 'Answer to the appeal. Decision that holds from then on: Passed', 'The recording shows you in the room.',
    'walked from its first record: nothing was changed'])
    assert.ok(after.includes(words), words);
  assert.match(await page('?lang=de'), /<html lang="de">[^]*Niemand im Bild[^]*Was Menschen entschieden haben/);
  assert.equal(await status(helena, `${review}/report/html?lang=fr`), 400);

  // Its headers: a page shows with its own policy, nothing is kept on the way.
  const { headers } = await helena.send('GET', `${review}/report/html`);
  assert.match(headers.get('content-security-policy'), /^default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-[\w+/]{43}='$/);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.match(headers.get('content-disposition'), /^inline; filename="report-\w+\.html"$/);

  // The PDF: the same twice, with its signature, which fits no other bytes.
  const folder = temporaryFolder(t), file = join(folder, 'report.pdf');
  const first = await helena.get(`${review}/report/signature?format=pdf`);
  const pdf = await helena.send('GET', `${review}/report/pdf`);
  assert.match(pdf.headers.get('content-disposition'), /^attachment; filename="report-\w+\.pdf"$/);
  assert.equal(pdf.headers.get('content-type'), 'application/pdf');
  assert.equal(pdf.body.subarray(0, 5).toString(), '%PDF-');
  assert.equal(sha256(await helena.get(`${review}/report/pdf`)), sha256(pdf.body));
  keep('report.pdf', pdf.body);
  writeFileSync(file, pdf.body);
  assert.ok(pdf.body.includes('/DCTDecode'), 'stills go in as the JPEG they are');
  assert.ok(pdf.body.includes('/Outlines'));
  const facts = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
  assert.match(facts, /Tagged: +yes/);
  assert.match(facts, /Page size: +595\.28 x 841\.89 pts \(A4\)/);
  assert.match(facts, /Title: +Report of a proctored session/);
  const text = pdfText(file);
  for (const words of ['Page 1 of', 'Passed (holds)', 'Nobody in view', '王小明', 'Марія', 'Ωmega', session]) assert.ok(text.includes(words), `${words} in ${text.slice(0, 3000)}`);

  const signature = await helena.send('GET', `${review}/report/signature?format=pdf`);
  assert.match(signature.headers.get('content-disposition'), /report-\w+\.pdf\.sig\.json/);
  assert.equal(signature.body.sha256, sha256(pdf.body));
  assert.deepEqual(first, signature.body, 'asked for before the report, it is for the same');
  const { public_key: key } = await candidate.get(`${at}/receipt`);
  writeFileSync(`${file}.sig.json`, JSON.stringify(signature.body));
  const verify = (bytes, by = key, sig = `${file}.sig.json`) => {
    writeFileSync(join(folder, 'tried'), bytes);
    return command('verify', '--key', by, '--signature', sig, join(folder, 'tried'));
  };
  const good = verify(pdf.body);
  assert.equal(good.status, 0, good.stderr);
  assert.match(good.stdout, new RegExp(`nothing was changed\\nsession +${session}`));
  const changed = Buffer.from(pdf.body);
  changed[changed.length >> 1] ^= 1;
  assert.equal(verify(changed).status, 1);
  assert.match(verify(changed).stderr, /the report was changed/);
  assert.equal(verify(pdf.body, 'ab'.repeat(32)).status, 1, 'another key');
  for (const other of [{ ...signature.body, session: 'x' }, { ...signature.body, sha256: sha256(changed) }, await candidate.get(`${at}/receipt`)]) {
    writeFileSync(join(folder, 'other.json'), JSON.stringify(other));
    assert.equal(verify(changed, key, join(folder, 'other.json')).status, 1);
  }
  // By its hash also for a copy that was downloaded earlier; for bytes that were never a report there is none.
  assert.equal((await helena.get(`${review}/report/signature?format=html&sha256=${sha256(Buffer.from(before))}`)).format, 'html');
  assert.equal(await status(helena, `${review}/report/signature?format=pdf&sha256=${sha256(changed)}`), 404);
  assert.equal(await status(helena, `${review}/report/signature?format=odt`), 400);

  // Another process draws the same bytes.
  const again = join(folder, 'again.pdf');
  assert.equal(command('report', '--data', join(server.data, 'var'), '--pdf', again, session).status, 0);
  assert.equal(sha256(readFileSync(again)), sha256(pdf.body));

  // By the command line, on the folder of a server that runs; in German.
  const written = join(folder, 'cli.pdf');
  const made = command('report', '--data', join(server.data, 'var'), '--pdf', written, '--html', join(folder, 'cli.html'), '--lang', 'de', session);
  assert.equal(made.status, 0, made.stderr);
  keep('report-de.pdf', readFileSync(written));
  assert.match(pdfText(written), /Seite 1 von/);
  for (const name of ['cli.pdf', 'cli.html']) {
    const checked = command('verify', '--key', key, '--signature', join(folder, `${name}.sig.json`), join(folder, name));
    assert.equal(checked.status, 0, checked.stderr);
  }
  // On a machine without fonts there would be empty pages.
  const fonts = join(folder, 'fonts.conf');
  writeFileSync(fonts, `<?xml version="1.0"?><fontconfig><dir>${folder}/none</dir><cachedir>${folder}/none</cachedir></fontconfig>`);
  const blank = spawnSync(PROGRAM, ['report', '--data', join(server.data, 'var'), '--pdf', join(folder, 'blank.pdf'), session], { encoding: 'utf8', env: { ...process.env, FONTCONFIG_FILE: fonts } });
  assert.equal(blank.status, 1);
  assert.match(blank.stderr, /no font is installed/);
  assert.equal(command('report', '--data', join(server.data, 'var'), session).status, 2);
  assert.equal(command('report', '--data', join(server.data, 'var'), '--pdf', written, 'nobody').status, 1);

  // Somebody with the database in their hands: it is told in the report itself.
  await server.stop();
  sql(server, `UPDATE evidence SET payload = '{"item":1}' WHERE session_id = '${session}' AND kind = 'exam-started'`);
  await server.start();
  assert.match(await page(), /BROKEN: record \d+ of the evidence was altered/);
}, { seconds: 180 });

test('paper: reports are for staff; a session that has not begun has none; an exam is summed up without names', async (t) => {
  const { server, candidate, helena, tomas, session, review, flag, exam } = await reviewedSession(t);
  const support = await signed(server, USERS.support), nobody = new Client(server);
  const summary = `/api/review/exams/${exam}/summary`;
  const paths = [...['html', 'pdf', 'signature?format=pdf'].map((one) => `${review}/report/${one}`), ...['html', 'pdf', 'csv'].map((one) => `${summary}/${one}`)];
  for (const path of paths) {
    assert.equal(await status(candidate, path), 403, path);
    assert.equal(await status(support, path), 403, path);
    assert.equal(await status(nobody, path), 401, path);
    assert.equal(await status(helena, path.replace(session, '9'.repeat(22)).replace(exam, '9'.repeat(22))), 404, path);
  }
  const other = await signed(server, USERS.other);
  const { session: fresh } = await other.launch();
  assert.equal(await status(helena, `/api/review/sessions/${fresh}/report/html`), 409);

  await helena.send('PUT', `${review}/incidents/${flag.id}`, { body: { answer: 'breaks-not', note: '' } });
  await tomas.send('PUT', `${review}/incidents/${flag.id}`, { body: { answer: 'breaks', note: '' } });
  const rows = Object.fromEntries((await helena.get(`${summary}/csv`)).toString().trim().split('\r\n').map((line) => line.split(',')).map(([group, item, measure, value]) => [`${group} ${item} ${measure}`, value]));
  assert.equal(rows['sessions all count'], '2');
  assert.equal(rows['sessions reported count'], '1');
  assert.equal(rows['decisions none count'], '2');
  assert.equal(rows['reviews open count'], '1');
  assert.equal(rows['rule no-face flags'], '1');
  assert.equal(rows['rule no-face breaks'], '1');
  assert.equal(rows['rule no-face breaks-not'], '1');
  assert.equal(rows['rule no-face false-rate'], '0.5000');
  // Wilson, 95 %, of one in two: 0.0945 to 0.9055.
  assert.equal(rows['rule no-face false-rate-low'], '0.0945');
  assert.equal(rows['rule no-face false-rate-high'], '0.9055');
  const page = (await helena.get(`${summary}/html`)).toString();
  assert.match(page, /1 of 2 \(50 %\)/);
  assert.match(page, /9–91 %/);
  assert.doesNotMatch(page, /Марія|script&gt;/);
  const pdf = await helena.get(`${summary}/pdf?lang=de`);
  keep('exam-de.pdf', pdf);
  assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
}, { seconds: 120 });
