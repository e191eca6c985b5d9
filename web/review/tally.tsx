/* How often people found that an incident broke the rule, by the rule it began with: the false flags of
 * an exam as its reviewers saw them. */
import { useEffect, useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Card } from "../ui/page";
import { fields, parseNullable, parseNumber, type Parse } from "../ui/parse";
import { Table } from "../ui/table";
import { summaryApi } from "./route";
import { reviewTexts as t } from "./texts";

interface TallyRow {
  readonly rule: string;
  readonly breaks: number;
  readonly breaksNot: number;
  readonly cannotTell: number;
  readonly falseRate: number | null;
}

const parseRow: Parse<TallyRow> = (value, path) => {
  const f = fields(value, path);
  return {
    rule: f.text("rule"),
    breaks: f.integer("breaks"),
    breaksNot: f.integer("breaks_not"),
    cannotTell: f.integer("cannot_tell"),
    falseRate: f.get("false_rate", parseNullable(parseNumber)),
  };
};
export const parseTally: Parse<TallyRow[]> = (value, path) =>
  fields(value, path).list("rules", parseRow);

export function Tally(props: { api: Api; exam: string }) {
  const [rows, setRows] = useState<readonly TallyRow[] | null>(null);
  useEffect(() => {
    props.api
      .get(summaryApi(props.exam), parseTally)
      .then(setRows)
      .catch(() => setRows(null)); // the list above says what is wrong
  }, [props.api, props.exam]);
  if (rows === null) return null;
  return (
    <Card title={t.sessions.tally}>
      <Table
        caption={t.sessions.tally}
        captionHidden
        empty={t.sessions.tallyNone}
        rows={rows}
        rowKey={(row) => row.rule}
        columns={[
          { title: t.sessions.tallyRule, rowHeader: true, cell: (row) => row.rule },
          { title: t.answer("breaks"), align: "end", cell: (row) => row.breaks },
          { title: t.answer("breaks-not"), align: "end", cell: (row) => row.breaksNot },
          { title: t.answer("cannot-tell"), align: "end", cell: (row) => row.cannotTell },
          {
            title: t.sessions.tallyFalse,
            align: "end",
            cell: (row) => (row.falseRate === null ? "–" : `${Math.round(row.falseRate * 100)} %`),
          },
        ]}
      />
    </Card>
  );
}
