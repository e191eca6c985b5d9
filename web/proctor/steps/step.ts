/* What a step of the wizard is. A new one is a file beside this and a row in table.ts. */
import type { ComponentChild } from "preact";
import type { Session } from "../api";
import type { Sitting } from "../sitting";

export interface StepProps {
  sitting: Sitting;
  session: Session;
  /* What the window has to say; a step that fills it shows this, or nobody would see it. */
  notices?: ComponentChild;
}

export interface Step {
  name: string; // as the server says it in SESSION.step
  title: string;
  View: (props: StepProps) => ComponentChild;
  wholeWindow?: boolean; // the step fills the window, without the list of steps
}
