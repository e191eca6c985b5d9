// Starting, starting again, and stopping.
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from '../support/runner.mjs';
import { startServer, USERS, PROGRAM } from '../support/server.mjs';
import { Client } from '../support/client.mjs';

test('a second start takes under a second and keeps the data', async (t) => {
  const server = await startServer(t);
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { attempt } = await client.openSession();
  await client.post(`/api/campus/attempts/${attempt}/start`);
  assert.equal((await server.stop()).code, 0);
  const before = Date.now();
  await server.start();
  assert.ok(Date.now() - before < 1000, `the second start took ${Date.now() - before} ms`);
  assert.equal((await client.get(`/api/campus/attempts/${attempt}`)).state, 'running'); // the cookie still counts
});

test('the data folder and its keys are for their owner only', async (t) => {
  const server = await startServer(t);
  const folder = join(server.data, 'var');
  assert.equal(statSync(folder).mode & 0o077, 0);
  assert.ok(existsSync(join(folder, 'deployment.key')));
  assert.equal(statSync(join(folder, 'deployment.key')).mode & 0o077, 0);
});

test('a second server on the same data folder is refused with a clear line', async (t) => {
  const server = await startServer(t);
  const second = spawnSync(PROGRAM, ['serve', '--data', join(server.data, 'var'), '--listen', '127.0.0.1:0'], {
    encoding: 'utf8', timeout: 10000,
  });
  assert.notEqual(second.status, 0);
  assert.match(second.stderr, /in use|another|already/i);
});

test('without --demo nothing is seeded', async (t) => {
  const folder = await startServer(t); // for its lifetime and clean-up only
  await folder.stop();
  const { spawn } = await import('node:child_process');
  const child = spawn(PROGRAM, ['serve', '--data', join(folder.data, 'empty'), '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => child.kill('SIGKILL'));
  const origin = await new Promise((done) => {
    let text = '';
    child.stdout.on('data', (bytes) => {
      text += bytes;
      const found = /Listening on (\S+)/.exec(text);
      if (found) done(found[1].replace(/\/$/, ''));
    });
  });
  const answer = await new Client({ origin }).send('POST', '/api/sign-in', {
    body: { username: USERS.candidate, password: 'correct-horse-battery-9' }, accept: [401],
  });
  assert.equal(answer.status, 401);
});
