/* /review/exams/ID: the sessions of an exam, with what the analysis has found so far. */
import { useMemo } from "preact/hooks";
import type { Api } from "../ui/api";
import { Card } from "../ui/page";
import { Table } from "../ui/table";
import { formatDateTime, formatTime } from "../ui/time";
import { Trail, useTitle } from "./frame";
import { Loaded } from "./loaded";
import { parseSessions, type SessionList, type SessionRow } from "./parse";
import { createRefresher } from "./refresh";
import { examsUrl, sessionsApi, sessionUrl } from "./route";
import { AnalysisBadge, StateBadge } from "./states";
import { reviewTexts as t } from "./texts";

function FlagCounts(props: { flags: SessionRow["flags"] }) {
  const counts = Object.entries(props.flags)
    .filter(([, n]) => n > 0)
    .sort(([a], [b]) => a.localeCompare(b));
  if (counts.length === 0) return <span class="muted">{t.sessions.noFlags}</span>;
  return (
    <ul class="counts">
      {counts.map(([rule, n]) => (
        <li key={rule}>
          {rule} <span class="numeric">{n}</span>
        </li>
      ))}
    </ul>
  );
}

function Ended(props: { row: SessionRow }) {
  const { row } = props;
  if (row.endedUs !== null) return <>{formatTime(row.endedUs)}</>;
  return (
    <span class="muted">{row.startedUs === null ? t.sessions.notStarted : t.sessions.running}</span>
  );
}

function Sessions(props: { list: SessionList }) {
  const { exam, sessions } = props.list;
  useTitle(exam.title);
  return (
    <>
      <Trail links={[{ href: examsUrl, text: t.exams.title }]} here={exam.title} />
      <h1>{exam.title}</h1>
      <p class="muted">
        {t.kind(exam.kind)}. {t.notAVerdict}
      </p>
      <Card title={t.sessions.title}>
        <Table
          caption={t.sessions.caption}
          captionHidden
          empty={t.sessions.empty}
          rows={sessions}
          rowKey={(row) => row.id}
          columns={[
            {
              title: t.sessions.candidate,
              rowHeader: true,
              cell: (row) => (
                <a class="nowrap" href={sessionUrl(row.id)}>
                  {row.candidate}
                </a>
              ),
            },
            { title: t.sessions.state, cell: (row) => <StateBadge state={row.state} /> },
            {
              title: t.sessions.started,
              cell: (row) =>
                row.startedUs === null ? (
                  <span class="muted">{t.sessions.notStarted}</span>
                ) : (
                  <span class="nowrap">{formatDateTime(row.startedUs)}</span>
                ),
            },
            { title: t.sessions.ended, cell: (row) => <Ended row={row} /> },
            { title: t.sessions.incidents, align: "end", cell: (row) => row.incidents },
            { title: t.sessions.flags, cell: (row) => <FlagCounts flags={row.flags} /> },
            {
              title: t.sessions.analysis,
              cell: (row) => <AnalysisBadge analysis={row.analysis} />,
            },
          ]}
        />
        <p class="small muted">{t.sessions.live}</p>
      </Card>
    </>
  );
}

export function SessionsPage(props: { api: Api; exam: string }) {
  const { api, exam } = props;
  const list = useMemo(
    () =>
      createRefresher(
        () => api.get(sessionsApi(exam), parseSessions),
        () => true,
      ),
    [api, exam],
  );
  return <Loaded refresher={list}>{(value) => <Sessions list={value} />}</Loaded>;
}
