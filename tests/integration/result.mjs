// What follows a decision: it is released, the candidate reads it and appeals, somebody else answers.
import assert from 'node:assert/strict';
import { test } from '../support/runner.mjs';
import { admin, startServer, USERS } from '../support/server.mjs';
import { Client, sha256 } from '../support/client.mjs';
import { clipWithAbsence, reported, sit } from '../support/session.mjs';

const signed = async (server, user) => {
  const client = new Client(server);
  await client.signIn(user);
  return client;
};
const status = async (client, method, path, body) =>
  (await client.send(method, path, { body, accept: [400, 403, 404, 409, 410] })).status;

test('a result is read after its release alone, by its candidate alone; who decided does not answer the appeal', async (t) => {
  const server = await startServer(t);
  const bytes = clipWithAbsence(t);
  const { client: candidate, session, stream } = await sit(server, bytes);
  const other = await signed(server, USERS.other), helena = await signed(server, USERS.instructor);
  const tomas = await signed(server, 'tomas.rivera'), ruth = await signed(server, USERS.admin);
  const at = `/api/proctor/sessions/${session}`, review = `/api/review/sessions/${session}`;
  const stage = async () => (await candidate.get('/api/campus/assessments')).assessments.find((one) => one.kind === 'exam').attempt.stage;
  await reported(helena, session);

  // Before the decision, and before the release.
  assert.equal(await stage(), 'awaiting review');
  assert.equal(await status(candidate, 'GET', `${at}/result`), 409);
  assert.equal(await status(helena, 'POST', `${review}/release`, {}), 409, 'nobody has decided');
  await helena.post(`${review}/decisions`, { outcome: 'violation', note: 'PRIVATE-NOTE of the reviewer' });
  await tomas.post(`${review}/notes`, { note: 'PRIVATE-NOTE too' });
  assert.equal(await stage(), 'reviewed');
  assert.equal(await status(candidate, 'GET', `${at}/result`), 409);
  for (const path of [`${at}/result/streams/${stream}/media`, `${at}/result/flags/1/picture`]) assert.equal(await status(candidate, 'GET', path), 409, path);
  assert.equal(await status(candidate, 'POST', `${at}/appeal`, { reason: 'too early' }), 409);
  assert.equal(await status(tomas, 'POST', `${review}/release`, {}), 403, 'a proctor does not release');
  assert.equal((await helena.get(`${review}/release`)).may_release, true);

  const { exams } = await helena.get('/api/review/exams');
  const exam = exams.find((one) => one.sessions === 1).id;
  assert.deepEqual(await helena.post(`/api/review/exams/${exam}/release`), { released: 1, left: 0 });
  assert.deepEqual(await helena.post(`/api/review/exams/${exam}/release`), { released: 0, left: 0 }, 'again tells nothing new');
  assert.equal(await stage(), 'released');

  // The candidate reads their own, and nothing of what reviewers wrote for themselves.
  const result = await candidate.get(`${at}/result`);
  assert.equal(result.outcome, 'violation');
  assert.equal(result.by, null, 'names are told only where the terms say so');
  assert.equal(result.appeal.state, 'none');
  assert.ok(Math.abs(result.appeal.until_us - result.released_us - 14 * 86400e6) < 1e6, 'two weeks without other terms');
  assert.doesNotMatch(JSON.stringify(result), /PRIVATE-NOTE|Helena|Marsh|severity/);
  const flag = result.flags.find((one) => one.rule === 'no-face');
  assert.ok(flag && flag.meaning.length > 20, JSON.stringify(result.flags));
  assert.deepEqual(result.streams.map((one) => one.id), [stream]);
  const media = `${at}/result/streams/${stream}/media`;
  const whole = await candidate.send('GET', media);
  const part = await candidate.send('GET', media, { headers: { Range: 'bytes=100-999' } });
  assert.equal(part.status, 206);
  assert.equal(sha256(part.body), sha256(whole.body.subarray(100, 1000)));
  assert.match(whole.headers.get('cache-control'), /no-store/);
  assert.equal((await candidate.get(`${at}/result/flags/${flag.id}/picture`)).subarray(0, 2).toString('hex'), 'ffd8');
  const { events } = await helena.get(review);
  assert.equal(events.filter((event) => event.kind === 'viewed-own').length, 1, 'the view is on record, once in ten minutes');

  // Nobody else: not another candidate, not by another session's address.
  for (const [method, path, body] of [
    ['GET', `${at}/result`], ['GET', media], ['GET', `${at}/result/flags/${flag.id}/picture`], ['PUT', `${at}/result/flags/${flag.id}`, { note: 'x' }],
    ['POST', `${at}/appeal`, { reason: 'x' }], ['GET', `${at}/deletions/x`]]) {
    assert.equal(await status(other, method, path, body), 404, `${method} ${path}`);
    assert.equal(await status(helena, method, path, body), 403, `${method} ${path}`);
  }
  assert.deepEqual((await other.get('/api/proctor/results')).sessions, []);

  // Remarks and one appeal.
  assert.equal(await status(candidate, 'PUT', `${at}/result/flags/${flag.id}`, { note: 'I picked up my pen.' }), 204);
  assert.equal(await status(candidate, 'PUT', `${at}/result/flags/999999`, { note: 'x' }), 404);
  assert.equal(await status(candidate, 'PUT', `${at}/result/flags/${flag.id}`, { note: 'x'.repeat(1001) }), 400);
  assert.equal(await status(candidate, 'POST', `${at}/appeal`, { reason: '   ' }), 400);
  await candidate.post(`${at}/appeal`, { reason: 'I was in the room all the time.' });
  await candidate.post(`${at}/appeal`, { reason: 'I was in the room all the time.' }); // sent again after a cut
  assert.equal(await status(candidate, 'POST', `${at}/appeal`, { reason: 'Another' }), 409);

  // While it waits nothing is released anew and nothing erased.
  assert.equal(await status(helena, 'POST', `${review}/release`, {}), 409);
  assert.throws(() => admin(server.data, ['user', 'erase', USERS.candidate]), /appeal waits/);
  assert.equal((await candidate.get(`${at}/result`)).outcome, 'violation', 'a refused erasure changes nothing');

  // Whoever decided does not answer, also after taking it back; somebody else does.
  const { appeals } = await tomas.get('/api/review/appeals');
  assert.deepEqual(appeals.map(({ session: id, may_answer }) => ({ id, may_answer })), [{ id: session, may_answer: true }]);
  const seen = await tomas.get(`${review}/release`);
  assert.equal(seen.appeal.reason, 'I was in the room all the time.');
  assert.deepEqual(seen.remarks.map(({ note }) => note), ['I picked up my pen.']);
  const answer = { outcome: 'passed', answer: 'The recording shows you in the room.' };
  assert.equal(await status(helena, 'POST', `${review}/appeal/answer`, answer), 403);
  assert.equal((await helena.get(`${review}/release`)).appeal.may_answer, false);
  await helena.post(`${review}/decisions`, { outcome: 'none', note: '' });
  assert.equal(await status(helena, 'POST', `${review}/appeal/answer`, answer), 403);
  assert.equal(await status(tomas, 'POST', `${review}/appeal/answer`, { ...answer, outcome: 'none' }), 400);
  assert.equal(await status(tomas, 'POST', `${review}/appeal/answer`, { ...answer, answer: '' }), 400);
  await tomas.post(`${review}/appeal/answer`, answer);
  assert.equal(await status(ruth, 'POST', `${review}/appeal/answer`, answer), 409, 'once');
  const after = await candidate.get(`${at}/result`);
  assert.equal(after.outcome, 'passed');
  assert.equal(after.appeal.answer, 'The recording shows you in the room.');
  assert.equal(after.appeal.by, null);
  assert.equal(await status(candidate, 'PUT', `${at}/result/flags/${flag.id}`, { note: 'more' }), 409);
  const { sessions } = await helena.get(`/api/review/exams/${exam}/sessions`);
  assert.equal(sessions[0].outcome, 'passed', 'the lists say what holds now');
  const kinds = (await helena.get(review)).events.map((event) => event.kind);
  for (const kind of ['released', 'annotated', 'appealed', 'appeal-answered']) assert.ok(kinds.includes(kind), kind);
}, { seconds: 120 });

