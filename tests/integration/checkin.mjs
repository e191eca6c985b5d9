// The check-in through the real binary: identity profiles from real faces, what is refused, what staff can do, the
// desktop app's link, and what of it all lies on the disk.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip, test } from '../support/runner.mjs';
import { admin, setPolicy, startServer, temporaryFolder, PASSWORD, USERS } from '../support/server.mjs';
import { Client, metadata, sha256 } from '../support/client.mjs';
import { cardOf, hasPeople, jpegOf, media, NAME_ON_CARD, poses } from '../support/people.mjs';

const SUPPORT = 'mei.tanaka';
const SCANS = { base: 'standard', checkin: { screen: false } };
const needPeople = () => hasPeople() || skip('no pictures of faces and cards at ../shared/media');

async function signedIn(server, username) {
  const client = new Client(server);
  await client.signIn(username);
  return client;
}

function addCandidate(server, username, name) {
  admin(server.data, ['user', 'add', username, '--role', 'candidate', '--name', name, '--email', `${username}@example.org`], { input: `${PASSWORD}\n` });
}

const at = (session, rest = '') => `/api/proctor/sessions/${session}${rest}`;
const statusOf = async (sending) => (await sending).status;
const refused = (client, method, path, options) => client.send(method, path, { accept: [400, 401, 403, 404, 409, 410, 413, 415, 423, 429, 503], ...options });
const jpeg = (body) => ({ body, headers: { 'Content-Type': 'image/jpeg' } });

// Does what it is told; null where something is asked that no picture shows (one scan of three has none of it).
async function scanHonestly(client, session, pictures) {
  for (let tries = 0; tries < 9; tries++) {
    const scan = await client.scanFace(session, ({ prompt }, n) => {
      const fitting = pictures[prompt];
      return fitting ? fitting[n % fitting.length] : null;
    });
    if (scan.state === 'ready') return scan;
    assert.equal(scan.state, 'scanning', JSON.stringify(scan));
  }
  return null;
}

async function profileOf(client, session) {
  return (await client.get(at(session))).profile;
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
}

