// A sitting with everything a review page shows, over HTTP and in real time: a profile from face and card, a camera in
// two parts with a gap between them, a screen, two displays recorded by the desktop app, a cut of the connection and
// answers. The media are the shared ones: real people and real recordings of screens.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, metadata } from './client.mjs';
import { cardOf, media, NAME_ON_CARD, poses } from './people.mjs';
import { admin, PASSWORD } from './server.mjs';

// Of a policy: with the desktop app, so that it may record.
export const WHOLE_POLICY = { base: 'standard', checkin: { plugin: false, app: true, face_scan: true, id_scan: true, screen: true } };
export const CAMERA_GAP_S = [16, 22];
export const LENGTH_S = 40;

const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });

function webm(path, input, { from = 0, seconds, sound = false, filter }) {
  const voice = sound ? ['-i', media('video', 'talking_woman_mediarecorder_vp8.webm')] : [];
  ffmpeg('-stream_loop', '-1', '-i', input, ...(sound ? ['-stream_loop', '-1', ...voice] : []), '-ss', String(from), '-t', String(seconds),
    '-map', '0:v', ...(sound ? ['-map', '1:a'] : []), '-vf', filter, '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8',
    '-b:v', '400k', '-g', '60', ...(sound ? ['-c:a', 'libopus', '-b:a', '32k'] : []), '-f', 'webm', '-live', '1', path);
  return readFileSync(path);
}

export function wholeMedia(folder) {
  const camera = 'fps=15,scale=640:480:force_original_aspect_ratio=increase,crop=640:480,setsar=1', screen = 'fps=5,scale=1280:720,setsar=1';
  return {
    first: webm(join(folder, 'first.webm'), media('video', 'head_turns_woman_white_wall.mp4'), { seconds: CAMERA_GAP_S[0], sound: true, filter: camera }),
    second: webm(join(folder, 'second.webm'), media('video', 'session_60s_many_events_mediarecorder_vp8.webm'), { from: 10, seconds: LENGTH_S - CAMERA_GAP_S[1] - 1, sound: true, filter: camera }),
    screen: webm(join(folder, 'screen.webm'), media('screen', 'exam_then_ai_chat_then_exam.mp4'), { seconds: LENGTH_S - 4, filter: screen }),
    left: webm(join(folder, 'left.webm'), media('screen', 'exam_only_typing.mp4'), { seconds: LENGTH_S - 6, filter: screen }),
    right: webm(join(folder, 'right.webm'), media('screen', 'exam_notes_window_then_calculator.mp4'), { seconds: LENGTH_S - 6, filter: screen }),
  };
}

async function scanAndKeep(client, session, pictures, card) {
  const at = `/api/proctor/sessions/${session}`;
  for (let tries = 0; tries < 9; tries++) {
    const scan = await client.scanFace(session, ({ prompt }, n) => pictures[prompt]?.[n % pictures[prompt].length] ?? null);
    if (scan.state !== 'ready') continue;
    await client.post(`${at}/face-scans/${scan.id}/confirm`);
    const read = (await client.send('POST', `${at}/id-scans`, { body: card, headers: { 'Content-Type': 'image/jpeg' } })).body;
    await client.post(`${at}/id-scans/${read.id}/confirm`);
    return true;
  }
  return false;
}

// A candidate whose profile is approved; other accounts where the scans of an hour asked for what no picture shows.
export async function enrolled(server, folder) {
  const pictures = poses(folder), card = cardOf(folder);
  for (let account = 1; account < 5; account++) {
    const username = `m.chen.${account}`;
    admin(server.data, ['user', 'add', username, '--role', 'candidate', '--name', NAME_ON_CARD, '--email', `${username}@example.org`], { input: `${PASSWORD}\n` });
    const client = new Client(server);
    await client.signIn(username);
    const { session } = await client.launch('practice');
    await client.acceptDocuments(session);
    if (await scanAndKeep(client, session, pictures, card)) return client;
  }
  assert.fail('no scan got ready');
}

// The desktop app, paired: its requests carry a token.
async function appOf(server, client, session) {
  const at = `/api/proctor/sessions/${session}`;
  const { code } = await client.post(`${at}/app-code`);
  const app = new Client(server);
  const { token } = await app.post('/api/app/pair', { code, version: '1.0.0', platform: 'linux' });
  const headers = { Authorization: `Bearer ${token}` };
  const send = (method, path, options = {}) => app.send(method, path, { ...options, headers: { ...headers, ...options.headers } });
  return { send, headers };
}

