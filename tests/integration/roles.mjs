// docs/roles.md says which role may call which route: it tells of every route, and each of them is tried
// as every role.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from '../support/runner.mjs';
import { admin, PASSWORD, PROGRAM, startServer } from '../support/server.mjs';
import { Client, metadata } from '../support/client.mjs';
import { sql } from '../support/session.mjs';

const PEOPLE = { candidate: 'amara.okafor', instructor: 'helena.marsh', proctor: 'tomas.rivera', support: 'mei.tanaka', admin: 'ruth.adeyemi', nobody: null };

function tableOf(markdown) {
  const rows = markdown.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const [head, , ...rest] = rows;
  return rest.map(([request, ...cells]) => {
    const [method, path] = request.replaceAll('`', '').split(' ');
    return { method, path, may: Object.fromEntries(head.slice(1).map((role, i) => [role, cells[i] === 'yes'])) };
  });
}

test('docs/roles.md tells of every route, and each answers only the roles it is for', async (t) => {
  const docs = readFileSync(new URL('../../docs/roles.md', import.meta.url), 'utf8');
  const printed = execFileSync(PROGRAM, ['serve', '--routes'], { encoding: 'utf8' });
  assert.ok(docs.includes(printed), 'the table of docs/roles.md is not what `proctortrack serve --routes` prints');

  const server = await startServer(t, { worker: false });
  const routes = tableOf(printed);
  assert.ok(routes.length > 20);
  for (const [role, username] of Object.entries(PEOPLE)) {
    for (const { method, path, may } of routes) {
      // Another sign-in each time: some routes end it. Of those that sign in, nothing is asked here.
      if (path === '/api/sign-in') continue;
      const client = new Client(server);
      if (username !== null) client.cookie = await cookieOf(server, role, username);
      if (path === '/api/sign-out') client.cookie = '';
      const url = path.replaceAll(/:\w+/g, '9999');
      const { status, body } = await client.send(method, url, { accept: Array.from({ length: 200 }, (_, i) => 400 + i) });
      const refused = (status === 401 && role === 'nobody') || (status === 403 && (method === 'HEAD' || body.error?.message === 'Your role may not do this.'));
      assert.equal(refused, !may[role], `${role}: ${method} ${path} is answered with ${status} ${JSON.stringify(body).slice(0, 100)}`);
    }
  }
});

const EXAM = 'Introduction to the life sciences';
const STAFF = { instructor: 'olga.instructor', proctor: 'pavel.proctor' };

// Accounts that are staff of the practice test alone.
function addOthers(server) {
  for (const [role, username] of Object.entries(STAFF)) {
    admin(server.data, ['user', 'add', username, '--role', role, '--name', `Other ${role}`, '--email', `${username}@example.org`], { input: `${PASSWORD}\n` });
    admin(server.data, ['staff', 'add', 'Practice test', username]);
  }
}

// One of each thing that a route can name as its object, of the exam that the others are no staff of: by the path up to
// its first parameter. A route with an object that is missing here fails the test.
async function makeObjects(server) {
  const candidate = new Client(server), boss = new Client(server);
  const { id: user } = await candidate.signIn('amara.okafor');
  await boss.signIn('ruth.adeyemi');
  const { attempt, session } = await candidate.openSession();
  const { items } = await candidate.post(`/api/campus/attempts/${attempt}/start`);
  const item = items.find((one) => one.kind === 'descriptive').id;
  const file = await candidate.send('POST', `/api/campus/attempts/${attempt}/items/${item}/attachments`, {
    body: new Uint8Array(0), headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '4', 'Upload-Metadata': metadata({ filename: 'a.txt' }) },
  });
  const { message } = await candidate.post('/api/support/own/messages', { client_id: 'message-1', text: 'My camera is dark.', session });
  await candidate.post('/api/campus/name-requests', { full_name: 'Amara N. Okafor', reason: 'My card says so.' });
  const [request] = (await boss.get('/api/campus/name-requests')).requests;
  const campusExam = (await boss.get('/api/campus/exams')).exams.find((one) => one.title === EXAM).id;
  const exam = (await boss.get('/api/review/exams')).exams.find((one) => one.title === EXAM).id;
  const { id: accommodation } = await boss.post('/api/campus/accommodations', { username: 'amara.okafor', exam_id: campusExam, extra_minutes: 5 });
  // A face scan takes a person before a camera: the row is enough to be refused.
  sql(server, `INSERT INTO profile (user_ref, id, sealed_key, state, created_us, updated_us) VALUES (${user}, 'planted', x'00', 1, 1, 1)`);
  return {
    '/api/review/sessions/:session': session, '/api/support/sessions/:session': session, '/api/campus/sessions/:session': session,
    '/api/review/exams/:exam': exam, '/api/campus/exams/:exam': campusExam, '/api/campus/attempts/:attempt': attempt,
    '/api/campus/attachments/:attachment': file.headers.get('location').split('/').pop(),
    '/api/support/threads/:thread': message.thread, '/api/campus/name-requests/:id': request.id,
    '/api/campus/accommodations/:id': accommodation, '/api/review/profiles/:profile': 'planted',
  };
}

