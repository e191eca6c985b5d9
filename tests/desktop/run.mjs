// The desktop app against the real server. `node run.mjs [WORD...]` runs the tests whose name has one of the words; without
// a word both platforms, the app that is lost, and the plugin run side by side, for most of the time is waiting. Pictures are left in tests/artifacts/desktop.
import { isWhole, runWords } from '../support/lanes.mjs';
import { run } from '../support/runner.mjs';

if (isWhole()) {
  await runWords(import.meta.url, ['Linux', 'Wine', 'lost', 'desktop, plugin']);
} else {
  await import('./app.mjs');
  await import('./exe.mjs');
  await import('./sign.mjs');
  await import('./vouch.mjs');
  await import('./lost.mjs');
  await import('./plugin.mjs');
  await run();
}
