// A second reviewer who does not see what the first one said, by every way that there is; and how two who differ come
// to one decision.
import assert from 'node:assert/strict';
import { test } from '../support/runner.mjs';
import { admin, setPolicy, startServer, USERS, WITHOUT_SCANS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { clipWithAbsence, reported, sit } from '../support/session.mjs';

const SECRET = 'a phone under the table';
const signed = async (server, user) => {
  const client = new Client(server);
  await client.signIn(user);
  return client;
};
const status = async (client, method, path, body) =>
  (await client.send(method, path, { body, accept: Array.from({ length: 200 }, (_, i) => 400 + i) })).status;

// {session, helena, tomas, ruth, at, exam}: a session with its report, under a policy that asks for `second`.
async function begin(t, second, terms = []) {
  const server = await startServer(t);
  setPolicy(server.data, { ...WITHOUT_SCANS, review: { second } });
  admin(server.data, ['terms', 'set', '--appeal-days', '14', ...terms]);
  const { session, client: candidate } = await sit(server, clipWithAbsence(t));
  const [helena, tomas, ruth] = await Promise.all([USERS.instructor, 'tomas.rivera', USERS.admin].map((user) => signed(server, user)));
  await reported(helena, session);
  const at = `/api/review/sessions/${session}`;
  const { exam } = await helena.get(at);
  return { server, session, candidate, helena, tomas, ruth, at, exam: `/api/review/exams/${exam.id}` };
}

const standing = async (client, at) => {
  const { review: { state, outcome, own, may, blind } } = await client.get(at);
  return [state, outcome, own, may, blind];
};
const decide = (client, at, outcome, note = '', settle = false) => status(client, 'POST', `${at}/decisions`, { outcome, note, settle });

test('review: the second reviewer sees nothing of the first before they have decided', async (t) => {
  const { helena, tomas, ruth, candidate, at, exam, session } = await begin(t, 'always');
  const { incidents: [incident] } = await helena.get(at);
  await helena.send('PUT', `${at}/incidents/${incident.flags[0]}`, { body: { answer: 'breaks', note: SECRET } });
  await helena.post(`${at}/notes`, { note: SECRET });
  assert.equal(await decide(helena, at, 'violation', SECRET), 201);

  // Whatever route staff may read: not a word of hers, for a proctor and for an administrator alike.
  for (const other of [tomas, ruth]) {
    for (const path of [at, `${at}/release`, `${at}/report`, `${at}/live`, `${at}/deletions`, `${exam}/sessions`, `${exam}/csv`, `${exam}/summary`,
      `${at}/report/html`, `${exam}/summary/html`,
      '/api/review/exams', '/api/review/appeals', '/api/support/audit', `/api/support/sessions/${session}`]) {
      const { body } = await other.send('GET', path);
      const text = Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body);
      for (const word of [SECRET, '"violation"', ',violation,']) assert.ok(!text.includes(word), `GET ${path} tells ${word}`);
      if (path !== `/api/support/audit`) assert.ok(!/Helena/.test(text), `GET ${path} tells who was first`);
    }
    const summed = (await other.get(`${exam}/summary/csv`)).toString();
    assert.match(summed, /^decisions,violation,count,0\r$/m);
    assert.doesNotMatch(summed, /,breaks,[1-9]/, 'judgements are not summed up yet');
    const { events, decisions, answers } = await other.get(at);
    assert.deepEqual([decisions, answers], [[], []]);
    assert.deepEqual(events.filter(({ kind }) => ['decision', 'incident-answered', 'note'].includes(kind)), []);
    assert.deepEqual(await standing(other, at), ['waiting', 'none', 'none', 'decide', true]);
    assert.equal((await other.get(`${exam}/summary`)).rules.length, 0, 'the tally');
    assert.deepEqual((await other.get(`${exam}/sessions?review=second`)).sessions.map(({ id, review, outcome }) => [id, review, outcome]), [[session, 'second', 'none']]);
    assert.equal((await other.get(`${exam}/sessions?outcome=violation`)).total, 0, 'the filter');
  }
  assert.deepEqual(await standing(helena, at), ['waiting', 'none', 'violation', 'decide', true]);
  assert.deepEqual((await helena.get(`${exam}/sessions?review=second`)).sessions, [], 'nobody is their own second');
  assert.equal((await helena.get(at)).decisions[0].note, SECRET);
  assert.match((await helena.get(`${exam}/csv`)).toString(), /,none,waiting,/);
  assert.equal(await decide(helena, at, 'violation', 'again'), 201);
  assert.deepEqual(await standing(helena, at), ['waiting', 'none', 'violation', 'decide', true]);
  assert.equal(await status(helena, 'POST', `${at}/release`, {}), 409, 'not released before it is settled');
  assert.deepEqual(await helena.post(`${exam}/release`), { released: 0, left: 1 });
  const stage = async () => JSON.stringify(await candidate.get('/api/campus/assessments')).match(/"stage":"([a-z ]+)"/)[1];
  assert.equal(await stage(), 'awaiting review', 'the candidate is not told either');

  // What the second says in the meantime is not the first one's to read either; then both see both.
  await tomas.send('PUT', `${at}/incidents/${incident.flags[0]}`, { body: { answer: 'breaks', note: 'seen it' } });
  assert.equal((await helena.get(at)).answers.length, 1);
  assert.equal(await decide(tomas, at, 'violation', 'I see it, too'), 201);
  for (const client of [helena, tomas, ruth]) {
    const { decisions, answers, events } = await client.get(at);
    assert.deepEqual(decisions.map(({ name }) => name), ['Tomas Rivera', 'Helena Marsh', 'Helena Marsh']);
    assert.equal(answers.length, 2);
    assert.equal(events.filter(({ kind }) => kind === 'decision').at(-1).detail.state, 'settled');
  }
  assert.deepEqual(await standing(ruth, at), ['settled', 'violation', 'none', 'nothing', false]);
  assert.equal(await decide(ruth, at, 'passed'), 409, 'two have decided together');
  assert.equal((await ruth.get(`${exam}/summary`)).rules[0].breaks, 2);
  assert.equal(await stage(), 'reviewed');
  await helena.post(`${at}/release`);
  assert.equal((await candidate.get(`/api/proctor/sessions/${session}/result`)).outcome, 'violation');
}, { seconds: 120 });

