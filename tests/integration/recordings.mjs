// Recordings of every kind, and odd ones: an honest report of what there is, or one clear line.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../support/runner.mjs';
import { MODELS, PROGRAM, temporaryFolder } from '../support/server.mjs';

const analyze = (...args) => spawnSync(PROGRAM, ['analyze', '--models', MODELS, ...args], { encoding: 'utf8', timeout: 60000 });
const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
const report = (path, ...args) => {
  const { status, stdout, stderr } = analyze('--json', ...args, path);
  assert.equal(status, 0, `${path}: ${stderr}`);
  return JSON.parse(stdout).recordings[0];
};
const picture = (seconds, size = '320x240', rate = 15) => ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`];
const sound = (seconds, rate = 48000) => ['-f', 'lavfi', '-i', `sine=f=440:r=${rate}:d=${seconds}`];
const near = (got, want, by, what) => assert.ok(Math.abs(got - want) <= by, `${what}: ${got} is not ${want}`);

test('any recording that libav can read is analysed, whatever its container', (t) => {
  const folder = temporaryFolder(t);
  const both = [...picture(3), ...sound(3)];
  const kinds = {
    'a.webm': ['-c:v', 'libvpx', '-b:v', '300k', '-c:a', 'libopus'], 'a.mkv': ['-c:v', 'mpeg4', '-c:a', 'flac'],
    'a.mp4': ['-c:v', 'mpeg4', '-c:a', 'aac'], 'a.mov': ['-c:v', 'mjpeg', '-c:a', 'pcm_s16le'],
    'a.avi': ['-c:v', 'mpeg4', '-c:a', 'mp2'], 'a.ogg': ['-c:v', 'libtheora', '-c:a', 'libvorbis'],
    'a.flv': ['-c:v', 'flv', '-c:a', 'aac'], 'a.ts': ['-c:v', 'mpeg2video', '-c:a', 'mp2'],
    'a.m2ts': ['-c:v', 'mpeg2video', '-c:a', 'ac3'], 'a.mpg': ['-c:v', 'mpeg1video', '-r', '25', '-c:a', 'mp2'],
    'a.wmv': ['-c:v', 'wmv2', '-c:a', 'wmav2'], 'a.mxf': ['-c:v', 'mpeg2video', '-r', '25', '-c:a', 'pcm_s16le'],
  };
  for (const [name, codecs] of Object.entries(kinds)) {
    ffmpeg(...both, ...codecs, join(folder, name));
    const { duration_s: s, frames } = report(join(folder, name));
    near(s, 3, 0.3, name);
    assert.ok(frames >= 40, `${name}: ${frames} frames`);
  }
  const alone = {
    'b.y4m': [...picture(2), '-pix_fmt', 'yuv420p'], 'b.ivf': [...picture(2), '-c:v', 'libvpx', '-b:v', '300k'],
    'b.wav': [...sound(2), '-c:a', 'pcm_s16le'], 'b.mp3': [...sound(2)], 'b.aac': [...sound(2)], 'b.flac': [...sound(2)],
    'b.aiff': [...sound(2)], 'b.caf': [...sound(2)], 'b.au': [...sound(2)],
  };
  for (const [name, args] of Object.entries(alone)) {
    ffmpeg(...args, join(folder, name));
    near(report(join(folder, name)).duration_s, 2, 0.3, name);
  }
});

test('what is no recording is refused with what to do instead', (t) => {
  const folder = temporaryFolder(t);
  const refused = (name, bytes, words) => {
    writeFileSync(join(folder, name), bytes);
    const { status, stderr } = analyze(join(folder, name));
    assert.equal(status, 1, name);
    assert.match(stderr, words);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  };
  refused('a.m3u8', '#EXTM3U\n#EXTINF:4,\nfile:///etc/passwd\n', /playlist/);
  refused('a.ffconcat', "ffconcat version 1.0\nfile '/etc/passwd'\n", /playlist/);
  refused('a.sdp', 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\n', /playlist/);
  ffmpeg(...picture(1), '-frames:v', '1', join(folder, 'a.jpg'));
  refused('b.jpg', readFileSync(join(folder, 'a.jpg')), /picture/);
});

// No data is told as a gap and never as something that was seen.
test('holes, jumps and changes in a recording are told, and it is read to its end', (t) => {
  const folder = temporaryFolder(t);
  const at = (name) => join(folder, name);
  // pictures missing from 4 s to 9 s
  ffmpeg(...picture(12), '-vf', "select='not(between(t,4,9))'", '-vsync', 'vfr', '-c:v', 'libvpx', '-b:v', '300k', at('hole.webm'));
  const hole = report(at('hole.webm'), '--policy', 'strict');
  near(hole.duration_s, 12, 0.3, 'a hole is part of the time');
  const lost = hole.flags.find((flag) => flag.rule === 'camera-lost');
  assert.ok(lost && Math.abs(lost.from_s - 4) < 0.8 && Math.abs(lost.to_s - 9) < 0.8, `the hole is told: ${JSON.stringify(hole.flags)}`);
  assert.match(lost.numbers, /^no picture of the camera from 0:0[34]\.\d to 0:09\.\d of the recording, \d\.\d s$/);
  for (const flag of hole.flags) assert.ok(flag.rule !== 'no-face' || flag.to_s <= 4.6 || flag.from_s >= 8.4, 'nobody was said to be away while there was no picture');
  // a variable frame rate: 2 a second, then 15
  ffmpeg(...picture(8), '-vf', "select='if(lt(t,4),not(mod(n,7)),1)'", '-vsync', 'vfr', '-c:v', 'libvpx', '-b:v', '300k', at('vfr.webm'));
  near(report(at('vfr.webm')).duration_s, 8, 0.3, 'a variable frame rate');
  // another size in the middle: two runs of a recorder in one MPEG transport stream
  ffmpeg(...picture(3), '-c:v', 'mpeg2video', at('1.ts'));
  ffmpeg(...picture(3, '640x480'), '-c:v', 'mpeg2video', '-output_ts_offset', '3', at('2.ts'));
  writeFileSync(at('sizes.ts'), Buffer.concat([readFileSync(at('1.ts')), readFileSync(at('2.ts'))]));
  assert.ok(report(at('sizes.ts')).frames > 80, 'the second size is read too');
  // time goes back in the middle: the same stretch once more
  writeFileSync(at('again.ts'), Buffer.concat([readFileSync(at('1.ts')), readFileSync(at('1.ts'))]));
  const again = report(at('again.ts'));
  assert.ok(again.time_jumps >= 1 && again.frames > 80, JSON.stringify(again));
  // damage
  const bytes = readFileSync(at('hole.webm'));
  for (let i = Math.floor(bytes.length / 2); i < Math.floor(bytes.length / 2) + 3000 && i < bytes.length; i += 7) bytes[i] ^= 0x5a;
  writeFileSync(at('damaged.webm'), bytes);
  assert.ok(report(at('damaged.webm')).frames > 20);
  // one kind alone
  ffmpeg(...picture(3), '-c:v', 'libvpx', '-b:v', '300k', at('silent.webm'));
  near(report(at('silent.webm')).duration_s, 3, 0.3, 'without sound');
  ffmpeg(...sound(3), '-c:a', 'libopus', at('blind.webm'));
  near(report(at('blind.webm')).duration_s, 3, 0.3, 'without pictures');
});

test('very large, very small, and pretending to be long', (t) => {
  const folder = temporaryFolder(t);
  const at = (name) => join(folder, name);
  ffmpeg(...picture(1, '3840x2160', 5), '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', at('4k.webm'));
  assert.equal(report(at('4k.webm')).frames, 5);
  ffmpeg(...picture(1, '16x16'), '-vf', 'format=gray,crop=1:1:0:0', '-c:v', 'ffv1', at('dot.mkv'));
  const dot = analyze('--json', at('dot.mkv'));
  assert.ok(dot.status === 0 || (dot.status === 1 && dot.stderr.trim().split('\n').length === 1), dot.stderr);
  // Its header claims ten hours, and there are three seconds.
  ffmpeg(...picture(3), '-c:v', 'libvpx', '-b:v', '300k', at('three.webm'));
  const bytes = readFileSync(at('three.webm'));
  const claim = bytes.indexOf(Buffer.from([0x44, 0x89, 0x88])); // Duration, 8 bytes
  assert.ok(claim > 0, 'the header has a duration');
  bytes.writeDoubleBE(36_000_000, claim + 3);
  writeFileSync(at('claims.webm'), bytes);
  const claims = report(at('claims.webm'));
  near(claims.frames, 45, 1, 'frames');
  near(claims.duration_s, 3, 0.5, 'what is there counts, not what is claimed');
});
