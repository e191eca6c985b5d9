/* The upload against a server in memory that does what docs/protocol.md says, and misbehaves on demand:
 * whatever happens, the server ends with exactly the bytes that were recorded. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, test } from "node:test";
import { createKept, findKept, type KeptStream } from "./kept";
import { createMemoryFolder } from "./memory";
import type { Network, NetworkAnswer, NetworkRequest, Timers } from "../../ui/network";
import type { Folder } from "./platform";
import { nextPieceSize, startUpload, type Upload } from "./upload";

interface ServerUpload {
  bytes: Buffer;
  length: number | null;
  metadata: string;
}

type Trouble = (request: NetworkRequest, server: TusServer) => NetworkAnswer | "cut" | "cut-after" | null;

function answer(status: number, headers: Record<string, string> = {}): NetworkAnswer {
  return {
    status,
    header: (name) => headers[name] ?? null,
    text: () => Promise.resolve(""),
  };
}

class TusServer implements Network {
  uploads = new Map<string, ServerUpload>();
  log: string[] = [];
  trouble: Trouble = () => null;

  sha256(bytes: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(createHash("sha256").update(bytes).digest());
  }
  async request(request: NetworkRequest): Promise<NetworkAnswer> {
    await Promise.resolve();
    this.log.push(request.method);
    const trouble = this.trouble(request, this);
    if (trouble === "cut") throw new TypeError("network");
    if (trouble === "cut-after") {
      this.serve(request);
      throw new TypeError("network");
    }
    return trouble ?? this.serve(request);
  }
  serve(request: NetworkRequest): NetworkAnswer {
    if (request.method === "POST") {
      const url = `/api/u/${this.uploads.size + 1}`;
      this.uploads.set(url, {
        bytes: Buffer.alloc(0),
        length: null,
        metadata: request.headers["Upload-Metadata"] ?? "",
      });
      return answer(201, { Location: `http://elsewhere.example${url}` });
    }
    const upload = this.uploads.get(request.url);
    if (upload === undefined) return answer(404);
    const offset = { "Upload-Offset": String(upload.bytes.length) };
    if (request.method === "HEAD")
      return answer(200, {
        ...offset,
        ...(upload.length === null ? {} : { "Upload-Length": String(upload.length) }),
      });
    if (request.headers["Upload-Offset"] !== String(upload.bytes.length))
      return answer(409, offset);
    const body = Buffer.from(request.body ?? new Uint8Array(0));
    if (body.length > 0) {
      const sum = createHash("sha256").update(body).digest("base64");
      if (request.headers["Upload-Checksum"] !== `sha256 ${sum}`) return answer(460);
    }
    upload.bytes = Buffer.concat([upload.bytes, body]);
    const length = request.headers["Upload-Length"];
    if (length !== undefined) upload.length = Number(length);
    return answer(204, { "Upload-Offset": String(upload.bytes.length) });
  }
}

/* Sleeping takes no time but gives the others a turn; every asked time is noted. */
function quickTimers(asked: number[] = []): Timers {
  let now = 0;
  return {
    monotonicMs: () => (now += 1),
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        asked.push(ms);
        if (signal.aborted) return resolve();
        if (ms >= 60_000) signal.addEventListener("abort", () => resolve());
        else setTimeout(resolve, 0);
      }),
  };
}

function pieces(total: number, size: number, seed = 7): Uint8Array[] {
  const found: Uint8Array[] = [];
  let state = seed;
  for (let at = 0; at < total; at += size) {
    const piece = new Uint8Array(Math.min(size, total - at));
    for (let i = 0; i < piece.length; i++) {
      state = (state * 1103515245 + 12345) >>> 0;
      piece[i] = state >> 16;
    }
    found.push(piece);
  }
  return found;
}

const ABOUT = { kind: "camera", mime: "video/webm", startedUs: 1_795_000_000_000_000 };

interface Rig {
  server: TusServer;
  folder: Folder;
  streams: KeptStream[];
  upload: Upload;
  slept: number[];
}

const running: Upload[] = [];
afterEach(async () => {
  for (const upload of running.splice(0)) await upload.stop();
});

function rig(server: TusServer, folder: Folder, streams: KeptStream[]): Rig {
  const slept: number[] = [];
  const upload = startUpload({
    endpoint: "/api/u",
    network: server,
    timers: quickTimers(slept),
    streams: () => streams,
    onChange: () => undefined,
  });
  running.push(upload);
  return { server, folder, streams, upload, slept };
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail("it did not happen");
}

