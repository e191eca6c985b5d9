/* After "Home": how much of the recording has reached the server. */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../ui/button";
import { Notice, Spinner } from "../../ui/notice";
import { Progress } from "../../ui/progress";
import { useStore } from "../../ui/store";
import { texts } from "../../ui/texts";
import { browserClock, formatBytes, formatDuration } from "../../ui/time";
import { createRate } from "../closing";
import { bytesLeft, bytesTotal, type KeeperStatus } from "../recording/messages";
import type { Keeper } from "../recording/keeper";
import type { Finishing, Sitting } from "../sitting";
import type { StepProps } from "./step";

const t = texts.proctor.upload;

export function UploadStep({ sitting }: StepProps) {
  const tools = useStore(sitting.equipment);
  const finishing = useStore(sitting.finishing);
  return (
    <section class="card">
      <h1>{t.title}</h1>
      <p>{t.safe}</p>
      {tools === null ? <Spinner /> : <Amount sitting={sitting} keeper={tools.keeper} />}
      <FinishingNotice sitting={sitting} finishing={finishing} />
    </section>
  );
}

function Amount(props: { sitting: Sitting; keeper: Keeper }) {
  const status = useStore(props.keeper.status);
  const reachable = useStore(props.sitting.reachable);
  const finishing = useStore(props.sitting.finishing);
  const rate = useRef(createRate());
  const total = status === null ? 0 : bytesTotal(status);
  const left = status === null ? 0 : bytesLeft(status);
  useEffect(() => rate.current.add(browserClock.monotonicMs(), total - left), [total, left]);
  if (status === null) return <Spinner />;
  const growing = status.streams.some((stream) => stream.state === "growing");
  const seconds = rate.current.secondsFor(left);
  /* Not 100 % before it is true: the last piece is still to come. */
  const done = total === 0 ? (growing ? 0 : 1) : (total - left) / total;
  const shown = growing ? Math.min(done, 0.99) : done;
  return (
    <>
      <Progress
        label={t.bar}
        value={shown}
        text={t.barText(Math.floor(shown * 100), formatBytes(total - left), formatBytes(total))}
      />
      <p class="numeric" role="status">
        {growing
          ? t.ending
          : left > 0
            ? [t.left(formatBytes(left)), seconds === null ? "" : t.timeLeft(formatDuration(seconds))]
                .filter((part) => part !== "")
                .join(", ")
            : finishing.state === "elsewhere"
              ? ""
              : t.checking}
      </p>
      <WaitingNotice reachable={reachable} status={status} left={left} />
    </>
  );
}

function WaitingNotice(props: { reachable: boolean; status: KeeperStatus; left: number }) {
  const { upload } = props.status;
  if (!props.reachable || (upload.state === "waiting" && upload.reason === "no-answer"))
    return <Notice tone="warning">{t.offline}</Notice>;
  if (upload.state !== "waiting" || props.left === 0) return null;
  return (
    <Notice tone="warning">
      {upload.reason === "server-full" ? t.full : t.waiting(upload.message)}
    </Notice>
  );
}

function FinishingNotice(props: { sitting: Sitting; finishing: Finishing }) {
  const { finishing } = props;
  switch (finishing.state) {
    case "no":
    case "sending":
    case "closing":
      return null;
    case "refused":
      return <Notice tone="warning">{t.refused(finishing.message)}</Notice>;
    case "elsewhere":
      return (
        <Notice tone="warning" title={t.elsewhereTitle}>
          <p>{t.elsewhere(finishing.streams.length)}</p>
          <p>{t.elsewhereNo}</p>
          <Button onClick={() => props.sitting.finishWithoutRest()}>{t.finishWithout}</Button>
        </Notice>
      );
  }
}
