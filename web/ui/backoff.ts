/* How long to wait before trying again: doubles from half a second up to 15 s. The jitter keeps a
 * hundred candidates whose server was restarted from coming back in the same moment. */

const FIRST_MS = 500;
export const RETRY_MAX_MS = 15_000;

/* `failures` in a row so far (1 after the first), `random` from 0 to 1. */
export function retryDelayMs(failures: number, random: number): number {
  const ceiling = Math.min(RETRY_MAX_MS, FIRST_MS * 2 ** Math.min(16, Math.max(0, failures - 1)));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
