/* Panels of which one is shown, as tabs: arrow keys go from one to the next. A panel that was shown once
 * stays, so that what it has loaded is not loaded again. */
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";

export interface Panel {
  readonly key: string;
  readonly title: string;
  readonly count?: number;
  readonly content: () => ComponentChildren;
}

export function Panels(props: { label: string; panels: readonly Panel[] }) {
  const { panels } = props;
  const id = useId();
  const [chosen, setChosen] = useState(panels[0]?.key ?? "");
  const [shown, setShown] = useState<readonly string[]>([chosen]);
  const list = useRef<HTMLDivElement>(null);

  function choose(key: string): void {
    setChosen(key);
    if (!shown.includes(key)) setShown([...shown, key]);
  }
  function move(by: number): void {
    const at = panels.findIndex((panel) => panel.key === chosen);
    const next = panels[(at + by + panels.length) % panels.length];
    if (!next) return;
    choose(next.key);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.key}"]`)?.focus();
  }
  return (
    <>
      <div class="tabs" role="tablist" aria-label={props.label} ref={list}>
        {panels.map((panel) => (
          <button
            key={panel.key}
            type="button"
            role="tab"
            class="tab"
            id={`${id}-tab-${panel.key}`}
            data-tab={panel.key}
            aria-selected={panel.key === chosen}
            aria-controls={`${id}-${panel.key}`}
            tabIndex={panel.key === chosen ? 0 : -1}
            onClick={() => choose(panel.key)}
            onKeyDown={(event) => {
              if (event.key === "ArrowRight") move(1);
              else if (event.key === "ArrowLeft") move(-1);
              else return;
              event.preventDefault();
            }}
          >
            {panel.title}
            {panel.count === undefined ? null : <span class="tab-count numeric">{panel.count}</span>}
          </button>
        ))}
      </div>
      {panels.map((panel) => (
        <div
          key={panel.key}
          class="tab-panel"
          role="tabpanel"
          id={`${id}-${panel.key}`}
          aria-labelledby={`${id}-tab-${panel.key}`}
          tabIndex={0}
          hidden={panel.key !== chosen}
        >
          {shown.includes(panel.key) ? panel.content() : null}
        </div>
      ))}
    </>
  );
}
