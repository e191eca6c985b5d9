/* One timeline for the whole session: what people and the machine say of it, what happened, what was
 * measured, and where something was recorded. The lanes are for the mouse; the keyboard has the slider
 * above them, and the table below says in words what they show. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../ui/button";
import { useStore } from "../ui/store";
import { formatClock, formatTime } from "../ui/time";
import { FACES, Graph, LEVEL, LIKENESS, Unchecked } from "./graph_lanes";
import { valueAt, type Columns, type Measured } from "./measured";
import type { MeasuredSource } from "./measured_source";
import { Overview } from "./overview";
import type { Incident, Review } from "./parse";
import { SeverityLabel } from "./states";
import { reviewTexts } from "./texts";
import {
  flagAt,
  fractionOf,
  lanesOf,
  percent,
  rangeOf,
  ticksOf,
  timeAt,
  within,
  type Range,
} from "./timeline";
import {
  connectionGaps,
  elsewhereOf,
  FlagLane,
  GapLane,
  IncidentLane,
  MilestoneLane,
  RecordingLane,
} from "./timeline_lanes";
import { TimelineTable } from "./timeline_table";
import { isWhole } from "./view";
import type { Watch } from "./watch";
import { nameOf, watchTexts } from "./watch-texts";

const t = watchTexts.timeline;
const REACH_PX = 8; /* a click that close to a flag means the flag */
const WHEEL_STEP = 0.0018; /* a notch of a wheel (100) zooms by a fifth */

/* What was measured at a time, in words. */
export function measuredWords(measured: Measured | null, timeUs: number): string {
  if (!measured) return t.nothingMeasured;
  const level = valueAt(measured, measured.level, timeUs);
  const faces = valueAt(measured, measured.faces, timeUs);
  const likeness = valueAt(measured, measured.likeness, timeUs);
  const words = [
    level ? t.levelValue(level.most) : null,
    faces ? t.facesValue(faces.least, faces.most) : null,
    likeness ? t.likenessValue(likeness.least) : null,
  ].filter((word) => word !== null);
  return words.length === 0 ? t.nothingMeasured : words.join(", ");
}

