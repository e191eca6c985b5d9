/* States of sessions and analyses, and severities, as small signs: always a word, never colour alone. */
import { Badge, type Tone } from "../ui/badge";
import type { Analysis, Outcome, SessionRow, Severity } from "./parse";
import { reviewTexts as t } from "./texts";

const STATE_TONES: Readonly<Record<string, Tone>> = {
  recording: "info",
  exam: "info",
  ended: "warning",
  uploaded: "neutral",
  reported: "good",
};
const ANALYSIS_TONES: Readonly<Record<Analysis, Tone>> = {
  waiting: "neutral",
  running: "info",
  final: "good",
  failed: "bad",
};

export function StateBadge(props: { state: string }) {
  return <Badge tone={STATE_TONES[props.state] ?? "neutral"}>{t.state(props.state)}</Badge>;
}

export function AnalysisBadge(props: { analysis: Analysis }) {
  return <Badge tone={ANALYSIS_TONES[props.analysis]}>{t.analysis(props.analysis)}</Badge>;
}

/* High is a diamond, medium a triangle, low a circle. */
export function SeverityShape(props: { severity: Severity }) {
  const shape =
    props.severity === "high" ? (
      <path d="M6 0.5 11.5 6 6 11.5 0.5 6z" />
    ) : props.severity === "medium" ? (
      <path d="M6 1 11.5 11 0.5 11z" />
    ) : (
      <circle cx="6" cy="6" r="4.5" />
    );
  return (
    <svg
      class={`shape shape-${props.severity}`}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      aria-hidden="true"
    >
      {shape}
    </svg>
  );
}

export function SeverityLabel(props: { severity: Severity }) {
  return (
    <span class="severity">
      <SeverityShape severity={props.severity} />
      {t.severity(props.severity)}
    </span>
  );
}

const OUTCOME_TONES: Readonly<Record<Outcome, Tone>> = {
  none: "neutral",
  passed: "good",
  violation: "bad",
  suspicious: "warning",
  "not-enough-evidence": "info",
};

/* The outcome; or, while it is not settled, what it waits for. */
export function StandingBadge(props: { state: SessionRow["review"]; outcome: Outcome }) {
  switch (props.state) {
    case "waiting":
    case "second":
      return <Badge tone="info">{t.standing[props.state]}</Badge>;
    case "differs":
      return <Badge tone="warning">{t.standing.differs}</Badge>;
    case "open":
    case "settled":
      return <OutcomeBadge outcome={props.outcome} />;
  }
}

export function OutcomeBadge(props: { outcome: Outcome }) {
  return <Badge tone={OUTCOME_TONES[props.outcome]}>{t.outcome(props.outcome)}</Badge>;
}
