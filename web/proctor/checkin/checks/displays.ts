/* One display. The Window Management API counts them when the candidate allows it; what every page may
 * know is whether there is more than one. */
import { outcome, type CheckContext, type Outcome, type SystemCheck } from "./check";

interface ManagedScreens {
  getScreenDetails?: () => Promise<{ screens: readonly unknown[] }>;
}
interface ExtendedScreen {
  isExtended?: boolean;
}

/* Call it in a click: the browser asks for the permission. null: not allowed, or not known here. */
export async function countScreens(): Promise<number | null> {
  const managed = window as Window & ManagedScreens;
  if (typeof managed.getScreenDetails !== "function") return null;
  try {
    return (await managed.getScreenDetails()).screens.length;
  } catch {
    return null;
  }
}

export function judgeScreens(count: number | null, extended: boolean | null): boolean {
  return (count ?? 1) > 1 || extended === true;
}

async function run({ screens }: CheckContext): Promise<Outcome> {
  const count = await screens;
  const extended = (window.screen as Screen & ExtendedScreen).isExtended ?? null;
  return outcome(judgeScreens(count, extended) ? "displays-several" : null, {
    ...(count === null ? {} : { count }),
    ...(extended === null ? {} : { extended }),
    width: window.screen.width,
    height: window.screen.height,
    ratio: window.devicePixelRatio,
  });
}

export const displaysCheck: SystemCheck = { point: "displays", run };
