/* A session's camera is several recordings: a reload of the page begins a new one. The player shows
 * them as one; this maps the session's time to a recording and a place in it, and back. Pure. */
import type { Stream } from "./parse";

export interface Segment {
  readonly stream: Stream;
  readonly fromUs: number;
  readonly toUs: number; /* where the next begins, when this one's own length is not known */
}

export interface Place {
  readonly segment: Segment;
  readonly mediaS: number; /* seconds in the recording */
}

export function isRecording(stream: Stream): boolean {
  return stream.kind !== "file" && (stream.mime.startsWith("video/") || stream.mime === "");
}

/* In order of time. `endUs` is where a recording of unknown length ends at the latest. */
export function segmentsOf(streams: readonly Stream[], kind: string, endUs: number): Segment[] {
  const ordered = streams
    .filter((s) => s.kind === kind && s.bytes > 0)
    .sort((a, b) => a.startUs - b.startUs || (a.id < b.id ? -1 : 1));
  return ordered.map((stream, at) => {
    const next = ordered[at + 1];
    const latest = Math.max(next ? next.startUs : endUs, stream.startUs);
    const toUs = stream.durationUs === null ? latest : stream.startUs + stream.durationUs;
    return { stream, fromUs: stream.startUs, toUs };
  });
}

/* The recording that shows `timeUs`. Of two that overlap (a clock that was corrected), the later begun.
 * In a gap: the beginning of the next one; after the last: its end. Null without any recording. */
export function placeAt(segments: readonly Segment[], timeUs: number): Place | null {
  let inside: Segment | null = null;
  for (const segment of segments)
    if (timeUs >= segment.fromUs && timeUs < segment.toUs) inside = segment;
  if (inside) return { segment: inside, mediaS: (timeUs - inside.fromUs) / 1e6 };
  const next = segments.find((s) => s.fromUs > timeUs);
  if (next) return { segment: next, mediaS: 0 };
  const last = segments[segments.length - 1];
  return last ? { segment: last, mediaS: Math.max(0, (last.toUs - last.fromUs) / 1e6) } : null;
}

/* The place of a flag: always in its own recording, whatever overlaps there. */
export function placeOf(
  segments: readonly Segment[],
  streamId: string,
  timeUs: number,
): Place | null {
  const segment = segments.find((s) => s.stream.id === streamId);
  if (!segment) return placeAt(segments, timeUs);
  return { segment, mediaS: Math.max(0, (timeUs - segment.fromUs) / 1e6) };
}

export function sessionTimeUs(segment: Segment, mediaS: number): number {
  return segment.fromUs + Math.round(mediaS * 1e6);
}

export function segmentAfter(segments: readonly Segment[], streamId: string): Segment | null {
  const at = segments.findIndex((s) => s.stream.id === streamId);
  return at < 0 ? null : (segments[at + 1] ?? null);
}

/* Is nothing recorded at this time? */
export function inGap(segments: readonly Segment[], timeUs: number): boolean {
  return !segments.some((s) => timeUs >= s.fromUs && timeUs <= s.toUs);
}
