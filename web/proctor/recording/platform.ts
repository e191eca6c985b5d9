/* What the recorder's store and upload need from the platform. The browser's own are in opfs.ts and
 * network.ts; tests bring theirs. */

/* One file with random access. Only its opener writes to it. */
export interface ByteFile {
  size(): number;
  /* How many bytes were read into `into`; less than asked at the end of the file. */
  read(into: Uint8Array, at: number): number;
  /* All of `bytes` or an exception (no space left, say). */
  write(bytes: Uint8Array, at: number): void;
  truncate(size: number): void;
  /* Returns once everything written is on the disk. */
  flush(): void;
  close(): void;
}

export interface Folder {
  /* Whether what is written here is there again after the browser was closed. */
  readonly lasting: boolean;
  open(name: string): Promise<ByteFile>;
  list(): Promise<string[]>;
  remove(name: string): Promise<void>;
}

export interface NetworkRequest {
  method: "POST" | "HEAD" | "PATCH";
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
