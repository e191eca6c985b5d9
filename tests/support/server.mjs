// The real binary in a folder of its own, on a free port: started, killed and started again.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const PROGRAM = process.env.PT_PROGRAM ?? join(SOURCE, 'build', 'proctortrack');
export const MODELS = process.env.PT_MODELS ?? join(SOURCE, 'build', 'models');
export const SHARED = process.env.PT_SHARED ?? join(SOURCE, '..', 'shared');
export const PASSWORD = 'correct-horse-battery-9';
export const USERS = { candidate: 'amara.okafor', other: 'jonas.lindqvist', instructor: 'helena.marsh', support: 'mei.tanaka', admin: 'ruth.adeyemi' };

export function temporaryFolder(t, prefix = 'proctortrack-test-') {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // A browser that was killed may leave children that write for a moment.
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
  return folder;
}

const EXAMS = ['Practice test', 'Introduction to the life sciences'];
// Most tests are about something else than faces and papers.
export const WITHOUT_SCANS = { checkin: { face_scan: false, id_scan: false } };
// In Chromium, where a screen cannot be shared in every test.
export const CAMERA_ONLY = { checkin: { face_scan: false, id_scan: false, screen: false } };

export function admin(data, args, { env = {}, input } = {}) {
  return execFileSync(PROGRAM, ['admin', ...args, '--data', join(data, 'var')], {
    encoding: 'utf8', input, env: { ...process.env, PROCTORTRACK_DEMO_PASSWORD: PASSWORD, ...env },
  });
}

// The policy of the demo's exams, for the sessions that are made from then on.
export function setPolicy(data, policy, exams = EXAMS) {
  const file = join(data, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  for (const exam of exams) admin(data, ['exam', 'policy', exam, file]);
}

// options: data (folder, made when absent), args (more of them), port (0: any), worker (default true), policy (of the
// demo's exams when the folder is new; null: as built in)
export async function startServer(t, { data = temporaryFolder(t), args = [], port = 0, worker = true, env = {}, policy = WITHOUT_SCANS } = {}) {
  if (policy && !existsSync(join(data, 'var'))) {
    admin(data, ['demo'], { env });
    setPolicy(data, policy);
  }
  const server = { data, port, origin: '', child: null, logFile: join(data, 'server.log') };
  server.start = async () => {
    const log = openSync(server.logFile, 'a');
    const child = spawn(
      PROGRAM,
      ['serve', '--data', join(data, 'var'), '--listen', `127.0.0.1:${server.port}`, '--models', MODELS, '--demo',
        ...(worker ? [] : ['--no-worker']), ...args],
      { stdio: ['ignore', 'pipe', log], env: { ...process.env, PROCTORTRACK_DEMO_PASSWORD: PASSWORD, ...env } },
    );
    server.child = child;
    server.ended = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
    server.origin = await new Promise((done, failed) => {
      let text = '';
      const why = () => new Error(`the server ended at its start:\n${text}${readFileSync(server.logFile, 'utf8').slice(-2000)}`);
      child.on('exit', () => failed(why()));
      child.on('error', failed);
      child.stdout.on('data', (bytes) => {
        text += bytes;
        const found = /Listening on (https?:\/\/\S+)/.exec(text);
        if (found) done(found[1].replace(/\/$/, ''));
      });
    });
    server.port = Number(new URL(server.origin).port);
    return server;
  };
  server.kill = async () => {
    server.child.kill('SIGKILL');
    await server.ended;
  };
  server.stop = async () => {
    server.child.kill('SIGTERM');
    const timer = setTimeout(() => server.child.kill('SIGKILL'), 15000);
    const result = await server.ended;
    clearTimeout(timer);
    return result;
  };
  t.after(async () => {
    if (server.child && server.child.exitCode === null && server.child.signalCode === null) await server.kill();
  });
  return server.start();
}
