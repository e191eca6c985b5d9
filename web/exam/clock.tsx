/* The time that is left, by the server's clock. It can be hidden: what it warns of is said all the same
 * (times.tsx). */
import { useEffect, useState } from "preact/hooks";
import { texts } from "../ui/texts";
import { formatClock, type ServerClock } from "../ui/time";

const MARKS_S = [60, 300, 600];
const SHORT_S = 300;

/* The mark that was passed between two looks at what is left; the nearest when there were several. One
 * that lies at the very beginning of a short exam is none. */
export function crossedMark(beforeS: number, nowS: number, totalS: number): number | null {
  return (
    MARKS_S.find((mark) => mark < totalS - 30 && beforeS > mark && nowS <= mark && nowS > 0) ?? null
  );
}

export function TimeLeft(props: { clock: ServerClock; deadlineUs: number; hidden: boolean }) {
  const left = () => Math.max(0, Math.ceil((props.deadlineUs - props.clock.nowUs()) / 1_000_000));
  const [leftS, setLeftS] = useState(left());
  useEffect(() => {
    setLeftS(left());
    const timer = setInterval(() => setLeftS(left()), 250);
    return () => clearInterval(timer);
  }, [props.deadlineUs, props.clock]);
  if (props.hidden) return <span class="time-left muted">{texts.player.timerHidden}</span>;
  return (
    <span class={leftS <= SHORT_S ? "time-left time-left-short" : "time-left"}>
      <span class="muted">{texts.exam.timeLeft}</span>{" "}
      <strong class="numeric" role="timer">
        {formatClock(leftS)}
      </strong>
    </span>
  );
}
