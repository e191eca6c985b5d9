/* Small drawings for buttons that have a name of their own; fonts do not have them everywhere. */
const PATHS = {
  previous: "M3 2.5v11M13 2.5 5 8l8 5.5z",
  next: "M13 2.5v11M3 2.5 11 8l-8 5.5z",
  "frame-back": "M10.5 3 4 8l6.5 5z",
  "frame-forward": "M5.5 3 12 8l-6.5 5z",
} as const;

export function Icon(props: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[props.name]} />
    </svg>
  );
}
