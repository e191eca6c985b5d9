/* What the exam page and the proctored window around it say to each other (postMessage, both of our own
 * origin). A message is only a hint: the receiver asks the server what is true. */
import { fields, parseInteger } from "./parse";

export type FrameMessage =
  | { type: "exam-submitted"; attempt: number } // "Home" was pressed and the server has it
  | { type: "exam-signed-out" } // the window shows the sign-in, for both
  | { type: "window-signed-in" }
  | { type: "exam-changed" }; // a proctor did something: the exam's page looks again

/* null: not a message of ours. */
export function parseFrameMessage(value: unknown): FrameMessage | null {
  try {
    const f = fields(value, "message");
    const type = f.oneOf("type", ["exam-submitted", "exam-signed-out", "window-signed-in", "exam-changed"]);
    return type === "exam-submitted" ? { type, attempt: f.get("attempt", parseInteger) } : { type };
  } catch {
    return null;
  }
}

export function postFrameMessage(to: Window, message: FrameMessage): void {
  to.postMessage(message, window.location.origin);
}
