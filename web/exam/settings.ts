/* How this candidate likes to see the exam; kept in this browser. */
import { createStore, type Store } from "../ui/store";

export const TEXT_SIZES = [100, 115, 130, 150, 175, 200] as const;

export interface Settings {
  textSize: number; // percent, one of TEXT_SIZES
  all: boolean; // all questions below each other
  timerHidden: boolean;
}

const KEY = "mycamu-exam-view";

/* What was kept, as far as it makes sense. */
export function parseSettings(text: string | null): Settings {
  let kept: Partial<Record<keyof Settings, unknown>> = {};
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    if (typeof value === "object" && value !== null) kept = value;
  } catch {
    /* damaged: as if there were none */
  }
  return {
    textSize: TEXT_SIZES.find((size) => size === kept.textSize) ?? 100,
    all: kept.all === true,
    timerHidden: kept.timerHidden === true,
  };
}

export function nextSize(now: number, by: 1 | -1): number {
  const at = TEXT_SIZES.findIndex((size) => size === now);
  return TEXT_SIZES[Math.min(TEXT_SIZES.length - 1, Math.max(0, at + by))] ?? now;
}

export function createSettings(storage: Pick<Storage, "getItem" | "setItem">): Store<Settings> {
  let text: string | null = null;
  try {
    text = storage.getItem(KEY);
  } catch {
    /* storage is forbidden: the defaults */
  }
  const settings = createStore(parseSettings(text));
  const apply = (now: Settings) => {
    document.documentElement.dataset["text"] = String(now.textSize);
    try {
      storage.setItem(KEY, JSON.stringify(now));
    } catch {
      /* it holds for this page */
    }
  };
  apply(settings.get());
  settings.subscribe(apply);
  return settings;
}
