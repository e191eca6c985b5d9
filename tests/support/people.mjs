// Real people before a camera, as single pictures: what a face scan is fed with. The woman of the shared media turns
// her head to both sides; which picture shows which pose was measured. Cards are made up, with her portrait on them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED } from './server.mjs';

const MEDIA = join(SHARED, 'media');
const TURNS = join(MEDIA, 'video', 'head_turns_woman_white_wall.mp4');
export const CARD = join(MEDIA, 'id', 'idcard_pilea_mei_lin_chen.jpg');
export const NAME_ON_CARD = 'Mei Lin Chen';
export const media = (...parts) => join(MEDIA, ...parts);
export const hasPeople = () => [TURNS, CARD].every((path) => existsSync(path));

const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'] });

// Frames of the clip by number; the candidate's own left is the picture's right. She never looks up.
const FRAMES = { 'look-straight': [65, 19], 'turn-left': [13, 14, 15], 'turn-right': [6, 52], 'come-closer': [65] };
const SQUARE = 'crop=270:270:60:0';

// A person in view is never the same picture twice: each is cut out a pixel further.
function picture(path, from, frame, cut, shift) {
  const [, w, h, x, y] = /crop=(\d+):(\d+):(\d+):(\d+)/.exec(cut).map(Number);
  const filter = `select='eq(n,${frame})',crop=${w}:${h}:${x + (shift % 3)}:${Math.min(y + (shift >> 1), 270 - h)},scale=640:640,noise=alls=3:all_seed=${shift}`;
  ffmpeg('-i', from, '-vf', filter, '-frames:v', '1', '-q:v', '3', path);
  return readFileSync(path);
}

// {'look-straight': [JPEG, ...], ...}: pictures that show what a prompt asks for.
export function poses(folder) {
  mkdirSync(folder, { recursive: true });
  const made = {};
  for (const [prompt, frames] of Object.entries(FRAMES)) {
    // Who comes closer fills more of the picture.
    const cut = prompt === 'come-closer' ? 'crop=196:196:117:28' : SQUARE;
    made[prompt] = Array.from({ length: 6 }, (_, i) =>
      picture(join(folder, `${prompt}-${i}.jpg`), TURNS, frames[i % frames.length], cut, i));
  }
  return made;
}

// The made-up card of the media, with this woman's portrait, as a camera sees it on a desk.
export function cardOf(folder) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'card.jpg');
  ffmpeg('-i', CARD, '-i', TURNS, '-filter_complex',
    "[1:v]select='eq(n,36)',setpts=0,crop=120:154:172:36,scale=275:353[face];[0:v][face]overlay=37:149,scale=1200:-1,pad=1600:1120:(ow-iw)/2:(oh-ih)/2:0x3a3f44",
    '-frames:v', '1', '-q:v', '2', path);
  return readFileSync(path);
}

// Any picture, as a JPEG of at most so many pixels in width.
export function jpegOf(path, folder, width = 640) {
  mkdirSync(folder, { recursive: true });
  const to = join(folder, `${path.split('/').pop()}.${width}.jpg`);
  ffmpeg('-i', path, '-vf', `scale='min(${width},iw)':-2`, '-frames:v', '1', '-q:v', '3', to);
  return readFileSync(to);
}