test('a practice test makes the profile from face and card, sealed, and the exam uses it again', async (t) => {
  needPeople();
  const server = await startServer(t, { worker: false, policy: SCANS });
  const folder = temporaryFolder(t), pictures = poses(folder), card = cardOf(folder);
  const other = await signedIn(server, USERS.other), staff = await signedIn(server, USERS.instructor);

  // Face; another account where the ten scans of an hour were all of the kind that asks for what no picture shows.
  let client, session, now, scan = null, username = '';
  for (let account = 1; !scan && account < 4; account++) {
    username = `m.chen.${account}`;
    addCandidate(server, username, NAME_ON_CARD);
    client = await signedIn(server, username);
    ({ session } = await client.launch('practice'));

    // The steps in their order, and none before its time.
    now = await client.get(at(session));
    assert.deepEqual(now.steps.map((one) => one.name), ['instructions', 'agreement', 'face-scan', 'id-scan', 'system-check', 'camera', 'exam', 'upload', 'receipt']);
    assert.equal(now.profile.state, 'none');
    const none = await client.get('/api/campus/identity');
    assert.deepEqual([none.state, none.face, none.id_card, none.expires_us], ['none', 'none', 'none', null]);
    const early = await refused(client, 'POST', at(session, '/face-scans'), { body: { camera: 'Integrated Camera' } });
    assert.equal(early.status, 409);
    assert.match(early.body.error.message, /^instructions: please accept/);
    await client.acceptDocuments(session);
    assert.equal((await client.get(at(session))).step, 'face-scan');
    assert.equal(await statusOf(refused(client, 'POST', at(session, '/id-scans'), jpeg(card))), 409, 'the face comes before the ID');
    scan = await scanHonestly(client, session, pictures);
  }
  assert.ok(scan, 'no scan got ready');
  assert.deepEqual([scan.done, scan.of, scan.prompt], [scan.of, scan.of, null]);
  const face = await client.send('GET', at(session, `/face-scans/${scan.id}/picture`));
  assert.equal(face.headers.get('content-type'), 'image/jpeg');
  assert.ok(pictures['look-straight'].some((one) => one.equals(face.body)), 'the picture of record is one of those that were sent');
  assert.equal(await statusOf(refused(other, 'GET', at(session, `/face-scans/${scan.id}/picture`))), 404);
  assert.equal(await statusOf(refused(other, 'POST', at(session, `/face-scans/${scan.id}/confirm`), { body: {} })), 404);
  now = await client.post(at(session, `/face-scans/${scan.id}/confirm`));
  assert.deepEqual([now.profile.face, now.profile.id, now.profile.state, now.step], ['kept', 'none', 'none', 'id-scan']);
  assert.equal(await statusOf(refused(client, 'POST', at(session, '/face-scans'), { body: { camera: 'Integrated Camera' } })), 409, 'scanned once');

  // ID.
  const { guidance } = (await client.send('POST', at(session, '/id-scans/guidance'), jpeg(jpegOf(join(folder, 'card.jpg'), folder, 900)))).body;
  assert.equal(typeof guidance, 'string');
  const read = (await client.send('POST', at(session, '/id-scans'), jpeg(card))).body;
  assert.equal(read.state, 'approved', JSON.stringify(read));
  assert.match(read.read.name, /CHEN/i);
  assert.equal(read.read.expires, '2029-08-10');
  assert.ok(read.face_score > 0.5 && read.name_score > 0.9, JSON.stringify(read));
  assert.equal(await statusOf(refused(other, 'POST', at(session, `/id-scans/${read.id}/confirm`), { body: {} })), 404);
  now = await client.post(at(session, `/id-scans/${read.id}/confirm`));
  assert.deepEqual([now.profile.state, now.profile.id, now.step], ['approved', 'kept', 'system-check']);
  assert.ok(now.profile.expires_us > now.server_us + 364 * 86400e6 && now.profile.expires_us < now.server_us + 366 * 86400e6);

  const mine = await client.get('/api/campus/identity');
  assert.deepEqual([mine.state, mine.face, mine.id_card, mine.name, mine.expires_us], ['approved', 'kept', 'kept', NAME_ON_CARD, now.profile.expires_us]);

  // Steps refuse what comes too early, by name.
  const start = await refused(client, 'POST', at(session, '/start'), { body: {} });
  assert.equal(start.status, 409);
  assert.match(start.body.error.message, /system-check/i);
  await client.checkIn(session);
  assert.equal((await client.post(at(session, '/start'))).state, 'recording');

  // The exam has no scans: the profile is there.
  const exam = await client.launch('exam');
  assert.deepEqual((await client.get(at(exam.session))).steps.map((one) => one.name).slice(0, 4), ['instructions', 'agreement', 'system-check', 'camera']);
  await client.checkIn(exam.session);
  await client.post(at(exam.session, '/start'));

  // Staff see it; each look at a picture is put on record; decisions can be taken back.
  const { profiles } = await staff.get('/api/review/profiles?state=approved');
  assert.deepEqual(profiles.map((one) => one.candidate), [NAME_ON_CARD]);
  const path = `/api/review/profiles/${profiles[0].id}`;
  for (const picture of ['face', 'id']) {
    assert.equal(await statusOf(refused(client, 'GET', `${path}/pictures/${picture}`)), 403);
    assert.equal((await staff.get(`${path}/pictures/${picture}`)).subarray(0, 3).toString('hex'), 'ffd8ff');
    await staff.get(`${path}/pictures/${picture}`);
  }
  const detail = await staff.get(path);
  assert.deepEqual(detail.history.map((one) => one.kind), ['face-scanned', 'id-scanned', 'approved', 'viewed', 'viewed']);
  assert.equal(detail.reading.read.name, read.read.name);
  assert.equal(await statusOf(refused(staff, 'POST', `${path}/decision`, { body: { decision: 'rejected', reason: ' ' } })), 400);
  await staff.post(`${path}/decision`, { decision: 'rejected', reason: 'The card looks copied.' });
  let profile = await profileOf(client, exam.session);
  assert.deepEqual([profile.state, profile.face, profile.id, profile.reasons], ['rejected', 'rejected', 'rejected', ['The card looks copied.']]);
  await staff.post(`${path}/decision`, { decision: 'approved', reason: 'It is real after all.' });
  profile = await profileOf(client, exam.session);
  assert.deepEqual([profile.state, profile.face, profile.id], ['approved', 'kept', 'kept']);

  // The evidence has the scans, as numbers.
  const { events } = await staff.get(`/api/review/sessions/${session}`);
  const kinds = events.map((one) => one.kind);
  for (const kind of ['face-scan', 'profile-face', 'id-scan', 'profile-id', 'check']) assert.ok(kinds.includes(kind), `${kind} in ${kinds}`);
  assert.doesNotMatch(JSON.stringify(events.filter((one) => one.kind === 'id-scan')), /CHEN/i);
  assert.ok(events.every((one) => one.title !== 'Other event'), JSON.stringify(events.filter((one) => one.title === 'Other event')));

  // Nothing of the pictures lies plainly on the disk.
  assert.equal((await server.stop()).code, 0);
  const sought = [...Object.values(pictures).flat(), card].map((bytes) => bytes.subarray(200, 264));
  const lying = (folder) => filesOf(folder).filter((file) => { const bytes = readFileSync(file); return sought.some((one) => bytes.includes(one)); });
  assert.deepEqual(lying(join(server.data, 'var')), []);
  writeFileSync(join(folder, 'plain.bin'), card);
  assert.ok(lying(folder).length > 0, 'the search finds what is there');

  // Erasing takes profile and keys with it, and the account.
  assert.match(admin(server.data, ['user', 'erase', username]), /2 sessions/);
  await server.start();
  assert.equal(await statusOf(refused(new Client(server), 'POST', '/api/sign-in', { body: { username, password: PASSWORD } })), 401);
  assert.equal(await statusOf(refused(await signedIn(server, USERS.instructor), 'GET', path)), 404);
}, { seconds: 240 });

