/* What the server has received, with the numbers by which it can be checked later. */
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { ErrorNotice, Notice, Spinner } from "../../ui/notice";
import type { Loading } from "../../ui/store";
import { Table } from "../../ui/table";
import { texts } from "../../ui/texts";
import { formatBytes, formatDateTime } from "../../ui/time";
import type { Receipt } from "../api";
import { askPlugin, removePlugin } from "../plugin";
import type { StepProps } from "./step";

const t = texts.proctor.receipt;

export function ReceiptStep({ sitting, session }: StepProps) {
  const [receipt, setReceipt] = useState<Loading<Receipt, unknown>>({ state: "loading" });
  function load() {
    setReceipt({ state: "loading" });
    sitting
      .receipt()
      .then((value) => setReceipt({ state: "ready", value }))
      .catch((error: unknown) => setReceipt({ state: "failed", error }));
  }
  useEffect(load, [sitting]);

  function quit() {
    const { returnUrl } = session;
    window.location.assign(returnUrl === "/" ? "/#/assessments" : returnUrl);
  }

  return (
    <section class="card receipt">
      <h1>{t.title}</h1>
      <Notice tone="good">{t.done}</Notice>
      {receipt.state === "loading" ? <Spinner /> : null}
      {receipt.state === "failed" ? <ErrorNotice error={receipt.error} onRetry={load} /> : null}
      {receipt.state === "ready" ? <Content receipt={receipt.value} /> : null}
      <div class="row no-print">
        <Button kind="primary" large onClick={quit}>
          {texts.checkin.end.quit}
        </Button>
        <Button large disabled={receipt.state !== "ready"} onClick={() => window.print()}>
          {t.print}
        </Button>
      </div>
      <p class="muted small no-print">{texts.checkin.end.quitHint}</p>
      {session.checkin.plugin.id === "" ? null : <RemovePlugin id={session.checkin.plugin.id} />}
    </section>
  );
}

/* Where this browser has the plugin: one click, and it is gone. */
function RemovePlugin({ id }: { id: string }) {
  const words = texts.checkin.plugin;
  const [state, setState] = useState<"none" | "there" | "removed" | "refused">("none");
  useEffect(() => {
    void askPlugin(id).then((answer) => setState(answer === null ? "none" : "there"));
  }, [id]);
  if (state === "none") return null;
  return (
    <div class="no-print" role="status">
      {state === "there" ? (
        <div class="row">
          <Button onClick={() => void removePlugin(id).then((done) => setState(done ? "removed" : "refused"))}>
            {words.remove}
          </Button>
          <span class="muted small">{words.removeHint}</span>
        </div>
      ) : (
        <p>{state === "removed" ? words.removed : words.notRemoved}</p>
      )}
    </div>
  );
}

export function kindText(kind: string): string {
  return kind in t.kinds ? t.kinds[kind as keyof typeof t.kinds] : kind;
}

interface Row {
  key: string;
  what: string;
  bytes: number | null;
  sha256: string;
}

function rowsOf({ streams, files, answers }: Receipt): Row[] {
  return [
    ...streams.map(({ id, kind, bytes, sha256 }) => ({ key: id, what: kindText(kind), bytes, sha256 })),
    ...files.map(({ file, bytes, sha256 }) => ({ key: file, what: t.answerFile, bytes, sha256 })),
    ...answers.map(({ item, sha256 }) => ({ key: `answer-${item}`, what: t.answer, bytes: null, sha256 })),
  ];
}

function Content({ receipt }: { receipt: Receipt }) {
  return (
    <>
      <dl class="facts">
        <dt>{t.candidate}</dt>
        <dd>{receipt.candidate}</dd>
        <dt>{t.exam}</dt>
        <dd>{receipt.exam}</dd>
        <dt>{t.time}</dt>
        <dd>{formatDateTime(receipt.uploadedUs)}</dd>
        <dt>{t.session}</dt>
        <dd class="mono">{receipt.session}</dd>
      </dl>
      <Table
        caption={t.received}
        rows={rowsOf(receipt)}
        rowKey={(row) => row.key}
        empty="-"
        columns={[
          { title: t.stream, cell: (row) => row.what, rowHeader: true },
          {
            title: t.bytes,
            cell: (row) => <span class="nowrap">{row.bytes === null ? "" : formatBytes(row.bytes)}</span>,
            align: "end",
          },
          { title: t.sha256, cell: (row) => <span class="mono small">{row.sha256}</span> },
        ]}
      />
      <dl class="facts">
        <dt>{t.chain}</dt>
        <dd>
          {t.chainText(receipt.chainRecords)} <span class="mono small">{receipt.chainHead}</span>
        </dd>
        <dt>{t.signature}</dt>
        <dd class="mono small">{receipt.signature}</dd>
        <dt>{t.publicKey}</dt>
        <dd class="mono small">{receipt.publicKey}</dd>
      </dl>
      <p class="muted">{t.why}</p>
    </>
  );
}

