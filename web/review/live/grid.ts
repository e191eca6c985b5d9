/* Where the tiles of a wall lie, and which of them can be seen: only those are drawn. Pure. */

export const GAP = 12; // px

export interface Layout {
  columns: number;
  tileWidth: number;
  tileHeight: number;
  height: number; // of all rows together
}

export interface TileSize {
  least: number; // px of width
  below: number; // px under the picture, which is 4:3
}

export const SIZES = {
  large: { least: 236, below: 84 },
  small: { least: 156, below: 80 },
} as const satisfies Record<string, TileSize>;
export type SizeName = keyof typeof SIZES;

export function layoutOf(width: number, count: number, size: TileSize): Layout {
  const columns = Math.max(1, Math.floor((width + GAP) / (size.least + GAP)));
  const tileWidth = Math.floor((width - GAP * (columns - 1)) / columns);
  const tileHeight = Math.round((tileWidth * 3) / 4) + size.below;
  const rows = Math.ceil(count / columns);
  return { columns, tileWidth, tileHeight, height: Math.max(0, rows * (tileHeight + GAP) - GAP) };
}

export interface Window {
  from: number; // index of the first tile
  to: number; // behind the last
}

/* One row more than is seen on both sides, so that a step of scrolling finds it drawn. */
export function visible(layout: Layout, top: number, height: number, count: number): Window {
  const step = layout.tileHeight + GAP;
  const first = Math.max(0, Math.floor(top / step) - 1);
  const last = Math.ceil((top + height) / step) + 1;
  return {
    from: Math.min(count, first * layout.columns),
    to: Math.min(count, Math.max(0, last) * layout.columns),
  };
}

export function placeOf(layout: Layout, index: number): { left: number; top: number } {
  return {
    left: (index % layout.columns) * (layout.tileWidth + GAP),
    top: Math.floor(index / layout.columns) * (layout.tileHeight + GAP),
  };
}

/* Where the focus goes by a key; null: not one of ours. */
export function moved(key: string, index: number, count: number, columns: number): number | null {
  const to = {
    ArrowRight: index + 1,
    ArrowLeft: index - 1,
    ArrowDown: index + columns,
    ArrowUp: index - columns,
    PageDown: index + 3 * columns,
    PageUp: index - 3 * columns,
    Home: 0,
    End: count - 1,
  }[key];
  if (to === undefined) return null;
  return Math.min(Math.max(to, 0), count - 1);
}

/* How far to scroll so that the tile is seen whole. */
export function scrollTo(layout: Layout, index: number, top: number, height: number): number {
  const at = placeOf(layout, index).top;
  if (at < top) return at;
  return at + layout.tileHeight > top + height ? at + layout.tileHeight - height : top;
}
