/* The attempt in this page. What it is allowed to do says the server; this asks again at the moments
 * that matter (the deadline, the network coming back) and now and then for the clock. */
import { ApiError, asApiError, type Api } from "../ui/api";
import { parseFrameMessage, postFrameMessage } from "../ui/frame-messages";
import { createStore, type Store } from "../ui/store";
import { browserNetwork, browserTimers } from "../ui/network";
import { browserClock, createServerClock, type ServerClock } from "../ui/time";
import type { Attempt, ExamApi } from "./api";
import { createFiles, type Files } from "./files";
import { createProgress, type Progress } from "./progress";
import { createSaver, type Saver } from "./saving";
import { browserShelf } from "./shelf";

export type ExamView =
  | { state: "loading" }
  | { state: "failed"; error: ApiError }
  /* A desk while it is running; its files stay until everything is handed in. */
  | { state: "open"; attempt: Attempt; desk: Desk | null; files: Files | null };

/* What a running attempt is worked on with. */
export interface Desk {
  saver: Saver;
  progress: Progress;
}

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
    let desk = before.state === "open" ? before.desk : null;
    let files = before.state === "open" ? before.files : null;
    /* What was written before a pause stays here until the exam goes on. */
    if (attempt.state === "running") desk ??= attempt.paused === null ? openDesk(attempt) : null;
    else {
      if (attempt.state !== "created") desk?.saver.forget();
      desk?.progress.stop();
      desk = null;
    }
    if (attempt.state === "running" || attempt.state === "finished") files ??= openFiles(attempt);
    else {
      files?.stop();
      files = null;
    }
    view.set({ state: "open", attempt, desk, files });
    if (before.state === "open" && before.attempt.paused !== null && attempt.paused === null) {
      desk?.saver.wake();
      desk?.progress.wake();
      files?.wake();
    }
  }

  function openFiles(attempt: Attempt): Files {
    return createFiles({
      attempt: attempt.id,
      limits: attempt.limits,
      there: attempt.files,
      network: browserNetwork,
      timers: browserTimers,
      shelf: browserShelf,
    });
  }

  function openDesk(attempt: Attempt): Desk {
    return {
      saver: openSaver(attempt),
      progress: createProgress({ items: attempt.items, api: exam, timers: browserTimers }),
    };
  }

  function openSaver(attempt: Attempt): Saver {
    return createSaver({
      attempt: attempt.id,
      items: attempt.items,
      api: exam,
      storage: localStorage,
      timers: browserTimers,
      onClosed: () => void refresh(),
      onDeadline(us) {
        const now = view.get();
        if (now.state === "open" && now.attempt.deadlineUs !== us) void refresh();
      },
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
    return now.state === "open" ? (now.desk?.saver ?? null) : null;
  }

  function wake(): void {
    const now = view.get();
    if (now.state === "open") {
      now.desk?.saver.wake();
      now.desk?.progress.wake();
      now.files?.wake();
    }
    void refresh();
  }

  function signedIn(): void {
    signedOut.set(false);
    wake();
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
    const stands = now.attempt.paused !== null;
    const timeOver = !stands && state === "running" && deadlineUs !== null && clock.nowUs() >= deadlineUs;
    if (waitedMs >= (state === "created" ? WAIT_MS : timeOver ? OVER_MS : CLOCK_MS)) void refresh();
  }, LOOK_MS);
  window.addEventListener("online", wake);
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
    const type = parseFrameMessage(event.data)?.type;
    if (type === "window-signed-in") signedIn();
    else if (type === "exam-changed") void refresh();
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
