// The live wall: what a proctor sees while an exam goes on, and what they do to it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '../support/runner.mjs';
import { PROGRAM, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { makeClip } from '../support/clips.mjs';
import { EventStream } from '../support/events.mjs';

async function sit(server, name = USERS.candidate, { start = true } = {}) {
  const client = new Client(server);
  await client.signIn(name);
  const { attempt, session } = await client.openSession();
  if (start) await client.post(`/api/campus/attempts/${attempt}/start`);
  return {
    client, attempt, session,
    own: () => client.get(`/api/proctor/sessions/${session}`),
    exam: () => client.get(`/api/campus/attempts/${attempt}`),
    save: (item, value, revision, accept = []) =>
      client.send('PUT', `/api/campus/attempts/${attempt}/answers/${item}`, { body: { value, revision }, accept }),
  };
}

async function proctor(server, name = 'tomas.rivera') {
  const staff = new Client(server);
  await staff.signIn(name);
  const { exams } = await staff.get('/api/review/exams');
  const exam = exams.find(({ kind }) => kind === 'exam');
  return {
    staff, exam: exam.id, exams,
    wall: (id = exam.id) => staff.get(`/api/review/exams/${id}/live`),
    live: (session) => staff.get(`/api/review/sessions/${session}/live`),
    act: (session, what, body = {}, accept = []) => staff.send('POST', `/api/review/sessions/${session}/live/${what}`, { body, accept }),
  };
}

test('a pause stops the clock of the exam, and it goes on with the time that was left', async (t) => {
  const server = await startServer(t, { worker: false });
  const { attempt, session, own, exam, save } = await sit(server);
  const { act, live } = await proctor(server);
  const before = await exam();
  const [item] = before.items.filter(({ kind }) => kind === 'descriptive');
  await save(item.id, 'before', 1);
  assert.equal((await act(session, 'pause', { reason: ' ' }, [400])).status, 400);
  assert.equal((await act(session, 'resume', {}, [409])).status, 409, 'it is not paused');
  await act(session, 'pause', { reason: 'A fire alarm in your building' });
  assert.equal((await act(session, 'pause', { reason: 'again' }, [409])).status, 409);
  assert.equal((await own()).paused.reason, 'A fire alarm in your building');
  const during = await exam();
  assert.equal(during.paused.reason, 'A fire alarm in your building');
  assert.deepEqual([during.state, during.items], ['running', []], 'nobody reads on while the clock stands');
  const refused = await save(item.id, 'during', 2, [503]);
  assert.equal(refused.status, 503, 'the page keeps it and tries again');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await new Client(server).send('POST', `/api/campus/attempts/${attempt}/finish`, { accept: [401] })).status, 401);
  await sleep(2500);
  // A server that is away in the meantime gives the time back once, not twice.
  await server.kill();
  await sleep(7000);
  await server.start();
  assert.ok((await own()).paused, 'it is paused still');
  await act(session, 'resume', { reason: 'The alarm is over' });
  const after = await exam();
  assert.equal(after.paused, null);
  assert.equal((await own()).paused, null);
  const [entry, ...more] = after.time;
  assert.deepEqual([entry.kind, entry.reason, entry.who], ['pause', 'The alarm is over', 'Tomas Rivera']);
  assert.deepEqual(more, [], JSON.stringify(after.time));
  assert.ok(entry.given_us >= 9.5e6, `${entry.given_us} us`);
  assert.equal(entry.given_us, entry.to_us - entry.from_us);
  assert.equal(after.deadline_us, before.deadline_us + entry.given_us);
  assert.equal((await save(item.id, 'after', 2)).body.deadline_us, after.deadline_us);
  const { acts } = await live(session);
  assert.deepEqual(acts.map(({ action, by }) => [action, by]), [['exam-resumed', 'Tomas Rivera'], ['exam-paused', 'Tomas Rivera']]);
}, { seconds: 60 });

test('a paused exam does not end at its deadline, nor by its candidate', async (t) => {
  const server = await startServer(t, { worker: false });
  const { client, attempt, session } = await sit(server);
  const { act } = await proctor(server);
  await act(session, 'pause', { reason: 'Please wait' });
  const finish = () => client.send('POST', `/api/campus/attempts/${attempt}/finish`, { body: {}, accept: [409] });
  assert.equal((await finish()).status, 409);
  await act(session, 'resume');
  assert.equal((await finish()).status, 200);
  assert.equal((await act(session, 'pause', { reason: 'late' }, [409])).status, 409);
});