async function record(trouble: Trouble, total = 300_000): Promise<Rig & { bytes: Buffer }> {
  const server = new TusServer();
  server.trouble = trouble;
  const folder = createMemoryFolder();
  const stream = await createKept(folder, "a", ABOUT);
  const all = pieces(total, 40_000);
  const made = rig(server, folder, [stream]);
  for (const piece of all) {
    stream.append(piece);
    made.upload.notify();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  stream.note({ type: "end" });
  made.upload.notify();
  return { ...made, bytes: Buffer.concat(all) };
}

function done(made: Rig): boolean {
  return made.streams.every((stream) => stream.state().done);
}

function times(count: number, trouble: Trouble): Trouble {
  let left = count;
  return (request, server) => {
    const found = left > 0 ? trouble(request, server) : null;
    if (found !== null) left -= 1;
    return found;
  };
}

test("a recording reaches the server whole and its bytes leave the disk", async () => {
  const made = await record(() => null);
  await until(() => done(made));
  const upload = made.server.uploads.get("/api/u/1");
  assert.ok(upload);
  assert.deepEqual(upload.bytes, made.bytes);
  assert.equal(upload.length, made.bytes.length);
  assert.match(upload.metadata, /^kind Y2FtZXJh,mime dmlkZW8vd2VibQ==,started_us /);
  assert.deepEqual(await made.folder.list(), ["a.journal"]);
});

const troubles: [string, Trouble][] = [
  ["the network is cut before a piece arrives", (q) => (q.method === "PATCH" ? "cut" : null)],
  ["the answer to a piece is lost", (q) => (q.method === "PATCH" ? "cut-after" : null)],
  ["the network is cut while asking for the offset", (q) => (q.method === "HEAD" ? "cut" : null)],
  ["a piece is damaged on the way", (q) => (q.method === "PATCH" ? answer(460) : null)],
  ["the server's disk is full for a while", (q) => (q.method === "PATCH" ? answer(507) : null)],
  ["the server restarts", () => answer(503, { "Retry-After": "1" })],
  ["an earlier request still holds the upload", (q) => (q.method === "PATCH" ? answer(423) : null)],
  [
    "the server says another offset than ours",
    (q, server) => {
      const upload = server.uploads.get(q.url);
      if (q.method !== "PATCH" || upload === undefined || upload.bytes.length < 1000) return null;
      upload.bytes = upload.bytes.subarray(0, upload.bytes.length - 999);
      return null;
    },
  ],
  ["too many requests", () => answer(429, { "Retry-After": "2" })],
];
for (const [name, trouble] of troubles)
  test(`no byte is lost or doubled when ${name}`, async () => {
    const made = await record(times(4, trouble));
    await until(() => done(made));
    assert.equal(made.server.uploads.size, 1);
    assert.deepEqual(made.server.uploads.get("/api/u/1")?.bytes, made.bytes);
    assert.equal(made.server.uploads.get("/api/u/1")?.length, made.bytes.length);
    });

test("random troubles of every kind at once lose nothing", async () => {
  let seed = 42;
  const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const made = await record((q, server) => {
    const n = next();
    if (n > 0.6) return null;
    const kinds: ReturnType<Trouble>[] = ["cut", "cut-after", answer(503), answer(423), answer(460), answer(507)];
    if (q.method === "POST" && n < 0.2) return "cut"; // "cut-after" would make a second, empty upload
    if (q.method === "POST") return answer(503);
    return kinds[Math.floor(next() * kinds.length)] ?? server.serve(q);
  }, 900_000);
  await until(() => done(made));
  assert.deepEqual(made.server.uploads.get("/api/u/1")?.bytes, made.bytes);
});

test("signing in again lets a refused upload go on at once", async () => {
  let signedIn = false;
  const made = await record(() => (signedIn ? null : answer(401)));
  await until(() => made.upload.state().state === "signed-out");
  assert.equal(made.server.uploads.size, 0);
  signedIn = true;
  made.upload.wake();
  await until(() => done(made));
  assert.deepEqual(made.server.uploads.get("/api/u/1")?.bytes, made.bytes);
});

test("a sign-in that runs out in the middle does not start the recording again from 0", async () => {
  let refuse = false;
  const made = await record((_, server) => {
    if ((server.uploads.get("/api/u/1")?.bytes.length ?? 0) > 50_000 && server.log.length < 9) refuse = true;
    return refuse ? answer(401) : null;
  });
  await until(() => made.upload.state().state === "signed-out");
  made.server.trouble = () => null;
  made.upload.wake();
  await until(() => done(made));
  assert.equal(made.server.log.filter((method) => method === "POST").length, 1);
  assert.deepEqual(made.server.uploads.get("/api/u/1")?.bytes, made.bytes);
});

test("after a reload the rest of an unfinished stream follows, from the server's offset", async () => {
  const server = new TusServer();
  const folder = createMemoryFolder();
  const first = await createKept(folder, "a", ABOUT);
  const all = pieces(200_000, 50_000);
  const before = rig(server, folder, [first]);
  for (const piece of all.slice(0, 2)) first.append(piece);
  before.upload.notify();
  await until(() => first.state().acknowledged === 100_000);
  server.trouble = () => "cut"; // the rest is recorded offline, then the page goes away
  for (const piece of all.slice(2)) first.append(piece);
  await before.upload.stop();
  first.close();

  server.trouble = () => null;
  const found = await findKept(folder);
  assert.equal(found.length, 1);
  assert.equal(found[0]?.state().ended, true);
  const after = rig(server, folder, found);
  await until(() => done(after));
  assert.equal(server.uploads.size, 1);
  assert.deepEqual(server.uploads.get("/api/u/1")?.bytes, Buffer.concat(all));
});

test("streams are sent one after another, the oldest first", async () => {
  const server = new TusServer();
  const folder = createMemoryFolder();
  const streams = [await createKept(folder, "a", ABOUT), await createKept(folder, "b", ABOUT)];
  for (const stream of streams) {
    stream.append(new Uint8Array(1000).fill(stream.local.charCodeAt(0)));
    stream.note({ type: "end" });
  }
  const made = rig(server, folder, streams);
  await until(() => done(made));
  assert.equal(server.uploads.get("/api/u/1")?.bytes[0], "a".charCodeAt(0));
  assert.deepEqual(server.log, ["POST", "PATCH", "POST", "PATCH"]);
});

test("a closed stream (410) is set aside and the next one is still sent", async () => {
  const server = new TusServer();
  server.trouble = (q) => (q.url === "/api/u/1" ? answer(410) : null);
  const folder = createMemoryFolder();
  const streams = [await createKept(folder, "a", ABOUT), await createKept(folder, "b", ABOUT)];
  for (const stream of streams) {
    stream.append(new Uint8Array(1000));
    stream.note({ type: "end" });
  }
  rig(server, folder, streams);
  await until(() => streams[1]?.state().done === true);
  assert.equal(streams[0]?.state().stuck, "the server has closed this recording");
  assert.equal(streams[0]?.size(), 1000, "its bytes stay on this computer");
});

test("413 makes the pieces smaller first, and only then is the stream full", async () => {
  const made = await record((q) => ((q.body?.byteLength ?? 0) > 70_000 ? answer(413) : null), 600_000);
  await until(() => done(made));
  assert.deepEqual(made.server.uploads.get("/api/u/1")?.bytes, made.bytes);

  const full = await record((q) => (q.method === "PATCH" ? answer(413) : null));
  await until(() => full.streams[0]?.state().stuck !== null);
  assert.match(full.streams[0]?.state().stuck ?? "", /limit/);
});

test("a session that takes no bytes any more (409 at the right offset) ends the trying", async () => {
  const made = await record((q, server) =>
    q.method === "PATCH"
      ? answer(409, { "Upload-Offset": String(server.uploads.get(q.url)?.bytes.length) })
      : null,
  );
  await until(() => made.streams[0]?.state().stuck !== null);
});

test("an upload that the server has lost is made again while all bytes are here", async () => {
  const server = new TusServer();
  const folder = createMemoryFolder();
  const stream = await createKept(folder, "a", ABOUT);
  stream.append(new Uint8Array(5000).fill(3));
  const made = rig(server, folder, [stream]);
  await until(() => stream.state().acknowledged === 5000);
  server.uploads.delete("/api/u/1");
  server.uploads.set("/api/u/other", { bytes: Buffer.alloc(0), length: null, metadata: "" });
  stream.append(new Uint8Array(5000).fill(4));
  stream.note({ type: "end" });
  made.upload.notify();
  await until(() => done(made));
  const again = server.uploads.get("/api/u/2");
  assert.equal(again?.bytes.length, 10_000);
  assert.equal(again?.bytes[0], 3);
});

test("a recorder that never gave a byte leaves nothing on the server", async () => {
  const server = new TusServer();
  const folder = createMemoryFolder();
  const stream = await createKept(folder, "a", ABOUT);
  stream.note({ type: "end" });
  const made = rig(server, folder, [stream]);
  await until(() => done(made));
  assert.deepEqual(server.log, []);
});

test("waiting doubles up to 15 seconds and starts small again after a success", async () => {
  const made = await record(times(9, (q) => (q.method === "POST" ? "cut" : null)));
  await until(() => done(made));
  const waits = made.slept.filter((ms) => ms < 60_000);
  assert.deepEqual(waits, [375, 750, 1500, 3000, 6000, 11250, 11250, 11250, 11250]);
});

test("the size of a piece follows the line", () => {
  assert.equal(nextPieceSize(512 << 10, 512 << 10, 200), 1 << 20);
  assert.equal(nextPieceSize(2 << 20, 2 << 20, 200), 2 << 20);
  assert.equal(nextPieceSize(512 << 10, 512 << 10, 9000), 256 << 10);
  assert.equal(nextPieceSize(64 << 10, 64 << 10, 90_000), 64 << 10);
  assert.equal(nextPieceSize(512 << 10, 1000, 10), 512 << 10);
});
