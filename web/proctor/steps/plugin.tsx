/* "Download plugin", and the wait for it to answer: the page asks again and again, ever more rarely. Where the
 * exam asks for more than the plugin may read, the candidate decides on that here. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { Notice, Spinner } from "../../ui/notice";
import { texts } from "../../ui/texts";
import type { Reading } from "../../../extension/shared/messages";
import type { Plugin } from "../checkin/api";
import { askPlugin, browserRuntime, tellPlugin, type PluginAnswer } from "../plugin";
import type { StepProps } from "./step";

const t = texts.checkin.plugin;
const FIRST_MS = 1000;
const MOST_MS = 15_000;

export function PluginStep({ sitting, session }: StepProps) {
  const { plugin } = session.checkin;
  const { id } = plugin;
  const [asked, setAsked] = useState(false); // by the button, without an answer
  const [busy, setBusy] = useState(false);
  const [missing, setMissing] = useState<Reading[]>([]); // it is there, and may not read these
  const turn = useRef(0);

  async function goOn(answer: PluginAnswer): Promise<void> {
    await sitting.learn(sitting.checkin.pluginSeen(answer.version, answer.id));
  }
  /* True when it is there. */
  async function ask(): Promise<boolean> {
    const answer = await askPlugin(id);
    if (answer === null) return false;
    const lacks = plugin.policy.ask.filter((reading) => !answer.granted.includes(reading));
    setMissing(lacks);
    if (lacks.length === 0) await goOn(answer);
    return true;
  }
  async function goOnWithout(): Promise<void> {
    const answer = await askPlugin(id);
    if (answer !== null) await goOn(answer);
  }
  useEffect(() => {
    let wanted = true;
    const mine = (turn.current += 1);
    void (async () => {
      for (let pause = FIRST_MS; wanted && mine === turn.current; pause = Math.min(MOST_MS, pause * 1.5)) {
        await ask().catch(() => false);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    })();
    const shown = () => document.visibilityState === "visible" && void ask().catch(() => false);
    document.addEventListener("visibilitychange", shown); // back from the plugin's page
    return () => {
      wanted = false;
      document.removeEventListener("visibilitychange", shown);
    };
  }, [id]);

  async function check() {
    setBusy(true);
    setAsked(!(await ask().catch(() => false)));
    setBusy(false);
  }

  if (missing.length > 0)
    return (
      <section class="card">
        <h1>{t.moreTitle}</h1>
        <p>{t.moreIntro}</p>
        <ul>
          {missing.map((reading) => (
            <li key={reading}>{t.more[reading]}</li>
          ))}
        </ul>
        <p>{t.moreHow}</p>
        <div class="row">
          <Button kind="primary" large onClick={() => void tellPlugin(browserRuntime(), id, { type: "ask" })}>
            {t.openPlugin}
          </Button>
          <Button large onClick={() => void goOnWithout()}>
            {t.without}
          </Button>
        </div>
        <p class="muted small">{t.moreNote}</p>
      </section>
    );

  return (
    <section class="card">
      <h1>{t.title}</h1>
      <p>{t.intro}</p>
      <Ways plugin={plugin} />
      <p class="muted small">{t.reads}</p>
      <Spinner label={t.waiting} />
      {asked ? (
        <Notice tone="warning">
          <p>{t.notYet}</p>
          <Button onClick={() => window.location.reload()}>{t.reload}</Button>
        </Notice>
      ) : null}
      <div class="row">
        <Button busy={busy} onClick={() => void check()}>
          {t.again}
        </Button>
      </div>
    </section>
  );
}

/* The browser's store where the deployment has a page there, else the file. */
function Ways({ plugin: { url, zip } }: { plugin: Plugin }) {
  if (url === "" && zip === "") return <Notice tone="warning">{t.noUrl}</Notice>;
  const steps = url !== "" ? t.steps : t.zipSteps;
  return (
    <>
      <ol class="steps-to-mend">
        {steps.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      <div class="row">
        {url !== "" ? (
          <a class="button button-primary button-large" href={url} target="_blank" rel="noreferrer">
            {t.download}
            <span class="visually-hidden"> ({t.opensTab})</span>
          </a>
        ) : (
          <a class="button button-primary button-large" href={zip} download>
            {t.download}
          </a>
        )}
      </div>
    </>
  );
}
