/* /review/live/EXAM: the wall, and behind "#" the one who was opened. The wall stays as it was meanwhile. */
import { useEffect, useMemo } from "preact/hooks";
import type { Api } from "../../ui/api";
import { ErrorNotice, Spinner } from "../../ui/notice";
import { hashRoute } from "../../ui/hash-route";
import { useStore } from "../../ui/store";
import { browserSupport } from "../../ui/support/platform";
import { Trail, useTitle } from "../frame";
import { examsUrl, examUrl } from "../route";
import { reviewTexts } from "../texts";
import { NearView } from "./near";
import "./live.css";
import { liveTexts as t } from "./texts";
import { WallView } from "./wall";
import { createWall } from "./wall-model";

const ID = /^[0-9A-Za-z_-]{1,64}$/;

export function LivePage(props: { api: Api; exam: string }) {
  const { api, exam } = props;
  const route = useMemo(hashRoute, []);
  const opened = useStore(route);
  const model = useMemo(
    () =>
      createWall(api, exam, {
        connect: browserSupport.connect,
        soon: (run) => void requestAnimationFrame(run),
        after(ms, run) {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      }),
    [api, exam],
  );
  useEffect(() => () => model.stop(), [model]);
  const state = useStore(model.state);
  const session = ID.test(opened) ? opened : null;
  if (state.state === "loading") return <Spinner />;
  if (state.state === "failed")
    return <ErrorNotice error={state.error} onRetry={() => void model.load()} />;
  const { title } = state.value.exam;
  return (
    <>
      {session === null ? <Head exam={exam} title={title} /> : null}
      <div class="wall-page" hidden={session !== null}>
        <WallView model={model} wall={state.value} hrefOf={(id) => `#/${id}`} />
      </div>
      {session === null ? null : (
        <NearView
          key={session}
          api={api}
          session={session}
          onBack={() => {
            location.hash = "";
          }}
        />
      )}
    </>
  );
}

function Head(props: { exam: string; title: string }) {
  useTitle(t.wallOf(props.title));
  return (
    <>
      <Trail
        links={[
          { href: examsUrl, text: reviewTexts.exams.title },
          { href: examUrl(props.exam), text: props.title },
        ]}
        here={t.title}
      />
      <h1>{t.wallOf(props.title)}</h1>
    </>
  );
}
