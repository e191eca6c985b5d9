/* The steps, in any order: the server says which comes when. */
import { texts } from "../../ui/texts";
import { AgreementStep } from "./agreement";
import { CameraStep } from "./camera";
import { ExamStep } from "./exam";
import { InstructionsStep } from "./instructions";
import { ReceiptStep } from "./receipt";
import type { Step } from "./step";
import { UploadStep } from "./upload";

const { names } = texts.proctor.steps;

export const STEPS: readonly Step[] = [
  { name: "instructions", title: names.instructions, View: InstructionsStep },
  { name: "agreement", title: names.agreement, View: AgreementStep },
  { name: "camera", title: names.camera, View: CameraStep },
  { name: "exam", title: names.exam, View: ExamStep, wholeWindow: true },
  { name: "upload", title: names.upload, View: UploadStep },
  { name: "receipt", title: names.receipt, View: ReceiptStep },
];

export function findStep(name: string): Step | null {
  return STEPS.find((step) => step.name === name) ?? null;
}
