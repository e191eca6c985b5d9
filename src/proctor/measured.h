/* What was measured along a session, for the graphs of its review: the tracks of its recordings
 * (observation.h) drawn small (analysis/series.h). */
#pragma once
#include "analysis/series.h"
#include "base/arena.h"
#include "proctor/proctor.h"

#define MEASURED_RANGE_MAX_US (INT64_C(48) * 3600 * 1000000)

struct measured_query {
    struct str session_id;
    int64_t from_us, to_us; /* 0, 0: from the first recording to the end of the last */
    size_t buckets;         /* at most so many, 1 to SERIES_BUCKETS_MAX */
};
struct measured {
    struct series series;
    size_t recordings; /* whose values are in it */
    size_t without;    /* of which nothing was kept: not analysed yet, or the analysis failed */
};
/* In the arena. ERROR_INVALID for a range that is none, ERROR_GONE when the session's key was
 * erased. A session of which nothing was recorded has no buckets. */
MUST_USE bool measured(struct proctor *p, const struct measured_query *query, struct arena *arena,
                       struct measured *ret, struct error *err);
