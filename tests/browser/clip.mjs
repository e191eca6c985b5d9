// The clip that Chromium's fake camera plays: somebody is in view, nobody is, two people are, and the
// first is again. Made once per run by ffmpeg from real pictures of people.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED, SOURCE } from '../support/server.mjs';

// Chromium plays a .mjpeg file at 30 frames a second whatever it was made for, round and round.
const RATE = 30;
export const PARTS = [
  { shows: 'person', seconds: 20 },
  { shows: 'nobody', seconds: 10 },
  { shows: 'two people', seconds: 10 },
  { shows: 'person', seconds: 8 },
];
export const CLIP_SECONDS = PARTS.reduce((sum, part) => sum + part.seconds, 0);

// When a part of that name is on between `from` and `to` (seconds since the camera was opened).
export function spans(shows, from, to) {
  const found = [];
  for (let start = Math.floor(from / CLIP_SECONDS) * CLIP_SECONDS; start < to; ) {
    for (const part of PARTS) {
      const end = start + part.seconds;
      if (part.shows === shows && end > from && start < to) found.push({ from: start, to: end });
      start = end;
    }
  }
  return found;
}

// A sensor's noise and a hand's tremor: without them a still room would rightly count as frozen.
const alive = 'noise=alls=8:allf=t';
const frame = `scale=640:480:force_original_aspect_ratio=increase,crop=640:480,setsar=1,fps=${RATE}`;
const whole = `scale=640:480:force_original_aspect_ratio=decrease,pad=640:480:-1:-1:color=0x6f6a66,setsar=1,fps=${RATE}`;
const sway = `scale=704:528,crop=640:480:x='32+12*sin(t*1.3)':y='24+8*sin(t*0.9)'`;

function fromRecordings(media) {
  const person = join(media, 'video', 'talking_woman_mediarecorder_vp8.webm');
  const room = join(media, 'faces', 'no_face_empty_meeting_room.jpg');
  const couple = join(media, 'video', 'two_people_tilting_heads.mp4');
  const [first, empty, two, last] = PARTS.map((part) => part.seconds);
  return {
    inputs: [
      ['-stream_loop', '-1', '-t', String(first), '-i', person],
      ['-loop', '1', '-framerate', String(RATE), '-t', String(empty), '-i', room],
      ['-stream_loop', '-1', '-t', String(two), '-i', couple],
      ['-stream_loop', '-1', '-t', String(last), '-i', person],
    ],
    filters: [`[0:v]${frame}[p0]`, `[1:v]${frame},${sway}[p1]`, `[2:v]${whole}[p2]`, `[3:v]${frame}[p3]`],
  };
}

// The package of the models carries a picture with five faces in a row, each 150 pixels wide: they are
// set before a drawn room with a window and shelves, and move a little.
const ROOM = [
  [0, 400, 640, 80, '0x6b4f3a'], [430, 40, 170, 190, '0xdfe8ee'], [510, 40, 8, 190, '0x4a4a4a'],
  [20, 60, 200, 12, '0x5a3d28'], [20, 170, 200, 12, '0x5a3d28'], [20, 280, 200, 12, '0x5a3d28'],
  ...[0, 1, 2].flatMap((shelf) => [0, 1, 2, 3, 4, 5, 6, 7].map((book) =>
    [26 + book * 24, 72 + shelf * 110 + ((book * 7 + shelf * 5) % 4) * 9, 18, 98 - ((book * 7 + shelf * 5) % 4) * 9,
      ['0x8c2f39', '0x2f5d8c', '0x3f7d4e', '0xb08a3c', '0x55476b'][(book + shelf * 2) % 5]])),
].map(([x, y, w, h, color]) => `drawbox=${x}:${y}:${w}:${h}:${color}:t=fill`).join(',');

function fromPackage(picture) {
  const wall = ({ seconds }) => ['-f', 'lavfi', '-t', String(seconds), '-i',
    `color=c=0xa8a294:s=640x480:r=${RATE},${ROOM},gblur=sigma=1.2`];
  const face = (x, size) => `crop=150:150:${x}:347,scale=${size}:${size},setsar=1`;
  const one = "overlay=x='180+14*sin(t*1.7)':y='90+9*sin(t*2.3)':shortest=1";
  return {
    inputs: [...PARTS.map(wall), ['-loop', '1', '-framerate', String(RATE), '-i', picture]],
    filters: [
      '[4:v]split=3[s0][s1][s2]',
      `[s0]${face(7, 280)},split=2[a][b]`, `[s1]${face(7, 220)}[c]`, `[s2]${face(478, 220)}[d]`,
      `[0:v][a]${one}[p0]`,
      `[1:v]${sway}[p1]`,
      `[2:v][c]overlay=x='60+10*sin(t*1.9)':y='120+8*sin(t*1.4)':shortest=1[q]`,
      `[q][d]overlay=x='360+10*sin(t*1.5)':y='120+8*sin(t*2.1)':shortest=1[p2]`,
      `[3:v][b]${one}[p3]`,
    ],
  };
}

// Returns where the pictures came from.
export function makeClip(file) {
  const media = join(SHARED, 'media');
  const picture = join(SOURCE, 'web', 'node_modules', '@vladmandic', 'human', 'assets', 'screenshot-facedetect.jpg');
  const recorded = existsSync(join(media, 'video', 'talking_woman_mediarecorder_vp8.webm'))
    && process.env.PT_BROWSER_FACES !== 'package';
  const { inputs, filters } = recorded ? fromRecordings(media) : fromPackage(picture);
  const graph = [...filters, `[p0][p1][p2][p3]concat=n=4:v=1:a=0,${alive},format=yuvj420p[v]`].join(';');
  const { status, stderr } = spawnSync('ffmpeg', ['-v', 'error', '-y', ...inputs.flat(), '-filter_complex', graph,
    '-map', '[v]', '-r', String(RATE), '-c:v', 'mjpeg', '-q:v', '6', '-f', 'mjpeg', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ffmpeg made no clip: ${stderr}`);
  return recorded ? 'recordings' : 'package';
}
