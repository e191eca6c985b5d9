/* A list that a page loads when it is shown. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Loading } from "../ui/store";

/* What is there, `reload` (shows that it loads) and `refresh` (quietly: a failure changes nothing). */
export function useLoaded<T>(
  load: () => Promise<T>,
): [Loading<T, unknown>, () => void, () => void] {
  const [value, setValue] = useState<Loading<T, unknown>>({ state: "loading" });
  const [turn, setTurn] = useState(0);
  const gone = useRef(false);
  const latest = useRef(load);
  latest.current = load;
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
  useEffect(() => () => void (gone.current = true), []);
  const refresh = () => {
    latest
      .current()
      .then((loaded) => !gone.current && setValue({ state: "ready", value: loaded }))
      .catch(() => {});
  };
  return [value, () => setTurn((now) => now + 1), refresh];
}
