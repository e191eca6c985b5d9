/* The part of the timeline that is shown, as a table: for those who cannot see it, and to copy. */
import { useState } from "preact/hooks";
import { Table } from "../ui/table";
import { formatTime } from "../ui/time";
import { valueOver, type Columns, type Measured, type Value } from "./measured";
import type { Review } from "./parse";
import type { Range } from "./timeline";
import { connectionGaps } from "./timeline_lanes";
import type { Watch } from "./watch";
import { watchTexts } from "./watch-texts";

const t = watchTexts.timeline;
const STEPS = 20;

interface Step {
  readonly fromUs: number;
  readonly toUs: number;
  readonly flags: string;
  readonly gaps: string;
  readonly level: Value | null;
  readonly faces: Value | null;
  readonly likeness: Value | null;
}

export function stepsOf(watch: Watch, review: Review, view: Range, measured: Measured | null): Step[] {
  const pictures = watch.deck.views.get().map((one) => one.picture);
  const gaps = connectionGaps(review, pictures);
  const over = (columns: Columns | undefined, fromUs: number, toUs: number) =>
    measured && columns ? valueOver(measured, columns, fromUs, toUs) : null;
  const length = (view.toUs - view.fromUs) / STEPS;
  return Array.from({ length: STEPS }, (_, i) => {
    const fromUs = view.fromUs + i * length;
    const toUs = fromUs + length;
    const touches = (one: { fromUs: number; toUs: number }) => one.toUs > fromUs && one.fromUs < toUs;
    const titles = (list: readonly { title: string; fromUs: number; toUs: number }[]) =>
      [...new Set(list.filter(touches).map((one) => one.title))].join(", ");
    return {
      fromUs,
      toUs,
      flags: titles(review.flags),
      gaps: titles(gaps),
      level: over(measured?.level, fromUs, toUs),
      faces: over(measured?.faces, fromUs, toUs),
      likeness: over(measured?.likeness, fromUs, toUs),
    };
  });
}

export function TimelineTable(props: {
  watch: Watch;
  review: Review;
  view: Range;
  measured: Measured | null;
}) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.table}</summary>
      {open ? (
        <Table
          caption={t.tableCaption}
          empty=""
          rows={stepsOf(props.watch, props.review, props.view, props.measured)}
          rowKey={(step) => step.fromUs}
          columns={[
            {
              title: t.time,
              rowHeader: true,
              cell: (step) => (
                <button
                  type="button"
                  class="link-button numeric nowrap"
                  onClick={() => props.watch.showTime(step.fromUs)}
                >
                  {formatTime(step.fromUs)} – {formatTime(step.toUs)}
                </button>
              ),
            },
            { title: t.flags, cell: (step) => step.flags },
            { title: t.connection, cell: (step) => step.gaps },
            {
              title: t.level,
              align: "end",
              cell: (step) => (step.level ? t.levelValue(step.level.most) : ""),
            },
            {
              title: t.faces,
              align: "end",
              cell: (step) => (step.faces ? t.facesValue(step.faces.least, step.faces.most) : ""),
            },
            {
              title: t.likeness,
              align: "end",
              cell: (step) => (step.likeness ? String(step.likeness.least / 100) : ""),
            },
          ]}
        />
      ) : null}
    </details>
  );
}
