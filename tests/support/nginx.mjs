// nginx as the reference of a benchmark: files of one folder, stored by DAV PUT and served as they are.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// Its files lie in `folder`/store. `preload`: a library for LD_PRELOAD, or null.
export async function startNginx(t, folder, port, preload = null) {
  mkdirSync(join(folder, 'store'), { recursive: true });
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, `daemon off; worker_processes 2; pid ${folder}/pid; error_log ${folder}/error.log; user root;
events { worker_connections 256; }
http { access_log off; client_body_temp_path ${folder}/temp; client_max_body_size 10m;
  server { listen 127.0.0.1:${port}; root ${folder}/store; location / { dav_methods PUT; create_full_put_path on; } } }
`);
  const child = spawn('nginx', ['-c', config, '-p', folder], { stdio: 'inherit', env: { ...process.env, ...(preload ? { LD_PRELOAD: preload } : {}) } });
  const ended = new Promise((done) => child.on('exit', done));
  t.after(async () => { child.kill('SIGTERM'); await ended; });
  await sleep(500);
  return `http://127.0.0.1:${port}`;
}
