// The clock of an exam, what is given back, what was seen and marked; corrected names.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '../support/runner.mjs';
import { startServer, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';

async function sit(server) {
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { attempt } = await client.openSession();
  const started = await client.post(`/api/campus/attempts/${attempt}/start`);
  return { client, attempt, started };
}

test('the time that the server was away is given back, and both sides read why', async (t) => {
  const server = await startServer(t, { worker: false });
  const { client, attempt, started } = await sit(server);
  await sleep(2500); // a beat after the start
  const killed = Date.now() * 1000;
  await server.kill();
  await sleep(9000);
  await server.start();
  const back = Date.now() * 1000;
  const after = await client.get(`/api/campus/attempts/${attempt}`);
  assert.equal(after.time.length, 1, JSON.stringify(after.time));
  const [entry] = after.time;
  assert.equal(entry.kind, 'outage');
  assert.ok(entry.given_us >= 9e6 && entry.given_us <= back - killed + 3e6, `${entry.given_us} us were given`);
  assert.ok(entry.from_us <= killed && entry.from_us > killed - 3e6 && entry.to_us <= back);
  assert.equal(after.deadline_us, started.deadline_us + entry.given_us);
  // The answer to a save says when the exam ends, so a page that only writes learns it too.
  const item = after.items.find(({ kind }) => kind === 'descriptive');
  const { body } = await client.send('PUT', `/api/campus/attempts/${attempt}/answers/${item.id}`, { body: { value: 'x', revision: 1 } });
  assert.equal(body.deadline_us, after.deadline_us);

  for (const name of [USERS.candidate, USERS.instructor]) {
    const reader = new Client(server);
    await reader.signIn(name);
    const ledger = await reader.get(`/api/campus/attempts/${attempt}/time`);
    assert.deepEqual(ledger.time, after.time);
    assert.equal(ledger.deadline_us, after.deadline_us);
  }
  const other = new Client(server);
  await other.signIn(USERS.other);
  assert.equal((await other.send('GET', `/api/campus/attempts/${attempt}/time`, { accept: [404] })).status, 404);
  const staff = new Client(server);
  await staff.signIn(USERS.instructor);
  const { exams } = await staff.get('/api/campus/exams');
  const { attempts } = await staff.get(`/api/campus/exams/${exams.find(({ kind }) => kind === 'exam').id}/attempts`);
  assert.deepEqual([attempts.length, attempts[0].candidate, attempts[0].given_us], [1, 'Amara Okafor', entry.given_us]);
}, { seconds: 60 });

test('the desk gives time with a reason; candidate, ledger, audit and evidence tell of it', async (t) => {
  const server = await startServer(t, { worker: false });
  const { client, attempt, started } = await sit(server);
  const agent = new Client(server);
  await agent.signIn('mei.tanaka');
  const { sessions } = await agent.get('/api/support/sessions');
  const { id } = sessions[0];
  const give = (body, who = agent) => who.send('POST', `/api/support/sessions/${id}/time`, { body, accept: [400, 403, 404, 409] });
  assert.equal((await give({ minutes: 10, reason: ' ' })).status, 400);
  assert.equal((await give({ minutes: 0, reason: 'x' })).status, 400);
  assert.equal((await give({ minutes: 10, reason: 'x' }, client)).status, 403);
  assert.equal((await give({ minutes: 10, reason: 'The computer was started anew' })).status, 201);
  const after = await client.get(`/api/campus/attempts/${attempt}`);
  assert.equal(after.deadline_us, started.deadline_us + 600e6);
  assert.deepEqual(after.time.map(({ kind, given_us, reason }) => [kind, given_us, reason]), [['support', 600e6, 'The computer was started anew']]);
  const { audit } = await agent.get(`/api/support/sessions/${id}`);
  assert.deepEqual(audit.map(({ action, by, candidate, detail }) => [action, by, candidate, detail.minutes]), [['time-added', 'Mei Tanaka', 'Amara Okafor', 10]]);
  const reviewer = new Client(server);
  await reviewer.signIn(USERS.instructor);
  const { events } = await reviewer.get(`/api/review/sessions/${id}`);
  assert.ok(events.some(({ kind }) => kind === 'staff-action'), 'it is evidence');
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  assert.equal((await give({ minutes: 10, reason: 'late' })).status, 409);
});

test('a restart that nobody notices gives nothing', async (t) => {
  const server = await startServer(t, { worker: false });
  const { client, attempt, started } = await sit(server);
  await server.stop();
  await server.start();
  const after = await client.get(`/api/campus/attempts/${attempt}`);
  assert.deepEqual([after.time, after.deadline_us], [[], started.deadline_us]);
});

test('what was seen and marked is kept, of this exam and while it runs', async (t) => {
  const server = await startServer(t, { worker: false });
  const { client, attempt, started } = await sit(server);
  const put = (item, body, accept = []) => client.send('PUT', `/api/campus/attempts/${attempt}/items/${item}`, { body, accept });
  assert.ok(started.items.every((item) => item.seen_us === null && item.marked === false));
  const [first, second] = started.items;
  await put(first.id, { marked: false });
  await put(second.id, { marked: true });
  assert.equal((await put(999999, { marked: true }, [404])).status, 404);
  assert.equal((await put(first.id, { marked: 'yes' }, [400])).status, 400);
  assert.equal((await put(first.id, { marked: true, more: 1 }, [400])).status, 400);
  await server.kill();
  await server.start();
  const { items } = await client.get(`/api/campus/attempts/${attempt}`);
  assert.deepEqual(items.map((item) => [item.seen_us !== null, item.marked]), [[true, false], [true, true], [false, false], [false, false], [false, false]]);
  assert.ok(items[1].seen_us >= items[0].seen_us);
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  assert.equal((await put(first.id, { marked: true }, [409])).status, 409);
});

test('a name is corrected once staff approve it, and its history is kept', async (t) => {
  const server = await startServer(t, { worker: false });
  const candidate = new Client(server), other = new Client(server), staff = new Client(server);
  await candidate.signIn(USERS.candidate);
  await other.signIn(USERS.other);
  await staff.signIn(USERS.instructor);
  await candidate.launch(); // whose candidate this is: the instructor's
  const path = '/api/campus/name-requests';
  const ask = (full_name, accept = []) => candidate.send('POST', path, { body: { full_name, reason: 'As on my passport' }, accept });
  const decide = (id, decision, reason, accept = []) => staff.send('POST', `${path}/${id}/decision`, { body: { decision, reason }, accept });
  assert.equal((await ask('', [400])).status, 400);
  assert.equal((await ask('two\nlines', [400])).status, 400);
  assert.equal((await ask('Amara Okafor', [409])).status, 409, 'the name it has');
  const { body: { requests: [mine] } } = await ask('Amara Chidinma Okafor');
  assert.equal(mine.state, 'pending');
  assert.equal((await ask('Somebody Else', [409])).status, 409, 'a second one while one waits');
  assert.deepEqual((await other.get(path)).requests, [], 'nobody else sees it');
  assert.equal((await decide(mine.id, 'rejected', '', [400])).status, 400, 'a rejection says why');
  await decide(mine.id, 'rejected', 'The passport says otherwise.');
  assert.equal((await decide(mine.id, 'approved', '', [409])).status, 409);
  const { body: { requests: [again] } } = await ask('Amara C. Okafor');
  await decide(again.id, 'approved', '');
  const { requests } = await candidate.get(path);
  assert.deepEqual(requests.map(({ state, old_name, full_name, decided_by }) => [state, old_name, full_name, decided_by]), [
    ['approved', 'Amara Okafor', 'Amara C. Okafor', 'Helena Marsh'], ['rejected', 'Amara Okafor', 'Amara Chidinma Okafor', 'Helena Marsh']]);
  const fresh = new Client(server);
  assert.equal((await fresh.signIn(USERS.candidate)).full_name, 'Amara C. Okafor');
});
