/* A review as the server would send it, for the tests of this folder. */
import { parseReview, type Flag, type Review, type Stream } from "./parse";

export const T0 = 1_795_000_000_000_000; /* microseconds; any moment will do */
export const second = 1_000_000;

export function streamOf(change: Partial<Stream> = {}): Stream {
  return {
    id: "A",
    kind: "camera",
    mime: "video/webm",
    startUs: T0,
    durationUs: 60 * second,
    bytes: 1000,
    seekable: true,
    analysis: "final",
    problem: null,
    deletedUs: null,
    ...change,
  };
}

export function flagOf(id: string, fromS: number, toS: number, change: Partial<Flag> = {}): Flag {
  return {
    id,
    stream: "A",
    rule: "no-face",
    title: "Nobody in view",
    meaning: "No face could be found.",
    severity: "medium",
    fromUs: T0 + fromS * second,
    toUs: T0 + toS * second,
    open: false,
    confidence: 1,
    numbers: "0 faces in 10 of 10 looks",
    picture: true,
    ...change,
  };
}

export const answer = {
  session: {
    id: "SESSION",
    state: "reported",
    candidate: "Amara Okafor",
    started_us: T0,
    ended_us: T0 + 90 * second,
    uploaded_us: T0 + 95 * second,
    analysis: "final",
  },
  exam: { id: "EXAM", title: "Statistics I", kind: "exam" },
  server_us: T0 + 100 * second,
  streams: [
    {
      id: "A",
      kind: "camera",
      mime: "video/webm",
      start_us: T0,
      duration_us: 60 * second,
      bytes: 1000,
      seekable: true,
      analysis: "final",
      problem: null,
    },
  ],
  flags: [
    {
      id: 7,
      stream: "A",
      rule: "no-face",
      title: "Nobody in view",
      meaning: "No face could be found.",
      severity: "medium",
      from_us: T0 + 20 * second,
      to_us: T0 + 30 * second,
      open: false,
      confidence: 0.95,
      numbers: "0 faces in 19 of 20 looks",
      picture: true,
    },
  ],
  incidents: [
    {
      from_us: T0 + 20 * second,
      to_us: T0 + 30 * second,
      severity: "medium",
      rules: ["no-face"],
      flags: [7],
    },
  ],
  events: [{ time_us: T0 + 3 * second, kind: "started", title: "Exam started", detail: {} }],
  vouch: { state: "none", words: "" },
  policy: { name: "standard", rules: { "no-face": { on: true, severity: "medium", min_s: 5 } } },
  documents: [
    { document: "agreement", version: "2026-11", sha256: "ab", accepted_us: T0 - second },
  ],
  decisions: [
    { id: 3, kind: "decision", outcome: "passed", note: "a poster", name: "Tomas Rivera", user: 4, time_us: T0 },
  ],
  answers: [],
  review: {
    second: "never",
    state: "settled",
    outcome: "passed",
    own: "none",
    may: "decide",
    blind: false,
  },
};

export function reviewOf(change: Partial<Review> = {}): Review {
  return { ...parseReview(answer), ...change };
}
