/* The lanes of the timeline that show numbers: how loud it was, how many faces, how alike they were. */
import { areaOf, spansOver, type Column, type Columns, type Measured, type Scale } from "./measured";
import { percent, spanOf, type Range } from "./timeline";

export const LEVEL: Scale = { low: -60, high: 0 };
export const FACES: Scale = { low: 0, high: 3 };
export const LIKENESS: Scale = { low: 0, high: 100 };
/* One face in view is a line, not a point, and none is the ground. */
const thick = (columns: Columns, by: number): Columns => ({
  least: columns.least.map((v) => (v === null ? null : v - by)),
  most: columns.most.map((v) => (v === null ? null : v + by)),
});

export function Graph(props: {
  measured: Measured;
  columns: Columns;
  view: Range;
  scale: Scale;
  kind: string;
  lines?: readonly number[]; /* values with a line across */
  thickness?: number; /* of a value that is the same all through a bucket */
  fromGround?: boolean; /* down to the least that is drawn: a level, that has no gap below it */
}) {
  const { measured, view, scale } = props;
  const shown = props.fromGround
    ? { most: props.columns.most, least: props.columns.least.map((v) => (v === null ? null : scale.low)) }
    : thick(props.columns, props.thickness ?? 0);
  return (
    <svg class={`graph graph-${props.kind}`} viewBox="0 0 1000 100" preserveAspectRatio="none">
      {(props.lines ?? []).map((value) => {
        const at = 100 - (100 * (value - scale.low)) / (scale.high - scale.low);
        return <line key={value} class="graph-line" x1="0" x2="1000" y1={at} y2={at} />;
      })}
      <path d={areaOf(measured, shown, view, scale)} />
    </svg>
  );
}

/* Where a face could not be compared: hatched, for that is no sign of anything. */
export function Unchecked(props: { measured: Measured; column: Column; view: Range }) {
  const { measured, view } = props;
  return (
    <>
      {spansOver(measured, props.column, 50)
        .filter((span) => span.toUs > view.fromUs && span.fromUs < view.toUs)
        .map((span) => {
          const { left, width } = spanOf(view, span.fromUs, span.toUs, 0.002);
          return (
            <div
              key={span.fromUs}
              class="unchecked"
              style={{ left: percent(left), width: percent(width) }}
            />
          );
        })}
    </>
  );
}
