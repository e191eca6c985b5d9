/* The note to one's own judgement of an incident, and those of others. A judgement that is changed loses
 * its note: it was about the other one. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { ErrorNotice } from "../ui/notice";
import type { Review } from "./parse";
import { incidentApi } from "./route";
import { watchTexts } from "./watch-texts";

const t = watchTexts.note;
const NOTE_MAX = 1000;

export function JudgementNote(props: {
  api: Api;
  review: Review;
  user: string;
  flag: string; /* the incident's first */
  onSaid: () => void;
}) {
  const { api, review, flag } = props;
  const all = review.answers.filter((one) => one.flag === flag && one.answer !== "none");
  const own = all.find((one) => one.user === props.user);
  const [text, setText] = useState<string | null>(null); /* null: as it is kept */
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const others = all.filter((one) => one.user !== props.user && one.note !== "");

  async function save() {
    if (!own || text === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const what = { answer: own.answer, note: text.trim() };
      await api.put(incidentApi(review.session.id, flag), what, () => undefined);
      setText(null);
      props.onSaid();
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }
  if (!own && others.length === 0) return null;
  return (
    <div class="judgement-note by-people">
      {others.map((one) => (
        <p key={one.user} class="small">
          {one.name}: “{one.note}”
        </p>
      ))}
      {own ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <TextField
            label={t.label}
            value={text ?? own.note}
            onInput={setText}
            maxLength={NOTE_MAX}
          />
          <Button
            type="submit"
            busy={busy}
            disabled={text === null || text.trim() === own.note}
          >
            {t.save}
          </Button>
        </form>
      ) : null}
      {problem !== null ? <ErrorNotice error={problem} /> : null}
    </div>
  );
}
