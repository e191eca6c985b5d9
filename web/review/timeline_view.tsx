/* One timeline for the whole session: a ruler, a lane for each rule with flags, the events, and where
 * something was recorded. The lanes are for the mouse; the keyboard has the slider above them, and the
 * list of flags says in words what the lanes show. */
import { Button } from "../ui/button";
import { useStore } from "../ui/store";
import { formatClock, formatTime } from "../ui/time";
import { spansOfEvents } from "./events";
import type { Flag, Review } from "./parse";
import { SeverityLabel, SeverityShape } from "./states";
import { reviewTexts as t } from "./texts";
import {
  flagAt,
  fractionOf,
  lanesOf,
  rangeOf,
  spanOf,
  ticksOf,
  timeAt,
  type Lane,
  type Range,
} from "./timeline";
import { isWhole } from "./view";
import { recordedKinds, recordedSegments, type Watch } from "./watch";

const percent = (fraction: number): string => `${(fraction * 100).toFixed(3)}%`;
const LEAST = 0.004; /* of the width: about four pixels */
const REACH_PX = 8; /* a click that close to a flag means the flag */

const within = (view: Range, fromUs: number, toUs: number): boolean =>
  toUs >= view.fromUs && fromUs <= view.toUs;

export function timesOf(flag: Flag): string {
  const from = formatTime(flag.fromUs);
  return flag.open ? `${from} – ${t.flags.open}` : `${from} – ${formatTime(flag.toUs)}`;
}

function FlagMark(props: { flag: Flag; view: Range; selected: boolean }) {
  const { flag, view } = props;
  const { left, width } = spanOf(view, flag.fromUs, flag.toUs, LEAST);
  const classes = ["mark", `mark-${flag.severity}`];
  if (flag.open) classes.push("mark-open");
  if (props.selected) classes.push("mark-selected");
  return (
    <div
      class={classes.join(" ")}
      style={{ left: percent(left), width: percent(width) }}
      title={`${flag.title}, ${timesOf(flag)}, ${t.severity(flag.severity)}`}
    >
      <SeverityShape severity={flag.severity} />
    </div>
  );
}

function FlagLane(props: { lane: Lane; view: Range; selected: string | null }) {
  return (
    <div class="lane" data-rule={props.lane.rule}>
      {props.lane.flags
        .filter((flag) => within(props.view, flag.fromUs, flag.toUs))
        .map((flag) => (
          <FlagMark
            key={flag.id}
            flag={flag}
            view={props.view}
            selected={flag.id === props.selected}
          />
        ))}
    </div>
  );
}

function EventLane(props: { review: Review; view: Range }) {
  const { review, view } = props;
  const spans = spansOfEvents(review.events, rangeOf(review).toUs);
  return (
    <div class="lane">
      {spans
        .filter((span) => within(view, span.fromUs, span.toUs))
        .map((span) => {
          const { left, width } = spanOf(view, span.fromUs, span.toUs, LEAST);
          return (
            <div
              key={`${span.kind} ${span.fromUs}`}
              class="event-span"
              style={{ left: percent(left), width: percent(width) }}
              title={`${span.title}, ${formatTime(span.fromUs)} – ${formatTime(span.toUs)}`}
            />
          );
        })}
      {review.events
        .filter((event) => within(view, event.timeUs, event.timeUs))
        .map((event, at) => (
          <div
            key={`${event.kind} ${event.timeUs} ${at}`}
            class="event-mark"
            style={{ left: percent(fractionOf(view, event.timeUs)) }}
            title={`${event.title}, ${formatTime(event.timeUs)}`}
          />
        ))}
    </div>
  );
}

function RecordingLane(props: { review: Review; kind: string; view: Range }) {
  const { view } = props;
  return (
    <div class="lane">
      {recordedSegments(props.review, props.kind)
        .filter((segment) => within(view, segment.fromUs, segment.toUs))
        .map((segment) => {
          const from = Math.max(segment.fromUs, view.fromUs);
          const { left, width } = spanOf(view, from, segment.toUs, LEAST);
          return (
            <div
              key={segment.stream.id}
              class="recorded"
              style={{ left: percent(left), width: percent(width) }}
              title={`${formatTime(segment.fromUs)} – ${formatTime(segment.toUs)}`}
            />
          );
        })}
    </div>
  );
}

