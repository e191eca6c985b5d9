// `proctortrack analyze`: any recording, the same bytes each time, one clear line on bad input.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/runner.mjs';
import { MODELS, PROGRAM, temporaryFolder } from '../support/server.mjs';
import { makeClip } from '../support/clips.mjs';

const analyze = (...args) => spawnSync(PROGRAM, ['analyze', '--models', MODELS, ...args], { encoding: 'utf8', timeout: 60000 });

test('analyze prints the same bytes twice, with one thread or two, piped or as a file', async (t) => {
  const folder = temporaryFolder(t);
  const one = makeClip(join(folder, 'one.webm'), [{ seconds: 8, people: 1 }, { seconds: 8, people: 0 }]);
  const two = makeClip(join(folder, 'two.webm'), [{ seconds: 8, people: 1 }, { seconds: 6, people: 2 }]);
  const runs = [['--threads', '1'], ['--threads', '1'], ['--threads', '2']].map((threads) => analyze('--json', ...threads, one, two));
  for (const run of runs) assert.equal(run.status, 0, run.stderr);
  assert.equal(runs[0].stdout, runs[1].stdout);
  assert.equal(runs[0].stdout, runs[2].stdout);
  const { recordings } = JSON.parse(runs[0].stdout);
  assert.deepEqual(recordings.map((r) => r.flags.map((flag) => flag.rule)), [['no-face'], ['several-faces']]);
  const text = analyze(one);
  assert.equal(text.status, 0);
  assert.match(text.stdout, /Nobody in view/);
  const html = join(folder, 'report.html');
  assert.equal(analyze('--html', html, one).status, 0);
  const page = readFileSync(html, 'utf8');
  assert.match(page, /data:image\/jpeg;base64/);
  assert.doesNotMatch(page, /<script|src="http/);
});

test('a policy switches rules off and says what is wrong with it', async (t) => {
  const folder = temporaryFolder(t);
  const clip = makeClip(join(folder, 'clip.webm'), [{ seconds: 4, people: 1 }, { seconds: 8, people: 0 }]);
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify({ name: 'mine', base: 'standard', rules: { 'no-face': { on: false } } }));
  const quiet = analyze('--json', '--policy', policy, clip);
  assert.equal(quiet.status, 0, quiet.stderr);
  assert.deepEqual(JSON.parse(quiet.stdout).recordings[0].flags, []);
  writeFileSync(policy, JSON.stringify({ name: 'mine', base: 'standard', rules: { 'no-face': { min_s: 'long' } } }));
  const wrong = analyze('--policy', policy, clip);
  assert.notEqual(wrong.status, 0);
  assert.match(wrong.stderr, /rules\.no-face\.min_s/);
});

test("a virtual camera's card is told from an empty room", async (t) => {
  const folder = temporaryFolder(t);
  const card = join(folder, 'card.webm'); // with a clock that runs
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc=size=640x480:rate=15', '-t', '8', '-pix_fmt', 'yuv420p',
    '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '400k', card]);
  const room = makeClip(join(folder, 'room.webm'), [{ seconds: 8, people: 0 }]);
  const { recordings } = JSON.parse(analyze('--json', card, room).stdout);
  const drawn = recordings.map((r) => r.flags.filter((flag) => flag.rule === 'camera-drawn'));
  assert.deepEqual(drawn.map((flags) => flags.length), [1, 0], JSON.stringify(recordings.map((r) => r.flags)));
  assert.ok(drawn[0][0].to_s - drawn[0][0].from_s >= 7, JSON.stringify(drawn));
  assert.match(drawn[0][0].numbers, /of exactly one brightness/);
});

