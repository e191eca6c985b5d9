/* Cameras that are a program: what they show may be anything. The name is only a first look (whoever
 * wants to can rename one), so the server keeps it, and the face scan does not rely on it. */

const VIRTUAL = [
  /\bobs\b/, // OBS Virtual Camera, OBS-Camera
  /virtual/, // "Virtual Camera", "XSplit VCam (Virtual)", "Virtueller ..."
  /\bv-?cam\b/,
  /manycam/,
  /snap camera/,
  /xsplit/,
  /v4l2.?loopback/,
  /dummy video/, // v4l2loopback without a name
  /loopback/,
  /droidcam/,
  /iriun/,
  /epoccam/,
  /ivcam/,
  /camo\b/,
  /e2esoft/,
  /splitcam/,
  /altercam/,
  /webcamoid/,
  /akvcam/,
  /youcam/,
  /mmhmm/,
  /prism live/,
  /ndi (video|webcam)/,
  /newtek ndi/,
  /fake.?cam/,
  /chromacam/,
  /sparkocam/,
  /avatarify/,
  /screen capture/,
] as const;

export function isVirtualCamera(label: string): boolean {
  const name = label.toLowerCase();
  return VIRTUAL.some((pattern) => pattern.test(name));
}
