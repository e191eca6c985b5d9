/* One candidate from near: the recordings live, with their timeline, the lights, the chat, and what can be
 * done. */
import { useEffect, useMemo } from "preact/hooks";
import type { Api } from "../../ui/api";
import { Badge } from "../../ui/badge";
import { Button, LinkButton } from "../../ui/button";
import { ErrorNotice, Notice, Spinner } from "../../ui/notice";
import { useStore } from "../../ui/store";
import { Chat } from "../../ui/support/chat";
import "../../ui/support/support.css";
import { browserSupport } from "../../ui/support/platform";
import { formatTime } from "../../ui/time";
import { useTitle } from "../frame";
import { sessionUrl } from "../route";
import { Acts } from "./acts";
import { Lights } from "./lights";
import { createNear, type Near } from "./near-model";
import { isLive, KINDS, type Detail } from "./parse";
import { liveTexts as t } from "./texts";
import { TileSigns } from "./tile";
import { LiveFlags, LiveTimeline } from "./timeline";
import { createScreening, LiveVideo } from "./video";

export function NearView(props: { api: Api; session: string; onBack: () => void }) {
  const { api, session } = props;
  const near = useMemo(
    () =>
      createNear(api, session, {
        connect: browserSupport.connect,
        newId: browserSupport.newId,
        waiter: browserSupport.waiter,
        after(ms, run) {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      }),
    [api, session],
  );
  useEffect(() => () => near.stop(), [near]);
  const detail = useStore(near.detail);
  return (
    <div class="near">
      <div class="row">
        <Button onClick={props.onBack} autoFocus>
          ← {t.back}
        </Button>
      </div>
      {detail.state === "loading" ? (
        <Spinner />
      ) : detail.state === "failed" ? (
        <ErrorNotice error={detail.error} onRetry={() => void near.load()} />
      ) : (
        <Opened api={api} near={near} detail={detail.value} />
      )}
    </div>
  );
}

function Opened(props: { api: Api; near: Near; detail: Detail }) {
  const { api, near, detail } = props;
  const { session } = detail;
  const newest = useStore(near.newest);
  const connected = useStore(near.connected);
  const screenings = useMemo(
    () => KINDS.map((kind) => createScreening(session.id, kind)),
    [session.id],
  );
  useEffect(() => () => screenings.forEach(({ player }) => player.stop()), [screenings]);
  useTitle(session.candidate, detail.exam.title);
  const shown = screenings.filter(({ kind }) => kind === "camera" || newest.has(kind));
  const seek = (timeUs: number) => shown.forEach(({ player }) => player.seek(timeUs));
  const goLive = () => shown.forEach(({ player }) => player.goLive());
  return (
    <>
      <div class="row">
        <h1>{session.candidate}</h1>
        {isLive(session) ? <Badge tone="info">{t.near.live}</Badge> : null}
        <TileSigns entry={session} />
        <span class="muted">{detail.exam.title}</span>
      </div>
      {connected ? null : (
        <Notice tone="warning">
          <p>{t.lost}</p>
        </Notice>
      )}
      {isLive(session) ? null : (
        <Notice tone="info" title={t.near.ended}>
          {detail.endReason === "" ? null : <p>{t.near.endedReason(detail.endReason)}</p>}
          <LinkButton href={sessionUrl(session.id)}>{t.near.toReview}</LinkButton>
        </Notice>
      )}
      {session.pausedUs === null ? null : (
        <Notice tone="warning" title={t.paused}>
          <p>{detail.pauseReason}</p>
        </Notice>
      )}
      <div class="near-columns">
        <div class="near-side">
          <section class="card near-recordings" aria-label={t.near.live}>
            <div class={shown.length > 1 ? "near-top near-top-two" : "near-top"}>
              <div class="near-videos">
                {shown.map((screening) => (
                  <LiveVideo
                    key={screening.kind}
                    entry={session}
                    screening={screening}
                    stream={newest.get(screening.kind)}
                    clock={near.clock}
                  />
                ))}
              </div>
              <div class="near-flags">
                <h2>{t.near.flags}</h2>
                <LiveFlags flags={detail.flags} onSeek={seek} />
              </div>
            </div>
            <div class="row row-between">
              <h2>{t.near.timeline}</h2>
              <Button onClick={goLive}>{t.near.goLive}</Button>
            </div>
            <LiveTimeline
              detail={detail}
              clock={near.clock}
              shownUs={() => shown[0]?.player.timeUs() ?? null}
              onSeek={seek}
              onLive={goLive}
            />
          </section>
        </div>
        <div class="near-side">
          <Acts api={api} row={session} onDone={() => void near.load()} />
          {isLive(session) ? (
            <section class="card">
              <h2>{t.near.state}</h2>
              <Lights row={session} long />
            </section>
          ) : null}
          <Talk near={near} name={session.candidate} over={!isLive(session)} />
          <Done detail={detail} />
        </div>
      </div>
    </>
  );
}

function Talk(props: { near: Near; name: string; over: boolean }) {
  const messages = useStore(props.near.messages);
  const pending = useStore(props.near.pending);
  return (
    <section class="card near-talk">
      <h2>{t.near.chat}</h2>
      <Chat
        side="center"
        messages={messages}
        pending={pending}
        label={t.near.chatWith(props.name)}
        over={props.over}
        onSend={props.near.send}
        onDiscard={props.near.discard}
      />
      <p class="small muted">{t.near.chatNote}</p>
    </section>
  );
}

function Done({ detail }: { detail: Detail }) {
  const warningOf = (at: { action: string; timeUs: number; reason: string }) =>
    at.action === "candidate-warned"
      ? detail.warnings.find(
          (warning) => warning.text === at.reason && Math.abs(warning.madeUs - at.timeUs) < 1_000_000,
        )
      : undefined;
  return (
    <section class="card">
      <h2>{t.near.record}</h2>
      {detail.acts.length === 0 ? <p class="muted">{t.near.noActs}</p> : null}
      <ul class="live-acts" tabIndex={0} aria-label={t.near.record}>
        {detail.acts.map((act) => {
          const warning = warningOf(act);
          return (
            <li key={act.id}>
              <span class="numeric muted">{formatTime(act.timeUs)}</span>{" "}
              <strong>{t.actions[act.action] ?? act.action}</strong>{" "}
              <span class="muted">{t.near.by(act.by)}</span>
              {act.reason === "" ? null : <p class="live-act-text">{act.reason}</p>}
              {warning === undefined ? null : (
                <p class="small muted">
                  {warning.acknowledgedUs === null
                    ? t.warnings.unread
                    : t.warnings.read(formatTime(warning.acknowledgedUs))}
                </p>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
