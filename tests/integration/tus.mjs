// tus 1.0 as any client may use it: our own requests, and tus-js-client unchanged.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import { test } from '../support/runner.mjs';
import { startServer, USERS, SOURCE } from '../support/server.mjs';
import { Client, metadata, sha256 } from '../support/client.mjs';

const TUS = { 'Tus-Resumable': '1.0.0' };
const OCTETS = { ...TUS, 'Content-Type': 'application/offset+octet-stream' };

async function candidateIn(t, options = { worker: false }) {
  const server = await startServer(t, options);
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { session, attempt } = await client.openSession();
  return { server, client, session, attempt, uploads: `/api/proctor/sessions/${session}/uploads` };
}

test('OPTIONS tells version, extensions and limits', async (t) => {
  const { client, uploads } = await candidateIn(t);
  const { headers } = await client.send('OPTIONS', uploads);
  assert.equal(headers.get('tus-version'), '1.0.0');
  const extensions = headers.get('tus-extension').split(',');
  for (const one of ['creation', 'creation-with-upload', 'creation-defer-length', 'checksum', 'termination', 'concatenation', 'expiration']) {
    assert.ok(extensions.includes(one), one);
  }
  assert.match(headers.get('tus-checksum-algorithm'), /sha1/);
  assert.ok(Number(headers.get('tus-max-size')) > 0);
});

test('another version is 412 and changes nothing', async (t) => {
  const { client, session, uploads } = await candidateIn(t);
  const url = await client.createUpload(session);
  const { status, headers } = await client.send('PATCH', url, {
    body: Buffer.from('x'), headers: { ...OCTETS, 'Tus-Resumable': '0.2.2', 'Upload-Offset': '0' }, accept: [412],
  });
  assert.equal(status, 412);
  assert.equal(headers.get('tus-version'), '1.0.0');
  assert.equal(await client.offset(url), 0);
  assert.equal((await client.send('POST', uploads, { headers: { 'Upload-Length': '3' }, accept: [412] })).status, 412);
});

test('a stream of unknown length grows, learns its length and is complete', async (t) => {
  const { client, session } = await candidateIn(t);
  const url = await client.createUpload(session);
  const head = await client.send('HEAD', url, { headers: TUS });
  assert.equal(head.headers.get('upload-defer-length'), '1');
  assert.equal(head.headers.get('upload-length'), null);
  assert.match(head.headers.get('cache-control'), /no-store/);
  assert.equal(head.headers.get('upload-metadata'), metadata({ kind: 'camera', mime: 'video/webm' }));
  const first = randomBytes(300000), second = randomBytes(70001);
  const one = await client.patch(url, 0, first);
  assert.equal(one.status, 204);
  assert.equal(one.headers.get('upload-offset'), String(first.length));
  assert.match(one.headers.get('upload-expires'), /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} /);
  const total = first.length + second.length;
  const two = await client.patch(url, first.length, second, { headers: { 'Upload-Length': String(total) } });
  assert.equal(two.headers.get('upload-offset'), String(total));
  const { streams } = await client.get(`/api/proctor/sessions/${session}`);
  assert.deepEqual(streams.map(({ state, bytes, length }) => ({ state, bytes, length })), [{ state: 'complete', bytes: total, length: total }]);
  assert.equal((await client.patch(url, total, Buffer.from('more'), { accept: [400, 403, 409, 413] })).status >= 400, true);
  assert.equal(await client.offset(url), total);
});

