// What Chromium's fake camera sees: somebody, nobody, two people, somebody again, round and round from the
// moment the camera is opened.
import { execFileSync } from 'node:child_process';
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

const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', ...args], { encoding: 'utf8' });

let clip = null; // made once a run, removed at its end

// The files of the fake camera and of the fake microphone: a hum that is always there, for Chromium's own
// beeps are so short that a level meter can miss them. At -33 dBFS it is under what is a loud noise.
export function cameraClip() {
  if (clip === null) {
    const folder = mkdtempSync(join(tmpdir(), 'proctortrack-camera-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const [video, audio] = [join(folder, 'camera.mjpeg'), join(folder, 'microphone.wav')];
    ffmpeg('-f', 'lavfi', '-i', 'sine=frequency=180:sample_rate=48000,tremolo=f=4:d=0.6,volume=0.35', '-t', '10', '-y', audio);
    makeClip(video, PLAN, { codec: 'mjpeg' });
    clip = { video, audio };
  }
  return clip;
}

// What a recording of that clip shows: [{ people, from, to }] in seconds of the recording. It is found in
// the recording's own pictures, for under load the fake camera falls behind the clock: the parts are
// so different that only the cuts between them change more than 0.3 of the picture (they change 0.43
// and more, the person's own movements at most 0.2). A recording begins in the first part.
export function partsOf(recording) {
  const text = ffmpeg('-i', recording, '-an', '-vf', "select='gt(scene,0.3)',metadata=print:file=-", '-f', 'null', '-');
  const cuts = [...text.matchAll(/pts_time:([\d.]+)/g)].map(([, time]) => Number(time));
  return [0, ...cuts].map((from, at) => ({ people: [1, 0, 2][at % 3], from, to: cuts[at] ?? Infinity }));
}