test('a program for a camera, a still, a wrong turn and another person are refused', async (t) => {
  needPeople();
  const server = await startServer(t, { worker: false, policy: SCANS });
  const folder = temporaryFolder(t), pictures = poses(folder);
  const client = await signedIn(server, USERS.candidate), staff = await signedIn(server, USERS.instructor);
  const { session } = await client.launch('practice');
  await client.acceptDocuments(session);

  const fake = await refused(client, 'POST', at(session, '/face-scans'), { body: { camera: 'OBS Virtual Camera' } });
  assert.equal(fake.status, 409);
  assert.match(fake.body.error.message, /OBS/);
  const { events } = await staff.get(`/api/review/sessions/${session}`);
  assert.equal(events.find((one) => one.kind === 'camera-refused').detail.camera, 'OBS Virtual Camera');

  const still = pictures['look-straight'][0];
  const stood = await client.scanFace(session, () => still);
  assert.equal(stood.state, 'failed', JSON.stringify(stood));
  assert.ok(stood.reason.length > 20);
  assert.equal(await statusOf(refused(client, 'POST', at(session, `/face-scans/${stood.id}/confirm`), { body: {} })), 409);
  assert.equal(await statusOf(refused(client, 'GET', at(session, `/face-scans/${stood.id}/picture`))), 409);

  // The other way than is asked, and back, and again.
  const opposite = { 'turn-left': 'turn-right', 'turn-right': 'turn-left', 'look-up': 'turn-left', 'come-closer': 'turn-right' };
  let asked = 0;
  const wrong = await client.scanFace(session, ({ prompt }, n) => {
    const shown = pictures[(opposite[prompt] && asked++ % 4 < 2 && opposite[prompt]) || 'look-straight'];
    return shown[n % shown.length];
  });
  assert.equal(wrong.state, 'failed', JSON.stringify(wrong));
  assert.match(wrong.reason, /another way/);

  const stranger = jpegOf(media('faces', 'one_face_man_on_sofa.jpg'), folder);
  const mixed = await client.scanFace(session, ({ prompt, done }, n) => {
    if (done > 0 && prompt !== 'look-straight') return stranger;
    return pictures['look-straight'][n % pictures['look-straight'].length];
  });
  assert.equal(mixed.state, 'failed', JSON.stringify(mixed));
  assert.equal((await profileOf(client, session)).state, 'none');
}, { seconds: 90 });

