/* What people say of a session: the outcome with its history, and a judgement of each incident. It looks
 * unlike anything that the analysis says. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { ErrorNotice, Notice } from "../ui/notice";
import { formatDateTime } from "../ui/time";
import {
  ANSWERS,
  OUTCOMES,
  type Answer,
  type Outcome,
  type Review,
  type Standing as StandingOf,
} from "./parse";
import { decisionsApi, incidentApi } from "./route";
import { StandingBadge } from "./states";
import { reviewTexts as t } from "./texts";

const ignore = () => undefined;

export function DecisionCard(props: { api: Api; review: Review; onSaid: () => void }) {
  const { api, review } = props;
  const standing = review.review;
  const { current, earlier } = splitDecisions(review);
  const settles = standing.may === "settle";
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const open = review.session.endedUs !== null;

  async function save(what: Outcome) {
    setBusy(true);
    setProblem(null);
    try {
      await api.post(decisionsApi(review.session.id), { outcome: what, note, settle: settles }, ignore);
      setOutcome(null);
      setNote("");
      props.onSaid();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section class="card by-people" aria-label={t.decision.title}>
      <div class="row row-between">
        <h2>{t.decision.title}</h2>
        <StandingBadge state={badgeOf(standing)} outcome={standing.outcome} />
      </div>
      <p class="small muted">{t.decision.byPeople}</p>
      <Standing review={review} />
      {current.map((decision) => (
        <Said key={decision.id} decision={decision} />
      ))}
      {open && standing.may === "nothing" ? null : open ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (outcome !== null) void save(outcome);
          }}
        >
          <fieldset class="choices">
            <legend>{t.decision.choose}</legend>
            {OUTCOMES.filter((one) => one !== "none").map((one) => (
              <label key={one} class="check">
                <input
                  type="radio"
                  name="outcome"
                  checked={outcome === one}
                  onChange={() => setOutcome(one)}
                />
                <span>{t.outcome(one)}</span>
              </label>
            ))}
          </fieldset>
          <TextField
            label={settles ? t.decision.reason : t.decision.note}
            hint={t.decision.noteHint}
            value={note}
            onInput={setNote}
            maxLength={1000}
          />
          {problem !== null ? <ErrorNotice error={problem} /> : null}
          <div class="row">
            <Button kind="primary" type="submit" busy={busy} disabled={outcome === null || (settles && note.trim() === "")}>
              {settles ? t.decision.settle : t.decision.save}
            </Button>
            {mayTakeBack(review) ? (
              <Button busy={busy} onClick={() => void save("none")}>
                {t.decision.takeBack}
              </Button>
            ) : null}
          </div>
        </form>
      ) : (
        <p class="muted">{t.decision.later}</p>
      )}
      {earlier.length === 0 ? null : (
        <details>
          <summary>
            {t.decision.history} ({earlier.length})
          </summary>
          {earlier.map((decision) => (
            <Said key={decision.id} decision={decision} />
          ))}
        </details>
      )}
    </section>
  );
}

/* What holds now: where two decide, the last word of each; else the newest. */
function splitDecisions(review: Review) {
  const { decisions, review: standing } = review;
  if (standing.second === "never")
    return { current: decisions.slice(0, 1), earlier: decisions.slice(1) };
  const seen = new Set<string>();
  const current = decisions.filter((one) => {
    const newest = !seen.has(one.user);
    seen.add(one.user);
    return newest && one.outcome !== "none";
  });
  return { current, earlier: decisions.filter((one) => !current.includes(one)) };
}

const badgeOf = (standing: StandingOf) =>
  standing.state === "waiting" && standing.own === "none" ? "second" : standing.state;

function mayTakeBack(review: Review): boolean {
  const { second, own } = review.review;
  return second === "never" ? (review.decisions[0]?.outcome ?? "none") !== "none" : own !== "none";
}

function standingText({ state, own, may }: StandingOf): string | null {
  switch (state) {
    case "open":
      return null;
    case "waiting":
      return own === "none" ? t.decision.waitingOther : t.decision.waitingOwn;
    case "differs":
      return may === "settle" ? t.decision.differsOther : t.decision.differsOwn;
    case "settled":
      return may === "nothing" ? t.decision.together : null;
  }
}

/* How many people decide, and what that means for who looks now. */
function Standing({ review }: { review: Review }) {
  const standing = review.review;
  if (standing.second === "never") return null;
  const text = standingText(standing);
  return (
    <Notice tone={standing.state === "differs" ? "warning" : "info"}>
      <p>
        {t.decision.two[standing.second]}
        {standing.blind ? ` ${t.decision.blind}` : ""}
      </p>
      {text === null ? null : <p>{text}</p>}
    </Notice>
  );
}

function Said({ decision }: { decision: Review["decisions"][number] }) {
  return (
    <p class="said">
      <strong>
        {t.decision.kinds[decision.kind]}
        {t.outcome(decision.outcome)}
      </strong>
      {decision.note === "" ? null : <> “{decision.note}”</>}
      <br />
      <span class="muted small">
        {t.decision.by(decision.name, formatDateTime(decision.timeUs))}
      </span>
    </p>
  );
}

/* Three buttons; pressing the pressed one again takes the judgement back. */
export function IncidentJudgement(props: {
  api: Api;
  review: Review;
  user: string;
  flag: string; // the incident's first
  number: number;
  onSaid: () => void;
}) {
  const { api, review, flag } = props;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const all = review.answers.filter((one) => one.flag === flag && one.answer !== "none");
  const own = all.find((one) => one.user === props.user)?.answer ?? "none";

  async function say(answer: Answer) {
    setBusy(true);
    setProblem(null);
    try {
      const what = answer === own ? "none" : answer;
      await api.put(incidentApi(review.session.id, flag), { answer: what }, ignore);
      props.onSaid();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <div class="judgement by-people" role="group" aria-label={t.decision.judge(props.number)}>
      {ANSWERS.filter((answer) => answer !== "none").map((answer) => (
        <Button
          key={answer}
          pressed={own === answer}
          kind={own === answer ? "primary" : "plain"}
          disabled={busy}
          onClick={() => void say(answer)}
        >
          {t.answer(answer)}
        </Button>
      ))}
      {all
        .filter((one) => one.user !== props.user)
        .map((one) => (
          <span key={one.user} class="muted small">
            {one.name}: {t.answer(one.answer)}
          </span>
        ))}
      {problem !== null ? <ErrorNotice error={problem} /> : null}
    </div>
  );
}
