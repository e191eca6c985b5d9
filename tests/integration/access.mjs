// Who may call what: sign-in, roles, other people's objects, other origins.
import assert from 'node:assert/strict';
import { test } from '../support/runner.mjs';
import { startServer, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';

test('each route answers only those it is for', async (t) => {
  const server = await startServer(t, { worker: false });
  const candidate = new Client(server), other = new Client(server), instructor = new Client(server), nobody = new Client(server);
  await candidate.signIn(USERS.candidate);
  await other.signIn(USERS.other);
  await instructor.signIn(USERS.instructor);
  const { attempt, session } = await candidate.openSession();
  const stream = (await candidate.createUpload(session)).split('/').pop();
  const id = session;
  const status = async (client, [method, path, body]) =>
    (await client.send(method, path, { body, accept: [400, 401, 403, 404, 405, 409, 415] })).status;

  const own = [
    ['GET', `/api/campus/attempts/${attempt}`], ['POST', `/api/campus/attempts/${attempt}/start`, {}],
    ['POST', `/api/campus/attempts/${attempt}/finish`, {}], ['POST', `/api/campus/attempts/${attempt}/submit`, {}],
    ['PUT', `/api/campus/attempts/${attempt}/answers/1`, { value: null, revision: 1 }],
    ['GET', `/api/proctor/sessions/${id}`], ['POST', `/api/proctor/sessions/${id}/lease`, { tab: 'x' }],
    ['POST', `/api/proctor/sessions/${id}/start`, {}], ['POST', `/api/proctor/sessions/${id}/end`, { streams: {} }],
    ['POST', `/api/proctor/sessions/${id}/events`, { kind: 'online', detail: {}, client_us: 0 }],
    ['GET', `/api/proctor/sessions/${id}/receipt`],
    ['POST', `/api/proctor/sessions/${id}/consents`, { document: 'agreement', version: 'x', sha256: '0'.repeat(64) }],
  ];
  for (const one of own) {
    assert.equal(await status(other, one), 404, `another candidate: ${one[0]} ${one[1]}`);
    assert.equal(await status(instructor, one), 403, `an instructor: ${one[0]} ${one[1]}`);
    assert.equal(await status(nobody, one), 401, `nobody: ${one[0]} ${one[1]}`);
  }
  const staff = [
    ['GET', '/api/review/exams'], ['GET', `/api/review/sessions/${id}`],
    ['GET', `/api/review/sessions/${id}/streams/${stream}/media`], ['GET', `/api/review/sessions/${id}/flags/1/picture`],
    ['GET', `/api/review/sessions/${id}/report`],
  ];
  for (const one of staff) {
    assert.equal(await status(candidate, one), 403, `a candidate: ${one[0]} ${one[1]}`);
    assert.equal(await status(nobody, one), 401, `nobody: ${one[0]} ${one[1]}`);
  }
  assert.equal(await status(instructor, staff[1]), 200);
});

test('a request from another site changes nothing', async (t) => {
  const server = await startServer(t, { worker: false });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { attempt } = await client.openSession();
  for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'null' }]) {
    const { status } = await client.send('POST', `/api/campus/attempts/${attempt}/start`, { body: {}, headers, accept: [403] });
    assert.equal(status, 403, JSON.stringify(headers));
  }
  assert.equal((await client.get(`/api/campus/attempts/${attempt}`)).state, 'created');
});

test('sign-in is throttled, says nothing of who exists, and signing out ends it', async (t) => {
  const server = await startServer(t, { worker: false });
  const client = new Client(server);
  const attempt = (username) =>
    client.send('POST', '/api/sign-in', { body: { username, password: 'wrong-password-1' }, accept: [401, 429] });
  const known = await attempt(USERS.other);
  const unknown = await attempt('nobody.at.all');
  assert.equal(known.status, 401);
  assert.equal(unknown.status, 401);
  assert.equal(known.body.error.message, unknown.body.error.message);
  let throttled;
  for (let i = 0; i < 20 && !throttled; i++) {
    const answer = await attempt(USERS.other);
    if (answer.status === 429) throttled = answer;
  }
  assert.ok(throttled, 'twenty wrong passwords were all let through');
  assert.ok(Number(throttled.headers.get('retry-after')) >= 1);

  await client.signIn(USERS.candidate);
  const { headers } = await client.send('GET', '/api/me');
  assert.match(headers.get('cache-control'), /no-store/);
  await client.send('POST', '/api/sign-out', { body: {} });
  assert.equal((await client.send('GET', '/api/me', { accept: [401] })).status, 401);
});

test('every page carries a strict content security policy', async (t) => {
  const server = await startServer(t, { worker: false });
  for (const path of ['/', '/proctortrack/', '/exam/', '/review/']) {
    const response = await fetch(server.origin + path);
    assert.equal(response.status, 200, path);
    const policy = response.headers.get('content-security-policy');
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe-|\*/);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  }
});

test('the clock of the server ends the exam, and answers are kept as they were', async (t) => {
  const server = await startServer(t, { worker: false });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { attempt } = await client.openSession();
  const before = await client.get(`/api/campus/attempts/${attempt}`);
  assert.deepEqual(before.items, [], 'questions are hidden until Start Exam');
  const { items, deadline_us, started_us, exam } = await client.post(`/api/campus/attempts/${attempt}/start`);
  assert.equal(deadline_us - started_us, exam.duration_s * 1e6);
  assert.deepEqual(new Set(items.map((item) => item.kind)), new Set(['single', 'multiple', 'numeric', 'descriptive']));
  assert.equal(items.length, 5);
  const put = (item, value, revision, accept = []) =>
    client.send('PUT', `/api/campus/attempts/${attempt}/answers/${item.id}`, { body: { value, revision }, accept });
  const numeric = items.find((item) => item.kind === 'numeric');
  await put(numeric, '42', 2);
  assert.equal((await put(numeric, '41', 1)).body.revision, 2, 'an older revision changes nothing');
  assert.equal((await put(numeric, 'forty', 3, [400])).status, 400);
  assert.equal((await put({ id: 999999 }, '1', 1, [404])).status, 404);
  const single = items.find((item) => item.kind === 'single');
  assert.equal((await put(single, 'no-such-option', 1, [400])).status, 400);
  const now = await client.get(`/api/campus/attempts/${attempt}`);
  assert.equal(now.items.find((item) => item.id === numeric.id).answer.value, '42');
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  assert.equal((await put(numeric, '43', 4, [409])).status, 409);
});
