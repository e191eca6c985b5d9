/* "Scan": the photo ID in a frame, guided until it is held well; then what was read and "Confirm and
 * Upload", or why not and "Scan again". */
import { useEffect, useMemo, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { ErrorNotice, Notice, Spinner } from "../../ui/notice";
import { useStore } from "../../ui/store";
import { texts } from "../../ui/texts";
import { formatDate } from "../../ui/time";
import type { IdScan } from "../checkin/api";
import { createCapture, sharpestJpeg } from "../checkin/capture";
import { createIdScan, REJECTED_MAX, type IdScanView } from "../checkin/id-scan";
import { browserTimers } from "../../ui/network";
import { useAction } from "./action";
import { CameraProblemNotice } from "./camera-problem";
import { CameraChoice, StageVideo, usePictureCamera } from "./picture-camera";
import type { StepProps } from "./step";

const t = texts.checkin.id;
const IDEAL = { width: 3840, height: 2160 }; // all that the camera has
const LOOK_WIDTH = 640;
const LOOK_QUALITY = 0.8;
const PICTURE_MAX = 6 << 20;

export function IdScanStep({ sitting, session }: StepProps) {
  /* A document camera is not the one that sees the face: the choice here is this step's own. */
  const [cameraId, setCameraId] = useState(sitting.cameraId.get());
  const { camera, video, devices, retry } = usePictureCamera(cameraId, IDEAL);
  const key = `proctortrack-rejected-${session.id}`;
  const control = useMemo(() => {
    const capture = createCapture();
    const made = createIdScan({
      api: sitting.checkin,
      timers: browserTimers,
      rejected: Number(sessionStorage.getItem(key) ?? "0") || 0,
      capture: () =>
        video.current === null
          ? Promise.resolve(null)
          : capture.jpeg(video.current, LOOK_WIDTH, LOOK_QUALITY),
      takePicture: () =>
        video.current === null
          ? Promise.resolve(null)
          : sharpestJpeg(
              video.current,
              capture,
              (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
              PICTURE_MAX,
            ),
    });
    made.rejected.subscribe((n) => sessionStorage.setItem(key, String(n)));
    return made;
  }, [sitting]);
  const view = useStore(control.view);
  const rejected = useStore(control.rejected);
  useEffect(() => () => control.stop(), [control, camera.state, cameraId]);
  const confirm = useAction(async () => {
    if (view.state === "read") await sitting.learn(sitting.checkin.confirmIdScan(view.scan.id));
  });
  const scan = () => void control.scan();
  const name = session.checkin.profile?.name || session.candidate;

  if (view.state === "read")
    return (
      <section class="card">
        <h1>{t.title}</h1>
        <Result
          scan={view.scan}
          picture={sitting.checkin.idPicture(view.scan.id)}
          often={rejected >= REJECTED_MAX}
        />
        {confirm.error !== null ? <ErrorNotice error={confirm.error} /> : null}
        <div class="row">
          {view.scan.state !== "rejected" ? (
            <Button kind="primary" large busy={confirm.busy} onClick={confirm.run}>
              {t.confirm}
            </Button>
          ) : null}
          <Button kind={view.scan.state === "rejected" ? "primary" : "plain"} large onClick={scan}>
            {t.again}
          </Button>
          {view.scan.state === "rejected" && rejected >= REJECTED_MAX ? (
            <Button large busy={confirm.busy} onClick={confirm.run}>
              {t.askPerson}
            </Button>
          ) : null}
        </div>
      </section>
    );

  const idle = view.state === "idle" || view.state === "refused";
  return (
    <section class="card">
      <h1>{t.title}</h1>
      {idle ? <p>{name === "" ? t.introNameless : t.intro(name)}</p> : null}
      {view.state === "refused" ? <ErrorNotice error={view.error} /> : null}
      {camera.state === "problem" ? (
        <CameraProblemNotice problem={camera.problem} detail={camera.detail} onRetry={retry} />
      ) : (
        <div class={idle ? "stage-row" : "stage-row stage-row-busy"}>
          <div class="stage">
            {camera.state === "on" ? (
              <StageVideo stream={camera.stream} video={video} label={t.frame} mirrored={false} />
            ) : (
              <p class="stage-wait">{texts.proctor.camera.asking}</p>
            )}
            <CardFrame view={view} />
          </div>
          <div class="stage-side">
            {idle ? (
              <>
                <ul class="list">
                  {t.points.map((point) => (
                    <li key={point}>{point}</li>
                  ))}
                </ul>
                <p class="muted">{t.start}</p>
                <CameraChoice devices={devices} chosen={cameraId} onChange={setCameraId} />
                <div class="row">
                  <Button kind="primary" large disabled={camera.state !== "on"} onClick={scan}>
                    {view.state === "refused" ? t.again : t.scan}
                  </Button>
                </div>
              </>
            ) : (
              <Saying view={view} take={() => control.take()} />
            )}
          </div>
        </div>
      )}
    </section>
  );
}

function Saying({ view, take }: { view: IdScanView; take: () => void }) {
  switch (view.state) {
    case "guiding":
      return (
        <>
          <p class="say" role="status" aria-live="assertive">
            {t.guidance[view.guidance ?? "no-card"]}
          </p>
          {view.cut ? <Notice tone="warning">{texts.checkin.cut}</Notice> : null}
          <div class="row">
            <Button large onClick={take}>
              {t.take}
            </Button>
          </div>
        </>
      );
    case "taking":
      return (
        <p class="say" role="status">
          {t.taking}
        </p>
      );
    case "reading":
      return <Spinner label={t.reading} />;
    case "idle":
    case "read":
    case "refused":
      return null;
  }
}

function CardFrame({ view }: { view: IdScanView }) {
  const good = view.state === "guiding" && (view.guidance === "hold" || view.guidance === "ok");
  /* The shape of an ID-1 card, 85.6 to 54 mm. */
  return (
    <svg class="stage-over" viewBox="0 0 160 90" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <path
        class="stage-shade"
        d="M-80 -80H240V170H-80Z M23 9H137V81H23Z"
        fill-rule="evenodd"
      />
      <rect class={good ? "ring ring-good" : "ring"} x="23" y="9" width="114" height="72" rx="4" />
    </svg>
  );
}

const TONES = { approved: "good", unsure: "info", rejected: "bad", confirmed: "good" } as const;

function Result(props: { scan: IdScan; picture: string; often: boolean }) {
  const { scan } = props;
  const { title, text } = t.states[scan.state];
  const expires = scan.expires === null ? null : Date.parse(`${scan.expires}T12:00:00`);
  return (
    <>
      <Notice tone={TONES[scan.state]} title={title}>
        {text === "" ? null : <p>{text}</p>}
        {scan.reasons.length === 0 ? null : (
          <ul class="list" lang="en">
            {scan.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        )}
        {scan.state === "rejected" && props.often ? <p>{t.rejectedOften}</p> : null}
      </Notice>
      <div class="stage-row">
        <img class="kept-picture" src={props.picture} alt={t.picture} />
        <div class="stage-side">
          <h2>{t.read}</h2>
          <dl class="facts">
            <dt>{t.name}</dt>
            <dd>{scan.name ?? t.notRead}</dd>
            <dt>{t.document}</dt>
            <dd>{scan.document === null ? t.notRead : t.documents[scan.document]}</dd>
            <dt>{t.expires}</dt>
            <dd>{expires === null || Number.isNaN(expires) ? t.notRead : formatDate(expires * 1000)}</dd>
          </dl>
          <p class="muted small">{t.wrongName}</p>
        </div>
      </div>
    </>
  );
}
