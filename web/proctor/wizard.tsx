/* The proctored window: which step it is says the server; this shows it, or why it cannot be shown. */
import { useEffect, useRef } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { Header, Main } from "../ui/page";
import { SignInAgain } from "../ui/sign-in";
import { useStore } from "../ui/store";
import { setSupportPlace } from "../ui/support/platform";
import { texts } from "../ui/texts";
import { formatBytes } from "../ui/time";
import type { Session } from "./api";
import type { PluginLink } from "./plugin-link";
import { leaveFullScreen, MonitorFrame } from "./monitor-frame";
import { bytesLeft } from "./recording/messages";
import type { Keeper } from "./recording/keeper";
import type { Sitting } from "./sitting";
import { isMonitored, shownStep } from "./steps/shown";
import { findStep } from "./steps/table";

const t = texts.proctor;

export function Wizard(props: { sitting: Sitting; api: Api }) {
  const { sitting } = props;
  const signedOut = useStore(sitting.signedOut);
  return (
    <>
      <Content sitting={sitting} />
      <SignInAgain api={props.api} open={signedOut} onSignedIn={() => sitting.signedIn()} />
    </>
  );
}

function Content({ sitting }: { sitting: Sitting }) {
  const view = useStore(sitting.view);
  const presence = useStore(sitting.presence);
  switch (view.state) {
    case "loading":
      return (
        <Plain>
          <Spinner />
        </Plain>
      );
    case "failed":
      return (
        <Plain>
          <ErrorNotice error={view.error} onRetry={() => void sitting.refresh()} />
        </Plain>
      );
    case "open": {
      const { session } = view;
      const over = session.state === "uploaded" || session.state === "reported";
      if (presence === "elsewhere" && !over) return <Elsewhere sitting={sitting} />;
      if (presence === "checking" && !over)
        return (
          <Plain>
            <Spinner />
          </Plain>
        );
      return <StepView sitting={sitting} session={session} />;
    }
  }
}

function Plain(props: { children: preact.ComponentChildren }) {
  return (
    <>
      <Header product={t.product} />
      <Main>{props.children}</Main>
    </>
  );
}

function Elsewhere({ sitting }: { sitting: Sitting }) {
  const tools = useStore(sitting.equipment);
  return (
    <Plain>
      <section class="card">
        <h1>{t.elsewhere.title}</h1>
        <p>{t.elsewhere.text}</p>
        <p class="muted">{t.elsewhere.after}</p>
        {tools === null ? null : <Rest keeper={tools.keeper} />}
      </section>
    </Plain>
  );
}

function Rest({ keeper }: { keeper: Keeper }) {
  const status = useStore(keeper.status);
  const left = status === null ? 0 : bytesLeft(status);
  return left > 0 ? <p role="status">{t.elsewhere.rest(formatBytes(left))}</p> : null;
}

function StepView({ sitting, session }: { sitting: Sitting; session: Session }) {
  const begun = useStore(sitting.begun);
  const name = shownStep(session, begun);
  const step = findStep(name);
  const failure = useStore(sitting.failure);
  const main = useRef<HTMLDivElement>(null);
  const shown = useRef(name);
  useEffect(() => {
    document.title = step === null ? t.product : `${step.title} - ${t.product}`;
    if (shown.current === name) return;
    shown.current = name;
    window.scrollTo(0, 0);
    main.current?.focus(); // a screen reader goes on at the new step, not where the button was
  }, [name]);
  useEffect(() => {
    if (session.state === "ended") leaveFullScreen();
  }, [session.state]);

  useEffect(
    () => setSupportPlace({ session: session.id, step: session.step }),
    [session.id, session.step],
  );

  const { app } = session.checkin;
  const pluginLink = useStore(sitting.plugin);
  const running = session.state === "recording" || session.state === "exam";
  const notice = (
    <>
      {failure === null ? null : <Notice tone="warning">{t.failure(failure)}</Notice>}
      {running && pluginLink !== null ? <PluginNotices link={pluginLink} /> : null}
      {running && app.required && app.lost ? (
        <Notice tone="warning" title={texts.checkin.app.lostTitle}>
          {texts.checkin.app.lost}
        </Notice>
      ) : null}
    </>
  );
  if (step === null)
    return (
      <Plain>
        <Notice tone="warning">
          <p>{t.steps.unknown}</p>
          <Button onClick={() => window.location.reload()}>{t.steps.reload}</Button>
        </Notice>
      </Plain>
    );
  if (step.wholeWindow)
    return <step.View sitting={sitting} session={session} notices={notice} />;
  return (
    <>
      {isMonitored(session, begun) ? <MonitorFrame /> : null}
      <Header
        product={t.product}
        detail={session.exam.title}
        languageFixed={session.state === "recording" || session.state === "ended"}
      >
        <span>{session.candidate}</span>
      </Header>
      <Main>
        <Steps session={session} />
        {notice}
        <div ref={main} tabIndex={-1} class="step">
          <step.View key={step.name} sitting={sitting} session={session} />
        </div>
      </Main>
    </>
  );
}

/* What the plugin did, and that it is gone: the candidate always sees why. */
function PluginNotices({ link }: { link: PluginLink }) {
  const words = texts.checkin.plugin;
  const state = useStore(link.state);
  const notice = useStore(link.notice);
  return (
    <>
      {state === "lost" ? (
        <Notice tone="warning" title={words.lostTitle}>
          {words.lost}
        </Notice>
      ) : null}
      {notice === null ? null : (
        <Notice tone="warning" title={words.notices[notice.what](notice.host)}>
          <p>{words.noticeNote}</p>
          <Button onClick={() => link.notice.set(null)}>{words.understood}</Button>
        </Notice>
      )}
    </>
  );
}

function Steps({ session }: { session: Session }) {
  return (
    <ol class="steps no-print" aria-label={t.steps.label}>
      {session.steps.map((entry, index) => (
        <li
          key={entry.name}
          class={`steps-${entry.state}`}
          {...(entry.state === "current" ? { "aria-current": "step" as const } : {})}
        >
          <span class="steps-mark" aria-hidden="true">
            {entry.state === "done" ? "✓" : index + 1}
          </span>
          <span>{findStep(entry.name)?.title ?? entry.name}</span>
          <span class="visually-hidden">({t.steps.states[entry.state]})</span>
        </li>
      ))}
    </ol>
  );
}
