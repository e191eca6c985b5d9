// What Chromium's fake camera sees: somebody, nobody, two people, somebody again, round and round from the
// moment the camera is opened.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeClip } from '../support/clips.mjs';

export const PLAN = [
  { seconds: 20, people: 1 },
  { seconds: 10, people: 0 },
  { seconds: 10, people: 2 },
  { seconds: 8, people: 1 },
];
export const ROUND_SECONDS = PLAN.reduce((sum, part) => sum + part.seconds, 0);

let clip = null; // made once a run, removed at its end

export function cameraClip() {
  if (clip === null) {
    const folder = mkdtempSync(join(tmpdir(), 'proctortrack-camera-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    clip = makeClip(join(folder, 'camera.mjpeg'), PLAN, { codec: 'mjpeg' });
  }
  return clip;
}

// When `people` were in view between two times, both in seconds since the camera was opened; cut to
// that time, so that a recording that begins or ends in the middle is described too.
export function spans(people, from, to) {
  const found = [];
  for (let start = Math.floor(from / ROUND_SECONDS) * ROUND_SECONDS; start < to; ) {
    for (const part of PLAN) {
      const end = start + part.seconds;
      if (part.people === people && end > from && start < to) {
        found.push({ from: Math.max(start, from), to: Math.min(end, to) });
      }
      start = end;
    }
  }
  return found;
}