const NO_OBJECT = new Set(['/api/proctor/downloads/:platform']);
const ofStaff = (routes) => routes.filter(({ may, path }) => (may.instructor || may.proctor) && !may.nobody && path.startsWith('/api/'));
const prefixOf = (path) => /^.*?:\w+/.exec(path)?.[0];

async function tryObject(client, { method, path }, id) {
  const url = path.replace(/:\w+/, id).replaceAll(/:\w+/g, '1');
  const { status, body } = await client.send(method, url, { accept: Array.from({ length: 200 }, (_, i) => 400 + i) });
  return { status, message: body.error?.message };
}

test('staff of another exam are answered as if an exam and all that is in it did not exist', async (t) => {
  const server = await startServer(t, { worker: false });
  addOthers(server);
  const objects = await makeObjects(server);
  const routes = ofStaff(tableOf(execFileSync(PROGRAM, ['serve', '--routes'], { encoding: 'utf8' })));
  for (const [role, username] of Object.entries(STAFF)) {
    const stranger = new Client(server), own = new Client(server);
    await stranger.signIn(username);
    await own.signIn(PEOPLE[role]);
    let tried = 0;
    for (const route of routes.filter(({ may, path }) => may[role] && prefixOf(path) && !NO_OBJECT.has(prefixOf(path)))) {
      const id = objects[prefixOf(route.path)];
      assert.ok(id, `makeObjects() has nothing for ${route.path}`);
      const name = `${role}: ${route.method} ${route.path}`;
      const refused = await tryObject(stranger, route, id);
      assert.deepEqual(refused, { status: 404, message: 'There is nothing of that name.' }, name);
      assert.deepEqual(refused, await tryObject(stranger, route, /^\d+$/.test(id) ? '987654' : 'never-there'), `${name}: not the same as for nothing`);
      if (route.method === 'GET') assert.notEqual((await tryObject(own, route, id)).message, 'There is nothing of that name.', `${name}: the exam's own staff`);
      tried++;
    }
    assert.ok(tried > 20, `only ${tried} routes were tried`);

    // What has no object is a list: nothing of the exam is in any of them.
    const secrets = [objects['/api/review/sessions/:session'], objects['/api/review/exams/:exam'], EXAM, 'Amara', 'planted'];
    for (const { method, path, may } of routes.filter((route) => isList(route, role))) {
      const { body } = await stranger.send(method, path, { accept: [400, 404] });
      for (const secret of secrets) assert.ok(!JSON.stringify(body).includes(secret), `${role}: GET ${path} tells ${secret}: ${JSON.stringify(body).slice(0, 300)}`);
      assert.ok(may[role]);
    }
    const thread = objects['/api/support/threads/:thread'];
    assert.equal((await stranger.send('GET', `/api/support/events?thread=${thread}`, { accept: [404] })).status, 404, 'a conversation by the query');
  }
});

const isList = ({ method, path, may }, role) => method === 'GET' && !path.includes(':') && may[role] && path !== '/api/me' && path !== '/api/proctor/probe';

