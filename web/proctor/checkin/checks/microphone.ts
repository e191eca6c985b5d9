/* The microphone: it hears somebody speak. The level is shown by the page while this waits. */
import { HEARD, levelOf } from "../../steps/level";
import { outcome, type CheckContext, type Outcome, type SystemCheck } from "./check";

const WAIT_MS = 20_000;
const LOOK_MS = 100;

async function run({ control, sleep, monotonicMs, signal }: CheckContext): Promise<Outcome> {
  await control.openCamera();
  const camera = control.camera.get();
  const track = camera.state === "on" ? camera.stream.getAudioTracks()[0] : undefined;
  if (camera.state !== "on" || track === undefined || track.readyState !== "live")
    return outcome("microphone-off", {});
  const context = new AudioContext();
  try {
    await Promise.race([context.resume(), sleep(1000)]);
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    context.createMediaStreamSource(camera.stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (const beganMs = monotonicMs(); monotonicMs() - beganMs < WAIT_MS && !signal.aborted; ) {
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, levelOf(samples));
      if (loudest > HEARD) break;
      await sleep(LOOK_MS);
    }
    return outcome(loudest > HEARD ? null : "microphone-silent", {
      label: track.label,
      level: Number(loudest.toFixed(2)),
      muted: track.muted,
    });
  } finally {
    void context.close();
  }
}

export const microphoneCheck: SystemCheck = { point: "microphone", run };
