/* Pictures of the camera at some times of a session, taken from the recording by the page itself: none
 * are kept for this. One hidden <video> goes from place to place; the recording is asked for by ranges,
 * so this is a view of it like any other. */
import { placeAt, type Place, type Segment } from "./segments";

export interface Still {
  readonly timeUs: number;
  readonly url: string; /* of a picture in memory; to be revoked */
}

/* `n` times spread over what was recorded, gaps left out; each in the middle of its part. */
export function timesOver(segments: readonly Segment[], n: number): number[] {
  const seen = segments.filter((s) => s.stream.deletedUs === null && s.stream.seekable);
  const total = seen.reduce((sum, s) => sum + (s.toUs - s.fromUs), 0);
  if (total <= 0) return [];
  return Array.from({ length: n }, (_, i) => {
    let rest = ((i + 0.5) / n) * total;
    for (const s of seen) {
      if (rest < s.toUs - s.fromUs) return Math.round(s.fromUs + rest);
      rest -= s.toUs - s.fromUs;
    }
    return seen[seen.length - 1]?.toUs ?? 0;
  });
}

const WIDTH = 160;
const PATIENCE_MS = 15_000;

function once(video: HTMLVideoElement, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the recording did not answer")), PATIENCE_MS);
    const done = (result: () => void) => () => {
      clearTimeout(timer);
      result();
    };
    video.addEventListener(name, done(resolve), { once: true });
    video.addEventListener("error", done(() => reject(new Error("it cannot be played"))), {
      once: true,
    });
    signal.addEventListener("abort", done(() => reject(new Error("not wanted any more"))), {
      once: true,
    });
  });
}

async function draw(video: HTMLVideoElement): Promise<string> {
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = Math.round((WIDTH * video.videoHeight) / Math.max(1, video.videoWidth));
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
  if (blob === null) throw new Error("no picture");
  return URL.createObjectURL(blob);
}

async function go(
  video: HTMLVideoElement,
  loaded: string,
  place: Place,
  urlOf: (streamId: string) => string,
  signal: AbortSignal,
): Promise<void> {
  if (loaded !== place.segment.stream.id) {
    const ready = once(video, "loadeddata", signal);
    video.src = urlOf(place.segment.stream.id);
    video.load();
    await ready;
  }
  const arrived = once(video, "seeked", signal);
  video.currentTime = Math.max(0.01, place.mediaS);
  await arrived;
}

/* Tells each picture as it comes. */
export async function takeStills(
  segments: readonly Segment[],
  times: readonly number[],
  urlOf: (streamId: string) => string,
  told: (still: Still) => void,
  signal: AbortSignal,
): Promise<void> {
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  let loaded = "";
  try {
    for (const timeUs of times) {
      const place = placeAt(segments, timeUs);
      if (!place) continue;
      await go(video, loaded, place, urlOf, signal);
      loaded = place.segment.stream.id;
      told({ timeUs, url: await draw(video) });
    }
  } finally {
    video.removeAttribute("src");
    video.load();
  }
}
