/* The flags in words, grouped by incident: what was noticed, when, how surely, and the numbers. */
import { useEffect, useRef } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { useStore } from "../ui/store";
import { formatClock, formatDuration } from "../ui/time";
import { IncidentJudgement } from "./decision";
import { JudgementNote } from "./judgement_note";
import type { Flag, Incident, Review } from "./parse";
import { pictureApi } from "./route";
import { SeverityLabel } from "./states";
import { reviewTexts as t } from "./texts";
import { inOrder } from "./timeline";
import { timesOf } from "./timeline_lanes";
import type { Watch } from "./watch";

/* The place in the recording: "0:34 - 0:45"; "" where there is none. */
export function placeText(flag: Flag, review: Review): string {
  const start = review.streams.find((s) => s.id === flag.stream)?.startUs;
  if (start === undefined) return "";
  return `${formatClock((flag.fromUs - start) / 1e6)} – ${formatClock((flag.toUs - start) / 1e6)}`;
}

function FlagCard(props: { flag: Flag; review: Review; watch: Watch; selected: boolean }) {
  const { flag, review, watch, selected } = props;
  const card = useRef<HTMLElement>(null);
  const f = t.flags;
  useEffect(() => {
    /* Only the list scrolls to the card, never the page under the reviewer's hand. */
    const list = card.current?.closest<HTMLElement>(".tab-panel");
    if (!selected || !card.current || !list) return;
    const box = card.current.getBoundingClientRect();
    const around = list.getBoundingClientRect();
    if (box.top < around.top || box.bottom > around.bottom)
      list.scrollTo({ top: list.scrollTop + box.top - around.top - 8 });
  }, [selected]);
  const times = timesOf(flag);
  return (
    <article
      ref={card}
      class={selected ? "flag-card flag-card-selected" : "flag-card"}
      data-flag={flag.id}
    >
      <div class="flag-picture">
        {flag.picture ? (
          <img
            src={pictureApi(review.session.id, flag.id)}
            alt={f.picture(flag.title, times)}
            loading="lazy"
          />
        ) : (
          <span class="muted small">{f.noPicture}</span>
        )}
        <Button label={f.show(flag.title, times)} onClick={() => watch.showFlag(flag)}>
          {f.showShort}
        </Button>
      </div>
      <div class="flag-words">
        <h4>
          {flag.title} <SeverityLabel severity={flag.severity} />
        </h4>
        <p class="numeric">
          {times} <span class="muted">({formatDuration((flag.toUs - flag.fromUs) / 1e6)})</span>
        </p>
        <p class="small">{flag.meaning}</p>
        <dl class="facts small">
          <dt>{f.seen}</dt>
          <dd>{flag.numbers}</dd>
          <dt>{f.confidence}</dt>
          <dd class="numeric">{f.confidenceText(Math.round(flag.confidence * 100))}</dd>
          <dt>{f.inRecording}</dt>
          <dd class="numeric">{placeText(flag, review) || f.notRecorded}</dd>
        </dl>
      </div>
    </article>
  );
}

interface Group {
  readonly key: string;
  readonly number: number;
  readonly title: string;
  readonly incident: Incident | null;
  readonly flags: readonly Flag[];
}

function groupsOf(review: Review): Group[] {
  const ordered = inOrder(review.flags);
  const groups: Group[] = review.incidents.map((incident, at) => ({
    key: String(at),
    number: at + 1,
    title: t.flags.incident(at + 1),
    incident,
    flags: ordered.filter((flag) => incident.flags.includes(flag.id)),
  }));
  const loose = ordered.filter((flag) => !review.incidents.some((i) => i.flags.includes(flag.id)));
  if (loose.length > 0)
    groups.push({ key: "loose", number: 0, title: t.flags.loose, incident: null, flags: loose });
  return groups;
}

export function FlagsView(props: {
  api: Api;
  user: string;
  watch: Watch;
  review: Review;
  onSaid: () => void;
}) {
  const { watch, review } = props;
  const selected = useStore(watch.selected);
  const final = review.session.analysis === "final";
  return (
    <>
      <p class="small muted">{t.notAVerdict}</p>
      {review.flags.length === 0 ? (
        <p class="empty">{final ? t.flags.empty : t.flags.emptyYet}</p>
      ) : (
        <div class="flag-list" role="group" aria-label={t.flags.title}>
          {groupsOf(review).map((group) => (
            <section key={group.key} class="flag-group">
              <h3>
                {group.title}{" "}
                <span class="muted small">
                  {group.incident ? <SeverityLabel severity={group.incident.severity} /> : null}{" "}
                  {t.flags.inIncident(group.flags.length)}
                </span>
              </h3>
              {group.incident?.flags[0] === undefined ? null : (
                <>
                  <IncidentJudgement
                    api={props.api}
                    user={props.user}
                    review={review}
                    flag={group.incident.flags[0]}
                    number={group.number}
                    onSaid={props.onSaid}
                  />
                  <JudgementNote
                    api={props.api}
                    user={props.user}
                    review={review}
                    flag={group.incident.flags[0]}
                    onSaid={props.onSaid}
                  />
                </>
              )}
              {group.flags.map((flag) => (
                <FlagCard
                  key={flag.id}
                  flag={flag}
                  review={review}
                  watch={watch}
                  selected={flag.id === selected}
                />
              ))}
            </section>
          ))}
        </div>
      )}
    </>
  );
}
