/* One candidate's sitting of one session in this window. The server's SESSION says which step it is; this
 * brings the window to the same state after anything: a reload, a cut, a restart of the server. */
import { ApiError, asApiError, type Api } from "../ui/api";
import { parseFrameMessage, postFrameMessage, type FrameMessage } from "../ui/frame-messages";
import { createStore, type Store } from "../ui/store";
import { pageSupport } from "../ui/support/platform";
import { browserClock, createServerClock, type ServerClock } from "../ui/time";
import {
  parseSession,
  type AgreementDocument,
  type EventKind,
  type ProctorApi,
  type Receipt,
  type ServerStream,
  type Session,
} from "./api";
import { closingOf } from "./closing";
import { createEventQueue, type EventQueue } from "./events";
import { browserRuntime } from "./plugin";
import { createPluginLink, type PluginLink } from "./plugin-link";
import { browserTryLock, tabName, watchPresence, type Presence, type PresenceControl } from "./presence";
import { retryDelayMs } from "../ui/backoff";
import { createCheckinApi, type CheckinApi, type Detail } from "./checkin/api";
import { browserMedia } from "./recording/camera";
import { createRecordingControl, type RecordingControl } from "./recording/control";
import { startKeeper, type Keeper } from "./recording/keeper";
import { bytesLeft } from "./recording/messages";
import { browserTimers } from "../ui/network";
import { browserConnect } from "../ui/support/stream";
import { startRecorder } from "./recording/recorder";
import { browserScreen, createScreenControl, type ScreenControl } from "./recording/screen";

export type SittingView =
  | { state: "loading" }
  | { state: "failed"; error: ApiError } // could not be loaded at all
  | { state: "open"; session: Session };

export type Finishing =
  | { state: "no" }
  | { state: "sending" }
  | { state: "unconfirmed" } // everything is there; the candidate has not said "Yes" yet
  | { state: "closing" }
  | { state: "elsewhere"; streams: ServerStream[] }
  | { state: "refused"; message: string };

/* What records, and what keeps and sends the recording. */
export interface Equipment {
  control: RecordingControl;
  screen: ScreenControl;
  keeper: Keeper;
}

export interface Sitting {
  readonly view: Store<SittingView>;
  readonly presence: Store<Presence>;
  readonly reachable: Store<boolean>;
  readonly signedOut: Store<boolean>;
  readonly finishing: Store<Finishing>;
  /* A programming or browser failure of the keeping worker, in its words. */
  readonly failure: Store<string | null>;
  readonly serverClock: ServerClock;
  /* There from the camera step on, for as long as this window holds the session. */
  readonly equipment: Store<Equipment | null>;
  /* The camera that the candidate has chosen; null: the browser's choice. */
  readonly cameraId: Store<string | null>;
  /* "I Agree, Let's Begin" was pressed in this window. */
  readonly begun: Store<boolean>;
  /* The candidate has said "Yes" to the upload. */
  readonly uploadConfirmed: Store<boolean>;
  /* The line to the browser's plugin; there while the exam asks for one and this window records. */
  readonly plugin: Store<PluginLink | null>;
  readonly checkin: CheckinApi;
  /* Takes the SESSION that a request of `checkin` answers. */
  learn(asking: Promise<Session>): Promise<void>;
  refresh(): Promise<void>;
  begin(): void;
  confirmUpload(): void;
  accept(name: "instructions" | "agreement", document: AgreementDocument): Promise<void>;
  startProctoring(): Promise<void>;
  receipt(): Promise<Receipt>;
  acknowledge(warning: number): Promise<void>;
  raiseHand(raised: boolean): Promise<void>;
  signedIn(): void;
  /* The frame that shows the exam, so that only its messages count. */
  setExamFrame(frame: HTMLIFrameElement | null): void;
  /* The candidate says that what another computer still has will not come. */
  finishWithoutRest(): void;
}

