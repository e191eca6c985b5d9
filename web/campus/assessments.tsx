/* The candidate's tests and exams, and how far each is. They are taken in the Proctortrack window. */
import { useEffect } from "preact/hooks";
import type { Api } from "../ui/api";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { ErrorNotice, Spinner } from "../ui/notice";
import { Table } from "../ui/table";
import { texts } from "../ui/texts";
import { formatDateTime, formatDuration } from "../ui/time";
import { fetchAssessments, type Assessment, type AttemptState } from "./api";
import { useLoaded } from "./load";
import { closeProctorWindow, isProctorWindow } from "./proctor-window";

const t = texts.portal.assessments;

const TONES: Record<AttemptState, Tone> = {
  created: "info",
  running: "warning",
  finished: "warning",
  submitted: "good",
};

function State({ attempt }: { attempt: Assessment["attempt"] }) {
  if (attempt === null) return <Badge>{t.states.none}</Badge>;
  if (attempt.stage !== null)
    return (
      <span class="stack">
        <Badge tone={attempt.stage === "uploading" ? "warning" : "good"}>
          {texts.player.stages[attempt.stage]}
        </Badge>
        {attempt.submittedUs === null ? null : (
          <span class="small muted">{t.submittedAt(formatDateTime(attempt.submittedUs))}</span>
        )}
        {attempt.stage === "released" ? <a href="#/results">{texts.result.list.open}</a> : null}
      </span>
    );
  return <Badge tone={TONES[attempt.state]}>{t.states[attempt.state]}</Badge>;
}

/* The test goes on in the other window: what is shown here follows it. */
const LOOK_MS = 5000;

function moves({ attempt }: Assessment): boolean {
  return attempt !== null && (attempt.state !== "submitted" || attempt.stage === "uploading" || attempt.stage === "uploaded" || attempt.stage === null);
}

export function AssessmentsPage(props: { api: Api; openProctor: () => void }) {
  const [list, reload, refresh] = useLoaded(() => fetchAssessments(props.api));
  const moving = list.state === "ready" && list.value.some(moves);
  useEffect(() => {
    const look = () => {
      if (!document.hidden) refresh();
    };
    window.addEventListener("focus", look);
    const timer = moving ? setInterval(look, LOOK_MS) : undefined;
    return () => {
      window.removeEventListener("focus", look);
      clearInterval(timer);
    };
  }, [moving]);
  return (
    <section class="card">
      <h1>{t.title}</h1>
      {list.state === "loading" ? <Spinner /> : null}
      {list.state === "failed" ? <ErrorNotice error={list.error} onRetry={reload} /> : null}
      {list.state === "ready" ? (
        <>
          <Table
            caption={t.caption}
            rows={list.value}
            rowKey={(row) => row.examId}
            empty={t.none}
            columns={[
              { title: t.name, cell: (row) => row.title, rowHeader: true },
              { title: t.kind, cell: (row) => <span class="nowrap">{t.kinds[row.kind]}</span> },
              {
                title: t.length,
                cell: (row) => <span class="nowrap">{formatDuration(row.durationS)}</span>,
              },
              { title: t.questions, cell: (row) => row.items, align: "end" },
              { title: t.state, cell: (row) => <State attempt={row.attempt} /> },
            ]}
          />
          <div class="row">
            <Button kind="primary" onClick={props.openProctor}>
              {t.open}
            </Button>
            <span class="muted">{t.how}</span>
          </div>
          {isProctorWindow() ? (
            <div class="row">
              <Button large onClick={closeProctorWindow}>
                {texts.common.close}
              </Button>
            </div>
          ) : null}
        </>
      ) : null}
    </section>
  );
}
