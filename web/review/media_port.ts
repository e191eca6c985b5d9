/* A media element as the pages of a review use one, and a <video> as such. */

export type MediaEvent =
  | { kind: "loaded" } /* length and place are known; jumping may begin */
  | { kind: "arrived" } /* the picture of a jump is there */
  | { kind: "stopped" } /* it was paused, by itself or by its end */
  | { kind: "failed"; message: string };

export interface MediaPort {
  load(url: string): void;
  unload(): void;
  play(): void;
  pause(): void;
  paused(): boolean;
  seek(seconds: number): void;
  currentS(): number;
  reachS(): number; /* how far a jump can go; Infinity when anywhere */
  hasData(): boolean; /* there is a picture for this place and a little more */
  setRate(rate: number): void;
  setMuted(muted: boolean): void;
  frameS(): number; /* from one picture to the next, as measured; a guess before that */
  listen(listener: (event: MediaEvent) => void): () => void;
}

const END_S = 0.3; /* so close to its end a recording has no future data, and needs none */
const FRAME_S = 1 / 25; /* until pictures were seen */

/* The distance of pictures, from those that were shown one after the other. */
function measureFrames(video: HTMLVideoElement): () => number {
  let last: number | null = null;
  let frameS = FRAME_S;
  if (!("requestVideoFrameCallback" in video)) return () => frameS;
  const seen: VideoFrameRequestCallback = (_now, { mediaTime }) => {
    const distance = last === null ? 0 : mediaTime - last;
    /* A jump, or a picture that was left out, is no distance of neighbours. */
    const slow = video.paused || video.playbackRate <= 1; /* faster, pictures are left out */
    if (slow && distance > 0.004 && distance < 1.2) frameS = frameS * 0.7 + distance * 0.3;
    last = mediaTime;
    video.requestVideoFrameCallback(seen);
  };
  video.requestVideoFrameCallback(seen);
  return () => frameS;
}

export function mediaPortOf(video: HTMLVideoElement): MediaPort {
  const listeners = new Set<(event: MediaEvent) => void>();
  const on = (name: keyof HTMLMediaElementEventMap, event: () => MediaEvent) =>
    video.addEventListener(name, () => {
      for (const listener of [...listeners]) listener(event());
    });
  on("loadedmetadata", () => ({ kind: "loaded" }));
  on("seeked", () => ({ kind: "arrived" }));
  on("pause", () => ({ kind: "stopped" }));
  on("ended", () => ({ kind: "stopped" }));
  on("error", () => ({ kind: "failed", message: video.error?.message ?? "" }));

  return {
    load(url) {
      video.src = url;
      video.load();
    },
    unload() {
      video.removeAttribute("src");
      video.load();
    },
    play() {
      void video.play().catch(() => undefined); /* refused or cut off: asked for again */
    },
    pause: () => video.pause(),
    paused: () => video.paused,
    seek(seconds) {
      video.currentTime = seconds;
    },
    currentS: () => video.currentTime,
    reachS() {
      if (Number.isFinite(video.duration)) return video.duration;
      const { seekable } = video;
      return seekable.length === 0 ? 0 : seekable.end(seekable.length - 1);
    },
    hasData: () =>
      video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA ||
      video.ended ||
      video.currentTime >= video.duration - END_S,
    setRate(rate) {
      video.defaultPlaybackRate = rate; /* load() resets the other one to this */
      if (video.playbackRate !== rate) video.playbackRate = rate;
    },
    setMuted(muted) {
      video.muted = muted;
    },
    frameS: measureFrames(video),
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