async function checkInWithApp(client, app, session) {
  const at = `/api/proctor/sessions/${session}`;
  await client.acceptDocuments(session);
  for (const point of ['camera', 'microphone', 'displays', 'network', 'machine', 'programs']) {
    await app.send('POST', '/api/app/checks', { body: { point, detail: {}, problem: null, mend: null, state: 'passed' } });
  }
  await client.check(session, 'browser');
  await client.post(`${at}/screen-consent`, { surface: 'monitor', label: 'screen:0:0' });
  await client.post(`${at}/start`);
}

async function sendWhole(client, url, bytes, headers = {}) {
  for (let from = 0; from < bytes.length; from += 400_000) await client.patch(url, from, bytes.subarray(from, from + 400_000), { headers });
  await client.patch(url, bytes.length, Buffer.alloc(0), { checksum: false, headers: { ...headers, 'Upload-Length': String(bytes.length) } });
}

async function appUpload(app, startedUs) {
  const { headers } = await app.send('POST', '/api/app/uploads', {
    body: new Uint8Array(0),
    headers: { 'Tus-Resumable': '1.0.0', 'Upload-Defer-Length': '1', 'Upload-Metadata': metadata({ kind: 'app', mime: 'video/webm;codecs=vp8', started_us: startedUs }) },
  });
  return headers.get('location');
}

// Every answer of the exam once, the written one twice: {item: value as it was saved last}.
async function answerAt(client, attempt, item, n) {
  const value = { single: () => item.options[0].id, multiple: () => [item.options[0].id, item.options[1].id], numeric: () => '12.5', descriptive: () => `Osmosis, version ${n}.` }[item.kind]();
  await client.send('PUT', `/api/campus/attempts/${attempt}/answers/${item.id}`, { body: { value, revision: n } });
}

// {session, attempt, client}: handed in; `startUs` is when the recording began.
export async function sitWhole(server, client, made) {
  const { session, attempt } = await client.launch('exam');
  const at = `/api/proctor/sessions/${session}`;
  const app = await appOf(server, client, session);
  await checkInWithApp(client, app, session);
  const begun = Date.now(), startUs = begun * 1000;
  const second = (s) => sleep(Math.max(0, begun + s * 1000 - Date.now()));
  const plus = (s) => String(Math.round(startUs + s * 1e6));
  const event = (kind) => client.post(`${at}/events`, { kind, detail: {}, client_us: Date.now() * 1000 });
  await client.post(`/api/campus/attempts/${attempt}/start`);
  const { items } = await client.get(`/api/campus/attempts/${attempt}`);
  await second(6);
  await answerAt(client, attempt, items[0], 1);
  await second(11);
  await answerAt(client, attempt, items[1], 1);
  await second(CAMERA_GAP_S[0]);
  await event('offline');
  await second(CAMERA_GAP_S[1]);
  await event('online');
  await second(25);
  await answerAt(client, attempt, items[3], 1);
  await second(30);
  await answerAt(client, attempt, items[4], 1);
  await second(LENGTH_S - 4);
  await answerAt(client, attempt, items[4], 2);
  await second(LENGTH_S);
  const streams = {};
  for (const [name, kind, startS] of [['first', 'camera', 1], ['second', 'camera', CAMERA_GAP_S[1]], ['screen', 'screen', 2]]) {
    const url = await client.createUpload(session, { fields: { kind, mime: 'video/webm', started_us: plus(startS) } });
    await sendWhole(client, url, made[name]);
    streams[url.split('/').pop()] = made[name].length;
  }
  for (const name of ['left', 'right']) {
    const url = await appUpload(app, plus(4));
    const sender = new Client(server);
    await sendWhole(sender, url, made[name], app.headers);
    streams[url.split('/').pop()] = made[name].length;
  }
  await client.post(`/api/campus/attempts/${attempt}/finish`);
  await client.post(`/api/campus/attempts/${attempt}/submit`);
  await client.post(`${at}/end`, { streams });
  return { client, session, attempt, startUs };
}
