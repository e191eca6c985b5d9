/* What the desk shows: the board (conversations, candidates in a test), and one of them opened. Events of
 * the stream say only that something is new; what it is is loaded. Messages come whole. */
import { asApiError, type Api, type ApiError } from "../ui/api";
import { createStore, type Loading, type Store } from "../ui/store";
import { parseMessage, type Message } from "../ui/support/api";
import { createOutbox, type Outbox, type OutboxPorts, type Pending } from "../ui/support/outbox";
import type { Connect } from "../ui/support/stream";
import {
  fetchAudit,
  fetchBoard,
  fetchDetail,
  fetchThread,
  postAnswer,
  postClose,
  postRead,
  type AuditEntry,
  type Board,
  type SessionDetail,
  type Thread,
} from "./api";

export interface Opened {
  thread: Thread | null; // null: nothing was written yet
  session: string | null;
  candidate: string;
  messages: readonly Message[];
  detail: SessionDetail | null;
}

export interface Desk {
  readonly board: Store<Loading<Board, ApiError>>;
  readonly opened: Store<Opened | null>;
  readonly audit: Store<readonly AuditEntry[]>;
  readonly pending: Store<readonly Pending[]>;
  readonly connected: Store<boolean>;
  readonly problem: Store<ApiError | null>;
  openThread(thread: Thread): Promise<void>;
  openSession(session: string, candidate: string): Promise<void>;
  send(text: string): void;
  discard(clientId: string): void;
  close(): Promise<void>;
  refresh(): Promise<void>;
}

export interface DeskPorts {
  connect: Connect;
  newId: OutboxPorts["newId"];
  waiter: OutboxPorts["waiter"];
}

const EVENTS = ["message", "thread", "session", "audit", "closed", "reset"] as const;
const SEEN_MS = 10_000; // "last seen" has no event

export function createDesk(api: Api, ports: DeskPorts): Desk {
  const board = createStore<Loading<Board, ApiError>>({ state: "loading" });
  const opened = createStore<Opened | null>(null);
  const audit = createStore<readonly AuditEntry[]>([]);
  const pending = createStore<readonly Pending[]>([]);
  const connected = createStore(true);
  const problem = createStore<ApiError | null>(null);
  let disconnect: (() => void) | null = null;
  let listening: number | null = null; // to which thread besides the board; 0 to none
  let outbox: Outbox | null = null;
  let turn = 0; // of what is opened
  let loading = false;
  let again = false;

  /* Many events at once are one look, and one more after it. */
  async function refresh(): Promise<void> {
    again = true;
    if (loading) return;
    loading = true;
    while (again) {
      again = false;
      try {
        const session = opened.get()?.session ?? null;
        const now = turn;
        const [value, entries, detail] = await Promise.all([
          fetchBoard(api),
          fetchAudit(api),
          session === null ? null : fetchDetail(api, session),
        ]);
        board.set({ state: "ready", value });
        audit.set(entries);
        const there = opened.get();
        if (there !== null && now === turn) {
          const thread = value.threads.find((one) => one.id === there.thread?.id) ?? there.thread;
          opened.set({ ...there, detail, thread });
        }
        problem.set(null);
      } catch (thrown) {
        const error = asApiError(thrown);
        if (board.get().state === "ready") problem.set(error);
        else board.set({ state: "failed", error });
      }
    }
    loading = false;
  }

  function take(message: Message): void {
    const there = opened.get();
    outbox?.arrived(message.clientId);
    if (there?.thread?.id !== message.thread) return;
    if (there.messages.some((one) => one.id === message.id)) return;
    opened.set({ ...there, messages: [...there.messages, message].sort((a, b) => a.id - b.id) });
    if (message.from === "candidate") void seen();
  }

  async function seen(): Promise<void> {
    const there = opened.get();
    const last = there?.messages.at(-1);
    if (!there?.thread || last === undefined || document.hidden) return;
    await postRead(api, there.thread.id, last.id).catch(() => undefined); // said again with the next
  }

  function listen(thread: number): void {
    if (listening === thread) return;
    listening = thread;
    disconnect?.();
    const url = () => {
      const last = opened.get()?.messages.at(-1)?.id ?? 0;
      return thread === 0 ? "/api/support/events" : `/api/support/events?thread=${thread}&after=${last}`;
    };
    disconnect = ports.connect(url, EVENTS, {
      onOpen() {
        connected.set(true);
        outbox?.kick();
        void refresh();
      },
      onLost: () => connected.set(false),
      onEvent(name, data) {
        if (name !== "message") {
          void refresh();
          return;
        }
        try {
          take(parseMessage(data));
        } catch {
          return;
        }
      },
    });
  }

  /* What is not sent yet stays with the conversation that it was written in, until it is. */
  function write(to: { thread: number } | { session: string }): void {
    const mine = turn;
    const made = createOutbox({
      send: (message) => postAnswer(api, to, message),
      onSent(message) {
        if ("session" in to && mine === turn) void follow(message.thread);
        take(message);
      },
      newId: ports.newId,
      waiter: ports.waiter,
      kept: { read: () => [], write: () => undefined },
    });
    made.pending.subscribe((now) => {
      if (mine === turn) pending.set(now);
    });
    outbox = made;
    pending.set([]);
  }

  async function follow(id: number): Promise<void> {
    const mine = turn;
    const { thread, messages } = await fetchThread(api, id);
    const there = opened.get();
    if (mine !== turn || there === null) return;
    opened.set({ ...there, thread, messages });
    listen(id);
    await seen();
  }

  async function open(next: Opened, id: number | null): Promise<void> {
    turn += 1;
    opened.set(next);
    write(id === null ? { session: next.session ?? "" } : { thread: id });
    try {
      if (id === null) listen(0);
      else await follow(id);
      await refresh();
    } catch (thrown) {
      problem.set(asApiError(thrown));
    }
  }

  listen(0);
  setInterval(() => {
    if (!document.hidden) void refresh();
  }, SEEN_MS);
  return {
    board,
    opened,
    audit,
    pending,
    connected,
    problem,
    refresh,
    openThread: (thread) =>
      open({ thread, session: thread.session, candidate: thread.candidate, messages: [], detail: null }, thread.id),
    openSession(session, candidate) {
      const now = board.get();
      const thread =
        now.state === "ready"
          ? (now.value.threads.find((one) => one.session === session && one.state !== "closed") ?? null)
          : null;
      return open({ thread, session, candidate, messages: [], detail: null }, thread?.id ?? null);
    },
    send: (text) => outbox?.add(text, null),
    discard: (clientId) => outbox?.discard(clientId),
    async close() {
      const id = opened.get()?.thread?.id;
      if (id !== undefined) await postClose(api, id);
      await refresh();
    },
  };
}
