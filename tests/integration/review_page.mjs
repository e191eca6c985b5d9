// What the review page reads besides the review: measured values, answers of the portal, and who it is. Each for staff
// alone, none of it kept by a browser, and gone with what it is made of.
import assert from 'node:assert/strict';
import { skip, test } from '../support/runner.mjs';
import { admin, startServer, temporaryFolder, USERS } from '../support/server.mjs';
import { Client } from '../support/client.mjs';
import { hasPeople } from '../support/people.mjs';
import { clipWithAbsence, reported, sit } from '../support/session.mjs';
import { enrolled } from '../support/whole.mjs';

const signed = async (server, user) => {
  const client = new Client(server);
  await client.signIn(user);
  return client;
};
const statusOf = async (client, path) => (await client.send('GET', path, { accept: [400, 401, 403, 404, 409, 410] })).status;

test('measured values are those of the recording, as fine as asked, and small', async (t) => {
  const server = await startServer(t);
  const { client, session } = await sit(server, clipWithAbsence(t)); // 9 s of a person, 8 s of nobody, 3 s of a person
  const staff = await signed(server, USERS.instructor);
  await reported(staff, session);
  const at = `/api/review/sessions/${session}/measured`;
  const { streams } = await staff.get(`/api/review/sessions/${session}`);
  const [stream] = streams;
  const whole = await staff.get(at);
  assert.equal(whole.from_us, stream.start_us);
  assert.deepEqual([whole.recordings, whole.without], [1, 0]);
  assert.equal(whole.bucket_us, 500_000, 'nothing is measured more often');
  const over = (columns, from, to) => {
    const part = (column) => column.slice(Math.floor((from * 1e6) / whole.bucket_us), Math.floor((to * 1e6) / whole.bucket_us)).filter((v) => v !== null);
    return [Math.min(...part(columns.least)), Math.max(...part(columns.most))];
  };
  assert.deepEqual(over(whole.faces, 1, 8), [1, 1]);
  assert.deepEqual(over(whole.faces, 10, 16), [0, 0]);
  assert.deepEqual(over(whole.faces, 18, 19.5), [1, 1]);
  const [quiet, loud] = over(whole.level, 1, 19);
  assert.ok(quiet < -45 && quiet > -80 && loud < -40, `noise of -50 dBFS is measured as ${quiet} to ${loud}`);
  assert.equal(whole.likeness.to, 'first', 'nobody was enrolled');

  // Another range, in other buckets: the same values, of that time.
  const [from, to] = [stream.start_us + 9.5e6, stream.start_us + 16.5e6];
  const part = await staff.get(`${at}?from_us=${from}&to_us=${to}&buckets=2`);
  assert.deepEqual([part.from_us, part.bucket_us, part.faces.most], [from, 3_500_000, [0, 0]]);
  const far = await staff.get(`${at}?from_us=1&to_us=2000000`);
  assert.ok(far.faces.least.every((value) => value === null));
  const day = await staff.send('GET', `${at}?from_us=${from - 3 * 3600e6}&to_us=${to}`);
  assert.equal(day.body.faces.least.length, 600);
  assert.ok(JSON.stringify(day.body).length < 40_000);
  assert.match(day.headers.get('cache-control'), /no-store/);
  for (const query of ['buckets=0', 'buckets=1201', 'buckets=x', 'from_us=5&to_us=5', 'from_us=9&to_us=2', 'from_us=-1&to_us=2', 'from_us=0&to_us=9000000000000000', 'from_us=99999999999999999999&to_us=1'])
    assert.equal(await statusOf(staff, `${at}?${query}`), 400, query);
  assert.equal(await statusOf(staff, '/api/review/sessions/none/measured'), 404);
  assert.equal(await statusOf(client, at), 403);
}, { seconds: 90 });

