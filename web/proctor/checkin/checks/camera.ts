/* The camera: it is a real one as far as its name tells, and its picture lives. */
import { createCapture, brightness, difference, type Grey } from "../capture";
import { outcome, type CheckContext, type Outcome, type SystemCheck } from "./check";
import { isVirtualCamera } from "./virtual";

const LOOKS = 5;
const EVERY_MS = 250;
const WIDTH = 160;
/* A sensor's noise alone moves every pixel a little; a still picture is the same to the last bit. Cameras
 * of 15 frames a second and less may give one frame twice, so one pair may be equal, not all. */
const LIVE_MEAN = 0.02;
const BLACK_MEAN = 6; // of 255: a covered lens; a dim room is 20 and more

/* From the looks of about a second. */
export function judgePicture(looks: readonly Grey[]): "camera-off" | "camera-still" | "camera-black" | null {
  const last = looks[looks.length - 1];
  if (last === undefined || looks.length < 2) return "camera-off";
  if (brightness(last) < BLACK_MEAN) return "camera-black";
  const moved = looks.slice(1).some((look, index) => {
    const before = looks[index];
    return before !== undefined && difference(before, look) > LIVE_MEAN;
  });
  return moved ? null : "camera-still";
}

async function run({ control, sleep }: CheckContext): Promise<Outcome> {
  await control.openCamera();
  const camera = control.camera.get();
  if (camera.state !== "on")
    return outcome("camera-off", camera.state === "problem" ? { reason: camera.problem } : {});
  const { label } = camera;
  if (isVirtualCamera(label)) return outcome("camera-virtual", { label });
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = camera.stream;
  try {
    await video.play();
    const capture = createCapture();
    const looks: Grey[] = [];
    for (let n = 0; n < LOOKS; n++) {
      await sleep(EVERY_MS);
      const look = capture.grey(video, WIDTH);
      if (look !== null) looks.push(look);
    }
    const last = looks[looks.length - 1];
    return outcome(judgePicture(looks), {
      label,
      width: video.videoWidth,
      height: video.videoHeight,
      brightness: last === undefined ? 0 : Math.round(brightness(last)),
    });
  } finally {
    video.srcObject = null;
  }
}

export const cameraCheck: SystemCheck = { point: "camera", run };
