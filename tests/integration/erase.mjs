// What is deleted is gone: by the clock, part by part, with receipts; and of a whole person, of whom not one byte
// that they could put anywhere is left in any file of the data folder.
import assert from 'node:assert/strict';
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/runner.mjs';
import { admin, startServer, USERS } from '../support/server.mjs';
import { Client, metadata } from '../support/client.mjs';
import { clipWithAbsence, reported, sit, sql, until } from '../support/session.mjs';

const signed = async (server, user) => {
  const client = new Client(server);
  await client.signIn(user);
  return client;
};
const status = async (client, method, path, body) =>
  (await client.send(method, path, { body, accept: [400, 403, 404, 409, 410] })).status;
const filesOf = (server) => readdirSync(join(server.data, 'var'), { recursive: true }).map((name) => join(server.data, 'var', String(name))).filter((path) => statSync(path).isFile());
const blobsOf = (server) => filesOf(server).filter((path) => path.includes('/blobs/'));

// A receipt is canonical JSON, signed without its member "signature".
function assertSigned(receipt, key) {
  const { signature, ...rest } = receipt;
  const canonical = (value) => Array.isArray(value) ? `[${value.map(canonical).join(',')}]`
    : value && typeof value === 'object' ? `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}` : JSON.stringify(value);
  const spki = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'hex')]), format: 'der', type: 'spki' });
  assert.equal(rest.public_key, key);
  assert.ok(verify(null, Buffer.from(canonical(rest)), spki, Buffer.from(signature, 'hex')), 'the signature is not that of the deployment');
}

const DAY = 86400e6;
// The sitting was so many days ago.
async function daysLater(server, session, days) {
  await server.stop();
  sql(server, `UPDATE keep SET from_us = from_us - ${days * DAY}, recordings_look_us = 0, derived_look_us = 0, identity_look_us = 0 WHERE session_id = '${session}'`,
    `UPDATE release SET released_us = released_us - ${days * DAY}, appeal_until_us = appeal_until_us - ${days * DAY} WHERE session_id = '${session}'`);
  await server.start();
}

test('recordings, then what was derived from them, are deleted by the clock; an appeal holds them; receipts are signed', async (t) => {
  const server = await startServer(t);
  admin(server.data, ['terms', 'set', '--recordings-days', '20', '--derived-days', '40']);
  const { client: candidate, session, stream } = await sit(server, clipWithAbsence(t));
  const helena = await signed(server, USERS.instructor);
  const at = `/api/proctor/sessions/${session}`, review = `/api/review/sessions/${session}`;
  await reported(helena, session);
  const { public_key: key } = await candidate.get(`${at}/receipt`);
  await helena.post(`${review}/decisions`, { outcome: 'violation', note: '' });
  await helena.post(`${review}/release`);
  const { keep, ended_us } = await candidate.get(`${at}/result`);
  assert.deepEqual(Object.keys(keep.parts).sort(), ['derived', 'identity', 'recordings']);
  assert.ok(Math.abs(keep.parts.recordings.until_us - ended_us - 20 * DAY) < 5e6, 'the candidate is told until when');
  assert.equal(keep.held, true, 'an appeal may still come');
  await candidate.post(`${at}/appeal`, { reason: 'Please look again.' });
  const media = `${at}/result/streams/${stream}/media`;

  // Long over, but the appeal waits: looked at at the start of the server, and held.
  await daysLater(server, session, 50);
  const swept = () => until('the sweeper has looked at it', 30, async () => Number(sql(server, `SELECT derived_look_us FROM keep WHERE session_id = '${session}'`)) > 0);
  await swept();
  assert.equal(await status(candidate, 'GET', media), 200, 'deleted although an appeal waits');

  const tomas = await signed(server, 'tomas.rivera');
  await tomas.post(`${review}/appeal/answer`, { outcome: 'violation', answer: 'We looked again, and it stands.' });
  sql(server, `UPDATE keep SET from_us = from_us + ${25 * DAY} WHERE session_id = '${session}'`); // 25 days ago
  await daysLater(server, session, 0);
  const first = await until('the recordings are deleted', 30, async () => (await candidate.get(`${at}/result`)).keep.deletions.find((one) => one.signed));
  assert.equal(first.what, 'recordings');
  assert.deepEqual(blobsOf(server), [], 'files are left');
  assert.equal(await status(candidate, 'GET', media), 410);
  assert.equal(await status(helena, 'GET', `${review}/streams/${stream}/media`), 410);
  const receipt = await candidate.get(`${at}/deletions/${first.id}`);
  assertSigned(receipt, key);
  assert.throws(() => assertSigned({ ...receipt, why: 'erasure' }, key), /signature/);
  assert.deepEqual([receipt.session, receipt.what, receipt.why, receipt.key, receipt.streams.map((one) => one.stream)],
    [session, ['recordings'], 'retention', 'replaced', [stream]]);
  assert.deepEqual(await helena.get(`${review}/deletions/${first.id}`), receipt);
  // What was derived is still there, under another key.
  const { flags } = await helena.get(review);
  const flag = flags.find((one) => one.picture);
  assert.equal((await helena.get(`${review}/flags/${flag.id}/picture`)).subarray(0, 2).toString('hex'), 'ffd8');

  await daysLater(server, session, 25);
  const list = await until('what was derived is deleted', 30, async () => {
    const { deletions } = (await candidate.get(`${at}/result`)).keep;
    return deletions.length === 2 && deletions.every((one) => one.signed) && deletions;
  });
  const second = await candidate.get(`${at}/deletions/${list[1].id}`);
  assertSigned(second, key);
  assert.deepEqual(second.what, ['derived']);
  assert.ok(second.chain_records > 20 && /^[0-9a-f]{64}$/.test(second.chain_head));
  const last = await helena.get(review);
  assert.deepEqual([last.flags, last.events], [[], []]);
  assert.equal(last.decisions[0].outcome, 'violation', 'the outcome stays');
  assert.equal(await status(helena, 'GET', `${review}/report`), 409);
  assert.equal((await candidate.get(`${at}/result`)).outcome, 'violation');
}, { seconds: 180 });

