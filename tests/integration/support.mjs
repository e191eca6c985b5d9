// The chat with the support center over its event streams: two sides, cuts, a killed server, roles.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '../support/runner.mjs';
import { startServer, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { EventStream } from '../support/events.mjs';

let next = 0;
const clientId = () => `message-${process.pid}-${++next}`;
const ask = (client, text, more = {}) => client.post('/api/support/own/messages', { client_id: clientId(), text, session: null, ...more });
const answer = (client, thread, text) => client.post(`/api/support/threads/${thread}/messages`, { client_id: clientId(), text });
const texts = (events) => events.map(({ data }) => data.text);

async function people(server) {
  const candidate = new Client(server), other = new Client(server), agent = new Client(server);
  await candidate.signIn(USERS.candidate);
  await other.signIn(USERS.other);
  await agent.signIn(USERS.support);
  return { candidate, other, agent };
}

test('a candidate and an agent chat, each sees every message once and in order', async (t) => {
  const server = await startServer(t, { worker: false });
  const { candidate, other, agent } = await people(server);
  const desk = await EventStream.open(t, agent, '/api/support/events');
  const mine = await EventStream.open(t, candidate, '/api/support/own/events');
  const foreign = await EventStream.open(t, other, '/api/support/own/events');

  const { message } = await ask(candidate, 'My camera does not start.');
  assert.equal(message.from, 'candidate');
  assert.equal(message.author, 'Amara Okafor');
  await desk.until('the desk is told', (event) => event.event === 'thread');
  const { threads } = await agent.get('/api/support/threads');
  assert.deepEqual(threads.map(({ id, state, unread, candidate: name, last_text }) => ({ id, state, unread, name, last_text })),
    [{ id: message.thread, state: 'open', unread: 1, name: 'Amara Okafor', last_text: 'My camera does not start.' }]);

  const open = await EventStream.open(t, agent, `/api/support/events?thread=${message.thread}&after=${message.id}`);
  await answer(agent, message.thread, 'Please close the program that uses it.');
  await ask(candidate, 'It works. <b>Thank you</b>');
  await mine.messages(3);
  await open.messages(2);
  assert.deepEqual(texts(mine.messagesSeen()), ['My camera does not start.', 'Please close the program that uses it.', 'It works. <b>Thank you</b>']);
  assert.deepEqual(texts(open.messagesSeen()), ['Please close the program that uses it.', 'It works. <b>Thank you</b>']);
  assert.equal(mine.messagesSeen()[1].data.author, 'Mei Tanaka');

  let own = await candidate.get('/api/support/own');
  assert.equal(own.unread, 1);
  assert.equal(own.state, 'open');
  await candidate.send('POST', '/api/support/own/read', { body: { up_to: own.messages.at(-1).id } });
  own = await candidate.get('/api/support/own');
  assert.equal(own.unread, 0);

  await agent.send('POST', `/api/support/threads/${message.thread}/close`, { body: {} });
  await mine.until('the candidate is told that it was closed', (event) => event.event === 'closed');
  assert.equal((await agent.send('POST', `/api/support/threads/${message.thread}/messages`, { body: { client_id: clientId(), text: 'One more thing' }, accept: [409] })).status, 409);
  const again = await ask(candidate, 'Another question');
  assert.notEqual(again.message.thread, message.thread, 'a closed conversation went on');
  const audit = (await agent.get('/api/support/audit')).audit.filter(({ action }) => action !== 'staff-added'); // the demo's
  assert.deepEqual(audit.map(({ action, by, candidate: on }) => ({ action, by, on })), [{ action: 'conversation-closed', by: 'Mei Tanaka', on: 'Amara Okafor' }]);

  await sleep(700); // two looks of the server
  assert.deepEqual(foreign.events, [], 'somebody else was told');
  assert.equal(mine.messagesSeen().length, 4);
});

test('a message that is sent again is there once', async (t) => {
  const server = await startServer(t, { worker: false });
  const { candidate } = await people(server);
  const body = { client_id: 'the-same-one', text: 'Hello?', session: null };
  const answers = await Promise.all(Array.from({ length: 8 }, () => candidate.post('/api/support/own/messages', body)));
  assert.equal(new Set(answers.map(({ message }) => message.id)).size, 1);
  assert.equal((await candidate.get('/api/support/own')).messages.length, 1);
});

test('a stream that is cut, and a server that is killed, lose and double nothing', async (t) => {
  const server = await startServer(t, { worker: false });
  const { candidate, agent } = await people(server);
  const sent = [];
  const say = async (text) => { sent.push(text); return (await ask(candidate, text)).message; };
  const { thread } = await say('one');
  let stream = await EventStream.open(t, agent, `/api/support/events?thread=${thread}`);
  await stream.messages(1);
  await say('two');
  await stream.messages(2);
  stream.cut();
  await say('three');
  const seen = [...stream.messagesSeen()];
  stream = await EventStream.open(t, agent, `/api/support/events?thread=${thread}`, seen.at(-1).id);
  await say('four');
  await stream.messages(2);
  seen.push(...stream.messagesSeen());

  const last = await say('five'); // acknowledged, perhaps not told any more
  await server.kill();
  await stream.ended;
  seen.push(...stream.messagesSeen().slice(2));
  await server.start();
  stream = await EventStream.open(t, agent, `/api/support/events?thread=${thread}`, seen.at(-1).id);
  await say('six');
  await stream.until('the last one comes', (event) => event.data.text === 'six');
  seen.push(...stream.messagesSeen());
  assert.deepEqual(texts(seen), sent);
  assert.ok(seen.some(({ id }) => id === last.id));
});

test('streams end when the server stops, and it stops soon', async (t) => {
  const server = await startServer(t, { worker: false });
  const { candidate } = await people(server);
  const streams = [];
  for (let i = 0; i < 5; i++) streams.push(await EventStream.open(t, candidate, '/api/support/own/events'));
  const began = Date.now();
  const { code } = await server.stop();
  assert.equal(code, 0);
  assert.ok(Date.now() - began < 4000, `it took ${Date.now() - began} ms`);
  await Promise.all(streams.map((stream) => stream.ended));
});

test('one person has a bounded number of streams, and signing out ends them', async (t) => {
  const server = await startServer(t, { worker: false });
  const { candidate } = await people(server);
  const streams = [];
  for (let i = 0; i < 8; i++) streams.push(await EventStream.open(t, candidate, '/api/support/own/events'));
  const refused = await candidate.send('GET', '/api/support/own/events', { accept: [429] });
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  streams[0].cut(); // a page that was closed makes room at once
  await sleep(100);
  streams.push(await EventStream.open(t, candidate, '/api/support/own/events'));
  await candidate.send('POST', '/api/sign-out', { body: {} });
  await Promise.all(streams.slice(1).map((stream) => stream.ended));
});

test('texts have limits, and who writes too much waits', async (t) => {
  const server = await startServer(t, { worker: false });
  const { candidate } = await people(server);
  const status = async (body) => (await candidate.send('POST', '/api/support/own/messages', { body, accept: [400, 404, 413, 429] })).status;
  const good = { client_id: 'long-enough', text: 'x', session: null };
  for (const bad of [{ text: '' }, { text: ' \n ' }, { text: 'x'.repeat(4001) }, { text: 'a\u0007b' }, { text: 7 }, { client_id: 'short' }, { client_id: 'x'.repeat(65) }, { html: 'x' }]) {
    assert.equal(await status({ ...good, ...bad }), 400, JSON.stringify(bad).slice(0, 60));
  }
  assert.equal(await status({ ...good, text: 'x'.repeat(20000) }), 413);
  assert.equal(await status({ ...good, text: 'x'.repeat(4000) }), 201);
  let throttled = 0;
  for (let i = 0; i < 20; i++) throttled += (await status({ ...good, client_id: clientId() })) === 429;
  assert.equal(throttled, 6, '15 messages in a minute, one was there');
});

test("somebody else's conversation and session are not found; roles", async (t) => {
  const server = await startServer(t, { worker: false });
  const { candidate, other, agent } = await people(server);
  const { session } = await candidate.openSession();
  const { message } = await ask(candidate, 'Hello', { session });
  const status = async (client, method, path, body) => (await client.send(method, path, { body, accept: [400, 401, 403, 404] })).status;
  const thread = `/api/support/threads/${message.thread}`;
  assert.equal(await status(candidate, 'GET', thread), 200);
  assert.equal(await status(other, 'GET', thread), 404);
  assert.equal(await status(agent, 'GET', `/api/support/threads/999`), 404);
  assert.equal(await status(other, 'POST', '/api/support/own/messages', { client_id: clientId(), text: 'x', session }), 404);
  for (const [method, path, body] of [['GET', '/api/support/threads'], ['GET', '/api/support/events'], ['GET', '/api/support/sessions'],
    ['GET', `/api/support/sessions/${session}`], ['GET', '/api/support/audit'], ['POST', `${thread}/close`, {}],
    ['POST', `${thread}/messages`, { client_id: clientId(), text: 'x' }]]) {
    assert.equal(await status(candidate, method, path, body), 403, path);
    assert.equal(await status(new Client(server), method, path, body), 401, path);
  }
  for (const path of ['/api/support/own', '/api/support/own/events']) assert.equal(await status(agent, 'GET', path), 403, path);
  const contact = await new Client(server).get('/api/support/contact');
  assert.match(contact.phone, /\d{3}/);

  const { sessions } = await agent.get('/api/support/sessions');
  const mine = sessions.find(({ id }) => id === session);
  assert.equal(mine.candidate, 'Amara Okafor');
  assert.equal(mine.step, 'exam');
  // What was said is in the evidence by its hash alone.
  const staff = new Client(server);
  await staff.signIn(USERS.instructor);
  const { events } = await staff.get(`/api/review/sessions/${session}`);
  const said = events.find(({ kind }) => kind === 'support-message');
  assert.equal(said.detail.from, 'candidate');
  assert.ok(!JSON.stringify(events).includes('Hello'));
});
