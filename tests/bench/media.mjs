// A reviewer's player asks for ranges of a recording: megabytes a second of the server, which opens sealed records,
// and CPU time for each gigabyte, against nginx sending the same ranges of the plain file, in the same run from the
// same client.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { Client } from '../support/client.mjs';
import { startNginx } from '../support/nginx.mjs';
import { startServer, temporaryFolder, USERS } from '../support/server.mjs';

const PIECE = 200_000; // bytes: four seconds at 400 kbit/s
const PIECES = 450; // half an hour
const RANGE = 1 << 20;
const AT_ONCE = 8;
const SECONDS = 4;
const ROUNDS = 3;
const endings = [];
const t = { after: (ending) => endings.push(ending) };

function get(agent, url, headers, from) {
  return new Promise((done, failed) => {
    const call = http.get(url, { agent, headers: { ...headers, Range: `bytes=${from}-${from + RANGE - 1}` } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => (answer.statusCode === 206 ? done(Buffer.concat(parts)) : failed(new Error(`${url}: ${answer.statusCode}`))));
    });
    call.on('error', failed);
  });
}

// CPU seconds of processes so far.
const cpu = (pids) => pids.reduce((sum, pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return sum + (Number(fields[11]) + Number(fields[12])) / 100;
}, 0);

async function measure(url, headers, pids, recording) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const before = cpu(pids), started = performance.now(), until = started + SECONDS * 1000;
  let ranges = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (performance.now() < until) {
      const from = Math.floor(Math.random() * (recording.length - RANGE));
      const bytes = await get(agent, url, headers, from);
      if (ranges++ % 50 === 0 && !bytes.equals(recording.subarray(from, from + RANGE))) throw new Error(`${url}: other bytes than were recorded`);
    }
  }));
  agent.destroy();
  const gigabytes = (ranges * RANGE) / 1e9;
  return { rate: (gigabytes * 1000) / ((performance.now() - started) / 1000), cpu: (cpu(pids) - before) / gigabytes };
}

try {
  const folder = temporaryFolder({ after: () => {} }, 'proctortrack-bench-');
  t.after(() => execFileSync('rm', ['-rf', folder]));
  const server = await startServer(t, { data: folder, worker: false });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { session } = await client.openSession();
  const recording = randomBytes(PIECE * PIECES);
  const upload = await client.createUpload(session);
  for (let i = 0; i < PIECES; i++) await client.patch(upload, i * PIECE, recording.subarray(i * PIECE, (i + 1) * PIECE));
  const staff = new Client(server);
  await staff.signIn(USERS.instructor);
  const { streams } = await staff.get(`/api/review/sessions/${session}`);

  const nginxFolder = join(folder, 'nginx');
  const nginx = await startNginx(t, nginxFolder, 18433);
  mkdirSync(join(nginxFolder, 'store'), { recursive: true });
  writeFileSync(join(nginxFolder, 'store', 'recording.webm'), recording);
  const parent = readFileSync(join(nginxFolder, 'pid'), 'utf8').trim();
  const workers = execFileSync('pgrep', ['-P', parent], { encoding: 'utf8' }).trim().split('\n');

  const found = { ours: [], nginx: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    found.ours.push(await measure(`${server.origin}/api/review/sessions/${session}/streams/${streams[0].id}/media`, { Cookie: staff.cookie }, [server.child.pid], recording));
    found.nginx.push(await measure(`${nginx}/recording.webm`, {}, workers, recording));
    const text = ({ rate, cpu: seconds }) => `${rate.toFixed(0)} MB/s at ${seconds.toFixed(2)} s of CPU a GB`;
    console.log(`round ${round}: ours ${text(found.ours.at(-1))}, nginx ${text(found.nginx.at(-1))}`);
  }
  const median = (list, of) => list.map(of).sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const ratio = (of) => median(found.ours, of) / median(found.nginx, of);
  console.log(`media: ranges of ${RANGE} bytes, ${AT_ONCE} at once: ${median(found.ours, (one) => one.rate).toFixed(0)} MB/s opened and sent, ${ratio((one) => one.rate).toFixed(2)} of nginx with the plain file; ${ratio((one) => one.cpu).toFixed(1)} times its CPU`);
} finally {
  for (const ending of endings.reverse()) await ending();
}
