/* The attempt in this page. What it is allowed to do says the server; this asks again at the moments
 * that matter (the deadline, the network coming back) and now and then for the clock. */
import { ApiError, asApiError, type Api } from "../ui/api";
import { parseFrameMessage, postFrameMessage } from "../ui/frame-messages";
import { createStore, type Store } from "../ui/store";
import { browserClock, createServerClock, type ServerClock } from "../ui/time";
import type { Attempt, ExamApi } from "./api";
import { createSaver, type Saver, type SavingTimers } from "./saving";

export type ExamView =
  | { state: "loading" }
  | { state: "failed"; error: ApiError }
  | { state: "open"; attempt: Attempt; saver: Saver | null }; // a saver while it is running

export interface ExamModel {
  readonly view: Store<ExamView>;
  readonly clock: ServerClock;
  /* This page asks for the sign-in itself; inside the proctored window that window does. */
  readonly signedOut: Store<boolean>;
  refresh(): Promise<void>;
  start(): Promise<void>;
  /* False: something could not be saved, so nothing was finished. */
  finish(): Promise<boolean>;
  submit(): Promise<void>;
  signedIn(): void;
}

const WAIT_MS = 3000; // before the start: may it be started?
const CLOCK_MS = 20_000;
const OVER_MS = 1500; // after the deadline: has the server closed it?
const LOOK_MS = 500;

export const browserSavingTimers: SavingTimers = {
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    }),
  random: () => Math.random(),
};

export function createExam(api: Api, exam: ExamApi): ExamModel {
  const view = createStore<ExamView>({ state: "loading" });
  const clock = createServerClock(browserClock);
  const signedOut = createStore(false);
  const outer = window.parent === window ? null : window.parent;
  let askedLastMs = 0;

  async function learn(asking: Promise<Attempt>): Promise<void> {
    const askedMs = browserClock.monotonicMs();
    const attempt = await asking;
    clock.learn(attempt.serverUs, askedMs);
    const before = view.get();
    let saver = before.state === "open" ? before.saver : null;
    if (attempt.state === "running") saver ??= openSaver(attempt);
    else {
      if (attempt.state !== "created") saver?.forget();
      saver = null;
    }
    view.set({ state: "open", attempt, saver });
  }

  function openSaver(attempt: Attempt): Saver {
    return createSaver({
      attempt: attempt.id,
      items: attempt.items,
      api: exam,
      storage: localStorage,
      timers: browserSavingTimers,
      onClosed: () => void refresh(),
    });
  }

  async function refresh(): Promise<void> {
    askedLastMs = browserClock.monotonicMs();
    try {
      await learn(exam.attempt());
    } catch (thrown) {
      const error = asApiError(thrown);
      if (view.get().state !== "open" && error.status !== 401)
        view.set({ state: "failed", error });
    }
  }

  function saverNow(): Saver | null {
    const now = view.get();
    return now.state === "open" ? now.saver : null;
  }

  function signedIn(): void {
    signedOut.set(false);
    saverNow()?.wake();
    void refresh();
  }

  setInterval(() => {
    const now = view.get();
    if (signedOut.get() || now.state === "loading") return;
    const waitedMs = browserClock.monotonicMs() - askedLastMs;
    if (now.state === "failed") {
      if (now.error.isTemporary && waitedMs >= WAIT_MS) void refresh();
      return;
    }
    const { state, deadlineUs } = now.attempt;
    if (state === "submitted") return;
    const timeOver = state === "running" && deadlineUs !== null && clock.nowUs() >= deadlineUs;
    if (waitedMs >= (state === "created" ? WAIT_MS : timeOver ? OVER_MS : CLOCK_MS)) void refresh();
  }, LOOK_MS);
  window.addEventListener("online", () => {
    saverNow()?.wake();
    void refresh();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void refresh(); // the computer may have slept
  });
  api.onUnauthorized(() => {
    if (signedOut.get()) return;
    if (outer === null) signedOut.set(true);
    else postFrameMessage(outer, { type: "exam-signed-out" });
  });
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.origin !== window.location.origin || event.source !== outer) return;
    if (parseFrameMessage(event.data)?.type === "window-signed-in") signedIn();
  });

  return {
    view,
    clock,
    signedOut,
    refresh,
    start: () => learn(exam.start()),
    async finish() {
      const saver = saverNow();
      if (saver !== null && !(await saver.flush())) return false;
      await learn(exam.finish());
      return true;
    },
    async submit() {
      await learn(exam.submit());
      const now = view.get();
      if (outer !== null && now.state === "open")
        postFrameMessage(outer, { type: "exam-submitted", attempt: now.attempt.id });
    },
    signedIn,
  };
}
