/* As much of WebM as is needed to begin in the middle of one that grows: where its clusters begin and
 * when, and what it is coded with. Bytes are a stranger's: whatever they hold, the answer is a number or
 * "no". Pure. */

const CLUSTER = [0x1f, 0x43, 0xb6, 0x75] as const;
const TIMECODE = 0xe7;

export interface Cluster {
  offset: number; // in the bytes given
  ticks: number; // of the recording's timecode scale
}

/* The length of a vint by its first byte; 0: none. */
function vintLength(first: number): number {
  const length = Math.clz32(first) - 23;
  return length >= 1 && length <= 8 ? length : 0;
}

function readTicks(bytes: Uint8Array, at: number): number | null {
  const size = (bytes[at] ?? 0) & 0x7f;
  if (((bytes[at] ?? 0) & 0x80) === 0 || size < 1 || size > 6 || at + size >= bytes.length) return null;
  let ticks = 0;
  for (let i = 1; i <= size; i++) ticks = ticks * 256 + (bytes[at + i] ?? 0);
  return ticks;
}

/* The first cluster that begins at `from` or behind it. Its four bytes may be met in a picture, too: a
 * real one goes on with its time. */
export function findCluster(bytes: Uint8Array, from = 0): Cluster | null {
  for (let at = from; at + 4 < bytes.length; at++) {
    if (bytes[at] !== CLUSTER[0] || bytes[at + 1] !== CLUSTER[1]) continue;
    if (bytes[at + 2] !== CLUSTER[2] || bytes[at + 3] !== CLUSTER[3]) continue;
    const length = vintLength(bytes[at + 4] ?? 0);
    const time = at + 4 + length;
    if (length === 0 || bytes[time] !== TIMECODE) continue;
    const ticks = readTicks(bytes, time + 1);
    if (ticks !== null) return { offset: at, ticks };
  }
  return null;
}

/* The last one that begins before `to`. */
export function findLastCluster(bytes: Uint8Array): Cluster | null {
  let last: Cluster | null = null;
  for (let from = 0; ; ) {
    const next = findCluster(bytes, from);
    if (next === null) return last;
    last = next;
    from = next.offset + 4;
  }
}

function indexOf(bytes: Uint8Array, what: readonly number[]): number {
  for (let at = 0; at + what.length <= bytes.length; at++)
    if (what.every((byte, i) => bytes[at + i] === byte)) return at;
  return -1;
}

/* Seconds of one tick; a millisecond unless the head says otherwise. */
export function tickSeconds(head: Uint8Array): number {
  const at = indexOf(head, [0x2a, 0xd7, 0xb1]);
  const ns = at < 0 ? null : readTicks(head, at + 3);
  return (ns === null || ns === 0 ? 1_000_000 : ns) / 1e9;
}

const CODECS: readonly (readonly [name: string, codec: string])[] = [
  ["V_VP8", "vp8"],
  ["V_VP9", "vp9"],
  ["V_AV1", "av01.0.04M.08"],
  ["V_MPEG4/ISO/AVC", "avc1.42E01E"],
  ["A_OPUS", "opus"],
];

/* What a SourceBuffer is made with. */
export function mimeOf(head: Uint8Array): string {
  const found = CODECS.filter(
    ([name]) => indexOf(head, [...name].map((c) => c.charCodeAt(0))) >= 0,
  ).map(([, codec]) => codec);
  return `video/webm; codecs="${found.join(",")}"`;
}
