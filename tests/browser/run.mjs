// The pages in real Chromium against the real server. `node run.mjs [WORD...]` runs the tests whose name
// has one of the words; without a word they run in two lanes side by side, but for those that measure time.
// Pictures of each step are left in tests/artifacts/browser.
import { isWhole, runInTwoLanes } from '../support/lanes.mjs';
import { run } from '../support/runner.mjs';

if (isWhole()) await runInTwoLanes(import.meta.url);
await import('./journey.mjs');
await import('./interruptions.mjs');
await import('./support.mjs');
await import('./checkin.mjs');
await import('./player.mjs');
await import('./result.mjs');
await import('./paper.mjs');
await import('./live.mjs');
await import('./review_page.mjs');
await import('./plugin.mjs');
await import('./staff.mjs');
await import('./second.mjs');
await run();
