/* Which view is shown: the server's step, but "I Agree, Let's Begin" between the system check and what
 * follows it, as long as it was not pressed in this window. */
import type { Session } from "../api";
import { appHasBegun } from "../checkin/api";

const BEHIND_THE_CHECK = ["screen", "camera"];

type Shown = Pick<Session, "step" | "steps"> & { checkin?: Pick<Session["checkin"], "app"> };

/* It may be pressed here, or in the app. */
function hasBegun(session: Shown, begun: boolean): boolean {
  return begun || (session.checkin !== undefined && appHasBegun(session.checkin.app));
}

export function shownStep(session: Shown, begun: boolean): string {
  const checked = session.steps.some((step) => step.name === "system-check" && step.state === "done");
  return checked && !hasBegun(session, begun) && BEHIND_THE_CHECK.includes(session.step) ? "begin" : session.step;
}

/* While the candidate is monitored there is a frame around the window. */
export function isMonitored(session: Shown & Pick<Session, "state">, begun: boolean): boolean {
  const { state } = session;
  return hasBegun(session, begun) && BEHIND_THE_CHECK.includes(session.step) ? true : state === "recording" || state === "exam";
}
