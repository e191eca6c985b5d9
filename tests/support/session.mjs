// A sitting from its beginning to a signed report, without a browser: what most tests of a review start from.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.mjs';
import { makeClip } from './clips.mjs';
import { temporaryFolder, USERS } from './server.mjs';

// Somebody who is away for a while, once for all tests of a process.
let clip;
export function clipWithAbsence(t) {
  if (!clip) clip = readFileSync(makeClip(join(temporaryFolder(t), 'clip.webm'), [{ seconds: 9, people: 1 }, { seconds: 8, people: 0 }, { seconds: 3, people: 1 }]));
  return clip;
}

// {client, session, attempt, stream}: `user` has handed in, and the recording `bytes` is whole. `during` may do more
// while the exam goes on.
export async function sit(server, bytes, { user = USERS.candidate, kind = 'exam', during = async () => {} } = {}) {
  const client = new Client(server);
  await client.signIn(user);
  const { session, attempt } = await client.openSession(kind);
  const url = await client.createUpload(session);
  const stream = url.split('/').pop();
  await client.post(`/api/campus/attempts/${attempt}/start`);
  await during({ client, session, attempt });
  for (let at = 0; at < bytes.length; at += 200_000) await client.patch(url, at, bytes.subarray(at, at + 200_000));
  await client.patch(url, bytes.length, Buffer.alloc(0), { checksum: false, headers: { 'Upload-Length': String(bytes.length) } });
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  await client.post(`/api/campus/attempts/${attempt}/submit`);
  await client.post(`/api/proctor/sessions/${session}/end`, { streams: { [stream]: bytes.length } });
  return { client, session, attempt, stream };
}

export async function until(what, seconds, look) {
  for (const end = Date.now() + seconds * 1000; ;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(150);
  }
}

export const reported = (reviewer, session, seconds = 60) =>
  until('the report is made', seconds, async () => (await reviewer.get(`/api/review/sessions/${session}`)).session.state === 'reported');

// What only the clock does: moves times in the database of a server that stands still.
export function sql(server, ...statements) {
  return execFileSync('sqlite3', [join(server.data, 'var', 'proctortrack.db'), ...statements], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}
