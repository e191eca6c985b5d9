/* Guidance that can be read: what changes three times a second would flicker, and a screen reader would
 * never get to its end. A text is shown once two looks in a row said the same, or at once when the look
 * before was of something else altogether (`urgent`), and stays for a while. */

export interface Steady<T> {
  /* What to show now that the newest look said `next`. */
  see(next: T, nowMs: number, urgent?: boolean): T;
}

const SHOWN_MS = 900;

export function createSteady<T>(initial: T): Steady<T> {
  let shown = initial;
  let shownMs = -Infinity;
  let last = initial;
  return {
    see(next, nowMs, urgent = false) {
      const twice = Object.is(next, last);
      last = next;
      if (Object.is(next, shown)) return shown;
      if (urgent || (twice && nowMs - shownMs >= SHOWN_MS)) {
        shown = next;
        shownMs = nowMs;
      }
      return shown;
    },
  };
}
