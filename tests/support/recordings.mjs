// Recordings of an exam's length for the benchmarks, made once and kept in build/bench: a camera with its
// microphone (clips.mjs) and a screen, encoded as a browser does.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeClip } from './clips.mjs';
import { SHARED, SOURCE } from './server.mjs';

const FOLDER = join(SOURCE, 'build', 'bench');
const SCREENS = join(SHARED, 'media', 'screen');
const FONT = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf';

function once(name, make) {
  const path = join(FOLDER, name), part = join(FOLDER, `part-${name}`);
  if (existsSync(path)) return path;
  mkdirSync(FOLDER, { recursive: true });
  console.log(`making ${name} (once) ...`);
  make(part);
  renameSync(part, path);
  return path;
}

export const cameraRecording = (name, plan) => once(name, (path) => makeClip(path, plan));

// Somebody typing into an exam's page, who goes elsewhere now and then: shared recordings of that, or else pages of
// this program's own documentation, a new one every 20 seconds and a running clock.
export function screenRecording(name, seconds, files = ['exam_only_typing.mp4', 'exam_only_typing.mp4', 'exam_notes_window_then_calculator.mp4', 'exam_only_typing.mp4', 'exam_then_ai_chat_then_exam.mp4']) {
  return once(name, (path) => {
    const encoder = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '300k', '-g', '20', '-an', '-f', 'webm', '-live', '1', path];
    const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args, '-t', String(seconds), ...encoder], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (files.every((file) => existsSync(join(SCREENS, file)))) {
      const list = `${path}.txt`;
      const lines = [];
      for (let at = 0; at < seconds; at += 20) lines.push(`file '${join(SCREENS, files[lines.length % files.length])}'`); // none is shorter
      writeFileSync(list, lines.join('\n'));
      ffmpeg('-f', 'concat', '-safe', '0', '-i', list, '-vf', 'fps=5,scale=1280:720,setsar=1');
      return;
    }
    const page = `drawtext=fontfile=${FONT}:textfile=${join(SOURCE, 'docs', 'policy.md')}:fontsize=15:x=60:y=60-600*floor(t/20)`;
    const clock = `drawtext=fontfile=${FONT}:text='%{pts\\:hms}':fontsize=20:x=1100:y=20`;
    ffmpeg('-f', 'lavfi', '-i', 'color=white:s=1280x720:r=5', '-vf', `${page},${clock}`);
  });
}
