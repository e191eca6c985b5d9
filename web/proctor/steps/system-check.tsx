/* "Start System Check": seven points that tick by themselves, each with what is wrong and how to mend it;
 * and afterwards "I Agree, Let's Begin". */
import { useEffect, useMemo, useState } from "preact/hooks";
import { createApi } from "../../ui/api";
import { Button } from "../../ui/button";
import { Checkbox } from "../../ui/field";
import { ErrorNotice, Notice, Spinner } from "../../ui/notice";
import { useStore } from "../../ui/store";
import { SupportButton } from "../../ui/support/panel";
import { texts } from "../../ui/texts";
import { en } from "../../ui/texts/en";
import { browserClock } from "../../ui/time";
import { createProbeApi, POINTS, type Point } from "../checkin/api";
import type { CheckContext } from "../checkin/checks/check";
import { countScreens } from "../checkin/checks/displays";
import { CHECKS } from "../checkin/checks/table";
import { createSystemCheck, isDone, type PointView, type SystemCheckRun } from "../checkin/system-check";
import type { RecordingControl } from "../recording/control";
import { DocumentText } from "./document-text";
import { LevelMeter } from "./level";
import type { StepProps } from "./step";

const t = texts.checkin.check;
const POLL_MS = 3000; // what the app and the staff say of the points

export function SystemCheckStep(props: StepProps) {
  const tools = useStore(props.sitting.equipment);
  return (
    <section class="card">
      <h1>{t.title}</h1>
      {tools === null ? <Spinner /> : <Check {...props} control={tools.control} />}
    </section>
  );
}

function Check(props: StepProps & { control: RecordingControl }) {
  const { sitting, session, control } = props;
  const withApp = session.checkin.app.required;
  const [started, setStarted] = useState(false);
  const [consent, setConsent] = useState(false);
  const [screens, setScreens] = useState<Promise<number | null>>(() => Promise.resolve(null));
  const ending = useMemo(() => new AbortController(), []);
  const run = useMemo(
    () =>
      createSystemCheck({
        mine: withApp ? ["browser"] : POINTS,
        run: (point, context) => CHECKS[point].run(context),
        report: (report) => sitting.learn(sitting.checkin.check(report)),
        words: (problem) => en.checkin.check.problems[problem],
      }),
    [sitting],
  );
  useEffect(() => run.follow(session.checkin.checks), [session]);
  useEffect(() => () => ending.abort(), []);
  useEffect(() => {
    const timer = setInterval(() => void sitting.refresh(), POLL_MS);
    return () => clearInterval(timer);
  }, [sitting]);

  const context = (counted: Promise<number | null>): CheckContext => ({
    session,
    control,
    probe: createProbeApi(createApi()),
    screens: counted,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    monotonicMs: browserClock.monotonicMs,
    signal: ending.signal,
  });
  function start() {
    const counted = countScreens(); // at once: the browser asks only in a click
    setScreens(counted);
    setStarted(true);
    void run.start(context(counted));
  }

  if (!started)
    return (
      <>
        <p>{withApp ? t.introApp : t.intro}</p>
        <h2>{t.agreementTitle}</h2>
        <p>{t.agreement}</p>
        <details>
          <summary>{t.readAgain}</summary>
          <div class="document" lang="en" tabIndex={0} role="region" aria-label={t.agreementTitle}>
            <DocumentText paragraphs={session.documents.agreement.paragraphs} />
          </div>
        </details>
        <Checkbox checked={consent} onChange={setConsent}>
          {t.consent}
        </Checkbox>
        <div class="row">
          <Button kind="primary" large disabled={!consent} onClick={start}>
            {t.start}
          </Button>
        </div>
      </>
    );
  return (
    <Points
      {...props}
      run={run}
      again={(point) => {
        /* A display may have been unplugged since: asked again, in this click. */
        const counted = point === "displays" ? countScreens() : screens;
        setScreens(counted);
        void run.again(point, context(counted));
      }}
    />
  );
}

function Points(
  props: StepProps & { control: RecordingControl; run: SystemCheckRun; again: (point: Point) => void },
) {
  const views = useStore(props.run.views);
  const running = useStore(props.run.running);
  const withApp = props.session.checkin.app.required;
  const done = POINTS.filter((point) => isDone(views[point])).length;
  return (
    <>
      <ol class="points" aria-label={t.list}>
        {POINTS.map((point) => (
          <li key={point} class={`point point-${views[point].state}`} data-point={point}>
            <span class="point-mark" aria-hidden="true">
              <Mark view={views[point]} />
            </span>
            <div class="point-body">
              <p>
                <strong>{(withApp ? t.appTitles : t.titles)[point]}</strong>{" "}
                <span class="muted">{t.states[views[point].state]}</span>
              </p>
              <More {...props} point={point} view={views[point]} running={running} />
              {point === "browser" ? <Build build={props.session.checkin.app.build} /> : null}
            </div>
          </li>
        ))}
      </ol>
      <p class="visually-hidden" role="status">
        {done === POINTS.length ? t.passedAll : ""}
      </p>
    </>
  );
}

function Mark({ view }: { view: PointView }) {
  switch (view.state) {
    case "waiting":
      return <>·</>;
    case "checking":
      return <span class="spinner" />;
    case "passed":
    case "overridden":
      return <>✓</>;
    case "failed":
    case "untold":
      return <>!</>;
  }
}

/* Another app than the one that is downloaded here stops nobody. */
function Build({ build }: { build: "unknown" | "current" | "older" | "other" }) {
  return build === "older" || build === "other" ? <p class="small">{t.builds[build]}</p> : null;
}

function More(
  props: StepProps & {
    control: RecordingControl;
    point: Point;
    view: PointView;
    running: boolean;
    again: (point: Point) => void;
  },
) {
  const { point, view } = props;
  const camera = useStore(props.control.camera);
  switch (view.state) {
    case "checking":
      return point === "microphone" && camera.state === "on" ? (
        <>
          <p>{t.saySomething}</p>
          <LevelMeter stream={camera.stream} />
        </>
      ) : null;
    case "waiting":
      return props.session.checkin.app.required && point !== "browser" ? (
        <p class="muted small">{t.byApp}</p>
      ) : null;
    case "passed":
    case "overridden":
      return null;
    case "untold":
      return (
        <>
          <p>{t.untold}</p>
          <ErrorNotice error={view.error} />
          <Again {...props} />
        </>
      );
    case "failed": {
      const { problem, mend } =
        view.problem === null ? { problem: view.said, mend: view.mend } : t.problems[view.problem];
      return (
        <Notice tone="bad" title={problem}>
          <p>{mend}</p>
          <div class="row">
            {view.problem === null ? null : <Again {...props} />}
            <SupportButton />
          </div>
        </Notice>
      );
    }
  }
}

function Again(props: { point: Point; running: boolean; again: (point: Point) => void }) {
  return (
    <Button kind="primary" disabled={props.running} onClick={() => props.again(props.point)}>
      {t.again}
    </Button>
  );
}
