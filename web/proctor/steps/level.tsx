/* How loud the microphone is, from 0 to 1. */
import { useEffect, useState } from "preact/hooks";
import { texts } from "../../ui/texts";

const t = texts.proctor.camera;
const FLOOR_DB = -60; // a quiet room is about there
export const HEARD = 0.35; // about -39 dB: a voice at arm's length, not a fan
const SHOWN_EVERY_MS = 100;

/* RMS of samples between -1 and 1, on a scale that follows hearing. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  const db = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(1, Math.max(0, 1 - db / FLOOR_DB));
}

export function LevelMeter(props: { stream: MediaStream }) {
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    const context = new AudioContext();
    const source = context.createMediaStreamSource(props.stream);
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    /* After a reload the browser starts sound only with a click or a key. */
    const resume = () => void context.resume();
    window.addEventListener("pointerdown", resume);
    window.addEventListener("keydown", resume);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const now = levelOf(samples);
      setLevel(now);
      if (now > HEARD) setHeard(true);
    }, SHOWN_EVERY_MS);
    return () => {
      clearInterval(timer);
      window.removeEventListener("pointerdown", resume);
      window.removeEventListener("keydown", resume);
      source.disconnect();
      void context.close();
    };
  }, [props.stream]);
  return (
    <div class="level">
      <label for="microphone-level">{t.level}</label>
      <meter id="microphone-level" min={0} max={1} value={level} />
      <span class={heard ? "level-good" : "muted"} role="status">
        {heard ? t.levelGood : t.levelQuiet}
      </span>
    </div>
  );
}
