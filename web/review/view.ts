/* Which part of the session the timeline shows: all of it, or a zoomed part. Pure. */
import type { Range } from "./timeline";

const LEAST_US = 10_000_000; /* closer than ten seconds shows nothing more */

function fit(whole: Range, fromUs: number, lengthUs: number): Range {
  const length = Math.min(Math.max(lengthUs, LEAST_US), whole.toUs - whole.fromUs);
  const from = Math.min(Math.max(fromUs, whole.fromUs), whole.toUs - length);
  return { fromUs: Math.round(from), toUs: Math.round(from + length) };
}

/* `factor` 2 shows half as much; the time `aroundUs` stays where it is on the screen. */
export function zoom(whole: Range, view: Range, factor: number, aroundUs: number): Range {
  const length = view.toUs - view.fromUs;
  const around = Math.min(Math.max(aroundUs, view.fromUs), view.toUs);
  const next = Math.max(length / factor, LEAST_US);
  return fit(whole, around - ((around - view.fromUs) / length) * next, next);
}

/* The same zoom, moved so far that `timeUs` is seen with some room around it. */
export function follow(whole: Range, view: Range, timeUs: number): Range {
  const length = view.toUs - view.fromUs;
  if (timeUs >= view.fromUs && timeUs <= view.toUs) return view;
  return fit(whole, timeUs - length / 3, length);
}

export function isWhole(whole: Range, view: Range): boolean {
  return view.fromUs <= whole.fromUs && view.toUs >= whole.toUs;
}

/* After the session grew: a view of everything stays one; a part stays where it is. */
export function grow(before: Range, view: Range, after: Range): Range {
  return isWhole(before, view) ? after : fit(after, view.fromUs, view.toUs - view.fromUs);
}

/* The same zoom, so much further on; never beyond the ends. */
export function pan(whole: Range, view: Range, byUs: number): Range {
  return fit(whole, view.fromUs + byUs, view.toUs - view.fromUs);
}
