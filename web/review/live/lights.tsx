/* The six lights of a session. What is lost is struck through and what has not come yet is dashed, besides
 * the colours; each says in words what it is. */
import { PARTS, type Light, type LiveRow, type Part } from "./parse";
import { liveTexts as t } from "./texts";

const ICONS: Readonly<Record<Part, string>> = {
  camera: "M1.5 5.5a1.5 1.5 0 0 1 1.5-1.5h6a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5h-6a1.5 1.5 0 0 1-1.5-1.5zM10.5 7.2l4-2.4v6.4l-4-2.4z",
  microphone: "M6 3.5a2 2 0 0 1 4 0v4a2 2 0 0 1-4 0zM3.5 7.5a4.5 4.5 0 0 0 9 0M8 12v2.5",
  screen: "M1.5 3.5h13v8h-13zM8 11.5v2.5M5 14.2h6",
  app: "M2 3h12v10.5h-12zM2 6h12",
  plugin: "M2.5 5.5h3.2a2 2 0 1 1 4 0h3.3v2.6a2 2 0 1 1 0 3.8v2h-10.5z",
  connection: "M1.5 6.2a9.4 9.4 0 0 1 13 0M4 9a5.8 5.8 0 0 1 8 0M6.4 11.6a2.3 2.3 0 0 1 3.2 0M8 13.8v.4",
};

function Sign(props: { part: Part; light: Light; long: boolean }) {
  const { part, light } = props;
  const said = `${t.lights[part]}: ${t.light[light]}`;
  return (
    <li class={`light light-${light}`} title={said}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <path d={ICONS[part]} />
        {light === "lost" ? <path class="light-strike" d="M1.5 14.5 14.5 1.5" /> : null}
      </svg>
      <span class={props.long ? "" : "visually-hidden"}>{said}</span>
    </li>
  );
}

export function Lights(props: { row: LiveRow; long?: boolean }) {
  return (
    <ul class={props.long ? "lights lights-long" : "lights"}>
      {PARTS.filter((part) => props.row.lights[part] !== "none").map((part) => (
        <Sign key={part} part={part} light={props.row.lights[part]} long={props.long ?? false} />
      ))}
    </ul>
  );
}
