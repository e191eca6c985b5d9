// Drives the real binary over HTTP and on the command line. `node run.mjs [WORD...]` runs the tests
// whose name has one of the words; without a word they run in two lanes side by side, since one keeps
// less than a core busy.
import { isWhole, runInTwoLanes } from '../support/lanes.mjs';
import { run } from '../support/runner.mjs';

if (isWhole()) await runInTwoLanes(import.meta.url);
await import('./start.mjs');
await import('./access.mjs');
await import('./plugin.mjs');
await import('./roles.mjs');
await import('./tus.mjs');
await import('./bad_input.mjs');
await import('./checkin.mjs');
await import('./analysis.mjs');
await import('./analyze.mjs');
await import('./recordings.mjs');
await import('./accommodations.mjs');
await import('./attachments.mjs');
await import('./exam_time.mjs');
await import('./kill.mjs');
await import('./support.mjs');
await import('./result.mjs');
await import('./second.mjs');
await import('./erase.mjs');
await import('./paper.mjs');
await import('./live.mjs');
await import('./review_page.mjs');
await run();
