// CPU time of the whole analysis of ten minutes of an exam (camera with microphone, and screen) under the
// `standard` policy, as a ratio to decoding the same files with ffmpeg on one thread, both measured in this run, in
// turn; then where the time went, stage by stage, and the memory a recording took at most.
import { execFileSync, spawnSync } from 'node:child_process';
import { cameraRecording, screenRecording } from '../support/recordings.mjs';
import { MODELS, PROGRAM } from '../support/server.mjs';

const ROUNDS = 3;
// An exam as it mostly is: one person, now and then nobody or a second person.
const camera = cameraRecording('camera-600s.webm', [{ seconds: 300, people: 1 }, { seconds: 10, people: 0 }, { seconds: 170, people: 1 }, { seconds: 10, people: 2 }, { seconds: 110, people: 1 }]);
const screen = screenRecording('screen-600s.webm', 600);

// CPU seconds (user + system, children included) of a command.
function measure(...command) {
  const script = `TIMEFORMAT='%U %S'; { time "$@" >/dev/null 2>&1; } 2>&1`;
  const [user, system] = execFileSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
    .trim().split(/\s+/).map(Number);
  return user + system;
}

const decode = (path) => measure('ffmpeg', '-v', 'error', '-threads', '1', '-i', path, '-f', 'null', '-');
const analysis = (...args) => ['analyze', '--threads', '1', '--quiet', '--json', '--models', MODELS, ...args];
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  const one = {
    decode: [decode(camera), decode(screen)],
    analyse: [measure(PROGRAM, ...analysis(camera)), measure(PROGRAM, ...analysis('--screen', screen))],
  };
  rounds.push(one);
  const text = ([a, b]) => `${a.toFixed(2)} + ${b.toFixed(2)} s`;
  console.log(`round ${round + 1}: decode-only ${text(one.decode)}, analysis ${text(one.analyse)} CPU (camera + screen)`);
}
const { stderr } = spawnSync(PROGRAM, [...analysis('--stages', camera, '--screen', screen)], { encoding: 'utf8' });
console.log(`\nwhere the time of one analysis went (CPU, share, times entered):\n${stderr}`);
const ratio = (of) => median(rounds.map((one) => of(one.analyse) / of(one.decode))).toFixed(2);
const sum = ([a, b]) => a + b;
console.log(`analyze: ${median(rounds.map((one) => sum(one.analyse))).toFixed(2)} s CPU for 600 s; ratio to decode-only: camera and microphone ${ratio(([a]) => a)}, screen ${ratio(([, b]) => b)}, together ${ratio(sum)}`);
