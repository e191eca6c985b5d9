/* #/results/SESSION: the decision on one supervised sitting, what the machine noticed, and an appeal. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextArea } from "../ui/field";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { texts } from "../ui/texts";
import { formatDateTime } from "../ui/time";
import { useLoaded } from "./load";
import { fetchResult, sendAppeal, type Outcome, type Result } from "./result-api";
import { FlagCard } from "./result-flag";
import { KeptCard } from "./result-kept";

const t = texts.result;
const REASON_MAX = 4000;

/* Colours of a person's word; none of them is that of an alarm. */
const TONES: Record<Outcome, Tone> = {
  none: "neutral",
  passed: "good",
  violation: "bad",
  suspicious: "warning",
  "not-enough-evidence": "neutral",
};

function Decision({ result }: { result: Result }) {
  const { appeal } = result;
  const by = appeal.state === "answered" ? appeal.by : result.by;
  return (
    <section class="card">
      <h2>{t.decision}</h2>
      <p class="result-outcome">
        <Badge tone={TONES[result.outcome]}>{t.outcomes[result.outcome]}</Badge>
      </p>
      {appeal.state === "answered" ? <p>{t.byAppeal}</p> : null}
      <p>{by === null ? t.byPerson : t.byNamed(by)}</p>
      <p class="small muted">{t.released(formatDateTime(result.releasedUs))}</p>
    </section>
  );
}

function AppealForm(props: { api: Api; session: string; untilUs: number; onSent: (result: Result) => void }) {
  const [reason, setReason] = useState("");
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  async function send() {
    setBusy(true);
    setProblem(null);
    try {
      props.onSent(await sendAppeal(props.api, props.session, reason));
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
      setAsking(false);
    }
  }
  return (
    <form
      class="stack stretch"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== "") setAsking(true);
      }}
    >
      <p>{t.appealIntro(formatDateTime(props.untilUs))}</p>
      <TextArea label={t.appealReason} hint={t.appealHint} value={reason} onInput={setReason} rows={6} maxLength={REASON_MAX} />
      {problem !== null ? <ErrorNotice error={problem} /> : null}
      <div class="row">
        <Button kind="primary" type="submit" disabled={reason.trim() === ""}>
          {t.appealSend}
        </Button>
      </div>
      <Dialog
        open={asking}
        title={t.appealSure}
        onClose={() => setAsking(false)}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t.appealGoBack}</Button>
            <Button kind="primary" busy={busy} onClick={() => void send()}>
              {t.appealSend}
            </Button>
          </>
        }
      >
        <p>{t.appealSureText}</p>
      </Dialog>
    </form>
  );
}

function AppealCard(props: { api: Api; result: Result; onSent: (result: Result) => void }) {
  const { appeal, session, serverUs } = props.result;
  return (
    <section class="card" id="appeal">
      <h2>{t.appeal}</h2>
      {appeal.reason !== null && appeal.reason !== "" ? (
        <blockquote class="said-by">
          <p class="small muted">{t.yourAppeal}</p>
          <p class="as-written">{appeal.reason}</p>
        </blockquote>
      ) : null}
      {appeal.state === "open" && appeal.madeUs !== null ? (
        <Notice tone="info">
          <p>{t.appealSent(formatDateTime(appeal.madeUs))}</p>
        </Notice>
      ) : null}
      {appeal.state === "answered" && appeal.answeredUs !== null ? (
        <blockquote class="said-by">
          <p class="small muted">
            {appeal.by === null
              ? t.answered(formatDateTime(appeal.answeredUs))
              : t.answeredBy(appeal.by, formatDateTime(appeal.answeredUs))}
          </p>
          <h3>{t.answer}</h3>
          <p class="as-written">{appeal.answer}</p>
        </blockquote>
      ) : null}
      {appeal.state !== "none" ? null : appeal.untilUs === null ? (
        <p class="muted">{t.appealNone}</p>
      ) : serverUs > appeal.untilUs ? (
        <p class="muted">{t.appealOver(formatDateTime(appeal.untilUs))}</p>
      ) : (
        <AppealForm api={props.api} session={session} untilUs={appeal.untilUs} onSent={props.onSent} />
      )}
    </section>
  );
}

/* Remarks can be made as long as somebody will read them. */
function isOpen({ appeal, serverUs }: Result): boolean {
  if (appeal.state === "none") return appeal.untilUs !== null && serverUs <= appeal.untilUs;
  return appeal.state === "open";
}

function Shown({ api, first }: { api: Api; first: Result }) {
  const [result, setResult] = useState(first);
  const open = isOpen(result);
  return (
    <>
      <Decision result={result} />
      <section class="card">
        <h2>{t.flags}</h2>
        {result.flags.length === 0 ? (
          <p class="empty">{t.noFlags}</p>
        ) : (
          <>
            <p>{t.flagsIntro}</p>
            <p class="small muted">{t.logged}</p>
          </>
        )}
        {result.flags.map((flag, i) => (
          <FlagCard key={flag.id} api={api} result={result} flag={flag} number={i + 1} open={open} />
        ))}
      </section>
      <AppealCard api={api} result={result} onSent={setResult} />
      <KeptCard session={result.session} keep={result.keep} />
    </>
  );
}

export function ResultPage({ api, session }: { api: Api; session: string }) {
  const [result, reload] = useLoaded(() => fetchResult(api, session));
  return (
    <div class="stack stretch">
      <p>
        <a href="#/results">← {t.back}</a>
      </p>
      {result.state === "loading" ? <Spinner label={t.loading} /> : null}
      {result.state === "failed" ? <ErrorNotice error={result.error} onRetry={reload} /> : null}
      {result.state === "ready" ? (
        <>
          <h1>{t.title(result.value.title)}</h1>
          <Shown api={api} first={result.value} />
        </>
      ) : null}
    </div>
  );
}
