#include "proctor/staff.h"

#include "base/clock.h"
#include "proctor/audit.h"
#include "proctor/exam.h"

#define LOOK_US (3600 * SECOND_US) /* one record of an administrator's looks at an exam */

/* ---- who sees what ---- */

struct seeing {
    const char *sql; /* $1 the viewer, $2 the object */
    int64_t viewer;
    struct db_value object;
    bool seen;
};

static bool seeing_body(struct db *db, void *context, struct error *err)
{
    struct seeing *s = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, s->sql, DB_ARGS(DB_I64(s->viewer), s->object), &s->seen, &rows, err);
}

static bool sees(struct proctor *p, struct seeing s, bool *ret, struct error *err)
{
    if (!db_store_read(p->store, seeing_body, &s, err))
        return false;
    *ret = s.seen;
    return true;
}

bool staff_sees_exam(struct proctor *p, int64_t viewer, struct str exam_id, bool *ret,
                     struct error *err)
{
    struct seeing s = {.sql = "SELECT 1 WHERE " STAFF_SEES_EXAM("$1", "$2"),
                       .viewer = viewer,
                       .object = DB_TEXT(exam_id)};
    return sees(p, s, ret, err);
}

bool staff_sees_session(struct proctor *p, int64_t viewer, struct str session_id, bool *ret,
                        struct error *err)
{
    struct seeing s = {.sql = "SELECT 1 WHERE " STAFF_SEES_SESSION("$1", "$2"),
                       .viewer = viewer,
                       .object = DB_TEXT(session_id)};
    return sees(p, s, ret, err);
}

bool staff_sees_candidate(struct proctor *p, int64_t viewer, int64_t user_ref, bool *ret,
                          struct error *err)
{
    struct seeing s = {.sql = "SELECT 1 WHERE " STAFF_SEES_CANDIDATE("$1", "$2"),
                       .viewer = viewer,
                       .object = DB_I64(user_ref)};
    return sees(p, s, ret, err);
}

/* ---- who is on it ---- */

struct change {
    struct str exam_id;
    const struct provider_person *who, *by;
};

static bool note(struct db *db, const struct change *c, struct str action, struct error *err)
{
    struct proctored_exam exam;
    if (!proctored_exam_find_in(db, c->exam_id, &exam, err))
        return false;
    const struct audit_entry entry = {
        .actor_ref = c->by->user_ref,
        .actor = c->by->name,
        .action = action,
        .session_id = STR(""),
        .user_ref = c->who ? c->who->user_ref : 0,
        .candidate = c->who ? c->who->name : STR(""),
        .reason = STR(""),
    };
    return audit_add_in(db, &entry, json_pack("{s:s, s:s}", "exam", exam.id, "title", exam.title),
                        err);
}

static bool insert(struct db *db, struct str exam_id, int64_t user_ref, struct str by,
                   int64_t *ret_changed, struct error *err)
{
    return db_run(db,
                  "INSERT INTO exam_staff (user_ref, exam_id, added_us, added_by)"
                  " VALUES ($1, $2, $3, $4) ON CONFLICT (user_ref, exam_id) DO NOTHING",
                  DB_ARGS(DB_I64(user_ref), DB_TEXT(exam_id), DB_I64(clock_wall_us()), DB_TEXT(by)),
                  ret_changed, err);
}

static bool add_body(struct db *db, void *context, struct error *err)
{
    const struct change *c = context;
    struct proctored_exam exam;
    int64_t changed;
    return proctored_exam_find_in(db, c->exam_id, &exam, err) &&
           insert(db, c->exam_id, c->who->user_ref, c->by->name, &changed, err) &&
           (changed == 0 || note(db, c, STR("staff-added"), err));
}

bool staff_add(struct proctor *p, struct str exam_id, const struct provider_person *who,
               const struct provider_person *by, struct error *err)
{
    struct change c = {exam_id, who, by};
    return db_store_write(p->store, add_body, &c, err);
}

static bool remove_body(struct db *db, void *context, struct error *err)
{
    const struct change *c = context;
    int64_t changed;
    return db_run(db, "DELETE FROM exam_staff WHERE user_ref = $1 AND exam_id = $2",
                  DB_ARGS(DB_I64(c->who->user_ref), DB_TEXT(c->exam_id)), &changed, err) &&
           (changed == 0 || note(db, c, STR("staff-removed"), err));
}

