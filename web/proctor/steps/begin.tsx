/* "I Agree, Let's Begin": the click that fills the screen and begins the monitoring of this window. It is
 * asked for again after a reload, for only a click may fill the screen. */
import { Button } from "../../ui/button";
import { texts } from "../../ui/texts";
import { enterFullScreen } from "../monitor-frame";
import type { StepProps } from "./step";

const t = texts.checkin.begin;

export function BeginStep({ sitting }: StepProps) {
  return (
    <section class="card">
      <h1>{t.title}</h1>
      <p>{t.text}</p>
      <ul class="list">
        {t.points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <div class="row">
        <Button
          kind="primary"
          large
          onClick={() => {
            void enterFullScreen();
            sitting.begin();
          }}
        >
          {t.agree}
        </Button>
      </div>
    </section>
  );
}
