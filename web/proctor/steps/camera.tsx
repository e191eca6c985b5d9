/* Camera and microphone before the recording: what they see and hear, and "Start Proctoring". */
import { useEffect } from "preact/hooks";
import { Button } from "../../ui/button";
import { ErrorNotice, Spinner } from "../../ui/notice";
import { useStore } from "../../ui/store";
import { texts } from "../../ui/texts";
import type { CameraState } from "../recording/camera";
import type { RecordingControl } from "../recording/control";
import { useAction } from "./action";
import { CameraProblemNotice } from "./camera-problem";
import { LevelMeter } from "./level";
import type { StepProps } from "./step";
import { LiveVideo } from "./video";

const t = texts.proctor.camera;

export function CameraStep({ sitting }: StepProps) {
  const tools = useStore(sitting.equipment);
  const start = useAction(() => sitting.startProctoring());
  return (
    <section class="card">
      <h1>{t.title}</h1>
      {tools === null ? (
        <Spinner />
      ) : (
        <Preview control={tools.control} start={start.run} busy={start.busy} />
      )}
      {start.error !== null ? <ErrorNotice error={start.error} /> : null}
    </section>
  );
}

function Preview(props: { control: RecordingControl; start: () => void; busy: boolean }) {
  const camera = useStore(props.control.camera);
  useEffect(() => void props.control.openCamera(), [props.control]);
  return (
    <>
      <p>{t.intro}</p>
      <View camera={camera} retry={() => void props.control.openCamera()} />
      <div class="row">
        <Button
          kind="primary"
          large
          disabled={camera.state !== "on"}
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
