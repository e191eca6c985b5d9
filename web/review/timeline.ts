/* The geometry of the session's timeline: which time lies where, which ticks the ruler shows, which
 * flag was meant by a click. Pure; times are microseconds of the server's clock. */
import type { Flag, Incident, Review, Stream } from "./parse";

export interface Range {
  readonly fromUs: number;
  readonly toUs: number; /* always after fromUs */
}

const SECOND_US = 1_000_000;

export const percent = (fraction: number): string => `${(fraction * 100).toFixed(3)}%`;
/* Does a span touch what is shown? */
export const within = (view: Range, fromUs: number, toUs: number): boolean =>
  toUs >= view.fromUs && fromUs <= view.toUs;

/* The end of a recording: known once analysed; until then it may still be growing. */
export function streamEndUs(stream: Stream, nowUs: number): number {
  return stream.durationUs === null
    ? Math.max(nowUs, stream.startUs)
    : stream.startUs + stream.durationUs;
}

/* The sitting: from the first to the last of what was recorded, flagged, or noted of its beginning and
 * end. What happens before (a check-in) and after (a reviewer looks at it) would make it a day. It is
 * never shorter than ten seconds, so that dividing by its length is safe. */
export function rangeOf(review: Review): Range {
  const times: number[] = [];
  const { session, serverUs } = review;
  if (session.startedUs !== null) times.push(session.startedUs);
  if (session.endedUs !== null) times.push(session.endedUs);
  const growing = session.endedUs === null;
  for (const stream of review.streams) {
    /* A recording that ended but is not analysed has no length yet: it is drawn to the session's end. */
    const open = growing ? serverUs : (session.endedUs ?? stream.startUs);
    times.push(stream.startUs, streamEndUs(stream, open));
  }
  for (const flag of review.flags) times.push(flag.fromUs, flag.toUs);
  if (times.length === 0) times.push(...review.events.map((event) => event.timeUs));
  if (times.length === 0) times.push(serverUs);
  const fromUs = times.reduce((a, b) => Math.min(a, b));
  const toUs = times.reduce((a, b) => Math.max(a, b));
  return { fromUs, toUs: Math.max(toUs, fromUs + 10 * SECOND_US) };
}

export function clampToRange(range: Range, timeUs: number): number {
  return Math.min(Math.max(timeUs, range.fromUs), range.toUs);
}

/* 0 at the left edge, 1 at the right. */
export function fractionOf(range: Range, timeUs: number): number {
  return (clampToRange(range, timeUs) - range.fromUs) / (range.toUs - range.fromUs);
}

export function timeAt(range: Range, fraction: number): number {
  const within = Math.min(Math.max(fraction, 0), 1);
  return Math.round(range.fromUs + within * (range.toUs - range.fromUs));
}

export interface Span {
  readonly left: number; /* 0..1 */
  readonly width: number; /* 0..1, left + width <= 1 */
}

/* A flag of two seconds in a three-hour exam would be thinner than a pixel: every span gets at least
 * `least` of the width, and is moved left where it would stick out. */
export function spanOf(range: Range, fromUs: number, toUs: number, least: number): Span {
  const from = fractionOf(range, fromUs);
  const to = fractionOf(range, Math.max(toUs, fromUs));
  const width = Math.min(Math.max(to - from, least), 1);
  return { left: Math.min(from, 1 - width), width };
}

const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400,
];

export interface Tick {
  readonly fraction: number;
  readonly offsetUs: number; /* since the start of the range */
}

/* At most `most` ticks at round distances from the start. */
export function ticksOf(range: Range, most: number): Tick[] {
  const length = range.toUs - range.fromUs;
  const step =
    STEPS_S.find((s) => length / (s * SECOND_US) <= most) ?? Math.ceil(length / SECOND_US / most);
  const ticks: Tick[] = [];
  for (let offsetUs = 0; offsetUs <= length; offsetUs += step * SECOND_US)
    ticks.push({ fraction: offsetUs / length, offsetUs });
  return ticks;
}

export interface Lane {
  readonly rule: string;
  readonly title: string;
  readonly flags: readonly Flag[]; /* by time */
}

const SEVERITY_RANK = { high: 0, medium: 1, low: 2 } as const;

function gravest(flags: readonly Flag[]): number {
  return flags.reduce((least, f) => Math.min(least, SEVERITY_RANK[f.severity]), 3);
}

/* A lane a rule: the gravest first, then by name, so that the order does not jump while flags come in. */
export function lanesOf(flags: readonly Flag[]): Lane[] {
  const byRule = new Map<string, Flag[]>();
  for (const flag of flags) {
    const lane = byRule.get(flag.rule);
    if (lane) lane.push(flag);
    else byRule.set(flag.rule, [flag]);
  }
  return [...byRule.entries()]
    .map(([rule, list]) => ({ rule, title: list[0]?.title ?? rule, flags: inOrder(list) }))
    .sort((a, b) => gravest(a.flags) - gravest(b.flags) || a.rule.localeCompare(b.rule));
}

export function inOrder(flags: readonly Flag[]): Flag[] {
  return [...flags].sort(
    (a, b) => a.fromUs - b.fromUs || a.rule.localeCompare(b.rule) || (a.id < b.id ? -1 : 1),
  );
}

/* The flag that a click at `timeUs` meant: the one it lies in, else the nearest within `reachUs`. */
export function flagAt(flags: readonly Flag[], timeUs: number, reachUs: number): Flag | null {
  let best: Flag | null = null;
  let bestDistance = Infinity;
  for (const flag of flags) {
    const distance = Math.max(flag.fromUs - timeUs, timeUs - flag.toUs, 0);
    if (distance <= reachUs && distance < bestDistance) {
      best = flag;
      bestDistance = distance;
    }
  }
  return best;
}

/* The next or previous flag as seen from `timeUs`; from a flag's own beginning to the one after it.
 * `current` breaks ties between flags that begin at one moment. */
export function neighbourFlag(
  flags: readonly Flag[],
  timeUs: number,
  direction: "next" | "previous",
  current: string | null,
): Flag | null {
  const ordered = inOrder(flags);
  const at = ordered.findIndex(
    (f) => f.id === current && Math.abs(f.fromUs - timeUs) <= 3 * SECOND_US,
  );
  if (at >= 0) return ordered[direction === "next" ? at + 1 : at - 1] ?? null;
  if (direction === "next") return ordered.find((f) => f.fromUs > timeUs) ?? null;
  return ordered.filter((f) => f.fromUs < timeUs).pop() ?? null;
}

/* The same of incidents: from within one, also from a flag in it, to the one after it. */
export function neighbourIncident(
  incidents: readonly Incident[],
  timeUs: number,
  direction: "next" | "previous",
  flagId: string | null,
): Incident | null {
  const ordered = [...incidents].sort((a, b) => a.fromUs - b.fromUs);
  const at = ordered.findIndex((i) => flagId !== null && i.flags.includes(flagId));
  if (at >= 0) return ordered[direction === "next" ? at + 1 : at - 1] ?? null;
  if (direction === "next") return ordered.find((i) => i.fromUs > timeUs) ?? null;
  return ordered.filter((i) => i.fromUs < timeUs).pop() ?? null;
}
