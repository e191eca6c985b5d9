/* A camera for pictures: opened for a step, closed with it, with a choice when there are several. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { SelectField } from "../../ui/field";
import { texts } from "../../ui/texts";
import { browserMedia, closeCamera, openMedia, pictureConstraints, type CameraState } from "../recording/camera";

export interface PictureCamera {
  camera: CameraState;
  video: RefObject<HTMLVideoElement | null>;
  devices: readonly MediaDeviceInfo[];
  retry: () => void;
}

export function usePictureCamera(
  cameraId: string | null,
  ideal: { width: number; height: number },
): PictureCamera {
  const [camera, setCamera] = useState<CameraState>({ state: "asking" });
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const [turn, setTurn] = useState(0);
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    let wanted = true;
    let opened: MediaStream | null = null;
    void (async () => {
      const next = await openMedia(browserMedia, pictureConstraints(cameraId, ideal));
      if (next.state === "on") opened = next.stream;
      if (!wanted) return opened === null ? undefined : closeCamera(opened);
      if (next.state === "on")
        for (const track of next.stream.getTracks())
          track.addEventListener("ended", () => {
            if (wanted) setCamera({ state: "problem", problem: "lost", detail: "" });
          });
      setCamera(next);
      const all = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [];
      if (wanted) setDevices(all.filter((device) => device.kind === "videoinput"));
    })();
    return () => {
      wanted = false;
      if (opened !== null) closeCamera(opened);
    };
  }, [cameraId, turn]);
  return { camera, video, devices, retry: () => setTurn((now) => now + 1) };
}

export function CameraChoice(props: {
  devices: readonly MediaDeviceInfo[];
  chosen: string | null;
  onChange: (id: string) => void;
}) {
  if (props.devices.length < 2) return null;
  return (
    <SelectField
      label={texts.checkin.camera}
      value={props.chosen ?? props.devices[0]?.deviceId ?? ""}
      options={props.devices.map((device, index) => ({
        value: device.deviceId,
        text: device.label || `${texts.checkin.camera} ${index + 1}`,
      }))}
      onChange={props.onChange}
    />
  );
}

/* Shown as the camera gives it, or mirrored as people know themselves. */
export function StageVideo(props: {
  stream: MediaStream;
  video: RefObject<HTMLVideoElement | null>;
  label: string;
  mirrored: boolean;
}) {
  useEffect(() => {
    const video = props.video.current;
    if (video === null) return;
    video.srcObject = props.stream;
    video.play().catch(() => undefined);
    return () => {
      video.srcObject = null;
    };
  }, [props.stream]);
  return (
    <video
      ref={props.video}
      class={props.mirrored ? "stage-video stage-mirrored" : "stage-video"}
      muted
      autoplay
      playsInline
      aria-label={props.label}
    />
  );
}
