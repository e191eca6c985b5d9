/* What a point of the system check is. A new one is a file beside this and a row in table.ts. */
import type { Session } from "../../api";
import type { RecordingControl } from "../../recording/control";
import type { Detail, Point, ProbeApi } from "../api";

/* What is wrong; each has its words in texts/.../checkin.ts. */
export type Problem =
  | "camera-off"
  | "camera-virtual"
  | "camera-still"
  | "camera-black"
  | "microphone-off"
  | "microphone-silent"
  | "displays-several"
  | "network-away"
  | "network-slow"
  | "network-lossy"
  | "network-late"
  | "machine-storage"
  | "machine-memory"
  | "machine-battery"
  | "programs-hidden"
  | "programs-focus"
  | "browser-old"
  | "browser-recording"
  | "browser-screen"
  | "browser-storage"
  | "browser-permission"
  | "browser-plugin";

/* null: nothing is wrong. `detail` is the evidence, also of what passed. */
export interface Outcome {
  problem: Problem | null;
  detail: Detail;
}

export interface CheckContext {
  session: Session;
  control: RecordingControl;
  probe: ProbeApi;
  /* How many screens there are, asked for in the click that began the check; null: not told. */
  screens: Promise<number | null>;
  sleep: (ms: number) => Promise<void>;
  monotonicMs: () => number;
  signal: AbortSignal;
}

export interface SystemCheck {
  point: Point;
  run: (context: CheckContext) => Promise<Outcome>;
}

export function outcome(problem: Problem | null, detail: Detail): Outcome {
  return { problem, detail };
}
