import assert from "node:assert/strict";
import { test } from "node:test";
import { RETRY_MAX_MS, retryDelayMs } from "../../ui/backoff";
import { cameraProblemOf } from "./camera";
import { encodeEntry, readJournal } from "./journal";
import { createKept, findKept } from "./kept";
import { createMemoryFolder } from "./memory";
import type { ByteFile, Folder } from "./platform";
import { chooseMime } from "./recorder";
import { encodeMetadata, resolvePath } from "../../ui/tus";

const ABOUT = { kind: "camera", mime: "video/webm", startedUs: 1 };

/* A folder whose files refuse writes while `full` is true. */
function fillingFolder(): { folder: Folder; disk: { full: boolean } } {
  const disk = { full: false };
  const inner = createMemoryFolder();
  const guard = (file: ByteFile): ByteFile => ({
    ...file,
    write(bytes, at) {
      if (disk.full) throw new Error("QuotaExceededError");
      file.write(bytes, at);
    },
  });
  return { disk, folder: { ...inner, open: async (name) => guard(await inner.open(name)) } };
}

test("a piece that the disk refuses waits in memory, in order, and is written later", async () => {
  const { folder, disk } = fillingFolder();
  const stream = await createKept(folder, "a", ABOUT);
  stream.append(Uint8Array.of(1, 2));
  disk.full = true;
  stream.append(Uint8Array.of(3));
  stream.append(Uint8Array.of(4, 5));
  assert.equal(stream.diskProblem(), "QuotaExceededError");
  assert.equal(stream.size(), 5);
  assert.deepEqual([...stream.read(1, 3)], [2, 3, 4]);
  assert.deepEqual([...stream.read(3, 99)], [4, 5]);
  disk.full = false;
  stream.append(Uint8Array.of(6));
  assert.equal(stream.diskProblem(), null);
  assert.deepEqual([...stream.read(0, 99)], [1, 2, 3, 4, 5, 6]);
  stream.close();
  const [found] = await findKept(folder);
  assert.equal(found?.size(), 6);
});

test("bytes behind the last flushed piece are dropped after a crash", async () => {
  const folder = createMemoryFolder();
  const stream = await createKept(folder, "a", ABOUT);
  stream.append(Uint8Array.of(1, 2, 3));
  const torn = await folder.open("a.bytes");
  torn.write(Uint8Array.of(9, 9), 3); // written, but never noted in the journal
  const [found] = await findKept(folder);
  assert.deepEqual([...(found?.read(0, 99) ?? [])], [1, 2, 3]);
  assert.equal((await folder.open("a.bytes")).size(), 3);
});

test("a torn last line of the journal is as if it had not been written", () => {
  const lines = [
    encodeEntry({ type: "begin", ...ABOUT }),
    encodeEntry({ type: "piece", end: 100 }),
    encodeEntry({ type: "piece", end: 200 }),
  ];
  const bytes = Buffer.concat(lines);
  const two = (lines[0]?.length ?? 0) + (lines[1]?.length ?? 0);
  for (let cut = two; cut < bytes.length; cut++) {
    const { state, whole } = readJournal(bytes.subarray(0, cut));
    assert.equal(state?.end, 100);
    assert.equal(whole, two);
  }
  assert.equal(readJournal(bytes).state?.end, 200);
});

test("a journal with rubbish in it keeps what was before", () => {
  const good = encodeEntry({ type: "begin", ...ABOUT });
  for (const rubbish of ["{}\n", "null\n", '{"type":"begin"}\n', "\u0000\u0000\n", '{"type":"x"}\n'])
    assert.equal(readJournal(Buffer.concat([good, Buffer.from(rubbish)])).whole, good.length);
  assert.deepEqual(readJournal(new Uint8Array(0)), { state: null, whole: 0 });
});

test("a journal without one whole line is removed with its bytes", async () => {
  const folder = createMemoryFolder();
  (await folder.open("x.journal")).write(Uint8Array.of(123, 34), 0);
  (await folder.open("x.bytes")).write(Uint8Array.of(1), 0);
  assert.deepEqual(await findKept(folder), []);
  assert.deepEqual(await folder.list(), []);
});

test("the wait before a retry stays between half of its step and 15 seconds", () => {
  for (let failures = 1; failures < 100; failures++)
    for (const random of [0, 0.5, 0.999]) {
      const ms = retryDelayMs(failures, random);
      assert.ok(ms >= 250 && ms <= RETRY_MAX_MS);
    }
  assert.ok(retryDelayMs(10, 0) >= RETRY_MAX_MS / 2);
});

test("VP9 is recorded first, then H.264, then VP8", () => {
  assert.equal(chooseMime(() => true), "video/webm;codecs=vp9,opus");
  assert.equal(chooseMime((type) => !type.includes("vp9")), "video/webm;codecs=h264,opus");
  assert.equal(chooseMime((type) => type.includes("vp8")), "video/webm;codecs=vp8,opus");
  assert.equal(chooseMime(() => false), null);
});

test("each camera problem has its own kind", () => {
  assert.equal(cameraProblemOf("NotAllowedError"), "denied");
  assert.equal(cameraProblemOf("NotFoundError"), "not-found");
  assert.equal(cameraProblemOf("NotReadableError"), "in-use");
  assert.equal(cameraProblemOf("whatever"), "other");
});

test("metadata and locations follow tus", () => {
  assert.equal(encodeMetadata({ kind: "camera", name: "é" }), "kind Y2FtZXJh,name w6k=");
  assert.equal(resolvePath("/api/x/1", "/api/x"), "/api/x/1");
  assert.equal(resolvePath("https://proxy.example/api/x/1", "/api/x"), "/api/x/1");
  assert.equal(resolvePath("1", "/api/x/"), "/api/x/1");
});
