/* The blue frame around the window while the candidate is monitored, with the words that say so. Clicks
 * go through it. */
import { useEffect, useState } from "preact/hooks";
import { texts } from "../ui/texts";

const t = texts.checkin.begin;

/* Where the browser allows it; the check-in does not depend on it. */
export async function enterFullScreen(): Promise<void> {
  try {
    if (document.fullscreenEnabled && document.fullscreenElement === null)
      await document.documentElement.requestFullscreen({ navigationUI: "hide" });
  } catch {
    /* refused by the candidate's settings: the exam goes on in the window, and leaving it is noticed */
  }
}

export function leaveFullScreen(): void {
  if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
}

export function useFullScreen(): boolean {
  const [full, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  return full;
}

export function MonitorFrame() {
  return (
    <div class="blue-frame">
      <p class="blue-frame-text" role="status">
        {t.monitored}
      </p>
    </div>
  );
}
