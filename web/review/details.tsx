/* The plain facts below the recording: events, recordings, what was agreed to, which rules applied. */
import { Table } from "../ui/table";
import { Card } from "../ui/page";
import { formatBytes, formatClock, formatDateTime, formatTime } from "../ui/time";
import { detailText, linesOf } from "./events";
import type { Review } from "./parse";
import { isRecording } from "./segments";
import { AnalysisBadge } from "./states";
import { reviewTexts as t } from "./texts";
import type { Watch } from "./watch";

export function EventsCard(props: { watch: Watch; review: Review }) {
  const e = t.events;
  return (
    <Card title={e.title}>
      {props.review.vouch.words === "" ? null : (
        <p>
          <strong>{e.vouch}</strong> {props.review.vouch.words}
        </p>
      )}
      <div class="tall">
        <Table
          caption={e.caption}
          captionHidden
          empty={e.empty}
          rows={linesOf(props.review.events).map((line, at) => ({ ...line, at }))}
          rowKey={(line) => `${line.event.kind} ${line.event.timeUs} ${line.at}`}
          columns={[
            {
              title: e.time,
              cell: ({ event }) => (
                <button
                  type="button"
                  class="link-button numeric"
                  aria-label={e.show(formatTime(event.timeUs), event.title)}
                  onClick={() => props.watch.showTime(event.timeUs)}
                >
                  {formatTime(event.timeUs)}
                </button>
              ),
            },
            {
              title: e.event,
              rowHeader: true,
              cell: ({ event }) => <span class="event-title">{event.title}</span>,
            },
            {
              title: e.detail,
              cell: ({ event, times, lastUs }) => (
                <span class="event-detail small">
                  {detailText(event)}
                  {times > 1 ? (
                    <span class="muted"> {e.repeated(times, formatTime(lastUs))}</span>
                  ) : null}
                </span>
              ),
            },
          ]}
        />
      </div>
    </Card>
  );
}

export function RecordingsCard(props: { review: Review }) {
  const r = t.recordings;
  return (
    <Card title={r.title}>
      <Table
        caption={r.caption}
        captionHidden
        empty={r.empty}
        rows={props.review.streams.filter(isRecording)}
        rowKey={(stream) => stream.id}
        columns={[
          { title: r.kind, rowHeader: true, cell: (stream) => t.streamKind(stream.kind) },
          {
            title: r.from,
            cell: (stream) => <span class="numeric">{formatTime(stream.startUs)}</span>,
          },
          {
            title: r.length,
            align: "end",
            cell: (stream) =>
              stream.durationUs === null ? r.unknown : formatClock(stream.durationUs / 1e6),
          },
          { title: r.size, align: "end", cell: (stream) => formatBytes(stream.bytes) },
          { title: r.analysis, cell: (stream) => <AnalysisBadge analysis={stream.analysis} /> },
        ]}
      />
    </Card>
  );
}

export function DocumentsCard(props: { review: Review }) {
  const d = t.documents;
  return (
    <Card title={d.title}>
      <Table
        caption={d.caption}
        captionHidden
        empty={d.empty}
        rows={props.review.documents}
        rowKey={(one) => `${one.document} ${one.version}`}
        columns={[
          { title: d.document, rowHeader: true, cell: (one) => d.name(one.document) },
          { title: d.version, cell: (one) => one.version },
          {
            title: d.accepted,
            cell: (one) => <span class="numeric">{formatDateTime(one.acceptedUs)}</span>,
          },
          {
            title: d.fingerprint,
            cell: (one) => <span class="mono small fingerprint">{one.sha256}</span>,
          },
        ]}
      />
    </Card>
  );
}

export function PolicyCard(props: { review: Review }) {
  const { policy } = props.review;
  const p = t.policy;
  if (policy.rules.length === 0) return null;
  return (
    <Card title={p.title}>
      {policy.name === "" ? null : <p class="muted">{p.name(policy.name)}</p>}
      <details>
        <summary>{p.each(policy.rules.filter((rule) => rule.on).length, policy.rules.length)}</summary>
        <Table
          caption={p.caption}
          captionHidden
          empty=""
          rows={policy.rules}
          rowKey={(rule) => rule.rule}
          columns={[
            { title: p.rule, rowHeader: true, cell: (rule) => rule.rule },
            { title: p.applied, cell: (rule) => (rule.on ? p.yes : p.no) },
            { title: p.severity, cell: (rule) => rule.severity },
            {
              title: p.after,
              align: "end",
              cell: (rule) => (rule.minS === null ? "" : p.seconds(rule.minS)),
            },
          ]}
        />
      </details>
    </Card>
  );
}
