/* Stills of a live camera picture as JPEG. The encoding is the browser's own and runs beside the page. */

/* Places to draw into, made once: a canvas a frame would be garbage three times a second. */
export interface Capture {
  /* At most `width` pixels wide, never enlarged. null while the camera gives no picture. */
  jpeg(video: HTMLVideoElement, width: number, quality: number): Promise<Blob | null>;
  /* The brightness of each pixel (0 to 255) of a picture of `width` pixels. */
  grey(source: HTMLVideoElement | ImageBitmap, width: number): Grey | null;
}

export interface Grey {
  pixels: Uint8ClampedArray;
  width: number;
  height: number;
}

export function fitted(width: number, height: number, most: number): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(1, width));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function sizeOf(source: HTMLVideoElement | ImageBitmap): { width: number; height: number } {
  return source instanceof HTMLVideoElement
    ? { width: source.videoWidth, height: source.videoHeight }
    : { width: source.width, height: source.height };
}

export function greyOf(rgba: Uint8ClampedArray, width: number, height: number): Grey {
  const pixels = new Uint8ClampedArray(width * height);
  for (let i = 0; i < pixels.length; i++) {
    const at = i * 4;
    /* BT.601 in 256ths */
    pixels[i] =
      ((rgba[at] ?? 0) * 77 + (rgba[at + 1] ?? 0) * 150 + (rgba[at + 2] ?? 0) * 29) >> 8;
  }
  return { pixels, width, height };
}

/* How sharp a picture is: the variance of its Laplacian. Only for comparing pictures of one scene. */
export function sharpness({ pixels, width, height }: Grey): number {
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const value =
        4 * (pixels[at] ?? 0) -
        (pixels[at - 1] ?? 0) -
        (pixels[at + 1] ?? 0) -
        (pixels[at - width] ?? 0) -
        (pixels[at + width] ?? 0);
      sum += value;
      squares += value * value;
      count += 1;
    }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

/* The mean difference of two pictures of the same size, in steps of brightness. */
export function difference(a: Grey, b: Grey): number {
  let sum = 0;
  for (let i = 0; i < a.pixels.length; i++) sum += Math.abs((a.pixels[i] ?? 0) - (b.pixels[i] ?? 0));
  return sum / Math.max(1, a.pixels.length);
}

export function brightness({ pixels }: Grey): number {
  let sum = 0;
  for (const pixel of pixels) sum += pixel;
  return sum / Math.max(1, pixels.length);
}

export function createCapture(): Capture {
  const picture = new OffscreenCanvas(1, 1);
  const small = new OffscreenCanvas(1, 1);
  const pictureContext = picture.getContext("2d", { alpha: false });
  const smallContext = small.getContext("2d", { alpha: false, willReadFrequently: true });
  return {
    async jpeg(video, most, quality) {
      const { width, height } = fitted(video.videoWidth, video.videoHeight, most);
      if (width === 0 || height === 0 || pictureContext === null) return null;
      if (picture.width !== width || picture.height !== height) {
        picture.width = width;
        picture.height = height;
      }
      pictureContext.drawImage(video, 0, 0, width, height);
      return picture.convertToBlob({ type: "image/jpeg", quality });
    },
    grey(source, most) {
      const full = sizeOf(source);
      const { width, height } = fitted(full.width, full.height, most);
      if (width === 0 || height === 0 || smallContext === null) return null;
      small.width = width;
      small.height = height;
      smallContext.drawImage(source, 0, 0, width, height);
      return greyOf(smallContext.getImageData(0, 0, width, height).data, width, height);
    },
  };
}

const TRIES = 5;
const TRY_EVERY_MS = 150; // hands shake at some 5 Hz: within 0.75 s one frame is at a turning point
const JUDGED_WIDTH = 640;

/* The sharpest of several frames, at the camera's full size. */
export async function sharpestJpeg(
  video: HTMLVideoElement,
  capture: Capture,
  sleep: (ms: number) => Promise<void>,
  maxBytes: number,
): Promise<Blob | null> {
  let best: ImageBitmap | null = null;
  let bestSharpness = -1;
  for (let n = 0; n < TRIES; n++) {
    if (n > 0) await sleep(TRY_EVERY_MS);
    if (video.videoWidth === 0) continue;
    const frame = await createImageBitmap(video);
    const grey = capture.grey(frame, JUDGED_WIDTH);
    const found = grey === null ? 0 : sharpness(grey);
    if (found > bestSharpness) {
      best?.close();
      best = frame;
      bestSharpness = found;
    } else frame.close();
  }
  if (best === null) return null;
  const canvas = new OffscreenCanvas(best.width, best.height);
  canvas.getContext("2d", { alpha: false })?.drawImage(best, 0, 0);
  best.close();
  for (const quality of [0.95, 0.85, 0.7]) {
    const bytes = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (bytes.size <= maxBytes) return bytes;
  }
  return null;
}
