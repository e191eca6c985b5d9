// The desktop app against the real server. `node run.mjs [WORD...]` runs the tests whose name has one of the words; without
// a word both platforms, the app that is lost, and the plugin run side by side, for most of the time is waiting. Pictures are left in tests/artifacts/desktop.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { run } from '../support/runner.mjs';

const LAST = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m;

function side(word) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), word], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (bytes) => { text += bytes; });
  return new Promise((done) => {
    child.on('close', () => {
      const counts = LAST.exec(text);
      console.log(text.replace(LAST, '').trimEnd());
      done(counts ? counts.slice(1).map(Number) : [0, 1, 0]); // one that ended without its last line has failed
    });
  });
}

if (process.argv.length > 2) {
  await import('./app.mjs');
  await import('./exe.mjs');
  await import('./sign.mjs');
  await import('./vouch.mjs');
  await import('./lost.mjs');
  await import('./plugin.mjs');
  await run();
} else {
  const [passed, failed, skipped] = (await Promise.all(['Linux', 'Wine', 'lost', 'desktop, plugin'].map(side))).reduce((a, b) => a.map((n, i) => n + b[i]));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed ? 1 : 0);
}
