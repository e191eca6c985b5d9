/* "Scan": the face in an oval, what to do in big words, a ring that fills; then the picture that is kept
 * and "Confirm and Upload". */
import { useEffect, useMemo } from "preact/hooks";
import { Button } from "../../ui/button";
import { ErrorNotice, Notice, Spinner } from "../../ui/notice";
import { useStore } from "../../ui/store";
import { texts } from "../../ui/texts";
import type { Prompt } from "../checkin/api";
import { createCapture } from "../checkin/capture";
import { createFaceScan, type FaceScanView } from "../checkin/face-scan";
import { browserTimers } from "../../ui/network";
import { useAction } from "./action";
import { CameraProblemNotice } from "./camera-problem";
import { CameraChoice, StageVideo, usePictureCamera } from "./picture-camera";
import type { StepProps } from "./step";

const t = texts.checkin.face;
const IDEAL = { width: 1280, height: 720 };
const SENT_WIDTH = 480; // a face in the oval is then some 200 pixels wide, and a frame some 30 KB
const SENT_QUALITY = 0.85;

export function FaceScanStep({ sitting }: StepProps) {
  const cameraId = useStore(sitting.cameraId);
  const { camera, video, devices, retry } = usePictureCamera(cameraId, IDEAL);
  const control = useMemo(() => {
    const capture = createCapture();
    return createFaceScan({
      api: sitting.checkin,
      timers: browserTimers,
      capture: () =>
        video.current === null
          ? Promise.resolve(null)
          : capture.jpeg(video.current, SENT_WIDTH, SENT_QUALITY),
    });
  }, [sitting]);
  const view = useStore(control.view);
  useEffect(() => () => control.stop(), [control, camera.state, cameraId]);
  const confirm = useAction(async () => {
    if (view.state === "ready") await sitting.learn(sitting.checkin.confirmFaceScan(view.scan.id));
  });
  const label = camera.state === "on" ? camera.label : "";
  const scan = () => void control.scan(label);

  if (view.state === "ready")
    return (
      <section class="card">
        <h1>{t.title}</h1>
        <p class="say" role="status">
          {t.ready}
        </p>
        <img class="kept-picture" src={sitting.checkin.facePicture(view.scan.id)} alt={t.picture} />
        <p class="muted">{t.readyNote}</p>
        {confirm.error !== null ? <ErrorNotice error={confirm.error} /> : null}
        <div class="row">
          <Button kind="primary" large busy={confirm.busy} onClick={confirm.run}>
            {t.confirm}
          </Button>
          <Button large onClick={scan}>
            {t.again}
          </Button>
        </div>
      </section>
    );

  const again = view.state === "failed" || view.state === "refused";
  const scanning = view.state === "starting" || view.state === "scanning";
  return (
    <section class="card">
      <h1>{t.title}</h1>
      {scanning ? null : <p>{t.intro}</p>}
      {view.state === "failed" ? (
        <Notice tone="bad" title={t.failed}>
          <p lang="en">{view.reason}</p>
          <p>{t.failedHow}</p>
        </Notice>
      ) : null}
      {view.state === "refused" ? <ErrorNotice error={view.error} /> : null}
      {camera.state === "problem" ? (
        <CameraProblemNotice problem={camera.problem} detail={camera.detail} onRetry={retry} />
      ) : (
        <div class={scanning ? "stage-row stage-row-busy" : "stage-row"}>
          <div class="stage">
            {camera.state === "on" ? (
              <StageVideo stream={camera.stream} video={video} label={texts.checkin.mirror} mirrored />
            ) : (
              <p class="stage-wait">{texts.proctor.camera.asking}</p>
            )}
            <Oval view={view} />
          </div>
          <div class="stage-side">
            {scanning ? (
              <Saying view={view} />
            ) : (
              <>
                <ul class="list">
                  {t.points.map((point) => (
                    <li key={point}>{point}</li>
                  ))}
                </ul>
                <CameraChoice
                  devices={devices}
                  chosen={cameraId}
                  onChange={(id) => sitting.cameraId.set(id)}
                />
                <div class="row">
                  <Button kind="primary" large disabled={camera.state !== "on"} onClick={scan}>
                    {again ? t.again : t.scan}
                  </Button>
                </div>
              </>
            )}
          </div>
        </div>
      )}
    </section>
  );
}

/* Which way, for those who see quicker than they read. In a mirror the own left is at the left. */
const ARROWS: Partial<Record<Prompt, string>> = {
  "turn-left": "←",
  "turn-right": "→",
  "look-up": "↑",
};

function Saying({ view }: { view: FaceScanView }) {
  if (view.state !== "scanning") return <Spinner label={t.starting} />;
  const { prompt, guidance, scan } = view;
  return (
    <>
      <p class="say" role="status" aria-live="assertive">
        {prompt !== null && ARROWS[prompt] !== undefined ? (
          <span class="say-arrow" aria-hidden="true">
            {ARROWS[prompt]}
          </span>
        ) : null}
        <span data-prompt={prompt ?? ""}>{prompt === null ? "" : t.prompts[prompt]}</span>
      </p>
      <p class={`say-small say-${guidance ?? "none"}`} role="status">
        {guidance === null ? "" : t.guidance[guidance]}
      </p>
      <p class="muted">{t.progress(scan.done, scan.of)}</p>
      {view.cut ? <Notice tone="warning">{texts.checkin.cut}</Notice> : null}
    </>
  );
}

function Oval({ view }: { view: FaceScanView }) {
  const share = view.state === "scanning" && view.scan.of > 0 ? view.scan.done / view.scan.of : 0;
  const good = view.state === "scanning" && (view.guidance === "ok" || view.guidance === "hold");
  return (
    <svg class="stage-over" viewBox="0 0 160 90" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <path
        class="stage-shade"
        d="M-80 -80H240V170H-80Z M80 9a27 36 0 1 0 0 72a27 36 0 1 0 0-72Z"
        fill-rule="evenodd"
      />
      <ellipse class={good ? "ring ring-good" : "ring"} cx="80" cy="45" rx="27" ry="36" />
      <ellipse
        class="ring-done"
        cx="80"
        cy="45"
        rx="27"
        ry="36"
        pathLength={100}
        stroke-dasharray={`${share * 100} 100`}
      />
    </svg>
  );
}
