/* The desk: who has written and who is in a test at the left, the one that was opened at the right. */
import { useState } from "preact/hooks";
import type { Api } from "../ui/api";
import { Badge, type Tone } from "../ui/badge";
import { Button } from "../ui/button";
import { ErrorNotice, Notice, Spinner } from "../ui/notice";
import { useStore } from "../ui/store";
import { Chat } from "../ui/support/chat";
import { Table } from "../ui/table";
import { supportTexts } from "../ui/texts-support";
import { formatDateTime, formatDuration } from "../ui/time";
import type { AuditEntry, Board, DeskSession, Thread } from "./api";
import { Candidate } from "./candidate";
import type { Desk, Opened } from "./desk";

const t = supportTexts.desk;

const TONES: Record<Thread["state"], Tone> = { open: "warning", answered: "good", closed: "neutral" };

export function DeskPage({ api, desk }: { api: Api; desk: Desk }) {
  const board = useStore(desk.board);
  const connected = useStore(desk.connected);
  const opened = useStore(desk.opened);
  const audit = useStore(desk.audit);
  const problem = useStore(desk.problem);
  if (board.state === "loading") return <Spinner />;
  if (board.state === "failed")
    return <ErrorNotice error={board.error} onRetry={() => void desk.refresh()} />;
  return (
    <div class="desk">
      <h1 class="visually-hidden">{t.product}</h1>
      {!connected || problem?.isTemporary ? (
        <Notice tone="warning">
          <p>{t.stale}</p>
        </Notice>
      ) : null}
      <div class="desk-columns">
        <Lists desk={desk} board={board.value} opened={opened} />
        {opened === null ? (
          <section class="card">
            <p class="empty">{t.choose}</p>
          </section>
        ) : (
          <OpenedView api={api} desk={desk} opened={opened} />
        )}
      </div>
      <section class="card">
        <h2>{t.audit}</h2>
        <AuditTable entries={audit} />
      </section>
    </div>
  );
}

function Lists(props: { desk: Desk; board: Board; opened: Opened | null }) {
  const { desk, board, opened } = props;
  return (
    <div class="desk-lists">
      <section class="card">
        <h2>{t.conversations}</h2>
        {board.threads.length === 0 ? <p class="empty">{t.noConversations}</p> : null}
        <ul class="desk-list">
          {board.threads.map((thread) => (
            <li key={thread.id}>
              <button
                type="button"
                class="desk-item"
                aria-current={opened?.thread?.id === thread.id}
                onClick={() => void desk.openThread(thread)}
              >
                <span class="row row-between">
                  <strong>{thread.candidate}</strong>
                  <Badge tone={TONES[thread.state]}>{t.states[thread.state]}</Badge>
                </span>
                <span class="desk-line">{thread.lastText}</span>
                {thread.unread > 0 ? (
                  <span class="small">{supportTexts.unread(thread.unread)}</span>
                ) : null}
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{t.sessions}</h2>
        {board.sessions.length === 0 ? <p class="empty">{t.noSessions}</p> : null}
        <ul class="desk-list">
          {board.sessions.map((session) => (
            <li key={session.id}>
              <button
                type="button"
                class="desk-item"
                aria-current={opened?.session === session.id}
                onClick={() => void desk.openSession(session.id, session.candidate)}
              >
                <span class="row row-between">
                  <strong>{session.candidate}</strong>
                  <Badge tone={session.connected ? "good" : "warning"}>
                    {session.connected ? t.connected : t.away}
                  </Badge>
                </span>
                <span class="desk-line">
                  {stepName(session.step)}: {session.exam.title}
                </span>
                <span class="small muted">
                  {t.seen}: {seenText(session, board.serverUs)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

export function stepName(step: string): string {
  return t.steps[step] ?? step;
}

export function seenText(session: DeskSession, serverUs: number): string {
  if (session.seenUs === null) return t.never;
  return t.ago(formatDuration((serverUs - session.seenUs) / 1e6));
}

function OpenedView({ api, desk, opened }: { api: Api; desk: Desk; opened: Opened }) {
  const pending = useStore(desk.pending);
  const [busy, setBusy] = useState(false);
  const closed = opened.thread?.state === "closed";
  return (
    <div class="desk-opened">
      <section class="card desk-talk" key={opened.thread?.id ?? opened.session ?? ""}>
        <div class="row row-between">
          <h2>{t.with(opened.candidate)}</h2>
          {opened.thread === null || closed ? null : (
            <Button
              busy={busy}
              onClick={() => {
                setBusy(true);
                void desk.close().finally(() => setBusy(false));
              }}
            >
              {t.closeConversation}
            </Button>
          )}
        </div>
        {closed ? <p class="muted">{t.states.closed}</p> : null}
        <Chat
          side="center"
          messages={opened.messages}
          pending={pending}
          label={t.writeTo(opened.candidate)}
          over={closed}
          onSend={desk.send}
          onDiscard={desk.discard}
        />
      </section>
      {opened.detail === null ? null : (
        <Candidate api={api} detail={opened.detail} onDone={() => void desk.refresh()} />
      )}
    </div>
  );
}

function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <Table
      caption={t.audit}
      captionHidden
      rows={entries}
      rowKey={(entry) => entry.id}
      empty={t.noAudit}
      columns={[
        { title: t.when, cell: (entry) => formatDateTime(entry.timeUs) },
        { title: t.who, cell: (entry) => entry.by, rowHeader: true },
        { title: t.what, cell: (entry) => t.actions[entry.action] ?? entry.action },
        { title: t.candidate, cell: (entry) => entry.candidate },
        { title: t.why, cell: (entry) => entry.reason },
      ]}
    />
  );
}
