/* The portal's endpoints for candidates as docs/protocol.md has them. */
import type { Api } from "../ui/api";
import { fields, parseInteger, parseNumber, parseOneOf, type Parse } from "../ui/parse";

export const EXAM_KINDS = ["practice", "exam"] as const;
export const ATTEMPT_STATES = ["created", "running", "finished", "submitted"] as const;
export const STAGES = ["uploading", "uploaded", "awaiting review", "reviewed", "released"] as const;
export type Stage = (typeof STAGES)[number];
export type ExamKind = (typeof EXAM_KINDS)[number];
export type AttemptState = (typeof ATTEMPT_STATES)[number];

export interface Assessment {
  examId: number;
  title: string;
  kind: ExamKind;
  durationS: number;
  items: number;
  attempt: {
    id: number;
    state: AttemptState;
    submittedUs: number | null;
    stage: Stage | null; // once it is handed in
  } | null;
}

export interface Result {
  examTitle: string;
  kind: ExamKind;
  submittedUs: number;
  points: number | null;
  pointsMax: number;
  state: "graded" | "awaiting grading";
}

const parseAssessment: Parse<Assessment> = (value, path) => {
  const f = fields(value, path);
  return {
    examId: f.integer("exam_id"),
    title: f.text("title"),
    kind: f.oneOf("kind", EXAM_KINDS),
    durationS: f.integer("duration_s"),
    items: f.integer("items"),
    attempt: f.nullable("attempt", (inner, at) => {
      const a = fields(inner, at);
      return {
        id: a.integer("id"),
        state: a.oneOf("state", ATTEMPT_STATES),
        submittedUs: a.nullable("submitted_us", parseInteger),
        stage: a.nullable("stage", parseOneOf(STAGES)),
      };
    }),
  };
};

const parseResult: Parse<Result> = (value, path) => {
  const f = fields(value, path);
  return {
    examTitle: f.text("exam_title"),
    kind: f.oneOf("kind", EXAM_KINDS),
    submittedUs: f.integer("submitted_us"),
    points: f.nullable("points", parseNumber),
    pointsMax: f.number("points_max"),
    state: f.oneOf("state", ["graded", "awaiting grading"]),
  };
};

export function fetchAssessments(api: Api): Promise<Assessment[]> {
  return api.get("/api/campus/assessments", (value, path) =>
    fields(value, path).list("assessments", parseAssessment),
  );
}

export function fetchResults(api: Api): Promise<Result[]> {
  return api.get("/api/campus/results", (value, path) =>
    fields(value, path).list("results", parseResult),
  );
}
