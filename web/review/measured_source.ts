/* Where the timeline's measured values come from: once for the whole session, and finer for the part
 * that is looked at. */
import type { Api } from "../ui/api";
import { createStore, type Store } from "../ui/store";
import { parseMeasured, tooCoarse, type Measured } from "./measured";
import { browserTimer, type Timer } from "./refresh";
import { measuredApi } from "./route";
import type { Range } from "./timeline";

export const BUCKETS = 600;
const SETTLE_MS = 250; /* a wheel that still turns asks for nothing */

export interface MeasuredSource {
  readonly whole: Store<Measured | null>;
  readonly near: Store<Measured | null>; /* finer, of the part looked at; null: `whole` will do */
  readonly failed: Store<boolean>;
  learn(range: Range): void; /* the session as a whole: asks (again) */
  look(view: Range): void;
  stop(): void;
}

export function createMeasuredSource(
  api: Api,
  session: string,
  timer: Timer = browserTimer,
): MeasuredSource {
  const whole = createStore<Measured | null>(null);
  const near = createStore<Measured | null>(null);
  const failed = createStore(false);
  let cancel: () => void = () => undefined;
  let turn = 0; /* only the newest question's answer counts */

  const ask = (range: Range) =>
    api.get(
      measuredApi(session, Math.floor(range.fromUs), Math.ceil(range.toUs), BUCKETS),
      parseMeasured,
    );
  async function load(range: Range): Promise<void> {
    try {
      whole.set(await ask(range));
      failed.set(false);
    } catch {
      failed.set(true);
    }
  }
  async function loadNear(view: Range, mine: number): Promise<void> {
    try {
      const found = await ask(view);
      if (mine === turn) near.set(found);
    } catch {
      /* The coarse values stay: they are true as well. */
    }
  }
  return {
    whole,
    near,
    failed,
    learn: (range) => void load(range),
    look(view) {
      cancel();
      const known = whole.get();
      if (!known || !tooCoarse(known, view, BUCKETS)) {
        turn++;
        near.set(null);
        return;
      }
      const finer = near.get();
      if (finer && !tooCoarse(finer, view, BUCKETS)) return;
      const mine = ++turn;
      cancel = timer.after(SETTLE_MS, () => void loadNear(view, mine));
    },
    stop: () => cancel(),
  };
}
