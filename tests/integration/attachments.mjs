// Files of answers: resumable, within their limits, nobody else's, and only ever given away as a download.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { skip, test } from '../support/runner.mjs';
import { startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client, metadata, sha256 } from '../support/client.mjs';

const TUS = { 'Tus-Resumable': '1.0.0' };

async function sit(server, username = USERS.candidate) {
  const client = new Client(server);
  await client.signIn(username);
  const { attempt } = await client.openSession();
  const { items } = await client.post(`/api/campus/attempts/${attempt}/start`);
  const of = (kind) => items.find((item) => item.kind === kind).id;
  return { client, attempt, item: of('descriptive'), single: of('single') };
}

const make = ({ client, attempt, item }, { name = 'essay.pdf', length, accept = [], fields = {}, of = item }) =>
  client.send('POST', `/api/campus/attempts/${attempt}/items/${of}/attachments`, {
    accept, body: new Uint8Array(0), headers: { ...TUS, 'Upload-Length': String(length), 'Upload-Metadata': metadata({ filename: name, ...fields }) },
  });
const created = async (all, options) => (await make(all, options)).headers.get('location');
async function send(all, bytes, options = {}) {
  const url = await created(all, { ...options, length: bytes.length });
  await all.client.patch(url, 0, bytes);
  return url;
}
const list = async ({ client, attempt }) => (await client.get(`/api/campus/attempts/${attempt}`)).attachments;
const step = ({ client, attempt }, name) => client.post(`/api/campus/attempts/${attempt}/${name}`);

test('a file arrives in pieces over a restart, and staff get the same bytes as a download', async (t) => {
  const server = await startServer(t, { worker: false });
  const all = await sit(server);
  const bytes = randomBytes(5_000_000);
  const url = await created(all, { name: '../../etc/Plan \u202efdp.exe', length: bytes.length });
  await all.client.patch(url, 0, bytes.subarray(0, 1_500_001));
  await server.kill();
  await server.start();
  assert.equal(await all.client.offset(url), 1_500_001, 'acknowledged means durable');
  await all.client.patch(url, 1_500_001, bytes.subarray(1_500_001));
  const [file] = await list(all);
  assert.deepEqual([file.state, file.name, file.bytes, file.sha256], ['complete', 'Plan fdp.exe', bytes.length, sha256(bytes)]);

  const staff = new Client(server);
  await staff.signIn(USERS.instructor);
  for (const reader of [all.client, staff]) {
    const { headers, body } = await reader.send('GET', `${url}/content`);
    assert.equal(sha256(body), sha256(bytes));
    assert.equal(headers.get('content-type'), 'application/octet-stream');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('content-disposition'), "attachment; filename=\"Plan_fdp.exe\"; filename*=UTF-8''Plan%20fdp.exe");
  }
  const part = await staff.send('GET', `${url}/content`, { headers: { Range: 'bytes=1499990-1500009' } });
  assert.equal(part.status, 206);
  assert.ok(part.body.equals(bytes.subarray(1_499_990, 1_500_010)));
  const seen = await staff.get(`/api/campus/attempts/${all.attempt}/time`);
  assert.deepEqual(seen.attachments, [file]);

  // Sealed on the disk.
  const probe = bytes.subarray(1000, 1032);
  const files = readdirSync(join(server.data, 'var'), { recursive: true }).map((name) => join(server.data, 'var', String(name)));
  assert.ok(!files.some((name) => statSync(name).isFile() && readFileSync(name).includes(probe)), 'its plain bytes lie on the disk');
});