function Slider(props: { watch: Watch; review: Review; view: Range }) {
  const { watch, review, view } = props;
  const { timeUs } = useStore(watch.player.state);
  const whole = rangeOf(review);
  const flag = flagAt(review.flags, timeUs, 0);
  return (
    <div
      class="ruler"
      role="slider"
      tabIndex={0}
      data-slider="true"
      aria-label={t.timeline.position}
      aria-describedby="timeline-help"
      aria-valuemin={0}
      aria-valuemax={Math.round((whole.toUs - whole.fromUs) / 1e6)}
      aria-valuenow={Math.round((timeUs - whole.fromUs) / 1e6)}
      aria-valuetext={t.timeline.valueText(
        formatTime(timeUs),
        formatClock((timeUs - whole.fromUs) / 1e6),
        flag?.title ?? null,
      )}
    >
      {ticksOf(view, 10).map((tick) => (
        <span key={tick.offsetUs} class="tick numeric" style={{ left: percent(tick.fraction) }}>
          {formatClock((view.fromUs - whole.fromUs + tick.offsetUs) / 1e6)}
        </span>
      ))}
    </div>
  );
}

function Playhead(props: { watch: Watch; view: Range }) {
  const { timeUs } = useStore(props.watch.player.state);
  if (!within(props.view, timeUs, timeUs)) return null;
  return (
    <div
      class="playhead"
      style={{ left: percent(fractionOf(props.view, timeUs)) }}
      aria-hidden="true"
    />
  );
}

function Legend() {
  return (
    <p class="legend small muted">
      {t.timeline.legend}: <SeverityLabel severity="high" /> <SeverityLabel severity="medium" />{" "}
      <SeverityLabel severity="low" />
    </p>
  );
}

export function TimelineView(props: { watch: Watch; review: Review }) {
  const { watch, review } = props;
  const view = useStore(watch.view);
  const selected = useStore(watch.selected);
  const lanes = lanesOf(review.flags);
  const kinds = recordedKinds(review);
  const whole = rangeOf(review);

  function point(event: PointerEvent, area: HTMLElement, pressed: boolean): void {
    const box = area.getBoundingClientRect();
    const timeUs = timeAt(view, (event.clientX - box.left) / box.width);
    const rule =
      (event.target as Element).closest("[data-rule]")?.getAttribute("data-rule") ?? null;
    const reachUs = (REACH_PX / box.width) * (view.toUs - view.fromUs);
    const flags = rule === null ? [] : review.flags.filter((flag) => flag.rule === rule);
    const flag = pressed ? flagAt(flags, timeUs, reachUs) : null;
    if (flag) watch.showFlag(flag);
    else watch.showTime(timeUs);
  }

  return (
    <>
      <div class="timeline">
        <div class="lane-names">
          <span class="lane-name muted small">{t.timeline.position}</span>
          {lanes.map((lane) => (
            <span key={lane.rule} class="lane-name">
              {lane.title} <span class="muted numeric">{lane.flags.length}</span>
            </span>
          ))}
          {lanes.length === 0 ? <span class="lane-name muted">{t.timeline.noRules}</span> : null}
          <span class="lane-name">{t.timeline.events}</span>
          {kinds.map((kind) => (
            <span key={kind} class="lane-name">
              {t.streamKind(kind)}
            </span>
          ))}
        </div>
        <div
          class="lanes"
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            const area = event.currentTarget;
            area.querySelector<HTMLElement>("[data-slider]")?.focus({ preventScroll: true });
            point(event, area, true);
            const onSlider = (event.target as Element).closest("[data-slider]") !== null;
            if (onSlider) area.setPointerCapture(event.pointerId);
            event.preventDefault();
          }}
          onPointerMove={(event) => {
            const area = event.currentTarget;
            if (area.hasPointerCapture(event.pointerId)) point(event, area, false);
          }}
        >
          <Slider watch={watch} review={review} view={view} />
          <div aria-hidden="true">
            {lanes.map((lane) => (
              <FlagLane key={lane.rule} lane={lane} view={view} selected={selected} />
            ))}
            {lanes.length === 0 ? <div class="lane" /> : null}
            <EventLane review={review} view={view} />
            {kinds.map((kind) => (
              <RecordingLane key={kind} review={review} kind={kind} view={view} />
            ))}
          </div>
          <Playhead watch={watch} view={view} />
        </div>
      </div>
      <div class="timeline-foot">
        <Legend />
        <div class="player-controls">
          <Button onClick={() => watch.zoomBy(2)}>{t.timeline.zoomIn}</Button>
          <Button onClick={() => watch.zoomBy(0.5)} disabled={isWhole(whole, view)}>
            {t.timeline.zoomOut}
          </Button>
          <Button onClick={() => watch.zoomOut()} disabled={isWhole(whole, view)}>
            {t.timeline.whole}
          </Button>
        </div>
      </div>
      <p id="timeline-help" class="small muted">
        {t.timeline.help} {t.timeline.clockNote}
      </p>
    </>
  );
}
