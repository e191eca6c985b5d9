/* What the recorder's store needs from the platform. The browser's own is in opfs.ts; tests bring theirs. */

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
