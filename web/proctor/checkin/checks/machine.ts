/* Room for the recording on this computer, memory, processor, battery. */
import { outcome, type CheckContext, type Outcome, type Problem, type SystemCheck } from "./check";
import { neededBps } from "./network";

export interface Machine {
  freeBytes: number | null; // null: the browser does not tell
  neededBytes: number;
  memoryGb: number | null; // rounded down to a power of two by the browser, at most 8
  cores: number;
  battery: { level: number; charging: boolean } | null;
}

const MEMORY_GB = 2; // with less, recording and exam together push each other out of memory
const BATTERY_LEVEL = 0.25; // an hour of camera and recording on most batteries
const FACTOR = 1.25; // pictures with much movement are larger than the rate asks for

export function judgeMachine(machine: Machine): Problem | null {
  if (machine.freeBytes !== null && machine.freeBytes < machine.neededBytes) return "machine-storage";
  if (machine.memoryGb !== null && machine.memoryGb < MEMORY_GB) return "machine-memory";
  const { battery } = machine;
  if (battery !== null && !battery.charging && battery.level < BATTERY_LEVEL) return "machine-battery";
  return null;
}

interface BatteryNavigator {
  getBattery?: () => Promise<{ level: number; charging: boolean }>;
  deviceMemory?: number;
}

async function run({ session }: CheckContext): Promise<Outcome> {
  const browser = navigator as Navigator & BatteryNavigator;
  const persisted = await navigator.storage?.persist?.().catch(() => false);
  const estimate = await navigator.storage?.estimate?.().catch(() => null);
  const { quota, usage } = estimate ?? {};
  const battery = (await browser.getBattery?.().catch(() => null)) ?? null;
  const bps = neededBps(session.recording, session.checkin.screen.required);
  const machine: Machine = {
    freeBytes: quota === undefined || usage === undefined ? null : quota - usage,
    neededBytes: Math.round((bps / 8) * session.exam.durationS * FACTOR),
    memoryGb: browser.deviceMemory ?? null,
    cores: navigator.hardwareConcurrency,
    battery: battery === null ? null : { level: battery.level, charging: battery.charging },
  };
  return outcome(judgeMachine(machine), {
    ...(machine.freeBytes === null ? {} : { free_mb: Math.round(machine.freeBytes / 1e6) }),
    needed_mb: Math.round(machine.neededBytes / 1e6),
    persisted: persisted ?? false,
    ...(machine.memoryGb === null ? {} : { memory_gb: machine.memoryGb }),
    cores: machine.cores,
    ...(battery === null
      ? {}
      : { battery_percent: Math.round(battery.level * 100), charging: battery.charging }),
  });
}

export const machineCheck: SystemCheck = { point: "machine", run };
