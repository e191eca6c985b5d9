/* One MediaRecorder run is one stream: pieces in order, then its end. A stream is never continued by
 * another recorder (its header would lie in the middle), so each start makes a new one. */

export interface RecordingRates {
  videoBps: number;
  audioBps: number; // 0: no sound
}

/* VP9 first: in Chromium VP8 costs twice the processor time and drops frames. The H.264 entry writes
 * Matroska there and says so in mimeType, which is what the server is told. */
export const MIME_TYPES = [
  "video/webm;codecs=vp9,opus",
  "video/webm;codecs=h264,opus",
  "video/webm;codecs=vp8,opus",
  "video/webm",
  "video/mp4",
] as const;

/* Without sound the type must not name a codec of it. */
export function chooseMime(
  isSupported: (mime: string) => boolean,
  sound = true,
): string | null {
  const types = sound ? MIME_TYPES : MIME_TYPES.map((mime) => mime.replace(",opus", ""));
  return types.find((mime) => isSupported(mime)) ?? null;
}

export interface RecorderEvents {
  /* The recorder has begun; its real container and codecs. */
  onStart: (mime: string) => void;
  onPiece: (bytes: ArrayBuffer) => void;
  /* After the last piece. `problem` is null when stop() was called. */
  onEnd: (problem: string | null) => void;
}

export interface Recorder {
  /* Gives what it has so far as a piece, before its time. */
  flush(): void;
  /* Resolves after the last piece was given. */
  stop(): Promise<void>;
}

/* Throws what MediaRecorder throws (no codec, say). */
export function startRecorder(
  stream: MediaStream,
  settings: RecordingRates & { pieceMs: number },
  events: RecorderEvents,
): Recorder {
  const sound = stream.getAudioTracks().length > 0;
  const mime = chooseMime((type) => MediaRecorder.isTypeSupported(type), sound);
  if (mime === null) throw new Error("This browser cannot record video.");
  const options: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
    mimeType: mime,
    videoBitsPerSecond: settings.videoBps,
    ...(sound ? { audioBitsPerSecond: settings.audioBps } : {}),
    videoKeyFrameIntervalDuration: settings.pieceMs, // so that a review can jump to any piece
  };
  const recorder = new MediaRecorder(stream, options);
  let problem: string | null = null;
  let asked = false;
  let last: Promise<void> = Promise.resolve(); // blobs are read one after another
  let resolveEnded: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (resolveEnded = resolve));

  recorder.addEventListener("start", () => events.onStart(recorder.mimeType || mime));
  recorder.addEventListener("dataavailable", (event) => {
    last = last.then(async () => {
      if (event.data.size > 0) events.onPiece(await event.data.arrayBuffer());
    });
  });
  recorder.addEventListener("error", (event) => {
    const error = (event as Event & { error?: DOMException }).error;
    problem = error?.message ?? "the recorder failed";
  });
  recorder.addEventListener("stop", () => {
    void last
      .catch((thrown: unknown) => (problem = String(thrown)))
      .then(() => {
        events.onEnd(asked ? null : (problem ?? "the recorder stopped by itself"));
        resolveEnded();
      });
  });
  recorder.start(settings.pieceMs);

  return {
    flush() {
      if (recorder.state === "recording") recorder.requestData();
    },
    stop() {
      asked = true;
      if (recorder.state !== "inactive") recorder.stop();
      return ended;
    },
  };
}
