/* One window at a time: Web Locks between windows of this browser, the server's lease between browsers.
 * The lease is the heartbeat too: whether the server can be reached is learnt here. */
import { ApiError, asApiError } from "../ui/api";
import { createStore, type Store } from "../ui/store";
import type { Timers } from "../ui/network";

export type Presence = "checking" | "held" | "elsewhere";

export interface PresenceOptions {
  session: string;
  /* Seconds, or null when another window has it. */
  renew: () => Promise<number | null>;
  /* Runs `held` while this window has the lock `name`; false at once when another has it. */
  tryLock: (name: string) => Promise<boolean>;
  timers: Timers;
  onReachable: (reachable: boolean) => void;
}

export interface PresenceControl {
  readonly presence: Store<Presence>;
  /* Ask the server now (after signing in, or when the network is back). */
  kick(): void;
  stop(): void;
}

const RENEW_MS = 5000;
const LOCK_TRIES = 8; // a reloaded page gives its lock back a moment later
const LOCK_PAUSE_MS = 300;

export function watchPresence(options: PresenceOptions): PresenceControl {
  const { timers } = options;
  const presence = createStore<Presence>("checking");
  const stopping = new AbortController();
  let pause = new AbortController();
  let misses = 0;

  async function takeLock(): Promise<void> {
    for (let tries = 1; !stopping.signal.aborted; tries++) {
      if (await options.tryLock(`proctortrack-session-${options.session}`)) return;
      if (tries >= LOCK_TRIES) presence.set("elsewhere");
      await timers.sleep(tries >= LOCK_TRIES ? RENEW_MS : LOCK_PAUSE_MS, stopping.signal);
    }
  }

  async function run(): Promise<void> {
    await takeLock();
    while (!stopping.signal.aborted) {
      try {
        const held = (await options.renew()) !== null;
        misses = 0;
        options.onReachable(true);
        presence.set(held ? "held" : "elsewhere");
      } catch (thrown) {
        const error: ApiError = asApiError(thrown);
        misses += 1;
        /* One lost answer is nothing to worry anybody with. */
        if (error.isTemporary && misses >= 2) options.onReachable(false);
        /* Without an answer the recording goes on: the server decides when it is back. */
        if (presence.get() === "checking") presence.set("held");
      }
      pause = new AbortController();
      await timers.sleep(RENEW_MS, AbortSignal.any([pause.signal, stopping.signal]));
    }
  }

  void run();
  return {
    presence,
    kick: () => pause.abort(),
    stop() {
      stopping.abort();
      pause.abort();
    },
  };
}

/* Holds the lock until the page goes away. */
export function browserTryLock(name: string): Promise<boolean> {
  if (!("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise<void>(() => undefined);
      })
      .catch(reject);
  });
}

/* The name of this window for the server; a reload keeps it. */
export function tabName(storage: Storage, randomId: () => string): string {
  const key = "proctortrack-tab";
  const known = storage.getItem(key);
  if (known !== null) return known;
  const name = randomId();
  storage.setItem(key, name);
  return name;
}