test('administrators say who is on the staff of an exam, and what they look at is audited', async (t) => {
  const server = await startServer(t, { worker: false });
  addOthers(server);
  const objects = await makeObjects(server);
  const session = objects['/api/review/sessions/:session'], exam = objects['/api/review/exams/:exam'];
  const boss = new Client(server), olga = new Client(server), candidate = new Client(server);
  await boss.signIn(PEOPLE.admin);
  await candidate.signIn(PEOPLE.candidate);
  const { id } = await olga.signIn(STAFF.instructor);
  const staff = `/api/review/exams/${exam}/staff`;
  const names = async () => (await boss.get(staff)).staff.map((one) => one.username);
  const status = async (path) => (await olga.send('GET', path, { accept: [404] })).status;

  assert.deepEqual(await names(), [PEOPLE.instructor, PEOPLE.proctor]);
  assert.deepEqual((await boss.get('/api/review/people?q=OTHER')).people.map((one) => one.username), [STAFF.instructor, STAFF.proctor]);
  assert.deepEqual((await boss.get('/api/review/people?q=%25')).people, [], 'a sign of LIKE is a letter');
  assert.equal(await status(`/api/review/sessions/${session}`), 404);
  await boss.send('PUT', `${staff}/${id}`, { body: {} });
  await boss.send('PUT', `${staff}/${id}`, { body: {} }); // again is fine, and leaves no trace
  assert.deepEqual(await names(), [PEOPLE.instructor, PEOPLE.proctor, STAFF.instructor]);
  assert.equal(await status(`/api/review/sessions/${session}`), 200);
  assert.deepEqual((await olga.get('/api/review/exams')).exams.map((one) => one.title), ['Practice test', EXAM]);
  assert.equal((await boss.send('PUT', `${staff}/${(await candidate.get('/api/me')).user.id}`, { body: {}, accept: [400] })).status, 400, 'a candidate is no staff');
  assert.equal((await boss.send('PUT', `/api/review/exams/nothing/staff/${id}`, { body: {}, accept: [404] })).status, 404);
  await boss.send('DELETE', `${staff}/${id}`);
  assert.equal(await status(`/api/review/sessions/${session}`), 404);
  admin(server.data, ['staff', 'add', EXAM, STAFF.instructor]);
  assert.match(admin(server.data, ['staff', 'list', EXAM]), /olga\.instructor +instructor +Other instructor/);
  admin(server.data, ['staff', 'remove', EXAM, STAFF.instructor]);
  assert.throws(() => admin(server.data, ['staff', 'add', EXAM, PEOPLE.candidate]), /neither an instructor nor a proctor/);

  await boss.get(`/api/review/sessions/${session}`);
  await boss.get(`/api/review/sessions/${session}`);
  const log = (await boss.get('/api/support/audit')).audit.filter((entry) => entry.detail.exam === exam).map((entry) => [entry.by, entry.action, entry.candidate]);
  assert.deepEqual(log.reverse(), [
    ['the portal', 'staff-added', 'Helena Marsh'], ['the portal', 'staff-added', 'Tomas Rivera'],
    ['Ruth Adeyemi', 'looked-as-admin', ''],
    ['Ruth Adeyemi', 'staff-added', 'Other instructor'], ['Ruth Adeyemi', 'staff-removed', 'Other instructor'],
    ['command line', 'staff-added', 'Other instructor'], ['command line', 'staff-removed', 'Other instructor'],
  ], 'one look an hour is noted, and only what changed something');
});

test('an upgrade makes all instructors and proctors the staff of the exams that are there', async (t) => {
  const server = await startServer(t, { worker: false });
  addOthers(server);
  await server.stop();
  sql(server, 'DELETE FROM exam_staff', 'UPDATE proctored_exam SET staffed = 0'); // as the version before left them
  await server.start();
  assert.deepEqual(admin(server.data, ['staff', 'list', EXAM]).match(/^\S+/gm).sort(), [PEOPLE.instructor, PEOPLE.proctor, ...Object.values(STAFF)].sort());
  admin(server.data, ['staff', 'remove', EXAM, STAFF.proctor]);
  await server.stop();
  await server.start();
  assert.ok(!admin(server.data, ['staff', 'list', EXAM]).includes(STAFF.proctor), 'once only');
});

const cookies = new Map();
async function cookieOf(server, role, username) {
  if (!cookies.has(role)) {
    const client = new Client(server);
    await client.signIn(username);
    cookies.set(role, client.cookie);
  }
  return cookies.get(role);
}
