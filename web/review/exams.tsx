/* /review/: the exams that have proctored sessions. */
import { useMemo } from "preact/hooks";
import type { Api } from "../ui/api";
import { Card } from "../ui/page";
import { Table } from "../ui/table";
import { useTitle } from "./frame";
import { Loaded } from "./loaded";
import { parseExams } from "./parse";
import { createRefresher } from "./refresh";
import { liveTexts } from "./live/texts";
import { OpenAppeals } from "./release";
import { examsApi, examUrl, liveUrl, profilesUrl } from "./route";
import { reviewTexts as t } from "./texts";

export function ExamsPage(props: { api: Api }) {
  const { api } = props;
  useTitle(t.exams.title);
  const exams = useMemo(
    () =>
      createRefresher(
        () => api.get(examsApi, parseExams),
        () => true,
      ),
    [api],
  );
  return (
    <>
      <h1>{t.exams.title}</h1>
      <p class="muted">{t.notAVerdict}</p>
      <p>
        <a href={profilesUrl}>{t.profiles.link}</a>
      </p>
      <OpenAppeals api={api} />
      <Loaded refresher={exams}>
        {(rows) => (
          <Card>
            <Table
              caption={t.exams.caption}
              captionHidden
              empty={t.exams.empty}
              rows={rows}
              rowKey={(row) => row.id}
              columns={[
                {
                  title: t.exams.exam,
                  rowHeader: true,
                  cell: (row) => <a href={examUrl(row.id)}>{row.title}</a>,
                },
                {
                  title: liveTexts.link,
                  cell: (row) => (
                    <a href={liveUrl(row.id)} aria-label={liveTexts.wallOf(row.title)}>
                      {liveTexts.link}
                    </a>
                  ),
                },
                { title: t.exams.kind, cell: (row) => t.kind(row.kind) },
                { title: t.exams.sessions, align: "end", cell: (row) => row.sessions },
                { title: t.exams.incidents, align: "end", cell: (row) => row.incidents },
              ]}
            />
          </Card>
        )}
      </Loaded>
    </>
  );
}
