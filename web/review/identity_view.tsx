/* Who it is: face scan and ID card with what the machine made of them, and the face over the session. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { ErrorNotice, Spinner } from "../ui/notice";
import { useStore } from "../ui/store";
import { formatDate, formatNumber, formatTime } from "../ui/time";
import { takeStills, timesOver, type Still } from "./face_stills";
import { Graph, LIKENESS, Unchecked } from "./graph_lanes";
import { parseIdentity, type Identity } from "./identity";
import { valueOver, type Measured } from "./measured";
import type { MeasuredSource } from "./measured_source";
import type { Review } from "./parse";
import { ProfileBadge } from "./profiles";
import { createRefresher } from "./refresh";
import { identityApi, identityPictureApi, mediaApi, profileUrl } from "./route";
import { fractionOf, percent, rangeOf, timeAt } from "./timeline";
import type { Watch } from "./watch";
import { watchTexts } from "./watch-texts";

const t = watchTexts.identity;
const STILLS = 6;

type Profile = NonNullable<Identity["profile"]>;

function Shot(props: { session: string; picture: string; what: string; name: string; small?: boolean }) {
  const [gone, setGone] = useState(false);
  return (
    <figure class={props.small ? "shot shot-small" : "shot"}>
      {gone ? (
        <span class="shot-gone small muted">{t.pictureGone}</span>
      ) : (
        <img
          src={identityPictureApi(props.session, props.picture)}
          alt={t.pictureOf(props.what, props.name)}
          onError={() => setGone(true)}
        />
      )}
      <figcaption class="small muted">{props.what}</figcaption>
    </figure>
  );
}

function Pictures(props: { session: string; profile: Profile }) {
  const { session, profile } = props;
  const name = profile.candidate;
  const missing = (what: string) => (
    <figure class="shot">
      <span class="shot-gone small muted">{t.missing}</span>
      <figcaption class="small muted">{what}</figcaption>
    </figure>
  );
  return (
    <>
      <div class="shots">
        {profile.face === "none" ? (
          missing(t.face)
        ) : (
          <Shot session={session} picture="face" what={t.face} name={name} />
        )}
        {profile.idCard === "none" ? (
          missing(t.idCard)
        ) : (
          <Shot session={session} picture="id" what={t.idCard} name={name} />
        )}
      </div>
      {profile.poses.length === 0 ? null : (
        <div class="shots shots-small">
          {profile.poses.map((pose) => (
            <Shot
              key={pose}
              session={session}
              picture={pose}
              what={t.poses[pose] ?? pose}
              name={name}
              small
            />
          ))}
        </div>
      )}
      <p class="small muted">{t.logged}</p>
    </>
  );
}

function Match(props: { profile: Profile; same: number }) {
  const { profile, same } = props;
  const score = profile.faceScore;
  const sure = score !== null && score * 100 >= same;
  return (
    <dl class="facts small">
      <dt>{t.state}</dt>
      <dd>
        <ProfileBadge state={profile.state} />{" "}
        {profile.expiresUs === null ? null : (
          <span class="muted">{formatDate(profile.expiresUs)}</span>
        )}
      </dd>
      <dt>{t.match}</dt>
      <dd>
        {score === null ? (
          t.notCompared
        ) : (
          <>
            <strong>{sure ? t.same : t.unsure}</strong>{" "}
            <span class="muted">
              {t.matchScore(formatNumber(score, 2), formatNumber(same / 100, 2))}
            </span>
          </>
        )}
      </dd>
      <dt>{t.name}</dt>
      <dd>
        {profile.reading === null || profile.reading.name === null
          ? t.notCompared
          : t.nameWords(profile.reading.name, profile.reading.nameReason)}
      </dd>
    </dl>
  );
}

function LikenessGraph(props: { watch: Watch; review: Review; measured: Measured }) {
  const { watch, measured } = props;
  const whole = rangeOf(props.review);
  const { timeUs } = useStore(watch.deck.state);
  const { likeness } = measured;
  const over = valueOver(measured, likeness, whole.fromUs, whole.toUs);
  if (over === null) return <p class="muted small">{t.noValues}</p>;
  const words = t.graph(formatNumber(over.least / 100, 2), formatNumber(over.most / 100, 2));
  const line = (value: number, text: string, side: "over" | "under") => (
    <span class={`graph-word graph-word-${side}`} style={{ top: percent(1 - value / 100) }}>
      {text}
    </span>
  );
  return (
    <>
      <p class="small muted">{likeness.to === "enrolled" ? t.overEnrolled : t.overFirst}</p>
      <div
        class="likeness-box"
        role="img"
        aria-label={words}
        onPointerDown={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          watch.showTime(timeAt(whole, (event.clientX - box.left) / box.width));
        }}
      >
        <Unchecked measured={measured} column={likeness.unchecked} view={whole} />
        <Graph
          measured={measured}
          columns={likeness}
          view={whole}
          scale={LIKENESS}
          kind="likeness"
          lines={[likeness.same, likeness.different]}
          thickness={2}
        />
        {line(likeness.same, t.sameLine, "over")}
        {line(likeness.different, t.differentLine, "under")}
        <span class="playhead" style={{ left: percent(fractionOf(whole, timeUs)) }} />
      </div>
      <p class="small muted">
        <span class="unchecked-sample" /> {t.unchecked}. {t.byMachine}
      </p>
    </>
  );
}

function Stills(props: { watch: Watch; review: Review }) {
  const { watch, review } = props;
  const views = useStore(watch.deck.views);
  const camera = views.find((view) => view.picture.kind === "camera")?.picture ?? null;
  const times = camera ? timesOver(camera.segments, STILLS) : [];
  const [stills, setStills] = useState<readonly Still[]>([]);
  const [wanted, setWanted] = useState(false);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!wanted || !camera) return;
    const abort = new AbortController();
    const made: string[] = [];
    const told = (still: Still) => {
      made.push(still.url);
      setStills((now) => [...now, still]);
    };
    takeStills(camera.segments, times, (id) => mediaApi(review.session.id, id), told, abort.signal)
      .catch(() => {
        if (!abort.signal.aborted) setFailed(true);
      });
    return () => {
      abort.abort();
      for (const url of made) URL.revokeObjectURL(url);
    };
  }, [wanted, camera?.id, review.session.id]);
  if (times.length === 0) return <p class="small muted">{t.noCamera}</p>;
  if (!wanted) return <Button onClick={() => setWanted(true)}>{t.stills}</Button>;
  return (
    <>
      <p class="small muted">{t.stills}</p>
      <div class="stills">
        {stills.map((still) => (
          <button
            key={still.timeUs}
            type="button"
            class="still"
            onClick={() => watch.showTime(still.timeUs)}
          >
            <img src={still.url} alt={t.still(formatTime(still.timeUs))} />
            <span class="small numeric">{formatTime(still.timeUs)}</span>
          </button>
        ))}
        {stills.length < times.length && !failed ? <Spinner /> : null}
      </div>
      {failed ? <p class="small muted">{t.stillsFailed}</p> : null}
    </>
  );
}

function Enrolment(props: { session: string; identity: Identity }): ComponentChildren {
  const { profile, same } = props.identity;
  if (profile === null) return <p class="muted">{t.none}</p>;
  return (
    <>
      <Pictures session={props.session} profile={profile} />
      <Match profile={profile} same={same} />
      <p class="small">
        <a href={profileUrl(profile.id)}>{t.history}</a>
      </p>
    </>
  );
}

export function IdentityView(props: {
  api: Api;
  watch: Watch;
  review: Review;
  source: MeasuredSource;
}) {
  const { api, watch, review, source } = props;
  const session = review.session.id;
  const identity = useMemo(
    () =>
      createRefresher(
        () => api.get(identityApi(session), parseIdentity),
        () => false,
      ),
    [api, session],
  );
  useEffect(() => () => identity.stop(), [identity]);
  const state = useStore(identity.state);
  const measured = useStore(source.whole);
  return (
    <div class="identity">
      {state.state === "loading" ? <Spinner /> : null}
      {state.state === "failed" ? (
        <ErrorNotice error={state.error} onRetry={() => identity.again()} />
      ) : null}
      {state.state === "ready" ? <Enrolment session={session} identity={state.value} /> : null}
      <h3>{t.over}</h3>
      {measured ? (
        <LikenessGraph watch={watch} review={review} measured={measured} />
      ) : (
        <p class="muted small">{t.noValues}</p>
      )}
      <Stills watch={watch} review={review} />
    </div>
  );
}
