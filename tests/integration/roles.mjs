// docs/roles.md says which role may call which route: it tells of every route, and each of them is tried
// as every role.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from '../support/runner.mjs';
import { PROGRAM, startServer } from '../support/server.mjs';
import { Client } from '../support/client.mjs';

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

const cookies = new Map();
async function cookieOf(server, role, username) {
  if (!cookies.has(role)) {
    const client = new Client(server);
    await client.signIn(username);
    cookies.set(role, client.cookie);
  }
  return cookies.get(role);
}
