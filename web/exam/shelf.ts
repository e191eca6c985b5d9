/* The files of answers in this browser's database until the server has them whole. */
import type { FileShelf } from "./files";

const DATABASE = "mycamu-files";
const STORE = "files";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no database"));
  });
}

async function run<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new Error("not kept"));
    });
  } finally {
    database.close();
  }
}

export const browserShelf: FileShelf = {
  put: async (id, file) => void (await run("readwrite", (store) => store.put(file, id))),
  get: async (id) => {
    const found: unknown = await run<unknown>("readonly", (store) => store.get(id));
    return found instanceof Blob ? found : null;
  },
  remove: async (id) => void (await run("readwrite", (store) => store.delete(id))),
};