test('the terms of an exam say until when one can appeal, and whether names are told', async (t) => {
  const server = await startServer(t);
  admin(server.data, ['terms', 'set', '--staff-names', 'yes', '--appeal-days', '3']);
  admin(server.data, ['terms', 'set', '--exam', 'Practice test', '--appeal-days', '0']);
  assert.match(admin(server.data, ['terms', 'list']), /Practice test +recordings 180 days, derived 365 days, identity 365 days, appeal 0 days, staff names yes/);
  assert.throws(() => admin(server.data, ['terms', 'set', '--derived-days', '2']), /at least as long as the recordings/);
  assert.throws(() => admin(server.data, ['terms', 'set', '--recordings-days', '0']), /1 to 3650/);
  const helena = await signed(server, USERS.instructor);
  const bytes = clipWithAbsence(t);
  for (const [kind, days] of [['exam', 3], ['practice', 0]]) {
    const { client, session } = await sit(server, bytes, { kind });
    await reported(helena, session);
    await helena.post(`/api/review/sessions/${session}/decisions`, { outcome: 'suspicious', note: '' });
    await helena.post(`/api/review/sessions/${session}/release`);
    const result = await client.get(`/api/proctor/sessions/${session}/result`);
    assert.equal(result.by, 'Helena Marsh');
    assert.equal(result.appeal.until_us === null ? 0 : Math.round((result.appeal.until_us - result.released_us) / 86400e6), days);
    assert.equal(await status(client, 'POST', `/api/proctor/sessions/${session}/appeal`, { reason: 'Please look again' }), days ? 200 : 409);
  }
}, { seconds: 120 });
