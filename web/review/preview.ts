/* The preview of other rules, as data: what the server answers, and how it differs from what was found. */
import { fields, type Parse } from "../ui/parse";
import { parseFlag, parseIncident, type Flag, type Incident } from "./parse";

export interface Preview {
  readonly policy: string; // its name
  readonly recordings: number;
  readonly without: number; // recordings of which nothing was kept
  readonly flags: readonly Flag[];
  readonly incidents: readonly Incident[];
}

export const parsePreview: Parse<Preview> = (value, path) => {
  const f = fields(value, path);
  return {
    policy: f.get("policy", (policy, at) => fields(policy, at).text("name")),
    recordings: f.integer("recordings"),
    without: f.integer("without"),
    flags: f.list("flags", parseFlag),
    incidents: f.list("incidents", parseIncident),
  };
};

export interface Comparison {
  readonly rule: string;
  readonly title: string;
  readonly now: number;
  readonly then: number;
}

/* By rule, how many flags there are and would be. Flags of the session as a whole are no part of a
 * preview, so they are not counted on either side. */
export function comparisonOf(now: readonly Flag[], then: readonly Flag[]): Comparison[] {
  const found = new Map<string, { title: string; now: number; then: number }>();
  const count = (flag: Flag, side: "now" | "then") => {
    const row = found.get(flag.rule) ?? { title: flag.title, now: 0, then: 0 };
    row[side]++;
    found.set(flag.rule, row);
  };
  for (const flag of now) if (flag.stream !== "") count(flag, "now");
  for (const flag of then) count(flag, "then");
  return [...found]
    .map(([rule, row]) => ({ rule, ...row }))
    .sort((a, b) => a.title.localeCompare(b.title));
}

/* What was pasted, when it is a JSON object at all; the server says what is wrong inside it. */
export function parsePolicyText(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
