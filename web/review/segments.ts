/* A session's camera is several recordings: a reload of the page begins a new one; and a desktop app
 * records each display by itself. What does not overlap is one picture on the page, what does are
 * several. This makes the pictures, maps the session's time to a place in a recording, and says why
 * there is nothing to see. Pure. */
import type { Stream } from "./parse";

export interface Segment {
  readonly stream: Stream;
  readonly fromUs: number;
  readonly toUs: number; /* where the next begins, when this one's own length is not known */
}

export interface Picture {
  readonly id: string; /* "camera", "app 2" */
  readonly kind: string;
  readonly number: number; /* from 1, among those of its kind */
  readonly of: number;
  readonly segments: readonly Segment[]; /* in order of time, none overlaps */
}

export interface Place {
  readonly segment: Segment;
  readonly mediaS: number; /* seconds in the recording */
}

const KINDS: readonly string[] = ["camera", "screen", "app"]; /* the order on the page */
/* Clocks are corrected by so much from one recording to the next: that is no overlap. */
const OVERLAP_US = 2_000_000;

export function isRecording(stream: Stream): boolean {
  return stream.kind !== "file" && (stream.mime.startsWith("video/") || stream.mime === "");
}

function ownEndUs(stream: Stream, latestUs: number): number {
  return stream.durationUs === null
    ? Math.max(latestUs, stream.startUs)
    : stream.startUs + stream.durationUs;
}

function byTime(a: Stream, b: Stream): number {
  return a.startUs - b.startUs || (a.id < b.id ? -1 : 1);
}

/* Each recording goes into the first picture that is free by then. One of unknown length ends where
 * the next of its kind begins, else at `endUs`. */
function rowsOf(streams: readonly Stream[], endUs: number): Segment[][] {
  const rows: Segment[][] = [];
  for (const [at, stream] of streams.entries()) {
    const next = streams.slice(at + 1).find((s) => s.startUs > stream.startUs + OVERLAP_US);
    const toUs = ownEndUs(stream, next?.startUs ?? endUs);
    const segment = { stream, fromUs: stream.startUs, toUs };
    const free = rows.find((row) => {
      const last = row[row.length - 1];
      return last !== undefined && last.toUs <= stream.startUs + OVERLAP_US;
    });
    if (free) free.push(segment);
    else rows.push([segment]);
  }
  return rows;
}

/* `endUs` is where a recording of unknown length ends at the latest. */
export function picturesOf(streams: readonly Stream[], endUs: number): Picture[] {
  const recorded = streams.filter((s) => isRecording(s) && s.bytes > 0);
  const kinds = [...new Set(recorded.map((s) => s.kind))].sort(
    (a, b) => KINDS.indexOf(a) - KINDS.indexOf(b),
  );
  return kinds.flatMap((kind) => {
    const rows = rowsOf(recorded.filter((s) => s.kind === kind).sort(byTime), endUs);
    return rows.map((segments, at) => ({
      id: at === 0 ? kind : `${kind} ${at + 1}`,
      kind,
      number: at + 1,
      of: rows.length,
      segments,
    }));
  });
}

/* The recording that shows `timeUs`; of two that overlap a little, the later begun. */
export function placeAt(segments: readonly Segment[], timeUs: number): Place | null {
  let inside: Segment | null = null;
  for (const segment of segments)
    if (timeUs >= segment.fromUs && timeUs < segment.toUs) inside = segment;
  return inside && { segment: inside, mediaS: (timeUs - inside.fromUs) / 1e6 };
}

/* When a picture has something to show again; null: never. */
export function nextStartUs(pictures: readonly Picture[], timeUs: number): number | null {
  const starts = pictures.flatMap((p) => p.segments.map((s) => s.fromUs)).filter((us) => us > timeUs);
  return starts.length === 0 ? null : Math.min(...starts);
}

/* Why a picture shows nothing at a time. */
export type Nothing =
  | { why: "before"; untilUs: number }
  | { why: "gap"; fromUs: number; untilUs: number }
  | { why: "after"; fromUs: number };

export function nothingAt(segments: readonly Segment[], timeUs: number): Nothing | null {
  if (segments.length === 0 || placeAt(segments, timeUs)) return null;
  const before = segments.filter((s) => s.toUs <= timeUs);
  const after = segments.find((s) => s.fromUs > timeUs);
  const fromUs = Math.max(...before.map((s) => s.toUs));
  if (!after) return { why: "after", fromUs };
  if (before.length === 0) return { why: "before", untilUs: after.fromUs };
  return { why: "gap", fromUs, untilUs: after.fromUs };
}

/* The times between recordings of a picture. */
export function gapsOf(segments: readonly Segment[]): { fromUs: number; toUs: number }[] {
  return segments.slice(1).flatMap((segment, at) => {
    const fromUs = segments[at]?.toUs ?? segment.fromUs;
    return segment.fromUs > fromUs ? [{ fromUs, toUs: segment.fromUs }] : [];
  });
}

export function pictureOfStream(pictures: readonly Picture[], streamId: string): Picture | null {
  return pictures.find((p) => p.segments.some((s) => s.stream.id === streamId)) ?? null;
}
