/* The run of the system check: one point after another, each told to the server as it is done. A point
 * that failed does not hold up the others, so that everything that is wrong is seen at once. */
import { createStore, type Store } from "../../ui/store";
import { POINTS, type Check, type CheckReport, type Point } from "./api";
import type { CheckContext, Outcome, Problem } from "./checks/check";

export type PointView =
  | { state: "waiting" }
  | { state: "checking" }
  | { state: "passed" }
  | { state: "overridden" }
  | { state: "failed"; problem: Problem | null; said: string; mend: string } // `said`, `mend`: by the app
  | { state: "untold"; error: unknown }; // done, but the server could not be told

export type PointViews = Readonly<Record<Point, PointView>>;

export interface SystemCheckRun {
  readonly views: Store<PointViews>;
  readonly running: Store<boolean>;
  /* All of this page's points that are not done, in order. */
  start(context: CheckContext): Promise<void>;
  again(point: Point, context: CheckContext): Promise<void>;
  /* What the server says now: the app's results, an override. */
  follow(checks: readonly Check[]): void;
}

export function isDone(view: PointView): boolean {
  return view.state === "passed" || view.state === "overridden";
}

export function createSystemCheck(options: {
  mine: readonly Point[]; // the others are the app's
  run: (point: Point, context: CheckContext) => Promise<Outcome>;
  report: (report: CheckReport) => Promise<void>;
  /* For the record, which staff read: always in English. */
  words: (problem: Problem) => { problem: string; mend: string };
}): SystemCheckRun {
  const none = Object.fromEntries(POINTS.map((point) => [point, { state: "waiting" }]));
  const views = createStore<PointViews>(none as Record<Point, PointView>);
  const running = createStore(false);

  function set(point: Point, view: PointView): void {
    views.update((now) => ({ ...now, [point]: view }));
  }

  async function check(point: Point, context: CheckContext): Promise<void> {
    set(point, { state: "checking" });
    try {
      const { problem, detail } = await options.run(point, context);
      if (context.signal.aborted) return;
      const words = problem === null ? { problem: null, mend: null } : options.words(problem);
      await options.report({
        point,
        state: problem === null ? "passed" : "failed",
        detail,
        ...words,
      });
      set(
        point,
        problem === null ? { state: "passed" } : { state: "failed", problem, said: "", mend: "" },
      );
    } catch (thrown) {
      if (!context.signal.aborted) set(point, { state: "untold", error: thrown });
    }
  }

  return {
    views,
    running,
    async start(context) {
      if (running.get()) return;
      running.set(true);
      for (const point of options.mine)
        if (!isDone(views.get()[point]) && !context.signal.aborted) await check(point, context);
      running.set(false);
    },
    async again(point, context) {
      if (running.get()) return;
      running.set(true);
      await check(point, context);
      running.set(false);
    },
    follow(checks) {
      for (const { point, state, problem, mend } of checks) {
        const now = views.get()[point];
        if (now.state === "checking") continue;
        if (state === "passed" || state === "overridden") {
          if (now.state !== state) set(point, { state });
        } else if (!options.mine.includes(point)) {
          if (state === "failed")
            set(point, { state, problem: null, said: problem ?? "", mend: mend ?? "" });
          else set(point, { state: "waiting" });
        }
      }
    },
  };
}