test('review: two who differ are settled by a third, with a reason; what is taken back is open again', async (t) => {
  const { helena, tomas, ruth, candidate, at, exam, session } = await begin(t, 'violations', ['--staff-names', 'yes']);
  assert.equal(await decide(helena, at, 'suspicious'), 201);
  assert.deepEqual(await standing(tomas, at), ['settled', 'suspicious', 'none', 'decide', false], 'one is enough for that');
  assert.equal(await decide(helena, at, 'violation'), 201);
  assert.equal(await decide(helena, at, 'none'), 201);
  assert.deepEqual(await standing(tomas, at), ['open', 'none', 'none', 'decide', true]);
  assert.equal(await decide(tomas, at, 'none'), 201, 'nothing to take back, nothing changed');
  assert.equal(await decide(helena, at, 'violation'), 201);
  assert.equal(await decide(tomas, at, 'none'), 409, 'not another one\'s');
  assert.equal(await decide(tomas, at, 'passed'), 201);
  assert.deepEqual(await standing(tomas, at), ['differs', 'none', 'passed', 'decide', false]);
  assert.deepEqual(await standing(ruth, at), ['differs', 'none', 'none', 'settle', false]);
  assert.deepEqual((await ruth.get(`${exam}/sessions?review=differs`)).sessions.map(({ id }) => id), [session]);
  assert.equal((await tomas.get(`${exam}/sessions?review=differs`)).total, 0);
  assert.equal(await status(helena, 'POST', `${at}/release`, {}), 409);

  assert.equal(await decide(ruth, at, 'passed', 'meant as a second'), 409, 'who does not know that two differ settles nothing');
  assert.equal(await decide(tomas, at, 'violation', 'mine', true), 409);
  assert.equal(await decide(ruth, at, 'not-enough-evidence', ' ', true), 400, 'a reason');
  assert.equal(await decide(ruth, at, 'not-enough-evidence', 'The angle says little.', true), 201);
  assert.deepEqual(await standing(helena, at), ['settled', 'not-enough-evidence', 'violation', 'nothing', false]);
  assert.deepEqual((await helena.get(at)).decisions.slice(0, 2).map(({ kind }) => kind), ['settled', 'decision']);
  await helena.post(`${at}/release`);
  const { outcome, by } = await candidate.get(`/api/proctor/sessions/${session}/result`);
  assert.deepEqual([outcome, by], ['not-enough-evidence', 'Ruth Adeyemi']);
  assert.equal(await status(helena, 'GET', `${exam}/sessions?review=any`), 400);
}, { seconds: 120 });
