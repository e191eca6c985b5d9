// What is different for one candidate: set by staff, held in the session, seen by who reviews.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/runner.mjs';
import { PROGRAM, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';

const PATCH = { permitted: ['helper'], rules: { 'no-face': { min_s: 30 } } };

test('accommodations: staff give one candidate more time and a milder policy', async (t) => {
  const server = await startServer(t, { worker: false });
  const staff = new Client(server), candidate = new Client(server), other = new Client(server);
  await staff.signIn(USERS.admin); // in all exams: an instructor gives them in exams of their own
  await candidate.signIn(USERS.candidate);
  await other.signIn(USERS.other);
  const instructor = new Client(server);
  await instructor.signIn(USERS.instructor);
  const path = '/api/campus/accommodations';
  const body = { username: USERS.candidate, extra_percent: 25, extra_minutes: 5, policy: PATCH };
  assert.equal((await candidate.send('POST', path, { body, accept: [403] })).status, 403);
  assert.equal((await candidate.send('GET', path, { accept: [403] })).status, 403);
  for (const [wrong, message, status] of [
    [{ ...body, policy: { rules: { 'no-face': { min_s: 'long' } } } }, /policy: rules\.no-face\.min_s/, 400],
    [{ ...body, extra_percent: 1000 }, /extra_percent/, 400],
    [{ ...body, username: 'nobody' }, /username/, 404],
    [{ ...body, exam_id: 999 }, /exam/, 404],
    [{ ...body, more: 1 }, /more/, 400],
    [{ username: USERS.candidate }, /nothing is different/i, 400],
  ]) {
    const answer = await staff.send('POST', path, { body: wrong, accept: [400, 404] });
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    assert.match(answer.body.error.message, message);
  }
  assert.equal((await instructor.send('POST', path, { body, accept: [404] })).status, 404, 'all exams are not the instructor\'s');
  const { id } = await staff.post(path, body);
  assert.deepEqual((await instructor.get(path)).accommodations, []);
  assert.equal((await instructor.send('DELETE', `${path}/${id}`, { accept: [404] })).status, 404);
  const { accommodations } = await staff.get(path);
  assert.deepEqual(accommodations.map((one) => [one.id, one.username, one.exam_id, one.policy]), [[id, USERS.candidate, null, PATCH]]);

  const { attempt, session } = await candidate.openSession();
  const cover = await candidate.get(`/api/campus/attempts/${attempt}`);
  const extra = Math.ceil(cover.exam.duration_s * 0.25) + 300;
  assert.equal(cover.extra_s, extra);
  const { started_us, deadline_us } = await candidate.post(`/api/campus/attempts/${attempt}/start`);
  assert.equal((deadline_us - started_us) / 1e6, cover.exam.duration_s + extra);
  const review = await staff.get(`/api/review/sessions/${session}`);
  assert.equal(review.policy.rules['no-face'].min_s, 30);
  assert.deepEqual(review.policy.permitted, ['helper']);
  const detail = (kind) => review.events.find((event) => event.kind === kind)?.detail;
  assert.deepEqual(detail('session-created').accommodations, PATCH);
  assert.deepEqual(detail('extra-time'), { seconds: extra });

  const usual = await other.openSession();
  assert.equal((await other.get(`/api/campus/attempts/${usual.attempt}`)).extra_s, 0);
  assert.notEqual((await staff.get(`/api/review/sessions/${usual.session}`)).policy.rules['no-face'].min_s, 30);
  assert.equal((await staff.send('DELETE', `${path}/${id}`)).status, 204);
  assert.equal((await staff.send('DELETE', `${path}/${id}`, { accept: [404] })).status, 404);
});

test('the command line sets, lists and removes accommodations', async (t) => {
  const server = await startServer(t, { worker: false });
  const patch = join(temporaryFolder(t), 'patch.json');
  writeFileSync(patch, JSON.stringify(PATCH));
  const data = ['--data', join(server.data, 'var')];
  const admin = (...args) => execFileSync(PROGRAM, ['admin', 'accommodation', ...args, ...data], { encoding: 'utf8' });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { assessments } = await client.get('/api/campus/assessments');
  const { title } = assessments.find((one) => one.kind === 'exam');
  const id = admin('set', USERS.candidate, '--exam', title, '--extra-minutes', '15', '--policy', patch).trim();
  assert.match(admin('list'), new RegExp(`^${id} +${USERS.candidate.replaceAll('.', '\\.')} .*\\+15 min .*helper`, 'm'));
  const { attempt } = await client.openSession();
  assert.equal((await client.get(`/api/campus/attempts/${attempt}`)).extra_s, 900);
  writeFileSync(patch, '{"rules": {"no-such-rule": {}}}');
  const wrong = spawnSync(PROGRAM, ['admin', 'accommodation', 'set', USERS.candidate, '--policy', patch, ...data], { encoding: 'utf8' });
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /policy: rules\.no-such-rule/);
  admin('remove', id);
  assert.equal(admin('list'), '');
});
