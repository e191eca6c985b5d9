/* What a page can see of other programs: whether it is in view and has the focus, and whether it can fill
 * the screen. */
import { outcome, type CheckContext, type Outcome, type SystemCheck } from "./check";

const PATIENCE_MS = 3000; // a permission prompt that was just answered gives the focus back a moment later

async function run({ sleep, monotonicMs }: CheckContext): Promise<Outcome> {
  const good = () => document.visibilityState === "visible" && document.hasFocus();
  for (const beganMs = monotonicMs(); !good() && monotonicMs() - beganMs < PATIENCE_MS; )
    await sleep(100);
  const visible = document.visibilityState === "visible";
  const focus = document.hasFocus();
  return outcome(!visible ? "programs-hidden" : !focus ? "programs-focus" : null, {
    visible,
    focus,
    full_screen: document.fullscreenEnabled,
    window_width: window.outerWidth,
    window_height: window.outerHeight,
  });
}

export const programsCheck: SystemCheck = { point: "programs", run };
