/* The recordings side by side, or one of them large, and the controls that act on all of them. The
 * elements' own controls are not used: they would show one recording as if it were the session. */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../ui/button";
import { useStore } from "../ui/store";
import { formatClock, formatDate, formatTime } from "../ui/time";
import { RATES, SOUND_RATE_MAX, type DeckView } from "./deck";
import { spansOfEvents } from "./events";
import type { FollowerState } from "./follower";
import { Icon } from "./icons";
import type { Review } from "./parse";
import { nothingAt, placeAt, pictureOfStream } from "./segments";
import { rangeOf } from "./timeline";
import type { Watch } from "./watch";
import { nameOf, watchTexts } from "./watch-texts";

const t = watchTexts.players;

/* Why there is no picture at this time, in words. */
export function whyNothing(view: DeckView, timeUs: number, review: Review): string[] {
  const { segments } = view.picture;
  const nothing = nothingAt(segments, timeUs);
  if (nothing === null) return [];
  switch (nothing.why) {
    case "before":
      return [t.before(formatTime(nothing.untilUs))];
    case "after":
      return [t.after(formatTime(nothing.fromUs))];
    case "gap": {
      const offline = spansOfEvents(review.events, rangeOf(review).toUs).some(
        (span) =>
          span.kind === "offline" && span.fromUs < nothing.untilUs && span.toUs > nothing.fromUs,
      );
      const what = t.gap(formatTime(nothing.fromUs), formatTime(nothing.untilUs));
      return offline ? [what, t.gapOffline] : [what];
    }
  }
}

