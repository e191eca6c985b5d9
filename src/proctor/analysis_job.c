#include "proctor/analysis_job.h"

#include "proctor/session.h"
#include "proctor/stream_row.h"

#include <string.h>

static const char *const names[] = {[ANALYSIS_WAITING] = "waiting",
                                    [ANALYSIS_RUNNING] = "running",
                                    [ANALYSIS_FINAL] = "final",
                                    [ANALYSIS_FAILED] = "failed"};

const char *analysis_state_name(enum analysis_state state)
{
    return state > ANALYSIS_STATE_NONE && state <= ANALYSIS_FAILED ? names[state] : "unknown";
}

bool analysis_job_add_in(struct db *db, struct str stream_id, struct str session_id,
                         struct error *err)
{
    return db_run(db, "INSERT INTO analysis (stream_id, session_id, state) VALUES ($1, $2, $3)",
                  DB_ARGS(DB_TEXT(stream_id), DB_TEXT(session_id), DB_I64(ANALYSIS_WAITING)), NULL,
                  err);
}

bool analysis_job_grown_in(struct db *db, struct str stream_id, uint64_t available, bool ended,
                           struct error *err)
{
    return db_run(db, "UPDATE analysis SET available = $1, ended = $2 WHERE stream_id = $3",
                  DB_ARGS(DB_U64(available), DB_I64(ended), DB_TEXT(stream_id)), NULL, err);
}

/* ---- rows ---- */

#define COLUMNS                                                                                    \
    "SELECT stream_id, session_id, state, available, ended, fed, tries, problem, duration_us,"     \
    " frames, damaged_packets, time_jumps, head IS NOT NULL, head_len, head_skip FROM analysis"

static void read_job(struct db_stmt *rows, struct analysis_job *ret)
{
    *ret = (struct analysis_job){
        .state = (enum analysis_state)db_col_i64(rows, 2),
        .available = (uint64_t)db_col_i64(rows, 3),
        .ended = db_col_i64(rows, 4) != 0,
        .fed = (uint64_t)db_col_i64(rows, 5),
        .tries = db_col_i64(rows, 6),
        .duration_us = db_col_i64(rows, 8),
        .frames = (uint64_t)db_col_i64(rows, 9),
        .damaged_packets = (uint64_t)db_col_i64(rows, 10),
        .time_jumps = (uint64_t)db_col_i64(rows, 11),
        .seekable = db_col_i64(rows, 12) != 0,
        .head_len = (uint64_t)db_col_i64(rows, 13),
        .head_skip = (uint64_t)db_col_i64(rows, 14),
    };
    str_into(db_col_text(rows, 0), ret->stream_id, sizeof ret->stream_id);
    str_into(db_col_text(rows, 1), ret->session_id, sizeof ret->session_id);
    str_into(db_col_text(rows, 7), ret->problem, sizeof ret->problem);
}

static bool find_in(struct db *db, struct str stream_id, struct analysis_job *ret,
                    struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, COLUMNS " WHERE stream_id = $1", DB_ARGS(DB_TEXT(stream_id)), &found,
                      &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such recording");
    read_job(rows, ret);
    return true;
}

struct find {
    struct str id; /* of the stream, or of the session */
    struct analysis_job job;
    struct arena *arena;
    struct analysis_job *list;
    size_t len;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    return find_in(db, f->id, &f->job, err);
}

bool analysis_job_find(struct proctor *p, struct str stream_id, struct analysis_job *ret,
                       struct error *err)
{
    struct find f = {.id = stream_id};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    *ret = f.job;
    return true;
}

static bool read_listed(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    (void)arena;
    (void)err;
    read_job(rows, to);
    return true;
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, COLUMNS " WHERE session_id = $1 ORDER BY stream_id",
                    DB_ARGS(DB_TEXT(f->id)), &rows, err) &&
           db_collect(rows, f->arena, sizeof *f->list, read_listed, &f->list, &f->len, err);
}

bool analysis_job_list(struct proctor *p, struct str session_id, struct arena *arena,
                       struct analysis_job **ret, size_t *ret_len, struct error *err)
{
    struct find f = {.id = session_id, .arena = arena};
    if (!db_store_read(p->store, list_body, &f, err))
        return false;
    *ret = f.list;
    *ret_len = f.len;
    return true;
}

struct state_counts {
    int64_t of[ANALYSIS_FAILED + 1];
};

static enum analysis_state state_of_all(const struct state_counts *counts)
{
    if (counts->of[ANALYSIS_FAILED])
        return ANALYSIS_FAILED;
    if (counts->of[ANALYSIS_RUNNING])
        return ANALYSIS_RUNNING;
    return counts->of[ANALYSIS_WAITING] || !counts->of[ANALYSIS_FINAL] ? ANALYSIS_WAITING
                                                                       : ANALYSIS_FINAL;
}

enum analysis_state analysis_of(const struct analysis_job *jobs, size_t len)
{
    struct state_counts counts = {0};
    for (size_t i = 0; i < len; i++)
        if (jobs[i].state > ANALYSIS_STATE_NONE && jobs[i].state <= ANALYSIS_FAILED)
            counts.of[jobs[i].state]++;
    return state_of_all(&counts);
}

