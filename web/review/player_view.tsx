/* The picture and its controls. The element's own controls are not used: they would show one part of
 * the recording as if it were the whole session. */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../ui/button";
import { Notice } from "../ui/notice";
import { useStore } from "../ui/store";
import { formatClock, formatTime } from "../ui/time";
import type { Review } from "./parse";
import type { PlayerNote, PlayerState } from "./player";
import { reviewTexts as t } from "./texts";
import { rangeOf } from "./timeline";
import { recordedKinds, recordedSegments, type Watch } from "./watch";

const RATES = [0.5, 1, 1.5, 2, 4];

function Note(props: { note: PlayerNote; reload: () => void }) {
  const p = t.player;
  switch (props.note) {
    case "none":
      return null;
    case "gap":
      return (
        <Notice tone="info">
          <p>{p.gap}</p>
        </Notice>
      );
    case "not-seekable":
      return (
        <Notice tone="info">
          <p>{p.notSeekable}</p>
        </Notice>
      );
    case "growing-end":
      return (
        <Notice tone="info">
          <p>{p.growingEnd}</p>
          <Button onClick={props.reload}>{p.reload}</Button>
        </Notice>
      );
    case "cannot-play":
      return (
        <Notice tone="warning">
          <p>{p.cannotPlay}</p>
          <Button onClick={props.reload}>{p.retry}</Button>
        </Notice>
      );
  }
}

function Place(props: { state: PlayerState; review: Review; kind: string }) {
  const { state, review } = props;
  const { fromUs, toUs } = rangeOf(review);
  const segments = recordedSegments(review, props.kind);
  const part = segments.findIndex((s) => s.stream.id === state.streamId);
  return (
    <p class="player-place numeric">
      <strong>{formatTime(state.timeUs)}</strong>
      <span class="muted">
        {formatClock((state.timeUs - fromUs) / 1e6)} / {formatClock((toUs - fromUs) / 1e6)}
      </span>
      {segments.length > 1 && part >= 0 ? (
        <span class="muted">{t.player.part(part + 1, segments.length)}</span>
      ) : null}
    </p>
  );
}

export function PlayerView(props: { watch: Watch; video: HTMLVideoElement; review: Review }) {
  const { watch, video, review } = props;
  const { player } = watch;
  const state = useStore(player.state);
  const kind = useStore(watch.kind);
  const box = useRef<HTMLDivElement>(null);
  const kinds = recordedKinds(review);
  const p = t.player;

  useEffect(() => {
    video.className = "player-video";
    video.setAttribute("aria-label", p.video(t.streamKind(kind)));
    box.current?.prepend(video);
  }, [video, kind]);

  if (kinds.length === 0) return <p class="player-empty muted">{p.none}</p>;
  return (
    <>
      <div class="player-box" ref={box}>
        {state.waiting ? <span class="spinner player-waiting" aria-hidden="true" /> : null}
      </div>
      <div class="player-controls">
        <Button kind="primary" onClick={() => player.toggle()}>
          {state.playing ? p.pause : p.play}
        </Button>
        <Button onClick={() => player.step(-5)}>{p.back}</Button>
        <Button onClick={() => player.step(5)}>{p.forward}</Button>
        <Button
          onClick={() => watch.showNeighbour("previous")}
          disabled={review.flags.length === 0}
        >
          {p.previousFlag}
        </Button>
        <Button onClick={() => watch.showNeighbour("next")} disabled={review.flags.length === 0}>
          {p.nextFlag}
        </Button>
      </div>
      <div class="player-controls">
        <label class="choice">
          {p.speed}
          <select
            class="input"
            value={String(state.rate)}
            onChange={(event) => player.setRate(Number(event.currentTarget.value))}
          >
            {RATES.map((rate) => (
              <option key={rate} value={String(rate)}>
                {rate} ×
              </option>
            ))}
          </select>
        </label>
        {kinds.length > 1 ? (
          <label class="choice">
            {p.source}
            <select
              class="input"
              value={kind}
              onChange={(event) => watch.chooseKind(event.currentTarget.value)}
            >
              {kinds.map((name) => (
                <option key={name} value={name}>
                  {t.streamKind(name)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <Button pressed={!state.muted} onClick={() => player.setMuted(!state.muted)}>
          {p.sound}
        </Button>
        <Button kind="quiet" onClick={() => void video.requestFullscreen().catch(() => undefined)}>
          {p.fullscreen}
        </Button>
        <Place state={state} review={review} kind={kind} />
      </div>
      <Note note={state.note} reload={() => player.reload()} />
    </>
  );
}
