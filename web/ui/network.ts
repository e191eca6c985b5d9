/* Fetch, crypto and timers as an upload wants them, and the browser's own; tests bring theirs. */

export interface NetworkRequest {
  method: "POST" | "HEAD" | "PATCH" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  timeoutMs: number;
  signal: AbortSignal;
}

export interface NetworkAnswer {
  status: number;
  header(name: string): string | null;
  text(): Promise<string>;
}

export interface Network {
  /* Rejects when there is no answer (cut, refused, timed out, aborted). */
  request(request: NetworkRequest): Promise<NetworkAnswer>;
  sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

export interface Timers {
  monotonicMs(): number;
  /* Resolves after `ms`, or at once when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number; // 0 <= n < 1
}

export const browserNetwork: Network = {
  async request({ method, url, headers, body, timeoutMs, signal }) {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      text: () => response.text(),
    };
  },
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
};

export const browserTimers: Timers = {
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    }),
  random: () => Math.random(),
};