test('of an erased person no byte is left in any file of the data folder', async (t) => {
  const server = await startServer(t);
  const bytes = clipWithAbsence(t);
  const helena = await signed(server, USERS.instructor), mei = await signed(server, USERS.support);
  // Others sit the same exam before, after and meanwhile, so that rows move between pages.
  const stay = await sit(server, bytes, { user: USERS.other, during: async ({ client, session }) => {
    for (let i = 0; i < 40; i++) await client.post(`/api/proctor/sessions/${session}/events`, { kind: 'page-hidden', detail: { text: `stays-${i}-${'y'.repeat(300)}` }, client_us: 1 });
  } });

  const marks = [];
  const mark = (what) => {
    const text = `zq${marks.length.toString(36)}${randomBytes(12).toString('hex')}`;
    marks.push([what, text]);
    return text;
  };
  admin(server.data, ['user', 'add', 'mark.candidate', '--role', 'candidate', '--name', `Marked ${mark('a full name')}`, '--email', `${mark('an address')}@example.org`], { input: 'correct-horse-battery-9\n' });
  const file = join(server.data, 'patch.json');
  writeFileSync(file, JSON.stringify({ permitted: ['helper'] }));
  admin(server.data, ['accommodation', 'set', 'mark.candidate', '--extra-minutes', '7', '--policy', file]);
  const marked = mark('a recording');
  const own = Buffer.concat([bytes, Buffer.from(`\xec${marked}`, 'latin1')]);
  const { client, session, attempt } = await sit(server, own, { user: 'mark.candidate', during: async ({ client: page, session: id, attempt: of }) => {
    const at = `/api/proctor/sessions/${id}`;
    for (let i = 0; i < 30; i++) await page.post(`${at}/events`, { kind: 'page-hidden', detail: { text: `${mark('an event')}${'x'.repeat(i * 20)}` }, client_us: 1 });
    await page.createUpload(id, { fields: { kind: 'file', mime: `text/${mark('a media type')}`, filename: mark('a file name') }, body: Buffer.alloc(0) });
    const { items } = await page.get(`/api/campus/attempts/${of}`);
    const essay = items.find((item) => item.kind === 'descriptive').id;
    for (let revision = 1; revision <= 12; revision++) await page.send('PUT', `/api/campus/attempts/${of}/answers/${essay}`, { body: { value: `${mark('an answer')} ${'words '.repeat(revision * 40)}`, revision } });
    const content = Buffer.from(mark('an answer file').repeat(50));
    const made = await page.send('POST', `/api/campus/attempts/${of}/items/${essay}/attachments`, { headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': String(content.length), 'Upload-Metadata': metadata({ filename: `${mark('the name of an answer file')}.txt` }) } });
    await page.patch(made.headers.get('location'), 0, content);
    const { message } = await page.post('/api/support/own/messages', { client_id: `c-${randomBytes(8).toString('hex')}`, text: mark('a chat message'), session: id });
    await mei.post(`/api/support/threads/${message.thread}/messages`, { client_id: `d-${randomBytes(8).toString('hex')}`, text: `You wrote ${mark('a quoting answer')}` });
    await mei.post(`/api/support/sessions/${id}/time`, { minutes: 3, reason: `They said ${mark('the reason of an act of the desk')}` });
    await page.post(`${at}/plugin/events`, { run: 'runA', events: [{ seq: 1, kind: 'tab-opened', client_us: 1, detail: { host: `${mark('a host that was opened')}.example`, title: mark('a title of a page') } }] });
    const live = (what, body) => helena.post(`/api/review/sessions/${id}/live/${what}`, body);
    await live('warnings', { text: `You ${mark('a warning')}` });
    await live('pause', { reason: `Because of ${mark('the reason of a pause')}` });
    await live('resume', { reason: `It is over: ${mark('the reason of going on')}` });
    await live('notes', { text: `They ${mark('a note of a proctor')}` });
    await page.post('/api/campus/name-requests', { full_name: `New ${mark('a name asked for')}`, reason: mark('the reason of a name') });
  } });
  await reported(helena, session);
  await reported(helena, stay.session);
  const at = `/api/proctor/sessions/${session}`, review = `/api/review/sessions/${session}`;
  await helena.post(`${review}/notes`, { note: `The candidate wrote ${mark('a note that quotes')}` });
  const { incidents } = await helena.get(review);
  await helena.send('PUT', `${review}/incidents/${incidents[0].flags[0]}`, { body: { answer: 'cannot-tell', note: mark('a note to an incident') } });
  await helena.post(`${review}/decisions`, { outcome: 'suspicious', note: mark('a note to a decision') });
  await helena.post(`${review}/release`);
  await client.send('PUT', `${at}/result/flags/${incidents[0].flags[0]}`, { body: { note: mark('a remark') } });
  await client.post(`${at}/appeal`, { reason: mark('an appeal') });
  const tomas = await signed(server, 'tomas.rivera');
  await tomas.post(`${review}/appeal/answer`, { outcome: 'passed', answer: `You said ${mark('an answer to an appeal')}` });

  // They are there: what is not sealed can be found, so a search that finds nothing afterwards says something.
  const search = () => {
    const all = filesOf(server).map((path) => [path, readFileSync(path)]);
    return marks.flatMap(([what, text]) => all.filter(([, content]) => content.includes(text)).map(([path]) => `${what} in ${path.split('/var/')[1]}`));
  };
  const before = search();
  for (const what of ['a full name', 'an event', 'an answer', 'a chat message', 'a note that quotes', 'a remark', 'an appeal', 'a warning', 'a note of a proctor', 'a host that was opened', 'a title of a page'])
    assert.ok(before.some((line) => line.startsWith(`${what} in`)), `${what} was not found while it was there: ${before.join('; ')}`);
  assert.ok(!before.some((line) => /^(a recording|an answer file) in/.test(line)), 'recordings and files are sealed');
  const others = blobsOf(server).length;

  // While the server runs.
  const began = Date.now();
  const [line, ...receipts] = admin(server.data, ['user', 'erase', 'mark.candidate']).trim().split('\n');
  console.log(`# erased in ${Date.now() - began} ms, of ${Math.round(filesOf(server).filter((path) => path.endsWith('.db')).reduce((sum, path) => sum + statSync(path).size, 0) / 1024)} KiB of database`);
  assert.match(line, /^erased mark\.candidate: 1 session, 1 attempt$/);
  const { public_key: key } = await stay.client.get(`/api/proctor/sessions/${stay.session}/receipt`);
  assert.equal(receipts.length, 2);
  for (const receipt of receipts) assertSigned(JSON.parse(receipt), key);
  assert.deepEqual(search(), []);
  assert.equal(blobsOf(server).length, others - 3, 'recording, file and answer file');

  assert.equal(await status(client, 'GET', `${at}/result`), 404, 'an open page finds its session no more');
  await until('an open page is signed out', 15, async () => (await client.send('GET', '/api/me', { accept: [401] })).status === 401);
  await assert.rejects(signed(server, 'mark.candidate'), /401/);
  const { sessions } = await helena.get(`/api/review/exams/${(await helena.get('/api/review/exams')).exams.find((one) => one.sessions === 2).id}/sessions`);
  assert.deepEqual(sessions.map((one) => one.candidate).sort(), ['(erased)', 'Jonas Lindqvist']);
  const seen = await helena.get(review);
  assert.deepEqual([seen.flags, seen.events, seen.decisions[0].note], [[], [], '']);
  assert.equal((await helena.get(`/api/review/sessions/${stay.session}`)).flags.length > 0, true, 'others lost nothing');
  assert.equal(await status(helena, 'GET', `${review}/streams/${stay.stream}/media`), 404);
  assert.ok(attempt > 0);
  // And the clock of the server deletes nothing twice.
  await server.stop();
  assert.deepEqual(search(), []);
  await server.start();
  assert.throws(() => admin(server.data, ['user', 'erase', 'helena.marsh']), /no candidate/);
}, { seconds: 180 });
