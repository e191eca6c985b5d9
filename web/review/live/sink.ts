/* A <video> element fed by Media Source Extensions. */
import type { Sink } from "./player";

function once(target: EventTarget, good: string, bad: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      target.removeEventListener(good, done);
      target.removeEventListener(bad, failed);
    };
    const done = () => {
      end();
      resolve();
    };
    const failed = () => {
      end();
      reject(new Error("the browser could not take the recording"));
    };
    target.addEventListener(good, done);
    target.addEventListener(bad, failed);
  });
}

export function sinkOf(video: HTMLVideoElement): Sink {
  let source: MediaSource | null = null;
  let buffer: SourceBuffer | null = null;
  let url = "";

  function spanAround(): { from: number; to: number } | null {
    const { buffered } = video;
    const at = video.currentTime;
    for (let i = 0; i < buffered.length; i++)
      if (at >= buffered.start(i) - 0.5 && at <= buffered.end(i) + 0.5)
        return { from: buffered.start(i), to: buffered.end(i) };
    const last = buffered.length - 1;
    return last < 0 ? null : { from: buffered.start(last), to: buffered.end(last) };
  }

  return {
    supports: (mime) => typeof MediaSource !== "undefined" && MediaSource.isTypeSupported(mime),
    async reset(mime) {
      if (url !== "") URL.revokeObjectURL(url);
      source = new MediaSource();
      buffer = null;
      url = URL.createObjectURL(source);
      const opened = once(source, "sourceopen", "sourceclose");
      video.src = url;
      await opened;
      buffer = source.addSourceBuffer(mime);
    },
    async append(bytes) {
      if (buffer === null || source?.readyState !== "open") throw new Error("the recording was closed");
      const done = once(buffer, "updateend", "error");
      buffer.appendBuffer(bytes);
      await done;
    },
    async forget(seconds) {
      if (buffer === null || seconds <= 0) return;
      const done = once(buffer, "updateend", "error");
      buffer.remove(0, seconds);
      await done;
    },
    buffered: spanAround,
    currentS: () => video.currentTime,
    seek(seconds) {
      video.currentTime = seconds;
    },
    play() {
      if (video.paused) void video.play().catch(() => undefined); // muted, so only a hidden page refuses
    },
  };
}
