#include "proctor/terms.h"

#include "proctor/keep.h"

/* Unless the deployment says otherwise. A term and its appeals are over in half a year; profiles
 * count for a year (PROFILE_KEEP_US), and so long an outcome may have to be explained. */
static const struct terms defaults = {
    .keep_days = {[TERMS_RECORDINGS] = 180, [TERMS_DERIVED] = 365, [TERMS_IDENTITY] = 365},
    .appeal_days = 14,
};

const char *terms_part_name(enum terms_part part)
{
    static const char *const names[TERMS_PARTS] = {"recordings", "derived", "identity"};
    return part >= TERMS_RECORDINGS && part < TERMS_PARTS ? names[part] : "none";
}

/* What a row says goes over what was there. */
static bool overlay(struct db *db, struct str exam_id, struct terms *t, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT recordings_days, derived_days, identity_days, appeal_days,"
                      " staff_names FROM terms WHERE exam_id = $1",
                      DB_ARGS(DB_TEXT(exam_id)), &found, &rows, err))
        return false;
    if (!found)
        return true;
    for (int i = 0; i < TERMS_PARTS; i++)
        if (!db_col_null(rows, i))
            t->keep_days[i] = db_col_i64(rows, i);
    if (!db_col_null(rows, 3))
        t->appeal_days = db_col_i64(rows, 3);
    if (!db_col_null(rows, 4))
        t->staff_names = db_col_i64(rows, 4) != 0;
    return true;
}

bool terms_find_in(struct db *db, struct str exam_id, struct terms *ret, struct error *err)
{
    struct terms t = defaults;
    if (!overlay(db, STR(""), &t, err) || (exam_id.len && !overlay(db, exam_id, &t, err)))
        return false;
    *ret = t;
    return true;
}

struct finding {
    struct str exam_id;
    struct terms terms;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct finding *f = context;
    return terms_find_in(db, f->exam_id, &f->terms, err);
}

bool terms_find(struct proctor *p, struct str exam_id, struct terms *ret, struct error *err)
{
    struct finding f = {.exam_id = exam_id};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    *ret = f.terms;
    return true;
}

/* ---- setting ---- */

struct setting {
    struct str exam_id;
    const struct terms_change *change;
};

static struct db_value value_of(int64_t n) { return n < 0 ? DB_NULL : DB_I64(n); }

static bool check(const struct terms *t, struct error *err)
{
    for (int i = 0; i < TERMS_PARTS; i++)
        if (t->keep_days[i] < 1 || t->keep_days[i] > TERMS_DAYS_MAX)
            return error_set(err, ERROR_INVALID, "%s are kept for 1 to %d days",
                             terms_part_name((enum terms_part)i), TERMS_DAYS_MAX);
    if (t->keep_days[TERMS_DERIVED] < t->keep_days[TERMS_RECORDINGS])
        return error_set(err, ERROR_INVALID,
                         "derived data is kept at least as long as the recordings (%" PRId64
                         " days)",
                         t->keep_days[TERMS_RECORDINGS]);
    if (t->appeal_days < 0 || t->appeal_days > TERMS_DAYS_MAX)
        return error_set(err, ERROR_INVALID, "an appeal can be made for 0 to %d days",
                         TERMS_DAYS_MAX);
    return true;
}

static bool set_body(struct db *db, void *context, struct error *err)
{
    const struct setting *s = context;
    const struct terms_change *c = s->change;
    struct terms now;
    if (!db_run(db,
                "INSERT INTO terms (exam_id, recordings_days, derived_days, identity_days,"
                " appeal_days, staff_names) VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (exam_id) DO UPDATE SET"
                " recordings_days = COALESCE(excluded.recordings_days, terms.recordings_days),"
                " derived_days = COALESCE(excluded.derived_days, terms.derived_days),"
                " identity_days = COALESCE(excluded.identity_days, terms.identity_days),"
                " appeal_days = COALESCE(excluded.appeal_days, terms.appeal_days),"
                " staff_names = COALESCE(excluded.staff_names, terms.staff_names)",
                DB_ARGS(DB_TEXT(s->exam_id), value_of(c->keep_days[TERMS_RECORDINGS]),
                        value_of(c->keep_days[TERMS_DERIVED]),
                        value_of(c->keep_days[TERMS_IDENTITY]), value_of(c->appeal_days),
                        value_of(c->staff_names)),
                NULL, err))
        return false;
    return terms_find_in(db, s->exam_id, &now, err) && check(&now, err) &&
           keep_shorten_in(db, s->exam_id, err);
}

bool terms_set(struct proctor *p, struct str exam_id, const struct terms_change *change,
               struct error *err)
{
    struct setting s = {.exam_id = exam_id.ptr ? exam_id : STR(""), .change = change};
    return db_store_write(p->store, set_body, &s, err);
}
