/* One flag as its candidate reads it: what it means, the recording around it, and their remark. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { TextArea } from "../ui/field";
import { ErrorNotice } from "../ui/notice";
import { texts } from "../ui/texts";
import { formatClock, formatDuration } from "../ui/time";
import { mediaUrl, pictureUrl, recordingsOf, saveNote, type Recording, type Result, type ResultFlag } from "./result-api";

const t = texts.result;
const NOTE_MAX = 1000;
const BEFORE_S = 5; // of the recording, so that one sees how it came
const AFTER_S = 5;

/* The player begins before the flag; a candidate may look at all of their recording. */
function Clip(props: { result: Result; flag: ResultFlag; number: number; recording: Recording }) {
  const { result, flag, recording } = props;
  const from = Math.max(0, (flag.fromUs - recording.startUs) / 1e6 - BEFORE_S);
  const to = (flag.toUs - recording.startUs) / 1e6 + AFTER_S;
  return (
    <figure class="clip">
      <video
        controls
        preload="metadata"
        playsInline
        aria-label={t.video(t.kinds[recording.kind], props.number)}
        src={`${mediaUrl(result.session, recording.id)}#t=${from.toFixed(1)},${to.toFixed(1)}`}
      />
      <figcaption class="small muted">{t.kinds[recording.kind]}</figcaption>
    </figure>
  );
}

function Remark(props: { api: Api; result: Result; flag: ResultFlag; number: number }) {
  const { api, result, flag } = props;
  const [note, setNote] = useState(flag.note);
  const [saved, setSaved] = useState(flag.note);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  async function save() {
    setBusy(true);
    setProblem(null);
    try {
      await saveNote(api, result.session, flag.id, note);
      setSaved(note);
      setSaid(true);
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }
  return (
    <form
      class="stack stretch"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save();
      }}
    >
      <TextArea
        label={t.noteOf(props.number)}
        value={note}
        rows={2}
        maxLength={NOTE_MAX}
        onInput={(text) => {
          setNote(text);
          setSaid(false);
        }}
      />
      {problem !== null ? <ErrorNotice error={problem} /> : null}
      <div class="row">
        <Button type="submit" busy={busy} disabled={note === saved} label={t.saveNoteOf(props.number)}>
          {t.saveNote}
        </Button>
        <span role="status">{said ? t.noteSaved : ""}</span>
      </div>
    </form>
  );
}

export function FlagCard(props: { api: Api; result: Result; flag: ResultFlag; number: number; open: boolean }) {
  const { api, result, flag, number } = props;
  const [shown, setShown] = useState(false);
  const words = t.rules[flag.rule] ?? { title: flag.title, meaning: flag.meaning };
  const recordings = recordingsOf(result, flag);
  const at = formatClock((flag.fromUs - result.startedUs) / 1e6);
  return (
    <article class="result-flag" aria-label={`${t.flagNumber(number)}: ${words.title}`}>
      <div class="result-flag-head">
        {flag.picture ? (
          <img src={pictureUrl(result.session, flag.id)} alt={t.picture(words.title)} loading="lazy" />
        ) : null}
        <div class="stack">
          <h3>
            <span class="muted">{t.flagNumber(number)}</span> {words.title}
          </h3>
          <p class="muted">{t.at(at, formatDuration((flag.toUs - flag.fromUs) / 1e6))}</p>
          <p>{words.meaning}</p>
          {flag.numbers === "" ? null : (
            <p class="small muted">
              {t.measured}: <span lang="en">{flag.numbers}</span>
            </p>
          )}
        </div>
      </div>
      {recordings.length === 0 ? (
        result.keep.parts.recordings.goneUs === null ? null : <p class="muted">{t.noRecording}</p>
      ) : (
        <div class="stack stretch">
          <div class="row">
            <Button pressed={shown} label={shown ? t.hide : t.playNamed(number)} onClick={() => setShown(!shown)}>
              {shown ? t.hide : t.play}
            </Button>
          </div>
          {shown ? (
            <div class="clips">
              {recordings.map((recording) => (
                <Clip key={recording.id} result={result} flag={flag} number={number} recording={recording} />
              ))}
            </div>
          ) : null}
        </div>
      )}
      {props.open ? (
        <Remark api={api} result={result} flag={flag} number={number} />
      ) : flag.note === "" ? null : (
        <blockquote class="said-by">
          <p class="small muted">{t.note}</p>
          <p class="as-written">{flag.note}</p>
        </blockquote>
      )}
    </article>
  );
}
