/* A <video> element as the player's port. */
import type { MediaEvent, MediaPort } from "./player";

export function mediaPortOf(video: HTMLVideoElement): MediaPort {
  const listeners = new Set<(event: MediaEvent) => void>();
  const tell = (event: MediaEvent) => {
    for (const listener of [...listeners]) listener(event);
  };
  const on = (name: keyof HTMLMediaElementEventMap, event: () => MediaEvent) =>
    video.addEventListener(name, () => tell(event()));
  on("loadedmetadata", () => ({ kind: "loaded" }));
  on("timeupdate", () => ({ kind: "time" }));
  on("seeked", () => ({ kind: "time" }));
  on("playing", () => ({ kind: "playing" }));
  on("pause", () => ({ kind: "paused" }));
  on("waiting", () => ({ kind: "waiting" }));
  on("ended", () => ({ kind: "ended" }));
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
      /* Refused without a click before it: the button is there to be pressed again. */
      video.play().catch(() => tell({ kind: "paused" }));
    },
    pause: () => video.pause(),
    seek(seconds) {
      video.currentTime = seconds;
    },
    currentS: () => video.currentTime,
    reachS() {
      if (Number.isFinite(video.duration)) return video.duration;
      const { seekable } = video;
      return seekable.length === 0 ? 0 : seekable.end(seekable.length - 1);
    },
    setRate(rate) {
      video.defaultPlaybackRate = rate; /* load() resets the other one to this */
      video.playbackRate = rate;
    },
    setMuted(muted) {
      video.muted = muted;
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
