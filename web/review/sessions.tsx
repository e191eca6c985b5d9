/* /review/exams/ID: the sessions of an exam, a page at a time, with what the analysis has found so far
 * and what people decided. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button, LinkButton } from "../ui/button";
import { SelectField, TextField } from "../ui/field";
import { Card } from "../ui/page";
import { Table } from "../ui/table";
import { formatDateTime, formatTime } from "../ui/time";
import type { User } from "../ui/user";
import { Trail, useTitle } from "./frame";
import { liveTexts } from "./live/texts";
import { Loaded } from "./loaded";
import { OUTCOMES, parseSessions, SEVERITIES, type SessionList, type SessionRow } from "./parse";
import { ExamPaperCard } from "./paper";
import { ProfileBadge } from "./profiles";
import { ReleaseAll } from "./release";
import { createRefresher } from "./refresh";
import {
  csvApi,
  examsUrl,
  liveUrl,
  sessionsApi,
  sessionsQuery,
  sessionUrl,
  staffUrl,
  type SessionFilter,
} from "./route";
import { staffTexts } from "./staff-texts";
import { AnalysisBadge, SeverityShape, StandingBadge, StateBadge } from "./states";
import { Tally } from "./tally";
import { reviewTexts as t } from "./texts";

const STATES = ["created", "agreed", "recording", "exam", "ended", "uploaded", "reported"];
const ALL: SessionFilter = {
  sort: "newest",
  q: "",
  state: "",
  severity: "",
  outcome: "",
  review: "",
  identity: "",
};
const IDENTITIES = ["none", "pending", "approved", "rejected"] as const;
const RULES_SHOWN = 4; // the most frequent; all of them are in the CSV and the report
const TYPING_MS = 300; // a search begins when the typing has paused

function FlagCounts(props: { flags: SessionRow["flags"] }) {
  const counts = Object.entries(props.flags)
    .filter(([, n]) => n > 0)
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  if (counts.length === 0) return <span class="muted">{t.sessions.noFlags}</span>;
  return (
    <ul class="counts">
      {counts.slice(0, RULES_SHOWN).map(([rule, n]) => (
        <li key={rule}>
          {rule} <span class="numeric">{n}</span>
        </li>
      ))}
      {counts.length > RULES_SHOWN ? (
        <li class="muted">{t.sessions.moreRules(counts.length - RULES_SHOWN)}</li>
      ) : null}
    </ul>
  );
}

function Incidents(props: { row: SessionRow }) {
  const { row } = props;
  if (row.incidents === 0) return <span class="numeric muted">0</span>;
  return (
    <span class="severities">
      {SEVERITIES.filter((severity) => row.severities[severity] > 0).map((severity) => (
        <span key={severity} class="severity numeric">
          <SeverityShape severity={severity} />
          {row.severities[severity]}
          <span class="visually-hidden"> {t.severity(severity)}</span>
        </span>
      ))}
    </span>
  );
}

function Ended(props: { row: SessionRow }) {
  const { row } = props;
  if (row.endedUs !== null) return <>{formatTime(row.endedUs)}</>;
  return (
    <span class="muted">{row.startedUs === null ? t.sessions.notStarted : t.sessions.running}</span>
  );
}

/* How far it is: the state in words, and as a bar of as many parts as there are states. */
function Progress(props: { row: SessionRow }) {
  const { state } = props.row;
  const at = STATES.indexOf(state);
  return (
    <span class="session-progress">
      <StateBadge state={state} />
      <span class="progress-parts" aria-hidden="true">
        {STATES.map((one, i) => (
          <span key={one} class={i <= at ? "progress-part progress-done" : "progress-part"} />
        ))}
      </span>
    </span>
  );
}

/* What a check-in found, and beside it when the recording shows somebody else. */
const IDENTITY_RULES = ["identity-mismatch", "person-changed"];

function Identity(props: { row: SessionRow }) {
  const { row } = props;
  const doubted = IDENTITY_RULES.some((rule) => (row.flags[rule] ?? 0) > 0);
  return (
    <>
      {row.identity === "none" ? (
        <span class="muted">{t.sessions.identityNone}</span>
      ) : (
        <ProfileBadge state={row.identity} />
      )}
      {doubted ? <span class="small identity-doubt">{t.sessions.identityDoubt}</span> : null}
    </>
  );
}

function Rows(props: { list: SessionList; filtered: boolean }) {
  return (
    <Table
      caption={t.sessions.caption}
      captionHidden
      empty={props.filtered ? t.sessions.noneFound : t.sessions.empty}
      rows={props.list.sessions}
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
        { title: t.sessions.state, cell: (row) => <Progress row={row} /> },
        { title: t.sessions.identity, cell: (row) => <Identity row={row} /> },
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
        { title: t.sessions.incidents, cell: (row) => <Incidents row={row} /> },
        { title: t.sessions.flags, cell: (row) => <FlagCounts flags={row.flags} /> },
        { title: t.sessions.analysis, cell: (row) => <AnalysisBadge analysis={row.analysis} /> },
        { title: t.sessions.outcome, cell: (row) => <StandingBadge state={row.review} outcome={row.outcome} /> },
      ]}
    />
  );
}

