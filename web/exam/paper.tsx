/* The questions, with the clock, the state of saving and "Finish Exam" always in view. */
import { useState } from "preact/hooks";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { ErrorNotice, Notice } from "../ui/notice";
import { useStore } from "../ui/store";
import { texts } from "../ui/texts";
import { formatTime } from "../ui/time";
import { isAnswered, type Attempt, type Value } from "./api";
import { TimeLeft } from "./clock";
import type { ExamModel } from "./model";
import { Question, questionId } from "./question";
import type { Saver, SaveState } from "./saving";

const t = texts.exam;

export function saveText(state: SaveState): string {
  switch (state.state) {
    case "nothing":
      return t.nothingYet;
    case "saving":
      return t.saving;
    case "saved":
      return t.saved(formatTime(state.us));
    case "kept":
      return t.kept;
    case "refused":
      return t.refused(state.message);
  }
}

function goTo(index: number): void {
  const question = document.getElementById(questionId(index));
  question?.scrollIntoView();
  question?.focus({ preventScroll: true });
}

export function Paper(props: { model: ExamModel; attempt: Attempt; saver: Saver }) {
  const { model, attempt, saver } = props;
  const values = useStore(saver.values);
  const [confirming, setConfirming] = useState(false);
  const { items } = attempt;
  const valueOf = (id: number): Value => values.get(id) ?? null;
  const answered = items.filter((item) => isAnswered(valueOf(item.id))).length;
  const finish = () => setConfirming(true);
  return (
    <>
      <header class="paper-bar">
        <div class="paper-line">
          <h1>{attempt.exam.title}</h1>
          <SaveLine saver={saver} />
          {attempt.deadlineUs === null ? null : (
            <TimeLeft clock={model.clock} deadlineUs={attempt.deadlineUs} />
          )}
          <Button kind="primary" onClick={finish}>
            {t.finish}
          </Button>
        </div>
        <nav class="paper-line" aria-label={t.questions}>
          <ol class="palette">
            {items.map((item, index) => {
              const done = isAnswered(valueOf(item.id));
              return (
                <li key={item.id}>
                  <button
                    type="button"
                    class={done ? "palette-item palette-done" : "palette-item"}
                    aria-label={t.goTo(index + 1, done)}
                    onClick={() => goTo(index)}
                  >
                    {index + 1}
                    {done ? <span aria-hidden="true"> ✓</span> : null}
                  </button>
                </li>
              );
            })}
          </ol>
          <span class="muted">{t.answeredCount(answered, items.length)}</span>
        </nav>
      </header>
      <main class="paper" id="main">
        {items.map((item, index) => (
          <Question
            key={item.id}
            item={item}
            index={index}
            count={items.length}
            value={valueOf(item.id)}
            onChange={(value, quick) => saver.change(item.id, value, quick)}
          />
        ))}
        <div class="row paper-end">
          <Button kind="primary" large onClick={finish}>
            {t.finish}
          </Button>
          <span class="muted">{t.answeredCount(answered, items.length)}</span>
        </div>
      </main>
      <FinishDialog
        model={model}
        saver={saver}
        open={confirming}
        missing={items.length - answered}
        onClose={() => setConfirming(false)}
      />
    </>
  );
}

function SaveLine({ saver }: { saver: Saver }) {
  const state = useStore(saver.state);
  return (
    <span class={`save-line save-${state.state}`} role="status">
      {saveText(state)}
    </span>
  );
}

function FinishDialog(props: {
  model: ExamModel;
  saver: Saver;
  open: boolean;
  missing: number;
  onClose: () => void;
}) {
  const { missing } = props;
  const saving = useStore(props.saver.state);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function finish() {
    setBusy(true);
    setProblem(null);
    try {
      if (!(await props.model.finish())) setProblem(new Error(t.finishOffline));
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={props.open}
      title={t.finishTitle}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t.goBack}</Button>
          <Button kind="primary" busy={busy} onClick={() => void finish()}>
            {t.finish}
          </Button>
        </>
      }
    >
      {missing > 0 ? (
        <Notice tone="warning" title={t.finishSome(missing)} />
      ) : (
        <p>{t.finishAll}</p>
      )}
      <p>{t.finishText}</p>
      {saving.state === "kept" ? <p>{t.finishUnsaved}</p> : null}
      {problem !== null ? <ErrorNotice error={problem} /> : null}
    </Dialog>
  );
}
