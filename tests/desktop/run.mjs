// The desktop app against the real server. `node run.mjs [WORD...]` runs the tests whose name has one of the words;
// pictures are left in tests/artifacts/desktop.
import { run } from '../support/runner.mjs';

await import('./app.mjs');
await import('./exe.mjs');
await run();
