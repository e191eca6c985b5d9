// What strangers, crashes and full disks do: a clear answer, and nothing acknowledged is lost.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { skip, test } from '../support/runner.mjs';
import { startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client, sha256 } from '../support/client.mjs';
import { makeClip } from '../support/clips.mjs';

async function finishedSession(client, uploads) {
  const { attempt, session } = await client.openSession('practice');
  const streams = {};
  for (const bytes of uploads) {
    const url = await client.createUpload(session);
    await client.patch(url, 0, bytes, { headers: { 'Upload-Length': String(bytes.length) } });
    streams[url.split('/').pop()] = bytes.length;
  }
  await client.post(`/api/campus/attempts/${attempt}/start`);
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  await client.post(`/api/campus/attempts/${attempt}/submit`);
  await client.post(`/api/proctor/sessions/${session}/end`, { streams });
  return session;
}

async function reviewWhenFinal(reviewer, session, seconds = 60) {
  for (let i = 0; i < seconds * 5; i++) {
    const review = await reviewer.get(`/api/review/sessions/${session}`);
    if (review.streams.every((one) => one.analysis === 'final' || one.analysis === 'failed') && review.session.state === 'reported') return review;
    await sleep(200);
  }
  throw new Error('the analysis did not end');
}

test('recordings that are none, empty, or cut off get an honest report', async (t) => {
  const server = await startServer(t);
  const folder = temporaryFolder(t);
  const clip = readFileSync(makeClip(join(folder, 'clip.webm'), [{ seconds: 6, people: 1 }]));
  const client = new Client(server), reviewer = new Client(server);
  await client.signIn(USERS.candidate);
  await reviewer.signIn(USERS.instructor);
  const session = await finishedSession(client, [
    Buffer.from('This is a text and no film at all.\n'.repeat(100)), // no video
    Buffer.alloc(0), // nothing
    clip.subarray(0, 200), // ends inside its head
    clip.subarray(0, Math.floor(clip.length * 0.6)), // ends in the middle of a cluster
    randomBytes(100000),
  ]);
  const { streams, flags } = await reviewWhenFinal(reviewer, session);
  assert.deepEqual(streams.map((one) => one.analysis).slice(0, 3), ['failed', 'failed', 'failed'], JSON.stringify(streams));
  for (const one of streams.slice(0, 3)) assert.ok(one.problem.length > 10, 'says why');
  assert.equal(streams[3].analysis, 'final', streams[3].problem);
  assert.ok(streams[3].duration_us > 2e6 && streams[3].duration_us < 6e6, `${streams[3].duration_us}`);
  assert.equal(streams[4].analysis, 'failed');
  assert.deepEqual(flags, [], 'a broken recording is no suspicion');
});

test("somebody else's session is 404 and a finished one takes nothing more", async (t) => {
  const server = await startServer(t, { worker: false });
  const owner = new Client(server), other = new Client(server);
  await owner.signIn(USERS.candidate);
  await other.signIn(USERS.other);
  const { session, attempt } = await owner.openSession();
  const url = await owner.createUpload(session);
  const bytes = randomBytes(1000);
  await owner.patch(url, 0, bytes);
  assert.equal((await other.patch(url, 1000, bytes, { accept: [404] })).status, 404);
  const head = await other.send('HEAD', url, { headers: { 'Tus-Resumable': '1.0.0' }, accept: [404] });
  assert.equal(head.status, 404);
  const created = await other.send('POST', `/api/proctor/sessions/${session}/uploads`, {
    body: new Uint8Array(0), headers: { 'Tus-Resumable': '1.0.0', 'Upload-Defer-Length': '1' }, accept: [404],
  });
  assert.equal(created.status, 404);
  // One session's stream is not reachable through another session either.
  const { session: practice } = await other.openSession('practice');
  const mixed = `/api/proctor/sessions/${practice}/uploads/${url.split('/').pop()}`;
  assert.equal((await other.send('HEAD', mixed, { headers: { 'Tus-Resumable': '1.0.0' }, accept: [404] })).status, 404);

  await owner.post(`/api/campus/attempts/${attempt}/start`);
  await owner.post(`/api/campus/attempts/${attempt}/finish`);
  await owner.post(`/api/campus/attempts/${attempt}/submit`);
  await owner.patch(url, 1000, Buffer.from('tail'), { headers: { 'Upload-Length': '1004' } });
  const early = await owner.send('POST', `/api/proctor/sessions/${session}/end`, { body: { streams: { [url.split('/').pop()]: 2000 } }, accept: [409] });
  assert.equal(early.status, 409, 'the client knows of bytes that the server does not have');
  await owner.post(`/api/proctor/sessions/${session}/end`, { streams: { [url.split('/').pop()]: 1004 } });
  assert.equal((await owner.patch(url, 1004, Buffer.from('more'), { accept: [409] })).status, 409);
  const late = await owner.send('POST', `/api/proctor/sessions/${session}/uploads`, {
    body: new Uint8Array(0), headers: { 'Tus-Resumable': '1.0.0', 'Upload-Defer-Length': '1' }, accept: [409],
  });
  assert.equal(late.status, 409);
  const receipt = await owner.get(`/api/proctor/sessions/${session}/receipt`);
  assert.equal(receipt.streams[0].bytes, 1004);
  assert.equal(receipt.streams[0].sha256, sha256(Buffer.concat([bytes, Buffer.from('tail')])));
});