bool analysis_job_state_in(struct db *db, struct str session_id, enum analysis_state *ret,
                           struct error *err)
{
    struct state_counts counts = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query(db, "SELECT state, COUNT(*) FROM analysis WHERE session_id = $1 GROUP BY state",
                  DB_ARGS(DB_TEXT(session_id)), &rows, err))
        return false;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        int64_t state = row ? db_col_i64(rows, 0) : 0;
        if (state > ANALYSIS_STATE_NONE && state <= ANALYSIS_FAILED)
            counts.of[state] = db_col_i64(rows, 1);
    }
    *ret = state_of_all(&counts);
    return true;
}

bool analysis_all_done(const struct analysis_job *jobs, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (jobs[i].state != ANALYSIS_FINAL && jobs[i].state != ANALYSIS_FAILED)
            return false;
    return true;
}

/* ---- the queue ---- */

/* Waiting, or running with a lease that ran out; and with bytes, or with none that will ever come.
 */
#define FREE_JOB                                                                                   \
    " WHERE (state = 1 OR (state = 2 AND lease_until_us < $1)) AND (available > 0 OR ended = 1)"
_Static_assert(ANALYSIS_WAITING == 1 && ANALYSIS_RUNNING == 2, "FREE_JOB names the states");

struct claim {
    struct str owner, stream_id;
    int64_t now_us;
    bool found, given_up;
    struct analysis_job job;
};

static bool look_body(struct db *db, void *context, struct error *err)
{
    struct claim *c = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM analysis" FREE_JOB " LIMIT 1",
                        DB_ARGS(DB_I64(c->now_us)), &c->found, &rows, err);
}

static bool pick(struct db *db, struct claim *c, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    /* Those that grow come before those that are over: their flags are waited for. */
    if (!db_query_one(db, COLUMNS FREE_JOB " ORDER BY ended, tries, stream_id LIMIT 1",
                      DB_ARGS(DB_I64(c->now_us)), &c->found, &rows, err))
        return false;
    if (c->found)
        read_job(rows, &c->job);
    return true;
}

static bool claim_body(struct db *db, void *context, struct error *err)
{
    struct claim *c = context;
    if (!pick(db, c, err))
        return false;
    if (!c->found)
        return true;
    struct str id = str_from(c->job.stream_id);
    if (c->job.tries >= ANALYSIS_TRIES_MAX) {
        c->given_up = true;
        return db_run(
            db, "UPDATE analysis SET state = $1, problem = $2, owner = '' WHERE stream_id = $3",
            DB_ARGS(DB_I64(ANALYSIS_FAILED),
                    DB_TEXT(c->job.problem[0]
                                ? str_from(c->job.problem)
                                : STR("the analysis ended three times without a result")),
                    DB_TEXT(id)),
            NULL, err);
    }
    c->job.state = ANALYSIS_RUNNING;
    c->job.tries++;
    c->job.fed = 0;
    return db_run(db,
                  "UPDATE analysis SET state = $1, owner = $2, lease_until_us = $3, tries = $4,"
                  " fed = 0 WHERE stream_id = $5",
                  DB_ARGS(DB_I64(ANALYSIS_RUNNING), DB_TEXT(c->owner),
                          DB_I64(c->now_us + ANALYSIS_LEASE_US), DB_I64(c->job.tries), DB_TEXT(id)),
                  NULL, err);
}

bool analysis_job_claim(struct proctor *p, struct str owner, bool *ret_found,
                        struct analysis_job *ret, struct error *err)
{
    for (;;) {
        struct claim c = {.owner = owner, .now_us = clock_wall_us()};
        /* Looking costs no flush; most looks find nothing. */
        if (!db_store_read(p->store, look_body, &c, err))
            return false;
        if (c.found && !db_store_write(p->store, claim_body, &c, err))
            return false;
        if (c.given_up)
            continue;
        if (c.found)
            *ret = c.job;
        *ret_found = c.found;
        return true;
    }
}

bool analysis_job_renew_in(struct db *db, struct str stream_id, struct str owner, uint64_t fed,
                           struct error *err)
{
    int64_t changed;
    if (!db_run(db,
                "UPDATE analysis SET fed = $1, lease_until_us = $2"
                " WHERE stream_id = $3 AND owner = $4 AND state = $5",
                DB_ARGS(DB_U64(fed), DB_I64(clock_wall_us() + ANALYSIS_LEASE_US),
                        DB_TEXT(stream_id), DB_TEXT(owner), DB_I64(ANALYSIS_RUNNING)),
                &changed, err))
        return false;
    if (changed == 0)
        return error_set(err, ERROR_CONFLICT, "another worker has taken the recording over");
    return true;
}

struct release {
    struct str stream_id, owner;
    const char *problem; /* NULL: nothing went wrong */
};

