/* Which length each stream of the session has, for POST .../end, and what still stands in the way. */
import type { ServerStream } from "./api";
import type { KeeperStatus } from "./recording/messages";

export type Closing =
  | { state: "sending" } // this computer still has bytes to send
  | { state: "ready"; lengths: Record<string, number> }
  /* Streams begun on another computer (or before the browser's data were cleared): their rest may still
   * come from there. */
  | { state: "elsewhere"; streams: ServerStream[] };

/* `withoutRest`: the candidate has said that the rest of the others will not come. A stream that is not
 * named is closed by the server as it is, and that is put on record. */
export function closingOf(
  status: KeeperStatus,
  server: readonly ServerStream[],
  withoutRest = false,
): Closing {
  if (status.streams.some((stream) => stream.state === "growing" || stream.state === "ending"))
    return { state: "sending" };
  const lengths: Record<string, number> = {};
  const foreign: ServerStream[] = [];
  for (const stream of server) {
    const own = status.streams.find((entry) => entry.id === stream.id);
    if (own?.state === "done") lengths[stream.id] = own.bytes;
    else if (stream.length !== null) lengths[stream.id] = stream.length;
    else if (stream.state !== "open" || own?.state === "stuck") lengths[stream.id] = stream.bytes;
    /* One without a byte is what a lost answer leaves behind: it was made again under another name. */
    else if (stream.bytes > 0) foreign.push(stream);
  }
  return foreign.length > 0 && !withoutRest
    ? { state: "elsewhere", streams: foreign }
    : { state: "ready", lengths };
}

/* How fast bytes were acknowledged lately, from (time, acknowledged) samples. */
export interface Rate {
  add(nowMs: number, acknowledged: number): void;
  /* Seconds for `left` bytes at that rate; null while it is not known. */
  secondsFor(left: number): number | null;
}

const WINDOW_MS = 20_000;

export function createRate(): Rate {
  const samples: { ms: number; bytes: number }[] = [];
  return {
    add(ms, bytes) {
      samples.push({ ms, bytes });
      while (samples.length > 2 && ms - (samples[0]?.ms ?? ms) > WINDOW_MS) samples.shift();
    },
    secondsFor(left) {
      const first = samples[0];
      const last = samples[samples.length - 1];
      if (first === undefined || last === undefined || last.ms - first.ms < 1000) return null;
      const perMs = (last.bytes - first.bytes) / (last.ms - first.ms);
      return perMs > 0 ? left / perMs / 1000 : null;
    },
  };
}
