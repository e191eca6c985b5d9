/* After "Home": "End" and "Yes", and how much of each recording has reached the server. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Notice, Spinner } from "../../ui/notice";
import { Progress } from "../../ui/progress";
import { useStore } from "../../ui/store";
import { texts } from "../../ui/texts";
import { browserClock, formatBytes, formatDuration } from "../../ui/time";
import { createRate } from "../closing";
import { appIsSending, type App } from "../checkin/api";
import { bytesLeft, bytesTotal, type KeeperStatus } from "../recording/messages";
import type { Keeper } from "../recording/keeper";
import type { Finishing, Sitting } from "../sitting";
import type { Session } from "../api";
import { kindText } from "./receipt";
import type { StepProps } from "./step";

const t = texts.proctor.upload;
const end = texts.checkin.end;

export function UploadStep({ sitting, session }: StepProps) {
  const tools = useStore(sitting.equipment);
  const finishing = useStore(sitting.finishing);
  const confirmed = useStore(sitting.uploadConfirmed);
  return (
    <>
      <section class="card">
        <h1>{t.title}</h1>
        {session.ended === null ? null : <EndedNotice reason={session.ended.reason} />}
        <p>{t.safe}</p>
        {confirmed ? null : <p>{end.press}</p>}
        {tools === null ? <Spinner /> : <Amount sitting={sitting} keeper={tools.keeper} />}
        {tools === null ? null : <Streams keeper={tools.keeper} session={session} />}
        {appIsSending(session.checkin.app) ? (
          <AppAmount app={session.checkin.app} />
        ) : (
          <FinishingNotice sitting={sitting} finishing={finishing} />
        )}
      </section>
      {confirmed ? null : <End sitting={sitting} />}
    </>
  );
}

/* The app sends by itself, once "End" was pressed in its own window. */
function AppAmount({ app }: { app: App }) {
  if (app.phase !== "uploading") return <Notice tone="warning">{texts.checkin.app.pressEnd}</Notice>;
  return (
    <Progress
      label={texts.checkin.app.upload}
      value={app.percent / 100}
      text={texts.checkin.app.uploadText(app.percent)}
    />
  );
}

/* A proctor has ended the exam: why, and what became of it. */
export function EndedNotice({ reason }: { reason: string }) {
  const s = texts.proctor.supervision;
  return (
    <Notice tone="warning" title={s.endedTitle}>
      <p class="warning-text">{s.endedReason(reason)}</p>
      <p>{s.endedText}</p>
    </Notice>
  );
}

/* At the bottom right. What was recorded goes on its way meanwhile: "Yes" closes the recordings. */
function End({ sitting }: { sitting: Sitting }) {
  const [asking, setAsking] = useState(false);
  return (
    <div class="end-bar">
      <Button kind="primary" large onClick={() => setAsking(true)}>
        {end.end}
      </Button>
      <Dialog
        open={asking}
        title={end.title}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{end.notYet}</Button>
            <Button kind="primary" onClick={() => sitting.confirmUpload()}>
              {end.yes}
            </Button>
          </>
        }
      >
        <p>{end.text}</p>
      </Dialog>
    </div>
  );
}

/* Each recording of this computer, and what the app has sent by itself. */
function Streams(props: { keeper: Keeper; session: Session }) {
  const status = useStore(props.keeper.status);
  const streams = status?.streams ?? [];
  const own = new Set(streams.map((stream) => stream.id));
  const others = props.session.streams.filter((stream) => stream.kind === "app" && !own.has(stream.id));
  if (streams.length + others.length < 2) return null; // the bar above says it all
  const counts = new Map<string, number>();
  return (
    <ul class="stream-list" aria-label={end.streams}>
      {streams.map((stream) => {
        const n = (counts.get(stream.kind) ?? 0) + 1;
        counts.set(stream.kind, n);
        const left = stream.bytes - stream.acknowledged;
        const text =
          stream.state === "stuck"
            ? end.stuck
            : stream.state === "done"
              ? end.done
              : end.rest(formatBytes(left), "");
        return (
          <li key={stream.local}>
            <Progress
              label={end.part(kindText(stream.kind), n)}
              value={stream.state === "done" ? 1 : stream.acknowledged / Math.max(1, stream.bytes)}
              text={text}
            />
          </li>
        );
      })}
      {others.map((stream) => (
        <li key={stream.id}>
          <Progress
            label={kindText(stream.kind)}
            value={stream.length === null ? null : stream.bytes / Math.max(1, stream.length)}
            text={end.byApp(formatBytes(stream.bytes))}
          />
        </li>
      ))}
    </ul>
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
            : finishing.state === "elsewhere" || finishing.state === "unconfirmed"
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
    case "unconfirmed":
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
