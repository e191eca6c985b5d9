/* A button, and a link that looks like one. While `busy` a click does nothing and is announced. */
import type { ComponentChildren } from "preact";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

export interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: ButtonKind;
  type?: "button" | "submit";
  disabled?: boolean;
  busy?: boolean;
  large?: boolean;
  id?: string;
  label?: string; // for screen readers, when the text alone does not say it
  describedBy?: string;
  pressed?: boolean;
  autoFocus?: boolean;
}

export function Button(props: ButtonProps) {
  const classes = ["button", `button-${props.kind ?? "plain"}`];
  if (props.large) classes.push("button-large");
  return (
    <button
      type={props.type ?? "button"}
      class={classes.join(" ")}
      disabled={props.disabled ?? false}
      {...(props.id ? { id: props.id } : {})}
      {...(props.label ? { "aria-label": props.label } : {})}
      {...(props.describedBy ? { "aria-describedby": props.describedBy } : {})}
      {...(props.pressed === undefined ? {} : { "aria-pressed": props.pressed })}
      {...(props.autoFocus ? { autofocus: true } : {})}
      aria-busy={props.busy ?? false}
      onClick={() => {
        if (!props.busy) props.onClick?.();
      }}
    >
      {props.busy ? <span class="spinner" aria-hidden="true" /> : null}
      <span>{props.children}</span>
    </button>
  );
}

export function LinkButton(props: {
  href: string;
  children: ComponentChildren;
  kind?: ButtonKind;
  large?: boolean;
  newTab?: boolean; // its text says so
}) {
  const classes = ["button", `button-${props.kind ?? "plain"}`];
  if (props.large) classes.push("button-large");
  return (
    <a
      class={classes.join(" ")}
      href={props.href}
      {...(props.newTab ? { target: "_blank", rel: "noopener" } : {})}
    >
      <span>{props.children}</span>
    </a>
  );
}