test('an exam that staff end is handed in as it is, and its candidate reads why', async (t) => {
  const server = await startServer(t, { worker: false });
  const { client, session, own, exam, save } = await sit(server);
  const { act, wall, live, staff } = await proctor(server);
  const item = (await exam()).items.find(({ kind }) => kind === 'descriptive');
  await save(item.id, 'all I know', 1);
  await act(session, 'pause', { reason: 'Please wait' });
  assert.equal((await act(session, 'end', {}, [400])).status, 400, 'a reason is needed');
  await act(session, 'end', { reason: 'Somebody else sat at the computer' });
  assert.equal((await act(session, 'end', { reason: 'again' }, [409])).status, 409);
  const now = await own();
  assert.deepEqual([now.state, now.paused, now.ended.reason], ['ended', null, 'Somebody else sat at the computer']);
  assert.equal((await exam()).state, 'submitted');
  assert.equal((await save(item.id, 'more', 2, [409])).status, 409);
  assert.deepEqual((await wall()).sessions, []);
  const { results } = await client.get('/api/campus/results');
  assert.equal(results.length, 1, 'it is handed in');
  await client.post(`/api/proctor/sessions/${session}/end`, { streams: {} });
  const receipt = await client.get(`/api/proctor/sessions/${session}/receipt`);
  assert.deepEqual(receipt.answers.map(({ item: id, revision }) => [id, revision]), [[item.id, 1]]);
  const { events } = await staff.get(`/api/review/sessions/${session}`);
  const actions = events.filter(({ kind }) => kind === 'staff-action').map(({ detail }) => detail.action);
  assert.deepEqual(actions, ['exam-paused', 'exam-ended']);
  const finished = events.find(({ kind }) => kind === 'finished');
  assert.equal(finished.detail.by, 'staff');
  for (const what of ['warnings', 'notes']) assert.equal((await act(session, what, { text: 'x' }, [409])).status, 409);
  assert.equal((await live(session)).session.state, 'uploaded');
});

test('an exam that was not started is ended without an answer', async (t) => {
  const server = await startServer(t, { worker: false });
  const { session, own, exam } = await sit(server, USERS.candidate, { start: false });
  const { act, wall } = await proctor(server);
  assert.deepEqual((await wall()).sessions.map(({ state }) => state), ['recording']);
  assert.equal((await act(session, 'pause', { reason: 'x' }, [409])).status, 409, 'there is no clock yet');
  await act(session, 'end', { reason: 'You are in the wrong exam' });
  assert.equal((await own()).state, 'ended');
  assert.deepEqual([(await exam()).state, (await exam()).may_start], ['created', false]);
});

test('warnings are acknowledged, hands go up and down, and all of it is evidence that verifies', async (t) => {
  const server = await startServer(t, { worker: false });
  const { client, session, own } = await sit(server);
  const other = new Client(server);
  await other.signIn(USERS.other);
  const { staff, act, live, wall, exam } = await proctor(server);
  const news = await EventStream.open(t, client, '/api/support/own/events');
  const board = await EventStream.open(t, staff, `/api/review/exams/${exam}/live/events`);
  const near = await EventStream.open(t, staff, `/api/review/sessions/${session}/live/events`);

  assert.equal((await act(session, 'warnings', { text: '' }, [400])).status, 400);
  assert.equal((await act(session, 'warnings', { text: 'x'.repeat(501) }, [400])).status, 400);
  assert.equal((await act(session, 'warnings', { text: 'x', more: 1 }, [400])).status, 400);
  const { body: { id } } = await act(session, 'warnings', { text: 'Please put the telephone away.' });
  await news.until('the warning at the candidate', ({ event, data }) => event === 'session' && data.session === session);
  await board.until('the warning on the wall', ({ event, data }) => event === 'row' && data.id === session && data.warnings === 1);
  assert.deepEqual((await own()).warnings.map(({ text }) => text), ['Please put the telephone away.']);
  const acknowledge = (who, warning) => who.send('POST', `/api/proctor/sessions/${session}/warnings/${warning}/acknowledge`, { body: {}, accept: [404] });
  assert.equal((await acknowledge(other, id)).status, 404, 'somebody else');
  assert.equal((await acknowledge(client, id + 1)).status, 404);
  await acknowledge(client, id);
  await acknowledge(client, id); // a lost answer is asked again
  assert.deepEqual((await own()).warnings, []);
  const [warning] = (await live(session)).warnings;
  assert.ok(warning.acknowledged_us >= warning.made_us && warning.by === 'Tomas Rivera');

  const hand = (who, raised, accept = [404]) => who.send('POST', `/api/proctor/sessions/${session}/hand`, { body: { raised }, accept });
  assert.equal((await hand(other, true)).status, 404);
  await hand(client, true);
  await near.until('the hand near by', ({ event, data }) => event === 'row' && data.hand_us !== null);
  assert.ok((await own()).hand_us);
  await act(session, 'lower-hand');
  assert.equal((await own()).hand_us, null);
  await hand(client, true);
  await hand(client, false);
  assert.equal((await wall()).sessions[0].hand_us, null);
  await act(session, 'notes', { text: 'Looks down often; paper was allowed.' });

  const { events } = await staff.get(`/api/review/sessions/${session}`);
  const kinds = events.map(({ kind, detail }) => (kind === 'staff-action' ? detail.action : kind))
    .filter((kind) => /hand|warn|note/.test(kind));
  assert.deepEqual(kinds, ['candidate-warned', 'warning-acknowledged', 'hand-raised', 'hand-lowered', 'hand-raised', 'hand-lowered', 'note-taken']);
  const { acts } = await live(session);
  assert.deepEqual(acts.map(({ action, reason }) => [action, reason]), [
    ['note-taken', 'Looks down often; paper was allowed.'], ['hand-lowered', ''], ['candidate-warned', 'Please put the telephone away.']]);
  const agent = new Client(server);
  await agent.signIn(USERS.support);
  const { audit } = await agent.get('/api/support/audit');
  assert.deepEqual(audit.slice(0, 3).map(({ action, reason }) => [action, reason]), [
    ['note-taken', ''], ['hand-lowered', ''], ['candidate-warned', 'Please put the telephone away.']], 'a note is for reviewers');
  const archive = join(server.data, 'session.tar');
  const said = spawnSync(PROGRAM, ['export', session, '--data', join(server.data, 'var'), '--output', archive], { encoding: 'utf8' });
  const verified = spawnSync(PROGRAM, ['verify', '--key', /--key (\w+)/.exec(said.stderr)[1], archive], { encoding: 'utf8' });
  assert.equal(verified.status, 0, verified.stderr);
});

