/* What the candidate is told of a session, and what they say to it: release, remarks, appeal, answer. */
import { useMemo, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextArea } from "../ui/field";
import { ErrorNotice, Notice } from "../ui/notice";
import { fields, parseBool, parseInteger, parseOneOf, parseText, type Parse } from "../ui/parse";
import { Table } from "../ui/table";
import { formatDateTime } from "../ui/time";
import type { User } from "../ui/user";
import { Loaded } from "./loaded";
import { OUTCOMES, type Outcome } from "./parse";
import { createRefresher } from "./refresh";
import { releaseTexts as r } from "./release-texts";
import { sessionUrl } from "./route";
import { reviewTexts as t } from "./texts";

interface Release {
  release: {
    outcome: Outcome;
    holding: Outcome;
    releasedUs: number;
    appealUntilUs: number | null;
    by: string;
  } | null;
  appeal: {
    state: "open" | "answered";
    reason: string;
    madeUs: number;
    mayAnswer: boolean;
    outcome: Outcome | null;
    answer: string | null;
    answeredUs: number | null;
    by: string | null;
  } | null;
  remarks: { flag: number; note: string }[];
  mayRelease: boolean;
}

const parseRelease: Parse<Release> = (value, path) => {
  const f = fields(value, path);
  return {
    release: f.nullable("release", (inner, at) => {
      const x = fields(inner, at);
      return {
        outcome: x.oneOf("outcome", OUTCOMES),
        holding: x.oneOf("holding", OUTCOMES),
        releasedUs: x.integer("released_us"),
        appealUntilUs: x.nullable("appeal_until_us", parseInteger),
        by: x.text("by"),
      };
    }),
    appeal: f.nullable("appeal", (inner, at) => {
      const x = fields(inner, at);
      return {
        state: x.oneOf("state", ["open", "answered"]),
        reason: x.text("reason"),
        madeUs: x.integer("made_us"),
        mayAnswer: x.bool("may_answer"),
        outcome: x.nullable("outcome", parseOneOf(OUTCOMES)),
        answer: x.nullable("answer", parseText),
        answeredUs: x.nullable("answered_us", parseInteger),
        by: x.nullable("by", parseText),
      };
    }),
    remarks: f.list("remarks", (inner, at) => {
      const x = fields(inner, at);
      return { flag: x.integer("flag"), note: x.text("note") };
    }),
    mayRelease: f.get("may_release", parseBool),
  };
};

const releaseApi = (session: string): string => `/api/review/sessions/${session}/release`;
const answerApi = (session: string): string => `/api/review/sessions/${session}/appeal/answer`;

/* A button that asks once more. */
function Asking(props: { text: string; title: string; body: string; busy: boolean; disabled?: boolean; onYes: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button busy={props.busy} disabled={props.disabled ?? false} onClick={() => setOpen(true)}>
        {props.text}
      </Button>
      <Dialog
        open={open}
        title={props.title}
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button onClick={() => setOpen(false)}>{r.goBack}</Button>
            <Button
              kind="primary"
              onClick={() => {
                setOpen(false);
                props.onYes();
              }}
            >
              {props.text}
            </Button>
          </>
        }
      >
        <p>{props.body}</p>
      </Dialog>
    </>
  );
}

function useSending(onDone: () => void): [boolean, unknown, (send: () => Promise<unknown>) => Promise<void>] {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  return [
    busy,
    problem,
    async (send) => {
      setBusy(true);
      setProblem(null);
      try {
        await send();
        onDone();
      } catch (thrown) {
        setProblem(thrown);
      } finally {
        setBusy(false);
      }
    },
  ];
}

function Answer(props: { api: Api; session: string; onDone: () => void }) {
  const { api, session } = props;
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [answer, setAnswer] = useState("");
  const [busy, problem, run] = useSending(props.onDone);
  return (
    <form onSubmit={(event) => event.preventDefault()}>
      <fieldset class="choices">
        <legend>{r.choose}</legend>
        {OUTCOMES.filter((one) => one !== "none").map((one) => (
          <label key={one} class="check">
            <input type="radio" name="appeal-outcome" checked={outcome === one} onChange={() => setOutcome(one)} />
            <span>{t.outcome(one)}</span>
          </label>
        ))}
      </fieldset>
      <TextArea label={r.answer} hint={r.answerHint} rows={4} maxLength={4000} value={answer} onInput={setAnswer} />
      {problem !== null ? <ErrorNotice error={problem} /> : null}
      <div class="row">
        <Asking
          text={r.send}
          title={r.sendSure}
          body={r.sendSureText}
          busy={busy}
          disabled={outcome === null || answer.trim() === ""}
          onYes={() => void run(() => api.post(answerApi(session), { outcome, answer }, parseRelease))}
        />
      </div>
    </form>
  );
}

function Told(props: { release: NonNullable<Release["release"]> }) {
  const { release } = props;
  return (
    <p class="said">
      {r.released(t.outcome(release.outcome), release.by, formatDateTime(release.releasedUs))}
      <br />
      <span class="small muted">
        {release.appealUntilUs === null ? r.noAppeal : r.until(formatDateTime(release.appealUntilUs))}
      </span>
    </p>
  );
}

