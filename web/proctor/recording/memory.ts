/* Files in memory: where the browser gives the page no storage of its own, so that the recording still
 * reaches the server (the page then says that it must stay open), and in tests. */
import type { ByteFile, Folder } from "./platform";

interface Content {
  bytes: Uint8Array;
  size: number;
}

function openContent(content: Content): ByteFile {
  return {
    size: () => content.size,
    read(into, at) {
      const part = content.bytes.subarray(at, Math.min(content.size, at + into.byteLength));
      into.set(part);
      return part.byteLength;
    },
    write(bytes, at) {
      const end = at + bytes.byteLength;
      if (end > content.bytes.byteLength) {
        const grown = new Uint8Array(Math.max(end, content.bytes.byteLength * 2, 4096));
        grown.set(content.bytes.subarray(0, content.size));
        content.bytes = grown;
      }
      content.bytes.set(bytes, at);
      content.size = Math.max(content.size, end);
    },
    truncate(size) {
      content.bytes.fill(0, size, content.size);
      content.size = Math.min(content.size, size);
    },
    flush: () => undefined,
    close: () => undefined,
  };
}

export function createMemoryFolder(): Folder {
  const files = new Map<string, Content>();
  return {
    lasting: false,
    open(name) {
      let content = files.get(name);
      if (content === undefined) {
        content = { bytes: new Uint8Array(0), size: 0 };
        files.set(name, content);
      }
      return Promise.resolve(openContent(content));
    },
    list: () => Promise.resolve([...files.keys()]),
    remove(name) {
      files.delete(name);
      return Promise.resolve();
    },
  };
}
