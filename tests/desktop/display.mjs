// A desktop without a computer: an X server of its own with a window manager, sound devices, and what a test does there.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SOURCE, temporaryFolder } from '../support/server.mjs';

const ARTIFACTS = join(SOURCE, 'tests', 'artifacts', 'desktop');
export const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

export async function until(what, seconds, check) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(200)) {
    const found = await check();
    if (found) return found;
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

function keep(t, child) {
  child.done = new Promise((done) => child.on('exit', done).on('error', done)); // 'error': it did not start
  t.after(async () => {
    if (child.pid && child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await child.done;
    clearTimeout(timer);
  });
  return child;
}

// The first display is 1280x720; there is room for a second one beside it.
export async function startDesktop(t) {
  const folder = temporaryFolder(t, 'proctortrack-desktop-');
  const x = keep(t, spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2304x768x24', '-nolisten', 'tcp', '-noreset'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }));
  const number = await new Promise((done, failed) => {
    x.stdio[3].on('data', (bytes) => done(String(bytes).trim()));
    x.on('exit', () => failed(new Error('Xvfb ended at its start')));
  });
  const env = { ...process.env, DISPLAY: `:${number}`, HOME: folder, XDG_RUNTIME_DIR: folder, XDG_DATA_HOME: join(folder, 'data'), NO_AT_BRIDGE: '1', GTK_A11Y: 'none', PULSE_SERVER: `unix:${folder}/pa.sock`, SSH_CONNECTION: '', G_MESSAGES_DEBUG: '' };
  delete env.SSH_CONNECTION;
  delete env.WAYLAND_DISPLAY;
  delete env.XDG_SESSION_TYPE;
  const run = (program, ...args) => execFileSync(program, args, { env, encoding: 'utf8' });
  const desktop = { folder, env, run };
  run('xrandr', '--setmonitor', 'first', '1280/340x720/190+0+0', 'screen');
  keep(t, spawn('openbox', [], { env, stdio: 'ignore' }));
  keep(t, spawn('pulseaudio', ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--log-target=null',
    '-L', `module-native-protocol-unix auth-anonymous=1 socket=${folder}/pa.sock`,
    '-L', "module-null-sink sink_name=speakers sink_properties=device.description=Loudspeakers",
    '-L', "module-null-sink sink_name=bt sink_properties=device.description='BT-Headset'",
    '-L', 'module-sine-source source_name=mic frequency=440'], { env, stdio: 'ignore' }));
  await until('sound is there', 10, () => existsSync(`${folder}/pa.sock`) && spawnSync('pactl', ['info'], { env }).status === 0);
  run('pactl', 'set-default-sink', 'speakers');
  run('pactl', 'set-default-source', 'mic');
  desktop.start = (program, args = [], options = {}) => keep(t, spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'], ...options }));
  desktop.title = () => {
    const found = spawnSync('xdotool', ['search', '--onlyvisible', '--name', '^Proctortrack(: (agreement|system check|monitoring|upload the exam\\?|uploading|uploaded|removed))?$'], { env, encoding: 'utf8' });
    const id = found.stdout.trim().split('\n').filter(Boolean)[0];
    if (!id) return '';
    desktop.window = id;
    const name = spawnSync('xdotool', ['getwindowname', id], { env, encoding: 'utf8' });
    return name.stdout.trim();
  };
  desktop.shows = (title, seconds = 20) => until(`the window "${title}"`, seconds, () => desktop.title() === title);
  desktop.press = async (key) => {
    desktop.title();
    run('xdotool', 'windowactivate', '--sync', desktop.window);
    run('xdotool', 'key', '--clearmodifiers', key);
    await sleep(150);
  };
  desktop.secondDisplay = (on) => run('xrandr', ...(on ? ['--setmonitor', 'second', '1024/270x768/203+1280+0', 'none'] : ['--delmonitor', 'second']));
  desktop.artifact = (name) => {
    mkdirSync(ARTIFACTS, { recursive: true });
    return join(ARTIFACTS, `${name}.png`);
  };
  desktop.picture = (name) => run('import', '-window', 'root', desktop.artifact(name));
  // The colour of one point of the screen: "srgb(26,102,255)".
  desktop.pixel = (x, y) => run('import', '-window', 'root', `${folder}/look.png`) + run('convert', `${folder}/look.png`, '-format', `%[pixel:p{${x},${y}}]`, 'info:').trim();
  return desktop;
}