function Cover(props: { view: DeckView; state: FollowerState; timeUs: number; review: Review }) {
  const { view, state, timeUs, review } = props;
  switch (state.showing) {
    case "picture":
      return null;
    case "loading":
      return (
        <p class="cover cover-dim">
          <span class="spinner" aria-hidden="true" /> {t.loading}
        </p>
      );
    case "nothing":
      return (
        <div class="cover">
          {whyNothing(view, timeUs, review).map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      );
    case "not-yet":
      return (
        <div class="cover">
          <p>{t.notYet}</p>
          <Button onClick={() => view.follower.reload()}>{t.reload}</Button>
        </div>
      );
    case "failed":
      return (
        <div class="cover">
          <p>{t.failed}</p>
          <Button onClick={() => view.follower.reload()}>{t.retry}</Button>
        </div>
      );
    case "deleted": {
      const us = placeAt(view.picture.segments, timeUs)?.segment.stream.deletedUs ?? null;
      return <p class="cover">{us === null ? t.failed : t.deleted(formatDate(us))}</p>;
    }
  }
}

function PictureBox(props: {
  watch: Watch;
  view: DeckView;
  video: HTMLVideoElement;
  review: Review;
  number: number;
  large: string | null;
}) {
  const { watch, view, video, review, large } = props;
  const { picture, follower } = view;
  const state = useStore(follower.state);
  const { timeUs, sound, rate } = useStore(watch.deck.state);
  const selected = useStore(watch.selected);
  const box = useRef<HTMLDivElement>(null);
  const name = nameOf(picture);
  const flag = review.flags.find((one) => one.id === selected);
  const ofFlag = flag !== undefined && pictureOfStream([picture], flag.stream) !== null;
  const isLarge = large === picture.id;
  const listening = sound === picture.id;

  useEffect(() => {
    video.className = "picture-video";
    video.setAttribute("aria-label", t.video(name));
    box.current?.prepend(video);
  }, [video, name]);

  const classes = ["picture"];
  if (isLarge) classes.push("picture-large");
  if (ofFlag) classes.push("picture-of-flag");
  return (
    <figure class={classes.join(" ")} data-picture={picture.id}>
      <figcaption>
        <kbd aria-hidden="true">{props.number}</kbd>
        <strong>{name}</strong>
        {ofFlag ? <span class="small flag-here">{t.flagHere}</span> : null}
        <span class="picture-buttons">
          <Button
            kind="quiet"
            pressed={listening}
            label={t.listen(name)}
            onClick={() => watch.deck.setSound(listening ? null : picture.id)}
          >
            {t.listenShort}
          </Button>
          <Button
            kind="quiet"
            label={isLarge ? t.smaller : t.enlarge(name)}
            onClick={() => watch.enlarge(isLarge ? null : picture.id)}
          >
            {isLarge ? t.smaller : t.enlargeShort}
          </Button>
          <Button
            kind="quiet"
            label={t.fullscreen(name)}
            onClick={() => void box.current?.requestFullscreen().catch(() => undefined)}
          >
            {t.fullscreenShort}
          </Button>
        </span>
      </figcaption>
      <div class="picture-box" ref={box}>
        <Cover view={view} state={state} timeUs={timeUs} review={review} />
        {state.stills && state.showing === "picture" && rate > 1 ? (
          <p class="picture-note small">{t.stills}</p>
        ) : null}
      </div>
    </figure>
  );
}

export function PicturesView(props: {
  watch: Watch;
  review: Review;
  videoOf: (pictureId: string) => HTMLVideoElement;
}) {
  const { watch, review } = props;
  const views = useStore(watch.deck.views);
  const large = useStore(watch.large);
  if (views.length === 0) return <p class="pictures-empty muted">{t.none}</p>;
  const shown = views.some((view) => view.picture.id === large) ? large : null;
  return (
    <div
      class={shown === null ? "pictures" : "pictures pictures-one"}
      data-count={Math.min(views.length, 5)}
    >
      {views.map((view, at) => (
        <PictureBox
          key={view.picture.id}
          watch={watch}
          view={view}
          video={props.videoOf(view.picture.id)}
          review={review}
          number={at + 1}
          large={shown}
        />
      ))}
    </div>
  );
}

function Place(props: { watch: Watch; review: Review }) {
  const { timeUs, waiting } = useStore(props.watch.deck.state);
  const { fromUs, toUs } = rangeOf(props.review);
  return (
    <p class="place numeric">
      <strong>{formatTime(timeUs)}</strong>
      <span class="muted">
        {formatClock((timeUs - fromUs) / 1e6)} / {formatClock((toUs - fromUs) / 1e6)}
      </span>
      {waiting ? <span class="spinner" role="img" aria-label={t.waiting} /> : null}
    </p>
  );
}

function SoundWords(props: { watch: Watch }) {
  const { sound, rate, skippedS } = useStore(props.watch.deck.state);
  const picture = useStore(props.watch.deck.views).find((v) => v.picture.id === sound)?.picture;
  const words = !picture
    ? t.soundNone
    : rate > SOUND_RATE_MAX
      ? t.soundTooFast
      : t.soundFrom(nameOf(picture));
  return (
    <p class="small muted">
      {words}
      {skippedS > 0 ? <>. {t.skipped(skippedS)}</> : null}
    </p>
  );
}

export function ControlsView(props: { watch: Watch; review: Review; onHelp: () => void }) {
  const { watch, review } = props;
  const { deck } = watch;
  const { playing, rate } = useStore(deck.state);
  const none = review.incidents.length === 0;
  return (
    <div class="controls" role="group" aria-label={t.controls}>
      <Button kind="primary" onClick={() => deck.toggle()}>
        {playing ? t.pause : t.play}
      </Button>
      <span class="joined">
        <Button
          label={t.previousIncident}
          disabled={none}
          onClick={() => watch.showNeighbour("incident", "previous")}
        >
          <Icon name="previous" />
        </Button>
        <Button label={t.back} onClick={() => deck.step(-5)}>
          −5 s
        </Button>
        <Button label={t.frameBack} onClick={() => deck.frame(-1, watch.large.get())}>
          <Icon name="frame-back" />
        </Button>
        <Button label={t.frameForward} onClick={() => deck.frame(1, watch.large.get())}>
          <Icon name="frame-forward" />
        </Button>
        <Button label={t.forward} onClick={() => deck.step(5)}>
          +5 s
        </Button>
        <Button
          label={t.nextIncident}
          disabled={none}
          onClick={() => watch.showNeighbour("incident", "next")}
        >
          <Icon name="next" />
        </Button>
      </span>
      <label class="choice">
        {t.speed}
        <select
          class="input"
          value={String(rate)}
          onChange={(event) => deck.setRate(Number(event.currentTarget.value))}
        >
          {RATES.map((one) => (
            <option key={one} value={String(one)}>
              {one} ×
            </option>
          ))}
        </select>
      </label>
      <Button kind="quiet" onClick={props.onHelp}>
        {t.keys} <kbd>?</kbd>
      </Button>
      <Place watch={watch} review={review} />
      <SoundWords watch={watch} />
    </div>
  );
}
