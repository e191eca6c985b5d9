/* One session from near: what is known of it, its recordings as they grow, and the conversation with its
 * candidate, kept up by one stream of events. */
import { asApiError, type Api, type ApiError } from "../../ui/api";
import { parseUnknown } from "../../ui/parse";
import { createStore, type Loading, type Store } from "../../ui/store";
import { parseMessage, parsePosted, type Message } from "../../ui/support/api";
import { createOutbox, type Outbox, type OutboxPorts, type Pending } from "../../ui/support/outbox";
import type { Connect } from "../../ui/support/stream";
import { browserClock, createServerClock, type ServerClock } from "../../ui/time";
import { fetchDetail, nearEventsUrl } from "./api";
import { parseGrown, parseRow, type Detail, type Kind, type LiveStream } from "./parse";

export interface Near {
  readonly detail: Store<Loading<Detail, ApiError>>;
  readonly messages: Store<readonly Message[]>;
  readonly pending: Store<readonly Pending[]>;
  readonly connected: Store<boolean>;
  /* The newest recording of each kind, and how far it has grown. */
  readonly newest: Store<ReadonlyMap<Kind, LiveStream>>;
  readonly clock: ServerClock;
  load(): Promise<void>;
  send(text: string): void;
  discard(clientId: string): void;
  stop(): void;
}

export interface NearPorts {
  connect: Connect;
  newId: OutboxPorts["newId"];
  waiter: OutboxPorts["waiter"];
  after(ms: number, run: () => void): () => void;
}

const EVENTS = ["row", "gone", "grown", "message", "closed", "reset"] as const;
const AGAIN_MS = 5000;

function newestOf(streams: readonly LiveStream[]): Map<Kind, LiveStream> {
  const found = new Map<Kind, LiveStream>();
  for (const stream of streams) if (stream.bytes > 0) found.set(stream.kind, stream); // in order of making
  return found;
}

export function createNear(api: Api, session: string, ports: NearPorts): Near {
  const detail = createStore<Loading<Detail, ApiError>>({ state: "loading" });
  const messages = createStore<readonly Message[]>([]);
  const pending = createStore<readonly Pending[]>([]);
  const connected = createStore(true);
  const newest = createStore<ReadonlyMap<Kind, LiveStream>>(new Map());
  const clock = createServerClock(browserClock);
  let thread: number | null = null;
  let disconnect: () => void = () => undefined;
  let cancel: () => void = () => undefined;
  let loading = false;
  let again = false;
  let stopped = false;

  const outbox: Outbox = createOutbox({
    send: (message) =>
      api.post(
        `/api/support/sessions/${session}/messages`,
        { client_id: message.clientId, text: message.text },
        parsePosted,
      ),
    onSent(message) {
      take(message);
      if (message.thread !== thread) void load(); // it began a conversation
    },
    newId: ports.newId,
    waiter: ports.waiter,
    kept: { read: () => [], write: () => undefined },
  });
  outbox.pending.subscribe((now) => pending.set(now));

  function take(message: Message): void {
    outbox.arrived(message.clientId);
    if (messages.get().some((one) => one.id === message.id)) return;
    messages.set([...messages.get(), message].sort((a, b) => a.id - b.id));
    if (message.from === "candidate" && !document.hidden)
      void api
        .post(`/api/support/threads/${message.thread}/read`, { up_to: message.id }, parseUnknown)
        .catch(() => undefined); // said again with the next
  }

  function learn(value: Detail): void {
    detail.set({ state: "ready", value });
    const found = newestOf(value.streams);
    for (const [kind, before] of newest.get()) {
      const now = found.get(kind);
      if (now?.id === before.id && before.bytes > now.bytes) found.set(kind, before);
    }
    newest.set(found);
    if (value.thread !== thread) {
      thread = value.thread;
      listen();
    }
  }

  /* Many events at once are one look, and one more after it. */
  async function load(): Promise<void> {
    again = true;
    cancel();
    if (loading) return;
    loading = true;
    while (again && !stopped) {
      again = false;
      const askedMs = browserClock.monotonicMs();
      try {
        const value = await fetchDetail(api, session);
        clock.learn(value.serverUs, askedMs);
        if (!stopped) learn(value);
      } catch (thrown) {
        const error = asApiError(thrown);
        if (detail.get().state !== "ready") detail.set({ state: "failed", error });
        if (error.isTemporary) cancel = ports.after(AGAIN_MS, () => void load());
      }
    }
    loading = false;
  }

  function grown(data: unknown): void {
    const news = parseGrown(data);
    const known = newest.get().get(news.kind);
    if (known?.id !== news.stream) void load(); // another recording has begun
    else if (news.bytes > known.bytes)
      newest.set(new Map(newest.get()).set(news.kind, { ...known, bytes: news.bytes }));
  }

  function onEvent(name: string, data: unknown): void {
    try {
      if (name === "message") take(parseMessage(data));
      else if (name === "grown") grown(data);
      else {
        if (name === "row") parseRow(data);
        void load();
      }
    } catch {
      return; // an event that the protocol does not have
    }
  }

  function listen(): void {
    disconnect();
    if (stopped) return;
    const url = () => nearEventsUrl(session, thread, messages.get().at(-1)?.id ?? 0);
    disconnect = ports.connect(url, EVENTS, {
      onOpen() {
        connected.set(true);
        outbox.kick();
        void load();
      },
      onLost: () => connected.set(false),
      onEvent,
    });
  }

  listen();
  return {
    detail,
    messages,
    pending,
    connected,
    newest,
    clock,
    load,
    send: (text) => outbox.add(text, null),
    discard: (clientId) => outbox.discard(clientId),
    stop() {
      stopped = true;
      cancel();
      disconnect();
      outbox.stop();
    },
  };
}
