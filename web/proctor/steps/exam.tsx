/* The exam inside the proctored window: a blue frame around it, always the words that say that it is
 * recorded, how the connection is, and the exam's own page in a frame. */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../ui/button";
import { useStore } from "../../ui/store";
import { SupportButton } from "../../ui/support/panel";
import { texts } from "../../ui/texts";
import { formatBytes } from "../../ui/time";
import { enterFullScreen, MonitorFrame, useFullScreen } from "../monitor-frame";
import type { CameraState } from "../recording/camera";
import type { RecordingControl } from "../recording/control";
import type { Keeper } from "../recording/keeper";
import { bytesLeft, type KeeperStatus } from "../recording/messages";
import type { ScreenControl } from "../recording/screen";
import { CameraProblemNotice } from "./camera-problem";
import { CameraPicture } from "./picture";
import { ScreenProblemNotice } from "./screen";
import type { StepProps } from "./step";
import { HandButton, WarningDialog } from "./supervision";

const t = texts.proctor.exam;

/* Below this much unsent it is the piece that is just on its way. */
const BEHIND_BYTES = 1_500_000;

export type Line = { tone: "good" | "info" | "warning"; text: string; detail: string };

export function connectionLine(reachable: boolean, status: KeeperStatus | null): Line {
  const left = status === null ? 0 : bytesLeft(status);
  const kept = t.kept(formatBytes(left));
  const waiting = status?.upload.state === "waiting" ? status.upload.reason : null;
  if (!reachable || waiting === "no-answer") return { tone: "warning", text: t.offline, detail: kept };
  if (waiting === "server-full") return { tone: "warning", text: t.full, detail: kept };
  if (waiting !== null) return { tone: "warning", text: t.busy, detail: kept };
  if (left > BEHIND_BYTES)
    return { tone: "info", text: t.connected, detail: t.sending(formatBytes(left)) };
  return { tone: "good", text: t.connected, detail: t.connectedDetail };
}

export function ExamStep({ sitting, session, notices }: StepProps) {
  const tools = useStore(sitting.equipment);
  const frame = useRef<HTMLIFrameElement>(null);
  /* Exams without the system check do not ask for it. */
  const full = useFullScreen() || !document.fullscreenEnabled || !hasCheck(session);
  useEffect(() => {
    sitting.setExamFrame(frame.current);
    frame.current?.focus();
    return () => sitting.setExamFrame(null);
  }, [sitting]);
  return (
    <div class="exam-window">
      <header class="exam-bar" aria-label={t.barLabel}>
        {tools === null ? null : <RecordingSign control={tools.control} />}
        <span class="exam-bar-title">{session.exam.title}</span>
        <span class="exam-bar-name muted">{session.candidate}</span>
        <HandButton sitting={sitting} session={session} />
        <SupportButton short />
        {full ? null : (
          <Button kind="quiet" onClick={() => void enterFullScreen()}>
            {texts.checkin.begin.fullScreen}
          </Button>
        )}
        <Connection sitting={sitting} keeper={tools?.keeper ?? null} />
      </header>
      <main class="exam-main" aria-label={t.windowLabel}>
        {notices}
        {tools === null ? null : <Problems control={tools.control} keeper={tools.keeper} />}
        {tools === null || !session.checkin.screen.required ? null : (
          <ScreenProblems screen={tools.screen} />
        )}
        <iframe ref={frame} class="exam-frame" src={session.examUrl} title={t.frameTitle} />
        {tools === null ? null : <Picture control={tools.control} />}
      </main>
      <WarningDialog sitting={sitting} session={session} />
      <MonitorFrame />
    </div>
  );
}

function hasCheck(session: StepProps["session"]): boolean {
  return session.steps.some((step) => step.name === "system-check");
}

/* The share has ended, or the page was loaded again: the browser shares only after a click. */
function ScreenProblems({ screen }: { screen: ScreenControl }) {
  const now = useStore(screen.screen);
  if (now.state === "on" || now.state === "asking") return null;
  return (
    <ScreenProblemNotice
      problem={now.state === "problem" ? now.problem : "ended"}
      detail={now.state === "problem" ? now.detail : ""}
      onShare={() => void screen.share()}
    />
  );
}

function RecordingSign(props: { control: RecordingControl }) {
  const recording = useStore(props.control.recording);
  const camera = useStore(props.control.camera);
  const stopped = camera.state === "problem";
  return (
    <span class={stopped ? "recorded recorded-stopped" : "recorded"} role="status">
      <span class={recording ? "recorded-dot" : "recorded-dot recorded-dot-off"} aria-hidden="true" />
      {stopped ? t.notRecorded : t.recorded}
    </span>
  );
}

function Connection(props: { sitting: StepProps["sitting"]; keeper: Keeper | null }) {
  const reachable = useStore(props.sitting.reachable);
  return props.keeper === null ? null : <ConnectionOf reachable={reachable} keeper={props.keeper} />;
}

function ConnectionOf(props: { reachable: boolean; keeper: Keeper }) {
  const status = useStore(props.keeper.status);
  const line = connectionLine(props.reachable, status);
  return (
    <span class={`connection connection-${line.tone}`}>
      <strong role="status">{line.text}</strong> <span class="numeric">{line.detail}</span>
    </span>
  );
}

function Problems(props: { control: RecordingControl; keeper: Keeper }) {
  const camera: CameraState = useStore(props.control.camera);
  const status = useStore(props.keeper.status);
  return (
    <>
      {camera.state === "problem" ? (
        <CameraProblemNotice
          problem={camera.problem}
          detail={camera.detail}
          onRetry={() => void props.control.openCamera()}
        />
      ) : null}
      {status?.diskProblem ? (
        <p class="exam-warning" role="alert">
          {t.diskProblem}
        </p>
      ) : status?.lasting === false ? (
        <p class="exam-warning" role="status">
          {t.memoryOnly}
        </p>
      ) : null}
    </>
  );
}

function Picture(props: { control: RecordingControl }) {
  const camera = useStore(props.control.camera);
  return camera.state === "on" ? <CameraPicture stream={camera.stream} /> : null;
}
