/* The dedicated worker that keeps the recording: it writes pieces to the disk and sends them, away from
 * the page's main thread, so neither a busy page nor a hidden one holds the recording up. */
import { createKept, findKept, type KeptStream } from "./kept";
import { createMemoryFolder } from "./memory";
import type { FromKeeper, KeeperStatus, StreamStatus, ToKeeper } from "./messages";
import { browserNetwork, browserTimers } from "../../ui/network";
import { openSessionFolder } from "./opfs";
import type { Folder } from "./platform";
import { startUpload, type Upload } from "./upload";

interface WorkerScope {
  postMessage(message: FromKeeper): void;
  onmessage: ((event: MessageEvent<ToKeeper>) => void) | null;
}
const scope = self as unknown as WorkerScope;

const STATUS_MS = 200; // at most one status in this time

interface Open {
  folder: Folder;
  streams: KeptStream[];
  upload: Upload;
}

let open: Open | null = null;
let statusTimer: ReturnType<typeof setTimeout> | null = null;

function statusOf(stream: KeptStream): StreamStatus {
  const state = stream.state();
  return {
    local: stream.local,
    id: state.url === null ? null : (state.url.split("/").pop() ?? null),
    kind: state.kind,
    bytes: stream.size(),
    acknowledged: state.acknowledged,
    state:
      state.stuck !== null ? "stuck" : state.done ? "done" : state.ended ? "ending" : "growing",
  };
}

function postStatus(): void {
  if (statusTimer !== null) clearTimeout(statusTimer);
  statusTimer = null;
  if (open === null) return;
  const problems = open.streams.map((stream) => stream.diskProblem());
  const status: KeeperStatus = {
    streams: open.streams.map(statusOf),
    upload: open.upload.state(),
    lasting: open.folder.lasting,
    diskProblem: problems.find((problem) => problem !== null) ?? null,
  };
  scope.postMessage({ type: "status", status });
}

function postStatusSoon(): void {
  statusTimer ??= setTimeout(postStatus, STATUS_MS);
}

async function openFolder(session: string): Promise<Folder> {
  try {
    return await openSessionFolder(session);
  } catch {
    return createMemoryFolder(); // said in every status: `lasting` is false
  }
}

async function openSession(session: string, endpoint: string): Promise<void> {
  if (open !== null) return;
  const folder = await openFolder(session);
  const streams = await findKept(folder);
  const upload = startUpload({
    endpoint,
    network: browserNetwork,
    timers: browserTimers,
    streams: () => streams,
    onChange: postStatusSoon,
  });
  open = { folder, streams, upload };
  postStatus();
}

async function handle(message: ToKeeper): Promise<void> {
  if (message.type === "open") return openSession(message.session, message.endpoint);
  if (open === null) throw new Error(`"${message.type}" came before "open"`);
  const { folder, streams, upload } = open;
  const find = (local: string) => {
    const stream = streams.find((entry) => entry.local === local);
    if (stream === undefined) throw new Error(`no stream ${local}`);
    return stream;
  };
  switch (message.type) {
    case "begin":
      streams.push(await createKept(folder, message.local, message));
      break;
    case "piece":
      find(message.local).append(new Uint8Array(message.bytes));
      break;
    case "end":
      find(message.local).note({ type: "end" });
      break;
    case "wake":
      upload.wake();
      break;
    case "forget":
      await upload.stop();
      for (const stream of streams.splice(0)) await stream.forget();
      break;
  }
  upload.notify();
  postStatusSoon();
}

/* One after another, in the order they came: a piece never overtakes the "begin" of its stream. */
let last: Promise<void> = Promise.resolve();
scope.onmessage = (event) => {
  last = last
    .then(() => handle(event.data))
    .catch((thrown: unknown) => {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      scope.postMessage({ type: "failed", message });
    });
};
