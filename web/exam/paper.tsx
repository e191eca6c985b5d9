/* The questions, one at a time or all, with the palette, the clock, the state of saving and "Finish Exam"
 * always at hand. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Button } from "../ui/button";
import { useStore } from "../ui/store";
import { texts } from "../ui/texts";
import { formatTime } from "../ui/time";
import { isAnswered, type Attempt, type Item, type Value } from "./api";
import { Attachments } from "./attachments";
import { TimeLeft } from "./clock";
import type { Files } from "./files";
import { FinishDialog } from "./finish-dialog";
import { KeysDialog, useShortcuts, type Shortcut } from "./keys";
import type { Desk, ExamModel } from "./model";
import { Palette, PALETTE_ID } from "./palette";
import { itemState, lastSeen } from "./progress";
import { Question, questionId } from "./question";
import type { Saver, SaveState } from "./saving";
import { createSettings, nextSize, TEXT_SIZES } from "./settings";
import { TimeNotes, TimesDialog } from "./times";

const t = texts.exam;
const p = texts.player;

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

type Open = "finish" | "keys" | "times" | null;

export function Paper(props: {
  model: ExamModel;
  attempt: Attempt;
  desk: Desk;
  files: Files | null;
}) {
  const { model, attempt, files } = props;
  const { saver, progress } = props.desk;
  const { items } = attempt;
  const settingsStore = useMemo(() => createSettings(localStorage), []);
  const settings = useStore(settingsStore);
  const values = useStore(saver.values);
  const seen = useStore(progress.seen);
  const rows = useFileRows(files);
  const [current, setCurrent] = useState(() => lastSeen(items));
  const [open, setOpen] = useState<Open>(null);
  const [cleared, setCleared] = useState(0); // a half-typed number goes with the answer
  const wanted = useRef<number | null>(null); // to be focused once it is drawn

  const valueOf = (id: number): Value => values.get(id) ?? null;
  const answered = (item: Item) =>
    isAnswered(valueOf(item.id)) ||
    rows.some((row) => row.item === item.id && row.status.state !== "failed");
  const states = items.map((item) =>
    itemState(seen.get(item.id) ?? { visited: false, marked: false }, answered(item)),
  );
  const answeredCount = items.filter(answered).length;
  const item = items[current];

  useEffect(() => {
    if (item !== undefined) progress.visit(item.id);
  }, [current]);

  useEffect(() => {
    if (wanted.current === null) return;
    const question = document.getElementById(questionId(wanted.current));
    wanted.current = null;
    if (settings.all) question?.scrollIntoView();
    else window.scrollTo(0, 0);
    question?.focus({ preventScroll: true });
  });

  function go(index: number) {
    if (index < 0 || index >= items.length) return;
    setOpen(null);
    wanted.current = index;
    setCurrent(index);
  }

  function toggleMark(one: Item) {
    progress.mark(one.id, !(seen.get(one.id)?.marked ?? false));
  }

  function clear(one: Item) {
    saver.change(one.id, null, true);
    setCleared((now) => now + 1);
  }

  const toggleView = () => settingsStore.update((now) => ({ ...now, all: !now.all }));
  const toggleTimer = () => settingsStore.update((now) => ({ ...now, timerHidden: !now.timerHidden }));

  useShortcuts((shortcut: Shortcut) => {
    switch (shortcut) {
      case "next":
        return go(current + 1);
      case "previous":
        return go(current - 1);
      case "mark":
        return item && toggleMark(item);
      case "clear":
        return item && clear(item);
      case "palette":
        return document.getElementById(PALETTE_ID)?.querySelector("button")?.focus();
      case "view":
        return toggleView();
      case "timer":
        return toggleTimer();
      case "help":
        return setOpen("keys");
    }
  });

  function draw(one: Item, index: number) {
    const isMarked = seen.get(one.id)?.marked ?? false;
    return (
      <div
        class="question-box"
        key={one.id}
        onFocusCapture={() => {
          if (settings.all && index !== current) setCurrent(index);
        }}
      >
        <Question
          key={cleared}
          item={one}
          index={index}
          count={items.length}
          value={valueOf(one.id)}
          onChange={(value, quick) => saver.change(one.id, value, quick)}
        >
          {one.kind === "descriptive" && files !== null ? (
            <Attachments files={files} limits={attempt.limits} item={one.id} number={index + 1} />
          ) : null}
          <div class="question-tools">
            {settings.all ? null : (
              <Button disabled={index === 0} onClick={() => go(index - 1)}>
                {p.previous}
              </Button>
            )}
            <Button onClick={() => clear(one)} disabled={!isAnswered(valueOf(one.id))}>
              {p.clear}
            </Button>
            <Button pressed={isMarked} onClick={() => toggleMark(one)}>
              {isMarked ? p.unmark : p.mark}
            </Button>
            {settings.all ? null : (
              <Button
                kind="primary"
                disabled={index === items.length - 1}
                onClick={() => go(index + 1)}
              >
                {p.next}
              </Button>
            )}
          </div>
        </Question>
      </div>
    );
  }

  return (
    <>
      <header class="paper-bar">
        <div class="paper-line">
          <h1>{attempt.exam.title}</h1>
          <SaveLine saver={saver} />
          {attempt.deadlineUs === null ? null : (
            <TimeLeft
              clock={model.clock}
              deadlineUs={attempt.deadlineUs}
              hidden={settings.timerHidden}
            />
          )}
          <Button kind="quiet" pressed={settings.timerHidden} onClick={toggleTimer}>
            {settings.timerHidden ? p.showTimer : p.hideTimer}
          </Button>
          <Button kind="primary" onClick={() => setOpen("finish")}>
            {t.finish}
          </Button>
        </div>
        <TimeNotes clock={model.clock} attempt={attempt} />
      </header>
      <div class="paper-grid">
        <main class="paper" id="main">
          {settings.all ? items.map(draw) : item === undefined ? null : draw(item, current)}
          <div class="row paper-end">
            <Button kind="primary" large onClick={() => setOpen("finish")}>
              {t.finish}
            </Button>
            <span class="muted">{t.answeredCount(answeredCount, items.length)}</span>
          </div>
        </main>
        <aside class="paper-side" aria-label={p.view}>
          <Palette states={states} current={settings.all ? null : current} onGo={go} />
          <div class="side-tools">
            <div class="row" role="group" aria-label={p.textSize}>
              <Button
                label={`A− ${p.smaller}`}
                disabled={settings.textSize === TEXT_SIZES[0]}
                onClick={() =>
                  settingsStore.update((now) => ({ ...now, textSize: nextSize(now.textSize, -1) }))
                }
              >
                A−
              </Button>
              <span class="numeric">{p.percent(settings.textSize)}</span>
              <Button
                label={`A+ ${p.larger}`}
                disabled={settings.textSize === TEXT_SIZES[TEXT_SIZES.length - 1]}
                onClick={() =>
                  settingsStore.update((now) => ({ ...now, textSize: nextSize(now.textSize, 1) }))
                }
              >
                A+
              </Button>
            </div>
            <Button pressed={settings.all} onClick={toggleView}>
              {settings.all ? p.one : p.all}
            </Button>
            <Button onClick={() => setOpen("times")}>{p.times}</Button>
            <Button onClick={() => setOpen("keys")}>{p.keys}</Button>
          </div>
        </aside>
      </div>
      <FinishDialog
        model={model}
        saver={saver}
        files={files}
        states={states}
        open={open === "finish"}
        onGo={go}
        onClose={() => setOpen(null)}
      />
      <KeysDialog open={open === "keys"} onClose={() => setOpen(null)} />
      <TimesDialog attempt={attempt} open={open === "times"} onClose={() => setOpen(null)} />
    </>
  );
}

function useFileRows(files: Files | null) {
  const [rows, setRows] = useState(files?.rows.get() ?? []);
  useEffect(() => {
    setRows(files?.rows.get() ?? []);
    return files?.rows.subscribe(setRows);
  }, [files]);
  return rows;
}

function SaveLine({ saver }: { saver: Saver }) {
  const state = useStore(saver.state);
  return (
    <span class={`save-line save-${state.state}`} role="status">
      {saveText(state)}
    </span>
  );
}
