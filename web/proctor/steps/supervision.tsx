/* What a proctor and a candidate say to each other besides the chat: a warning, which has to be
 * acknowledged, and a raised hand. */
import { useState } from "preact/hooks";
import { asApiError } from "../../ui/api";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Notice } from "../../ui/notice";
import { texts } from "../../ui/texts";
import { formatTime } from "../../ui/time";
import type { StepProps } from "./step";

const t = texts.proctor.supervision;

/* One after another, the oldest first. It cannot be closed otherwise. */
export function WarningDialog({ sitting, session }: StepProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const warning = session.warnings[0];
  const over = session.state !== "recording" && session.state !== "exam";
  function acknowledge(id: number) {
    setBusy(true);
    setProblem(null);
    sitting
      .acknowledge(id)
      .catch((thrown: unknown) => setProblem(asApiError(thrown).message))
      .finally(() => setBusy(false));
  }
  return (
    <Dialog
      key={warning?.id ?? 0}
      open={warning !== undefined && !over}
      title={t.warningTitle}
      onClose={() => undefined}
      actions={
        warning === undefined ? null : (
          <Button kind="primary" busy={busy} onClick={() => acknowledge(warning.id)}>
            {t.acknowledge}
          </Button>
        )
      }
    >
      {warning === undefined ? null : (
        <>
          <p class="muted numeric">{formatTime(warning.madeUs)}</p>
          <p class="warning-text">{warning.text}</p>
          <p class="muted">{t.warningNote}</p>
          {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
        </>
      )}
    </Dialog>
  );
}

export function HandButton({ sitting, session }: StepProps) {
  const [busy, setBusy] = useState(false);
  const raised = session.handUs !== null;
  function toggle() {
    setBusy(true);
    sitting
      .raiseHand(!raised)
      .catch(() => undefined) // the bar says that the connection is away; it stays as it was
      .finally(() => setBusy(false));
  }
  return (
    <>
      <Button kind={raised ? "plain" : "quiet"} pressed={raised} busy={busy} onClick={toggle}>
        {raised ? t.lowerHand : t.raiseHand}
      </Button>
      <span class="visually-hidden" role="status">
        {raised ? t.handIsUp : ""}
      </span>
    </>
  );
}
