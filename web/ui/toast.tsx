/* Short messages at the edge of the window. They are announced politely and leave by themselves. */
import type { Tone } from "./badge";
import { createStore, useStore } from "./store";
import { texts } from "./texts";

interface Toast {
  id: number;
  tone: Tone;
  text: string;
}

const SHOWN_MS = 6000;

export interface Toaster {
  show(text: string, tone?: Tone): void;
  View: () => preact.JSX.Element;
}

export function createToaster(): Toaster {
  const toasts = createStore<readonly Toast[]>([]);
  let next = 1;
  const drop = (id: number) => toasts.update((now) => now.filter((toast) => toast.id !== id));
  return {
    show(text, tone = "info") {
      const id = next++;
      toasts.update((now) => [...now, { id, tone, text }]);
      setTimeout(() => drop(id), SHOWN_MS);
    },
    View: () => (
      <div class="toasts" role="status" aria-live="polite">
        {useStore(toasts).map((toast) => (
          <div key={toast.id} class={`toast notice-${toast.tone}`}>
            <span>{toast.text}</span>
            <button
              type="button"
              class="toast-close"
              aria-label={texts.common.dismiss}
              onClick={() => drop(toast.id)}
            >
              ×
            </button>
          </div>
        ))}
      </div>
    ),
  };
}
