// What the browser's plugin reports by way of a candidate's page, and the files that a browser fetches.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '../support/runner.mjs';
import { Client } from '../support/client.mjs';
import { SOURCE, startServer, temporaryFolder, USERS } from '../support/server.mjs';

const POLICY = { base: 'strict', checkin: { plugin: true, app: false, face_scan: false, id_scan: false, screen: false }, plugin: { allow: ['words.example'] } };
const event = (seq, kind, detail = {}) => ({ seq, kind, detail, client_us: Date.now() * 1000 });

async function recording(t, options = {}) {
  const server = await startServer(t, { worker: false, policy: POLICY, ...options });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { session, attempt } = await client.openSession();
  const at = `/api/proctor/sessions/${session}/plugin/events`;
  const staff = new Client(server);
  await staff.signIn(USERS.instructor);
  const review = async () => {
    const { events, flags } = await staff.get(`/api/review/sessions/${session}`);
    return { events: events.filter(({ detail }) => detail.run !== undefined), flags };
  };
  return { server, client, session, attempt, at, review };
}

test('plugin: each event is taken once and in order, over lost answers and a killed server', async (t) => {
  const { server, client, attempt, at, review } = await recording(t);
  const send = (run, events, options) => client.post(at, { run, events }, options);
  await client.post(`/api/campus/attempts/${attempt}/start`);
  const first = [event(1, 'plugin-started', { count: 1 }), event(2, 'tab-opened', { host: 'chat.example', title: 'New chat' })];
  assert.deepEqual(await send('runA', first), { next: 3 });
  await server.kill();
  await server.start();
  assert.deepEqual(await send('runA', [...first, event(3, 'pasted', { chars: 90, own: false })]), { next: 4 });
  assert.deepEqual(await send('runA', []), { next: 4 });
  assert.deepEqual(await send('runB', [event(1, 'tab-opened', { host: 'words.example' })]), { next: 2 });
  const { events, flags } = await review();
  assert.deepEqual(events.map(({ kind, detail }) => [kind, detail.run, detail.seq]), [
    ['plugin-started', 'runA', 1], ['tab-opened', 'runA', 2], ['pasted', 'runA', 3], ['tab-opened', 'runB', 1],
  ]);
  assert.deepEqual(flags.map(({ rule }) => rule).sort(), ['paste', 'tab-opened']); // words.example may be opened
});

test('plugin: what goes on is an open flag on the wall and in the review, until it is over or the exam is', async (t) => {
  const { server, client, attempt, session, at, review } = await recording(t);
  await client.post(`/api/campus/attempts/${attempt}/start`);
  const wall = new Client(server);
  await wall.signIn('tomas.rivera');
  const open = async () => {
    const { flags } = await review();
    const live = await wall.get(`/api/review/sessions/${session}/live`);
    assert.deepEqual(live.flags.map((one) => [one.rule, one.open]), flags.map((one) => [one.rule, one.open]));
    return flags.filter((one) => one.open).map(({ rule }) => rule);
  };
  const send = (seq, kind, detail) => client.post(at, { run: 'runA', events: [event(seq, kind, detail)] });
  await send(1, 'plugin-started', { count: 1 });
  await send(2, 'browser-displays', { count: 2 });
  assert.deepEqual(await open(), ['second-display']);
  assert.match((await review()).flags[0].numbers, /^2 displays, from 0:0\d\.\d of the exam, still going on$/);
  await send(3, 'browser-displays', { count: 1 });
  assert.deepEqual(await open(), []);
  // While the plugin is away the page alone is heard of.
  const lease = () => client.post(`/api/proctor/sessions/${session}/lease`, { tab: 'one' });
  await lease();
  await client.post(`/api/proctor/sessions/${session}/events`, { kind: 'plugin-lost', detail: {}, client_us: Date.now() * 1000 });
  const light = async () => (await wall.get(`/api/review/sessions/${session}/live`)).session.lights.plugin;
  assert.equal(await light(), 'lost');
  assert.deepEqual(await open(), [], 'five seconds are allowed');
  await sleep(5100);
  await lease();
  assert.deepEqual(await open(), ['plugin-lost']);
  await send(4, 'plugin-started', { count: 2 });
  assert.equal(await light(), 'on');
  assert.deepEqual(await open(), ['second-display']);
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  assert.deepEqual(await open(), [], 'nothing goes on after the exam');
});

