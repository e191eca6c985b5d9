/* "Download plugin", and the wait for it to answer: the page asks again and again, ever more rarely. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { Notice, Spinner } from "../../ui/notice";
import { texts } from "../../ui/texts";
import { askPlugin } from "../plugin";
import type { StepProps } from "./step";

const t = texts.checkin.plugin;
const FIRST_MS = 1000;
const MOST_MS = 15_000;

export function PluginStep({ sitting, session }: StepProps) {
  const { id, url } = session.checkin.plugin;
  const [asked, setAsked] = useState(false); // by the button, without an answer
  const [busy, setBusy] = useState(false);
  const turn = useRef(0);

  async function ask(): Promise<boolean> {
    const answer = await askPlugin(id);
    if (answer === null) return false;
    await sitting.learn(sitting.checkin.pluginSeen(answer.version, answer.id));
    return true;
  }
  useEffect(() => {
    let wanted = true;
    const mine = (turn.current += 1);
    void (async () => {
      for (let pause = FIRST_MS; wanted && mine === turn.current; pause = Math.min(MOST_MS, pause * 1.5)) {
        if (await ask().catch(() => false)) return;
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

  return (
    <section class="card">
      <h1>{t.title}</h1>
      <p>{t.intro}</p>
      <ol class="steps-to-mend">
        {t.steps.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      {url === "" ? (
        <Notice tone="warning">{t.noUrl}</Notice>
      ) : (
        <div class="row">
          <a class="button button-primary button-large" href={url} target="_blank" rel="noreferrer">
            {t.download}
            <span class="visually-hidden"> ({t.opensTab})</span>
          </a>
        </div>
      )}
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
