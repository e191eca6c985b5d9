/* What candidates are promised: how long what was made of a sitting is kept, how long they can
 * appeal, whether they read the names of those who decided. The deployment has its own, an exam may
 * have others, and a session keeps those of the day it was made (proctor/keep.h). Only this module
 * touches the table `terms`. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "proctor/proctor.h"

#define TERMS_DAY_US (INT64_C(24) * 3600 * SECOND_US)
#define TERMS_DAYS_MAX 3650

enum terms_part { TERMS_RECORDINGS = 0, TERMS_DERIVED, TERMS_IDENTITY, TERMS_PARTS };
const char *terms_part_name(enum terms_part part); /* "recordings"; static */

struct terms {
    int64_t
        keep_days[TERMS_PARTS]; /* after the sitting; derived data never shorter than recordings:
                                   what they say could not be checked any more by either side */
    int64_t appeal_days;        /* after the release; 0: there is no appeal */
    bool staff_names;
};

/* Of an exam, or of the deployment when `exam_id` is empty. */
MUST_USE bool terms_find_in(struct db *db, struct str exam_id, struct terms *ret,
                            struct error *err);
MUST_USE bool terms_find(struct proctor *p, struct str exam_id, struct terms *ret,
                         struct error *err);

/* A change; what is -1 stays as it is. */
struct terms_change {
    int64_t keep_days[TERMS_PARTS], appeal_days;
    int staff_names;
};
/* Sets them for the sessions that are made from now on. Shorter times hold for those that are there
 * as well; longer ones do not: they were promised otherwise. ERROR_INVALID says what is wrong. */
MUST_USE bool terms_set(struct proctor *p, struct str exam_id, const struct terms_change *change,
                        struct error *err);
