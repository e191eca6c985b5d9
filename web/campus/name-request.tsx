/* A candidate asks for a correction of their full name; staff decide. One request waits at a time. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Button } from "../ui/button";
import { TextField } from "../ui/field";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { fields, parseText, type Parse } from "../ui/parse";
import { texts } from "../ui/texts";
import { useLoaded } from "./load";

const t = texts.portal.nameRequest;

export interface NameRequest {
  id: number;
  state: "pending" | "approved" | "rejected";
  fullName: string;
  decisionReason: string;
}

export const parseNameRequests: Parse<NameRequest[]> = (value, path) =>
  fields(value, path).list("requests", (inner, at) => {
    const f = fields(inner, at);
    return {
      id: f.integer("id"),
      state: f.oneOf("state", ["pending", "approved", "rejected"]),
      fullName: f.text("full_name"),
      decisionReason: f.get("decision_reason", (text, where) => (text === null ? "" : parseText(text, where))),
    };
  });

const PATH = "/api/campus/name-requests";

export function NameRequestCard({ api }: { api: Api }) {
  const [list, reload] = useLoaded(() => api.get(PATH, parseNameRequests));
  const [name, setName] = useState("");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function send() {
    setBusy(true);
    setError(null);
    try {
      await api.post(PATH, { full_name: name.trim(), reason: reason.trim() }, parseNameRequests);
      setName("");
      setReason("");
      reload();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  }

  const waiting = list.state === "ready" ? list.value.find((one) => one.state === "pending") : undefined;
  const last = list.state === "ready" ? list.value[0] : undefined;
  return (
    <section class="card">
      <h2>{t.title}</h2>
      {list.state === "loading" ? <Spinner /> : null}
      {list.state === "failed" ? <ErrorNotice error={list.error} onRetry={reload} /> : null}
      {waiting !== undefined ? <Notice tone="info">{t.waiting(waiting.fullName)}</Notice> : null}
      {last?.state === "rejected" ? (
        <Notice tone="warning" title={t.rejected(last.fullName)}>
          <p>{last.decisionReason}</p>
        </Notice>
      ) : null}
      {last?.state === "approved" ? <Notice tone="good">{t.approved(last.fullName)}</Notice> : null}
      {list.state === "ready" && waiting === undefined ? (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void send();
          }}
        >
          <p>{t.text}</p>
          <TextField label={t.name} value={name} onInput={setName} autoComplete="name" required maxLength={100} />
          <TextField label={t.reason} value={reason} onInput={setReason} hint={t.reasonHint} required maxLength={300} />
          {error !== null ? <ErrorNotice error={error} /> : null}
          <Button type="submit" busy={busy}>
            {t.send}
          </Button>
        </form>
      ) : null}
    </section>
  );
}
