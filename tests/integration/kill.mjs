// Acknowledged means durable: the server is killed at random moments while candidates upload and save
// answers; after each restart all that was acknowledged is there, byte for byte.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '../support/runner.mjs';
import { PASSWORD, PROGRAM, startServer, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';

const KILLS = Number(process.env.PT_KILLS ?? 200);
const CLIENTS = 8;

// Sends until told to stop. A request cut by a kill may have counted or not; only what was answered must
// have. The bytes of a piece follow from its offset, so a piece sent again is the same piece.
class Candidate {
  constructor(server, username) {
    Object.assign(this, { client: new Client(server), username, acknowledged: 0, revision: 0, saved: null, sent: null, stop: false });
    this.noise = randomBytes(1 << 20);
  }

  bytes(offset, length) {
    const out = Buffer.alloc(length);
    for (let i = 0; i < length; i++) out[i] = this.noise[(offset + i) % this.noise.length] ^ ((offset + i) >> 20);
    return out;
  }

  async prepare() {
    await this.client.signIn(this.username);
    Object.assign(this, await this.client.openSession());
    this.url = await this.client.createUpload(this.session);
    const { items } = await this.client.post(`/api/campus/attempts/${this.attempt}/start`);
    this.item = items.find((item) => item.kind === 'descriptive').id;
  }

  async uploads() {
    while (!this.stop) {
      try {
        const piece = this.bytes(this.acknowledged, randomInt(1, 60000));
        const { headers } = await this.client.patch(this.url, this.acknowledged, piece);
        this.acknowledged = Number(headers.get('upload-offset'));
      } catch (error) {
        if (error.status && ![409, 423, 503].includes(error.status)) throw error;
        await sleep(20);
        await this.resume().catch(() => {});
      }
    }
  }

  async resume() {
    const offset = await this.client.offset(this.url);
    assert.ok(offset >= this.acknowledged, `acknowledged ${this.acknowledged}, but the server has ${offset}`);
    this.acknowledged = offset;
  }

  async answers() {
    while (!this.stop) {
      const value = `answer ${(this.revision += 1)}`;
      this.sent = value;
      try {
        await this.client.send('PUT', `/api/campus/attempts/${this.attempt}/answers/${this.item}`, { body: { value, revision: this.revision } });
        this.saved = { value, revision: this.revision };
      } catch (error) {
        if (error.status && error.status !== 503) throw error;
        await sleep(20);
      }
    }
  }

  async check(reviewer) {
    await this.resume();
    const { items } = await this.client.get(`/api/campus/attempts/${this.attempt}`);
    const { answer } = items.find((item) => item.id === this.item);
    if (this.saved) {
      assert.ok(answer && answer.revision >= this.saved.revision, `saved revision ${this.saved.revision}, there is ${answer?.revision}`);
      assert.equal(answer.value, `answer ${answer.revision}`);
    }
    if (!reviewer) return;
    const media = await reviewer.get(`/api/review/sessions/${this.session}/streams/${this.url.split('/').pop()}/media`);
    assert.equal(media.length, this.acknowledged);
    assert.ok(media.equals(this.bytes(0, media.length)), 'the bytes differ from what was sent');
  }
}

test(`${KILLS} kills while ${CLIENTS} candidates upload and save lose nothing that was acknowledged`, async (t) => {
  const server = await startServer(t, { worker: false });
  const names = [USERS.candidate, USERS.other];
  while (names.length < CLIENTS) {
    const name = `candidate${names.length}`;
    const added = spawnSync(PROGRAM, ['admin', 'user', 'add', name, '--data', join(server.data, 'var'), '--role', 'candidate', '--name', `Candidate ${names.length}`, '--email', `${name}@example.org`],
      { input: `${PASSWORD}\n`, encoding: 'utf8' });
    assert.equal(added.status, 0, added.stderr);
    names.push(name);
  }
  const candidates = names.map((name) => new Candidate(server, name));
  for (const one of candidates) await one.prepare();
  const reviewer = new Client(server);
  await reviewer.signIn(USERS.instructor);

  let failure = null;
  const work = candidates.flatMap((one) => [one.uploads(), one.answers()].map((loop) => loop.catch((error) => { failure ??= error; })));
  for (let kill = 0; kill < KILLS && !failure; kill++) {
    await sleep(randomInt(10, 250));
    await server.kill();
    await server.start();
    if (kill % 20 === 19) console.log(`# ${kill + 1} kills, ${candidates.reduce((sum, one) => sum + one.acknowledged, 0)} bytes acknowledged`);
    // A look at everything now and then; the offsets are checked by each candidate after each kill.
    if (kill % 50 === 49) for (const one of candidates) await reviewer.get(`/api/review/sessions/${one.session}`);
  }
  for (const one of candidates) one.stop = true;
  await Promise.all(work);
  if (failure) throw failure;
  await server.kill();
  await server.start();
  for (const one of candidates) await one.check(reviewer);
  assert.ok(candidates.every((one) => one.acknowledged > 0 && one.saved), 'every candidate got something through');
  const bytes = candidates.reduce((sum, one) => sum + one.acknowledged, 0);
  console.log(`# ${bytes} bytes and ${candidates.reduce((sum, one) => sum + one.saved.revision, 0)} answers came through ${KILLS} kills`);
}, { seconds: 400 });