test('bodies that are too large or no pictures, and scans that are too many', async (t) => {
  const server = await startServer(t, { worker: false, policy: SCANS });
  const client = await signedIn(server, USERS.candidate), other = await signedIn(server, USERS.other);
  const { session } = await client.launch('practice');
  await client.acceptDocuments(session);
  const scan = await client.post(at(session, '/face-scans'), { camera: 'Integrated Camera' });
  assert.deepEqual([scan.state, scan.prompt, scan.done], ['scanning', 'look-straight', 0]);
  const frames = at(session, `/face-scans/${scan.id}/frames`);
  const send = (body, headers) => statusOf(refused(client, 'POST', frames, { body, headers: { 'X-Captured-Ms': '1', ...headers } }));
  const jpegType = { 'Content-Type': 'image/jpeg' };
  assert.equal(await send(Buffer.from('text'), { 'Content-Type': 'text/plain' }), 415);
  assert.equal(await send(Buffer.from('no picture at all'), jpegType), 400);
  assert.equal(await send(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2000, 7)]), jpegType), 400, 'begins like one');
  assert.equal(await send(Buffer.alloc((256 << 10) + 1), jpegType), 413);
  assert.equal(await send(Buffer.from([0xff, 0xd8, 0xff]), { ...jpegType, 'X-Captured-Ms': 'soon' }), 400);
  assert.equal(await statusOf(refused(other, 'POST', frames, { body: Buffer.from([0xff, 0xd8, 0xff]), headers: { ...jpegType, 'X-Captured-Ms': '9' } })), 404);
  assert.equal(await statusOf(refused(client, 'POST', at(session, '/id-scans'), jpeg(Buffer.alloc((6 << 20) + 1)))), 413);
  let status = 201;
  for (let i = 1; i < 12 && status === 201; i++) status = await statusOf(refused(client, 'POST', at(session, '/face-scans'), { body: { camera: 'Integrated Camera' } }));
  assert.equal(status, 429);
});

test('an ID that is none is rejected, and after three a person is asked; another name goes to a person or back', async (t) => {
  needPeople();
  const policy = { base: 'standard', checkin: { face_scan: false, screen: false } };
  const server = await startServer(t, { worker: false, policy });
  const folder = temporaryFolder(t);
  const client = await signedIn(server, USERS.candidate), staff = await signedIn(server, USERS.admin);
  const { session } = await client.launch('practice');
  await client.acceptDocuments(session);
  const page = jpegOf(media('id', 'not_an_id_printed_page.jpg'), folder, 1200);
  const scans = at(session, '/id-scans');
  let scan;
  for (let i = 1; i <= 3; i++) {
    scan = (await client.send('POST', scans, jpeg(page))).body;
    assert.equal(scan.state, 'rejected', JSON.stringify(scan));
    assert.ok(scan.reasons.length > 0);
    const confirmed = await refused(client, 'POST', `${scans}/${scan.id}/confirm`, { body: {} });
    assert.equal(confirmed.status, i < 3 ? 409 : 200, JSON.stringify(confirmed.body).slice(0, 200));
  }
  const { profile } = await client.get(at(session));
  assert.deepEqual([profile.state, profile.id], ['pending', 'kept']);
  const { profiles } = await staff.get('/api/review/profiles?state=pending');
  assert.deepEqual(profiles.map((one) => one.candidate), ['Amara Okafor']);

  // "after": pending is enough for the exam.
  assert.ok(!(await client.get(at((await client.launch('exam')).session))).steps.some((one) => one.name === 'id-scan'));

  // A real card of somebody else.
  const other = await signedIn(server, USERS.other);
  const mine = (await other.launch('practice')).session;
  await other.acceptDocuments(mine);
  const wrong = (await other.send('POST', at(mine, '/id-scans'), jpeg(cardOf(folder)))).body;
  assert.notEqual(wrong.state, 'approved', JSON.stringify(wrong));
  assert.match(wrong.reasons.join(' '), /JONAS is not on the document/);
  assert.equal(wrong.face_score, null);

  // The account's name is corrected on request: what is scanned next is compared with the new one.
  await other.post('/api/campus/name-requests', { full_name: NAME_ON_CARD, reason: 'I married.' });
  const { requests } = await staff.get('/api/campus/name-requests');
  await staff.post(`/api/campus/name-requests/${requests[0].id}/decision`, { decision: 'approved', reason: 'Seen the certificate.' });
  assert.equal((await other.get(at(mine))).candidate, NAME_ON_CARD);
  const right = (await other.send('POST', at(mine, '/id-scans'), jpeg(cardOf(folder)))).body;
  assert.ok(right.name_score > 0.9, JSON.stringify(right));
  assert.equal(right.state, 'unsure', 'no face to compare with: a person looks');
}, { seconds: 120 });

