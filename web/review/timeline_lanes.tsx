/* The lanes of the timeline that show what happened: incidents and what people said of them, flags by
 * rule, milestones, the connection, what was recorded. All are for the mouse; the slider, the list of
 * incidents and the table say the same in words. */
import type { ComponentChildren } from "preact";
import { formatTime } from "../ui/time";
import { isConnection, milestonesOf, spansOfEvents } from "./events";
import type { Flag, Incident, Review } from "./parse";
import { gapsOf, type Picture } from "./segments";
import { SeverityShape } from "./states";
import { reviewTexts } from "./texts";
import { fractionOf, percent, rangeOf, spanOf, within, type Lane, type Range } from "./timeline";
import { nameOf, watchTexts } from "./watch-texts";

const t = watchTexts.timeline;
const LEAST = 0.004; /* of the width: about four pixels */

export function timesOf(flag: Flag): string {
  const from = formatTime(flag.fromUs);
  return `${from} – ${flag.open ? reviewTexts.flags.open : formatTime(flag.toUs)}`;
}

/* What people answered to an incident, without those who took it back. */
export function judgementsOf(review: Review, incident: Incident): string[] {
  return review.answers
    .filter((one) => one.flag === incident.flags[0] && one.answer !== "none")
    .map((one) => `${one.name}: ${reviewTexts.answer(one.answer)}`);
}

function Bar(props: {
  view: Range;
  fromUs: number;
  toUs: number;
  class: string;
  title: string;
  children?: ComponentChildren;
}) {
  const { view } = props;
  const from = Math.max(props.fromUs, view.fromUs);
  const { left, width } = spanOf(view, from, Math.min(props.toUs, view.toUs), LEAST);
  return (
    <div
      class={props.class}
      style={{ left: percent(left), width: percent(width) }}
      title={props.title}
    >
      {props.children}
    </div>
  );
}

export function IncidentLane(props: { review: Review; view: Range; selected: string | null }) {
  const { review, view } = props;
  return (
    <div class="lane" data-lane="incidents">
      {review.incidents.map((incident, at) => {
        if (!within(view, incident.fromUs, incident.toUs)) return null;
        const said = judgementsOf(review, incident);
        const chosen = props.selected !== null && incident.flags.includes(props.selected);
        const words = t.incident(at + 1, reviewTexts.severity(incident.severity), incident.flags.length);
        return (
          <Bar
            key={incident.flags[0] ?? at}
            view={view}
            fromUs={incident.fromUs}
            toUs={incident.toUs}
            class={`incident incident-${incident.severity}${chosen ? " incident-selected" : ""}`}
            title={said.length === 0 ? words : `${words}; ${t.judged(said.join(", "))}`}
          >
            <SeverityShape severity={incident.severity} />
            <span class="incident-number numeric">{at + 1}</span>
            {said.length > 0 ? <span class="judged-mark" /> : null}
          </Bar>
        );
      })}
    </div>
  );
}

export function FlagLane(props: { lane: Lane; view: Range; selected: string | null }) {
  const { view } = props;
  return (
    <div class="lane" data-rule={props.lane.rule}>
      {props.lane.flags
        .filter((flag) => within(view, flag.fromUs, flag.toUs))
        .map((flag) => {
          const classes = ["mark", `mark-${flag.severity}`];
          if (flag.open) classes.push("mark-open");
          if (flag.id === props.selected) classes.push("mark-selected");
          return (
            <Bar
              key={flag.id}
              view={view}
              fromUs={flag.fromUs}
              toUs={flag.toUs}
              class={classes.join(" ")}
              title={`${flag.title}, ${timesOf(flag)}, ${reviewTexts.severity(flag.severity)}`}
            >
              <SeverityShape severity={flag.severity} />
            </Bar>
          );
        })}
    </div>
  );
}

export function MilestoneLane(props: { review: Review; view: Range }) {
  const { view } = props;
  return (
    <div class="lane">
      {milestonesOf(props.review.events)
        .filter((event) => within(view, event.timeUs, event.timeUs))
        .map((event, at) => (
          <div
            key={`${event.kind} ${event.timeUs} ${at}`}
            class={event.kind === "answered" ? "event-mark event-answer" : "event-mark"}
            style={{ left: percent(fractionOf(view, event.timeUs)) }}
            title={`${event.title}, ${formatTime(event.timeUs)}`}
          />
        ))}
    </div>
  );
}

export interface Gap {
  readonly title: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/* Offline, lost cameras; and the times a recording leaves out. */
export function connectionGaps(review: Review, pictures: readonly Picture[]): Gap[] {
  const spans: Gap[] = spansOfEvents(review.events, rangeOf(review).toUs).filter(isConnection);
  const missing = pictures.flatMap((picture) =>
    gapsOf(picture.segments).map((gap) => ({ title: t.noRecording(nameOf(picture)), ...gap })),
  );
  return [...spans, ...missing].sort((a, b) => a.fromUs - b.fromUs);
}

/* The page hidden, another window in front, the full screen left. */
export function elsewhereOf(review: Review): Gap[] {
  return spansOfEvents(review.events, rangeOf(review).toUs).filter((span) => !isConnection(span));
}

export function GapLane(props: { gaps: readonly Gap[]; view: Range }) {
  const { view } = props;
  return (
    <div class="lane">
      {props.gaps
        .filter((gap) => within(view, gap.fromUs, gap.toUs))
        .map((gap) => (
          <Bar
            key={`${gap.title} ${gap.fromUs}`}
            view={view}
            fromUs={gap.fromUs}
            toUs={gap.toUs}
            class="gap-span"
            title={`${gap.title}, ${formatTime(gap.fromUs)} – ${formatTime(gap.toUs)}`}
          />
        ))}
    </div>
  );
}

export function RecordingLane(props: { picture: Picture; view: Range }) {
  const { view } = props;
  return (
    <div class="lane lane-thin">
      {props.picture.segments
        .filter((segment) => within(view, segment.fromUs, segment.toUs))
        .map((segment) => (
          <Bar
            key={segment.stream.id}
            view={view}
            fromUs={segment.fromUs}
            toUs={segment.toUs}
            class="recorded"
            title={`${formatTime(segment.fromUs)} – ${formatTime(segment.toUs)}`}
          />
        ))}
    </div>
  );
}