test('wrong offset is 409 with the right one; a wrong checksum is 460 and drops the bytes', async (t) => {
  const { client, session } = await candidateIn(t);
  const url = await client.createUpload(session);
  await client.patch(url, 0, Buffer.from('hello'));
  const wrong = await client.patch(url, 3, Buffer.from('lo!'), { accept: [409] });
  assert.equal(wrong.status, 409);
  assert.equal(wrong.headers.get('upload-offset'), '5');
  const bad = await client.send('PATCH', url, {
    body: Buffer.from('world'), headers: { ...OCTETS, 'Upload-Offset': '5', 'Upload-Checksum': `sha1 ${createHash('sha1').update('other').digest('base64')}` }, accept: [460],
  });
  assert.equal(bad.status, 460);
  const unknown = await client.send('PATCH', url, {
    body: Buffer.from('world'), headers: { ...OCTETS, 'Upload-Offset': '5', 'Upload-Checksum': 'crc32 AAAA' }, accept: [400],
  });
  assert.equal(unknown.status, 400);
  assert.equal((await client.send('PATCH', url, { body: Buffer.from('x'), headers: { ...TUS, 'Content-Type': 'text/plain', 'Upload-Offset': '5' }, accept: [415] })).status, 415);
  assert.equal(await client.offset(url), 5);
  const good = await client.send('PATCH', url, {
    body: Buffer.from('world'), headers: { ...OCTETS, 'Upload-Offset': '5', 'Upload-Checksum': `sha1 ${createHash('sha1').update('world').digest('base64')}` },
  });
  assert.equal(good.headers.get('upload-offset'), '10');
});

test('creation with upload, an override of the method, and an upload of nothing', async (t) => {
  const { client, uploads } = await candidateIn(t);
  const made = await client.send('POST', uploads, { body: Buffer.from('abc'), headers: { ...OCTETS, 'Upload-Length': '6' } });
  assert.equal(made.status, 201);
  assert.equal(made.headers.get('upload-offset'), '3');
  const rest = await client.send('POST', made.headers.get('location'), {
    body: Buffer.from('def'), headers: { ...OCTETS, 'Upload-Offset': '3', 'X-HTTP-Method-Override': 'PATCH' },
  });
  assert.equal(rest.headers.get('upload-offset'), '6');
  const empty = await client.send('POST', uploads, { headers: { ...TUS, 'Upload-Length': '0' }, body: new Uint8Array(0) });
  const head = await client.send('HEAD', empty.headers.get('location'), { headers: TUS });
  assert.equal(head.headers.get('upload-offset'), '0');
  assert.equal(head.headers.get('upload-length'), '0');
});

test('bad creations are refused with 400, too large ones with 413', async (t) => {
  const { client, uploads } = await candidateIn(t);
  const create = async (headers) =>
    (await client.send('POST', uploads, { headers: { ...TUS, ...headers }, body: new Uint8Array(0), accept: [400, 413] })).status;
  assert.equal(await create({}), 400);
  assert.equal(await create({ 'Upload-Length': '-1' }), 400);
  assert.equal(await create({ 'Upload-Length': '5', 'Upload-Defer-Length': '1' }), 400);
  assert.equal(await create({ 'Upload-Defer-Length': '2' }), 400);
  assert.equal(await create({ 'Upload-Length': '5', 'Upload-Metadata': 'kind *notbase64*' }), 400);
  assert.equal(await create({ 'Upload-Length': String(2 ** 40) }), 413);
});

