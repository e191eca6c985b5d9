/* Download, run and connect the desktop app: the page goes on when the app reports in. */
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { ErrorNotice, Notice, Spinner } from "../../ui/notice";
import { texts } from "../../ui/texts";
import { formatBytes, formatTime } from "../../ui/time";
import type { AppCode, Download } from "../checkin/api";
import { useAction } from "./action";
import type { StepProps } from "./step";

const t = texts.checkin.app;
const POLL_MS = 3000;

/* By the user agent's words; Chromium OS and telephones have no app. */
export function platformOf(agent: string): string | null {
  if (/\bWindows\b/.test(agent)) return "windows";
  if (/\bLinux\b/.test(agent) && !/\bAndroid\b/.test(agent)) return "linux";
  return null;
}

/* ABCD EFGH: read and typed four at a time. */
export function spaced(code: string): string {
  return code.replace(/(.{4})(?=.)/gu, "$1 ");
}

function platformText(platform: string): string {
  return platform === "windows" || platform === "linux" ? t.platforms[platform] : platform;
}

export function AppStep({ sitting, session }: StepProps) {
  const { downloads, state } = session.checkin.app;
  const platform = platformOf(navigator.userAgent);
  const there = downloads.filter((one): one is Download & { url: string } => one.url !== null);
  const mine = there.find((one) => one.platform === platform) ?? null;
  const others = there.filter((one) => one !== mine);
  useEffect(() => {
    const timer = setInterval(() => void sitting.refresh(), POLL_MS);
    return () => clearInterval(timer);
  }, [sitting]);

  return (
    <section class="card">
      <h1>{t.title}</h1>
      <p>{t.intro}</p>
      <h2>{t.downloadTitle}</h2>
      {mine === null ? (
        <Notice tone="warning">{t.none}</Notice>
      ) : (
        <>
          <p>
            <a href={mine.url} download={mine.file}>
              {t.clickHere}
            </a>{" "}
            {t.clickHereTail(mine.file)}
          </p>
          <div class="row">
            <a class="button button-primary button-large" href={mine.url} download={mine.file}>
              {t.download}
            </a>
            <span class="muted">{t.size(formatBytes(mine.bytes))}</span>
            {mine.signature === null ? null : (
              <a class="small" href={mine.signature} download={`${mine.file}.sig`}>
                {t.signature}
              </a>
            )}
          </div>
        </>
      )}
      {others.length === 0 ? null : (
        <p class="muted small">
          {t.other}{" "}
          {others.map((one) => (
            <a key={one.file} href={one.url} download={one.file}>
              {platformText(one.platform)} ({formatBytes(one.bytes)}){" "}
            </a>
          ))}
        </p>
      )}
      <h2>{t.runTitle}</h2>
      <p>{t.run}</p>
      {mine === null ? null : (
        <p class="row">
          <span class="muted">{t.runAgain}</span>
          <a class="button button-plain" href={mine.url} download={mine.file}>
            {t.downloadApp}
          </a>
        </p>
      )}
      <h2>{t.connectTitle}</h2>
      {state === "gone" ? <Notice tone="warning">{t.gone}</Notice> : null}
      <Code {...{ sitting, session }} />
      <Spinner label={t.waiting} />
    </section>
  );
}

function Code({ sitting }: StepProps) {
  const [code, setCode] = useState<AppCode | null>(null);
  const [expired, setExpired] = useState(false);
  const ask = useAction(async () => {
    setCode(await sitting.checkin.appCode());
    setExpired(false);
  });
  useEffect(ask.run, []);
  useEffect(() => {
    if (code === null) return;
    const leftMs = Math.max(0, (code.expiresUs - sitting.serverClock.nowUs()) / 1000);
    const timer = setTimeout(() => setExpired(true), leftMs);
    return () => clearTimeout(timer);
  }, [code]);
  if (ask.error !== null) return <ErrorNotice error={ask.error} onRetry={ask.run} />;
  if (code === null) return <Spinner />;
  return (
    <>
      <p>{t.connect}</p>
      <p class="app-code">
        <span class="visually-hidden">{t.code}: </span>
        {expired ? <s>{spaced(code.code)}</s> : spaced(code.code)}
      </p>
      <p class="muted" role="status">
        {expired ? t.expired : t.validUntil(formatTime(code.expiresUs))}
      </p>
      <div class="row">
        {code.link === "" || expired ? null : (
          <a class="button button-primary button-large" href={code.link}>
            {t.open}
          </a>
        )}
        <Button busy={ask.busy} onClick={ask.run}>
          {t.newCode}
        </Button>
      </div>
    </>
  );
}
