/* "Finish Exam": what is not answered or marked, with the way to it, and the question whether to end. */
import { useState } from "preact/hooks";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { ErrorNotice, Notice } from "../ui/notice";
import { useStore } from "../ui/store";
import { texts } from "../ui/texts";
import type { Files } from "./files";
import type { ExamModel } from "./model";
import type { ItemState } from "./progress";
import type { Saver } from "./saving";

const t = texts.exam;
const p = texts.player;

function Links(props: { title: string; indexes: readonly number[]; onGo: (index: number) => void }) {
  if (props.indexes.length === 0) return null;
  return (
    <div class="finish-line">
      <span>{props.title}</span>
      <ul class="finish-links">
        {props.indexes.map((index) => (
          <li key={index}>
            <Button onClick={() => props.onGo(index)}>{p.question(index + 1)}</Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function FinishDialog(props: {
  model: ExamModel;
  saver: Saver;
  files: Files | null;
  states: readonly ItemState[];
  open: boolean;
  onGo: (index: number) => void;
  onClose: () => void;
}) {
  const saving = useStore(props.saver.state);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const where = (is: (state: ItemState) => boolean) =>
    props.states.map((state, index) => (is(state) ? index : -1)).filter((index) => index >= 0);
  const unanswered = where((state) => state !== "answered" && state !== "answered-marked");
  const marked = where((state) => state === "marked" || state === "answered-marked");

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
      {unanswered.length > 0 ? (
        <Notice tone="warning" title={t.finishSome(unanswered.length)} />
      ) : null}
      {unanswered.length + marked.length === 0 ? <p>{p.finishNothing}</p> : null}
      <Links title={p.finishUnanswered} indexes={unanswered} onGo={props.onGo} />
      <Links title={p.finishMarked} indexes={marked} onGo={props.onGo} />
      {props.files !== null ? <FilesLine files={props.files} /> : null}
      <p>{t.finishText}</p>
      {saving.state === "kept" ? <p>{t.finishUnsaved}</p> : null}
      {problem !== null ? <ErrorNotice error={problem} /> : null}
    </Dialog>
  );
}

function FilesLine({ files }: { files: Files }) {
  const left = useStore(files.rows).filter((row) =>
    ["waiting", "sending", "paused"].includes(row.status.state),
  );
  return left.length > 0 ? <p>{p.finishFiles(left.length)}</p> : null;
}