test('parts are joined; a final upload takes no bytes; terminated is gone', async (t) => {
  const { client, uploads } = await candidateIn(t);
  const part = async (text) => (await client.send('POST', uploads, {
    body: Buffer.from(text), headers: { ...OCTETS, 'Upload-Concat': 'partial', 'Upload-Length': String(text.length) },
  })).headers.get('location');
  const a = await part('Hello, '), b = await part('world');
  const made = await client.send('POST', uploads, {
    body: new Uint8Array(0),
    headers: { ...TUS, 'Upload-Concat': `final;${a} ${client.server.origin}${b}`, 'Upload-Metadata': metadata({ filename: 'hello.txt' }) },
  });
  const url = made.headers.get('location');
  const head = await client.send('HEAD', url, { headers: TUS });
  assert.equal(head.headers.get('upload-length'), '12');
  assert.match(head.headers.get('upload-concat'), /^final;/);
  assert.equal((await client.patch(url, 12, Buffer.from('!'), { accept: [403] })).status, 403);
  const unfinished = (await client.send('POST', uploads, { body: new Uint8Array(0), headers: { ...TUS, 'Upload-Concat': 'partial', 'Upload-Length': '9' } })).headers.get('location');
  const refused = await client.send('POST', uploads, { body: new Uint8Array(0), headers: { ...TUS, 'Upload-Concat': `final;${a} ${unfinished}` }, accept: [400, 403, 409] });
  assert.ok(refused.status >= 400);
  assert.equal((await client.send('DELETE', url, { headers: TUS })).status, 204);
  const gone = await client.send('HEAD', url, { headers: TUS, accept: [404, 410] });
  assert.ok([404, 410].includes(gone.status));
  assert.equal(gone.headers.get('upload-offset'), null);
});

test('a recording that is terminated keeps what was acknowledged', async (t) => {
  const { server, client, session } = await candidateIn(t);
  const url = await client.createUpload(session);
  const bytes = randomBytes(50000);
  await client.patch(url, 0, bytes);
  await client.send('DELETE', url, { headers: TUS });
  const instructor = new Client(server);
  await instructor.signIn(USERS.instructor);
  const media = await instructor.get(`/api/review/sessions/${session}/streams/${url.split('/').pop()}/media`);
  assert.equal(sha256(media), sha256(bytes));
});

test('a cut connection keeps what arrived, and a second writer is told to wait', async (t) => {
  const { server, client, session } = await candidateIn(t);
  const url = await client.createUpload(session);
  const sent = randomBytes(200000);
  const { hostname, port } = new URL(server.origin);
  const socket = net.connect(Number(port), hostname);
  await new Promise((done) => socket.once('connect', done));
  socket.write(
    `PATCH ${url} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${client.cookie}\r\nTus-Resumable: 1.0.0\r\n` +
    `Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 1000000\r\n\r\n`,
  );
  socket.write(sent);
  await new Promise((done) => setTimeout(done, 300));
  const second = await client.patch(url, 0, Buffer.from('x'), { accept: [423] });
  assert.equal(second.status, 423);
  socket.destroy();
  let offset = 0;
  for (let i = 0; i < 50 && offset !== sent.length; i++) {
    await new Promise((done) => setTimeout(done, 50));
    offset = await client.offset(url);
  }
  assert.equal(offset, sent.length);
  const instructor = new Client(server);
  await instructor.signIn(USERS.instructor);
  const media = await instructor.get(`/api/review/sessions/${session}/streams/${url.split('/').pop()}/media`);
  assert.equal(sha256(media), sha256(sent));
});

test('tus-js-client uploads, alone, in parallel parts, and with a length it learns late', async (t) => {
  const { client, uploads, server } = await candidateIn(t);
  const tus = createRequire(join(SOURCE, 'web', 'package.json'))('tus-js-client');
  const bytes = randomBytes(3_000_000);
  const upload = (input, options) => new Promise((done, failed) => {
    const one = new tus.Upload(input, {
      endpoint: server.origin + uploads, headers: { Cookie: client.cookie }, chunkSize: 700_000, retryDelays: null,
      onError: failed, onSuccess: () => done(one.url), ...options,
    });
    one.start();
  });
  const { Readable } = await import('node:stream');
  for (const [input, options] of [[bytes, {}], [bytes, { parallelUploads: 3 }], [Readable.from([bytes]), { uploadLengthDeferred: true }]]) {
    const url = await upload(input, options);
    const head = await client.send('HEAD', new URL(url).pathname, { headers: TUS });
    assert.equal(head.headers.get('upload-offset'), String(bytes.length), JSON.stringify(options));
    assert.equal(head.headers.get('upload-length'), String(bytes.length), JSON.stringify(options));
  }
});