function Slider(props: { watch: Watch; review: Review; view: Range; measured: Measured | null }) {
  const { watch, review, view } = props;
  const { timeUs } = useStore(watch.deck.state);
  const whole = rangeOf(review);
  const flag = flagAt(review.flags, timeUs, 0);
  const place = reviewTexts.timeline.valueText(
    formatTime(timeUs),
    formatClock((timeUs - whole.fromUs) / 1e6),
    flag?.title ?? null,
  );
  return (
    <div
      class="ruler"
      role="slider"
      tabIndex={0}
      data-slider="true"
      aria-label={reviewTexts.timeline.position}
      aria-describedby="timeline-help"
      aria-valuemin={0}
      aria-valuemax={Math.round((whole.toUs - whole.fromUs) / 1e6)}
      aria-valuenow={Math.round((timeUs - whole.fromUs) / 1e6)}
      aria-valuetext={`${place}; ${measuredWords(props.measured, timeUs)}`}
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
  const { timeUs } = useStore(props.watch.deck.state);
  if (!within(props.view, timeUs, timeUs)) return null;
  return (
    <div
      class="playhead"
      style={{ left: percent(fractionOf(props.view, timeUs)) }}
      aria-hidden="true"
    />
  );
}

/* What the pointer is at, or else the playhead. */
function Readout(props: {
  watch: Watch;
  hoverUs: number | null;
  measured: Measured | null;
  review: Review;
}) {
  const { timeUs } = useStore(props.watch.deck.state);
  const at = props.hoverUs ?? timeUs;
  const flags = props.review.flags.filter((flag) => flag.fromUs <= at && flag.toUs >= at);
  return (
    <p class="readout small numeric">
      <strong>{t.at(formatTime(at))}</strong> {measuredWords(props.measured, at)}
      {flags.length > 0 ? (
        <span class="muted">, {flags.map((flag) => flag.title).join(", ")}</span>
      ) : null}
    </p>
  );
}

function Legend() {
  return (
    <p class="legend small muted">
      <span>{t.legend}:</span> <SeverityLabel severity="high" /> <SeverityLabel severity="medium" />{" "}
      <SeverityLabel severity="low" />
      <span class="legend-people">
        <span class="judged-mark" /> {t.legendPeople}
      </span>
    </p>
  );
}

interface Row {
  readonly key: string;
  readonly name: ComponentChildren;
  readonly lane: ComponentChildren;
  readonly size?: "thin" | "tall";
}

const measuredAnywhere = (columns: Columns): boolean => columns.least.some((v) => v !== null);

/* Only of what was measured: a session without a camera has no lane of faces. */
function graphRows(measured: Measured | null, view: Range): Row[] {
  if (!measured) return [];
  const { level, faces, likeness } = measured;
  const rows: Row[] = [];
  function add(key: string, name: string, unit: string, lane: ComponentChildren): void {
    rows.push({
      key,
      size: "tall",
      name: (
        <>
          {name} <span class="muted small">{unit}</span>
        </>
      ),
      lane: <div class="lane lane-tall">{lane}</div>,
    });
  }
  const drawn = { measured, view };
  if (measuredAnywhere(level))
    add(
      "level",
      t.level,
      t.levelUnit,
      <Graph {...drawn} columns={level} scale={LEVEL} kind="level" lines={[-30]} fromGround />,
    );
  if (measuredAnywhere(faces))
    add(
      "faces",
      t.faces,
      t.facesUnit,
      <Graph {...drawn} columns={faces} scale={FACES} kind="faces" lines={[1, 2]} thickness={0.09} />,
    );
  if (measuredAnywhere(likeness))
    add(
      "likeness",
      t.likeness,
      "",
      <>
        <Unchecked {...drawn} column={likeness.unchecked} />
        <Graph
          {...drawn}
          columns={likeness}
          scale={LIKENESS}
          kind="likeness"
          lines={[likeness.same, likeness.different]}
          thickness={2.5}
        />
      </>,
    );
  return rows;
}

function rowsOf(
  watch: Watch,
  review: Review,
  view: Range,
  selected: string | null,
  measured: Measured | null,
): Row[] {
  const pictures = watch.deck.views.get().map((one) => one.picture);
  const elsewhere = elsewhereOf(review);
  const gaps = connectionGaps(review, pictures);
  const rows: Row[] = [
    {
      key: "incidents",
      name: <strong>{t.incidents}</strong>,
      lane: <IncidentLane review={review} view={view} selected={selected} />,
    },
    ...lanesOf(review.flags).map((lane) => ({
      key: lane.rule,
      name: (
        <>
          <span class="lane-title">{lane.title}</span>{" "}
          <span class="muted numeric">{lane.flags.length}</span>
        </>
      ),
      lane: <FlagLane lane={lane} view={view} selected={selected} />,
    })),
    {
      key: "milestones",
      name: t.milestones,
      lane: <MilestoneLane review={review} view={view} />,
    },
    { key: "connection", name: t.connection, lane: <GapLane gaps={gaps} view={view} /> },
  ];
  if (elsewhere.length > 0)
    rows.push({
      key: "elsewhere",
      name: t.elsewhere,
      lane: <GapLane gaps={elsewhere} view={view} />,
    });
  rows.push(...graphRows(measured, view));
  for (const picture of pictures)
    rows.push({
      key: `recorded ${picture.id}`,
      size: "thin",
      name: <span class="small muted">{nameOf(picture)}</span>,
      lane: <RecordingLane picture={picture} view={view} />,
    });
  return rows;
}

/* The incident or flag that a press at this place means. */
function meant(review: Review, target: Element, timeUs: number, reachUs: number) {
  const rule = target.closest("[data-rule]")?.getAttribute("data-rule") ?? null;
  if (rule !== null) return flagAt(review.flags.filter((flag) => flag.rule === rule), timeUs, reachUs);
  if (target.closest("[data-lane=incidents]") === null) return null;
  const near = (incident: Incident) =>
    timeUs >= incident.fromUs - reachUs && timeUs <= incident.toUs + reachUs;
  const incident = review.incidents.find(near);
  return review.flags.find((flag) => flag.id === incident?.flags[0]) ?? null;
}

export function TimelineView(props: { watch: Watch; review: Review; source: MeasuredSource }) {
  const { watch, review, source } = props;
  const view = useStore(watch.view);
  const selected = useStore(watch.selected);
  const coarse = useStore(source.whole);
  const near = useStore(source.near);
  const failed = useStore(source.failed);
  const [hoverUs, setHoverUs] = useState<number | null>(null);
  const lanes = useRef<HTMLDivElement>(null);
  const whole = rangeOf(review);
  const measured = near ?? coarse;
  useEffect(() => source.look(view), [source, view, coarse]);
  useStore(watch.deck.views);

  /* A listener of our own: a page may only stop a wheel from scrolling with one that is not passive. */
  useEffect(() => {
    const area = lanes.current;
    if (!area) return;
    const turn = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      const box = area.getBoundingClientRect();
      const now = watch.view.get();
      const aroundUs = timeAt(now, (event.clientX - box.left) / box.width);
      if (event.ctrlKey) watch.zoomBy(Math.exp(-event.deltaY * WHEEL_STEP), aroundUs);
      else watch.panBy((event.deltaY + event.deltaX) / 1000);
    };
    area.addEventListener("wheel", turn, { passive: false });
    return () => area.removeEventListener("wheel", turn);
  }, [watch]);

  function timeOf(event: MouseEvent, area: HTMLElement): { timeUs: number; reachUs: number } {
    const box = area.getBoundingClientRect();
    return {
      timeUs: timeAt(view, (event.clientX - box.left) / box.width),
      reachUs: (REACH_PX / box.width) * (view.toUs - view.fromUs),
    };
  }
  function point(event: PointerEvent, area: HTMLElement, pressed: boolean): void {
    const { timeUs, reachUs } = timeOf(event, area);
    const flag = pressed ? meant(review, event.target as Element, timeUs, reachUs) : null;
    if (flag) watch.showFlag(flag);
    else watch.showTime(timeUs);
  }
  const rows = rowsOf(watch, review, view, selected, measured);

  return (
    <>
      <div class="timeline-head">
        <h2>{reviewTexts.timeline.title}</h2>
        <Readout watch={watch} hoverUs={hoverUs} measured={measured} review={review} />
        <div class="controls">
          <Button label={t.zoomOut} onClick={() => watch.zoomBy(0.5)} disabled={isWhole(whole, view)}>
            −
          </Button>
          <Button label={t.zoomIn} onClick={() => watch.zoomBy(2)}>
            +
          </Button>
          <Button onClick={() => watch.zoomOut()} disabled={isWhole(whole, view)}>
            {t.whole}
          </Button>
        </div>
      </div>
      <div class="timeline">
        <div class="lane-names">
          <span class="lane-name lane-overview" />
          <span class="lane-name lane-ruler" />
          {rows.map((row) => (
            <span key={row.key} class={`lane-name lane-${row.size ?? "usual"}`}>
              {row.name}
            </span>
          ))}
        </div>
        <div class="lanes-side">
          <Overview watch={watch} review={review} />
          <div
            class="lanes"
            ref={lanes}
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
              setHoverUs(timeOf(event, area).timeUs);
              if (area.hasPointerCapture(event.pointerId)) point(event, area, false);
            }}
            onPointerLeave={() => setHoverUs(null)}
          >
            <Slider watch={watch} review={review} view={view} measured={measured} />
            <div aria-hidden="true">
              {rows.map((row) => (
                <div key={row.key}>{row.lane}</div>
              ))}
            </div>
            {hoverUs === null ? null : (
              <div
                class="hover-line"
                style={{ left: percent(fractionOf(view, hoverUs)) }}
                aria-hidden="true"
              />
            )}
            <Playhead watch={watch} view={view} />
          </div>
        </div>
      </div>
      <Legend />
      <p id="timeline-help" class="small muted">
        {t.help} {reviewTexts.timeline.clockNote} <Pending measured={coarse} failed={failed} />
      </p>
      <TimelineTable watch={watch} review={review} view={view} measured={measured} />
    </>
  );
}

function Pending(props: { measured: Measured | null; failed: boolean }) {
  const { measured, failed } = props;
  if (failed) return <>{t.failed}</>;
  if (!measured || measured.without === 0) return null;
  return <>{measured.recordings === 0 ? t.pending : t.partly(measured.without)}</>;
}