test('more than the declared length is 413 and changes nothing', async (t) => {
  const server = await startServer(t, { worker: false });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { session } = await client.openSession();
  const url = await client.createUpload(session, { headers: { 'Upload-Defer-Length': undefined, 'Upload-Length': '10' } }).catch(() => null)
    ?? (await client.send('POST', `/api/proctor/sessions/${session}/uploads`, {
      body: new Uint8Array(0), headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '10' },
    })).headers.get('location');
  assert.equal((await client.patch(url, 0, randomBytes(11), { accept: [413] })).status, 413);
  assert.equal(await client.offset(url), 0);
  const big = await client.send('POST', '/api/sign-in', { body: { username: 'x'.repeat(2_000_000), password: 'y' }, accept: [413] });
  assert.equal(big.status, 413);
});

test('a full disk is 507, and the same piece is taken once there is room', async (t) => {
  if (process.getuid() !== 0) skip('only root can mount the small disk that this needs');
  const folder = temporaryFolder(t);
  const data = join(folder, 'disk');
  mkdirSync(data);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', data]).status !== 0) skip('mount is not allowed here');
  t.after(() => execFileSync('umount', ['-l', data]));
  const server = await startServer(t, { data, worker: false });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { session } = await client.openSession();
  const url = await client.createUpload(session);
  const pieces = [];
  let offset = 0, full = null;
  for (let i = 0; i < 60 && !full; i++) {
    const piece = randomBytes(700_000);
    const answer = await client.patch(url, offset, piece, { accept: [507] });
    if (answer.status === 507) full = piece;
    else {
      pieces.push(piece);
      offset += piece.length;
    }
  }
  assert.ok(full, 'the disk never filled');
  assert.equal(await client.offset(url), offset, 'what was acknowledged stands');
  execFileSync('mount', ['-o', 'remount,size=64m', data]);
  await client.patch(url, offset, full);
  pieces.push(full);
  const reviewer = new Client(server);
  await reviewer.signIn(USERS.instructor);
  const media = await reviewer.get(`/api/review/sessions/${session}/streams/${url.split('/').pop()}/media`);
  assert.equal(sha256(media), sha256(Buffer.concat(pieces)));
}, { seconds: 90 });

test('a second tab is told so, and the first goes on', async (t) => {
  const server = await startServer(t, { worker: false });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { session } = await client.openSession();
  const lease = (tab) => client.send('POST', `/api/proctor/sessions/${session}/lease`, { body: { tab }, accept: [409] });
  assert.equal((await lease('first-tab')).status, 200);
  const second = await lease('second-tab');
  assert.equal(second.status, 409);
  assert.match(second.body.error.message, /another|already/i);
  assert.equal((await lease('first-tab')).status, 200);
});