static bool release_body(struct db *db, void *context, struct error *err)
{
    const struct release *r = context;
    return db_run(db,
                  "UPDATE analysis SET state = $1, owner = '', lease_until_us = 0, fed = 0,"
                  " tries = tries - $2, problem = $3 WHERE stream_id = $4 AND owner = $5"
                  " AND state = $6",
                  DB_ARGS(DB_I64(ANALYSIS_WAITING), DB_I64(r->problem ? 0 : 1),
                          DB_TEXT(str_from(r->problem ? r->problem : "")), DB_TEXT(r->stream_id),
                          DB_TEXT(r->owner), DB_I64(ANALYSIS_RUNNING)),
                  NULL, err);
}

bool analysis_job_release(struct proctor *p, struct str stream_id, struct str owner,
                          const char *problem, struct error *err)
{
    struct release r = {.stream_id = stream_id, .owner = owner, .problem = problem};
    return db_store_write(p->store, release_body, &r, err);
}

/* ---- the end ---- */

bool analysis_job_end_in(struct db *db, struct str stream_id, struct str owner,
                         const struct analysis_end *end, struct str sealed_head, struct error *err)
{
    int64_t changed;
    struct str nothing = STR("");
    if (!db_run(db,
                "UPDATE analysis SET state = $1, owner = '', fed = $2, problem = $3,"
                " duration_us = $4, frames = $5, damaged_packets = $6, time_jumps = $7, head = $8,"
                " head_len = $9, head_skip = $10, models = $11, isa = $12"
                " WHERE stream_id = $13 AND owner = $14 AND state = $15",
                DB_ARGS(DB_I64(end->problem ? ANALYSIS_FAILED : ANALYSIS_FINAL), DB_U64(end->fed),
                        DB_TEXT(end->problem ? str_from(end->problem) : nothing),
                        DB_I64(end->duration_us), DB_U64(end->frames), DB_U64(end->damaged_packets),
                        DB_U64(end->time_jumps), sealed_head.len ? DB_BLOB(sealed_head) : DB_NULL,
                        DB_U64(end->head.len), DB_U64(end->head_skip),
                        DB_TEXT(end->models.ptr ? end->models : nothing),
                        DB_TEXT(end->isa.ptr ? end->isa : nothing), DB_TEXT(stream_id),
                        DB_TEXT(owner), DB_I64(ANALYSIS_RUNNING)),
                &changed, err))
        return false;
    if (changed == 0)
        return error_set(err, ERROR_CONFLICT, "another worker has taken the recording over");
    return true;
}

bool analysis_head_seal(const struct seal_key *session_key, struct str stream_id, struct str head,
                        struct buf *to, struct error *err)
{
    CLEANUP(buf_done) struct buf context = {0};
    stream_context(stream_id, "head", &context);
    return buf_ok(&context, err) && seal_bytes(session_key, buf_str(&context), head, to, err);
}

struct head_read {
    struct proctor *p;
    struct str stream_id;
    struct buf *to;
};

static bool head_body(struct db *db, void *context, struct error *err)
{
    struct head_read *h = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf seal_context = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    bool found;
    stream_context(h->stream_id, "head", &seal_context);
    if (!buf_ok(&seal_context, err) ||
        !db_query_one(db, "SELECT head, session_id FROM analysis WHERE stream_id = $1",
                      DB_ARGS(DB_TEXT(h->stream_id)), &found, &rows, err))
        return false;
    if (!found || db_col_null(rows, 0))
        return error_set(err, ERROR_NOT_FOUND, "this recording has no head");
    return session_key_in(db, &h->p->deployment_key, db_col_text(rows, 1), &key, err) &&
           seal_open(&key, buf_str(&seal_context), db_col_text(rows, 0), h->to, err);
}

bool analysis_head(struct proctor *p, struct str stream_id, struct buf *to, struct error *err)
{
    struct head_read h = {.p = p, .stream_id = stream_id, .to = to};
    return db_store_read(p->store, head_body, &h, err);
}

struct tools {
    struct str stream_id;
    struct arena *arena;
    struct str models, isa;
};

static bool tools_body(struct db *db, void *context, struct error *err)
{
    struct tools *t = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT models, isa FROM analysis WHERE stream_id = $1",
                      DB_ARGS(DB_TEXT(t->stream_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such recording");
    t->models = db_col_copy(rows, 0, t->arena);
    t->isa = db_col_copy(rows, 1, t->arena);
    return (t->models.ptr && t->isa.ptr) || error_no_memory(err);
}

bool analysis_job_tools(struct proctor *p, struct str stream_id, struct arena *arena,
                        struct str *ret_models, struct str *ret_isa, struct error *err)
{
    struct tools t = {.stream_id = stream_id, .arena = arena};
    if (!db_store_read(p->store, tools_body, &t, err))
        return false;
    *ret_models = t.models;
    *ret_isa = t.isa;
    return true;
}

bool analysis_job_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db,
                  "UPDATE analysis SET head = NULL, head_len = 0, head_skip = 0, owner = '',"
                  " state = CASE WHEN state < $1 THEN $2 ELSE state END,"
                  " problem = CASE WHEN state < $1 THEN 'the recording was deleted' ELSE problem"
                  " END WHERE session_id = $3",
                  DB_ARGS(DB_I64(ANALYSIS_FINAL), DB_I64(ANALYSIS_FAILED), DB_TEXT(session_id)),
                  NULL, err);
}