test('the wall is of one exam and tells each change: lights, flags, stills; others see nothing of it', async (t) => {
  const server = await startServer(t);
  const path = makeClip(join(temporaryFolder(t), 'clip.webm'), [{ seconds: 10, people: 1 }, { seconds: 8, people: 0 }, { seconds: 4, people: 1 }]);
  const bytes = readFileSync(path);
  const { client, session } = await sit(server);
  const { staff, exam, exams, wall, live } = await proctor(server);
  const practice = exams.find(({ kind }) => kind === 'practice');
  if (practice) assert.deepEqual((await wall(practice.id)).sessions, [], 'another exam');
  assert.equal((await staff.send('GET', '/api/review/exams/9999/live', { accept: [404] })).status, 404);
  const [row] = (await wall()).sessions;
  assert.deepEqual([row.id, row.candidate, row.state], [session, 'Amara Okafor', 'exam']);
  assert.deepEqual(row.lights, { camera: 'waiting', microphone: 'waiting', screen: 'waiting', app: 'none', plugin: 'none', connection: 'waiting' });

  const board = await EventStream.open(t, staff, `/api/review/exams/${exam}/live/events`);
  const near = await EventStream.open(t, staff, `/api/review/sessions/${session}/live/events`);
  const light = (name, value) => board.until(`${name} ${value}`, ({ event, data }) => event === 'row' && data.lights[name] === value);
  await client.post(`/api/proctor/sessions/${session}/lease`, { tab: 'one' });
  await light('connection', 'on');
  const url = await client.createUpload(session);
  await client.patch(url, 0, bytes.subarray(0, 100_000));
  await light('camera', 'on');
  await near.until('the stream grew', ({ event, data }) => event === 'grown' && data.bytes === 100_000 && data.kind === 'camera');
  const event = (kind) => client.post(`/api/proctor/sessions/${session}/events`, { kind, detail: {}, client_us: 1 });
  await event('camera-lost');
  await light('camera', 'lost');
  await event('camera-back');
  await client.patch(url, 100_000, bytes.subarray(100_000));
  for (let i = 0; i < 4 && !board.events.some(({ event: name, data }) => name === 'row' && data.flag?.rule === 'no-face'); i++) {
    await board.until('a flag', ({ event: name, data }) => name === 'row' && data.flag?.rule === 'no-face').catch(() => undefined);
  }
  const told = board.events.filter(({ event: name }) => name === 'row').at(-1).data;
  assert.equal(told.flag.title, 'Nobody in view');
  await board.until('stills', ({ event: name, data }) => name === 'stills' && data.some(([id, kind]) => id === session && kind === 'camera'));
  const still = await staff.send('GET', `/api/review/sessions/${session}/live/still`);
  assert.equal(still.headers.get('content-type'), 'image/jpeg');
  assert.equal(still.body.subarray(0, 3).toString('hex'), 'ffd8ff');
  assert.ok(still.body.length > 1000 && still.body.length < 60_000, `${still.body.length} bytes`);
  assert.equal((await staff.send('GET', `/api/review/sessions/${session}/live/still?kind=screen`, { accept: [404] })).status, 404);
  assert.equal((await staff.send('GET', `/api/review/sessions/${session}/live/still?kind=file`, { accept: [400] })).status, 400);
  const { events } = await staff.get(`/api/review/sessions/${session}`);
  assert.ok(events.some(({ kind }) => kind === 'viewed'), 'a look at a still is on record');
  const detail = await live(session);
  assert.deepEqual(detail.streams.map(({ kind, open, bytes: size }) => [kind, open, size]), [['camera', true, bytes.length]]);
  assert.equal(detail.flags[0].rule, 'no-face');
  // Once it is over nothing of it is kept for watching.
  await new Promise((done) => setTimeout(done, 100));
  await staff.send('POST', `/api/review/sessions/${session}/live/end`, { body: { reason: 'That was all' } });
  await board.until('it is gone', ({ event: name, data }) => name === 'gone' && data.id === session);
  assert.equal((await staff.send('GET', `/api/review/sessions/${session}/live/still`, { accept: [404] })).status, 404);
}, { seconds: 90 });