test('where a profile must be approved before, the exam opens only then', async (t) => {
  needPeople();
  const server = await startServer(t, { worker: false, policy: { base: 'standard', checkin: { face_scan: false, screen: false, approval: 'before' } } });
  const folder = temporaryFolder(t), card = cardOf(folder);
  const client = await signedIn(server, USERS.candidate), staff = await signedIn(server, USERS.instructor);
  const { assessments } = await client.get('/api/campus/assessments');
  const exam = `/api/campus/exams/${assessments.find((one) => one.kind === 'exam').exam_id}/launch`;
  const none = await refused(client, 'POST', exam, { body: {} });
  assert.equal(none.status, 409);
  assert.match(none.body.error.message, /practice test/);
  const { session } = await client.launch('practice');
  await client.acceptDocuments(session);
  let scan;
  for (let i = 0; i < 3; i++) scan = (await client.send('POST', at(session, '/id-scans'), jpeg(card))).body;
  const { profile } = await client.post(at(session, `/id-scans/${scan.id}/confirm`));
  assert.equal(profile.state, 'pending');
  const pending = await refused(client, 'POST', exam, { body: {} });
  assert.equal(pending.status, 409);
  assert.match(pending.body.error.message, /person/);
  const { profiles } = await staff.get('/api/review/profiles?state=pending');
  await staff.post(`/api/review/profiles/${profiles[0].id}/decision`, { decision: 'approved', reason: 'Known in person.' });
  assert.equal(await statusOf(refused(client, 'POST', exam, { body: {} })), 200);
  const { session: real } = await client.launch('exam');
  await client.checkIn(real);

  // What is taken back in between keeps the exam from beginning.
  await staff.post(`/api/review/profiles/${profiles[0].id}/decision`, { decision: 'rejected', reason: 'Not after all.' });
  assert.equal(await statusOf(refused(client, 'POST', at(real, '/start'), { body: {} })), 409);
  assert.equal((await client.get(at(real))).step, 'id-scan');
}, { seconds: 90 });

