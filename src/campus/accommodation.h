/* Accommodations: what is different for one person, in one exam or in all of them: more time, and a
 * patch on the policy of the proctoring (things permitted, rules switched off or made milder). Only
 * this module touches the table `accommodation`.
 *
 * The patch is taken when the session is made (the first launch), the time when "Start Exam" is
 * pressed: what is set later holds for the next exam. An exam's own accommodation stands instead of
 * the one for all exams; the two are not added up. */
#pragma once
#include "base/arena.h"
#include "campus/campus.h"

#define ACCOMMODATION_PERCENT_MAX 400          /* five times the usual time */
#define ACCOMMODATION_MINUTES_MAX (24 * 60)    /* no exam lasts longer than a day */
#define ACCOMMODATION_PATCH_MAX ((size_t)4096) /* bytes: the evidence keeps it as one record */

struct accommodation {
    int64_t id;                           /* 0: there is none */
    int64_t user_id, exam_id;             /* exam_id 0: all exams */
    int64_t extra_percent, extra_minutes; /* both are added to the exam's duration */
    struct str patch;                     /* canonical JSON; empty: the policy stays as it is */
    int64_t set_us, set_by;               /* set_by: a person's id, 0 from the command line */
};

/* Makes it, or puts it in the place of the one that this person has for this exam. ERROR_INVALID
 * names the place of what is wrong in the patch; ERROR_NOT_FOUND without such a person or exam.
 * `id` and `set_us` are given. */
MUST_USE bool accommodation_set(struct campus *c, const struct accommodation *a, int64_t *ret_id,
                                struct error *err);
MUST_USE bool accommodation_remove(struct campus *c, int64_t id, struct error *err);
/* Which exam it is for; 0: all, or there is no such accommodation. */
MUST_USE bool accommodation_exam(struct campus *c, int64_t id, int64_t *ret_exam_id,
                                 struct error *err);
/* All, by person and exam; in the arena. */
MUST_USE bool accommodation_list(struct campus *c, struct arena *arena, struct accommodation **ret,
                                 size_t *ret_len, struct error *err);

/* What holds for this person in this exam; with id 0 and nothing in it when nothing does. The patch
 * is in the arena. */
MUST_USE bool accommodation_find_in(struct db *db, int64_t user_id, int64_t exam_id,
                                    struct arena *arena, struct accommodation *ret,
                                    struct error *err);
/* Seconds that come to an exam of `duration_s`; a part of a second is given to the candidate. */
int64_t accommodation_extra_s(const struct accommodation *a, int64_t duration_s);
/* For erasing: all of this person's. */
MUST_USE bool accommodation_forget_in(struct db *db, int64_t user_id, struct error *err);
