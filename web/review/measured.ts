/* What was measured along the session, in buckets: parsed, looked up at a time, and drawn as lines of
 * an SVG whose box is 1000 wide and 100 high. Pure. */
import { fields, parseInteger, parseList, parseNullable, type Parse } from "../ui/parse";
import type { Range } from "./timeline";

export type Column = readonly (number | null)[];
export interface Columns {
  readonly least: Column;
  readonly most: Column;
}
export interface Measured {
  readonly fromUs: number;
  readonly bucketUs: number;
  readonly recordings: number;
  readonly without: number; /* recordings of which nothing is known (yet) */
  readonly level: Columns; /* dBFS */
  readonly faces: Columns;
  readonly likeness: Columns & {
    readonly to: "enrolled" | "first";
    readonly same: number; /* hundredths, as all of it */
    readonly different: number;
    readonly unchecked: Column; /* per cent of the looks with a face */
  };
}

const parseColumn = parseList(parseNullable(parseInteger));
const parseColumns: Parse<Columns> = (value, path) => {
  const f = fields(value, path);
  return { least: f.get("least", parseColumn), most: f.get("most", parseColumn) };
};

export const parseMeasured: Parse<Measured> = (value, path) => {
  const f = fields(value, path);
  return {
    fromUs: f.integer("from_us"),
    bucketUs: f.integer("bucket_us"),
    recordings: f.integer("recordings"),
    without: f.integer("without"),
    level: f.get("level", parseColumns),
    faces: f.get("faces", parseColumns),
    likeness: f.get("likeness", (likeness, at) => {
      const l = fields(likeness, at);
      return {
        ...parseColumns(likeness, at),
        to: l.oneOf("to", ["enrolled", "first"]),
        same: l.integer("same"),
        different: l.integer("different"),
        unchecked: l.get("unchecked", parseColumn),
      };
    }),
  };
};

export function endUs(m: Measured): number {
  return m.fromUs + m.bucketUs * m.level.least.length;
}

export interface Value {
  readonly least: number;
  readonly most: number;
}

/* Over a span of time; null where nothing was measured. */
export function valueOver(m: Measured, columns: Columns, fromUs: number, toUs: number): Value | null {
  const first = Math.max(0, Math.floor((fromUs - m.fromUs) / m.bucketUs));
  const last = Math.max(first, Math.ceil((toUs - m.fromUs) / m.bucketUs) - 1);
  const there = (column: Column) =>
    column.slice(first, last + 1).filter((value) => value !== null);
  const least = there(columns.least);
  if (least.length === 0) return null;
  return { least: Math.min(...least), most: Math.max(...there(columns.most)) };
}

export const valueAt = (m: Measured, columns: Columns, timeUs: number): Value | null =>
  timeUs < m.fromUs ? null : valueOver(m, columns, timeUs, timeUs + 1);

const WIDTH = 1000;
const HEIGHT = 100;

export interface Scale {
  readonly low: number; /* at the bottom */
  readonly high: number;
}

function y(value: number, { low, high }: Scale): number {
  const part = (Math.min(Math.max(value, low), high) - low) / (high - low);
  return Math.round((1 - part) * HEIGHT * 10) / 10;
}

function x(m: Measured, view: Range, i: number): number {
  const timeUs = m.fromUs + i * m.bucketUs;
  return Math.round(((timeUs - view.fromUs) / (view.toUs - view.fromUs)) * WIDTH * 100) / 100;
}

/* Runs of buckets that have a value. */
function runsOf(m: Measured, column: Column, view: Range): [number, number][] {
  const first = Math.max(0, Math.floor((view.fromUs - m.fromUs) / m.bucketUs));
  const last = Math.min(column.length, Math.ceil((view.toUs - m.fromUs) / m.bucketUs));
  const runs: [number, number][] = [];
  let begun: number | null = null;
  for (let i = first; i <= last; i++) {
    const there = i < last && (column[i] ?? null) !== null;
    if (there && begun === null) begun = i;
    if (!there && begun !== null) {
      runs.push([begun, i]);
      begun = null;
    }
  }
  return runs;
}

/* The area between the least and the most, as steps: nothing is drawn that was not measured. */
export function areaOf(m: Measured, columns: Columns, view: Range, scale: Scale): string {
  return runsOf(m, columns.least, view)
    .map(([from, to]) => {
      const there: string[] = [];
      const back: string[] = [];
      for (let i = from; i < to; i++) {
        const [a, b] = [x(m, view, i), x(m, view, i + 1)];
        const top = y(columns.most[i] ?? scale.low, scale);
        const bottom = y(columns.least[i] ?? scale.low, scale);
        there.push(`L${a} ${top}L${b} ${top}`);
        back.unshift(`L${b} ${bottom}L${a} ${bottom}`);
      }
      return `M${there.join("").slice(1)}${back.join("")}Z`;
    })
    .join("");
}

/* Where a column has a value over `least`: spans of time. */
export function spansOver(m: Measured, column: Column, least: number): { fromUs: number; toUs: number }[] {
  const marked = column.map((value) => (value !== null && value >= least ? value : null));
  return runsOf(m, marked, { fromUs: m.fromUs, toUs: endUs(m) }).map(([from, to]) => ({
    fromUs: m.fromUs + from * m.bucketUs,
    toUs: m.fromUs + to * m.bucketUs,
  }));
}

/* Is another answer worth asking for? When the view is so narrow that its buckets are coarse. */
export function tooCoarse(m: Measured, view: Range, buckets: number): boolean {
  const outside = view.fromUs < m.fromUs - m.bucketUs || view.toUs > endUs(m) + m.bucketUs;
  const wanted = Math.max(500_000, (view.toUs - view.fromUs) / buckets);
  return outside || m.bucketUs > wanted * 1.5;
}
