/* What a proctor can do, each with its words and, where it cannot be taken back, a confirmation. */
import { useId, useState } from "preact/hooks";
import { asApiError, type Api } from "../../ui/api";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Checkbox } from "../../ui/field";
import { Notice } from "../../ui/notice";
import { bytesOf } from "../../ui/support/api";
import { postAct, postLowerHand, type ActName } from "./api";
import { isLive, type LiveEntry } from "./parse";
import { liveTexts as t } from "./texts";

const TEXT_MAX = 500; // bytes

export function Acts(props: { api: Api; row: LiveEntry; onDone: () => void }) {
  const { row } = props;
  const [open, setOpen] = useState<ActName | null>(null);
  const [busy, setBusy] = useState(false);
  if (!isLive(row)) return null;
  function lower() {
    setBusy(true);
    postLowerHand(props.api, row.id)
      .then(props.onDone, () => undefined) // the hand is seen to be still up
      .finally(() => setBusy(false));
  }
  return (
    <section class="card near-acts" aria-label={t.act.title}>
      <div class="row">
        <Button onClick={() => setOpen("warn")}>{t.act.warn.button}</Button>
        {row.state !== "exam" ? null : row.pausedUs === null ? (
          <Button onClick={() => setOpen("pause")}>{t.act.pause.button}</Button>
        ) : (
          <Button kind="primary" onClick={() => setOpen("resume")}>
            {t.act.resume.button}
          </Button>
        )}
        <Button onClick={() => setOpen("note")}>{t.act.note.button}</Button>
        {row.handUs === null ? null : (
          <Button busy={busy} onClick={lower}>
            {t.act.lower}
          </Button>
        )}
        <Button kind="danger" onClick={() => setOpen("end")}>
          {t.act.end.button}
        </Button>
      </div>
      {open === null ? null : (
        <ActDialog
          key={open}
          api={props.api}
          row={row}
          act={open}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            props.onDone();
          }}
        />
      )}
    </section>
  );
}

function ActDialog(props: {
  api: Api;
  row: LiveEntry;
  act: ActName;
  onClose: () => void;
  onDone: () => void;
}) {
  const { act, row } = props;
  const words = t.act[act];
  const id = useId();
  const [text, setText] = useState("");
  const [sure, setSure] = useState(act !== "end");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const tooLong = bytesOf(text.trim()) > TEXT_MAX;
  const empty = text.trim() === "" && act !== "resume";
  function send() {
    setBusy(true);
    setProblem(null);
    postAct(props.api, row.id, act, text.trim()).then(
      props.onDone,
      (thrown: unknown) => {
        setBusy(false);
        setProblem(asApiError(thrown).message);
      },
    );
  }
  return (
    <Dialog
      open
      title={words.title}
      onClose={props.onClose}
      actions={
        <>
          <Button onClick={props.onClose}>{t.act.cancel}</Button>
          <Button
            kind={act === "end" ? "danger" : "primary"}
            busy={busy}
            disabled={empty || tooLong || !sure}
            onClick={send}
          >
            {words.send}
          </Button>
        </>
      }
    >
      <p>{words.text}</p>
      <div class="field">
        <label for={id}>{words.field}</label>
        <textarea
          id={id}
          class="input"
          rows={3}
          value={text}
          autofocus
          aria-invalid={tooLong}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {tooLong ? <p class="field-problem">{t.act.tooLong}</p> : null}
      </div>
      {act === "end" ? (
        <Checkbox checked={sure} onChange={setSure}>
          {t.act.end.confirm(row.candidate)}
        </Checkbox>
      ) : null}
      {problem === null ? null : (
        <Notice tone="bad">
          <p>{problem}</p>
        </Notice>
      )}
    </Dialog>
  );
}
