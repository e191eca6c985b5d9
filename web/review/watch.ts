/* What a reviewer is looking at: the place in the session, the flag that was chosen, the picture that
 * is enlarged, the part of the timeline that is shown. It outlives the refreshes of the report. */
import { createStore, type Store } from "../ui/store";
import type { Deck } from "./deck";
import type { Flag, Incident, Review } from "./parse";
import { pictureOfStream, picturesOf } from "./segments";
import { neighbourFlag, neighbourIncident, rangeOf, type Range } from "./timeline";
import { follow, grow, pan, zoom } from "./view";

export interface Watch {
  readonly deck: Deck;
  readonly selected: Store<string | null>; /* a flag's id */
  readonly view: Store<Range>;
  readonly large: Store<string | null>; /* a picture's id; null: side by side */
  learn(review: Review): void;
  showTime(timeUs: number): void;
  showFlag(flag: Flag): void;
  showNeighbour(what: "incident" | "flag", direction: "next" | "previous"): void;
  enlarge(pictureId: string | null): void;
  enlargeNth(n: number): void; /* from 1; again: side by side */
  zoomBy(factor: number, aroundUs?: number): void;
  panBy(part: number): void; /* of the width that is shown */
  showRange(range: Range): void;
  zoomOut(): void;
}

export function createWatch(first: Review, deck: Deck): Watch {
  let review = first;
  let whole = rangeOf(first);
  const selected = createStore<string | null>(null);
  const view = createStore(whole);
  const large = createStore<string | null>(null);

  function apply(): void {
    deck.setPictures(picturesOf(review.streams, whole.toUs), whole.fromUs, whole.toUs);
  }
  function see(timeUs: number): void {
    view.update((now) => follow(whole, now, timeUs));
  }
  function firstFlag(incident: Incident | null): Flag | undefined {
    return review.flags.find((flag) => flag.id === incident?.flags[0]);
  }
  const watch: Watch = {
    deck,
    selected,
    view,
    large,
    learn(next) {
      const before = whole;
      review = next;
      whole = rangeOf(next);
      view.update((now) => grow(before, now, whole));
      apply();
    },
    showTime(timeUs) {
      selected.set(null);
      deck.seek(timeUs);
      see(deck.state.get().timeUs);
    },
    showFlag(flag) {
      selected.set(flag.id);
      /* What is enlarged must not hide what the flag is about. */
      const picture = pictureOfStream(
        deck.views.get().map((one) => one.picture),
        flag.stream,
      );
      if (large.get() !== null && picture) large.set(picture.id);
      deck.seek(flag.fromUs);
      see(flag.fromUs);
    },
    showNeighbour(what, direction) {
      const { timeUs } = deck.state.get();
      const chosen = selected.get();
      const flag =
        what === "flag"
          ? neighbourFlag(review.flags, timeUs, direction, chosen)
          : firstFlag(neighbourIncident(review.incidents, timeUs, direction, chosen));
      if (flag) watch.showFlag(flag);
    },
    enlarge: (pictureId) => large.set(pictureId),
    enlargeNth(n) {
      const id = deck.views.get()[n - 1]?.picture.id;
      if (id !== undefined) large.update((now) => (now === id ? null : id));
    },
    zoomBy(factor, aroundUs) {
      view.update((now) => zoom(whole, now, factor, aroundUs ?? deck.state.get().timeUs));
    },
    panBy(part) {
      view.update((now) => pan(whole, now, part * (now.toUs - now.fromUs)));
    },
    showRange: (range) => view.set(range),
    zoomOut() {
      view.set(whole);
    },
  };
  /* While it plays, what is shown of the timeline goes along. */
  deck.state.subscribe(({ playing, timeUs }) => {
    if (playing) see(timeUs);
  });
  apply();
  return watch;
}

/* What each key does, for the keys' own dialog and for the page: one list, so that none is forgotten. */
export type KeyAction =
  | "play"
  | "next-incident"
  | "previous-incident"
  | "next-flag"
  | "previous-flag"
  | "frame-forward"
  | "frame-back"
  | "faster"
  | "slower"
  | "zoom-in"
  | "zoom-out"
  | "zoom-whole"
  | "enlarge"
  | "side-by-side"
  | "help";

export const KEYS: readonly { keys: readonly string[]; action: KeyAction }[] = [
  { keys: [" "], action: "play" },
  { keys: ["n"], action: "next-incident" },
  { keys: ["p"], action: "previous-incident" },
  { keys: ["N"], action: "next-flag" },
  { keys: ["P"], action: "previous-flag" },
  { keys: ["."], action: "frame-forward" },
  { keys: [","], action: "frame-back" },
  { keys: [">"], action: "faster" },
  { keys: ["<"], action: "slower" },
  { keys: ["+", "="], action: "zoom-in" },
  { keys: ["-"], action: "zoom-out" },
  { keys: ["w"], action: "zoom-whole" },
  { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], action: "enlarge" },
  { keys: ["0"], action: "side-by-side" },
  { keys: ["?"], action: "help" },
];

function act(watch: Watch, action: KeyAction, key: string, help: () => void): void {
  const { deck } = watch;
  switch (action) {
    case "play":
      return deck.toggle();
    case "next-incident":
      return watch.showNeighbour("incident", "next");
    case "previous-incident":
      return watch.showNeighbour("incident", "previous");
    case "next-flag":
      return watch.showNeighbour("flag", "next");
    case "previous-flag":
      return watch.showNeighbour("flag", "previous");
    case "frame-forward":
      return deck.frame(1, watch.large.get());
    case "frame-back":
      return deck.frame(-1, watch.large.get());
    case "faster":
      return deck.faster(1);
    case "slower":
      return deck.faster(-1);
    case "zoom-in":
      return watch.zoomBy(2);
    case "zoom-out":
      return watch.zoomBy(0.5);
    case "zoom-whole":
      return watch.zoomOut();
    case "enlarge":
      return watch.enlargeNth(Number(key));
    case "side-by-side":
      return watch.enlarge(null);
    case "help":
      return help();
  }
}

/* On the slider; seconds, or an end of the session. */
const MOVES: Readonly<Record<string, number>> = {
  ArrowLeft: -5,
  ArrowDown: -5,
  ArrowRight: 5,
  ArrowUp: 5,
  PageDown: -30,
  PageUp: 30,
  Home: -Infinity,
  End: Infinity,
};

/* The keys of the players and the timeline; true when the key was one of ours. */
export function handleKey(watch: Watch, key: string, onSlider: boolean, help: () => void): boolean {
  const known = KEYS.find((one) => one.keys.includes(key));
  if (known) {
    act(watch, known.action, key, help);
    return true;
  }
  const move = onSlider ? MOVES[key] : undefined;
  if (move === undefined) return false;
  const nowUs = watch.deck.state.get().timeUs;
  watch.showTime(Number.isFinite(move) ? nowUs + move * 1e6 : move > 0 ? Number.MAX_SAFE_INTEGER : 0);
  return true;
}
