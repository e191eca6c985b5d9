/* The page's end of the keeping worker: begin a stream, give it pieces, watch the state. */
import { createStore, type Store } from "../../ui/store";
import type { FromKeeper, KeeperStatus, ToKeeper } from "./messages";

export interface Keeper {
  /* null until the worker has looked at what is there. */
  readonly status: Store<KeeperStatus | null>;
  begin(local: string, about: { kind: string; mime: string; startedUs: number }): void;
  piece(local: string, bytes: ArrayBuffer): void;
  end(local: string): void;
  wake(): void;
  forget(): void;
}

export function startKeeper(options: {
  session: string;
  onFailure: (message: string) => void;
}): Keeper {
  const worker = new Worker(new URL("./keeper-worker.ts", import.meta.url), { type: "module" });
  const status = createStore<KeeperStatus | null>(null);
  const send = (message: ToKeeper, transfer: Transferable[] = []) =>
    worker.postMessage(message, transfer);

  worker.addEventListener("message", (event: MessageEvent<FromKeeper>) => {
    const message = event.data;
    switch (message.type) {
      case "status":
        status.set(message.status);
        break;
      case "failed":
        options.onFailure(message.message);
        break;
    }
  });
  worker.addEventListener("error", (event) => options.onFailure(event.message));
  send({
    type: "open",
    session: options.session,
    endpoint: `/api/proctor/sessions/${options.session}/uploads`,
  });

  return {
    status,
    begin: (local, about) => send({ type: "begin", local, ...about }),
    piece: (local, bytes) => send({ type: "piece", local, bytes }, [bytes]),
    end: (local) => send({ type: "end", local }),
    wake: () => send({ type: "wake" }),
    forget: () => send({ type: "forget" }),
  };
}
