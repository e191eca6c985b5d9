/* What a reviewer is looking at: the recording's place, the flag that was chosen, the part of the
 * timeline that is shown. It outlives the refreshes of the report. */
import { createStore, type Store } from "../ui/store";
import type { Flag, Review } from "./parse";
import type { Player } from "./player";
import { isRecording, segmentsOf, type Segment } from "./segments";
import { neighbourFlag, rangeOf, type Range } from "./timeline";
import { follow, grow, zoom } from "./view";

export interface Watch {
  readonly player: Player;
  readonly selected: Store<string | null>; /* a flag's id */
  readonly view: Store<Range>;
  readonly kind: Store<string>; /* which recordings are shown: "camera", "screen" ... */
  learn(review: Review): void;
  showTime(timeUs: number): void;
  showFlag(flag: Flag): void;
  showNeighbour(direction: "next" | "previous"): void;
  chooseKind(kind: string): void;
  zoomBy(factor: number): void;
  zoomOut(): void;
}

export function recordedKinds(review: Review): string[] {
  return [
    ...new Set(review.streams.filter((s) => isRecording(s) && s.bytes > 0).map((s) => s.kind)),
  ].sort();
}

export function recordedSegments(review: Review, kind: string): Segment[] {
  return segmentsOf(review.streams.filter(isRecording), kind, rangeOf(review).toUs);
}

export function createWatch(first: Review, player: Player): Watch {
  let review = first;
  let whole = rangeOf(first);
  const selected = createStore<string | null>(null);
  const view = createStore(whole);
  const kind = createStore(recordedKinds(first)[0] ?? "camera");

  function apply(): void {
    player.setSegments(recordedSegments(review, kind.get()));
  }
  function see(timeUs: number): void {
    view.update((now) => follow(whole, now, timeUs));
  }
  function chooseKind(next: string): void {
    if (next === kind.get()) return;
    kind.set(next);
    apply();
  }
  const watch: Watch = {
    player,
    selected,
    view,
    kind,
    learn(next) {
      const before = whole;
      review = next;
      whole = rangeOf(next);
      view.update((now) => grow(before, now, whole));
      const kinds = recordedKinds(next);
      if (!kinds.includes(kind.get())) kind.set(kinds[0] ?? kind.get());
      apply();
    },
    showTime(timeUs) {
      selected.set(null);
      player.seek(Math.min(Math.max(timeUs, whole.fromUs), whole.toUs));
      see(timeUs);
    },
    showFlag(flag) {
      selected.set(flag.id);
      const stream = review.streams.find((s) => s.id === flag.stream);
      if (stream) chooseKind(stream.kind);
      player.seek(flag.fromUs, flag.stream);
      see(flag.fromUs);
    },
    showNeighbour(direction) {
      const flag = neighbourFlag(
        review.flags,
        player.state.get().timeUs,
        direction,
        selected.get(),
      );
      if (flag) watch.showFlag(flag);
    },
    chooseKind,
    zoomBy(factor) {
      view.update((now) => zoom(whole, now, factor, player.state.get().timeUs));
    },
    zoomOut() {
      view.set(whole);
    },
  };
  apply();
  return watch;
}

/* The keys of the player and the timeline; true when the key was one of ours. */
export function handleKey(watch: Watch, key: string, onSlider: boolean): boolean {
  const { player } = watch;
  const nowUs = player.state.get().timeUs;
  switch (key) {
    case "n":
      watch.showNeighbour("next");
      return true;
    case "p":
      watch.showNeighbour("previous");
      return true;
    case " ":
      player.toggle();
      return true;
  }
  if (!onSlider) return false;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      watch.showTime(nowUs - 5_000_000);
      return true;
    case "ArrowRight":
    case "ArrowUp":
      watch.showTime(nowUs + 5_000_000);
      return true;
    case "PageDown":
      watch.showTime(nowUs - 30_000_000);
      return true;
    case "PageUp":
      watch.showTime(nowUs + 30_000_000);
      return true;
    case "Home":
      watch.showTime(0);
      return true;
    case "End":
      watch.showTime(Number.MAX_SAFE_INTEGER);
      return true;
  }
  return false;
}
