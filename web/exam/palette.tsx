/* All questions with the state of each: told by shape, sign and words, the colour only repeats it. */
import { texts } from "../ui/texts";
import { ITEM_STATES, type ItemState } from "./progress";

const t = texts.player;

const SIGNS: Record<ItemState, string> = {
  "not-visited": "",
  "not-answered": "!",
  answered: "✓",
  marked: "⚑",
  "answered-marked": "✓⚑",
};

export const PALETTE_ID = "palette";

export function Palette(props: {
  states: readonly ItemState[];
  current: number | null; // null: all are shown
  onGo: (index: number) => void;
}) {
  const counts = (state: ItemState) => props.states.filter((one) => one === state).length;
  return (
    <nav class="palette-box" aria-label={t.palette} id={PALETTE_ID} tabIndex={-1}>
      <h2>{t.palette}</h2>
      <ol class="palette">
        {props.states.map((state, index) => (
          <li key={index}>
            <button
              type="button"
              class={`palette-item palette-${state}`}
              aria-label={t.goTo(index + 1, t.states[state])}
              {...(index === props.current ? { "aria-current": "true" as const } : {})}
              onClick={() => props.onGo(index)}
            >
              <span>{index + 1}</span>
              <span class="palette-sign" aria-hidden="true">
                {SIGNS[state]}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <ul class="legend" aria-label={t.legend}>
        {ITEM_STATES.map((state) => (
          <li key={state}>
            <span class={`palette-item palette-small palette-${state}`} aria-hidden="true">
              <span class="palette-sign">{SIGNS[state]}</span>
            </span>
            <span>{t.states[state]}</span>
            <strong class="numeric">{counts(state)}</strong>
          </li>
        ))}
      </ul>
    </nav>
  );
}
