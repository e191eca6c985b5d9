/* A candidate's conversation with the support center, for whatever page is open. Of all windows and tabs
 * of a browser one listens to the server and tells the others: a browser opens only six connections to a
 * server, and the exam needs them. */
import { asApiError, type Api } from "../api";
import { fields, parseText } from "../parse";
import { createStore, type Store } from "../store";
import {
  fetchContact,
  fetchOwn,
  parseMessage,
  postOwn,
  postOwnRead,
  type ContactInfo,
  type Message,
} from "./api";
import { createOutbox, type Outbox, type Pending, type Waiter } from "./outbox";
import type { Connect } from "./stream";

export type Conversation =
  | { state: "loading" }
  | { state: "nobody" } // not signed in, or not as a candidate
  | { state: "ready"; messages: readonly Message[]; unread: number; closed: boolean; connected: boolean };

export interface Place {
  session: string | null;
  step: string | null;
}

export interface Channel {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
  close(): void;
}

export interface SupportPlatform {
  connect: Connect;
  channel(name: string): Channel;
  /* Runs `lead` once no other page of this browser has that name; gives a way to step back. */
  lead(name: string, lead: () => void): () => void;
  kept(name: string): { read(): string | null; write(text: string | null): void };
  newId(): string;
  waiter: Waiter;
}

export interface Support {
  readonly conversation: Store<Conversation>;
  readonly pending: Store<readonly Pending[]>;
  readonly contact: Store<ContactInfo | null>;
  readonly place: Store<Place>;
  /* The newest message that came in while nobody looked, to be announced. */
  readonly news: Store<Message | null>;
  /* A proctor did something to this session: a new object each time. */
  readonly sessionNews: Store<{ session: string } | null>;
  load(): Promise<void>;
  /* Nobody is signed in any more: nothing stays on the page. */
  forget(): void;
  send(text: string): void;
  discard(clientId: string): void;
  look(looking: boolean): void; // is the conversation on the screen?
}

const EVENTS = ["message", "closed", "session", "reset"] as const;

function parsePending(text: string | null): Pending[] {
  try {
    return fields({ list: JSON.parse(text ?? "[]") as unknown }).list("list", (value, path) => {
      const f = fields(value, path);
      return {
        clientId: f.text("clientId"),
        text: f.text("text"),
        session: f.nullable("session", parseText),
        problem: null,
        held: false,
      };
    });
  } catch {
    return [];
  }
}

