// Recordings made of real faces, following a plan: [{ seconds: 10, people: 1 }, ...] with 0, 1 or 2
// people in view. The faces are those of the shared test media or, where that folder is absent, the
// portraits in a picture of an installed npm package, moved as a person at a desk moves.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED, SOURCE } from './server.mjs';

const VIDEO = join(SHARED, 'media', 'video');
const PORTRAITS = join(SOURCE, 'web', 'node_modules', '@vladmandic', 'human', 'assets', 'screenshot-facedetect.jpg');

const FACES = ['talking_woman_mediarecorder_vp8.webm', 'mediarecorder_h264_in_webm_opus.webm'].map((name) => join(VIDEO, name));
const STILLS = !FACES.every((path) => existsSync(path));

// The portraits are still pictures, and the analysis says so, rightly: that flag is about the clip's making
// and not about its plan.
export const isOfThePlan = (flag) => !(STILLS && flag.rule === 'camera-still');

// Two people as inputs of ffmpeg and the filters that make each a 640x480 picture.
function people() {
  if (!STILLS) {
    const [first, second] = FACES;
    const filter = 'fps=15,scale=640:480,setsar=1';
    return { inputs: ['-stream_loop', '-1', '-i', first, '-stream_loop', '-1', '-i', second], filters: [filter, filter] };
  }
  const portrait = (x) =>
    `fps=15,crop=150:150:${x}:347,scale=480:480,pad=680:520:100:20:0x707478,` +
    `crop=640:480:x='20+16*sin(t*1.3)':y='20+9*sin(t*1.9)',noise=alls=6:allf=t,setsar=1`;
  const picture = ['-loop', '1', '-framerate', '15', '-i', PORTRAITS];
  return { inputs: [...picture, ...picture], filters: [portrait(7), portrait(478)] };
}

// An empty room: a window, a shelf with things on it, a cupboard, a desk, and light that falls off as it does on real
// things. (A bare wall would look like a lens that is covered, and even colours like a drawn picture: rightly so.)
const ROOM = [
  [40, 40, 170, 190, '0xdfe8ee'], [52, 52, 68, 80, '0x9fb8c8'], [128, 52, 68, 80, '0xa8bfcc'], [52, 140, 68, 78, '0x93aebf'],
  [128, 140, 68, 78, '0x9ab3c2'], [330, 90, 260, 12, '0x5a4634'], [345, 40, 24, 50, '0x7c3b32'], [372, 30, 20, 60, '0x31506b'],
  [396, 46, 30, 44, '0xc9b26b'], [470, 34, 50, 56, '0x3f5f46'], [540, 60, 36, 30, '0xb8b0a4'], [0, 360, 640, 120, '0x6b5440'],
  [0, 360, 640, 6, '0x3d2f24'], [420, 250, 120, 112, '0x7a6248'], [479, 252, 3, 108, '0x4d3b2a'], [90, 330, 60, 36, '0xe8e4da'],
].map(([x, y, w, h, color]) => `drawbox=${x}:${y}:${w}:${h}:${color}:fill`).concat('vignette=angle=PI/7').join(',');

// codec: 'vp9' (WebM with a quiet tone in Opus, like a browser's), 'mjpeg' (for Chromium's fake camera,
// which plays 30 frames a second whatever the file was made for)
export function makeClip(path, plan, { codec = 'vp9' } = {}) {
  const { inputs, filters } = people();
  const total = plan.reduce((sum, part) => sum + part.seconds, 0);
  const during = (count) => {
    let at = 0;
    const spans = [];
    for (const part of plan) {
      if (part.people === count) spans.push(`between(t,${at},${at + part.seconds - 0.01})`);
      at += part.seconds;
    }
    return spans.length ? spans.join('+') : '0';
  };
  const graph =
    `[0:v]${filters[0]},split[a][a2];[1:v]${filters[1]}[b];` +
    `[a2]crop=320:480:160:0[left];[b]crop=320:480:160:0[right];[left][right]hstack[both];` +
    `color=c=0x8a8f94:s=640x480:r=15,${ROOM},noise=alls=8:allf=t[room];` +
    `[room][a]overlay=enable='${during(1)}'[one];[one][both]overlay=enable='${during(2)}',format=yuv420p[v]`;
  const output = codec === 'mjpeg'
    ? ['-map', '[v]', '-r', '30', '-c:v', 'mjpeg', '-q:v', '4', '-f', 'mjpeg']
    : ['-map', '[v]', '-map', '2:a', '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '400k',
      '-g', '60', '-c:a', 'libopus', '-b:a', '32k', '-f', 'webm', '-live', '1'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, '-f', 'lavfi', '-i', 'anoisesrc=a=0.003:r=48000',
    '-filter_complex', graph, '-t', String(total), ...output, path], { stdio: ['ignore', 'ignore', 'inherit'] });
  return path;
}
