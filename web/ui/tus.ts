/* The requests of tus 1.0 that a growing recording and the file of an answer need.
 *
 * Our own instead of tus-js-client (4.3.1, read in its source), because what matters here is what it
 * does not do: when HEAD is refused for any reason but 423 (a sign-in that ran out, a server that is
 * starting) it makes a new upload and sends everything again from 0; it has no checksums; its retry
 * delays are a fixed list that nothing can wake; and 460, 413 and 401 end the upload. With all of that
 * switched off or overridden, little but these requests would be left of it. */
import type { Network } from "./network";

const VERSION = { "Tus-Resumable": "1.0.0" };

export type TusFailure =
  | { type: "no-answer"; message: string }
  | { type: "signed-out" } // 401
  | { type: "wrong-offset"; offset: number | null; message: string } // 409; null: no offset mends it
  | { type: "damaged" } // 460: the bytes changed on the way
  | { type: "missing" } // 404: the server has no such upload (or session) for this candidate
  | { type: "gone" } // 410: closed
  | { type: "too-large"; message: string } // 413
  | { type: "locked" } // 423: an earlier request of ours is still being dealt with
  | { type: "full"; message: string } // 507: keep it and try again
  | { type: "busy"; retryAfterS: number; message: string } // 429, 5xx
  | { type: "refused"; status: number; message: string };

export type TusResult<T> = { ok: true; value: T } | { ok: false; failure: TusFailure };

export interface TusContext {
  network: Network;
  signal: AbortSignal;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function encodeMetadata(pairs: Record<string, string>): string {
  const encoder = new TextEncoder();
  return Object.entries(pairs)
    .map(([name, value]) => `${name} ${base64(encoder.encode(value))}`)
    .join(",");
}

function parseOffset(text: string | null): number | null {
  if (text === null || !/^\d{1,15}$/.test(text)) return null;
  return Number(text);
}

function problemText(body: string, status: number): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && "error" in value) {
      const { error } = value;
      if (typeof error === "object" && error !== null && "message" in error)
        return String(error.message);
    }
  } catch {
    /* not ours: a proxy's page */
  }
  return `The server answered with status ${status}.`;
}

async function send<T>(
  context: TusContext,
  request: { method: "POST" | "HEAD" | "PATCH" | "DELETE"; url: string; headers: Record<string, string> },
  body: Uint8Array<ArrayBuffer> | null,
  take: (header: (name: string) => string | null) => T | null,
): Promise<TusResult<T>> {
  let status: number;
  let header: (name: string) => string | null;
  let text = "";
  try {
    const answer = await context.network.request({
      ...request,
      headers: { ...VERSION, ...request.headers },
      ...(body === null ? {} : { body }),
      timeoutMs: requestTimeoutMs(body === null ? 0 : body.byteLength),
      signal: context.signal,
    });
    status = answer.status;
    header = (name) => answer.header(name);
    if (status >= 400) text = await answer.text();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, failure: { type: "no-answer", message } };
  }
  if (status >= 200 && status < 300) {
    const value = take(header);
    if (value !== null) return { ok: true, value };
    return {
      ok: false,
      failure: { type: "refused", status, message: "The server's answer lacks a header." },
    };
  }
  return { ok: false, failure: failureOf(status, header, problemText(text, status)) };
}

function failureOf(
  status: number,
  header: (name: string) => string | null,
  message: string,
): TusFailure {
  switch (status) {
    case 401:
      return { type: "signed-out" };
    case 404:
      return { type: "missing" };
    case 409:
      return { type: "wrong-offset", offset: parseOffset(header("Upload-Offset")), message };
    case 410:
      return { type: "gone" };
    case 413:
      return { type: "too-large", message };
    case 423:
      return { type: "locked" };
    case 460:
      return { type: "damaged" };
    case 507:
      return { type: "full", message };
    default:
      if (status === 429 || status === 408 || status >= 500)
        return { type: "busy", retryAfterS: Number(header("Retry-After") ?? "0") || 0, message };
      return { type: "refused", status, message };
  }
}

/* A slow line (64 kbit/s up) still gets a piece through; a dead one is noticed. */
export function requestTimeoutMs(bytes: number): number {
  return 20_000 + bytes / 8;
}

export interface NewUpload {
  kind: string;
  mime: string;
  startedUs: number;
}

/* The path of the new upload. */
export function createUpload(
  context: TusContext,
  endpoint: string,
  upload: NewUpload,
): Promise<TusResult<string>> {
  return send(
    context,
    {
      method: "POST",
      url: endpoint,
      headers: {
        "Upload-Defer-Length": "1",
        "Upload-Metadata": encodeMetadata({
          kind: upload.kind,
          mime: upload.mime,
          started_us: String(upload.startedUs),
        }),
      },
    },
    null,
    (header) => {
      const location = header("Location");
      return location === null ? null : resolvePath(location, endpoint);
    },
  );
}

/* The path of a new upload whose length is known. */
export function createFileUpload(
  context: TusContext,
  endpoint: string,
  length: number,
  metadata: Record<string, string>,
): Promise<TusResult<string>> {
  const headers = { "Upload-Length": String(length), "Upload-Metadata": encodeMetadata(metadata) };
  return send(context, { method: "POST", url: endpoint, headers }, null, (header) => {
    const location = header("Location");
    return location === null ? null : resolvePath(location, endpoint);
  });
}

export function removeUpload(context: TusContext, url: string): Promise<TusResult<true>> {
  return send(context, { method: "DELETE", url, headers: {} }, null, () => true as const);
}

/* Location may be absolute with a host that only a proxy knows: the path is what counts. */
export function resolvePath(location: string, endpoint: string): string {
  const url = new URL(location, new URL(endpoint, "http://origin.invalid"));
  return url.pathname + url.search;
}

/* How far the server has it, and its length if the server was told. */
export function fetchOffset(
  context: TusContext,
  url: string,
): Promise<TusResult<{ offset: number; length: number | null }>> {
  return send(context, { method: "HEAD", url, headers: {} }, null, (header) => {
    const offset = parseOffset(header("Upload-Offset"));
    return offset === null ? null : { offset, length: parseOffset(header("Upload-Length")) };
  });
}

/* The new offset: everything before it is durable. `length` ends the upload. */
export async function sendPiece(
  context: TusContext,
  url: string,
  offset: number,
  bytes: Uint8Array<ArrayBuffer>,
  length: number | null,
): Promise<TusResult<number>> {
  const headers: Record<string, string> = {
    "Content-Type": "application/offset+octet-stream",
    "Upload-Offset": String(offset),
  };
  if (bytes.byteLength > 0)
    headers["Upload-Checksum"] = `sha256 ${base64(await context.network.sha256(bytes))}`;
  if (length !== null) headers["Upload-Length"] = String(length);
  return send(context, { method: "PATCH", url, headers }, bytes, (header) =>
    parseOffset(header("Upload-Offset")),
  );
}
