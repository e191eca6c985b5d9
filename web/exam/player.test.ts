/* The player's parts without a page: states of questions, settings, keys, marks of the clock, files against
 * a server in memory that keeps the protocol's rules. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ApiError } from "../ui/api";
import type { Network, NetworkAnswer, NetworkRequest } from "../ui/network";
import { player as de } from "../ui/texts/de/player";
import { player as en } from "../ui/texts/en/player";
import type { AttachedFile, Item, TimeEntry } from "./api";
import { fileText } from "./attachments";
import { crossedMark } from "./clock";
import { checkLimits, createFiles, createSpeed, pieceSizeAfter, type FileShelf, type Files } from "./files";
import { shortcutOf, SHORTCUTS } from "./keys";
import { createProgress, itemState, lastSeen } from "./progress";
import { nextSize, parseSettings } from "./settings";
import { givenText } from "./times";

const soon = {
  monotonicMs: () => performance.now(),
  random: () => 0,
  sleep: (_: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => (signal.aborted ? resolve() : void setTimeout(resolve, 1))),
};

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail("it did not happen");
}

const item = (id: number, seenUs: number | null = null, marked = false): Item => ({
  id, kind: "descriptive", prompt: "?", points: 1, options: [], answer: null, seenUs, marked,
});

test("a question is in one of five states", () => {
  assert.equal(itemState({ visited: false, marked: false }, false), "not-visited");
  assert.equal(itemState({ visited: true, marked: false }, false), "not-answered");
  assert.equal(itemState({ visited: true, marked: false }, true), "answered");
  assert.equal(itemState({ visited: true, marked: true }, false), "marked");
  assert.equal(itemState({ visited: true, marked: true }, true), "answered-marked");
});

test("after a crash the candidate is where they were", () => {
  assert.equal(lastSeen([item(1, 5), item(2, 9), item(3), item(4, 7)]), 1);
  assert.equal(lastSeen([item(1), item(2)]), 0);
});

test("marks are sent again after a cut, the last one wins, and a refusal ends it", async () => {
  const sent: [number, boolean][] = [];
  let trouble: ApiError | null = new ApiError("offline", "", 0, "", "", 0);
  const progress = createProgress({
    items: [item(1), item(2, 5, true)],
    timers: soon,
    api: {
      async seen(id, marked) {
        await Promise.resolve();
        if (trouble !== null) throw trouble;
        sent.push([id, marked]);
      },
    },
  });
  assert.deepEqual(progress.seen.get().get(2), { visited: true, marked: true });
  progress.visit(1);
  progress.mark(1, true);
  progress.visit(1);
  assert.deepEqual(progress.seen.get().get(1), { visited: true, marked: true });
  trouble = null;
  await until(() => sent.some(([id, marked]) => id === 1 && marked));
  trouble = new ApiError("answered", "", 409, "conflict", "", 0);
  progress.mark(2, false);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(!sent.some(([id]) => id === 2));
  progress.stop();
});

test("settings that make no sense are the defaults", () => {
  const none = { textSize: 100, all: false, timerHidden: false };
  for (const text of [null, "", "{", "null", "7", '{"textSize":117,"all":"yes"}'])
    assert.deepEqual(parseSettings(text), none);
  assert.deepEqual(parseSettings('{"textSize":150,"all":true,"timerHidden":true}'), {
    textSize: 150, all: true, timerHidden: true,
  });
  assert.equal(nextSize(100, -1), 100);
  assert.equal(nextSize(100, 1), 115);
  assert.equal(nextSize(200, 1), 200);
});

test("a shortcut is a key with Alt alone, each with its own", () => {
  const none = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };
  assert.equal(shortcutOf({ ...none, code: "KeyN" }), null);
  assert.equal(shortcutOf({ ...none, code: "KeyN", altKey: true }), "next");
  assert.equal(shortcutOf({ ...none, code: "KeyN", altKey: true, ctrlKey: true }), null); // AltGr
  assert.equal(shortcutOf({ ...none, code: "KeyZ", altKey: true }), null);
  assert.equal(new Set(Object.values(SHORTCUTS)).size, Object.keys(SHORTCUTS).length);
});

test("ten, five and one minute are told once, and the nearest after a sleep", () => {
  assert.equal(crossedMark(601, 600, 1800), 600);
  assert.equal(crossedMark(600, 599, 1800), null);
  assert.equal(crossedMark(700, 250, 1800), 300);
  assert.equal(crossedMark(61, 60, 1800), 60);
  assert.equal(crossedMark(10, 0, 1800), null);
  assert.equal(crossedMark(600.2, 599.9, 600), null); // an exam of ten minutes has just begun
  assert.equal(crossedMark(500, 700, 1800), null); // time was given
});

test("what was given is said with its reason, in both languages", () => {
  const entry: TimeEntry = {
    id: 1, kind: "outage", givenUs: 180e6, fromUs: 1.8e15, toUs: 1.8e15 + 180e6, reason: "x", who: "",
  };
  assert.match(givenText(entry), /^3 minutes were given back: the server was away \d\d:\d\d to \d\d:\d\d$/);
  assert.equal(
    givenText({ ...entry, kind: "support", fromUs: null, toUs: null, reason: "a fire alarm", who: "Mei Tanaka" }),
    "3 minutes were added: a fire alarm (Mei Tanaka)",
  );
  const keys = (value: object): string[] =>
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === "object" && inner !== null ? keys(inner as object).map((one) => `${name}.${one}`) : [name],
    );
  assert.deepEqual(keys(de), keys(en));
});

/* ---- files ---- */

