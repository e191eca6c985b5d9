/* Which page of a one-page site is shown: the part behind "#/". The browser's back button works. */
import { createStore, type Store } from "./store";

export function hashRoute(): Store<string> {
  const read = () => window.location.hash.replace(/^#\/?/, "");
  const route = createStore(read());
  window.addEventListener("hashchange", () => route.set(read()));
  return route;
}
