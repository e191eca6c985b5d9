/* Corrections of names: what a candidate asks for, and the page on which staff decide. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { fields, parseInteger, type Parse } from "../ui/parse";
import { Table } from "../ui/table";
import { texts } from "../ui/texts";
import { formatDateTime } from "../ui/time";
import { useLoaded } from "./load";

const t = texts.player.names;
const PATH = "/api/campus/name-requests";
const NAME_MAX = 128;
const REASON_MAX = 500;

export interface NameRequest {
  id: number;
  state: "pending" | "approved" | "rejected";
  username: string;
  oldName: string;
  fullName: string;
  reason: string;
  createdUs: number;
  decidedUs: number | null;
  decidedBy: string;
  decisionReason: string;
}

export const parseNameRequests: Parse<NameRequest[]> = (value, path) =>
  fields(value, path).list("requests", (inner, at) => {
    const f = fields(inner, at);
    return {
      id: f.integer("id"),
      state: f.oneOf("state", ["pending", "approved", "rejected"]),
      username: f.text("username"),
      oldName: f.text("old_name"),
      fullName: f.text("full_name"),
      reason: f.text("reason"),
      createdUs: f.integer("created_us"),
      decidedUs: f.nullable("decided_us", parseInteger),
      decidedBy: f.text("decided_by"),
      decisionReason: f.text("decision_reason"),
    };
  });

const TONES: Record<NameRequest["state"], Tone> = {
  pending: "warning",
  approved: "good",
  rejected: "bad",
};

function State({ request }: { request: NameRequest }) {
  return (
    <span class="stack">
      <Badge tone={TONES[request.state]}>{t.states[request.state]}</Badge>
      {request.decisionReason === "" ? null : <span>{request.decisionReason}</span>}
      {request.decidedBy === "" ? null : (
        <span class="small muted">{t.decidedBy(request.decidedBy)}</span>
      )}
    </span>
  );
}

/* On the Profile page of a candidate. */
export function CorrectName({ api }: { api: Api }) {
  const [list, reload, refresh] = useLoaded(() => api.get(PATH, parseNameRequests));
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);

  async function send() {
    setBusy(true);
    setProblem(null);
    try {
      await api.post(PATH, { full_name: name, reason }, parseNameRequests);
      setName("");
      setReason("");
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
      refresh();
    }
  }

  const requests = list.state === "ready" ? list.value : [];
  const pending = requests.find((request) => request.state === "pending");
  return (
    <section class="card" id="name">
      <h2>{t.title}</h2>
      <p>{t.text}</p>
      {list.state === "loading" ? <Spinner /> : null}
      {list.state === "failed" ? <ErrorNotice error={list.error} onRetry={reload} /> : null}
      {pending !== undefined ? <Notice tone="info">{t.pending(pending.fullName)}</Notice> : null}
      {list.state === "ready" && pending === undefined ? (
        <form
          class="stack stretch"
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void send();
          }}
        >
          <TextField label={t.fullName} value={name} onInput={setName} required maxLength={NAME_MAX} />
          <TextField label={t.reason} value={reason} onInput={setReason} required maxLength={REASON_MAX} />
          <div class="row">
            <Button kind="primary" type="submit" busy={busy}>
              {t.send}
            </Button>
          </div>
        </form>
      ) : null}
      {problem !== null ? <ErrorNotice error={problem} /> : null}
      {requests.length > 0 ? (
        <Table
          caption={t.history}
          rows={requests}
          rowKey={(row) => row.id}
          empty=""
          columns={[
            { title: t.to, cell: (row) => row.fullName, rowHeader: true },
            { title: t.from, cell: (row) => row.oldName },
            { title: t.asked, cell: (row) => formatDateTime(row.createdUs) },
            { title: t.state, cell: (row) => <State request={row} /> },
          ]}
        />
      ) : null}
    </section>
  );
}

/* For staff. */
export function NamesPage({ api }: { api: Api }) {
  const [list, reload, refresh] = useLoaded(() => api.get(PATH, parseNameRequests));
  const [rejecting, setRejecting] = useState<NameRequest | null>(null);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState<number | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  async function decide(request: NameRequest, decision: "approved" | "rejected", why: string) {
    setBusy(request.id);
    setProblem(null);
    try {
      await api.post(`${PATH}/${request.id}/decision`, { decision, reason: why }, parseNameRequests);
      setRejecting(null);
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(null);
      refresh();
    }
  }

  return (
    <section class="card">
      <h1>{t.staffTitle}</h1>
      {problem !== null ? <ErrorNotice error={problem} /> : null}
      {list.state === "loading" ? <Spinner /> : null}
      {list.state === "failed" ? <ErrorNotice error={list.error} onRetry={reload} /> : null}
      {list.state === "ready" ? (
        <Table
          caption={t.staffCaption}
          rows={list.value}
          rowKey={(row) => row.id}
          empty={t.staffNone}
          columns={[
            { title: t.from, cell: (row) => `${row.oldName} (${row.username})`, rowHeader: true },
            { title: t.to, cell: (row) => row.fullName },
            { title: t.why, cell: (row) => row.reason },
            { title: t.asked, cell: (row) => formatDateTime(row.createdUs) },
            {
              title: t.decide,
              cell: (row) =>
                row.state === "pending" ? (
                  <div class="row">
                    <Button
                      kind="primary"
                      busy={busy === row.id}
                      label={`${t.approve}: ${row.fullName}`}
                      onClick={() => void decide(row, "approved", "")}
                    >
                      {t.approve}
                    </Button>
                    <Button
                      label={`${t.reject}: ${row.fullName}`}
                      onClick={() => {
                        setReason("");
                        setRejecting(row);
                      }}
                    >
                      {t.reject}
                    </Button>
                  </div>
                ) : (
                  <State request={row} />
                ),
            },
          ]}
        />
      ) : null}
      <Dialog
        open={rejecting !== null}
        title={t.rejectTitle(rejecting?.fullName ?? "")}
        onClose={() => setRejecting(null)}
        actions={
          <>
            <Button onClick={() => setRejecting(null)}>{texts.common.cancel}</Button>
            <Button
              kind="danger"
              disabled={reason.trim() === ""}
              busy={busy !== null}
              onClick={() => rejecting !== null && void decide(rejecting, "rejected", reason.trim())}
            >
              {t.reject}
            </Button>
          </>
        }
      >
        <TextField label={t.rejectReason} value={reason} onInput={setReason} maxLength={REASON_MAX} />
      </Dialog>
    </section>
  );
}
