// A small test runner: one line a test, and a last line that counts them, the same for every suite.
//   test('what holds', async (t) => {...}, { seconds: 60 });  skip('why') inside a test skips it.
// `alone`: nothing else runs beside it when the suite runs in lanes (lanes.mjs): it is about time.
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';

class Skipped extends Error {}
const tests = [];

export function test(name, body, { seconds = 60, alone = false } = {}) {
  tests.push({ name, body, seconds, alone });
}

export function skip(why) {
  throw new Skipped(why);
}

// The tests of this process, one after the other. PT_TEST_LANE (lanes.mjs): "shared" are those that may run beside
// others, of which the parent process says which is next; "alone" those that may not.
async function* ofThisLane() {
  const lane = process.env.PT_TEST_LANE;
  if (!lane) yield* tests;
  if (lane === 'alone') yield* tests.filter(({ alone }) => alone);
  if (lane !== 'shared') return;
  const shared = tests.filter(({ alone }) => !alone);
  for (;;) {
    process.send('next');
    const [at] = await once(process, 'message');
    if (at >= shared.length) return;
    yield shared[at];
  }
}

// `only` is a list of words; a test runs when its name has one of them (none: all run).
export async function run(only = process.argv.slice(2)) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { name, body, seconds } of ofThisLane()) {
    if (only.length && !only.some((word) => name.includes(word))) continue;
    const endings = [];
    const started = performance.now();
    let timer;
    try {
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
      });
      await Promise.race([body({ after: (ending) => endings.push(ending) }), late]);
      counts.passed += 1;
      console.log(`ok ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
    } catch (error) {
      if (error instanceof Skipped) {
        counts.skipped += 1;
        console.log(`skipped ${name}: ${error.message}`);
      } else {
        counts.failed += 1;
        console.log(`FAILED ${name}: ${error.stack ?? error}`);
      }
    } finally {
      clearTimeout(timer);
      for (const ending of endings.reverse()) {
        await (async () => ending())().catch((error) => console.log(`# while ending ${name}: ${error}`));
      }
    }
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exit(counts.failed ? 1 : 0);
}
