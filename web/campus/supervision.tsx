/* On the Results page: how far the review of each supervised sitting is, and how long it is kept. */
import type { Api } from "../ui/api";
import { Badge } from "../ui/badge";
import { ErrorNotice, Spinner } from "../ui/notice";
import { Table } from "../ui/table";
import { texts } from "../ui/texts";
import { formatDate, formatDateTime } from "../ui/time";
import { useLoaded } from "./load";
import { Receipts } from "./result-kept";
import { fetchSittings, type Sitting } from "./result-api";

const t = texts.result.list;

function State({ row }: { row: Sitting }) {
  return (
    <span class="stack">
      <Badge tone={row.stage === "released" ? "good" : row.stage === "uploading" ? "warning" : "info"}>
        {texts.player.stages[row.stage]}
      </Badge>
      {row.appeal === "none" ? null : <span>{t.appeals[row.appeal]}</span>}
      {row.appeal === "none" && row.appealUntilUs !== null ? (
        <span class="small muted">{t.appealUntil(formatDateTime(row.appealUntilUs))}</span>
      ) : null}
    </span>
  );
}

function Details({ row }: { row: Sitting }) {
  const { untilUs, goneUs } = row.keep.parts.recordings;
  return (
    <span class="stack">
      {row.stage === "released" ? (
        <a href={`#/results/${row.session}`} aria-label={t.openNamed(row.title)}>
          {t.open}
        </a>
      ) : null}
      <span class="small muted">
        {goneUs === null ? t.kept(formatDate(untilUs)) : t.gone(formatDate(goneUs))}
        {row.keep.held ? `; ${t.held}` : ""}
      </span>
      <Receipts session={row.session} keep={row.keep} />
    </span>
  );
}

export function SupervisionCard({ api }: { api: Api }) {
  const [list, reload] = useLoaded(() => fetchSittings(api));
  return (
    <section class="card">
      <h2>{t.title}</h2>
      {list.state === "loading" ? <Spinner /> : null}
      {list.state === "failed" ? <ErrorNotice error={list.error} onRetry={reload} /> : null}
      {list.state === "ready" ? (
        <Table
          caption={t.caption}
          captionHidden
          rows={list.value}
          rowKey={(row) => row.session}
          empty={t.none}
          columns={[
            { title: t.test, cell: (row) => row.title, rowHeader: true },
            { title: t.ended, cell: (row) => <span class="nowrap">{formatDateTime(row.endedUs)}</span> },
            { title: t.state, cell: (row) => <State row={row} /> },
            { title: t.details, cell: (row) => <Details row={row} /> },
          ]}
        />
      ) : null}
    </section>
  );
}
