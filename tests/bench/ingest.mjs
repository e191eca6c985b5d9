// Pieces a second that are acknowledged: the server (sealed, flushed, in the hash chain, checked by
// SHA-256) against nginx storing the same bodies by DAV PUT, without and with a flush, in the same run
// from the same client.
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startNginx } from '../support/nginx.mjs';
import { startServer, temporaryFolder, SOURCE, USERS } from '../support/server.mjs';
import { Client, sha256 } from '../support/client.mjs';

const PIECE = 200_000; // bytes: four seconds at 400 kbit/s
const STREAMS = 32; // at once
const SECONDS = 6;
const ROUNDS = 3;
const piece = randomBytes(PIECE);
const checksum = `sha256 ${sha256(piece, 'base64')}`;
const endings = [];
const t = { after: (ending) => endings.push(ending) };

function request(agent, origin, method, path, headers, body) {
  return new Promise((done, failed) => {
    const call = http.request(origin + path, { method, agent, headers: { 'Content-Length': body.length, ...headers } }, (answer) => {
      answer.resume();
      answer.on('end', () => (answer.statusCode < 300 ? done(answer) : failed(new Error(`${method} ${path}: ${answer.statusCode}`))));
    });
    call.on('error', failed);
    call.end(body);
  });
}

async function perSecond(send) {
  const until = Date.now() + SECONDS * 1000;
  const started = Date.now();
  let pieces = 0;
  await Promise.all(Array.from({ length: STREAMS }, async (_, stream) => {
    for (let i = 0; Date.now() < until; i++) {
      await send(stream, i);
      pieces += 1;
    }
  }));
  return pieces / ((Date.now() - started) / 1000);
}

try {
  const folder = temporaryFolder({ after: () => {} }, 'proctortrack-bench-');
  t.after(() => execFileSync('rm', ['-rf', folder]));
  const shim = join(folder, 'flush_on_rename.so');
  execFileSync('gcc', ['-O2', '-shared', '-fPIC', '-o', shim, join(SOURCE, 'tests', 'bench', 'flush_on_rename.c'), '-ldl']);
  const plain = await startNginx(t, join(folder, 'plain'), 18431);
  const flushed = await startNginx(t, join(folder, 'flushed'), 18432, shim);
  const server = await startServer(t, { data: folder, worker: false });
  const client = new Client(server);
  await client.signIn(USERS.candidate);
  const { session } = await client.openSession();

  const rates = { ours: [], plain: [], flushed: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: STREAMS });
    const urls = await Promise.all(Array.from({ length: STREAMS }, () => client.createUpload(session)));
    const offsets = new Array(STREAMS).fill(0);
    rates.ours.push(await perSecond(async (stream) => {
      await request(agent, server.origin, 'PATCH', urls[stream], {
        Cookie: client.cookie, 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream',
        'Upload-Offset': offsets[stream], 'Upload-Checksum': checksum,
      }, piece);
      offsets[stream] += PIECE;
    }));
    for (const [name, origin] of [['plain', plain], ['flushed', flushed]]) {
      rates[name].push(await perSecond((stream, i) => request(agent, origin, 'PUT', `/${round}-${stream}-${i}`, {}, piece)));
    }
    agent.destroy();
    console.log(`round ${round + 1}: ours ${rates.ours.at(-1).toFixed(0)}, nginx ${rates.plain.at(-1).toFixed(0)}, nginx with flush ${rates.flushed.at(-1).toFixed(0)} pieces/s`);
  }
  const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
  const [ours, one, two] = [rates.ours, rates.plain, rates.flushed].map(median);
  console.log(`ingest: ${ours.toFixed(0)} durable pieces of ${PIECE} bytes a second; ${(ours / two).toFixed(2)} of nginx with flush (${two.toFixed(0)}), ${(ours / one).toFixed(2)} of nginx without (${one.toFixed(0)})`);
} finally {
  for (const ending of endings.reverse()) await ending();
}