test('what a hostile client sends to a file is refused', async (t) => {
  const server = await startServer(t, { worker: false });
  const all = await sit(server), { client } = all;
  const other = await sit(server, USERS.other);
  const url = await created(all, { length: 100 });
  await client.patch(url, 0, randomBytes(40));
  const wrong = await client.patch(url, 39, randomBytes(10), { accept: [409] });
  assert.deepEqual([wrong.status, wrong.headers.get('upload-offset')], [409, '40']);
  assert.equal((await client.patch(url, 40, randomBytes(61), { accept: [413] })).status, 413, 'past the length');
  const damaged = { 'Upload-Checksum': `sha256 ${sha256(Buffer.from('else'), 'base64')}` };
  assert.equal((await client.patch(url, 40, randomBytes(10), { accept: [460], headers: damaged })).status, 460);
  assert.equal((await client.patch(url, 40, randomBytes(10), { accept: [415], headers: { 'Content-Type': 'text/html' } })).status, 415);
  assert.equal(await client.offset(url), 40);

  // Somebody else's.
  const foreign = [404, 404, 404, 404];
  assert.deepEqual([
    (await other.client.patch(url, 40, randomBytes(5), { accept: [404] })).status,
    (await other.client.send('HEAD', url, { headers: TUS, accept: [404] })).status,
    (await other.client.send('DELETE', url, { headers: TUS, accept: [404] })).status,
    (await other.client.send('GET', `${url}/content`, { accept: [404] })).status], foreign);
  assert.equal((await make({ ...other, attempt: all.attempt }, { length: 1, accept: [404] })).status, 404);
  assert.equal((await make(all, { length: 1, of: 999999, accept: [404] })).status, 404, 'an item that is not of this exam');
  assert.equal((await make(all, { length: 1, fields: { replaces: 'x'.repeat(22) }, accept: [404] })).status, 404);

  // Limits, all before the first byte.
  assert.equal((await make(all, { length: 1, of: all.single, accept: [409] })).status, 409, 'a question that takes no files');
  assert.equal((await make(all, { length: (512 << 20) + 1, accept: [413] })).status, 413);
  for (let i = 0; i < 3; i++) await created(all, { length: 512 << 20 });
  assert.equal((await make(all, { length: 512 << 20, accept: [413] })).status, 413, '2 GiB are for all files together');
  for (let i = 0; i < 6; i++) await created(all, { length: 1 });
  assert.equal((await make(all, { length: 1, accept: [409] })).status, 409, 'an eleventh file');
  const { limits } = await client.get(`/api/campus/attempts/${all.attempt}`);
  assert.deepEqual(limits, { file_bytes: 512 << 20, files_of_item: 10, all_bytes: 2 ** 31 });
  assert.equal((await client.send('GET', `${url}/content`, { accept: [409] })).status, 409, 'incomplete ones are not given away');
});

test('a file is replaced when the new one is whole, removed before the end, and may complete in the grace', async (t) => {
  const server = await startServer(t, { worker: false });
  const all = await sit(server), { client } = all;
  const first = await send(all, Buffer.from('first'));
  const second = await created(all, { length: 6, fields: { replaces: first.split('/').pop() } });
  await client.patch(second, 0, Buffer.from('sec'));
  assert.deepEqual((await list(all)).map((file) => file.state), ['complete', 'open'], 'the old one stays until then');
  await client.patch(second, 3, Buffer.from('ond'));
  assert.deepEqual((await list(all)).map((file) => file.bytes), [6]);
  assert.equal((await client.send('GET', `${first}/content`, { accept: [410] })).status, 410);
  await created(all, { name: 'empty.txt', length: 0 }); // whole from the beginning
  assert.deepEqual((await list(all)).map((file) => file.state), ['complete', 'complete']);
  await client.send('DELETE', second, { headers: TUS });
  assert.equal((await client.send('HEAD', second, { headers: TUS, accept: [410] })).status, 410);

  const begun = await created(all, { length: 10 });
  await client.patch(begun, 0, randomBytes(4));
  await step(all, 'finish');
  assert.equal((await make(all, { length: 1, accept: [409] })).status, 409, 'a new one after the end');
  assert.equal((await client.send('DELETE', begun, { headers: TUS, accept: [409] })).status, 409);
  await client.patch(begun, 4, randomBytes(6));
  assert.equal((await list(all)).find((file) => file.length === 10).state, 'complete');
  await step(all, 'submit');
  const { results } = await client.get('/api/campus/results');
  assert.equal(results[0].state, 'awaiting grading', 'a person reads the file');
});

test('after it is handed in nothing is taken any more', async (t) => {
  const server = await startServer(t, { worker: false });
  const all = await sit(server);
  const begun = await created(all, { length: 10 });
  await step(all, 'finish');
  await step(all, 'submit');
  assert.equal((await all.client.patch(begun, 0, randomBytes(10), { accept: [409] })).status, 409);
});

test('a file on a full disk is 507, and the same piece is taken once there is room', async (t) => {
  if (process.getuid() !== 0) skip('only root can mount the small disk that this needs');
  const data = join(temporaryFolder(t), 'disk');
  mkdirSync(data);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', data]).status !== 0) skip('mount is not allowed here');
  t.after(() => execFileSync('umount', ['-l', data]));
  const server = await startServer(t, { data, worker: false });
  const all = await sit(server);
  const bytes = randomBytes(20_000_000);
  const url = await created(all, { length: bytes.length });
  let offset = 0, status = 204;
  while (status === 204 && offset < bytes.length) {
    const answer = await all.client.patch(url, offset, bytes.subarray(offset, offset + 700_000), { accept: [507] });
    ({ status } = answer);
    if (status === 204) offset = Number(answer.headers.get('upload-offset'));
  }
  assert.equal(status, 507);
  assert.equal(await all.client.offset(url), offset, 'what was acknowledged stands');
  execFileSync('mount', ['-o', 'remount,size=64m', data]);
  await all.client.patch(url, offset, bytes.subarray(offset));
  assert.equal((await list(all))[0].sha256, sha256(bytes));
}, { seconds: 90 });
