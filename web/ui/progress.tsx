/* A bar with its value in words; without `value` it shows that something goes on. */
import { useId } from "preact/hooks";

export function Progress(props: {
  label: string;
  value: number | null; // 0 to 1; null: not known
  text?: string; // beside the label; the percentage when absent
}) {
  const id = useId();
  const percent = props.value === null ? null : Math.floor(Math.min(1, Math.max(0, props.value)) * 100);
  return (
    <div class="progress">
      <div class="progress-line">
        <label for={id}>{props.label}</label>
        <span class="progress-text">{props.text ?? (percent === null ? "" : `${percent} %`)}</span>
      </div>
      <progress id={id} max={1} {...(props.value === null ? {} : { value: props.value })} />
    </div>
  );
}
