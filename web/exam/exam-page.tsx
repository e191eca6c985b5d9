/* The exam's pages one after another: cover, questions, finished, submitted. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Badge } from "../ui/badge";
import { Dialog } from "../ui/dialog";
import { Button } from "../ui/button";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { Main } from "../ui/page";
import { SignInAgain } from "../ui/sign-in";
import { useStore } from "../ui/store";
import { texts } from "../ui/texts";
import { formatClock, formatDuration, formatTime } from "../ui/time";
import type { Attempt } from "./api";
import { FileLine } from "./attachments";
import type { Files } from "./files";
import type { ExamModel } from "./model";
import { Paper } from "./paper";

const t = texts.exam;

export function ExamPage({ model, api }: { model: ExamModel; api: Api }) {
  const signedOut = useStore(model.signedOut);
  useEffect(() => void model.refresh(), [model]);
  return (
    <>
      <Content model={model} />
      <SignInAgain api={api} open={signedOut} onSignedIn={() => model.signedIn()} />
    </>
  );
}

function Content({ model }: { model: ExamModel }) {
  const view = useStore(model.view);
  switch (view.state) {
    case "loading":
      return (
        <Main>
          <Spinner />
        </Main>
      );
    case "failed":
      return (
        <Main>
          <ErrorNotice error={view.error} onRetry={() => void model.refresh()} />
        </Main>
      );
    case "open": {
      const { attempt, desk, files } = view;
      switch (attempt.state) {
        case "created":
          return <Cover model={model} attempt={attempt} />;
        case "running":
          if (attempt.paused !== null) return <Paused attempt={attempt} pause={attempt.paused} />;
          return desk === null ? null : (
            <Paper model={model} attempt={attempt} desk={desk} files={files} />
          );
        case "finished":
          return <Finished model={model} attempt={attempt} files={files} />;
        case "submitted":
          return (
            <Main>
              <section class="card">
                <h1>{t.submittedTitle}</h1>
                <p>{t.submittedText}</p>
              </section>
            </Main>
          );
      }
    }
  }
}

/* A button's call and its failure. */
function useCall(work: () => Promise<void>): { busy: boolean; error: unknown; run: () => void } {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  return {
    busy,
    error,
    run() {
      setBusy(true);
      setError(null);
      work()
        .catch(setError)
        .finally(() => setBusy(false));
    },
  };
}

/* Extra time is told for what it is: nobody shall wonder whether it was given. */
export function lengthText({ exam, extraS }: Attempt): string {
  const all = formatDuration(exam.durationS + extraS);
  return extraS > 0 ? t.lengthWithExtra(all, formatDuration(extraS)) : t.length(all);
}

function Cover({ model, attempt }: { model: ExamModel; attempt: Attempt }) {
  const start = useCall(() => model.start());
  return (
    <Main>
      <section class="card cover">
        <Badge tone="info">{t.kinds[attempt.exam.kind]}</Badge>
        <h1>{attempt.exam.title}</h1>
        <p>{lengthText(attempt)}</p>
        <ul class="cover-facts">
          {t.coverFacts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
        {attempt.mayStart ? null : <Notice tone="info">{t.waitForProctoring}</Notice>}
        {start.error !== null ? <ErrorNotice error={start.error} /> : null}
        <div class="row">
          <Button kind="primary" large disabled={!attempt.mayStart} busy={start.busy} onClick={start.run}>
            {t.start}
          </Button>
        </div>
      </section>
    </Main>
  );
}

/* A proctor has stopped the clock. It goes on by itself, with what was left. */
function Paused(props: { attempt: Attempt; pause: NonNullable<Attempt["paused"]> }) {
  const { attempt, pause } = props;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const leftS = attempt.deadlineUs === null ? 0 : (attempt.deadlineUs - pause.sinceUs) / 1_000_000;
  return (
    <Main>
      <section class="card cover" role="status">
        <h1 ref={title} tabIndex={-1}>
          {t.pausedTitle}
        </h1>
        <p class="paused-reason">{pause.reason}</p>
        <p>{t.pausedText}</p>
        <p>
          <span class="muted">{t.pausedLeft}</span> <strong class="numeric">{formatClock(leftS)}</strong>
        </p>
      </section>
    </Main>
  );
}

function Finished(props: { model: ExamModel; attempt: Attempt; files: Files | null }) {
  const { model, attempt, files } = props;
  const submit = useCall(() => model.submit());
  const [asking, setAsking] = useState(false);
  const home = () => (files?.busy.get() ? setAsking(true) : submit.run());
  const timeOver = attempt.deadlineUs !== null && attempt.serverUs >= attempt.deadlineUs;
  return (
    <Main>
      <section class="card cover">
        <h1>{t.finishedTitle}</h1>
        {timeOver ? <Notice tone="info">{t.timeOver}</Notice> : null}
        <p>{t.finishedText}</p>
        {files !== null ? <FilesLeft files={files} untilUs={attempt.graceUntilUs} /> : null}
        {submit.error !== null ? <ErrorNotice error={submit.error} /> : null}
        <div class="row">
          <Button kind="primary" large busy={submit.busy} onClick={home}>
            {t.home}
          </Button>
        </div>
      </section>
      <Dialog
        open={asking}
        title={texts.player.homeAnyway}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{texts.player.homeWait}</Button>
            <Button
              kind="danger"
              onClick={() => {
                setAsking(false);
                submit.run();
              }}
            >
              {t.home}
            </Button>
          </>
        }
      >
        <p>{texts.player.homeAnywayText}</p>
      </Dialog>
    </Main>
  );
}

/* What was begun before the end may be completed until the grace is over. */
function FilesLeft(props: { files: Files; untilUs: number | null }) {
  const rows = useStore(props.files.rows);
  const left = rows.filter((row) => row.status.state !== "complete");
  if (rows.length === 0) return null;
  if (left.length === 0) return <Notice tone="good">{texts.player.filesAll}</Notice>;
  return (
    <Notice tone="warning" title={texts.player.filesStillSending(left.length)}>
      {props.untilUs === null ? null : (
        <p>{texts.player.filesUntil(formatTime(props.untilUs))}</p>
      )}
      {left.map((row) => (
        <FileLine key={row.key} row={row} />
      ))}
    </Notice>
  );
}
