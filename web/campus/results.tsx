/* Points of what was handed in, once it is graded. */
import type { Api } from "../ui/api";
import { Badge } from "../ui/badge";
import { ErrorNotice, Spinner } from "../ui/notice";
import { Table } from "../ui/table";
import { texts } from "../ui/texts";
import { formatDateTime } from "../ui/time";
import { fetchResults } from "./api";
import { useLoaded } from "./load";
import { SupervisionCard } from "./supervision";

const t = texts.portal.results;

export function ResultsPage({ api }: { api: Api }) {
  const [list, reload] = useLoaded(() => fetchResults(api));
  return (
    <div class="stack stretch">
    <section class="card">
      <h1>{t.title}</h1>
      {list.state === "loading" ? <Spinner /> : null}
      {list.state === "failed" ? <ErrorNotice error={list.error} onRetry={reload} /> : null}
      {list.state === "ready" ? (
        <Table
          caption={t.caption}
          rows={list.value}
          rowKey={(row) => `${row.examTitle} ${row.submittedUs}`}
          empty={t.none}
          columns={[
            { title: t.name, cell: (row) => row.examTitle, rowHeader: true },
            { title: t.kind, cell: (row) => texts.portal.assessments.kinds[row.kind] },
            { title: t.submitted, cell: (row) => formatDateTime(row.submittedUs) },
            {
              title: t.points,
              cell: (row) => (row.points === null ? t.notYet : t.pointsOf(row.points, row.pointsMax)),
              align: "end",
            },
            {
              title: t.state,
              cell: (row) => (
                <Badge tone={row.state === "graded" ? "good" : "neutral"}>
                  {t.states[row.state]}
                </Badge>
              ),
            },
          ]}
        />
      ) : null}
    </section>
      <SupervisionCard api={api} />
    </div>
  );
}
