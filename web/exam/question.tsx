/* One question of any kind. What is shown comes from the saver's values; text that cannot be saved as it
 * is (a half typed number) stays in the field and says so. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { texts } from "../ui/texts";
import { formatBytes } from "../ui/time";
import { DESCRIPTIVE_MAX, isDecimal, utf8Length, type Item, type Value } from "./api";

const t = texts.exam;

export interface QuestionProps {
  item: Item;
  index: number; // from 0
  count: number;
  value: Value;
  onChange: (value: Value, quick: boolean) => void;
  children?: ComponentChildren; // below the answer
}

export function questionId(index: number): string {
  return `question-${index + 1}`;
}

export function Question(props: QuestionProps) {
  const { item, index, count } = props;
  const headId = `${questionId(index)}-head`;
  const promptId = `${questionId(index)}-prompt`;
  return (
    <section class="card question" id={questionId(index)} aria-labelledby={headId} tabIndex={-1}>
      <div class="row row-between">
        <h2 id={headId}>{t.question(index + 1, count)}</h2>
        <span class="muted">{t.points(item.points)}</span>
      </div>
      <p class="prompt" id={promptId}>
        {item.prompt}
      </p>
      <Answer {...props} promptId={promptId} />
      {props.children}
    </section>
  );
}

function Answer(props: QuestionProps & { promptId: string }) {
  switch (props.item.kind) {
    case "single":
      return <Single {...props} />;
    case "multiple":
      return <Multiple {...props} />;
    case "numeric":
      return <Numeric {...props} />;
    case "descriptive":
      return <Descriptive {...props} />;
  }
}

type AnswerProps = QuestionProps & { promptId: string };

function Single({ item, value, onChange, promptId }: AnswerProps) {
  return (
    <fieldset class="options" aria-describedby={promptId}>
      <legend>{t.kindsOfItem.single}</legend>
      {item.options.map((option) => (
        <label class="option" key={option.id}>
          <input
            type="radio"
            name={`item-${item.id}`}
            checked={value === option.id}
            onChange={() => onChange(option.id, true)}
          />
          <span>{option.text}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Multiple({ item, value, onChange, promptId }: AnswerProps) {
  const chosen = Array.isArray(value) ? value : [];
  return (
    <fieldset class="options" aria-describedby={promptId}>
      <legend>{t.kindsOfItem.multiple}</legend>
      {item.options.map((option) => (
        <label class="option" key={option.id}>
          <input
            type="checkbox"
            checked={chosen.includes(option.id)}
            onChange={(event) => {
              const on = event.currentTarget.checked;
              /* In the order of the options, so that the same choice is the same value. */
              const next = item.options
                .map((entry) => entry.id)
                .filter((id) => (id === option.id ? on : chosen.includes(id)));
              onChange(next.length === 0 ? null : next, true);
            }}
          />
          <span>{option.text}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Numeric({ item, value, onChange, promptId }: AnswerProps) {
  const saved = typeof value === "string" ? value : "";
  const [draft, setDraft] = useState<string | null>(null); // only while it cannot be saved
  const id = `item-${item.id}`;
  return (
    <div class="field">
      <label for={id}>{t.numeric}</label>
      <input
        id={id}
        class="input input-number"
        type="text"
        inputMode="decimal"
        autocomplete="off"
        maxLength={64}
        value={draft ?? saved}
        aria-invalid={draft !== null}
        aria-describedby={`${promptId} ${id}-problem`}
        onInput={(event) => {
          const text = event.currentTarget.value.trim();
          if (text !== "" && !isDecimal(text)) {
            setDraft(event.currentTarget.value);
            return;
          }
          setDraft(null);
          onChange(text === "" ? null : text, false);
        }}
      />
      <p class="field-problem" id={`${id}-problem`} role="status">
        {draft === null ? "" : t.numericProblem}
      </p>
    </div>
  );
}

function Descriptive({ item, value, onChange, promptId }: AnswerProps) {
  const saved = typeof value === "string" ? value : "";
  const [draft, setDraft] = useState<string | null>(null);
  const id = `item-${item.id}`;
  const left = DESCRIPTIVE_MAX - utf8Length(draft ?? saved);
  return (
    <div class="field">
      <label for={id}>{t.descriptive}</label>
      <textarea
        id={id}
        class="input input-text"
        rows={8}
        value={draft ?? saved}
        aria-invalid={draft !== null}
        aria-describedby={`${promptId} ${id}-problem`}
        onInput={(event) => {
          const text = event.currentTarget.value;
          const tooLong = utf8Length(text) > DESCRIPTIVE_MAX;
          setDraft(tooLong ? text : null);
          if (!tooLong) onChange(text === "" ? null : text, false);
        }}
      />
      <p class="field-hint" id={`${id}-problem`} role="status">
        {draft !== null ? (
          <span class="field-problem">{t.tooLong}</span>
        ) : left < DESCRIPTIVE_MAX / 8 ? (
          t.bytesLeft(formatBytes(left))
        ) : (
          ""
        )}
      </p>
    </div>
  );
}