export function createSupport(api: Api, platform: SupportPlatform): Support {
  const conversation = createStore<Conversation>({ state: "loading" });
  const contact = createStore<ContactInfo | null>(null);
  const place = createStore<Place>({ session: null, step: null });
  const news = createStore<Message | null>(null);
  const sessionNews = createStore<{ session: string } | null>(null);
  const pending = createStore<readonly Pending[]>([]);
  let open: { user: number; outbox: Outbox; channel: Channel; stop: () => void } | null = null;
  let looking = false;

  function change(part: Partial<Extract<Conversation, { state: "ready" }>>): void {
    const now = conversation.get();
    if (now.state === "ready") conversation.set({ ...now, ...part });
  }

  const lastId = () => {
    const now = conversation.get();
    return now.state === "ready" ? (now.messages.at(-1)?.id ?? 0) : 0;
  };

  /* From wherever it comes: the stream, another tab, an answer. Each once. */
  function take(message: Message, quiet = false): void {
    const now = conversation.get();
    open?.outbox.arrived(message.clientId);
    if (now.state !== "ready" || now.messages.some((one) => one.id === message.id)) return;
    const messages = [...now.messages, message].sort((a, b) => a.id - b.id);
    const fresh = message.from === "center" && !quiet;
    conversation.set({
      ...now,
      messages,
      closed: false,
      unread: fresh && !looking ? now.unread + 1 : now.unread,
    });
    if (fresh && !looking) news.set(message);
    if (fresh && looking) void read();
  }

  async function read(): Promise<void> {
    const upTo = lastId();
    change({ unread: 0 });
    news.set(null);
    open?.channel.post({ type: "read" });
    try {
      if (upTo > 0) await postOwnRead(api, upTo);
    } catch {
      return; // it is said again with the next message
    }
  }

  function onEvent(name: string, data: unknown): void {
    try {
      if (name === "message") {
        take(parseMessage(data));
        open?.channel.post({ type: "message", data });
      } else if (name === "closed") {
        change({ closed: true });
        open?.channel.post({ type: "closed" });
      } else if (name === "session") {
        sessionNews.set({ session: fields(data).text("session") });
        open?.channel.post({ type: "session", data });
      } else if (name === "reset") {
        void load();
      }
    } catch {
      return; // an event that the protocol does not have
    }
  }

  function onChannel(message: unknown): void {
    try {
      const f = fields(message);
      const type = f.oneOf("type", ["message", "closed", "session", "read", "connected", "lost"]);
      if (type === "message") take(f.get("data", parseMessage));
      else if (type === "session")
        sessionNews.set({ session: f.get("data", (value, path) => fields(value, path).text("session")) });
      else if (type === "closed") change({ closed: true });
      else if (type === "read") {
        change({ unread: 0 });
        news.set(null);
      } else change({ connected: type === "connected" });
    } catch {
      return;
    }
  }

  function connected(now: boolean): void {
    change({ connected: now });
    open?.channel.post({ type: now ? "connected" : "lost" });
    if (now) open?.outbox.kick();
  }

  function listen(user: number): void {
    const channel = platform.channel(`support-${user}`);
    const kept = platform.kept(`support-${user}`);
    const outbox = createOutbox({
      send: (message) => postOwn(api, message),
      onSent(message) {
        take(message, true);
        channel.post({
          type: "message",
          data: {
            id: message.id, thread: message.thread, time_us: message.timeUs, from: message.from,
            author: message.author, client_id: message.clientId, text: message.text,
          },
        });
      },
      newId: platform.newId,
      waiter: platform.waiter,
      kept: {
        read: () => parsePending(kept.read()),
        write: (list) => kept.write(list.length === 0 ? null : JSON.stringify(list)),
      },
    });
    const end = outbox.pending.subscribe((now) => pending.set(now));
    pending.set(outbox.pending.get());
    channel.listen(onChannel);
    let disconnect: () => void = () => undefined;
    const back = platform.lead(`support-${user}`, () => {
      disconnect = platform.connect(() => `/api/support/own/events?after=${lastId()}`, EVENTS, {
        onOpen: () => connected(true),
        onLost: () => connected(false),
        onEvent,
      });
    });
    open = {
      user,
      outbox,
      channel,
      stop() {
        disconnect();
        back();
        end();
        outbox.stop();
        channel.close();
      },
    };
    outbox.kick();
  }

  function forget(): void {
    open?.stop();
    open = null;
    pending.set([]);
    news.set(null);
    conversation.set({ state: "nobody" });
  }

  async function load(): Promise<void> {
    if (contact.get() === null)
      fetchContact(api).then(contact.set, () => undefined); // there are usual ones
    try {
      const own = await fetchOwn(api);
      if (open !== null && open.user !== own.user) forget();
      const now = conversation.get();
      const known = now.state === "ready" ? now : null;
      conversation.set({
        state: "ready",
        messages: own.messages,
        unread: looking ? 0 : own.unread,
        closed: own.state === "closed",
        connected: known?.connected ?? true,
      });
      if (open === null) listen(own.user);
    } catch (thrown) {
      const error = asApiError(thrown);
      if (error.isTemporary) platform.waiter.after(5000, () => void load());
      else forget();
    }
  }

  return {
    conversation,
    pending,
    contact,
    place,
    news,
    sessionNews,
    load,
    forget,
    send: (text) => open?.outbox.add(text, place.get().session),
    discard: (clientId) => open?.outbox.discard(clientId),
    look(now) {
      looking = now;
      if (now && conversation.get().state === "ready") void read();
    },
  };
}
