/* The whole session, thin, above the timeline: where the incidents are, and which part is shown. It can
 * be dragged, and is a slider for the keyboard. */
import { useStore } from "../ui/store";
import { formatTime } from "../ui/time";
import type { Review } from "./parse";
import { fractionOf, percent, rangeOf, spanOf, timeAt } from "./timeline";
import { isWhole } from "./view";
import type { Watch } from "./watch";
import { watchTexts } from "./watch-texts";

const t = watchTexts.timeline;

export function Overview(props: { watch: Watch; review: Review }) {
  const { watch, review } = props;
  const view = useStore(watch.view);
  const { timeUs } = useStore(watch.deck.state);
  const whole = rangeOf(review);
  const window = spanOf(whole, view.fromUs, view.toUs, 0.01);
  const all = isWhole(whole, view);

  /* The window's middle goes to the pointer. */
  function drag(event: PointerEvent, area: HTMLElement): void {
    const box = area.getBoundingClientRect();
    const middle = timeAt(whole, (event.clientX - box.left) / box.width);
    const length = view.toUs - view.fromUs;
    watch.panBy((middle - length / 2 - view.fromUs) / length);
  }
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => watch.panBy(-0.1),
    ArrowDown: () => watch.panBy(-0.1),
    ArrowRight: () => watch.panBy(0.1),
    ArrowUp: () => watch.panBy(0.1),
    PageDown: () => watch.panBy(-0.9),
    PageUp: () => watch.panBy(0.9),
    Home: () => watch.panBy(-1e6),
    End: () => watch.panBy(1e6),
  };
  return (
    <div
      class="overview"
      role="slider"
      tabIndex={0}
      aria-label={t.overview}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * fractionOf(whole, (view.fromUs + view.toUs) / 2))}
      aria-valuetext={`${formatTime(view.fromUs)} – ${formatTime(view.toUs)}. ${t.overviewHelp}`}
      onKeyDown={(event) => {
        const move = keys[event.key];
        if (!move) return;
        move();
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerDown={(event) => {
        if (event.button !== 0 || all) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag(event, event.currentTarget);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) drag(event, event.currentTarget);
      }}
    >
      {review.incidents.map((incident, at) => {
        const { left, width } = spanOf(whole, incident.fromUs, incident.toUs, 0.003);
        return (
          <span
            key={at}
            class={`overview-incident overview-${incident.severity}`}
            style={{ left: percent(left), width: percent(width) }}
          />
        );
      })}
      <span class="overview-now" style={{ left: percent(fractionOf(whole, timeUs)) }} />
      <span
        class={all ? "overview-window overview-all" : "overview-window"}
        style={{ left: percent(window.left), width: percent(window.width) }}
      />
    </div>
  );
}