test('plugin: a gap, a kind of somebody else, another candidate and a hidden object are refused', async (t) => {
  const { server, client, at, review } = await recording(t);
  const status = async (body, who = client) => (await who.send('POST', at, { body, accept: [400, 403, 404, 409, 413] })).status;
  assert.equal(await status({ run: 'runA', events: [event(2, 'pasted')] }), 409);
  assert.equal(await status({ run: 'runA', events: [event(1, 'answered')] }), 400);
  assert.equal(await status({ run: 'runA', events: [event(1, 'pasted', { deep: { er: 1 } })] }), 400);
  assert.equal(await status({ run: '../A', events: [] }), 400);
  assert.equal(await status({ run: 'runA', events: Array.from({ length: 65 }, (_, i) => event(i + 1, 'cut')) }), 400);
  assert.equal(await status({ run: 'runA', events: [event(1, 'pasted', { text: 'x'.repeat(2000) })] }), 413);
  assert.equal(await status({ run: 'runA', events: [], more: 1 }), 400);
  const other = new Client(server);
  await other.signIn(USERS.other);
  assert.equal(await status({ run: 'runA', events: [event(1, 'pasted')] }, other), 404);
  assert.deepEqual((await review()).events, []);
});

// The CRX as a browser checks it: its id is of the key that signed it.
function openCrx(crx) {
  assert.equal(crx.subarray(0, 4).toString(), 'Cr24');
  assert.equal(crx.readUInt32LE(4), 3);
  const header = crx.subarray(12, 12 + crx.readUInt32LE(8));
  const zip = crx.subarray(12 + header.length);
  const fields = (bytes) => {
    const found = new Map();
    const number = () => {
      for (let value = 0, scale = 1; ; scale *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * scale;
        if (byte < 128) return value;
      }
    };
    let at = 0;
    while (at < bytes.length) {
      const name = number() >> 3;
      const length = number();
      found.set(name, bytes.subarray(at, at + length));
      at += length;
    }
    return found;
  };
  const proof = fields(fields(header).get(2));
  const signedData = fields(header).get(10000);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(signedData.length);
  const signed = Buffer.concat([Buffer.from('CRX3 SignedData\0'), size, signedData, zip]);
  const key = createPublicKey({ key: proof.get(1), format: 'der', type: 'spki' });
  assert.ok(verify('sha256', signed, key, proof.get(2)), 'the signature of the CRX');
  const hash = createHash('sha256').update(proof.get(1)).digest().subarray(0, 16);
  assert.deepEqual(fields(signedData).get(1), hash);
  return [...hash.toString('hex')].map((digit) => String.fromCharCode(97 + parseInt(digit, 16))).join('');
}

test('plugin: zip, signed CRX and update manifest are served as they were built, and the same build gives the same', async (t) => {
  const folder = temporaryFolder(t);
  const build = (out) => execFileSync('node', [join(SOURCE, 'extension', 'build.mjs'), '--key', join(folder, 'key'), '--out', join(folder, out), 'https://exam.example.org'], { encoding: 'utf8' });
  const built = build('one');
  const { server, client, session } = await recording(t, { args: ['--downloads', join(folder, 'one')] });
  const { plugin } = await client.get(`/api/proctor/sessions/${session}`);
  assert.equal(`${plugin.id} 1.0.0\n`, built);
  assert.deepEqual(plugin.policy, { mode: 'block', allow: ['words.example'], extensions: [], ask: ['downloads', 'extensions'] });
  const anybody = new Client(server);
  const fetched = async (path) => (await anybody.send('GET', path)).body;
  const updates = (await fetched('/plugin/updates.xml')).toString();
  assert.match(updates, new RegExp(`appid="${plugin.id}"`));
  assert.match(updates, /codebase="https:\/\/exam\.example\.org\/plugin\/proctortrack-plugin\.crx" version="1\.0\.0"/);
  const crx = await fetched('/plugin/proctortrack-plugin.crx');
  assert.equal(openCrx(crx), plugin.id);
  assert.equal((await fetched(plugin.zip)).subarray(0, 2).toString(), 'PK');
  build('two');
  const second = await startServer(t, { worker: false, args: ['--downloads', join(folder, 'two')] });
  assert.deepEqual((await new Client(second).send('GET', '/plugin/proctortrack-plugin.crx')).body, crx);
  const none = await startServer(t, { worker: false });
  assert.equal((await new Client(none).send('GET', plugin.zip, { accept: [404] })).status, 404);
});
