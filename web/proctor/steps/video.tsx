/* A live camera picture. It is shown mirrored, as people know themselves; the recording is not. */
import { useEffect, useRef } from "preact/hooks";

export function LiveVideo(props: { stream: MediaStream; label: string }) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = ref.current;
    if (video === null) return;
    video.srcObject = props.stream;
    video.play().catch(() => undefined); // "autoplay" tries again when the page is shown
    return () => {
      video.srcObject = null;
    };
  }, [props.stream]);
  return <video ref={ref} class="live-video" muted autoplay playsInline aria-label={props.label} />;
}
