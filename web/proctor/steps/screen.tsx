/* "Share": the entire monitor, with a picture of what to choose, and an explanation when it was less. */
import { Button } from "../../ui/button";
import { Notice, Spinner } from "../../ui/notice";
import { useStore } from "../../ui/store";
import { texts } from "../../ui/texts";
import type { ScreenControl, ScreenProblem } from "../recording/screen";
import type { StepProps } from "./step";

const t = texts.checkin.screen;

export function ScreenStep({ sitting }: StepProps) {
  const tools = useStore(sitting.equipment);
  return (
    <section class="card">
      <h1>{t.title}</h1>
      <p>{t.intro}</p>
      {tools === null ? <Spinner /> : <Share screen={tools.screen} />}
    </section>
  );
}

function Share({ screen }: { screen: ScreenControl }) {
  const now = useStore(screen.screen);
  return (
    <>
      <div class="stage-row">
        <ol class="steps-to-mend">
          {t.steps.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ol>
        <PickerPicture />
      </div>
      {now.state === "problem" ? (
        <ScreenProblemNotice problem={now.problem} detail={now.detail} onShare={null} />
      ) : null}
      <div class="row">
        <Button kind="primary" large busy={now.state === "asking"} onClick={() => void screen.share()}>
          {t.share}
        </Button>
        <span class="muted" role="status">
          {now.state === "asking" ? t.asking : now.state === "on" ? t.shared : ""}
        </span>
      </div>
    </>
  );
}

export function ScreenProblemNotice(props: {
  problem: ScreenProblem;
  detail: string;
  onShare: (() => void) | null; // null: the button is elsewhere
}) {
  const { title, text } = t.problems[props.problem];
  return (
    <Notice tone={props.problem === "ended" ? "warning" : "bad"} title={title}>
      <p>{text}</p>
      {props.problem === "other" && props.detail !== "" ? (
        <p class="small muted">{texts.proctor.camera.detail(props.detail)}</p>
      ) : null}
      {props.onShare === null ? null : (
        <Button kind="primary" onClick={props.onShare}>
          {t.again}
        </Button>
      )}
    </Notice>
  );
}

/* The browser's picker as it looks, with what to click marked. */
function PickerPicture() {
  const [tab, window, screen] = t.pictureTabs;
  return (
    <svg class="picker" viewBox="0 0 320 210" role="img" aria-label={t.picture}>
      <rect class="picker-window" x="4" y="4" width="312" height="202" rx="10" />
      <text x="55" y="34">{tab}</text>
      <text x="140" y="34">{window}</text>
      <text class="picker-strong" x="240" y="34">{screen}</text>
      <path class="picker-line" d="M16 44H304" />
      <path class="picker-mark" d="M180 44H300" />
      <rect class="picker-screen" x="90" y="58" width="140" height="92" rx="6" />
      <path class="picker-desk" d="M100 68H220V138H100Z" />
      <rect class="picker-button" x="212" y="166" width="88" height="30" rx="15" />
      <text class="picker-button-text" x="256" y="186">{t.share}</text>
    </svg>
  );
}
