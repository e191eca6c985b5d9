/* A short state in a coloured box. The colour repeats what the text says, never replaces it. */
export type Tone = "neutral" | "info" | "good" | "warning" | "bad";

export function Badge(props: { tone?: Tone; children: string }) {
  return <span class={`badge badge-${props.tone ?? "neutral"}`}>{props.children}</span>;
}
