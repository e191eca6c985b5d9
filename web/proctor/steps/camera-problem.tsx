/* Why there is no camera, how to mend it, and a button to try again. */
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { texts } from "../../ui/texts";
import type { CameraProblem } from "../recording/camera";

const t = texts.proctor.camera;

export function CameraProblemNotice(props: {
  problem: CameraProblem;
  detail: string;
  onRetry: () => void;
}) {
  const { title, steps } = t.problems[props.problem];
  return (
    <Notice tone={props.problem === "lost" ? "warning" : "bad"} title={title}>
      <ol class="steps-to-mend">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {props.detail !== "" && props.problem !== "lost" ? (
        <p class="small muted">{t.detail(props.detail)}</p>
      ) : null}
      <Button kind="primary" onClick={props.onRetry}>
        {t.again}
      </Button>
    </Notice>
  );
}
