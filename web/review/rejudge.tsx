/* What the recordings would raise under other rules: a preview beside what was found, which it never
 * changes. It is a machine's word like the flags above, and looks like them. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { SelectField, TextArea } from "../ui/field";
import { ErrorNotice, Notice } from "../ui/notice";
import { Card } from "../ui/page";
import { Table } from "../ui/table";
import { formatTime } from "../ui/time";
import type { Flag, Review } from "./parse";
import { comparisonOf, parsePolicyText, parsePreview, type Preview } from "./preview";
import { rejudgeApi } from "./route";
import { SeverityLabel } from "./states";
import { reviewTexts as t } from "./texts";
import type { Watch } from "./watch";

const BUILT_IN = ["open", "standard", "strict"] as const;

export function RejudgeCard(props: { api: Api; watch: Watch; review: Review }) {
  const { api, watch, review } = props;
  const r = t.rejudge;
  const [which, setWhich] = useState<string>("strict");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [preview, setPreview] = useState<Preview | null>(null);

  async function judge() {
    const policy = which === "own" ? parsePolicyText(text) : which;
    setPreview(null);
    if (policy === null) {
      setProblem(new Error(r.notJson));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      setPreview(await api.post(rejudgeApi(review.session.id), { policy }, parsePreview));
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card title={r.title}>
      <p class="small muted">{r.intro}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void judge();
        }}
      >
        <SelectField
          label={r.which}
          value={which}
          options={[...BUILT_IN, "own"].map((value) => ({ value, text: r.policies[value] ?? value }))}
          onChange={setWhich}
        />
        {which === "own" ? (
          <TextArea label={r.own} hint={r.ownHint} rows={6} value={text} onInput={setText} />
        ) : null}
        {problem !== null ? <ErrorNotice error={problem} /> : null}
        <Button type="submit" busy={busy}>
          {r.show}
        </Button>
      </form>
      <div aria-live="polite">
        {preview === null ? null : <PreviewView watch={watch} review={review} preview={preview} />}
      </div>
    </Card>
  );
}

function PreviewView(props: { watch: Watch; review: Review; preview: Preview }) {
  const { watch, review, preview } = props;
  const r = t.rejudge;
  const rows = comparisonOf(review.flags, preview.flags);
  return (
    <>
      <p class="small">{r.result(preview.policy, preview.recordings, preview.incidents.length)}</p>
      {preview.without > 0 ? (
        <Notice tone="warning">
          <p>{r.without(preview.without)}</p>
        </Notice>
      ) : null}
      <Table
        caption={r.caption}
        captionHidden
        empty={r.nothing}
        rows={rows}
        rowKey={(row) => row.rule}
        columns={[
          { title: r.rule, rowHeader: true, cell: (row) => row.title },
          { title: r.now, align: "end", cell: (row) => row.now },
          { title: r.then, align: "end", cell: (row) => <strong>{row.then}</strong> },
        ]}
      />
      {preview.flags.length === 0 ? null : (
        <details>
          <summary>{r.each(preview.flags.length)}</summary>
          <div class="tall">
            <Table
              caption={r.eachCaption}
              captionHidden
              empty=""
              rows={preview.flags}
              rowKey={(flag: Flag) => flag.id}
              columns={[
                {
                  title: t.flags.time,
                  cell: (flag) => (
                    <button
                      type="button"
                      class="link-button numeric"
                      aria-label={t.flags.show(flag.title, formatTime(flag.fromUs))}
                      onClick={() => watch.showTime(flag.fromUs)}
                    >
                      {formatTime(flag.fromUs)}
                    </button>
                  ),
                },
                { title: r.rule, rowHeader: true, cell: (flag) => flag.title },
                {
                  title: t.policy.severity,
                  cell: (flag) => <SeverityLabel severity={flag.severity} />,
                },
                {
                  title: t.flags.seen,
                  cell: (flag) => <span class="small">{flag.numbers}</span>,
                },
              ]}
            />
          </div>
        </details>
      )}
    </>
  );
}