const limits = { fileBytes: 1000_000, filesOfItem: 3, allBytes: 2_000_000 };

class Server implements Network {
  files = new Map<string, { name: string; length: number; bytes: Buffer; replaces: string }>();
  trouble: ((request: NetworkRequest) => NetworkAnswer | "cut" | null) | null = null;
  patches = 0;
  made = 0;
  static answer(status: number, headers: Record<string, string> = {}, message = ""): NetworkAnswer {
    return {
      status,
      header: (name) => headers[name] ?? null,
      text: () => Promise.resolve(JSON.stringify({ error: { message } })),
    };
  }
  async request(request: NetworkRequest): Promise<NetworkAnswer> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const trouble = this.trouble?.(request) ?? null;
    if (trouble === "cut") throw new Error("cut");
    if (trouble !== null) return trouble;
    const id = request.url.split("/").pop() ?? "";
    if (request.method === "POST") {
      const pairs = Object.fromEntries(
        (request.headers["Upload-Metadata"] ?? "").split(",").map((pair) => {
          const [name, value] = pair.split(" ");
          return [name, Buffer.from(value ?? "", "base64").toString()];
        }),
      );
      const made = `file${(this.made += 1)}`;
      this.files.set(made, {
        name: pairs["filename"] ?? "",
        length: Number(request.headers["Upload-Length"]),
        bytes: Buffer.alloc(0),
        replaces: pairs["replaces"] ?? "",
      });
      return Server.answer(201, { Location: `/api/campus/attachments/${made}` });
    }
    const file = this.files.get(id);
    if (file === undefined) return Server.answer(404);
    if (request.method === "DELETE") {
      this.files.delete(id);
      return Server.answer(204);
    }
    if (request.method === "PATCH") {
      this.patches += 1;
      if (Number(request.headers["Upload-Offset"]) !== file.bytes.length)
        return Server.answer(409, { "Upload-Offset": String(file.bytes.length) });
      file.bytes = Buffer.concat([file.bytes, request.body ?? Buffer.alloc(0)]);
      if (file.bytes.length === file.length && file.replaces !== "") this.files.delete(file.replaces);
    }
    return Server.answer(request.method === "HEAD" ? 200 : 204, {
      "Upload-Offset": String(file.bytes.length),
    });
  }
  sha256 = async (bytes: Uint8Array) =>
    Promise.resolve(new Uint8Array(createHash("sha256").update(bytes).digest()));
}

function memoryShelf(): FileShelf & { kept: Map<string, Blob> } {
  const kept = new Map<string, Blob>();
  return {
    kept,
    put: async (id, blob) => void (await Promise.resolve(kept.set(id, blob))),
    get: (id) => Promise.resolve(kept.get(id) ?? null),
    remove: async (id) => void (await Promise.resolve(kept.delete(id))),
  };
}

const file = (name: string, size: number, fill = 1) =>
  Object.assign(new Blob([Buffer.alloc(size, fill)]), { name, lastModified: 0 }) as unknown as File;

function open(server: Server, there: AttachedFile[] = [], shelf: FileShelf = memoryShelf()): Files {
  return createFiles({ attempt: 1, limits, there, network: server, timers: soon, shelf });
}

const allComplete = (files: Files) => files.rows.get().every((row) => row.status.state === "complete");

test("several files arrive whole, a large one in pieces", async () => {
  const server = new Server();
  const shelf = memoryShelf();
  const files = open(server, [], shelf);
  assert.deepEqual(files.add(7, [file("a.bin", 900_000, 3), file("b.txt", 10), file("empty", 0)]), []);
  assert.equal(files.busy.get(), true);
  await until(() => allComplete(files));
  assert.equal(files.busy.get(), false);
  assert.deepEqual([...server.files.values()].map(({ name, bytes }) => [name, bytes.length]).sort(), [
    ["a.bin", 900_000], ["b.txt", 10], ["empty", 0],
  ]);
  assert.ok(server.patches > 2);
  await until(() => shelf.kept.size === 0);
});

