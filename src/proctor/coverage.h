/* Was there a recording all the time? Within one recording its own rules tell of holes; that a
 * share was ended, or that the camera's recordings stop while the exam goes on, shows only when the
 * recordings are laid beside the time of the exam. The rules are the same: `camera-lost` and
 * `screen-lost`. */
#pragma once
#include "proctor/analysis_job.h"
#include "proctor/session.h"
#include "proctor/stream.h"

struct coverage_span {
    int64_t from_us, to_us;
};
/* Puts what of [from_us, to_us) no span covers and lasts at least `least_us` into `ret`, which has
 * room for len + 1; returns how many. `spans` are sorted here. Pure. */
size_t coverage_gaps(struct coverage_span *spans, size_t len, int64_t from_us, int64_t to_us,
                     int64_t least_us, struct coverage_span *ret);

/* Raises flags of the session (flag.h) for the time of the exam, from "Start Exam" to its finish,
 * that no readable recording covers. Every analysis has ended. Again is fine. */
MUST_USE bool coverage_judge(struct proctor *p, const struct session *s,
                             const struct stream *streams, size_t streams_len,
                             const struct analysis_job *jobs, size_t jobs_len, struct error *err);
