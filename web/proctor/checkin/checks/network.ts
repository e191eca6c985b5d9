/* The network: how fast both ways, how late, how much is lost, how far the clocks are apart. */
import type { RecordingSettings } from "../../api";
import { SCREEN_RATES } from "../../recording/screen";
import type { ProbeApi } from "../api";
import {
  outcome,
  type CheckContext,
  type Outcome,
  type Problem,
  type SystemCheck,
} from "./check";

export interface Measured {
  latencyMs: number; // the median of small requests
  jitterMs: number; // between their quartiles
  lost: number; // of `asked` small requests
  asked: number;
  downBps: number; // bits a second
  upBps: number;
  skewMs: number; // server minus this computer
}

const SMALL = 12; // requests; one that fails is 8 %
const LOST_MS = 4000; // an answer later than that is lost for every purpose
const FIRST_BYTES = 64 << 10;
const MOST_BYTES = 1 << 20; // the server gives and takes no more at a time
const LONG_MS = 700; // long enough for a rate: slow start is over on most lines

/* At half of the recording's rate the upload takes twice the exam's time, in which it must not be cut off.
 * Slower lines are for a person to decide. */
const UP_SHARE = 0.5;
const DOWN_BPS = 200_000; // the exam's pages
const LATE_MS = 2000; // questions and answers become tiresome
const LOST_SHARE = 0.2;

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

export function neededBps(recording: RecordingSettings, screen: boolean): number {
  return recording.videoBps + recording.audioBps + (screen ? SCREEN_RATES.videoBps : 0);
}

export function judgeNetwork(m: Measured, needed: number): Problem | null {
  if (m.lost >= m.asked) return "network-away";
  if (m.lost / m.asked > LOST_SHARE) return "network-lossy";
  if (m.latencyMs > LATE_MS) return "network-late";
  if (m.upBps < needed * UP_SHARE || m.downBps < DOWN_BPS) return "network-slow";
  return null;
}

/* Bits a second: grows the request until it takes long enough to be measured. */
async function rate(
  transfer: (bytes: number) => Promise<void>,
  monotonicMs: () => number,
): Promise<number> {
  let best = 0;
  for (let bytes = FIRST_BYTES; bytes <= MOST_BYTES; bytes *= 2) {
    const beganMs = monotonicMs();
    await transfer(bytes);
    const tookMs = Math.max(1, monotonicMs() - beganMs);
    best = Math.max(best, (bytes * 8000) / tookMs);
    if (tookMs > LONG_MS) break;
  }
  return Math.round(best);
}

export async function measureNetwork(
  probe: ProbeApi,
  clock: { monotonicMs: () => number; nowMs: () => number },
  signal: AbortSignal,
): Promise<Measured> {
  const { monotonicMs } = clock;
  const times: number[] = [];
  let lost = 0;
  let skewMs = 0;
  let quickest = Infinity;
  for (let n = 0; n < SMALL && !signal.aborted; n++) {
    const beganMs = monotonicMs();
    const beganWallMs = clock.nowMs();
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(LOST_MS)]);
      const serverUs = await probe.up(new Blob(["."]), limit);
      const tookMs = monotonicMs() - beganMs;
      times.push(tookMs);
      if (tookMs < quickest) {
        quickest = tookMs;
        skewMs = Math.round(serverUs / 1000 - (beganWallMs + tookMs / 2));
      }
    } catch {
      lost += 1;
    }
  }
  const reachable = times.length > 0 && !signal.aborted;
  const limit = () => AbortSignal.any([signal, AbortSignal.timeout(30_000)]);
  let downBps = 0;
  let upBps = 0;
  if (reachable) {
    try {
      downBps = await rate(async (bytes) => void (await probe.down(bytes, limit())), monotonicMs);
      const noise = crypto.getRandomValues(new Uint8Array(FIRST_BYTES)); // nothing on the way can shrink it
      upBps = await rate(async (bytes) => {
        const parts = Array.from({ length: bytes / FIRST_BYTES }, () => noise);
        await probe.up(new Blob(parts, { type: "application/octet-stream" }), limit());
      }, monotonicMs);
    } catch {
      /* what was not carried has no rate: it is judged as slow */
    }
  }
  return {
    latencyMs: Math.round(quantile(times, 0.5)),
    jitterMs: Math.round(quantile(times, 0.75) - quantile(times, 0.25)),
    lost,
    asked: SMALL,
    downBps,
    upBps,
    skewMs,
  };
}

async function run(context: CheckContext): Promise<Outcome> {
  const { session, probe, signal, monotonicMs } = context;
  const clock = { monotonicMs, nowMs: () => Date.now() };
  const measured = await measureNetwork(probe, clock, signal);
  const needed = neededBps(session.recording, session.checkin.screen.required);
  return outcome(judgeNetwork(measured, needed), {
    latency_ms: measured.latencyMs,
    jitter_ms: measured.jitterMs,
    lost: measured.lost,
    asked: measured.asked,
    down_kbps: Math.round(measured.downBps / 1000),
    up_kbps: Math.round(measured.upBps / 1000),
    needed_kbps: Math.round(needed / 1000),
    skew_ms: measured.skewMs,
  });
}

export const networkCheck: SystemCheck = { point: "network", run };
