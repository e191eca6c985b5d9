/* The list of tests, the practice test first. "Go to Test" opens the session's page in this window. */
import { useEffect, useState } from "preact/hooks";
import { asApiError, type Api } from "../ui/api";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { Header, Main } from "../ui/page";
import { SignInForm } from "../ui/sign-in";
import type { Loading } from "../ui/store";
import { texts } from "../ui/texts";
import { formatDuration } from "../ui/time";
import type { ProctorApi, SessionState, Test } from "./api";

const t = texts.proctor.tests;

const TONES: Record<SessionState, Tone> = {
  created: "info",
  agreed: "info",
  recording: "warning",
  exam: "warning",
  ended: "warning",
  uploaded: "good",
  reported: "good",
};

export function TestsPage(props: { api: Api; proctor: ProctorApi }) {
  const [tests, setTests] = useState<Loading<Test[], unknown>>({ state: "loading" });
  function load() {
    setTests({ state: "loading" });
    props.proctor
      .tests()
      .then((value) => setTests({ state: "ready", value }))
      .catch((error: unknown) => setTests({ state: "failed", error }));
  }
  useEffect(load, [props.proctor]);
  return (
    <>
      <Header product={texts.proctor.product}>
      </Header>
      <Main>
        <Content {...props} tests={tests} reload={load} />
      </Main>
    </>
  );
}

function Content(props: {
  api: Api;
  proctor: ProctorApi;
  tests: Loading<Test[], unknown>;
  reload: () => void;
}) {
  const { tests } = props;
  switch (tests.state) {
    case "loading":
      return <Spinner />;
    case "failed": {
      const { status } = asApiError(tests.error);
      if (status === 401)
        return (
          <section class="card narrow">
            <h1>{texts.signIn.title}</h1>
            <p class="muted">{texts.signIn.intro}</p>
            <SignInForm api={props.api} onSignedIn={props.reload} />
          </section>
        );
      if (status === 403) return <Notice tone="info">{t.notForRole}</Notice>;
      return <ErrorNotice error={tests.error} onRetry={props.reload} />;
    }
    case "ready":
      return (
        <div class="stack tests">
          <h1>{t.title}</h1>
          <p>{t.intro}</p>
          {tests.value.length === 0 ? <p class="empty">{t.none}</p> : null}
          {tests.value.map((test) => (
            <TestCard key={test.examId} test={test} proctor={props.proctor} />
          ))}
        </div>
      );
  }
}

function TestCard({ test, proctor }: { test: Test; proctor: ProctorApi }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const over = test.session?.state === "uploaded" || test.session?.state === "reported";

  async function go() {
    setBusy(true);
    setError(null);
    try {
      const path =
        over && test.session !== null
          ? `/proctortrack/session/${test.session.id}`
          : await proctor.launch(test);
      window.location.assign(path);
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  }

  return (
    <section class="card test" aria-label={test.title}>
      <div class="row row-between">
        <div>
          <h2>{test.title}</h2>
          <p class="muted">
            {t.kinds[test.kind]}, {formatDuration(test.durationS)}
          </p>
        </div>
        <div class="row">
          <Badge tone={test.session === null ? "neutral" : TONES[test.session.state]}>
            {t.states[test.session?.state ?? "none"]}
          </Badge>
          <Button
            kind={over ? "plain" : "primary"}
            busy={busy}
            label={`${over ? t.receipt : t.go}: ${test.title}`}
            onClick={() => void go()}
          >
            {over ? t.receipt : t.go}
          </Button>
        </div>
      </div>
      {error !== null ? <ErrorNotice error={error} /> : null}
    </section>
  );
}
