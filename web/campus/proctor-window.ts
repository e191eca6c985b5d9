/* The separate window named Proctortrack. If it is open already it is brought to the front as it is: a
 * test may be running in it. */

const NAME = "Proctortrack";
export const PROCTOR_PATH = "/proctortrack/";

export interface Windows {
  /* null: the browser did not allow it. */
  open(url: string, name: string, features: string): Window | null;
  readonly width: number;
  readonly height: number;
}

export const browserWindows: Windows = {
  open: (url, name, features) => window.open(url, name, features),
  get width() {
    return window.screen.availWidth;
  },
  get height() {
    return window.screen.availHeight;
  },
};

function isNew(opened: Window): boolean {
  try {
    return opened.location.href === "about:blank";
  } catch {
    return true; // it has wandered to another site
  }
}

/* False when the browser has blocked it. */
export function openProctorWindow(windows: Windows = browserWindows): boolean {
  const features = `popup=yes,width=${windows.width},height=${windows.height}`;
  const opened = windows.open("", NAME, features);
  if (opened === null) return false;
  if (isNew(opened)) opened.location.replace(PROCTOR_PATH);
  opened.focus();
  return true;
}

/* After "Quit" the assessments are shown in that window: "Close" leaves it. */
export function isProctorWindow(): boolean {
  return window.name === NAME;
}

export function closeProctorWindow(): void {
  window.close(); // only a window that a page has opened may be closed by one
  window.location.assign("/#/profile");
}
