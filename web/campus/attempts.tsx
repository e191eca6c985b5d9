/* For staff: who has taken an exam, what was added to whose time and why, and the files of answers. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { SelectField } from "../ui/field";
import { ErrorNotice, Spinner } from "../ui/notice";
import { fields, parseInteger, type Parse } from "../ui/parse";
import { Table } from "../ui/table";
import { texts } from "../ui/texts";
import { formatBytes, formatDateTime, formatDuration } from "../ui/time";
import { parseAttachedFile, parseTimeEntry, type AttachedFile, type TimeEntry } from "../exam/api";
import { givenText } from "../exam/times";
import { ATTEMPT_STATES, type AttemptState } from "./api";
import { useLoaded } from "./load";

const t = texts.player.staff;

interface Exam {
  id: number;
  title: string;
}

interface Row {
  id: number;
  candidate: string;
  state: AttemptState;
  deadlineUs: number | null;
  givenUs: number;
  files: number;
}

const parseExams: Parse<Exam[]> = (value, path) =>
  fields(value, path).list("exams", (inner, at) => {
    const f = fields(inner, at);
    return { id: f.integer("id"), title: f.text("title") };
  });

const parseRows: Parse<Row[]> = (value, path) =>
  fields(value, path).list("attempts", (inner, at) => {
    const f = fields(inner, at);
    return {
      id: f.integer("id"),
      candidate: f.text("candidate"),
      state: f.oneOf("state", ATTEMPT_STATES),
      deadlineUs: f.nullable("deadline_us", parseInteger),
      givenUs: f.integer("given_us"),
      files: f.integer("files"),
    };
  });

const parseDetail: Parse<{ time: TimeEntry[]; files: AttachedFile[] }> = (value, path) => {
  const f = fields(value, path);
  return { time: f.list("time", parseTimeEntry), files: f.list("attachments", parseAttachedFile) };
};

export function AttemptsPage({ api }: { api: Api }) {
  const [exams, reload] = useLoaded(() => api.get("/api/campus/exams", parseExams));
  const [chosen, setChosen] = useState<number | null>(null);
  const exam = exams.state === "ready" ? (chosen ?? exams.value[0]?.id ?? null) : null;
  return (
    <section class="card">
      <h1>{t.title}</h1>
      {exams.state === "loading" ? <Spinner /> : null}
      {exams.state === "failed" ? <ErrorNotice error={exams.error} onRetry={reload} /> : null}
      {exams.state === "ready" ? (
        <SelectField
          label={t.exam}
          value={String(exam ?? "")}
          options={exams.value.map((one) => ({ value: String(one.id), text: one.title }))}
          onChange={(value) => setChosen(Number(value))}
        />
      ) : null}
      {exam !== null ? <OfExam key={exam} api={api} exam={exam} /> : null}
    </section>
  );
}

function OfExam({ api, exam }: { api: Api; exam: number }) {
  const [rows, reload] = useLoaded(() => api.get(`/api/campus/exams/${exam}/attempts`, parseRows));
  const [shown, setShown] = useState<Row | null>(null);
  if (rows.state === "loading") return <Spinner />;
  if (rows.state === "failed") return <ErrorNotice error={rows.error} onRetry={reload} />;
  return (
    <>
      <Table
        caption={t.caption}
        rows={rows.value}
        rowKey={(row) => row.id}
        empty={t.none}
        columns={[
          { title: t.candidate, cell: (row) => row.candidate, rowHeader: true },
          { title: t.state, cell: (row) => texts.portal.assessments.states[row.state] },
          {
            title: t.ends,
            cell: (row) => (row.deadlineUs === null ? "-" : formatDateTime(row.deadlineUs)),
          },
          {
            title: t.given,
            cell: (row) => (row.givenUs === 0 ? "-" : formatDuration(row.givenUs / 1_000_000)),
          },
          { title: t.files, cell: (row) => row.files, align: "end" },
          {
            title: t.open,
            cell: (row) => (
              <Button label={t.openOf(row.candidate)} onClick={() => setShown(row)}>
                {t.open}
              </Button>
            ),
          },
        ]}
      />
      <Dialog
        open={shown !== null}
        title={t.openOf(shown?.candidate ?? "")}
        onClose={() => setShown(null)}
        actions={<Button onClick={() => setShown(null)}>{texts.common.close}</Button>}
      >
        {shown !== null ? <Detail api={api} attempt={shown.id} /> : null}
      </Dialog>
    </>
  );
}

function Detail({ api, attempt }: { api: Api; attempt: number }) {
  const [detail, reload] = useLoaded(() => api.get(`/api/campus/attempts/${attempt}/time`, parseDetail));
  if (detail.state === "loading") return <Spinner />;
  if (detail.state === "failed") return <ErrorNotice error={detail.error} onRetry={reload} />;
  const { time, files } = detail.value;
  return (
    <>
      <h3>{t.ledger}</h3>
      {time.length === 0 ? <p>{t.ledgerNone}</p> : null}
      <ul class="list">
        {time.map((entry) => (
          <li key={entry.id}>{givenText(entry)}</li>
        ))}
      </ul>
      <h3>{t.files}</h3>
      {files.length === 0 ? <p>{t.filesNone}</p> : null}
      <ul class="list">
        {files.map((file) => (
          <li key={file.id}>
            {file.state === "complete" ? (
              <a href={`/api/campus/attachments/${file.id}/content`} download={file.name}>
                {file.name}
              </a>
            ) : (
              `${file.name} (${t.incomplete})`
            )}
            , {formatBytes(file.length)}
          </li>
        ))}
      </ul>
    </>
  );
}
