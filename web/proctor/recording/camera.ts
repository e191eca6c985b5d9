/* The camera and microphone, and why they cannot be had: each problem has its own words and its own way
 * on (ui/texts.ts). */
import type { RecordingSettings } from "../api";

export type CameraProblem =
  | "denied" // the candidate or the browser's settings said no
  | "not-found" // no camera or no microphone
  | "in-use" // another program has it
  | "insecure" // the page is not on https
  | "lost" // was unplugged or switched off
  | "other";

export type CameraState =
  | { state: "off" }
  | { state: "asking" }
  | { state: "on"; stream: MediaStream; label: string }
  | { state: "problem"; problem: CameraProblem; detail: string };

/* The exception's name, by the Media Capture specification. */
export function cameraProblemOf(name: string): CameraProblem {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
    case "DevicesNotFoundError":
      return "not-found";
    case "NotReadableError":
    case "AbortError":
    case "TrackStartError":
      return "in-use";
    default:
      return "other";
  }
}

export interface MediaSource {
  readonly available: boolean;
  open(constraints: MediaStreamConstraints): Promise<MediaStream>;
}

export const browserMedia: MediaSource = {
  get available() {
    return typeof navigator.mediaDevices?.getUserMedia === "function";
  },
  open: (constraints) => navigator.mediaDevices.getUserMedia(constraints),
};

export function constraintsFor(
  recording: RecordingSettings,
  cameraId: string | null = null,
): MediaStreamConstraints {
  return {
    video: {
      ...chosen(cameraId),
      width: { ideal: recording.width },
      height: { ideal: recording.height },
      frameRate: { ideal: recording.framesPerS, max: recording.framesPerS * 2 },
    },
    /* The room as it sounds: what these would take away is what the analysis listens for. */
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  };
}

/* "ideal": a camera that was unplugged since must not keep the others from being used. */
function chosen(cameraId: string | null): MediaTrackConstraints {
  return cameraId === null ? {} : { deviceId: { ideal: cameraId } };
}

/* For one still picture: as large as the camera gives, without sound. */
export function pictureConstraints(
  cameraId: string | null,
  ideal: { width: number; height: number },
): MediaStreamConstraints {
  return {
    video: {
      ...chosen(cameraId),
      width: { ideal: ideal.width },
      height: { ideal: ideal.height },
    },
  };
}

export function openCamera(
  media: MediaSource,
  recording: RecordingSettings,
  cameraId: string | null = null,
): Promise<CameraState> {
  return openMedia(media, constraintsFor(recording, cameraId));
}

/* With sound when the constraints ask for it; a camera without a microphone is a problem then. */
export async function openMedia(
  media: MediaSource,
  constraints: MediaStreamConstraints,
): Promise<CameraState> {
  if (!media.available) return { state: "problem", problem: "insecure", detail: "" };
  try {
    const stream = await media.open(constraints);
    const video = stream.getVideoTracks()[0];
    const silent = constraints.audio !== undefined && stream.getAudioTracks().length === 0;
    if (video === undefined || silent) {
      closeCamera(stream);
      return { state: "problem", problem: "not-found", detail: "" };
    }
    return { state: "on", stream, label: video.label };
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : "";
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return { state: "problem", problem: cameraProblemOf(name), detail };
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