test("a cut pauses a file, and it goes on where the server says", async () => {
  const server = new Server();
  const files = open(server);
  let cut = false;
  server.trouble = (request) => {
    if (request.method !== "PATCH" || cut) return cut ? "cut" : null;
    /* The bytes arrive, and the answer does not. */
    const kept = server.files.get("file1");
    if (kept !== undefined) kept.bytes = Buffer.from(request.body ?? []);
    cut = true;
    return "cut";
  };
  files.add(7, [file("a.bin", 700_000, 5)]);
  await until(() => files.rows.get()[0]?.status.state === "paused");
  assert.match(fileText(files.rows.get()[0]!), /Paused: no connection/);
  cut = false;
  server.trouble = null;
  files.wake();
  await until(() => allComplete(files));
  assert.ok(server.files.get("file1")?.bytes.equals(Buffer.alloc(700_000, 5)));
});

test("a full server is waited for; the end of the exam is not", async () => {
  const server = new Server();
  const files = open(server);
  let answers = 0;
  server.trouble = (request) => (request.method === "PATCH" && (answers += 1) < 4 ? Server.answer(507) : null);
  files.add(7, [file("a.bin", 10)]);
  await until(() => allComplete(files));
  server.trouble = () => Server.answer(409, {}, "the exam is over");
  files.add(7, [file("b.bin", 10)]);
  await until(() => files.rows.get().some((row) => row.status.state === "failed"));
  assert.match(fileText(files.rows.get()[1]!), /the exam is over/);
  assert.equal(files.busy.get(), false);
});

test("after a reload a file goes on from this browser's store, or waits to be chosen again", async () => {
  const server = new Server();
  const whole = Buffer.alloc(500_000, 9);
  server.files.set("x", { name: "a.bin", length: 500_000, bytes: whole.subarray(0, 100_000), replaces: "" });
  const there: AttachedFile = {
    id: "x", itemId: 7, name: "a.bin", state: "open", length: 500_000, bytes: 100_000, replaces: "",
    sha256: createHash("sha256").update(whole.subarray(0, 100_000)).digest("hex"),
  };
  const away = open(server, [there]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(away.rows.get()[0]?.status.state, "away");
  assert.equal(await away.resume("x", file("a.bin", 400_000, 9)), false, "another length");
  assert.equal(await away.resume("x", file("a.bin", 500_000, 8)), false, "another content");
  away.stop();
  const shelf = memoryShelf();
  shelf.kept.set("x", new Blob([whole]));
  const again = open(server, [there], shelf);
  await until(() => allComplete(again));
  assert.ok(server.files.get("x")?.bytes.equals(whole));
});

test("a replaced file goes when the new one is whole, and a removed one at once", async () => {
  const server = new Server();
  const files = open(server);
  files.add(7, [file("old", 10)]);
  await until(() => allComplete(files));
  files.add(7, [file("new", 20)], "file1");
  await until(() => files.rows.get().length === 1 && allComplete(files));
  assert.deepEqual([...server.files.keys()], ["file2"]);
  await files.remove(files.rows.get()[0]?.key ?? "");
  assert.equal(server.files.size, 0);
  assert.deepEqual(files.rows.get(), []);
});

test("limits are told before anything is sent", () => {
  const rows = [1, 2].map((n) => ({
    key: `k${n}`, id: `i${n}`, item: 7, name: "x", bytes: 0, length: 800_000,
    status: { state: "complete" } as const,
  }));
  const sized = (...sizes: number[]) => sizes.map((size, at) => ({ name: `f${at}`, size }));
  assert.deepEqual(checkLimits(limits, rows, 7, sized(1_000_001, 10, 10), null), [
    { name: "f0", why: "too-large" }, { name: "f2", why: "too-many" },
  ]);
  assert.deepEqual(checkLimits(limits, rows, 8, sized(500_000), null), [{ name: "f0", why: "all-too-large" }]);
  assert.deepEqual(checkLimits(limits, rows, 8, sized(500_000), "i1"), []);
});

test("pieces grow on a fast line, shrink on a slow one; speed is of the last while", () => {
  assert.equal(pieceSizeAfter(256 << 10, 256 << 10, 100), 512 << 10);
  assert.equal(pieceSizeAfter(256 << 10, 10, 100), 256 << 10);
  assert.equal(pieceSizeAfter(256 << 10, 256 << 10, 5000), 128 << 10);
  assert.equal(pieceSizeAfter(4 << 20, 4 << 20, 1), 4 << 20);
  const speed = createSpeed();
  assert.equal(speed.add(0, 0), null);
  assert.equal(speed.add(1000, 2000), 2000);
});
