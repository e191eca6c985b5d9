/* Which view is shown: the server's step, but "I Agree, Let's Begin" between the system check and what
 * follows it, as long as it was not pressed in this window. */
import type { Session } from "../api";

const BEHIND_THE_CHECK = ["screen", "camera"];

export function shownStep(session: Pick<Session, "step" | "steps">, begun: boolean): string {
  const checked = session.steps.some((step) => step.name === "system-check" && step.state === "done");
  return checked && !begun && BEHIND_THE_CHECK.includes(session.step) ? "begin" : session.step;
}

/* While the candidate is monitored there is a frame around the window. */
export function isMonitored(session: Pick<Session, "state" | "step" | "steps">, begun: boolean): boolean {
  const { state } = session;
  return begun && BEHIND_THE_CHECK.includes(session.step) ? true : state === "recording" || state === "exam";
}