function Filters(props: { filter: SessionFilter; onChange: (filter: SessionFilter) => void }) {
  const { filter, onChange } = props;
  const [typed, setTyped] = useState(filter.q);
  useEffect(() => {
    if (typed === filter.q) return;
    const id = setTimeout(() => onChange({ ...filter, q: typed }), TYPING_MS);
    return () => clearTimeout(id);
  }, [typed, filter]);
  const any = { value: "", text: t.sessions.any };
  return (
    <form class="filters" aria-label={t.sessions.filters} onSubmit={(e) => e.preventDefault()}>
      <TextField label={t.sessions.search} value={typed} onInput={setTyped} maxLength={50} />
      <SelectField
        label={t.sessions.allStates}
        value={filter.state}
        options={[any, ...STATES.map((value) => ({ value, text: t.state(value) }))]}
        onChange={(state) => onChange({ ...filter, state })}
      />
      <SelectField
        label={t.sessions.severity}
        value={filter.severity}
        options={Object.entries(t.sessions.severities).map(([value, text]) => ({ value, text }))}
        onChange={(severity) => onChange({ ...filter, severity })}
      />
      <SelectField
        label={t.sessions.outcome}
        value={filter.outcome}
        options={[any, ...OUTCOMES.map((value) => ({ value, text: t.outcome(value) }))]}
        onChange={(outcome) => onChange({ ...filter, outcome })}
      />
      <SelectField
        label={t.waitsFor.label}
        value={filter.review}
        options={[
          { value: "", text: t.waitsFor.any },
          { value: "second", text: t.waitsFor.second },
          { value: "differs", text: t.waitsFor.differs },
        ]}
        onChange={(review) => onChange({ ...filter, review })}
      />
      <SelectField
        label={t.sessions.identity}
        value={filter.identity}
        options={[
          any,
          ...IDENTITIES.map((value) => ({
            value,
            text: value === "none" ? t.sessions.identityNone : t.profiles.states[value],
          })),
        ]}
        onChange={(identity) => onChange({ ...filter, identity })}
      />
      <SelectField
        label={t.sessions.sort}
        value={filter.sort}
        options={Object.entries(t.sessions.sorts).map(([value, text]) => ({ value, text }))}
        onChange={(sort) => onChange({ ...filter, sort })}
      />
    </form>
  );
}

function ExamHead(props: { exam: SessionList["exam"] }) {
  const { exam } = props;
  useTitle(exam.title);
  return (
    <>
      <Trail links={[{ href: examsUrl, text: t.exams.title }]} here={exam.title} />
      <h1>{exam.title}</h1>
      <p class="muted">
        {t.kind(exam.kind)}. {t.notAVerdict}
      </p>
    </>
  );
}

export function SessionsPage(props: { api: Api; user: User; exam: string }) {
  const { api, exam } = props;
  const [filter, setFilter] = useState(ALL);
  const [pages, setPages] = useState<readonly string[]>([""]); // where each page up to this one begins
  const after = pages[pages.length - 1] ?? "";
  const query = sessionsQuery(filter, after);
  const list = useMemo(
    () =>
      createRefresher(
        () => api.get(sessionsApi(exam) + query, parseSessions),
        () => true,
      ),
    [api, exam, query],
  );
  function change(to: SessionFilter) {
    setFilter(to);
    setPages([""]);
  }
  const filtered = sessionsQuery({ ...filter, sort: "" }) !== "";
  return (
    <Loaded refresher={list} keepLast>
      {(value) => (
        <>
          <ExamHead exam={value.exam} />
          <Card title={t.sessions.title}>
            <Filters filter={filter} onChange={change} />
            <p class="muted" role="status">
              {t.sessions.found(value.total)}
            </p>
            <Rows list={value} filtered={filtered} />
            <div class="row row-between">
              <div class="row">
                <Button disabled={pages.length === 1} onClick={() => setPages(pages.slice(0, -1))}>
                  {t.sessions.previousPage}
                </Button>
                <Button
                  disabled={value.next === null}
                  onClick={() => value.next !== null && setPages([...pages, value.next])}
                >
                  {t.sessions.nextPage}
                </Button>
              </div>
              <div class="row">
                {props.user.role === "admin" ? (
                  <LinkButton href={staffUrl(exam)}>{staffTexts.title}</LinkButton>
                ) : null}
                <LinkButton href={liveUrl(exam)}>{liveTexts.link}</LinkButton>
                <LinkButton href={csvApi(exam) + sessionsQuery(filter)}>{t.sessions.csv}</LinkButton>
              </div>
            </div>
            <ReleaseAll api={api} exam={exam} />
            <p class="small muted">{t.sessions.live}</p>
          </Card>
          <Tally api={api} exam={exam} />
          <ExamPaperCard exam={exam} />
        </>
      )}
    </Loaded>
  );
}
