/* Form fields with their label, hint and problem tied together for screen readers. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: "text" | "password";
  hint?: string;
  problem?: string;
  autoComplete?: string;
  inputMode?: "text" | "decimal" | "numeric";
  required?: boolean;
  disabled?: boolean;
  autoFocus?: boolean;
  name?: string;
  maxLength?: number;
}

export function TextField(props: FieldProps) {
  const id = useId();
  const described = [props.hint ? `${id}-hint` : "", props.problem ? `${id}-problem` : ""]
    .filter((part) => part !== "")
    .join(" ");
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        {...(props.type === "password" ? { type: "password" as const } : { type: "text" as const })}
        value={props.value}
        name={props.name ?? ""}
        required={props.required ?? false}
        disabled={props.disabled ?? false}
        autocomplete={props.autoComplete ?? "off"}
        inputMode={props.inputMode ?? "text"}
        autofocus={props.autoFocus ?? false}
        aria-invalid={props.problem !== undefined}
        {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
        {...(described === "" ? {} : { "aria-describedby": described })}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {props.hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      ) : null}
      {props.problem ? (
        <p class="field-problem" id={`${id}-problem`}>
          {props.problem}
        </p>
      ) : null}
    </div>
  );
}

export function Checkbox(props: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ComponentChildren;
  disabled?: boolean;
  describedBy?: string;
}) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={props.checked}
        disabled={props.disabled ?? false}
        {...(props.describedBy ? { "aria-describedby": props.describedBy } : {})}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.children}</span>
    </label>
  );
}

export interface SelectOption {
  value: string;
  text: string;
}

export function SelectField(props: {
  label: string;
  value: string;
  options: readonly SelectOption[];
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        class="input"
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function TextArea(props: {
  label: string;
  value: string;
  onInput: (value: string) => void;
  rows: number;
  hint?: string;
  maxLength?: number;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <textarea
        id={id}
        class="input"
        rows={props.rows}
        value={props.value}
        {...(props.maxLength === undefined ? {} : { maxLength: props.maxLength })}
        {...(props.hint ? { "aria-describedby": `${id}-hint` } : {})}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {props.hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      ) : null}
    </div>
  );
}
