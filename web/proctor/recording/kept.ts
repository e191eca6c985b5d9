/* One stream as it is kept on this computer: a growing file of bytes and its journal, both flushed
 * before a piece counts as kept. When the disk does not take a piece it waits in memory behind the
 * file, in order, and is tried again with the next one: nothing is dropped while the page lives. */
import {
  applyEntry,
  encodeEntry,
  readJournal,
  type JournalEntry,
  type JournalState,
} from "./journal";
import type { ByteFile, Folder } from "./platform";

const BYTES = ".bytes";
const JOURNAL = ".journal";
const JOURNAL_MAX = 8 << 20; // more than ten days of pieces; a larger one is not ours

export interface KeptStream {
  readonly local: string;
  state(): JournalState;
  /* With what waits in memory. */
  size(): number;
  diskProblem(): string | null;
  append(bytes: Uint8Array): void;
  read(at: number, max: number): Uint8Array<ArrayBuffer>;
  note(entry: JournalEntry): void;
  /* Ends the use of the files; they stay. */
  close(): void;
  /* Removes the bytes, which the server has; the journal stays until forget(). */
  dropBytes(): Promise<void>;
  forget(): Promise<void>;
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function openKept(
  folder: Folder,
  local: string,
  bytesFile: ByteFile | null, // null once the server has everything
  journalFile: ByteFile,
  first: JournalState,
  journalAt: number,
): KeptStream {
  let state = first;
  let file = bytesFile;
  let journalEnd = journalAt;
  let closed = false;
  const tail: Uint8Array[] = [];
  let tailSize = 0;
  const notes: Uint8Array[] = []; // entries that the disk has not taken yet
  let problem: string | null = null;

  function writeNotes(): void {
    for (let entry = notes[0]; entry !== undefined; entry = notes[0]) {
      journalFile.write(entry, journalEnd);
      journalEnd += entry.byteLength;
      notes.shift();
    }
    journalFile.flush();
  }

  function note(entry: JournalEntry): void {
    state = applyEntry(state, entry) ?? state;
    if (closed) return;
    notes.push(encodeEntry(entry));
    try {
      writeNotes();
    } catch (thrown) {
      problem = reasonOf(thrown);
    }
  }

  function writeTail(): void {
    try {
      for (let piece = tail[0]; piece !== undefined; piece = tail[0]) {
        if (file === null) return;
        file.write(piece, state.end);
        file.flush();
        tail.shift();
        tailSize -= piece.byteLength;
        problem = null;
        note({ type: "piece", end: state.end + piece.byteLength });
      }
    } catch (thrown) {
      problem = reasonOf(thrown);
    }
  }

  return {
    local,
    state: () => state,
    size: () => state.end + tailSize,
    diskProblem: () => problem,
    append(bytes) {
      if (bytes.byteLength === 0) return;
      tail.push(bytes);
      tailSize += bytes.byteLength;
      writeTail();
    },
    read(at, max) {
      const length = Math.max(0, Math.min(max, state.end + tailSize - at));
      const into = new Uint8Array(length);
      let filled = 0;
      if (at < state.end && file !== null) {
        const wanted = Math.min(length, state.end - at);
        filled = file.read(into.subarray(0, wanted), at);
        if (filled < wanted) return into.slice(0, filled);
      }
      let start = state.end;
      for (const piece of tail) {
        const from = at + filled - start;
        if (filled < length && from >= 0 && from < piece.byteLength) {
          const part = piece.subarray(from, from + length - filled);
          into.set(part, filled);
          filled += part.byteLength;
        }
        start += piece.byteLength;
      }
      return filled === length ? into : into.slice(0, filled);
    },
    note,
    close() {
      if (closed) return;
      writeTail();
      closed = true;
      file?.close();
      journalFile.close();
    },
    async dropBytes() {
      file?.close();
      file = null;
      await folder.remove(local + BYTES);
    },
    async forget() {
      closed = true;
      file?.close();
      file = null;
      journalFile.close();
      await folder.remove(local + BYTES);
      await folder.remove(local + JOURNAL);
    },
  };
}

export async function createKept(
  folder: Folder,
  local: string,
  about: { kind: string; mime: string; startedUs: number },
): Promise<KeptStream> {
  const journal = await folder.open(local + JOURNAL);
  const bytes = await folder.open(local + BYTES);
  const kept = openKept(
    folder,
    local,
    bytes,
    journal,
    { ...about, end: 0, url: null, acknowledged: 0, ended: false, done: false, stuck: null },
    0,
  );
  kept.note({ type: "begin", ...about });
  return kept;
}

/* Every stream that an earlier page of this session left behind. Nothing is added to them any more:
 * their recorders died with their page. */
export async function findKept(folder: Folder): Promise<KeptStream[]> {
  const found: KeptStream[] = [];
  const names = await folder.list();
  for (const name of names.filter((entry) => entry.endsWith(JOURNAL)).sort()) {
    const local = name.slice(0, -JOURNAL.length);
    const journal = await folder.open(name);
    const size = Math.min(journal.size(), JOURNAL_MAX);
    const content = new Uint8Array(size);
    const { state, whole } = readJournal(content.subarray(0, journal.read(content, 0)));
    if (state === null) {
      journal.close();
      await folder.remove(name);
      await folder.remove(local + BYTES);
      continue;
    }
    journal.truncate(whole);
    let bytes: ByteFile | null = null;
    if (!state.done) {
      bytes = await folder.open(local + BYTES);
      state.end = Math.min(state.end, bytes.size());
      bytes.truncate(state.end); // what was being written when the page went away
    }
    const kept = openKept(folder, local, bytes, journal, state, whole);
    if (!state.ended) kept.note({ type: "end" });
    found.push(kept);
  }
  return found;
}
