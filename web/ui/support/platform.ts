/* What the browser gives to model.ts, and the one conversation of this page. */
import { createApi } from "../api";
import { createStore, type Store } from "../store";
import { createSupport, type Place, type Support, type SupportPlatform } from "./model";
import { browserConnect } from "./stream";

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const browserSupport: SupportPlatform = {
  connect: browserConnect,
  channel(name) {
    const channel = new BroadcastChannel(name);
    return {
      post: (message) => channel.postMessage(message),
      listen: (listener) => {
        channel.onmessage = (event: MessageEvent<unknown>) => listener(event.data);
      },
      close: () => channel.close(),
    };
  },
  lead(name, lead) {
    const stop = new AbortController();
    if (!("locks" in navigator)) {
      lead(); // an insecure page: each listens for itself
      return () => undefined;
    }
    navigator.locks
      .request(name, { signal: stop.signal }, () => {
        lead();
        return new Promise<void>((done) => stop.signal.addEventListener("abort", () => done()));
      })
      .catch(() => undefined); // called off while it waited
    return () => stop.abort();
  },
  kept(name) {
    return {
      read: () => sessionStorage.getItem(name),
      write(text) {
        if (text === null) sessionStorage.removeItem(name);
        else sessionStorage.setItem(name, text);
      },
    };
  },
  newId,
  waiter: {
    after(ms, run) {
      const end = () => {
        clearTimeout(timer);
        window.removeEventListener("online", now);
      };
      const now = () => {
        end();
        run();
      };
      const timer = setTimeout(now, ms);
      window.addEventListener("online", now);
      return end;
    },
  },
};

/* null: this page has no candidate. */
export const pageSupport: Store<Support | null> = createStore<Support | null>(null);

/* With calls of its own: that nobody is signed in is no news to the page. */
export function installSupport(): void {
  const support = createSupport(createApi(), browserSupport);
  pageSupport.set(support);
  void support.load();
}

export function setSupportPlace(place: Place): void {
  pageSupport.get()?.place.set(place);
}
