/* Until when what there is of a session is kept: a row a session with the terms (proctor/terms.h)
 * of the day it was made, and what is gone already. Only this module touches the table `keep`;
 * what is deleted, and how, is proctor/retention.h. */
#pragma once
#include "base/id.h"
#include "proctor/terms.h"

struct keep {
    char session_id[ID_TEXT_SIZE];
    int64_t user_ref;
    struct terms terms;
    int64_t due_us[TERMS_PARTS];  /* kept until then, and longer while an appeal holds it */
    int64_t gone_us[TERMS_PARTS]; /* 0: it is there */
};

/* The session was made. */
MUST_USE bool keep_begin_in(struct db *db, struct str session_id, struct str exam_id,
                            int64_t user_ref, struct error *err);
/* The sitting has ended: the clock begins anew. */
MUST_USE bool keep_ended_in(struct db *db, struct str session_id, int64_t now_us,
                            struct error *err);
MUST_USE bool keep_find_in(struct db *db, struct str session_id, struct keep *ret,
                           struct error *err);
MUST_USE bool keep_find(struct proctor *p, struct str session_id, struct keep *ret,
                        struct error *err);
/* The terms of the exam (of all exams, when it is empty) may have become shorter. */
MUST_USE bool keep_shorten_in(struct db *db, struct str exam_id, struct error *err);

/* Sessions whose `part` is to be looked at; at most `max`, in the arena. */
MUST_USE bool keep_due(struct proctor *p, enum terms_part part, int64_t now_us, size_t max,
                       struct arena *arena, struct str **ret_ids, size_t *ret_len,
                       struct error *err);
/* Not yet: look again at `us`. */
MUST_USE bool keep_postpone_in(struct db *db, struct str session_id, enum terms_part part,
                               int64_t us, struct error *err);
MUST_USE bool keep_gone_in(struct db *db, struct str session_id, enum terms_part part,
                           int64_t now_us, struct error *err);
/* Until when the last session of this user needs their identity profile; 0: there is none. */
MUST_USE bool keep_identity_until_in(struct db *db, int64_t user_ref, int64_t *ret_us,
                                     struct error *err);
