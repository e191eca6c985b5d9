/* What the page and its recording worker say to each other: one union each way. */

export type StreamState =
  | "growing" // the recorder still adds to it
  | "ending" // its length is known, bytes are still to be acknowledged
  | "done" // the server has acknowledged all of it
  | "stuck"; // the server will not take the rest (gone, full, or the session takes no bytes)

export interface StreamStatus {
  local: string; // our own name of it
  id: string | null; // the server's, once it was made there
  kind: string;
  bytes: number; // recorded here
  acknowledged: number; // durable on the server
  state: StreamState;
}

export type UploadState =
  | { state: "idle" } // nothing to send
  | { state: "sending" }
  | { state: "waiting"; reason: "no-answer" | "server-busy" | "server-full" | "refused"; message: string }
  | { state: "signed-out" }; // needs the candidate to sign in again

export interface KeeperStatus {
  streams: readonly StreamStatus[];
  upload: UploadState;
  lasting: boolean; // false: kept in memory only, closing the page would lose it
  diskProblem: string | null; // pieces wait in memory because the disk did not take them
}

export type ToKeeper =
  | { type: "open"; session: string; endpoint: string }
  | { type: "begin"; local: string; kind: string; mime: string; startedUs: number }
  | { type: "piece"; local: string; bytes: ArrayBuffer }
  | { type: "end"; local: string }
  | { type: "wake" } // the network is back, or the candidate has signed in
  | { type: "forget" }; // the server has everything and has said so: remove the session's files

export type FromKeeper =
  | { type: "status"; status: KeeperStatus }
  | { type: "failed"; message: string };

/* Bytes that the server has not acknowledged yet. */
export function bytesLeft(status: KeeperStatus): number {
  return status.streams.reduce(
    (sum, stream) => (stream.state === "stuck" ? sum : sum + stream.bytes - stream.acknowledged),
    0,
  );
}

export function bytesTotal(status: KeeperStatus): number {
  return status.streams.reduce((sum, stream) => sum + stream.bytes, 0);
}