test('answers are told by the portal to staff, without what is right', async (t) => {
  const server = await startServer(t, { worker: false });
  let saved;
  const { client, session } = await sit(server, Buffer.from('no film'), {
    during: async ({ client: candidate, attempt }) => {
      const { items } = await candidate.get(`/api/campus/attempts/${attempt}`);
      const put = (item, value, revision) => candidate.send('PUT', `/api/campus/attempts/${attempt}/answers/${item.id}`, { body: { value, revision } });
      await put(items[0], items[0].options[1].id, 1);
      await put(items[4], 'A first draft.', 1);
      saved = (await put(items[4], 'What I mean.', 2)).body.saved_us;
      await candidate.send('PUT', `/api/campus/attempts/${attempt}/items/${items[2].id}`, { body: { marked: true } });
    },
  });
  const at = `/api/campus/sessions/${session}/answers`;
  const staff = await signed(server, USERS.instructor);
  const { items } = await staff.get(at);
  assert.deepEqual(items.map((item) => item.position), [1, 2, 3, 4, 5]);
  assert.equal(items[0].answer.value, items[0].options[1].id);
  assert.deepEqual(items[4].answer, { value: 'What I mean.', revision: 2, saved_us: saved });
  assert.deepEqual([items[1].answer, items[1].seen_us], [null, null]);
  assert.ok(items[2].seen_us > 0);
  assert.doesNotMatch(JSON.stringify(items), /correct|points|tolerance/);
  assert.equal(await statusOf(client, at), 403, 'not to the candidate by this way');
  assert.equal(await statusOf(await signed(server, USERS.support), at), 403);
  assert.equal(await statusOf(staff, '/api/campus/sessions/none/answers'), 404);
}, { seconds: 60 });

test('who it is: pictures of the profile by the session, each look on record, and nothing after it was erased', async (t) => {
  if (!hasPeople()) skip('no pictures of faces and cards at ../shared/media');
  const server = await startServer(t, { worker: false, policy: { base: 'standard', checkin: { screen: false } } });
  const staff = await signed(server, USERS.instructor);
  const client = await enrolled(server, temporaryFolder(t));
  const { session } = await client.launch('practice');
  const at = `/api/review/sessions/${session}/identity`;
  const { profile, same } = await staff.get(at);
  assert.deepEqual([profile.state, profile.face, profile.id_card, same], ['approved', 'kept', 'kept', 60]);
  assert.ok(profile.face_score > 0.6);
  assert.ok(profile.poses.length >= 2 && profile.poses.every((pose) => ['turn-left', 'turn-right', 'look-up', 'come-closer'].includes(pose)), profile.poses.join());
  for (const picture of ['face', 'id', ...profile.poses]) {
    const { body, headers } = await staff.send('GET', `${at}/pictures/${picture}`);
    assert.equal(body.subarray(0, 3).toString('hex'), 'ffd8ff', picture);
    assert.match(headers.get('cache-control'), /no-store/);
    assert.equal(await statusOf(client, `${at}/pictures/${picture}`), 403);
  }
  assert.deepEqual((await staff.get(at)).profile.history.map((one) => one.kind), ['face-scanned', 'id-scanned', 'approved', 'viewed', 'viewed'], 'once for the face, once for the card');
  for (const picture of ['template', 'reading', 'look-straight', 'picture', 'none']) assert.equal(await statusOf(staff, `${at}/pictures/${picture}`), 404, picture);

  // The list knows it, finds by it, and hears of a decision.
  const { exams } = await staff.get('/api/review/exams');
  const list = `/api/review/exams/${exams.find((one) => one.kind === 'practice').id}`;
  const found = async (query) => (await staff.get(`${list}/sessions?${query}`)).sessions.map((row) => [row.id === session, row.identity]);
  assert.deepEqual(await found('identity=approved'), [[true, 'approved']]);
  assert.deepEqual((await found('identity=rejected')), []);
  await staff.post(`/api/review/profiles/${profile.id}/decision`, { decision: 'rejected', reason: 'Looks copied.' });
  assert.deepEqual(await found('identity=rejected'), [[true, 'rejected']]);
  assert.equal(await statusOf(staff, `${list}/sessions?identity=good`), 400);
  const csv = String(await staff.get(`${list}/csv?identity=rejected`)).split('\r\n');
  assert.match(csv[0], /,identity,flags$/);
  assert.equal(csv[1].split(',')[csv[0].split(',').indexOf('identity')], 'rejected');

  const { user } = await client.get('/api/me');
  await server.stop();
  admin(server.data, ['user', 'erase', user.username]);
  await server.start();
  const again = await signed(server, USERS.instructor);
  const after = await again.send('GET', at, { accept: [404, 410] });
  if (after.status === 200) assert.equal(after.body.profile, null);
  assert.notEqual(await statusOf(again, `${at}/pictures/face`), 200);
}, { seconds: 120 });
