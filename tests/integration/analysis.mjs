// The worker follows a recording while it grows, and its report is the one a batch run gives.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from '../support/runner.mjs';
import { MODELS, PROGRAM, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client, sha256 } from '../support/client.mjs';
import { makeClip } from '../support/clips.mjs';

const PLAN = [{ seconds: 12, people: 1 }, { seconds: 9, people: 0 }, { seconds: 4, people: 1 }, { seconds: 8, people: 2 }, { seconds: 5, people: 1 }];

test('flags arrive while the exam is still going on; the report is final seconds after the last byte', async (t) => {
  const server = await startServer(t);
  const folder = temporaryFolder(t);
  const path = makeClip(join(folder, 'clip.webm'), PLAN);
  const bytes = readFileSync(path);
  const client = new Client(server), reviewer = new Client(server);
  await client.signIn(USERS.candidate);
  await reviewer.signIn(USERS.instructor);
  const { session, attempt } = await client.openSession();
  const url = await client.createUpload(session);
  const stream = url.split('/').pop();
  await client.post(`/api/campus/attempts/${attempt}/start`);
  let offset = 0;
  const upTo = async (end) => {
    while (offset < end) {
      const piece = bytes.subarray(offset, Math.min(offset + 100_000, end));
      await client.patch(url, offset, piece);
      offset += piece.length;
    }
  };
  const review = () => reviewer.get(`/api/review/sessions/${session}`);

  await upTo(Math.floor(bytes.length * 0.9));
  let live;
  for (let i = 0; i < 150; i++) {
    live = await review();
    if (live.flags.some((flag) => flag.rule === 'no-face')) break;
    await sleep(200);
  }
  assert.ok(live.flags.some((flag) => flag.rule === 'no-face'), 'nobody in view was not flagged live');
  assert.equal(live.session.state, 'exam');

  await upTo(bytes.length);
  await client.patch(url, offset, Buffer.alloc(0), { checksum: false, headers: { 'Upload-Length': String(offset) } });
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  await client.post(`/api/campus/attempts/${attempt}/submit`);
  await client.post(`/api/proctor/sessions/${session}/end`, { streams: { [stream]: offset } });
  const ended = Date.now();
  let final;
  do {
    await sleep(100);
    final = await review();
  } while (final.session.state !== 'reported' && Date.now() - ended < 20000);
  assert.equal(final.session.state, 'reported', 'no report 20 s after the last byte');

  const start = final.streams[0].start_us;
  const spans = final.flags.map(({ rule, from_us, to_us }) => [rule, (from_us - start) / 1e6, (to_us - start) / 1e6]);
  assert.deepEqual(spans.map(([rule]) => rule), ['no-face', 'several-faces'], JSON.stringify(spans));
  for (const [[, from, to], [wantFrom, wantTo]] of [[spans[0], [12, 21]], [spans[1], [25, 33]]]) {
    assert.ok(Math.abs(from - wantFrom) <= 2 && Math.abs(to - wantTo) <= 2, JSON.stringify(spans));
  }
  for (const flag of final.flags) {
    assert.equal(flag.open, false);
    assert.ok(flag.confidence > 0.5 && flag.confidence <= 1);
    assert.match(flag.numbers, /\d+ of \d+/);
    const picture = await reviewer.get(`/api/review/sessions/${session}/flags/${flag.id}/picture`);
    assert.equal(picture.subarray(0, 3).toString('hex'), 'ffd8ff');
  }
  assert.ok(final.incidents.length >= 1);

  // What the worker found live is what `analyze` finds in one go.
  const batch = JSON.parse(execFileSync(PROGRAM, ['analyze', '--json', '--models', MODELS, path], { encoding: 'utf8' }));
  const short = ({ rule, confidence, numbers }) => ({ rule, confidence, numbers });
  assert.deepEqual(final.flags.map(short), batch.recordings[0].flags.map(short));

  // What the worker kept is judged as it was, and anew, without the recording.
  const judge = (...args) => JSON.parse(execFileSync(PROGRAM, ['judge', '--json', '--data', join(server.data, 'var'), ...args, session], { encoding: 'utf8' }));
  assert.deepEqual(judge().recordings[0].flags, batch.recordings[0].flags);
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify({ rules: { 'no-face': { on: false } } }));
  assert.deepEqual(judge('--policy', policy).recordings[0].flags.map(({ rule }) => rule), ['several-faces']);

  // The same over HTTP, as a preview beside what was found, which stays; each is noted.
  const preview = (policy, options) => reviewer.send('POST', `/api/review/sessions/${session}/rejudge`, { body: { policy }, ...options });
  const same = (await preview('standard')).body;
  const without = ({ id, picture, ...flag }) => flag;
  assert.deepEqual(same.flags.map(without), final.flags.map(without));
  assert.deepEqual(same.incidents.map(({ from_us: from, to_us: to, severity }) => [from, to, severity]), final.incidents.map(({ from_us: from, to_us: to, severity }) => [from, to, severity]));
  assert.deepEqual([same.recordings, same.without], [1, 0]);
  const other = (await preview({ name: 'Mine', rules: { 'no-face': { on: false }, 'several-faces': { severity: 'low' } } })).body;
  assert.deepEqual([other.policy.name, ...other.flags.map(({ rule, severity }) => `${rule} ${severity}`)], ['Mine', 'several-faces low']);
  for (const wrong of ['lenient', 5, { rules: { 'no-such-rule': {} } }, null]) {
    assert.equal((await preview(wrong, { accept: [400] })).status, 400, JSON.stringify(wrong));
  }
  const again = await review();
  assert.deepEqual([again.flags, again.incidents], [final.flags, final.incidents]);
  const noted = again.events.filter(({ kind }) => kind === 'staff-action').map(({ detail }) => detail);
  assert.deepEqual(noted.map(({ action, by, detail }) => [action, by, detail.policy, detail.flags]), [['rejudged', 'Helena Marsh', 'standard', 2], ['rejudged', 'Helena Marsh', 'Mine', 1]]);
  assert.ok(noted.every(({ detail }) => /^[0-9a-f]{64}$/.test(detail.policy_sha256)));

  const face = final.events.filter((event) => event.kind === 'first-face');
  assert.equal(face.length, 1);
  assert.ok(face[0].time_us - start < 1e6, 'the first face was seen at once');

  const kinds = final.events.map((event) => event.kind);
  for (const kind of ['finished']) assert.ok(kinds.some((one) => one.includes(kind)), `${kind} in ${kinds}`);

  // The recording is served whole, by range, and once final with a duration to seek by.
  const media = `/api/review/sessions/${session}/streams/${stream}/media`;
  const whole = await reviewer.send('GET', media);
  const part = await reviewer.send('GET', media, { headers: { Range: 'bytes=1000-1999' } });
  assert.equal(part.status, 206);
  assert.equal(sha256(part.body), sha256(whole.body.subarray(1000, 2000)));
  assert.equal((await reviewer.send('GET', media, { headers: { Range: 'bytes=999999999-' }, accept: [416] })).status, 416);
  const served = join(folder, 'served.webm');
  writeFileSync(served, whole.body);
  const duration = Number(execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', served], { encoding: 'utf8' }));
  assert.ok(Math.abs(duration - 38) < 1, `duration ${duration}`);

  // The evidence as one file: whole by the deployment's key, and not when a byte of it is another.
  const archive = join(folder, 'evidence.tar');
  execFileSync(PROGRAM, ['export', '--data', join(server.data, 'var'), '--output', archive, session], { stdio: 'pipe' });
  const { public_key: key } = await client.get(`/api/proctor/sessions/${session}/receipt`);
  const verify = (file) => spawnSync(PROGRAM, ['verify', '--key', key, file], { encoding: 'utf8' });
  const checked = verify(archive);
  assert.equal(checked.status, 0, checked.stderr);
  assert.match(checked.stdout, /^nothing was changed\n/);
  assert.match(checked.stdout, new RegExp(`recordings   1, ${bytes.length} bytes`));
  const altered = readFileSync(archive);
  altered[altered.indexOf(bytes.subarray(150_000, 150_064)) + 5] ^= 1;
  writeFileSync(join(folder, 'altered.tar'), altered);
  const wrong = verify(join(folder, 'altered.tar'));
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /record \d+ is wrong: bytes 100000 to 199999 of recording/);
}, { seconds: 120 });

