/* A candidate on the wall: the still, the lights, the newest flag, and what waits for somebody. */
import { useEffect, useState } from "preact/hooks";
import { formatDuration, formatTime } from "../../ui/time";
import { SeverityShape } from "../states";
import { stillUrl } from "./api";
import { Lights } from "./lights";
import type { Kind, LiveEntry } from "./parse";
import { liveTexts as t } from "./texts";

const SETTLE_MS = 120; // a tile that flies past while somebody scrolls asks for no picture
const OLD_S = 20; // a still is made every five seconds

function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLE_MS);
    return () => clearTimeout(timer);
  }, []);
  return settled;
}

export function Still(props: { entry: LiveEntry; kind: Kind; nowUs: number }) {
  const { entry, kind } = props;
  const settled = useSettled();
  const [failed, setFailed] = useState<number | null>(null);
  const takenUs = entry.stills[kind];
  const oldS = takenUs === null ? 0 : (props.nowUs - takenUs) / 1e6;
  if (takenUs === null || failed === takenUs || !settled)
    return (
      <div class="still still-none" aria-hidden="true">
        {settled || takenUs === null ? t.noStill : ""}
      </div>
    );
  return (
    <div class="still">
      <img
        src={stillUrl(entry.id, kind, takenUs)}
        alt={t.stillOf(t.kinds[kind], entry.candidate)}
        decoding="async"
        draggable={false}
        onError={() => setFailed(takenUs)}
      />
      {oldS > OLD_S ? <span class="still-old">{t.stillOld(formatDuration(oldS))}</span> : null}
    </div>
  );
}

function FlagLine({ entry }: { entry: LiveEntry }) {
  const { flag } = entry;
  if (flag === null) return <p class="tile-flag muted">{t.noFlag}</p>;
  const time = formatTime(flag.timeUs);
  return (
    <p class={flag.open ? "tile-flag tile-flag-open" : "tile-flag"}>
      <SeverityShape severity={flag.severity} />
      <span>{flag.open ? t.flagSince(flag.title, time) : t.flagAt(flag.title, time)}</span>
    </p>
  );
}

export function TileSigns({ entry }: { entry: LiveEntry }) {
  return (
    <span class="tile-signs">
      {entry.handUs === null ? null : <span class="sign sign-hand">{t.hand}</span>}
      {entry.pausedUs === null ? null : <span class="sign sign-paused">{t.paused}</span>}
      {entry.warnings === 0 ? null : <span class="sign sign-warned">{t.warningOpen}</span>}
      {entry.state === "recording" ? <span class="sign">{t.recording}</span> : null}
    </span>
  );
}

export interface TileProps {
  entry: LiveEntry;
  kind: Kind;
  nowUs: number;
  index: number;
  count: number;
  place: { left: number; top: number };
  width: number;
  height: number;
  focusable: boolean;
  href: string;
  onFocus: () => void;
}

export function Tile(props: TileProps) {
  const { entry } = props;
  const urgent = entry.handUs !== null;
  return (
    <li
      class={urgent ? "tile tile-urgent" : "tile"}
      aria-setsize={props.count}
      aria-posinset={props.index + 1}
      style={{
        transform: `translate(${props.place.left}px, ${props.place.top}px)`,
        width: `${props.width}px`,
        height: `${props.height}px`,
      }}
    >
      <a
        class="tile-link"
        href={props.href}
        tabIndex={props.focusable ? 0 : -1}
        data-index={props.index}
        onFocus={props.onFocus}
      >
        <Still entry={entry} kind={props.kind} nowUs={props.nowUs} />
        <TileSigns entry={entry} />
        <strong class="tile-name">{entry.candidate}</strong>
        <Lights row={entry} />
        <FlagLine entry={entry} />
      </a>
    </li>
  );
}
