/* Calls to our own server. A failed call is always an ApiError: it says whether the server answered
 * at all ("offline" when not), with which status, and the id by which the server's log knows it. */
import { fields, ParseError, type Parse } from "./parse";

export type ApiFailure =
  | "offline" // no answer: the network or the server is away; the same call may go through later
  | "timeout"
  | "answered" // the server said no
  | "unreadable"; // an answer that the protocol does not have

export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly failure: ApiFailure,
    message: string,
    readonly status: number, // 0 without an answer
    readonly code: string, // of docs/protocol.md; "" without one
    readonly requestId: string,
    readonly retryAfterS: number, // 0 when the server did not say
    cause?: unknown,
  ) {
    super(message, { cause });
  }
  get isOffline(): boolean {
    return this.failure === "offline" || this.failure === "timeout";
  }
  /* Worth trying again without a change: no answer, or the server is busy or restarting. */
  get isTemporary(): boolean {
    return this.isOffline || this.status === 429 || this.status >= 500;
  }
}

export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError("unreadable", text, 0, "", "", 0, thrown);
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;
export type Method = "GET" | "POST" | "PUT" | "DELETE";

export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  keepalive?: boolean; // for calls made while the page is going away
  headers?: Record<string, string>; // further ones
}

export interface Api {
  get<T>(path: string, parse: Parse<T>, options?: CallOptions): Promise<T>;
  post<T>(path: string, body: unknown, parse: Parse<T>, options?: CallOptions): Promise<T>;
  put<T>(path: string, body: unknown, parse: Parse<T>, options?: CallOptions): Promise<T>;
  remove<T>(path: string, parse: Parse<T>, options?: CallOptions): Promise<T>; // DELETE
  /* Bytes as they are (a picture, say); their type goes along. */
  postBytes<T>(path: string, bytes: Blob, parse: Parse<T>, options?: CallOptions): Promise<T>;
  /* Called once per refused call with 401, so that a page can ask to sign in again in place. */
  onUnauthorized(listener: () => void): () => void;
}

const TIMEOUT_MS = 20_000;

export function createApi(
  fetchImpl: Fetch = (url, init) => globalThis.fetch(url, init),
): Api {
  const listeners = new Set<() => void>();

  async function call<T>(
    method: Method,
    path: string,
    body: unknown,
    parse: Parse<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new TimedOut()), options.timeoutMs ?? TIMEOUT_MS);
    const forward = () => abort.abort(options.signal?.reason);
    if (options.signal?.aborted) forward();
    options.signal?.addEventListener("abort", forward);
    try {
      const init: RequestInit = {
        method,
        credentials: "same-origin",
        cache: "no-store",
        signal: abort.signal,
        headers: { Accept: "application/json", ...options.headers },
      };
      if (options.keepalive) init.keepalive = true;
      if (body instanceof Blob) {
        init.body = body;
        init.headers = { ...init.headers, "Content-Type": body.type };
      } else if (body !== undefined) {
        init.body = JSON.stringify(body);
        init.headers = { ...init.headers, "Content-Type": "application/json" };
      }
      let response: Response;
      let text: string;
      try {
        response = await fetchImpl(path, init);
        text = await response.text();
      } catch (thrown) {
        const timedOut = abort.signal.reason instanceof TimedOut;
        if (abort.signal.aborted && !timedOut) throw thrown; // the caller's own wish
        throw new ApiError(
          timedOut ? "timeout" : "offline",
          timedOut ? "The server did not answer in time." : "The server cannot be reached.",
          0,
          "",
          "",
          0,
          thrown,
        );
      }
      if (!response.ok) {
        const error = refusal(response, text);
        if (error.status === 401) for (const listener of listeners) listener();
        throw error;
      }
      try {
        return parse(text === "" ? null : (JSON.parse(text) as unknown), path);
      } catch (thrown) {
        if (thrown instanceof ParseError || thrown instanceof SyntaxError)
          throw new ApiError(
            "unreadable",
            "The server's answer could not be read.",
            response.status,
            "",
            response.headers.get("X-Request-Id") ?? "",
            0,
            thrown,
          );
        throw thrown;
      }
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", forward);
    }
  }

  return {
    get: (path, parse, options) => call("GET", path, undefined, parse, options),
    post: (path, body, parse, options) => call("POST", path, body, parse, options),
    put: (path, body, parse, options) => call("PUT", path, body, parse, options),
    remove: (path, parse, options) => call("DELETE", path, undefined, parse, options),
    postBytes: (path, bytes, parse, options) => call("POST", path, bytes, parse, options),
    onUnauthorized(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

class TimedOut extends Error {}

function refusal(response: Response, text: string): ApiError {
  const retryAfterS = Number(response.headers.get("Retry-After") ?? "0") || 0;
  let message = `The server refused the request (${response.status}).`;
  let code = "";
  let requestId = response.headers.get("X-Request-Id") ?? "";
  let cause: unknown;
  try {
    const error = fields(JSON.parse(text) as unknown, "answer").get("error", fields);
    code = error.text("code");
    message = error.text("message");
    requestId = error.text("request_id");
  } catch (thrown) {
    cause = thrown; // a proxy's page, say; the status still tells what happened
  }
  return new ApiError("answered", message, response.status, code, requestId, retryAfterS, cause);
}
