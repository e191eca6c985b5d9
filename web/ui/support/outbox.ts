/* Messages on their way. Each has an id of its own that goes with it, so sending it again (after a cut,
 * nobody knows whether it arrived) is safe: the server keeps one. They survive a reload of the page. */
import { asApiError } from "../api";
import { createStore, type Store } from "../store";
import type { Message } from "./api";

export interface Pending {
  clientId: string;
  text: string;
  session: string | null;
  problem: string | null; // the server will not take it
  held: boolean; // it could not be sent just now
}

export interface Waiter {
  /* Runs after so many milliseconds, or sooner when the network is back; gives a way to call it off. */
  after(ms: number, run: () => void): () => void;
}

export interface Outbox {
  readonly pending: Store<readonly Pending[]>;
  add(text: string, session: string | null): void;
  /* It is there: by the answer, or because the stream told of it first. */
  arrived(clientId: string): void;
  discard(clientId: string): void;
  kick(): void;
  stop(): void;
}

export interface OutboxPorts {
  send(message: Pending): Promise<Message>;
  onSent(message: Message): void;
  newId(): string;
  waiter: Waiter;
  kept: { read(): readonly Pending[]; write(pending: readonly Pending[]): void };
}

const FIRST_MS = 2000;
const MOST_MS = 30_000;

export function createOutbox(ports: OutboxPorts): Outbox {
  const pending = createStore<readonly Pending[]>(ports.kept.read());
  let sending = false;
  let failures = 0;
  let callOff: (() => void) | null = null;
  let stopped = false;
  pending.subscribe((now) => ports.kept.write(now));

  const drop = (clientId: string) =>
    pending.update((now) => now.filter((one) => one.clientId !== clientId));

  async function run(): Promise<void> {
    if (sending || stopped) return;
    sending = true;
    callOff?.();
    callOff = null;
    /* One after another: they stay in the order in which they were written. */
    for (let next = first(); next !== undefined && !stopped; next = first()) {
      const { clientId } = next;
      try {
        ports.onSent(await ports.send(next));
        failures = 0;
        drop(clientId);
      } catch (thrown) {
        const error = asApiError(thrown);
        if (error.isTemporary || error.status === 401) {
          failures += 1;
          const ms = Math.max(error.retryAfterS * 1000, Math.min(FIRST_MS * 2 ** (failures - 1), MOST_MS));
          pending.update((now) => now.map((one) => ({ ...one, held: true })));
          if (!stopped) callOff = ports.waiter.after(ms, () => void run());
          break;
        }
        pending.update((now) =>
          now.map((one) => (one.clientId === clientId ? { ...one, problem: error.message } : one)),
        );
      }
    }
    sending = false;
  }

  const first = () => pending.get().find((one) => one.problem === null);

  return {
    pending,
    add(text, session) {
      pending.update((now) => [...now, { clientId: ports.newId(), text, session, problem: null, held: false }]);
      void run();
    },
    arrived: drop,
    discard: drop,
    kick: () => void run(),
    stop() {
      stopped = true;
      callOff?.();
    },
  };
}
