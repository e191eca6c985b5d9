#include "proctor/release.h"

#include "base/json.h"
#include "proctor/appeal.h"
#include "proctor/evidence.h"
#include "proctor/keep.h"
#include "proctor/session.h"

bool release_find_in(struct db *db, struct str session_id, struct arena *arena, struct release *ret,
                     struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct release r = {0};
    if (!db_query_one(db,
                      "SELECT outcome, released_us, appeal_until_us, staff_ref, decided_by,"
                      " staff_name FROM release WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), &r.made, &rows, err))
        return false;
    if (r.made) {
        r.outcome = (enum review_outcome)db_col_i64(rows, 0);
        r.released_us = db_col_i64(rows, 1);
        r.appeal_until_us = db_col_i64(rows, 2);
        r.staff_ref = db_col_i64(rows, 3);
        r.decided_by = db_col_copy(rows, 4, arena);
        r.staff_name = db_col_copy(rows, 5, arena);
        if (!r.decided_by.ptr || !r.staff_name.ptr)
            return error_no_memory(err);
    }
    *ret = r;
    return true;
}

struct finding {
    struct str session_id;
    struct arena *arena;
    struct release release;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct finding *f = context;
    return release_find_in(db, f->session_id, f->arena, &f->release, err);
}

bool release_find(struct proctor *p, struct str session_id, struct arena *arena,
                  struct release *ret, struct error *err)
{
    struct finding f = {.session_id = session_id, .arena = arena};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    *ret = f.release;
    return true;
}

/* ---- making ---- */

struct making {
    struct str session_id;
    const struct review_person *by;
    bool made;
};

static bool check(struct db *db, const struct making *m, struct session *ret_session,
                  enum review_outcome *ret_outcome, struct error *err)
{
    struct appeal appeal;
    CLEANUP(arena_done) struct arena arena = {0};
    if (!session_find_in(db, m->session_id, ret_session, err) ||
        !review_outcome_in(db, m->session_id, ret_outcome, err) ||
        !appeal_find_in(db, m->session_id, &arena, &appeal, err))
        return false;
    if (ret_session->state < SESSION_REPORTED)
        return error_set(err, ERROR_CONFLICT, "the report of this session is not made yet");
    if (*ret_outcome == REVIEW_NONE)
        return error_set(err, ERROR_CONFLICT, "no decision on this session counts yet");
    if (appeal.state == APPEAL_OPEN)
        return error_set(err, ERROR_CONFLICT, "an appeal waits for its answer");
    return true;
}

static bool put(struct db *db, const struct making *m, const struct session *s,
                enum review_outcome outcome, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct keep keep;
    struct str decided_by;
    int64_t now = clock_wall_us();
    if (!keep_find_in(db, m->session_id, &keep, err) ||
        !review_decided_by_in(db, m->session_id, &arena, &decided_by, err))
        return false;
    int64_t until = keep.terms.appeal_days ? now + keep.terms.appeal_days * TERMS_DAY_US : 0;
    return db_run(db,
                  "INSERT INTO release (session_id, exam_id, outcome, decided_by, released_us,"
                  " staff_ref, staff_name, appeal_until_us)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                  " ON CONFLICT (session_id) DO UPDATE SET outcome = excluded.outcome,"
                  " decided_by = excluded.decided_by, released_us = excluded.released_us,"
                  " staff_ref = excluded.staff_ref, staff_name = excluded.staff_name,"
                  " appeal_until_us = excluded.appeal_until_us",
                  DB_ARGS(DB_TEXT(m->session_id), DB_TEXT(str_from(s->exam_id)), DB_I64(outcome),
                          DB_TEXT(decided_by), DB_I64(now), DB_I64(m->by->user_ref),
                          DB_TEXT(m->by->name), DB_I64(until)),
                  NULL, err) &&
           evidence_add_in(db, m->session_id, "released",
                           json_pack("{s:s, s:I, s:I, s:s%}", "outcome",
                                     review_outcome_name(outcome), "appeal_until_us",
                                     (json_int_t)until, "user", (json_int_t)m->by->user_ref, "name",
                                     m->by->name.ptr, m->by->name.len),
                           err);
}

static bool make_body(struct db *db, void *context, struct error *err)
{
    struct making *m = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session s;
    struct release before;
    struct appeal appeal;
    enum review_outcome outcome;
    if (!check(db, m, &s, &outcome, err) ||
        !release_find_in(db, m->session_id, &arena, &before, err) ||
        !appeal_find_in(db, m->session_id, &arena, &appeal, err))
        return false;
    m->made = appeal_holding(&before, &appeal) != outcome;
    return !m->made || put(db, m, &s, outcome, err);
}

bool release_make(struct proctor *p, struct str session_id, const struct review_person *by,
                  struct error *err)
{
    struct making m = {.session_id = session_id, .by = by};
    return db_store_write(p->store, make_body, &m, err);
}

bool release_exam(struct proctor *p, struct str exam_id, const struct review_person *by,
                  size_t *ret_made, size_t *ret_left, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct session *sessions;
    size_t len, made = 0, left = 0;
    if (!session_list(p, exam_id, &arena, &sessions, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        struct making m = {.session_id = str_from(sessions[i].id), .by = by};
        struct error why = {0};
        if (sessions[i].state < SESSION_REPORTED)
            left++;
        else if (db_store_write(p->store, make_body, &m, &why))
            made += m.made;
        else if (why.code == ERROR_CONFLICT)
            left++;
        else
            return error_set(err, why.code, "%s", why.message);
    }
    *ret_made = made;
    *ret_left = left;
    return true;
}

bool release_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "UPDATE release SET decided_by = '', staff_name = '' WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}
