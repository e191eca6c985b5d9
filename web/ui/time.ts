/* Times, sizes and numbers as people read them, in the page's language. `_us` values are the server's
 * microseconds since 1970. */
import { locale } from "./language";

export interface Clock {
  /* Local milliseconds since 1970; may be wrong or jump. */
  nowMs(): number;
  /* Milliseconds that only go forward; for measuring how long something took. */
  monotonicMs(): number;
}

export const browserClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/* The server's time without asking it again: what it said, plus what passed since by the monotonic
 * clock. A wrong or changed local clock has no effect. */
export interface ServerClock {
  nowUs(): number;
  /* `asked` is clock.monotonicMs() before the request; the answer is taken to be from halfway. */
  learn(serverUs: number, askedMs: number): void;
  readonly known: boolean;
  /* Server minus local, milliseconds. */
  skewMs(): number;
}

export function createServerClock(clock: Clock = browserClock): ServerClock {
  let offsetUs: number | null = null; // server us minus monotonic us
  let bestRoundTripMs = Infinity;
  return {
    get known() {
      return offsetUs !== null;
    },
    nowUs: () =>
      offsetUs === null
        ? clock.nowMs() * 1000
        : Math.round(clock.monotonicMs() * 1000 + offsetUs),
    learn(serverUs, askedMs) {
      const answeredMs = clock.monotonicMs();
      const roundTripMs = Math.max(0, answeredMs - askedMs);
      const offset = serverUs - ((askedMs + answeredMs) / 2) * 1000;
      /* A slow answer says less than a quick one, unless the clocks have moved further apart than
       * its uncertainty (the computer slept). */
      const drift = offsetUs === null ? Infinity : Math.abs(offset - offsetUs) / 1000;
      if (roundTripMs <= bestRoundTripMs || drift > roundTripMs) {
        offsetUs = offset;
        bestRoundTripMs = Math.max(roundTripMs, 20);
      }
    },
    skewMs() {
      return this.nowUs() / 1000 - clock.nowMs();
    },
  };
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}

/* 14:03:27, local time zone, 24 hours. */
export function formatTime(us: number): string {
  const date = new Date(us / 1000);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const dateFormat = new Intl.DateTimeFormat(locale, {
  day: "numeric",
  month: "short",
  year: "numeric",
});

/* 23 Nov 2026; in German 23. Nov. 2026 */
export function formatDate(us: number): string {
  return dateFormat.format(new Date(us / 1000));
}

/* 23 Nov 2026, 14:03 */
export function formatDateTime(us: number): string {
  return `${formatDate(us)}, ${formatTime(us).slice(0, 5)}`;
}

/* A countdown or a place in a recording: 4:05, 1:04:05. Never negative. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor(whole / 60) % 60;
  const s = whole % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

type Unit = "second" | "minute" | "hour" | "byte" | "kilobyte" | "megabyte" | "gigabyte" | "terabyte";

function inUnit(n: number, unit: Unit, unitDisplay: "long" | "short", digits = 0): string {
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(n);
}

/* A length in words: "45 seconds", "30 minutes", "1 hour 30 minutes". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return inUnit(whole, "second", "long");
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return inUnit(minutes, "minute", "long");
  const rest = minutes % 60;
  const hours = inUnit(Math.floor(minutes / 60), "hour", "long");
  return rest === 0 ? hours : `${hours} ${inUnit(rest, "minute", "long")}`;
}

/* For the pages in English only. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/* 812 bytes, 1.2 MB (decimal, as file managers show it). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return inUnit(Math.max(0, Math.round(bytes)), "byte", "long");
  const units = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = bytes;
  let unit: Unit = "byte";
  for (const next of units) {
    if (value < 999.95) break;
    value /= 1000;
    unit = next;
  }
  return inUnit(value, unit, "short", value < 9.95 ? 1 : 0);
}

/* 1234.5 as the language writes it. */
export function formatNumber(n: number, digits = 0): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(n);
}