test('what was kept of a recording is judged again without it: the same bytes, or another policy', async (t) => {
  const folder = temporaryFolder(t);
  const clip = makeClip(join(folder, 'clip.webm'), [{ seconds: 6, people: 1 }, { seconds: 8, people: 0 }, { seconds: 6, people: 2 }]);
  const track = join(folder, 'clip.track');
  const first = analyze('--json', '--observations', track, clip);
  assert.equal(first.status, 0, first.stderr);
  const judge = (...args) => spawnSync(PROGRAM, ['judge', ...args], { encoding: 'utf8', timeout: 20000 });
  assert.equal(judge('--json', track).stdout, first.stdout);
  const strict = analyze('--json', '--policy', 'strict', clip);
  assert.equal(judge('--json', '--policy', 'strict', track).stdout, strict.stdout);
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify({ rules: { 'no-face': { min_s: 60 }, 'several-faces': { severity: 'low' } } }));
  const { flags, incidents } = JSON.parse(judge('--json', '--policy', policy, track).stdout).recordings[0];
  assert.deepEqual(flags.map(({ rule, severity }) => [rule, severity]), [['several-faces', 'low']]);
  assert.equal(incidents.length, 1);
  assert.match(judge(track).stdout, /2 flags, 1 incident/);
  const wrong = judge(clip);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /clip\.webm: this is no track/);
});

test('eval tells what was found, missed and false, and checks floors', async (t) => {
  const folder = temporaryFolder(t);
  makeClip(join(folder, 'clip.webm'), [{ seconds: 8, people: 1 }, { seconds: 8, people: 0 }, { seconds: 4, people: 1 }]);
  const span = (from_s, to_s, faces) => ({ from_s, to_s, faces });
  const write = (name, value) => {
    writeFileSync(join(folder, name), JSON.stringify(value));
    return join(folder, name);
  };
  const truth = (...intervals) => ({ files: { 'clip.webm': { category: 'video', type: 'video', truth: { intervals } } } });
  const evaluate = (...args) => spawnSync(PROGRAM, ['eval', '--models', MODELS, ...args], { encoding: 'utf8', timeout: 60000 });

  const right = write('right.json', truth(span(0, 7.5, 1), span(8.5, 15.5, 0), span(16.5, 20, 1)));
  const good = JSON.parse(evaluate('--json', right).stdout);
  assert.equal(good.metrics['rule.no-face.recall'], 1);
  assert.equal(good.metrics['rule.no-face.precision'], 1);
  assert.ok(good.metrics['rule.no-face.start_error_s'] <= 1);
  assert.deepEqual(good.notes, []);

  const wrong = write('wrong.json', truth(span(0, 7.5, 2), span(8.5, 15.5, 1), span(16.5, 20, 1)));
  const bad = JSON.parse(evaluate('--json', wrong).stdout);
  assert.deepEqual(bad.notes.map(({ what, rule }) => `${what} ${rule}`), ['false no-face', 'missed several-faces']);

  const floors = write('floors.json', { floors: { 'rule.no-face.recall': { at_least: 0.9 }, 'files.failed': { at_most: 0 } } });
  const passed = evaluate('--floors', floors, right);
  assert.equal(passed.status, 0, passed.stdout + passed.stderr);
  assert.match(passed.stdout, /\n2 passed, 0 failed, 0 skipped\n$/);
  const failed = evaluate('--floors', floors, wrong);
  assert.equal(failed.status, 1);
  assert.match(failed.stdout, /FAILED rule\.no-face\.recall: was not measured/);

  const outside = evaluate(write('outside.json', { files: { '../clip.webm': {} } }));
  assert.equal(outside.status, 1);
  assert.match(outside.stderr, /below the folder/);
});

test('bad input ends with one clear line and a status that is not zero', async (t) => {
  const folder = temporaryFolder(t);
  const write = (name, bytes) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const clip = readFileSync(makeClip(join(folder, 'clip.webm'), [{ seconds: 3, people: 1 }]));
  for (const path of [
    write('text.webm', 'no film\n'.repeat(50)), write('empty.webm', ''), write('head.webm', clip.subarray(0, 150)),
    join(folder, 'not-there.webm'), folder,
  ]) {
    const { status, stderr } = analyze(path);
    assert.notEqual(status, 0, path);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
    assert.ok(stderr.includes(path.split('/').pop()), stderr);
  }
  const cut = analyze(write('cut.webm', clip.subarray(0, Math.floor(clip.length * 0.7))));
  assert.equal(cut.status, 0, 'what is left of a recording is analysed');
  assert.notEqual(analyze().status, 0);
  assert.notEqual(analyze('--no-such-option').status, 0);
  assert.match(analyze('--help').stdout, /--policy/);
});
