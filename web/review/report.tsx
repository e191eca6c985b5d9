/* /review/sessions/ID: the report of one session. The recording with its flags first, then the facts. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { LinkButton } from "../ui/button";
import { Notice } from "../ui/notice";
import { formatDateTime, formatDuration, formatTime } from "../ui/time";
import type { User } from "../ui/user";
import { AnswersView } from "./answers_view";
import { DecisionCard } from "./decision";
import { createDeck } from "./deck";
import { DocumentsCard, EventsCard, PolicyCard, RecordingsCard } from "./details";
import { FlagsView } from "./flags_view";
import { Trail, useTitle } from "./frame";
import { IdentityView } from "./identity_view";
import { KeysDialog } from "./keys_dialog";
import { Loaded } from "./loaded";
import { createMeasuredSource } from "./measured_source";
import { mediaPortOf } from "./media_port";
import { Panels } from "./panels";
import { parseReview, type Review } from "./parse";
import { PaperCard } from "./paper";
import { ControlsView, PicturesView } from "./pictures_view";
import { createRefresher } from "./refresh";
import { RejudgeCard } from "./rejudge";
import { ReleaseCard } from "./release";
import { examsUrl, examUrl, mediaApi, reportApi, reviewApi } from "./route";
import { picturesOf } from "./segments";
import { AnalysisBadge, StateBadge } from "./states";
import { reviewTexts as t } from "./texts";
import { rangeOf } from "./timeline";
import { TimelineView } from "./timeline_view";
import { createWatch, handleKey, type Watch } from "./watch";
import { watchTexts } from "./watch-texts";

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

/* Where a reviewer begins: at the first picture of the first recording. */
function firstSeenUs(review: Review): number {
  const whole = rangeOf(review);
  return picturesOf(review.streams, whole.toUs)[0]?.segments[0]?.fromUs ?? whole.fromUs;
}

/* The pictures under one clock, and what the timeline measures: both live as long as the page shows this
 * session. */
function useWatch(api: Api, review: Review) {
  const { session } = review;
  const made = useMemo(() => {
    const videos = new Map<string, HTMLVideoElement>();
    const videoOf = (pictureId: string): HTMLVideoElement => {
      const known = videos.get(pictureId) ?? document.createElement("video");
      videos.set(pictureId, known);
      known.playsInline = true;
      known.preload = "auto";
      return known;
    };
    const deck = createDeck(
      {
        nowMs: () => performance.now(),
        every: (ms, run) => {
          const id = setInterval(run, ms);
          return () => clearInterval(id);
        },
        portOf: (pictureId) => mediaPortOf(videoOf(pictureId)),
        urlOf: (streamId) => mediaApi(session.id, streamId),
      },
      firstSeenUs(review),
    );
    const source = createMeasuredSource(api, session.id);
    return { watch: createWatch(review, deck), videoOf, source };
  }, [session.id]);
  const { watch, source } = made;
  useEffect(() => watch.learn(review), [watch, review]);
  /* Each analysis that becomes final adds what it measured. */
  const final = review.streams.filter((stream) => stream.analysis === "final").length;
  useEffect(() => source.learn(rangeOf(review)), [source, final, session.endedUs]);
  useEffect(
    () => () => {
      watch.deck.close();
      source.stop();
    },
    [watch, source],
  );
  return made;
}

/* A key that a field or a button needs for itself is left to it. */
function keyOf(watch: Watch, event: KeyboardEvent, help: () => void): void {
  const at = event.target as Element;
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (at.closest("select, input, textarea, dialog") !== null) return;
  if (event.key === " " && at.closest("button, a, summary") !== null) return;
  if (handleKey(watch, event.key, at.closest("[data-slider]") !== null, help)) event.preventDefault();
}

function Report(props: { api: Api; user: User; review: Review; onSaid: () => void }) {
  const { api, user, review, onSaid } = props;
  const { session, exam } = review;
  const { watch, videoOf, source } = useWatch(api, review);
  const [help, setHelp] = useState(false);
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
      <div class="row report-head">
        <h1>{session.candidate}</h1>
        <StateBadge state={session.state} />
        <Facts review={review} />
      </div>
      <AnalysisNotice review={review} />
      <div class="watch" onKeyDown={(event) => keyOf(watch, event, () => setHelp(true))}>
        <section class="card watch-player">
          <h2 class="visually-hidden">{watchTexts.players.title}</h2>
          <PicturesView watch={watch} review={review} videoOf={videoOf} />
          <ControlsView watch={watch} review={review} onHelp={() => setHelp(true)} />
        </section>
        <section class="card watch-side">
          <h2 class="visually-hidden">{watchTexts.panels.label}</h2>
          <Panels
            label={watchTexts.panels.label}
            panels={[
              {
                key: "incidents",
                title: watchTexts.panels.incidents,
                count: review.incidents.length,
                content: () => (
                  <FlagsView
                    api={api}
                    user={String(user.id)}
                    watch={watch}
                    review={review}
                    onSaid={onSaid}
                  />
                ),
              },
              {
                key: "answers",
                title: watchTexts.panels.answers,
                content: () => <AnswersView api={api} watch={watch} review={review} />,
              },
              {
                key: "identity",
                title: watchTexts.panels.identity,
                content: () => (
                  <IdentityView api={api} watch={watch} review={review} source={source} />
                ),
              },
            ]}
          />
        </section>
        <section class="card watch-timeline">
          <TimelineView watch={watch} review={review} source={source} />
        </section>
        <KeysDialog open={help} onClose={() => setHelp(false)} />
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
