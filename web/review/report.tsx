/* /review/sessions/ID: the report of one session. The recording with its flags first, then the facts. */
import { useEffect, useMemo } from "preact/hooks";
import type { Api } from "../ui/api";
import { LinkButton } from "../ui/button";
import { Notice } from "../ui/notice";
import { formatDateTime, formatDuration, formatTime } from "../ui/time";
import type { User } from "../ui/user";
import { DecisionCard } from "./decision";
import { DocumentsCard, EventsCard, PolicyCard, RecordingsCard } from "./details";
import { FlagsView } from "./flags_view";
import { Trail, useTitle } from "./frame";
import { Loaded } from "./loaded";
import { mediaPortOf } from "./media_port";
import { parseReview, type Review } from "./parse";
import { createPlayer } from "./player";
import { PaperCard } from "./paper";
import { PlayerView } from "./player_view";
import { createRefresher } from "./refresh";
import { RejudgeCard } from "./rejudge";
import { ReleaseCard } from "./release";
import { examsUrl, examUrl, mediaApi, reportApi, reviewApi } from "./route";
import { AnalysisBadge, StateBadge } from "./states";
import { reviewTexts as t } from "./texts";
import { rangeOf } from "./timeline";
import { TimelineView } from "./timeline_view";
import { createWatch, handleKey } from "./watch";

/* Nothing more will change once the report is made, or an analysis failed after the last byte. */
export function mayChange(review: Review): boolean {
  const { state, analysis } = review.session;
  if (state === "reported") return false;
  return !(state === "uploaded" && analysis === "failed");
}

function Facts(props: { review: Review }) {
  const { session } = props.review;
  const r = t.report;
  const when = (us: number | null) => (us === null ? r.notYet : formatDateTime(us));
  return (
    <dl class="facts facts-line">
      <dt>{r.started}</dt>
      <dd>{when(session.startedUs)}</dd>
      <dt>{r.ended}</dt>
      <dd>{session.endedUs === null ? r.notYet : formatTime(session.endedUs)}</dd>
      {session.startedUs !== null && session.endedUs !== null ? (
        <>
          <dt>{r.length}</dt>
          <dd>{formatDuration((session.endedUs - session.startedUs) / 1e6)}</dd>
        </>
      ) : null}
      <dt>{r.uploaded}</dt>
      <dd>{session.uploadedUs === null ? r.notYet : formatTime(session.uploadedUs)}</dd>
      <dt>{r.analysis}</dt>
      <dd>
        <AnalysisBadge analysis={session.analysis} />
      </dd>
    </dl>
  );
}

function AnalysisNotice(props: { review: Review }) {
  const { session, streams } = props.review;
  const r = t.report;
  const failed = streams.filter((s) => s.analysis === "failed");
  return (
    <>
      {session.analysis === "running" || session.analysis === "waiting" ? (
        <Notice tone="info">
          <p>
            {session.endedUs === null && session.startedUs !== null ? `${r.live} ` : ""}
            {session.analysis === "running" ? r.analysisRunning : r.analysisWaiting}
          </p>
        </Notice>
      ) : null}
      {session.analysis === "failed" || failed.length > 0 ? (
        <Notice tone="warning" title={r.analysisFailed}>
          {failed.length > 0 ? (
            <ul>
              {failed.map((s) => (
                <li key={s.id}>
                  {r.analysisFailedWhy(
                    `${t.streamKind(s.kind)}, ${formatTime(s.startUs)}`,
                    s.problem ?? r.noReason,
                  )}
                </li>
              ))}
            </ul>
          ) : null}
        </Notice>
      ) : null}
    </>
  );
}

function Report(props: { api: Api; user: User; review: Review; onSaid: () => void }) {
  const { api, user, review, onSaid } = props;
  const { session, exam } = review;
  const { watch, video } = useMemo(() => {
    const element = document.createElement("video");
    element.playsInline = true;
    element.preload = "auto";
    const player = createPlayer(
      mediaPortOf(element),
      (id) => mediaApi(session.id, id),
      rangeOf(review).fromUs,
    );
    return { watch: createWatch(review, player), video: element };
  }, [session.id]);
  useEffect(() => watch.learn(review), [watch, review]);
  useEffect(() => () => watch.player.close(), [watch]);
  useTitle(session.candidate, exam.title);

  return (
    <>
      <Trail
        links={[
          { href: examsUrl, text: t.exams.title },
          { href: examUrl(exam.id), text: exam.title },
        ]}
        here={session.candidate}
      />
      <div class="row">
        <h1>{session.candidate}</h1>
        <StateBadge state={session.state} />
      </div>
      <Facts review={review} />
      <AnalysisNotice review={review} />
      <div
        class="watch"
        onKeyDown={(event) => {
          const at = event.target as Element;
          if (event.altKey || event.ctrlKey || event.metaKey) return;
          if (at.closest("select, input, textarea") !== null) return;
          if (event.key === " " && at.closest("button, a") !== null) return;
          if (handleKey(watch, event.key, at.closest("[data-slider]") !== null))
            event.preventDefault();
        }}
      >
        <section class="card watch-player">
          <h2 class="visually-hidden">{t.player.title}</h2>
          <PlayerView watch={watch} video={video} review={review} />
        </section>
        <section class="card watch-flags">
          <h2>{t.flags.title}</h2>
          <FlagsView
            api={api}
            user={String(user.id)}
            watch={watch}
            review={review}
            onSaid={onSaid}
          />
        </section>
        <section class="card watch-timeline">
          <h2>{t.timeline.title}</h2>
          <TimelineView watch={watch} review={review} />
        </section>
      </div>
      <div class="details">
        <div class="details-side">
          <EventsCard watch={watch} review={review} />
          <RecordingsCard review={review} />
          <RejudgeCard api={api} watch={watch} review={review} />
        </div>
        <div class="details-side">
          <DecisionCard api={api} review={review} onSaid={onSaid} />
          <ReleaseCard
            api={api}
            user={user}
            session={session.id}
            said={`${session.state} ${review.decisions[0]?.id ?? ""}`}
            flags={review.flags.map((flag) => flag.id)}
            onSaid={onSaid}
          />
          <PaperCard session={session.id} started={session.startedUs !== null} />
          <DocumentsCard review={review} />
          <PolicyCard review={review} />
          {session.state === "reported" ? (
            <p>
              <LinkButton href={reportApi(session.id)}>{t.report.signedReport}</LinkButton>
            </p>
          ) : (
            <p class="small muted">{t.report.signedReportLater}</p>
          )}
        </div>
      </div>
    </>
  );
}

export function ReportPage(props: { api: Api; user: User; session: string }) {
  const { api, session } = props;
  const review = useMemo(
    () => createRefresher(() => api.get(reviewApi(session), parseReview), mayChange),
    [api, session],
  );
  return (
    <Loaded refresher={review}>
      {(value) => (
        <Report api={api} user={props.user} review={value} onSaid={() => review.again()} />
      )}
    </Loaded>
  );
}
