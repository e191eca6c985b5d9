/* The exam's pages one after another: cover, questions, finished, submitted. */
import { useEffect, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Badge } from "../ui/badge";
import { Button } from "../ui/button";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { Main } from "../ui/page";
import { SignInAgain } from "../ui/sign-in";
import { useStore } from "../ui/store";
import { texts } from "../ui/texts";
import { formatDuration } from "../ui/time";
import type { Attempt } from "./api";
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
      const { attempt, saver } = view;
      switch (attempt.state) {
        case "created":
          return <Cover model={model} attempt={attempt} />;
        case "running":
          return saver === null ? null : <Paper model={model} attempt={attempt} saver={saver} />;
        case "finished":
          return <Finished model={model} attempt={attempt} />;
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

function Finished({ model, attempt }: { model: ExamModel; attempt: Attempt }) {
  const submit = useCall(() => model.submit());
  const timeOver = attempt.deadlineUs !== null && attempt.serverUs >= attempt.deadlineUs;
  return (
    <Main>
      <section class="card cover">
        <h1>{t.finishedTitle}</h1>
        {timeOver ? <Notice tone="info">{t.timeOver}</Notice> : null}
        <p>{t.finishedText}</p>
        {submit.error !== null ? <ErrorNotice error={submit.error} /> : null}
        <div class="row">
          <Button kind="primary" large busy={submit.busy} onClick={submit.run}>
            {t.home}
          </Button>
        </div>
      </section>
    </Main>
  );
}