test('checks: a failed one stops the start until it passes or staff let it, which is on record', async (t) => {
  const server = await startServer(t, { worker: false, policy: { base: 'standard', permitted: ['book'], checkin: { face_scan: false, id_scan: false } } });
  const client = await signedIn(server, USERS.candidate), other = await signedIn(server, USERS.other);
  const support = await signedIn(server, SUPPORT), staff = await signedIn(server, USERS.instructor);
  const { session } = await client.launch();
  const { documents, permitted, rules, checks, support: help } = await client.get(at(session));
  assert.deepEqual(permitted, ['book']);
  const items = documents.instructions.sections.flatMap((one) => one.items);
  assert.ok(items.some((one) => one.permitted && /^Books.*permitted in this exam/.test(one.text)));
  assert.ok(items.some((one) => !one.permitted && /^Pens: not permitted/.test(one.text)));
  assert.ok(!rules.some((one) => one.rule === 'book') && rules.some((one) => one.rule === 'phone'));
  assert.deepEqual(checks.map((one) => [one.point, one.state]), ['camera', 'microphone', 'displays', 'network', 'machine', 'programs', 'browser'].map((point) => [point, 'waiting']));
  assert.equal(help.name, 'One-Stop Center');

  await client.checkIn(session);
  const failed = { state: 'failed', detail: { displays: 2 }, problem: 'Two displays are connected.', mend: 'Disconnect one.' };
  let now = await client.check(session, 'displays', failed);
  assert.equal(now.step, 'system-check');
  assert.equal(now.checks[2].problem, failed.problem);
  assert.equal(await statusOf(refused(client, 'POST', at(session, '/start'), { body: {} })), 409);
  assert.equal(await statusOf(refused(other, 'POST', at(session, '/checks'), { body: { point: 'displays', state: 'passed', detail: {} } })), 404);
  assert.equal(await statusOf(refused(client, 'POST', at(session, '/checks'), { body: { point: 'mood', state: 'passed', detail: {} } })), 400);
  assert.equal(await statusOf(refused(client, 'POST', at(session, '/checks'), { body: { point: 'camera', state: 'overridden', detail: {} } })), 400);
  const override = `/api/support/sessions/${session}/checks/displays/override`;
  assert.equal(await statusOf(refused(client, 'POST', override, { body: { reason: 'please' } })), 403);
  assert.equal(await statusOf(refused(support, 'POST', override, { body: { reason: '  ' } })), 400);
  await support.post(override, { reason: 'The second one is a drawing tablet.' });
  now = await client.get(at(session));
  assert.deepEqual([now.checks[2].state, now.checks[2].override.by, now.checks[2].override.reason], ['overridden', 'Mei Tanaka', 'The second one is a drawing tablet.']);
  now = await client.check(session, 'displays', failed);
  assert.equal(now.checks[2].state, 'overridden', 'failing again does not take it back');

  const window = await refused(client, 'POST', at(session, '/screen-consent'), { body: { surface: 'window', label: 'Editor' } });
  assert.equal(window.status, 409);
  assert.match(window.body.error.message, /entire screen/);
  assert.equal((await client.post(at(session, '/start'))).state, 'recording');
  const { events } = await staff.get(`/api/review/sessions/${session}`);
  const one = events.find((event) => event.kind === 'check-overridden');
  assert.deepEqual([one.detail.by, one.detail.point, one.detail.reason], ['Mei Tanaka', 'displays', 'The second one is a drawing tablet.']);
  assert.ok(events.some((event) => event.kind === 'screen-refused') && events.some((event) => event.kind === 'screen-consent'));
  assert.ok((await staff.get(`/api/support/audit?session=${session}`)).audit.some((entry) => entry.action === 'check-overridden'));
  assert.equal(await statusOf(refused(support, 'POST', `/api/support/sessions/${session}/retake`, { body: { what: 'face', reason: 'x' } })), 409, 'the check-in is over');

  // Up, down and the clock.
  const down = await client.send('GET', '/api/proctor/probe?bytes=1048576');
  assert.equal(down.body.length, 1 << 20);
  assert.equal(await statusOf(refused(client, 'GET', '/api/proctor/probe?bytes=1048577')), 400);
  const { server_us } = await client.post('/api/proctor/probe', Buffer.alloc(1 << 20));
  assert.ok(Math.abs(server_us / 1000 - Date.now()) < 5000);
});

