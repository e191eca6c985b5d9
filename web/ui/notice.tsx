/* A box in the page that says something about it; problems are announced to screen readers. */
import type { ComponentChildren } from "preact";
import { ApiError } from "./api";
import type { Tone } from "./badge";
import { Button } from "./button";
import { texts } from "./texts";

export function Notice(props: { tone: Tone; title?: string; children?: ComponentChildren }) {
  return (
    <div class={`notice notice-${props.tone}`} role={props.tone === "bad" ? "alert" : "status"}>
      {props.title ? <strong class="notice-title">{props.title}</strong> : null}
      {props.children}
    </div>
  );
}

/* What went wrong with a call, why, and a way on. */
export function ErrorNotice(props: { error: unknown; onRetry?: () => void }) {
  const { error } = props;
  const message =
    error instanceof ApiError && error.isOffline
      ? texts.errors.offline
      : error instanceof Error
        ? error.message
        : String(error);
  const id = error instanceof ApiError ? error.requestId : "";
  return (
    <Notice tone="bad">
      <p>{message}</p>
      {id !== "" ? <p class="small">{texts.errors.requestId(id)}</p> : null}
      {props.onRetry ? <Button onClick={props.onRetry}>{texts.errors.retry}</Button> : null}
    </Notice>
  );
}

export function Spinner(props: { label?: string }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> {props.label ?? texts.common.loading}
    </p>
  );
}
