/* The time that is left, by the server's clock. Said aloud at ten, five and one minute. */
import { useEffect, useState } from "preact/hooks";
import { texts } from "../ui/texts";
import { formatClock, formatDuration, type ServerClock } from "../ui/time";

const t = texts.exam;
const SPOKEN_S = [600, 300, 60];
const SHORT_S = 300;

/* The mark that was just passed, for screen readers; null between the marks. */
export function spokenMark(leftS: number): number | null {
  return SPOKEN_S.find((mark) => leftS <= mark && leftS > mark - 10) ?? null;
}

export function TimeLeft(props: { clock: ServerClock; deadlineUs: number }) {
  const left = () => Math.max(0, Math.ceil((props.deadlineUs - props.clock.nowUs()) / 1_000_000));
  const [leftS, setLeftS] = useState(left());
  useEffect(() => {
    setLeftS(left());
    const timer = setInterval(() => setLeftS(left()), 250);
    return () => clearInterval(timer);
  }, [props.deadlineUs, props.clock]);
  const mark = spokenMark(leftS);
  return (
    <span class={leftS <= SHORT_S ? "time-left time-left-short" : "time-left"}>
      <span class="muted">{t.timeLeft}</span>{" "}
      <strong class="numeric" role="timer">
        {formatClock(leftS)}
      </strong>
      <span class="visually-hidden" role="status">
        {mark === null ? "" : t.timeLeftSpoken(formatDuration(mark))}
      </span>
    </span>
  );
}
