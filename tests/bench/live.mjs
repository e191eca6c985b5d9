// How many live sessions this machine follows with flags that arrive within five seconds: a real server and a worker,
// fed with real recordings at the pace they were recorded at, in pieces of four seconds as a browser sends them,
// more sessions in each step until a step is too late. A session is a camera with its microphone, and a screen.
//
// The latency of a flag is from the acknowledgement of the piece that holds the moment at which its rule's time is
// over, to its being in what a reviewer's page asks for (asked four times a second).
import { execFileSync, spawn } from 'node:child_process';
import { openSync, readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '../support/client.mjs';
import { cameraRecording, screenRecording } from '../support/recordings.mjs';
import { MODELS, PROGRAM, startServer, temporaryFolder, USERS } from '../support/server.mjs';

const STEPS = [4, 12, 20, 24, 28, 32, 40];
const PIECE_S = 4;
const LIMIT_S = 5;
const MIN_S = { 'no-face': 4, 'screen-forbidden': 2 }; // of the policy `standard`
const GRACE_S = 20; // after the last byte, for what is late
const endings = [];
const t = { after: (ending) => endings.push(ending) };

const camera = cameraRecording('live-camera.webm', [{ seconds: 20, people: 1 }, { seconds: 10, people: 0 }, { seconds: 6, people: 1 }]);
const screen = screenRecording('live-screen.webm', 36, ['exam_then_ai_chat_then_exam.mp4', 'exam_only_typing.mp4']);

// The bytes of a recording by the seconds they were recorded in.
function pieces(path) {
  const bytes = readFileSync(path);
  const lines = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time,pos', '-of', 'csv=p=0', path], { encoding: 'utf8' }).trim().split('\n');
  const packets = lines.map((line) => line.split(',').map(Number)).filter(([time, at]) => Number.isFinite(time) && Number.isFinite(at));
  const ends = [];
  for (const [time, at] of packets) while (time >= (ends.length + 1) * PIECE_S) ends.push(at);
  ends.push(bytes.length);
  return ends.map((end, i) => bytes.subarray(i ? ends[i - 1] : 0, end));
}

// The flags that the recording raises when nothing else is to be done, and when each is due.
function due(...args) {
  const { recordings } = JSON.parse(execFileSync(PROGRAM, ['analyze', '--json', '--quiet', '--models', MODELS, ...args], { encoding: 'utf8' }));
  return recordings[0].flags.filter(({ rule }) => rule in MIN_S).map(({ rule, from_s }) => ({ rule, at: from_s + MIN_S[rule] }));
}

// CPU seconds of a process and of those below it, ended ones included.
function cpuOf(pid) {
  const fields = (id) => readFileSync(`/proc/${id}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
  let ticks = 0;
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const f = fields(id);
      if (Number(id) === pid) ticks += f[11] + f[12] + f[13] + f[14];
      else if (f[1] === pid) ticks += f[11] + f[12];
    } catch { /* it ended meanwhile */ }
  }
  return ticks / 100;
}

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

async function step(count, { client, reviewer, session, kinds, pids }) {
  const cpu = () => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
  const before = cpu(), waiting = [], latencies = [];
  let done = false;
  const watch = (async () => {
    while (!done) {
      const { flags } = await reviewer.get(`/api/review/sessions/${session}`);
      const now = performance.now();
      for (const w of waiting)
        if (!w.seen && w.sent !== null && flags.some((flag) => flag.stream === w.stream && flag.rule === w.rule)) {
          w.seen = true;
          latencies.push((now - w.sent) / 1000);
        }
      await sleep(250);
    }
  })();
  const feed = async (kind, delay) => {
    const url = await client.createUpload(session, { fields: { kind: kind.name, mime: 'video/webm' } });
    const expected = kind.due.map((flag) => ({ ...flag, stream: url.split('/').pop(), sent: null, seen: false }));
    waiting.push(...expected);
    const start = performance.now() + delay;
    let offset = 0;
    for (const [i, piece] of kind.pieces.entries()) {
      await sleep(Math.max(0, start + (i + 1) * PIECE_S * 1000 - performance.now()));
      await client.patch(url, offset, piece);
      offset += piece.length;
      for (const w of expected) if (w.sent === null && w.at < (i + 1) * PIECE_S) w.sent = performance.now();
    }
    await client.patch(url, offset, Buffer.alloc(0), { checksum: false, headers: { 'Upload-Length': String(offset) } });
  };
  // Spread over a piece's length, as people's are.
  await Promise.all(Array.from({ length: count }, (_, i) => (i / count) * PIECE_S * 1000).flatMap((delay) => kinds.map((kind) => feed(kind, delay))));
  const until = performance.now() + GRACE_S * 1000;
  while (performance.now() < until && waiting.some((w) => !w.seen)) await sleep(100);
  for (;;) { // so that the next step begins with nothing left to do
    const { streams } = await reviewer.get(`/api/review/sessions/${session}`);
    if (streams.every(({ analysis }) => analysis === 'final' || analysis === 'failed')) break;
    await sleep(250);
  }
  done = true;
  await watch;
  const missed = waiting.filter((w) => !w.seen).length;
  latencies.sort((a, b) => a - b);
  const [p50, p95, most] = [percentile(latencies, 0.5), percentile(latencies, 0.95), latencies.at(-1)];
  const each = (cpu() - before) / count;
  console.log(`${String(count).padStart(3)} sessions: ${latencies.length} flags in ${p50?.toFixed(1)} s (half), ${p95?.toFixed(1)} s (95 %), ${most?.toFixed(1)} s (all)${missed ? `, ${missed} not within ${GRACE_S} s of the end` : ''}; ${each.toFixed(2)} s CPU a session of 36 s`);
  return !missed && most <= LIMIT_S;
}

try {
  const folder = temporaryFolder(t, 'proctortrack-bench-');
  const server = await startServer(t, { data: folder, worker: false });
  const followers = 2 * STEPS.at(-1);
  const worker = spawn(PROGRAM, ['worker', '--data', join(folder, 'var'), '--models', MODELS, '--followers', String(followers)], { stdio: ['ignore', 'ignore', openSync(join(folder, 'worker.log'), 'a')] });
  const ended = new Promise((over) => worker.on('exit', over));
  t.after(async () => { worker.kill('SIGTERM'); await ended; });
  const client = new Client(server), reviewer = new Client(server);
  await client.signIn(USERS.candidate);
  await reviewer.signIn(USERS.instructor);
  const { session, attempt } = await client.openSession();
  await client.post(`/api/campus/attempts/${attempt}/start`);
  const kinds = [
    { name: 'camera', pieces: pieces(camera), due: due(camera) },
    { name: 'screen', pieces: pieces(screen), due: due('--screen', screen) },
  ];
  if (!kinds[0].due.length) throw new Error('the recording raises no flag to wait for');
  let best = 0;
  for (const count of STEPS) {
    if (!await step(count, { client, reviewer, session, kinds, pids: [server.child.pid, worker.pid] })) break;
    best = count;
  }
  console.log(`live: ${best} sessions at once with every flag within ${LIMIT_S} s, on ${cpus().length} processors`);
} finally {
  for (const ending of endings.reverse()) await ending();
}
