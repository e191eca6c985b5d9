// The pages in real Chromium against the real server. `node run.mjs [WORD...]` runs the tests whose name
// has one of the words; pictures of each step are left in tests/artifacts/browser.
import { run } from '../support/runner.mjs';

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
