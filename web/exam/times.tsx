/* What was added to a candidate's time, in words; the notices that say so, and those at ten, five and one
 * minute. They are announced and never take the focus. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { texts } from "../ui/texts";
import { formatDuration, formatTime, type ServerClock } from "../ui/time";
import type { Attempt, TimeEntry } from "./api";
import { crossedMark } from "./clock";

const t = texts.player;
const SHOWN_MS = 30_000;

/* 10:02 and 10:05; with seconds where they would be the same. */
function span(fromUs: number, toUs: number): [string, string] {
  const [from, to] = [formatTime(fromUs), formatTime(toUs)];
  return from.slice(0, 5) === to.slice(0, 5) ? [from, to] : [from.slice(0, 5), to.slice(0, 5)];
}

/* "3 minutes were given back: the server was away 10:02 to 10:05" */
export function givenText(entry: TimeEntry): string {
  const length = formatDuration(entry.givenUs / 1_000_000);
  const { fromUs, toUs } = entry;
  switch (entry.kind) {
    case "outage":
      return t.given(length, fromUs !== null && toUs !== null ? t.away(...span(fromUs, toUs)) : entry.reason);
    case "pause":
      return t.given(length, fromUs !== null && toUs !== null ? t.paused(...span(fromUs, toUs)) : entry.reason);
    case "extra":
      return t.added(length, t.accommodation);
    case "support":
      return t.added(length, entry.who === "" ? entry.reason : t.by(entry.reason, entry.who));
  }
}

interface Note {
  key: string;
  title: string;
  text: string;
}

export function TimeNotes(props: { clock: ServerClock; attempt: Attempt }) {
  const { clock, attempt } = props;
  const [notes, setNotes] = useState<readonly Note[]>([]);
  const known = useRef(new Set(attempt.time.map((entry) => entry.id)));
  const latest = useRef(attempt);
  latest.current = attempt;

  function say(note: Note) {
    setNotes((now) => [...now.filter((one) => one.key !== note.key), note]);
    setTimeout(() => setNotes((now) => now.filter((one) => one !== note)), SHOWN_MS);
  }

  useEffect(() => {
    for (const entry of attempt.time)
      if (!known.current.has(entry.id)) {
        known.current.add(entry.id);
        say({ key: `given-${entry.id}`, title: givenText(entry), text: "" });
      }
  }, [attempt]);

  useEffect(() => {
    const left = () => ((latest.current.deadlineUs ?? 0) - clock.nowUs()) / 1_000_000;
    let before = left();
    const timer = setInterval(() => {
      const now = left();
      const { startedUs, deadlineUs } = latest.current;
      const totalS = ((deadlineUs ?? 0) - (startedUs ?? 0)) / 1_000_000;
      const mark = crossedMark(before, now, totalS);
      if (mark !== null) say({ key: "mark", title: t.warning(formatDuration(mark)), text: t.warningText });
      before = now;
    }, 250);
    return () => clearInterval(timer);
  }, [clock]);

  return (
    <div class="time-notes" role="status">
      {notes.map((note) => (
        <div class="notice notice-warning time-note" key={note.key}>
          <div>
            <strong>{note.title}</strong>
            {note.text === "" ? null : <p>{note.text}</p>}
          </div>
          <Button
            kind="quiet"
            label={texts.common.dismiss}
            onClick={() => setNotes((now) => now.filter((one) => one !== note))}
          >
            ×
          </Button>
        </div>
      ))}
    </div>
  );
}

export function TimesDialog(props: { attempt: Attempt; open: boolean; onClose: () => void }) {
  const { attempt } = props;
  return (
    <Dialog
      open={props.open}
      title={t.times}
      onClose={props.onClose}
      actions={<Button onClick={props.onClose}>{texts.common.close}</Button>}
    >
      <p>
        {t.timesText(
          formatDuration(attempt.exam.durationS),
          attempt.deadlineUs === null ? "-" : formatTime(attempt.deadlineUs),
        )}
      </p>
      {attempt.time.length === 0 ? (
        <p>{t.timesNone}</p>
      ) : (
        <ul class="cover-facts">
          {attempt.time.map((entry) => (
            <li key={entry.id}>{givenText(entry)}</li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