const POLL_MS = 10_000;
const RELOAD_MS = 3000;
/* Nobody at the computer any more: the upload is finished without a "Yes". */
const UNCONFIRMED_MS = 120_000;
/* What the plugin still has comes within this, or when the candidate opens the page again. */
const PLUGIN_REST_MS = 10_000;
const CAMERA_KEY = "proctortrack-camera";

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function createSitting(id: string, api: Api, proctor: ProctorApi): Sitting {
  const view = createStore<SittingView>({ state: "loading" });
  const reachable = createStore(true);
  const signedOut = createStore(false);
  const finishing = createStore<Finishing>({ state: "no" });
  const failure = createStore<string | null>(null);
  const presence = createStore<Presence>("checking");
  const serverClock = createServerClock(browserClock);
  const equipment = createStore<Equipment | null>(null);
  const cameraId = createStore<string | null>(localStorage.getItem(CAMERA_KEY));
  const begun = createStore(false);
  const uploadConfirmed = createStore(false);
  const plugin = createStore<PluginLink | null>(null);
  const checkin = createCheckinApi(api, id, parseSession);
  const events: EventQueue = createEventQueue({
    session: id,
    storage: localStorage,
    timers: browserTimers,
    nowUs: () => serverClock.nowUs(),
    send: (event) => proctor.event(id, event),
  });
  let watch: PresenceControl | null = null;
  let examFrame: HTMLIFrameElement | null = null;
  let announced = false;
  let closing = false;
  let withoutRest = false;
  const asked = new AbortController(); // aborted when that was said
  let leaving = false;

  async function learn(asking: Promise<Session>): Promise<void> {
    const askedMs = browserClock.monotonicMs();
    const session = await asking;
    serverClock.learn(session.serverUs, askedMs);
    const before = view.get();
    view.set({ state: "open", session });
    listenToApp(session);
    if (before.state === "open" && (before.session.paused === null) !== (session.paused === null))
      tellExam({ type: "exam-changed" });
    follow(session);
  }

  async function refresh(): Promise<void> {
    try {
      await learn(proctor.session(id));
    } catch (thrown) {
      const error = asApiError(thrown);
      if (view.get().state !== "open" && error.status !== 401) {
        view.set({ state: "failed", error });
        if (error.isTemporary) setTimeout(() => void refresh(), RELOAD_MS);
      } else if (view.get().state === "open" && !error.isTemporary && error.status !== 401)
        failure.set(error.message);
    }
  }

  function tellExam(message: FrameMessage): void {
    if (examFrame?.contentWindow) postFrameMessage(examFrame.contentWindow, message);
  }

  /* Brings this window to the session's state. Called with each answer; does each thing once. */
  function follow(session: Session): void {
    if (watch === null) {
      watch = watchPresence({
        session: id,
        renew: () => proctor.lease(id, tabName(sessionStorage, newId)),
        tryLock: browserTryLock,
        timers: browserTimers,
        onReachable: setReachable,
      });
      watch.presence.subscribe((now) => {
        presence.set(now);
        if (now === "elsewhere") {
          plugin.get()?.stop();
          void stopRecording();
        }
        const open = view.get();
        if (now === "held" && open.state === "open") follow(open.session);
      });
    }
    if (presence.get() !== "held") return;
    switch (session.state) {
      case "created":
        break;
      case "agreed":
        equip(session);
        break;
      case "recording":
      case "exam": {
        const { control, screen } = equip(session);
        announceOnce();
        void control.start();
        if (session.checkin.screen.required) screen.start();
        linkPlugin(session)?.begin();
        break;
      }
      case "ended":
        equip(session);
        announceOnce();
        linkPlugin(session)?.end();
        void finish();
        break;
      case "uploaded":
      case "reported":
        void leave();
        break;
    }
  }

  /* What the app does is news to this page at once. An event says only that there is some. */
  let listening: (() => void) | null = null;
  function listenToApp(session: Session): void {
    const over = session.state === "uploaded" || session.state === "reported";
    if (over || !session.checkin.app.required) {
      listening?.();
      listening = null;
      return;
    }
    listening ??= browserConnect(
      () => `/api/proctor/sessions/${encodeURIComponent(id)}/events`,
      ["session", "reset"],
      { onOpen: () => void refresh(), onLost: () => undefined, onEvent: () => void refresh() },
    );
  }

  function announceOnce(): void {
    if (announced) return;
    announced = true;
    events.add("page-loaded", { agent: navigator.userAgent.slice(0, 300) });
  }

  /* The last pieces, and no track runs any more. */
  async function stopRecording(): Promise<void> {
    const tools = equipment.get();
    await Promise.all([tools?.control.stop(), tools?.screen.stop()]);
  }

  function flush(): void {
    const tools = equipment.get();
    tools?.control.flush();
    tools?.screen.flush();
  }

  function equip(session: Session): Equipment {
    const there = equipment.get();
    if (there !== null) return there;
    const keeper = startKeeper({ session: id, onFailure: (message) => failure.set(message) });
    const shared = {
      keeper,
      timers: browserTimers,
      nowUs: () => serverClock.nowUs(),
      newName: () => `${String(Date.now()).padStart(15, "0")}-${newId().slice(0, 8)}`,
      onEvent: (kind: EventKind, detail?: Detail) => events.add(kind, detail),
    };
    const control = createRecordingControl({
      ...shared,
      media: browserMedia,
      settings: session.recording,
      cameraId: () => cameraId.get(),
      start: startRecorder,
      onDeviceChange: (listener) =>
        navigator.mediaDevices?.addEventListener("devicechange", listener),
    });
    const screen = createScreenControl({
      ...shared,
      source: browserScreen,
      start: (stream, rates, recorder) =>
        startRecorder(stream, { ...rates, pieceMs: session.recording.pieceMs }, recorder),
      onChosen: (surface, label) => learn(checkin.screenConsent(surface, label)),
    });
    const made = { control, screen, keeper };
    equipment.set(made);
    void navigator.storage?.persist?.(); // ask the browser not to evict what is kept; it may say no
    return made;
  }

  function linkPlugin({ exam, checkin: { plugin: it } }: Session): PluginLink | null {
    if (!it.required || it.id === "") return null;
    const there = plugin.get();
    if (there !== null) return there;
    const made = createPluginLink({
      runtime: browserRuntime,
      id: it.id,
      session: id,
      title: exam.title,
      policy: it.policy,
      timers: browserTimers,
      nowUs: () => serverClock.nowUs(),
      send: (run, seen) => checkin.pluginEvents(run, seen),
      onEvent: (kind) => events.add(kind),
    });
    plugin.set(made);
    return made;
  }

  /* After "Home": the last piece, every byte, then the server is told that this was all. */
  async function finish(): Promise<void> {
    const tools = equipment.get();
    if (closing || tools === null) return;
    closing = true;
    finishing.set({ state: "sending" });
    await stopRecording();
    for (let failures = 0; ; ) {
      await sentAll(tools.keeper);
      await refresh();
      const open = view.get();
      if (open.state !== "open" || open.session.state !== "ended") break;
      const status = tools.keeper.status.get();
      if (status === null) continue;
      const what = closingOf(status, open.session.streams, withoutRest);
      if (what.state === "sending") continue;
      if (what.state === "elsewhere") {
        finishing.set({ state: "elsewhere", streams: what.streams });
        await browserTimers.sleep(POLL_MS, asked.signal);
        continue;
      }
      if (!uploadConfirmed.get()) {
        finishing.set({ state: "unconfirmed" });
        await confirmed();
      }
      finishing.set({ state: "closing" });
      await plugin.get()?.flushed(PLUGIN_REST_MS);
      try {
        await learn(proctor.end(id, what.lengths));
        break;
      } catch (thrown) {
        const error = asApiError(thrown);
        failures += 1;
        if (!error.isTemporary && error.status !== 401)
          finishing.set({ state: "refused", message: error.message });
        await browserTimers.sleep(retryDelayMs(failures, Math.random()), new AbortController().signal);
      }
    }
    closing = false;
  }

  function confirmed(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, UNCONFIRMED_MS);
      const stop = uploadConfirmed.subscribe(done);
      function done() {
        clearTimeout(timer);
        stop();
        resolve();
      }
    });
  }

  function sentAll(keeper: Keeper): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        const now = keeper.status.get();
        if (now === null || closingOf(now, []).state === "sending") return false;
        resolve();
        return true;
      };
      if (check()) return;
      const stop = keeper.status.subscribe(() => {
        if (check()) stop();
      });
    });
  }

  /* The server has all of it: nothing stays on this computer, no track runs. */
  async function leave(): Promise<void> {
    const open = view.get();
    const tools = equipment.get() ?? (open.state === "open" ? equip(open.session) : null);
    await stopRecording();
    tools?.keeper.forget();
    plugin.get()?.stop();
    watch?.stop();
    finishing.set({ state: "no" });
  }

  function setReachable(now: boolean): void {
    if (now === reachable.get()) return;
    reachable.set(now);
    events.add(now ? "online" : "offline");
    if (now) wakeAll();
  }

  function wakeAll(): void {
    events.wake();
    equipment.get()?.keeper.wake();
    watch?.kick();
  }

  window.addEventListener("online", wakeAll);
  window.addEventListener("offline", () => setReachable(false));
  document.addEventListener("visibilitychange", () => {
    const open = view.get();
    if (open.state !== "open") return;
    const { state } = open.session;
    if (leaving) return; // a reload or a closed window is not a hidden one
    if (state === "recording" || state === "exam")
      events.add(document.hidden ? "page-hidden" : "page-shown");
    if (document.hidden) flush();
    if (!document.hidden) void refresh();
  });
  window.addEventListener("pagehide", () => (leaving = true));
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("beforeunload", (event) => {
    const tools = equipment.get();
    flush();
    const status = tools?.keeper.status.get() ?? null;
    if (tools?.control.recording.get() || (status !== null && bytesLeft(status) > 0))
      event.preventDefault();
  });
  window.addEventListener("message", (event: MessageEvent<unknown>) => {
    if (event.origin !== window.location.origin) return;
    if (examFrame === null || event.source !== examFrame.contentWindow) return;
    const message = parseFrameMessage(event.data);
    switch (message?.type) {
      case "exam-submitted":
        void refresh(); // the session's state decides, not the message
        break;
      case "exam-signed-out":
        signedOut.set(true);
        break;
      case "window-signed-in":
      case "exam-changed":
      case undefined:
        break;
    }
  });
  document.addEventListener("fullscreenchange", () => {
    const open = view.get();
    if (leaving || open.state !== "open") return;
    const { state } = open.session;
    if (state === "recording" || state === "exam")
      events.add(document.fullscreenElement === null ? "fullscreen-left" : "fullscreen-back");
  });
  cameraId.subscribe((chosen) => {
    if (chosen !== null) localStorage.setItem(CAMERA_KEY, chosen);
  });
  api.onUnauthorized(() => signedOut.set(true));
  setInterval(() => {
    const open = view.get();
    if (open.state !== "open" || presence.get() !== "held" || signedOut.get()) return;
    const { state } = open.session;
    if (state !== "ended" && state !== "reported") void refresh();
  }, POLL_MS);
  equipment.subscribe((tools) => {
    tools?.keeper.status.subscribe((status) => {
      if (status?.upload.state === "signed-out") signedOut.set(true);
    });
  });

  /* The conversation's stream of events tells of what a proctor does, too. */
  pageSupport.get()?.sessionNews.subscribe((news) => {
    if (news?.session === id) void refresh();
  });

  void refresh();
  return {
    view,
    presence,
    reachable,
    signedOut,
    finishing,
    failure,
    serverClock,
    equipment,
    cameraId,
    begun,
    uploadConfirmed,
    plugin,
    checkin,
    learn,
    refresh,
    begin: () => begun.set(true),
    confirmUpload: () => uploadConfirmed.set(true),
    accept: (name, document) => learn(proctor.consent(id, name, document)),
    startProctoring: () => learn(proctor.start(id)),
    receipt: () => proctor.receipt(id),
    async acknowledge(warning) {
      await proctor.acknowledge(id, warning);
      await refresh();
    },
    async raiseHand(raised) {
      await proctor.raiseHand(id, raised);
      await refresh();
    },
    signedIn() {
      signedOut.set(false);
      failure.set(null);
      wakeAll();
      tellExam({ type: "window-signed-in" });
      void refresh();
    },
    setExamFrame: (frame) => (examFrame = frame),
    finishWithoutRest() {
      withoutRest = true;
      asked.abort();
    },
  };
}