bool staff_remove(struct proctor *p, struct str exam_id, const struct provider_person *who,
                  const struct provider_person *by, struct error *err)
{
    struct change c = {exam_id, who, by};
    return db_store_write(p->store, remove_body, &c, err);
}

struct listing {
    struct str exam_id;
    struct arena *arena;
    struct staff_member *list;
    size_t len;
};

static bool read_member(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct staff_member *m = to;
    *m = (struct staff_member){.user_ref = db_col_i64(rows, 0),
                               .added_us = db_col_i64(rows, 1),
                               .added_by = db_col_copy(rows, 2, arena)};
    return m->added_by.ptr || error_no_memory(err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct listing *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct proctored_exam exam;
    return proctored_exam_find_in(db, l->exam_id, &exam, err) &&
           db_query(db,
                    "SELECT user_ref, added_us, added_by FROM exam_staff WHERE exam_id = $1"
                    " ORDER BY added_us, user_ref",
                    DB_ARGS(DB_TEXT(l->exam_id)), &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->list, read_member, &l->list, &l->len, err);
}

bool staff_list(struct proctor *p, struct str exam_id, struct arena *arena,
                struct staff_member **ret, size_t *ret_len, struct error *err)
{
    struct listing l = {.exam_id = exam_id, .arena = arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.list;
    *ret_len = l.len;
    return true;
}

/* ---- administrators ---- */

struct look {
    struct str exam_id;
    const struct provider_person *by;
    int64_t now_us;
    bool due;
};

/* Due: they are not on its staff, and no record of the last hour says it. */
static bool due_body(struct db *db, void *context, struct error *err)
{
    struct look *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(
        db,
        "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM exam_staff s WHERE"
        " s.exam_id = $1 AND s.user_ref = $2) AND NOT EXISTS (SELECT 1 FROM"
        " staff_look k WHERE k.exam_id = $1 AND k.user_ref = $2"
        " AND k.looked_us > $3)",
        DB_ARGS(DB_TEXT(l->exam_id), DB_I64(l->by->user_ref), DB_I64(l->now_us - LOOK_US)), &l->due,
        &rows, err);
}

static bool look_body(struct db *db, void *context, struct error *err)
{
    struct look *l = context;
    const struct change c = {l->exam_id, NULL, l->by};
    if (!due_body(db, l, err))
        return false;
    if (!l->due) /* another request came between */
        return true;
    return db_run(db,
                  "INSERT INTO staff_look (user_ref, exam_id, looked_us) VALUES ($1, $2, $3)"
                  " ON CONFLICT (user_ref, exam_id) DO UPDATE SET looked_us = excluded.looked_us",
                  DB_ARGS(DB_I64(l->by->user_ref), DB_TEXT(l->exam_id), DB_I64(l->now_us)), NULL,
                  err) &&
           note(db, &c, STR("looked-as-admin"), err);
}

bool staff_looked(struct proctor *p, struct str exam_id, const struct provider_person *by,
                  struct error *err)
{
    struct look l = {.exam_id = exam_id, .by = by, .now_us = clock_wall_us()};
    return db_store_read(p->store, due_body, &l, err) &&
           (!l.due || db_store_write(p->store, look_body, &l, err));
}

/* ---- exams of before ---- */

static bool wanted_body(struct db *db, void *context, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct str *exams;
    size_t len;
    if (!proctored_exam_unstaffed_in(db, &arena, &exams, &len, err))
        return false;
    *(bool *)context = len > 0;
    return true;
}

bool staff_wanted(struct proctor *p, bool *ret, struct error *err)
{
    return db_store_read(p->store, wanted_body, ret, err);
}

struct adoption {
    const struct provider_person *people;
    size_t len;
};

static bool adopt_body(struct db *db, void *context, struct error *err)
{
    const struct adoption *a = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct str *exams;
    size_t len;
    if (!proctored_exam_unstaffed_in(db, &arena, &exams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        for (size_t k = 0; k < a->len; k++)
            if (!insert(db, exams[i], a->people[k].user_ref, STR("upgrade"), NULL, err))
                return false;
        if (!proctored_exam_staffed_in(db, exams[i], err))
            return false;
    }
    return true;
}

bool staff_adopt(struct proctor *p, const struct provider_person *people, size_t len,
                 struct error *err)
{
    struct adoption a = {people, len};
    return db_store_write(p->store, adopt_body, &a, err);
}
