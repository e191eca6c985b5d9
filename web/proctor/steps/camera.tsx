/* Camera and microphone before the recording: what they see and hear, and "Start Proctoring". */
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { ErrorNotice, Notice, Spinner } from "../../ui/notice";
import { useStore } from "../../ui/store";
import { texts } from "../../ui/texts";
import type { CameraState } from "../recording/camera";
import type { RecordingControl } from "../recording/control";
import type { ScreenControl } from "../recording/screen";
import { useAction } from "./action";
import { CameraProblemNotice } from "./camera-problem";
import { LevelMeter } from "./level";
import { ScreenProblemNotice } from "./screen";
import { enterFullScreen } from "../monitor-frame";
import type { StepProps } from "./step";
import { LiveVideo } from "./video";

const t = texts.proctor.camera;

export function CameraStep({ sitting, session }: StepProps) {
  const tools = useStore(sitting.equipment);
  const start = useAction(() => {
    /* Where the app had "I Agree, Let's Begin", this is the click that may fill the screen. */
    if (session.checkin.app.required) void enterFullScreen();
    return sitting.startProctoring();
  });
  return (
    <section class="card">
      <h1>{t.title}</h1>
      {tools === null ? (
        <Spinner />
      ) : (
        <Preview
          control={tools.control}
          screen={session.checkin.screen.required ? tools.screen : null}
          start={start.run}
          busy={start.busy}
        />
      )}
      {start.error !== null ? <ErrorNotice error={start.error} /> : null}
    </section>
  );
}

interface PreviewProps {
  control: RecordingControl;
  screen: ScreenControl | null; // null: this exam does not want it
  start: () => void;
  busy: boolean;
}

function Preview(props: PreviewProps) {
  const [shared, setShared] = useState(props.screen === null);
  const camera = useStore(props.control.camera);
  useEffect(() => void props.control.openCamera(), [props.control]);
  return (
    <>
      <p>{t.intro}</p>
      <View camera={camera} retry={() => void props.control.openCamera()} />
      {props.screen === null ? null : <ShareLine screen={props.screen} onShared={setShared} />}
      <div class="row">
        <Button
          kind="primary"
          large
          disabled={camera.state !== "on" || !shared}
          busy={props.busy}
          describedBy="start-note"
          onClick={props.start}
        >
          {t.start}
        </Button>
        <span id="start-note" class="muted">
          {t.startNote}
        </span>
      </div>
    </>
  );
}

/* A share does not outlive a reload: it is asked for again before anything is recorded. */
function ShareLine(props: { screen: ScreenControl; onShared: (shared: boolean) => void }) {
  const now = useStore(props.screen.screen);
  useEffect(() => props.onShared(now.state === "on"), [now.state]);
  const share = () => void props.screen.share();
  if (now.state === "on") return <p class="level-good">{texts.checkin.screen.shared}</p>;
  if (now.state === "problem")
    return <ScreenProblemNotice problem={now.problem} detail={now.detail} onShare={share} />;
  return (
    <Notice tone="info">
      <p>{texts.checkin.screen.needed}</p>
      <Button kind="primary" busy={now.state === "asking"} onClick={share}>
        {texts.checkin.screen.share}
      </Button>
    </Notice>
  );
}

function View(props: { camera: CameraState; retry: () => void }) {
  const { camera } = props;
  switch (camera.state) {
    case "off":
    case "asking":
      return (
        <div class="preview preview-empty">
          <p>{t.asking}</p>
        </div>
      );
    case "problem":
      return (
        <CameraProblemNotice
          problem={camera.problem}
          detail={camera.detail}
          onRetry={props.retry}
        />
      );
    case "on":
      return (
        <div class="preview-box">
          <div class="preview">
            <LiveVideo stream={camera.stream} label={t.preview} />
          </div>
          <div class="stack">
            <LevelMeter stream={camera.stream} />
            <p class="muted small">{t.device(camera.label)}</p>
          </div>
        </div>
      );
  }
}
