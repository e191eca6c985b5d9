/* The questions with what was answered and when: a time shows the recordings of that moment. */
import { useEffect, useMemo } from "preact/hooks";
import type { Api, ApiError } from "../ui/api";
import { ErrorNotice, Spinner } from "../ui/notice";
import { useStore } from "../ui/store";
import { formatTime } from "../ui/time";
import { answerText, currentItem, parseItems, savesOf, type Item } from "./answers";
import { milestonesOf } from "./events";
import type { Review } from "./parse";
import { createRefresher } from "./refresh";
import { answersApi } from "./route";
import type { Watch } from "./watch";
import { watchTexts } from "./watch-texts";

const t = watchTexts.answers;
const TIMES_MAX = 8; /* an essay is saved a hundred times */

function Times(props: { watch: Watch; item: Item; times: readonly number[] }) {
  const { watch, item, times } = props;
  const shown = times.slice(-TIMES_MAX);
  const left = times.length - shown.length;
  return (
    <p class="save-times small">
      <span class="muted">{t.saved}</span>
      {left > 0 ? <span class="muted">{t.more(left)}</span> : null}
      {shown.map((us) => (
        <button
          key={us}
          type="button"
          class="time-chip numeric"
          aria-label={t.show(item.position, formatTime(us))}
          onClick={() => watch.showTime(us)}
        >
          {formatTime(us)}
        </button>
      ))}
    </p>
  );
}

function Question(props: { watch: Watch; item: Item; review: Review; current: boolean }) {
  const { item } = props;
  const text = answerText(item);
  const times = savesOf(item, props.review.events);
  return (
    <li class={props.current ? "answer answer-current" : "answer"}>
      <h3>
        {t.question(item.position)}
        {props.current ? <span class="small muted"> {t.now}</span> : null}
      </h3>
      <p class="small muted answer-prompt">{item.prompt}</p>
      {text === null ? (
        <p class="muted">{item.answer === null ? t.none : t.cleared}</p>
      ) : (
        <p class="as-written">{text}</p>
      )}
      {times.length > 0 ? <Times watch={props.watch} item={item} times={times} /> : null}
      {item.seenUs === null ? null : (
        <p class="small muted numeric">{t.seen(formatTime(item.seenUs))}</p>
      )}
    </li>
  );
}

/* A second's exactness is enough here, and spares drawing twenty times in it. */
function Questions(props: { watch: Watch; review: Review; items: readonly Item[] }) {
  const { watch, review, items } = props;
  const { timeUs } = useStore(watch.deck.state);
  const current = useMemo(
    () => currentItem(items, review.events, timeUs),
    [items, review, Math.floor(timeUs / 1e6)],
  );
  return (
    <ol class="answers">
      {items.map((item) => (
        <Question
          key={item.id}
          watch={watch}
          item={item}
          review={review}
          current={item.id === current}
        />
      ))}
    </ol>
  );
}

function Milestones(props: { watch: Watch; review: Review }) {
  const events = milestonesOf(props.review.events).filter((event) => event.kind !== "answered");
  if (events.length === 0) return null;
  return (
    <>
      <h3>{t.milestones}</h3>
      <ul class="plain-list small">
        {events.map((event, at) => (
          <li key={at}>
            <button
              type="button"
              class="time-chip numeric"
              onClick={() => props.watch.showTime(event.timeUs)}
            >
              {formatTime(event.timeUs)}
            </button>{" "}
            {event.title}
          </li>
        ))}
      </ul>
    </>
  );
}

function Problem(props: { error: ApiError; again: () => void }) {
  if (props.error.status === 404) return <p class="muted">{t.elsewhere}</p>;
  return <ErrorNotice error={props.error} onRetry={props.again} />;
}

export function AnswersView(props: { api: Api; watch: Watch; review: Review }) {
  const { api, watch, review } = props;
  const session = review.session.id;
  const going = review.session.endedUs === null;
  const items = useMemo(
    () =>
      createRefresher(
        () => api.get(answersApi(session), parseItems),
        () => going,
      ),
    [api, session, going],
  );
  useEffect(() => () => items.stop(), [items]);
  const state = useStore(items.state);
  return (
    <>
      <p class="small muted">{t.intro}</p>
      {state.state === "loading" ? <Spinner /> : null}
      {state.state === "failed" ? <Problem error={state.error} again={() => items.again()} /> : null}
      {state.state === "ready" ? (
        <Questions watch={watch} review={review} items={state.value} />
      ) : null}
      <Milestones watch={watch} review={review} />
    </>
  );
}
