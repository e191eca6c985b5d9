/* The line to the plugin while a session is recorded: it is told to watch, and what it saw goes on to the
 * server, which numbers make sure of: each event once, in order. The plugin's worker dies every now and
 * then by design; the line is made again, and the plugin gives again what was not acknowledged. */
import { asApiError } from "../ui/api";
import { retryDelayMs } from "../ui/backoff";
import type { Timers } from "../ui/network";
import { createStore, type Store } from "../ui/store";
import { parsePluginMessage, toWire, type PageMessage, type PluginEvent, type PluginPolicy } from "../../extension/shared/messages";
import type { PluginPort, PluginRuntime } from "./plugin";

export type LinkState = "off" | "connecting" | "watching" | "lost";

export interface PluginNotice {
  what: "closed" | "stopped";
  host: string;
}

export interface PluginLink {
  readonly state: Store<LinkState>;
  /* Something that the plugin did, which the candidate shall know. */
  readonly notice: Store<PluginNotice | null>;
  begin(): void;
  /* The exam is over: nothing is watched any more; what is left is still taken. */
  end(): void;
  /* Resolves when the plugin has nothing left, or is not there, or after `ms`. */
  flushed(ms: number): Promise<void>;
  stop(): void;
}

export interface LinkOptions {
  runtime: () => PluginRuntime | null;
  id: string; // of the plugin
  session: string;
  title: string;
  policy: PluginPolicy;
  timers: Timers;
  nowUs: () => number;
  /* The number that the server wants next. */
  send: (run: string, events: PluginEvent[]) => Promise<number>;
  onEvent: (kind: "plugin-lost" | "plugin-back") => void;
}

const BEAT_MS = 10_000; // the plugin stops by itself when it does not hear of its page
const AGAIN_MS = 250;
const SLOW_MS = 5000;
const LOST_MS = 8000; // a new version of it is there sooner

export function createPluginLink(options: LinkOptions): PluginLink {
  const { timers, session } = options;
  const state = createStore<LinkState>("off");
  const notice = createStore<PluginNotice | null>(null);
  let wish: "nothing" | "watch" | "end" = "nothing";
  let port: PluginPort | null = null;
  let stopping = new AbortController();
  let failingSinceMs: number | null = null;
  let waiting: number | null = null; // at the plugin, as it said last
  const quiet = new Set<() => void>(); // who waits for that to be 0
  let taking: Promise<void> = Promise.resolve();

  function post(to: PluginPort, message: PageMessage): void {
    try {
      to.postMessage(toWire(message));
    } catch {
      /* cut in this moment: the line is made again */
    }
  }

  function speak(to: PluginPort): void {
    if (wish === "watch")
      post(to, { type: "begin", session, title: options.title, serverUs: Math.round(options.nowUs()), policy: options.policy });
    else post(to, { type: "end", session });
  }

  function settle(): void {
    if (waiting !== 0) return;
    for (const one of [...quiet]) one();
  }

  function hear(from: PluginPort, raw: unknown): void {
    const message = parsePluginMessage(raw);
    if (message === null || from !== port) return;
    failingSinceMs = null;
    switch (message.type) {
      case "state":
        if (message.session !== session) return;
        if (state.get() === "lost") options.onEvent("plugin-back");
        state.set(message.watching ? "watching" : wish === "watch" ? "connecting" : "off");
        waiting = message.waiting;
        settle();
        break;
      case "events":
        if (message.session === session) taking = taking.then(() => take(from, message.run, message.events));
        break;
      case "notice":
        notice.set({ what: message.what, host: message.host });
        break;
      case "plugin":
      case "removed":
        break;
    }
  }

  async function take(from: PluginPort, run: string, events: PluginEvent[]): Promise<void> {
    const last = events[events.length - 1];
    if (last === undefined) return;
    for (let failures = 0; port === from && !stopping.signal.aborted; ) {
      try {
        post(from, { type: "ack", session, run, next: await options.send(run, events) });
        return;
      } catch (thrown) {
        const error = asApiError(thrown);
        if (!error.isTemporary && error.status !== 401) {
          /* Refused for good (the session takes nothing any more): it would be refused again. */
          post(from, { type: "ack", session, run, next: last.seq + 1 });
          return;
        }
        failures += 1;
        await timers.sleep(retryDelayMs(failures, timers.random()), stopping.signal);
      }
    }
  }

  /* Resolves when it is cut. */
  function hold(): Promise<void> {
    return new Promise((resolve) => {
      const runtime = options.runtime();
      if (runtime?.connect === undefined) return resolve();
      let made: PluginPort;
      try {
        made = runtime.connect(options.id, { name: "proctortrack" });
      } catch {
        return resolve(); // no such plugin
      }
      port = made;
      const done = () => {
        if (port === made) port = null;
        resolve();
      };
      made.onMessage.addListener((raw) => hear(made, raw));
      made.onDisconnect.addListener(() => {
        void options.runtime()?.lastError;
        done();
      });
      stopping.signal.addEventListener("abort", () => {
        made.disconnect();
        done();
      });
      speak(made);
    });
  }

  async function run({ signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      await hold();
      const nowMs = timers.monotonicMs();
      failingSinceMs ??= nowMs;
      const failedMs = nowMs - failingSinceMs;
      if (failedMs >= LOST_MS && wish === "watch" && state.get() !== "lost" && !signal.aborted) {
        state.set("lost");
        options.onEvent("plugin-lost");
      }
      if (wish === "end" && failedMs > 0) {
        waiting = 0; // it is not there: nothing will come of it
        settle();
      }
      await timers.sleep(failedMs > LOST_MS ? SLOW_MS : AGAIN_MS, signal);
    }
  }

  async function beat({ signal }: AbortController): Promise<void> {
    while (!signal.aborted) {
      await timers.sleep(BEAT_MS, signal);
      if (signal.aborted || port === null || wish !== "watch") continue;
      speak(port);
    }
  }

  function start(): void {
    if (state.get() !== "off" || port !== null) return;
    state.set("connecting");
    void run(stopping);
    void beat(stopping);
  }

  return {
    state,
    notice,
    begin() {
      if (wish === "watch") return;
      wish = "watch";
      start();
    },
    end() {
      if (wish === "end") return;
      wish = "end";
      waiting = null;
      if (port !== null) speak(port);
      else start();
    },
    flushed: (ms) =>
      new Promise((resolve) => {
        if (waiting === 0 || wish === "nothing") return resolve();
        const giveUp = new AbortController();
        const done = () => {
          quiet.delete(done);
          giveUp.abort();
          resolve();
        };
        quiet.add(done);
        void timers.sleep(ms, giveUp.signal).then(done);
      }),
    stop() {
      wish = "nothing";
      stopping.abort();
      stopping = new AbortController();
      failingSinceMs = null;
      state.set("off");
    },
  };
}