test('a decoder that is killed is started again and the report is the same', async (t) => {
  const server = await startServer(t);
  const folder = temporaryFolder(t);
  const bytes = readFileSync(makeClip(join(folder, 'clip.webm'), PLAN));
  const client = new Client(server), reviewer = new Client(server);
  await client.signIn(USERS.candidate);
  await reviewer.signIn(USERS.instructor);
  const { session, attempt } = await client.openSession();
  const url = await client.createUpload(session);
  const half = Math.floor(bytes.length / 2);
  await client.patch(url, 0, bytes.subarray(0, half));
  const children = () =>
    execFileSync('sh', ['-c', `ps -o pid=,args= --ppid ${server.child.pid} | grep decoder | grep -v grep | awk '{print $1}'`], { encoding: 'utf8' })
      .split('\n').filter(Boolean).map(Number);
  for (let i = 0; i < 100 && children().length === 0; i++) await sleep(100);
  const [child] = children();
  assert.ok(child, 'no decoder process');
  process.kill(child, 'SIGKILL');
  await client.patch(url, half, bytes.subarray(half), { headers: { 'Upload-Length': String(bytes.length) } });
  await client.post(`/api/campus/attempts/${attempt}/start`);
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  await client.post(`/api/campus/attempts/${attempt}/submit`);
  await client.post(`/api/proctor/sessions/${session}/end`, { streams: { [url.split('/').pop()]: bytes.length } });
  let review;
  for (let i = 0; i < 300; i++) {
    review = await reviewer.get(`/api/review/sessions/${session}`);
    if (review.session.state === 'reported') break;
    await sleep(200);
  }
  assert.equal(review.session.state, 'reported', JSON.stringify(review.streams));
  assert.deepEqual(review.flags.map((flag) => flag.rule), ['no-face', 'several-faces']);
}, { seconds: 120 });

