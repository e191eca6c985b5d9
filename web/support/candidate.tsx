/* Where a candidate is, what their computer's checks say, and what an agent can do about it. Every act
 * asks for a reason. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { ErrorNotice } from "../ui/notice";
import { supportTexts } from "../ui/texts-support";
import { formatDateTime } from "../ui/time";
import { postOverride, postRetake, postTime, type Check, type SessionDetail } from "./api";
import { stepName } from "./page";

const t = supportTexts.desk;

const TONES: Record<Check["state"], Tone> = {
  waiting: "neutral",
  passed: "good",
  failed: "bad",
  overridden: "warning",
};

const MINUTES = [5, 10, 15, 30]; // what a mended computer or a lost connection costs

interface Act {
  title: string;
  run: (reason: string) => Promise<unknown>;
}

export function Candidate(props: { api: Api; detail: SessionDetail; onDone: () => void }) {
  const { api, detail } = props;
  const { session } = detail;
  const [act, setAct] = useState<Act | null>(null);
  return (
    <section class="card">
      <h2>{session.candidate}</h2>
      <dl class="facts">
        <dt>{t.exam}</dt>
        <dd>
          {session.exam.title} ({t.kinds[session.exam.kind]})
        </dd>
        <dt>{t.step}</dt>
        <dd>{stepName(session.step)}</dd>
        <dt>{t.connection}</dt>
        <dd>{session.connected ? t.connected : t.away}</dd>
        <dt>{t.seen}</dt>
        <dd>{session.seenUs === null ? t.never : formatDateTime(session.seenUs)}</dd>
      </dl>
      {detail.checks.length === 0 ? null : (
        <>
          <h3>{t.checks}</h3>
          <ul class="desk-list">
            {detail.checks.map((check) => (
              <li key={check.point} class="desk-check">
                <span>
                  {check.title} <Badge tone={TONES[check.state]}>{t.checkStates[check.state]}</Badge>
                  {check.problem === null ? null : <span class="small muted"> {check.problem}</span>}
                </span>
                {check.state === "failed" ? (
                  <Button
                    label={`${t.override}: ${check.title}`}
                    onClick={() =>
                      setAct({
                        title: t.overrideTitle(check.title),
                        run: (reason) => postOverride(api, session.id, check.point, reason),
                      })
                    }
                  >
                    {t.override}
                  </Button>
                ) : null}
              </li>
            ))}
          </ul>
        </>
      )}
      {detail.hasProfile ? (
        <div class="row">
          {(["face", "id"] as const).map((what) => {
            const title = what === "face" ? t.retakeFace : t.retakeId;
            return (
              <Button
                key={what}
                onClick={() =>
                  setAct({ title, run: (reason) => postRetake(api, session.id, what, reason) })
                }
              >
                {title}
              </Button>
            );
          })}
        </div>
      ) : null}
      {session.state === "exam" ? (
        <div class="row">
          {MINUTES.map((minutes) => {
            const title = t.addTime(minutes);
            return (
              <Button
                key={minutes}
                onClick={() =>
                  setAct({ title, run: (reason) => postTime(api, session.id, minutes, reason) })
                }
              >
                {title}
              </Button>
            );
          })}
        </div>
      ) : null}
      {act === null ? null : (
        <ReasonDialog
          act={act}
          onClose={() => setAct(null)}
          onDone={() => {
            setAct(null);
            props.onDone();
          }}
        />
      )}
    </section>
  );
}

function ReasonDialog(props: { act: Act; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  function confirm() {
    setBusy(true);
    setError(null);
    props.act
      .run(reason.trim())
      .then(props.onDone, setError)
      .finally(() => setBusy(false));
  }
  return (
    <Dialog
      open
      title={props.act.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t.cancel}</Button>
          <Button kind="primary" busy={busy} disabled={reason.trim() === ""} onClick={confirm}>
            {t.confirm}
          </Button>
        </>
      }
    >
      {error === null ? null : <ErrorNotice error={error} />}
      <TextField label={t.reason} hint={t.reasonHint} value={reason} onInput={setReason} maxLength={400} required />
    </Dialog>
  );
}
