/* The session so far, with its flags: a slider that moves the recordings, and the list of flags below it,
 * which says the same in words. */
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { formatClock, formatTime, type ServerClock } from "../../ui/time";
import { SeverityShape } from "../states";
import type { Detail, DetailFlag } from "./parse";
import { liveTexts as t } from "./texts";

const STEP_US = 5_000_000;
const PAGE_US = 30_000_000;
const BEFORE_US = 2_000_000; // a flag is seen from a little before it
const LEAST = 0.6; // percent of the width

const percent = (part: number): string => `${Math.min(100, Math.max(0, part * 100)).toFixed(2)}%`;

export function LiveTimeline(props: {
  detail: Detail;
  clock: ServerClock;
  shownUs: () => number | null;
  onSeek: (timeUs: number) => void;
  onLive: () => void;
}) {
  const { detail, clock, onSeek, onLive } = props;
  const [, look] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => look((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, []);
  const fromUs = Math.min(...detail.streams.map((stream) => stream.startUs), clock.nowUs() - 1_000_000);
  const toUs = clock.nowUs();
  const lengthUs = toUs - fromUs;
  const atUs = props.shownUs() ?? toUs;
  const flagHere = detail.flags.find((flag) => atUs >= flag.fromUs && (flag.open || atUs <= flag.toUs));

  function onKeyDown(event: KeyboardEvent) {
    const by = {
      ArrowLeft: -STEP_US,
      ArrowDown: -STEP_US,
      ArrowRight: STEP_US,
      ArrowUp: STEP_US,
      PageDown: -PAGE_US,
      PageUp: PAGE_US,
    }[event.key];
    if (event.key === "End") onLive();
    else if (event.key === "Home") onSeek(fromUs);
    else if (by === undefined) return;
    else if (atUs + by >= toUs - STEP_US) onLive();
    else onSeek(Math.max(fromUs, atUs + by));
    event.preventDefault();
  }

  return (
    <div class="live-timeline">
      <div
        class="live-track"
        role="slider"
        tabIndex={0}
        aria-label={t.near.position}
        aria-describedby="live-timeline-keys"
        aria-valuemin={0}
        aria-valuemax={Math.round(lengthUs / 1e6)}
        aria-valuenow={Math.round((atUs - fromUs) / 1e6)}
        aria-valuetext={[formatTime(atUs), flagHere?.title ?? ""].filter((text) => text !== "").join(", ")}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          const area = event.currentTarget.getBoundingClientRect();
          onSeek(fromUs + ((event.clientX - area.left) / area.width) * lengthUs);
        }}
      >
        {detail.flags.map((flag) => (
          <span
            key={flag.id}
            class={`live-mark live-mark-${flag.severity}`}
            style={{
              left: percent((flag.fromUs - fromUs) / lengthUs),
              width: `${Math.max(LEAST, (((flag.open ? toUs : flag.toUs) - flag.fromUs) / lengthUs) * 100).toFixed(2)}%`,
            }}
            title={`${flag.title}, ${formatTime(flag.fromUs)}`}
          />
        ))}
        <span class="live-head" style={{ left: percent((atUs - fromUs) / lengthUs) }} />
      </div>
      <div class="row row-between small muted numeric">
        <span>{formatTime(fromUs)}</span>
        <span>{formatClock(lengthUs / 1e6)}</span>
        <span>{t.near.now}</span>
      </div>
      <p class="small muted" id="live-timeline-keys">
        {t.near.keys}
      </p>
    </div>
  );
}

export function LiveFlags(props: { flags: readonly DetailFlag[]; onSeek: (timeUs: number) => void }) {
  if (props.flags.length === 0) return <p class="muted">{t.near.noFlags}</p>;
  return (
    <ul class="live-flags">
      {[...props.flags].reverse().map((flag) => (
        <li key={flag.id}>
          <Button kind="quiet" onClick={() => props.onSeek(flag.fromUs - BEFORE_US)}>
            <SeverityShape severity={flag.severity} />
            <span class="visually-hidden">{t.near.jump}</span>
            <span class="numeric">{formatTime(flag.fromUs)}</span>
            <span>{flag.title}</span>
            {flag.open ? <strong>{t.near.now}</strong> : null}
          </Button>
          <p class="small muted">{flag.numbers}</p>
        </li>
      ))}
    </ul>
  );
}
