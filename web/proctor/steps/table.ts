/* The steps, in any order: the server says which comes when. */
import { texts } from "../../ui/texts";
import { AgreementStep } from "./agreement";
import { AppStep } from "./app";
import { BeginStep } from "./begin";
import { CameraStep } from "./camera";
import { ExamStep } from "./exam";
import { FaceScanStep } from "./face-scan";
import { IdScanStep } from "./id-scan";
import { InstructionsStep } from "./instructions";
import { PluginStep } from "./plugin";
import { ReceiptStep } from "./receipt";
import { ScreenStep } from "./screen";
import type { Step } from "./step";
import { SystemCheckStep } from "./system-check";
import { UploadStep } from "./upload";

const names = { ...texts.proctor.steps.names, ...texts.checkin.names };

export const STEPS: readonly Step[] = [
  { name: "plugin", title: names.plugin, View: PluginStep },
  { name: "instructions", title: names.instructions, View: InstructionsStep },
  { name: "agreement", title: names.agreement, View: AgreementStep },
  { name: "face-scan", title: names["face-scan"], View: FaceScanStep },
  { name: "id-scan", title: names["id-scan"], View: IdScanStep },
  { name: "app", title: names.app, View: AppStep },
  { name: "system-check", title: names["system-check"], View: SystemCheckStep },
  { name: "begin", title: names["system-check"], View: BeginStep }, // shown.ts, not the server
  { name: "screen", title: names.screen, View: ScreenStep },
  { name: "camera", title: names.camera, View: CameraStep },
  { name: "exam", title: names.exam, View: ExamStep, wholeWindow: true },
  { name: "upload", title: names.upload, View: UploadStep },
  { name: "receipt", title: names.receipt, View: ReceiptStep },
];

export function findStep(name: string): Step | null {
  return STEPS.find((step) => step.name === name) ?? null;
}
