/* The seven points in the guide's order, as a page alone can check them. Where an exam has the desktop
 * app, the app checks all but the browser. */
import type { Point } from "../api";
import { browserCheck } from "./browser";
import { cameraCheck } from "./camera";
import type { SystemCheck } from "./check";
import { displaysCheck } from "./displays";
import { machineCheck } from "./machine";
import { microphoneCheck } from "./microphone";
import { networkCheck } from "./network";
import { programsCheck } from "./programs";

export const CHECKS: Readonly<Record<Point, SystemCheck>> = {
  camera: cameraCheck,
  microphone: microphoneCheck,
  displays: displaysCheck,
  network: networkCheck,
  machine: machineCheck,
  programs: programsCheck,
  browser: browserCheck,
};