function Appeal(props: { api: Api; session: string; appeal: NonNullable<Release["appeal"]>; onDone: () => void }) {
  const { appeal } = props;
  return (
    <>
      <h3>{r.appeal}</h3>
      <p>{r.appealed(formatDateTime(appeal.madeUs))}</p>
      <blockquote class="said as-written">{appeal.reason}</blockquote>
      {appeal.state === "answered" && appeal.outcome !== null && appeal.answeredUs !== null ? (
        <>
          <p>{r.answered(t.outcome(appeal.outcome), appeal.by ?? "", formatDateTime(appeal.answeredUs))}</p>
          <blockquote class="said as-written">{appeal.answer}</blockquote>
        </>
      ) : appeal.mayAnswer ? (
        <Answer api={props.api} session={props.session} onDone={props.onDone} />
      ) : (
        <Notice tone="info">
          <p>{r.notDecider}</p>
        </Notice>
      )}
    </>
  );
}

/* `said` changes when somebody decided: then what may be released is asked again. */
export function ReleaseCard(props: { api: Api; user: User; session: string; said: string; flags: readonly string[]; onSaid: () => void }) {
  const { api, session, flags } = props;
  const state = useMemo(
    () =>
      createRefresher(
        () => api.get(releaseApi(session), parseRelease),
        () => false, // only what is done here changes it
      ),
    [api, session, props.said],
  );
  const done = () => {
    state.again();
    props.onSaid();
  };
  const [busy, problem, run] = useSending(done);
  const number = (flag: number) => String(flags.indexOf(String(flag)) + 1 || flag);
  return (
    <section class="card by-people" aria-label={r.title}>
      <h2>{r.title}</h2>
      <Loaded refresher={state} keepLast>
        {(value) => (
          <>
            {value.release === null ? <p class="small muted">{r.before}</p> : <Told release={value.release} />}
            {value.release !== null && value.mayRelease ? <p>{r.changed(t.outcome(value.release.holding))}</p> : null}
            {value.mayRelease ? (
              <div class="row">
                <Asking
                  text={value.release === null ? r.release : r.releaseAgain}
                  title={r.sure}
                  body={r.sureText}
                  busy={busy}
                  onYes={() => void run(() => api.post(releaseApi(session), {}, parseRelease))}
                />
              </div>
            ) : value.release === null ? (
              <p class="muted">{props.user.role === "proctor" ? r.notYou : r.notYet}</p>
            ) : null}
            {problem !== null ? <ErrorNotice error={problem} /> : null}
            {value.remarks.length > 0 ? (
              <>
                <h3>{r.remarks}</h3>
                {value.remarks.map((one) => (
                  <p key={one.flag} class="said as-written">
                    <span class="small muted">{r.remarkTo(number(one.flag))}</span>
                    <br />
                    {one.note}
                  </p>
                ))}
              </>
            ) : null}
            {value.appeal !== null ? <Appeal api={api} session={session} appeal={value.appeal} onDone={done} /> : null}
          </>
        )}
      </Loaded>
    </section>
  );
}

/* ---- on the page of exams: what waits ---- */

interface Waiting {
  session: string;
  candidate: string;
  exam: string;
  madeUs: number;
  mayAnswer: boolean;
}

const parseWaiting: Parse<Waiting[]> = (value, path) =>
  fields(value, path).list("appeals", (inner, at) => {
    const x = fields(inner, at);
    return {
      session: x.text("session"),
      candidate: x.text("candidate"),
      exam: x.text("exam"),
      madeUs: x.integer("made_us"),
      mayAnswer: x.bool("may_answer"),
    };
  });

export function OpenAppeals({ api }: { api: Api }) {
  const list = useMemo(
    () =>
      createRefresher(
        () => api.get("/api/review/appeals", parseWaiting),
        () => true,
      ),
    [api],
  );
  return (
    <Loaded refresher={list}>
      {(rows) =>
        rows.length === 0 ? null : (
          <section class="card">
            <h2>{r.list}</h2>
            <Table
              caption={r.list}
              captionHidden
              empty=""
              rows={rows}
              rowKey={(row) => row.session}
              columns={[
                { title: r.candidate, rowHeader: true, cell: (row) => <a href={sessionUrl(row.session)}>{row.candidate}</a> },
                { title: r.exam, cell: (row) => row.exam },
                { title: r.since, cell: (row) => formatDateTime(row.madeUs) },
                { title: r.appeal, cell: (row) => (row.mayAnswer ? "" : r.yours) },
              ]}
            />
          </section>
        )
      }
    </Loaded>
  );
}

/* ---- on the page of an exam's sessions ---- */

const parseMade: Parse<{ released: number; left: number }> = (value, path) => {
  const f = fields(value, path);
  return { released: f.integer("released"), left: f.integer("left") };
};

export function ReleaseAll({ api, exam }: { api: Api; exam: string }) {
  const [made, setMade] = useState<{ released: number; left: number } | null>(null);
  const [busy, problem, run] = useSending(() => undefined);
  return (
    <div class="row">
      <Asking
        text={r.all}
        title={r.allSure}
        body={r.sureText}
        busy={busy}
        onYes={() => void run(async () => setMade(await api.post(`/api/review/exams/${exam}/release`, {}, parseMade)))}
      />
      <span role="status">{made === null ? "" : r.allDone(made.released, made.left)}</span>
      {problem !== null ? <ErrorNotice error={problem} /> : null}
    </div>
  );
}
