/* The session's events as a reviewer reads them: runs of the same are one line, and what begins and
 * ends (offline and back) is a span on the timeline. Pure. */
import { formatTime } from "../ui/time";
import type { SessionEvent } from "./parse";

export interface EventLine {
  readonly event: SessionEvent;
  readonly times: number;
  readonly lastUs: number;
}

/* An answer that is typed is saved many times: one line says so. */
export function linesOf(events: readonly SessionEvent[]): EventLine[] {
  const ordered = [...events].sort((a, b) => a.timeUs - b.timeUs);
  const lines: EventLine[] = [];
  for (const event of ordered) {
    const last = lines[lines.length - 1];
    if (last && last.event.kind === event.kind && detailText(last.event) === detailText(event))
      lines[lines.length - 1] = { ...last, times: last.times + 1, lastUs: event.timeUs };
    else lines.push({ event, times: 1, lastUs: event.timeUs });
  }
  return lines;
}

const SHOWN_MAX = 160; /* characters of a detail; all of it is in the signed report */
const WORD_MAX = 24; /* a hash is told by its beginning */

const CLOCK_US = 5_000_000; /* a candidate's clock that is further off is worth saying */

/* By which events are told apart or belong together: of the chain, not of what happened. */
const NUMBERING: readonly string[] = ["run", "seq", "nonce"];

const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);

function valueText(name: string, value: unknown): string {
  if (name.endsWith("_us") && typeof value === "number") return formatTime(value);
  const shown = typeof value === "object" ? JSON.stringify(value) : String(value);
  return shown.length > WORD_MAX && !shown.includes(" ") ? `${shown.slice(0, 12)}...` : shown;
}

/* {"item": 3} is "item 3"; anything nested is written as JSON. */
export function detailText(event: SessionEvent): string {
  const text = Object.entries(event.detail)
    .filter(([name, value]) => {
      if (isEmpty(value) || NUMBERING.includes(name)) return false;
      const ownClock = name === "client_us" && typeof value === "number";
      return !ownClock || Math.abs(value - event.timeUs) > CLOCK_US;
    })
    .map(([name, value]) => {
      const label = name.replace(/_us$/, " time").replaceAll("_", " ");
      return `${label} ${valueText(name, value)}`;
    })
    .join(", ");
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text;
}

export interface EventSpan {
  readonly kind: string;
  readonly title: string;
  readonly fromUs: number;
  readonly toUs: number;
}

const ENDS: Readonly<Record<string, string>> = {
  offline: "online",
  "page-hidden": "page-shown",
  "camera-lost": "camera-back",
  "screen-lost": "screen-back",
  "connection-lost": "connection-back",
  "app-lost": "app-back",
  "fullscreen-left": "fullscreen-back",
  "plugin-lost": "plugin-back",
  "tab-shown": "exam-shown",
  "exam-left": "exam-shown",
  "focus-lost": "exam-shown",
};

/* The spans in which something could not be recorded or sent; the others are of where the candidate was. */
const CONNECTION: readonly string[] = [
  "offline",
  "camera-lost",
  "screen-lost",
  "connection-lost",
  "app-lost",
  "plugin-lost",
];
export const isConnection = (span: EventSpan): boolean => CONNECTION.includes(span.kind);

/* What has not ended lasts until `endUs`. A second beginning inside a span changes nothing. */
export function spansOfEvents(events: readonly SessionEvent[], endUs: number): EventSpan[] {
  const open = new Map<string, SessionEvent>(); /* by the kind that ends it */
  const spans: EventSpan[] = [];
  for (const event of [...events].sort((a, b) => a.timeUs - b.timeUs)) {
    const began = open.get(event.kind);
    if (began) {
      spans.push({
        kind: began.kind,
        title: began.title,
        fromUs: began.timeUs,
        toUs: event.timeUs,
      });
      open.delete(event.kind);
    }
    const end = ENDS[event.kind];
    if (end !== undefined && !open.has(end)) open.set(end, event);
  }
  for (const began of open.values())
    spans.push({
      kind: began.kind,
      title: began.title,
      fromUs: began.timeUs,
      toUs: Math.max(endUs, began.timeUs),
    });
  return spans.sort((a, b) => a.fromUs - b.fromUs);
}

/* What a reviewer goes by: the exam's own turns, not the housekeeping of streams and documents. */
const MILESTONES: readonly string[] = [
  "recording-started",
  "exam-started",
  "answered",
  "finished",
  "exam-ended",
  "time-given",
  "attachment-complete",
  "warning-acknowledged",
  "hand-raised",
];

export function milestonesOf(events: readonly SessionEvent[]): SessionEvent[] {
  return events.filter((event) => MILESTONES.includes(event.kind));
}
