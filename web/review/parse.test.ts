import assert from "node:assert/strict";
import { test } from "node:test";
import { ParseError } from "../ui/parse";
import { answer } from "./fixture";
import { parseExams, parseReview, parseSessions } from "./parse";

test("a whole review is read, with ids as text and members we do not know ignored", () => {
  const review = parseReview({ ...answer, later: { anything: 1 } });
  assert.equal(review.session.candidate, "Amara Okafor");
  assert.equal(review.flags[0]?.id, "7");
  assert.deepEqual(review.incidents[0]?.flags, ["7"]);
  assert.equal(review.streams[0]?.durationUs, 60_000_000);
  assert.deepEqual(review.policy, {
    name: "standard",
    rules: [{ rule: "no-face", on: true, severity: "medium", minS: 5 }],
  });
});

test("a wrong member is named by its path", () => {
  const flags = [{ ...answer.flags[0], severity: "verdict" }];
  assert.throws(
    () => parseReview({ ...answer, flags }, "review"),
    (error: unknown) =>
      error instanceof ParseError && error.message.startsWith("review.flags[0].severity"),
  );
  assert.throws(() => parseReview({ ...answer, server_us: "now" }), ParseError);
  assert.throws(() => parseReview(null), ParseError);
});

test("a session that has not begun has no times yet", () => {
  const { session } = parseReview({
    ...answer,
    session: { ...answer.session, started_us: null, ended_us: null, uploaded_us: null },
  });
  assert.deepEqual([session.startedUs, session.endedUs, session.uploadedUs], [null, null, null]);
});

test("the list of exams is read", () => {
  const exams = parseExams({
    exams: [{ id: "X", title: "Practice", kind: "practice", sessions: 2, incidents: 0 }],
  });
  assert.deepEqual(exams, [
    { id: "X", title: "Practice", kind: "practice", sessions: 2, incidents: 0 },
  ]);
});

test("the sessions of an exam are read with their flags by rule", () => {
  const row = {
    id: "S",
    candidate: "A",
    state: "exam",
    started_us: 5,
    ended_us: null,
    incidents: 1,
    severities: { high: 0, medium: 1, low: 0 },
    flags: { "no-face": 2 },
    analysis: "running",
    outcome: "none",
    identity: "approved",
    review: "open",
  };
  const page = { exam: answer.exam, total: 1, next: null };
  const list = parseSessions({ ...page, sessions: [row] });
  assert.deepEqual(list.sessions[0]?.flags, { "no-face": 2 });
  assert.equal(list.exam.title, "Statistics I");
  assert.throws(
    () => parseSessions({ ...page, sessions: [{ ...row, flags: { "no-face": -0.5 } }] }),
    ParseError,
  );
  assert.throws(() => parseSessions({ ...page, sessions: [{ ...row, outcome: "guilty" }] }), ParseError);
});
