/* What was answered, from the portal, put beside when it was saved, from the session's evidence. Pure. */
import { fields, parseInteger, parseNullable, parseText, parseUnknown, type Parse } from "../ui/parse";
import type { SessionEvent } from "./parse";

export interface Item {
  readonly id: number;
  readonly position: number;
  readonly kind: string;
  readonly prompt: string;
  readonly options: readonly { readonly id: number; readonly text: string }[];
  readonly answer: { readonly value: unknown; readonly revision: number; readonly savedUs: number } | null;
  readonly seenUs: number | null;
}

const parseAnswer: Parse<NonNullable<Item["answer"]>> = (value, path) => {
  const f = fields(value, path);
  return {
    value: f.get("value", parseUnknown),
    revision: f.integer("revision"),
    savedUs: f.integer("saved_us"),
  };
};

const parseItem: Parse<Item> = (value, path) => {
  const f = fields(value, path);
  return {
    id: f.integer("id"),
    position: f.integer("position"),
    kind: f.text("kind"),
    prompt: f.text("prompt"),
    options: f.list("options", (option, at) => {
      const o = fields(option, at);
      return { id: o.integer("id"), text: o.get("text", parseText) };
    }),
    answer: f.nullable("answer", parseAnswer),
    seenUs: f.get("seen_us", parseNullable(parseInteger)),
  };
};

export const parseItems: Parse<Item[]> = (value, path) => fields(value, path).list("items", parseItem);

/* An answer in words; null: it was taken back. */
export function answerText(item: Item): string | null {
  const value = item.answer?.value ?? null;
  if (value === null || value === "") return null;
  const optionText = (id: unknown) => item.options.find((o) => o.id === id)?.text ?? String(id);
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(optionText).join("; ");
  return typeof value === "number" ? optionText(value) : String(value);
}

/* When an item was saved, in order of time: by the evidence, and by the portal where that has more. */
export function savesOf(item: Item, events: readonly SessionEvent[]): number[] {
  const times = events
    .filter((event) => event.kind === "answered" && event.detail["item"] === item.id)
    .map((event) => event.timeUs);
  const last = item.answer?.savedUs;
  /* The portal's time and the evidence's of one save are some milliseconds apart. */
  if (last !== undefined && !times.some((us) => Math.abs(us - last) < 2_000_000)) times.push(last);
  return times.sort((a, b) => a - b);
}

/* The item that was saved last before a time. */
export function currentItem(
  items: readonly Item[],
  events: readonly SessionEvent[],
  timeUs: number,
): number | null {
  let best: { id: number; us: number } | null = null;
  for (const item of items)
    for (const us of savesOf(item, events))
      if (us <= timeUs && (best === null || us >= best.us)) best = { id: item.id, us };
  return best?.id ?? null;
}
