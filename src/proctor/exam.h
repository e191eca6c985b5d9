/* The exams that portals have registered for proctoring. Only this module touches `proctored_exam`.
 */
#pragma once
#include "analysis/policy.h"
#include "proctor/provider.h"

#define PROCTORED_EXAM_TITLE_MAX 200 /* bytes */
#define PROCTORED_EXAM_PATH_MAX 255  /* bytes */
#define PROCTORED_EXAM_REF_MAX 200   /* bytes */

struct proctored_exam {
    char id[ID_TEXT_SIZE];
    char title[PROCTORED_EXAM_TITLE_MAX + 1];
    char launch_path[PROCTORED_EXAM_PATH_MAX + 1];
    bool practice;
    int64_t duration_s;
};

MUST_USE bool proctored_exam_register(struct proctor *p, const struct provider_exam *exam,
                                      char ret_id[ID_TEXT_SIZE], struct error *err);
/* For the sessions that are made from now on. */
MUST_USE bool proctored_exam_set_policy(struct proctor *p, struct str id, struct str policy_json,
                                        struct error *err);
MUST_USE bool proctored_exam_find(struct proctor *p, struct str id, struct proctored_exam *ret,
                                  struct error *err);
MUST_USE bool proctored_exam_find_in(struct db *db, struct str id, struct proctored_exam *ret,
                                     struct error *err);
/* The whole policy as canonical JSON; in the arena. */
MUST_USE bool proctored_exam_policy_in(struct db *db, struct str id, struct arena *arena,
                                       struct str *ret, struct error *err);
/* All that this viewer sees (proctor/staff.h), practice tests first, then by title; in the arena.
 */
MUST_USE bool proctored_exam_list(struct proctor *p, int64_t viewer, struct arena *arena,
                                  struct proctored_exam **ret, size_t *ret_len, struct error *err);
/* Exams of a version that knew no staff, until proctor/staff.h has given them one: their ids. */
MUST_USE bool proctored_exam_unstaffed_in(struct db *db, struct arena *arena, struct str **ret,
                                          size_t *ret_len, struct error *err);
MUST_USE bool proctored_exam_staffed_in(struct db *db, struct str id, struct error *err);
