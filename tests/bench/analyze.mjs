// CPU time of the whole analysis of a 10-minute 640x480 VP9/Opus recording, as a ratio to decoding the
// same file with ffmpeg on one thread, both measured in this run, in turn.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { makeClip } from '../support/clips.mjs';
import { MODELS, PROGRAM, SOURCE } from '../support/server.mjs';

const ROUNDS = 3;
const folder = join(SOURCE, 'build', 'bench');
const clip = join(folder, 'ten-minutes.webm');
if (!existsSync(clip)) {
  mkdirSync(folder, { recursive: true });
  console.log('making the recording (once) ...');
  // An exam as it mostly is: one person, now and then nobody or a second person.
  makeClip(`${clip}.part`, [{ seconds: 300, people: 1 }, { seconds: 10, people: 0 }, { seconds: 170, people: 1 }, { seconds: 10, people: 2 }, { seconds: 110, people: 1 }]);
  renameSync(`${clip}.part`, clip);
}

// CPU seconds (user + system, children included) of a command.
function measure(command) {
  const script = `TIMEFORMAT='%U %S'; { time "$@" >/dev/null 2>&1; } 2>&1`;
  const [user, system] = execFileSync('bash', ['-c', script, 'bash', ...command], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
    .trim().split(/\s+/).map(Number);
  return user + system;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const decode = [], analyse = [];
for (let round = 0; round < ROUNDS; round++) {
  decode.push(measure(['ffmpeg', '-v', 'error', '-threads', '1', '-i', clip, '-f', 'null', '-']));
  analyse.push(measure([PROGRAM, 'analyze', '--threads', '1', '--quiet', '--json', '--models', MODELS, clip]));
  console.log(`round ${round + 1}: decode-only ${decode.at(-1).toFixed(2)} s, analysis ${analyse.at(-1).toFixed(2)} s CPU`);
}
const ratio = median(analyse) / median(decode);
console.log(`analyze: ${median(analyse).toFixed(2)} s CPU for 600 s of video; decode-only ffmpeg ${median(decode).toFixed(2)} s; ratio ${ratio.toFixed(2)}`);
