// Runs a suite as several processes side by side, for suites that mostly wait. What each prints comes line by line; the
// last line counts all of them.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const LAST = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;

function run(suite, { words = [], lane, next }) {
  const child = spawn(process.execPath, [fileURLToPath(suite), ...words], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env: lane ? { ...process.env, PT_TEST_LANE: lane } : process.env,
  });
  let counts;
  child.on('message', () => child.send(next()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const last = LAST.exec(line);
    if (last) counts = last.slice(1).map(Number);
    else console.log(line);
  });
  return new Promise((done) => child.on('close', () => done(counts ?? [0, 1, 0]))); // one without its last line has failed
}

function end(all) {
  const [passed, failed, skipped] = all.reduce((a, b) => a.map((n, i) => n + b[i]));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed ? 1 : 0);
}

// A process for each word, which chooses tests by their names.
export const runWords = async (suite, words) => end(await Promise.all(words.map((word) => run(suite, { words: [word] }))));

// Two processes, of which each takes the next test when it has done one; then those that must be alone (runner.mjs).
export async function runInTwoLanes(suite) {
  let at = 0;
  const shared = { lane: 'shared', next: () => at++ };
  end([...await Promise.all([run(suite, shared), run(suite, shared)]), await run(suite, { lane: 'alone' })]);
}

// Was a whole suite asked for, and not some tests or a part of it?
export const isWhole = () => process.argv.length === 2 && !process.env.PT_TEST_LANE;
