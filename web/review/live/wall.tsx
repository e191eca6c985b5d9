/* All candidates who sit an exam just now. Only the tiles that can be seen are in the page, however many
 * there are. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { SelectField, TextField } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { useStore } from "../../ui/store";
import { layoutOf, moved, placeOf, scrollTo, SIZES, visible, type SizeName } from "./grid";
import { KINDS, type Kind, type LiveEntry } from "./parse";
import { liveTexts as t } from "./texts";
import { Tile } from "./tile";
import { countsOf, FILTERS, select, type Filter, type Sort, type WallModel, type WallState } from "./wall-model";

const SECOND_MS = 1000;

/* How old a still is has to be told anew each second. */
function useNowUs(): number {
  const [now, setNow] = useState(Date.now() * 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() * 1000), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

interface View {
  filter: Filter;
  search: string;
  sort: Sort;
  size: SizeName;
  kind: Kind;
}

const FIRST: View = { filter: "all", search: "", sort: "name", size: "large", kind: "camera" };

export function WallView(props: { model: WallModel; wall: WallState; hrefOf: (id: string) => string }) {
  const { wall } = props;
  const connected = useStore(props.model.connected);
  const [view, setView] = useState(FIRST);
  const counts = useMemo(() => countsOf(wall.entries.values()), [wall]);
  const list = useMemo(
    () => select(wall.entries.values(), view.filter, view.search, view.sort),
    [wall, view.filter, view.search, view.sort],
  );
  const change = (part: Partial<View>) => setView((now) => ({ ...now, ...part }));
  return (
    <>
      {connected ? null : (
        <Notice tone="warning">
          <p>{t.lost}</p>
        </Notice>
      )}
      <Controls view={view} counts={counts} onChange={change} />
      <p class="muted small wall-count" role="status">
        {t.shown(list.length, wall.entries.size)} · {t.keys}
      </p>
      {list.length === 0 ? (
        <p class="empty card">{wall.entries.size === 0 ? t.empty : t.noneFound}</p>
      ) : (
        <Grid list={list} kind={view.kind} size={view.size} hrefOf={props.hrefOf} />
      )}
    </>
  );
}

function Controls(props: {
  view: View;
  counts: Record<Filter, number>;
  onChange: (part: Partial<View>) => void;
}) {
  const { view, counts, onChange } = props;
  const options = (texts: Readonly<Record<string, string>>) =>
    Object.entries(texts).map(([value, text]) => ({ value, text }));
  return (
    <form class="wall-controls" aria-label={t.filter} onSubmit={(event) => event.preventDefault()}>
      <div class="wall-filters" role="group" aria-label={t.filter}>
        {FILTERS.map((filter) => (
          <button
            key={filter}
            type="button"
            class={`wall-filter wall-filter-${filter}`}
            aria-pressed={view.filter === filter}
            onClick={() => onChange({ filter })}
          >
            {t.filters[filter]} <span class="numeric">{counts[filter]}</span>
          </button>
        ))}
      </div>
      <div class="wall-fields">
        <TextField label={t.search} value={view.search} maxLength={50} onInput={(search) => onChange({ search })} />
        <SelectField
          label={t.sort}
          value={view.sort}
          options={options(t.sorts)}
          onChange={(sort) => onChange({ sort: sort === "attention" ? "attention" : "name" })}
        />
        <SelectField
          label={t.show}
          value={view.kind}
          options={options(t.kinds)}
          onChange={(kind) => onChange({ kind: KINDS.find((one) => one === kind) ?? "camera" })}
        />
        <SelectField
          label={t.size}
          value={view.size}
          options={options(t.sizes)}
          onChange={(size) => onChange({ size: size === "small" ? "small" : "large" })}
        />
      </div>
    </form>
  );
}

/* What of the list is in view, by its own scrolling. */
function useFrame() {
  const box = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState({ width: 0, height: 0, top: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    let due = 0;
    const look = () => {
      due = 0;
      const next = { width: element.clientWidth, height: element.clientHeight, top: element.scrollTop };
      setFrame((now) =>
        now.width === next.width && now.height === next.height && now.top === next.top ? now : next,
      );
    };
    const soon = () => {
      if (due === 0) due = requestAnimationFrame(look);
    };
    const resized = new ResizeObserver(soon);
    resized.observe(element);
    element.addEventListener("scroll", soon, { passive: true });
    look();
    return () => {
      cancelAnimationFrame(due);
      resized.disconnect();
      element.removeEventListener("scroll", soon);
    };
  }, []);
  return { box, frame };
}

function Grid(props: {
  list: readonly LiveEntry[];
  kind: Kind;
  size: SizeName;
  hrefOf: (id: string) => string;
}) {
  const { list } = props;
  const { box, frame } = useFrame();
  const nowUs = useNowUs();
  const [current, setCurrent] = useState<string | null>(null); // who has, or would get, the focus
  const wanted = useRef<number | null>(null);
  const layout = layoutOf(frame.width, list.length, SIZES[props.size]);
  const seen = visible(layout, frame.top, frame.height, list.length);
  const found = list.findIndex((entry) => entry.id === current);
  const focus = Math.max(0, found);

  useEffect(() => {
    if (wanted.current === null) return;
    const tile = box.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (!tile) return; // it is drawn after the scrolling
    wanted.current = null;
    tile.focus({ preventScroll: true });
  });

  function onKeyDown(event: KeyboardEvent) {
    const to = moved(event.key, focus, list.length, layout.columns);
    const entry = to === null ? undefined : list[to];
    if (to === null || entry === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    wanted.current = to;
    setCurrent(entry.id);
    if (box.current !== null) box.current.scrollTop = scrollTo(layout, to, frame.top, frame.height);
  }

  /* The one with the focus stays in the page even when it is scrolled out of view. */
  const drawn = list.slice(seen.from, seen.to).map((entry, at) => ({ entry, index: seen.from + at }));
  const focused = list[focus];
  if (focused !== undefined && found >= 0 && (focus < seen.from || focus >= seen.to))
    drawn.push({ entry: focused, index: focus });
  const first = found >= 0 ? focus : seen.from;

  return (
    <div class="wall" ref={box} onKeyDown={onKeyDown}>
      <ul class="wall-list" aria-label={t.list} style={{ height: `${layout.height}px` }}>
        {frame.width === 0
          ? null
          : drawn.map(({ entry, index }) => (
              <Tile
                key={entry.id}
                entry={entry}
                kind={props.kind}
                nowUs={nowUs}
                index={index}
                count={list.length}
                place={placeOf(layout, index)}
                width={layout.tileWidth}
                height={layout.tileHeight}
                focusable={index === first}
                href={props.hrefOf(entry.id)}
                onFocus={() => setCurrent(entry.id)}
              />
            ))}
      </ul>
    </div>
  );
}
