/* A button's call to the server: busy while it runs, its failure shown in the page. */
import { useState } from "preact/hooks";

export interface Action {
  busy: boolean;
  error: unknown; // null: none
  run: () => void;
}

export function useAction(work: () => Promise<void>): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  return {
    busy,
    error,
    run() {
      if (busy) return;
      setBusy(true);
      setError(null);
      work()
        .catch((thrown: unknown) => setError(thrown ?? new Error("failed")))
        .finally(() => setBusy(false));
    },
  };
}
