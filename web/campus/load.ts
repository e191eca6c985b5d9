/* A list that a page loads when it is shown. */
import { useEffect, useState } from "preact/hooks";
import type { Loading } from "../ui/store";

export function useLoaded<T>(load: () => Promise<T>): [Loading<T, unknown>, () => void] {
  const [value, setValue] = useState<Loading<T, unknown>>({ state: "loading" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    setValue({ state: "loading" });
    load()
      .then((loaded) => wanted && setValue({ state: "ready", value: loaded }))
      .catch((error: unknown) => wanted && setValue({ state: "failed", error }));
    return () => {
      wanted = false;
    };
  }, [turn]);
  return [value, () => setTurn((now) => now + 1)];
}
