/* The origin private file system, by sync access handles: these write in place and flush() reaches the
 * disk. They exist in dedicated workers only. */
import type { ByteFile, Folder } from "./platform";

/* TypeScript has these in its worker library, which does not go together with the page's. */
interface SyncAccessHandle {
  getSize(): number;
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
interface SyncFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

/* A page that was just reloaded may hold its files a little longer. */
const OPEN_TRIES = 40;
const OPEN_PAUSE_MS = 150;

function hasSync(handle: FileSystemFileHandle): handle is SyncFileHandle {
  return "createSyncAccessHandle" in handle;
}

async function openSync(folder: FileSystemDirectoryHandle, name: string): Promise<SyncAccessHandle> {
  const handle = await folder.getFileHandle(name, { create: true });
  if (!hasSync(handle)) throw new Error("this browser has no files with flush");
  for (let tries = 1; ; tries++) {
    try {
      return await handle.createSyncAccessHandle();
    } catch (thrown) {
      const locked =
        thrown instanceof DOMException && thrown.name === "NoModificationAllowedError";
      if (!locked || tries >= OPEN_TRIES) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, OPEN_PAUSE_MS));
    }
  }
}

function wrap(handle: SyncAccessHandle): ByteFile {
  let closed = false;
  return {
    size: () => handle.getSize(),
    read: (into, at) => handle.read(into, { at }),
    write(bytes, at) {
      const written = handle.write(bytes, { at });
      if (written !== bytes.byteLength)
        throw new Error(`only ${written} of ${bytes.byteLength} bytes were written`);
    },
    truncate: (size) => handle.truncate(size),
    flush: () => handle.flush(),
    close() {
      if (!closed) handle.close();
      closed = true;
    },
  };
}

/* The folder of one session. Throws where the browser has no such storage. */
export async function openSessionFolder(session: string): Promise<Folder> {
  const root = await navigator.storage.getDirectory();
  const sessions = await root.getDirectoryHandle("sessions", { create: true });
  const folder = await sessions.getDirectoryHandle(session, { create: true });
  return {
    lasting: true,
    open: async (name) => wrap(await openSync(folder, name)),
    async list() {
      const names: string[] = [];
      for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys())
        names.push(name);
      return names;
    },
    async remove(name) {
      try {
        await folder.removeEntry(name);
      } catch (thrown) {
        if (!(thrown instanceof DOMException && thrown.name === "NotFoundError")) throw thrown;
      }
    },
  };
}