test('recordings lie sealed on the disk', async (t) => {
  const server = await startServer(t, { worker: false });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { session } = await client.openSession();
  const url = await client.createUpload(session);
  const planted = 'PLANTED-BYTES-0123456789';
  await client.patch(url, 0, Buffer.from(planted.repeat(1000)));
  await server.stop();
  const found = execFileSync('sh', ['-c', `grep -rlaF ${planted} ${join(server.data, 'var')} || true`], { encoding: 'utf8' });
  assert.equal(found, '');
});

test('a share and a camera that end before the exam does are flags of the session', async (t) => {
  const server = await startServer(t);
  const folder = temporaryFolder(t);
  const bytes = readFileSync(makeClip(join(folder, 'clip.webm'), [{ seconds: 2, people: 1 }]));
  const client = new Client(server), reviewer = new Client(server);
  await client.signIn(USERS.candidate);
  await reviewer.signIn(USERS.instructor);
  const rules = { 'camera-lost': { min_s: 1 }, 'screen-lost': { min_s: 1 } };
  const boss = new Client(server);
  await boss.signIn(USERS.admin); // in all exams
  await boss.post('/api/campus/accommodations', { username: USERS.candidate, policy: { rules } });
  const { session, attempt } = await client.openSession();
  const { items } = await client.post(`/api/campus/attempts/${attempt}/start`);
  const streams = {};
  for (const kind of ['camera', 'screen']) {
    const url = await client.createUpload(session, { fields: { kind, mime: 'video/webm' } });
    await client.patch(url, 0, bytes, { headers: { 'Upload-Length': String(bytes.length) } });
    streams[url.split('/').pop()] = bytes.length;
  }
  await client.send('PUT', `/api/campus/attempts/${attempt}/answers/${items[0].id}`, { body: { value: null, revision: 1 } });
  for (const kind of ['offline', 'online']) {
    await client.post(`/api/proctor/sessions/${session}/events`, { kind, detail: {}, client_us: Date.now() * 1000 });
  }
  await sleep(4500); // the exam goes on without a recording
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  await client.post(`/api/campus/attempts/${attempt}/submit`);
  await client.post(`/api/proctor/sessions/${session}/end`, { streams });
  let review;
  for (let i = 0; i < 200 && review?.session.state !== 'reported'; i++) {
    await sleep(100);
    review = await reviewer.get(`/api/review/sessions/${session}`);
  }
  const lost = review.flags.filter((flag) => flag.stream === '');
  assert.deepEqual(lost.map((flag) => flag.rule).sort(), ['camera-lost', 'screen-lost'], JSON.stringify(review.flags));
  for (const flag of lost) {
    const seconds = (flag.to_us - flag.from_us) / 1e6;
    assert.ok(seconds > 1.5 && seconds < 4, `${seconds}`);
    assert.match(flag.numbers, /^no recording of the (camera|screen) from 0:0\d\.\d to 0:0\d\.\d of the exam, /);
    assert.equal(flag.picture, false);
    assert.ok(review.incidents.some((one) => one.flags.includes(flag.id)));
  }
  // The milestones of the reviewer's timeline, in the order in which they happened.
  // (A face is told at the time of the recording, which is that of these requests to some tenths.)
  const milestones = ['recording-started', 'exam-started', 'answered', 'offline', 'online', 'finished', 'exam-ended', 'uploaded', 'reported'];
  const face = review.events.find((event) => event.kind === 'first-face'), begun = review.events.find((event) => event.kind === 'exam-started');
  assert.ok(face && Math.abs(face.time_us - begun.time_us) < 2e6, JSON.stringify(face));
  assert.deepEqual(review.events.map((event) => event.kind).filter((kind) => milestones.includes(kind)), milestones);
  const report = await reviewer.get(`/api/review/sessions/${session}/report`);
  assert.deepEqual(report.session_flags.map((flag) => flag.rule).sort(), ['camera-lost', 'screen-lost']);
}, { seconds: 60 });
