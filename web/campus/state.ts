/* Who is signed in, for the whole portal. */
import { asApiError, type Api } from "../ui/api";
import { createStore, type Store } from "../ui/store";
import { fetchMe, signOut, type User } from "../ui/user";

export type Portal =
  | { state: "loading" }
  | { state: "signed-out" }
  | { state: "signed-in"; user: User }
  | { state: "failed"; error: unknown };

export interface PortalModel {
  readonly portal: Store<Portal>;
  load(): Promise<void>;
  signedIn(user: User): void;
  logOut(): Promise<void>;
}

export function createPortal(api: Api): PortalModel {
  const portal = createStore<Portal>({ state: "loading" });
  api.onUnauthorized(() => {
    if (portal.get().state === "signed-in") portal.set({ state: "signed-out" });
  });
  return {
    portal,
    async load() {
      try {
        portal.set({ state: "signed-in", user: await fetchMe(api) });
      } catch (thrown) {
        const signedOut = asApiError(thrown).status === 401;
        portal.set(signedOut ? { state: "signed-out" } : { state: "failed", error: thrown });
      }
    },
    signedIn: (user) => portal.set({ state: "signed-in", user }),
    async logOut() {
      await signOut(api);
      portal.set({ state: "signed-out" });
    },
  };
}