test('the app is paired by a code that is good once, and acts for its session alone', async (t) => {
  const downloads = temporaryFolder(t);
  const server = await startServer(t, { worker: false, args: ['--downloads', downloads], policy: { base: 'standard', checkin: { face_scan: false, id_scan: false, screen: false, app: true } } });
  const client = await signedIn(server, USERS.candidate), staff = await signedIn(server, USERS.instructor);
  const { session } = await client.launch();
  const app = new Client(server);
  const pair = (code, more = {}) => refused(app, 'POST', '/api/app/pair', { body: { code, version: '1.0.0', platform: 'linux', ...more } });

  let now = await client.get(at(session));
  assert.deepEqual([now.app.required, now.app.state], [true, 'none']);
  assert.deepEqual(now.app.downloads.map((one) => one.url), [null, null]);
  assert.equal(await statusOf(refused(client, 'GET', '/api/proctor/downloads/linux')), 404);
  mkdirSync(join(downloads, 'proctortrack-9.deb')); // a folder is no installer
  writeFileSync(join(downloads, 'proctortrack-1.0.0.deb'), 'not really');
  const { app: offered } = await client.get(at(session));
  assert.deepEqual(offered.downloads[1], { platform: 'linux', file: 'proctortrack-1.0.0.deb', url: '/api/proctor/downloads/linux', signature: null, bytes: 10 });
  assert.equal(await statusOf(refused(client, 'GET', '/api/proctor/downloads/linux-signature')), 404);
  writeFileSync(join(downloads, 'proctortrack-1.0.0.deb.sig'), 'signed');
  const { signature } = (await client.get(at(session))).app.downloads[1];
  assert.equal(String((await client.send('GET', signature)).body), 'signed');
  for (const none of ['windows-signature', '-signature', 'linux-signature-signature', 'linux.sig']) assert.equal(await statusOf(refused(client, 'GET', `/api/proctor/downloads/${none}`)), 404, none);
  const file = await client.send('GET', offered.downloads[1].url);
  assert.equal(file.body.toString(), 'not really');
  assert.match(file.headers.get('content-disposition'), /proctortrack-1\.0\.0\.deb/);
  assert.equal(await statusOf(refused(new Client(server), 'GET', offered.downloads[1].url)), 401);

  await client.acceptDocuments(session);
  const first = await client.post(at(session, '/app-code'));
  assert.match(first.code, /^[2-9A-HJ-KM-NP-Z]{8}$/);
  assert.ok(first.link.startsWith('proctortrack://pair?server=http%3A%2F%2F127.0.0.1'));
  const { code } = await client.post(at(session, '/app-code'));
  assert.equal((await pair(first.code)).status, 404, 'a later code ends the one before');
  assert.equal((await pair('ABCDEFGH')).status, 404);
  const paired = await pair(`${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`);
  assert.equal(paired.status, 201);
  assert.equal(paired.body.session, session);
  assert.equal((await pair(code)).status, 404, 'used once');

  const headers = { Authorization: `Bearer ${paired.body.token}` };
  const asApp = (method, path, options = {}) => refused(app, method, path, { ...options, headers: { ...headers, ...options.headers } });
  now = await client.get(at(session));
  assert.deepEqual([now.app.state, now.app.version, now.app.platform, now.app.build, now.step], ['connected', '1.0.0', 'linux', 'unknown', 'system-check']);
  const seen = (await asApp('GET', '/api/app/session')).body;
  assert.deepEqual([seen.state, seen.step, seen.over, seen.checks.length], ['agreed', 'system-check', false, 7]);
  assert.equal((await asApp('GET', at(session))).status, 403, 'a token is no sign-in');
  assert.equal((await asApp('POST', at(session, '/start'), { body: {} })).status, 403);
  assert.equal((await refused(app, 'GET', '/api/app/session')).status, 401);
  assert.equal((await refused(app, 'GET', '/api/app/session', { headers: { Authorization: `Bearer ${'0'.repeat(64)}` } })).status, 401);
  assert.equal((await refused(client, 'GET', '/api/app/session')).status, 403, "nor is a candidate's cookie a token");

  // Who checks what.
  const claim = (point) => ({ body: { point, state: 'passed', detail: { n: 1 }, problem: null, mend: null } });
  assert.equal((await asApp('POST', '/api/app/checks', claim('displays'))).status, 200);
  assert.equal((await asApp('POST', '/api/app/checks', claim('browser'))).status, 409);
  assert.equal(await statusOf(refused(client, 'POST', at(session, '/checks'), claim('programs'))), 409);
  for (const point of ['camera', 'microphone', 'network', 'machine', 'programs']) await asApp('POST', '/api/app/checks', claim(point));
  await client.check(session, 'browser');
  assert.equal((await client.post(at(session, '/start'))).state, 'recording');

  // Heartbeat, events, streams.
  assert.equal((await asApp('POST', '/api/app/heartbeat', { body: { uptime_s: 12 } })).status, 200);
  assert.equal((await asApp('POST', '/api/app/events', { body: { kind: 'display-changed', detail: { displays: 2 }, client_us: 1 } })).status, 201);
  assert.equal((await asApp('POST', '/api/app/events', { body: { kind: 'page-hidden', detail: {}, client_us: 1 } })).status, 400);
  // Which program it is, by its own word, and which ones are downloaded here: said, and no wall.
  const started = (platform, of) => asApp('POST', '/api/app/events', { body: { kind: 'app-started', detail: { version: '1.0.0', platform, ...(of ? { sha256: sha256(of) } : {}) }, client_us: 1 } });
  const offer = (what) => writeFileSync(join(downloads, 'Proctortrack.exe'), what);
  offer('MZ before');
  await client.get('/api/proctor/downloads/windows'); // somebody got it
  offer('MZ nobody got');
  offer('MZ this one');
  for (const [platform, of] of [['windows', 'MZ this one'], ['windows', 'MZ before'], ['windows', 'MZ nobody got'], ['windows', ''], ['linux', 'in a .deb nobody looks']]) assert.equal((await started(platform, of)).status, 201);
  const compared = (await staff.get(`/api/review/sessions/${session}`)).events.filter((one) => /^app-(genuine|older|differs|not-compared)$/.test(one.kind));
  assert.deepEqual(compared.map((one) => one.kind), ['app-genuine', 'app-older', 'app-differs', 'app-not-compared', 'app-not-compared']);
  assert.match(compared[1].title, /downloaded here earlier/);
  assert.deepEqual([compared[1].detail.offered, compared[4].detail.offered], [sha256('MZ this one'), '']);
  const upload = (kind) => asApp('POST', '/api/app/uploads', {
    body: new Uint8Array(0), headers: { 'Tus-Resumable': '1.0.0', 'Upload-Defer-Length': '1', 'Upload-Metadata': metadata({ kind, mime: 'video/webm' }) },
  });
  assert.equal((await upload('camera')).status, 400);
  const made = await upload('app');
  assert.equal(made.status, 201);
  const url = made.headers.get('location');
  assert.match(url, /^\/api\/app\/uploads\/\w{22}$/);
  const bytes = Buffer.from('what the app saw');
  const patched = await asApp('PATCH', url, { body: bytes, headers: { 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' } });
  assert.equal(patched.status, 204);
  assert.equal((await client.get(at(session))).streams[0].kind, 'app');
  const other = await signedIn(server, USERS.other);
  const { session: theirs } = await other.launch();
  await other.acceptDocuments(theirs);
  const { code: theirCode } = await other.post(at(theirs, '/app-code'));
  assert.equal((await pair(theirCode, { sha256: 'a'.repeat(65) })).status, 400);
  const { token } = (await pair(theirCode, { platform: 'windows', sha256: sha256('MZ before') })).body;
  assert.equal((await other.get(at(theirs))).app.build, 'older');
  await other.check(theirs, 'browser');
  const { detail } = (await other.get(at(theirs))).checks.find(({ point }) => point === 'browser');
  assert.deepEqual([detail.app_version, detail.app_build], ['1.0.0', 'older'], 'point 7 tells of the app');
  const strange = { Authorization: `Bearer ${token}`, 'Tus-Resumable': '1.0.0' };
  assert.equal((await refused(app, 'HEAD', url, { headers: strange })).status, 404, "another session's stream");

  const { events } = await staff.get(`/api/review/sessions/${session}`);
  for (const kind of ['app-paired', 'display-changed']) assert.ok(events.some((one) => one.kind === kind), kind);
  assert.ok(!JSON.stringify(filesOf(join(server.data, 'var')).map((path) => readFileSync(path).includes(paired.body.token))).includes('true'), 'a token is never kept');

  // Who guesses has to wait.
  let last;
  for (let i = 0; i < 12; i++) last = await pair(`AAAAAAA${'23456789ABCD'[i]}`);
  assert.equal(last.status, 429);
  assert.ok(Number(last.headers.get('retry-after')) >= 1);
});
