#include "proctor/flag.h"

#include "proctor/live.h"
#include "proctor/session.h"
#include "proctor/stream_row.h"

#include <stdlib.h>
#include <string.h>

/* ---- raising ---- */

bool flag_put_in(struct db *db, struct str session_id, struct str stream_id, int64_t start_us,
                 uint32_t index, const struct flag *f, struct error *err)
{
    if (index >= FLAG_PER_STREAM_MAX)
        return true; /* nobody reads on: the first ones tell enough */
    return db_run(
        db,
        "INSERT INTO flag (session_id, stream_id, position, rule, severity, start_us, from_us,"
        " to_us, is_open, confidence, samples, hits, numbers, best_us)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        " ON CONFLICT (stream_id, position) DO UPDATE SET rule = excluded.rule,"
        " severity = excluded.severity, from_us = excluded.from_us, to_us = excluded.to_us,"
        " is_open = excluded.is_open, confidence = excluded.confidence,"
        " samples = excluded.samples, hits = excluded.hits, numbers = excluded.numbers,"
        " best_us = excluded.best_us",
        DB_ARGS(DB_TEXT(session_id), DB_TEXT(stream_id), DB_I64(index),
                DB_TEXT(str_from(rule_name(f->rule))), DB_I64(f->severity), DB_I64(start_us),
                DB_I64(f->from_us), DB_I64(f->to_us), DB_I64(f->open), DB_DOUBLE(f->confidence),
                DB_I64(f->samples), DB_I64(f->hits), DB_TEXT(str_from(f->numbers)),
                DB_I64(f->best_us)),
        NULL, err);
}

/* Ids of the two tables never meet: those of this one begin where no stream's flags come to. */
#define SESSION_FLAG_FIRST (INT64_C(1) << 40)

bool flag_put_session_in(struct db *db, struct str session_id, int64_t start_us, uint32_t index,
                         const struct flag *f, struct error *err)
{
    return db_run(
        db,
        "INSERT INTO session_flag (id, session_id, position, rule, severity, start_us,"
        " from_us, to_us, is_open, numbers) VALUES"
        " ((SELECT COALESCE(MAX(id), $1) + 1 FROM session_flag),"
        " $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (session_id, position) DO UPDATE"
        " SET rule = excluded.rule, severity = excluded.severity,"
        " start_us = excluded.start_us, from_us = excluded.from_us,"
        " to_us = excluded.to_us, is_open = excluded.is_open,"
        " numbers = excluded.numbers",
        DB_ARGS(DB_I64(SESSION_FLAG_FIRST), DB_TEXT(session_id), DB_I64(index),
                DB_TEXT(str_from(rule_name(f->rule))), DB_I64(f->severity), DB_I64(start_us),
                DB_I64(f->from_us), DB_I64(f->to_us), DB_I64(f->open),
                DB_TEXT(str_from(f->numbers))),
        NULL, err);
}

bool flag_drop_from_in(struct db *db, struct str stream_id, uint32_t index, struct error *err)
{
    return db_run(db,
                  "DELETE FROM picture WHERE flag_id IN"
                  " (SELECT id FROM flag WHERE stream_id = $1 AND position >= $2)",
                  DB_ARGS(DB_TEXT(stream_id), DB_I64(index)), NULL, err) &&
           db_run(db, "DELETE FROM flag WHERE stream_id = $1 AND position >= $2",
                  DB_ARGS(DB_TEXT(stream_id), DB_I64(index)), NULL, err);
}

bool flag_count_session_from_in(struct db *db, struct str session_id, uint32_t index, size_t *ret,
                                struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT COUNT(*) FROM session_flag WHERE session_id = $1 AND position >= $2",
                      DB_ARGS(DB_TEXT(session_id), DB_I64(index)), &found, &rows, err))
        return false;
    *ret = found ? (size_t)db_col_i64(rows, 0) : 0;
    return true;
}

bool flag_drop_session_from_in(struct db *db, struct str session_id, uint32_t index,
                               struct error *err)
{
    return db_run(db, "DELETE FROM session_flag WHERE session_id = $1 AND position >= $2",
                  DB_ARGS(DB_TEXT(session_id), DB_I64(index)), NULL, err);
}

static void picture_context(struct str stream_id, uint32_t index, struct buf *to)
{
    stream_context(stream_id, "picture", to);
    buf_printf(to, ":%" PRIu32, index);
}

bool flag_picture_seal(const struct seal_key *session_key, struct str stream_id, uint32_t index,
                       struct str jpeg, struct buf *to, struct error *err)
{
    CLEANUP(buf_done) struct buf context = {0};
    picture_context(stream_id, index, &context);
    if (jpeg.len > FLAG_PICTURE_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a picture has at most %zu bytes", FLAG_PICTURE_MAX);
    return buf_ok(&context, err) && seal_bytes(session_key, buf_str(&context), jpeg, to, err);
}

bool flag_put_picture_in(struct db *db, struct str stream_id, uint32_t index, struct str sealed,
                         struct error *err)
{
    return db_run(db,
                  "INSERT INTO picture (flag_id, sealed)"
                  " SELECT id, $1 FROM flag WHERE stream_id = $2 AND position = $3"
                  " ON CONFLICT (flag_id) DO UPDATE SET sealed = excluded.sealed",
                  DB_ARGS(DB_BLOB(sealed), DB_TEXT(stream_id), DB_I64(index)), NULL, err);
}

/* ---- what the wall shows ---- */

static enum rule rule_of(struct str name)
{
    for (int i = RULE_NONE + 1; i < RULE_COUNT; i++)
        if (str_eq(name, str_from(rule_name((enum rule)i))))
            return (enum rule)i;
    return RULE_NONE; /* a later version wrote it */
}

/* Of what still goes on the gravest; where nothing does, what was last. */
bool flag_tell_live_in(struct db *db, struct str session_id, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT rule, severity, is_open, start_us + from_us AS at_us,"
                      " is_open * severity AS weight FROM flag WHERE session_id = $1"
                      " UNION ALL SELECT rule, severity, is_open, start_us + from_us AS at_us,"
                      " is_open * severity AS weight FROM session_flag WHERE session_id = $1"
                      " ORDER BY weight DESC, at_us DESC, rule LIMIT 1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    struct flag f = {.rule = RULE_NONE};
    int64_t at_us = 0;
    if (found) {
        f.rule = rule_of(db_col_text(rows, 0));
        f.severity = (enum severity)db_col_i64(rows, 1);
        f.open = db_col_i64(rows, 2) != 0;
        at_us = db_col_i64(rows, 3);
    }
    db_donep(&rows);
    return live_flag_in(db, session_id, at_us, &f, err);
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT id, stream_id, start_us, rule, severity, from_us, to_us, is_open, confidence,"         \
    " samples, hits, numbers, best_us, EXISTS (SELECT 1 FROM picture WHERE flag_id = flag.id),"    \
    " position, start_us + from_us AS at_us"                                                       \
    " FROM flag"
/* In the same columns; what is told by clocks alone is certain. */
#define SESSION_COLUMNS                                                                            \
    "SELECT id, '' AS stream_id, start_us, rule, severity, from_us, to_us, is_open, 1.0, 1, 1,"    \
    " numbers, from_us, 0, position, start_us + from_us AS at_us FROM session_flag"

static void read_flag(struct db_stmt *rows, struct flag_row *ret)
{
    *ret = (struct flag_row){
        .id = db_col_i64(rows, 0),
        .start_us = db_col_i64(rows, 2),
        .flag =
            {
                .rule = rule_of(db_col_text(rows, 3)),
                .severity = (enum severity)db_col_i64(rows, 4),
                .from_us = db_col_i64(rows, 5),
                .to_us = db_col_i64(rows, 6),
                .open = db_col_i64(rows, 7) != 0,
                .confidence = db_col_double(rows, 8),
                .samples = (uint32_t)db_col_i64(rows, 9),
                .hits = (uint32_t)db_col_i64(rows, 10),
                .best_us = db_col_i64(rows, 12),
            },
        .picture = db_col_i64(rows, 13) != 0,
    };
    str_into(db_col_text(rows, 1), ret->stream_id, sizeof ret->stream_id);
    str_into(db_col_text(rows, 11), ret->flag.numbers, sizeof ret->flag.numbers);
}

struct list {
    struct str id;
    bool of_stream;
    struct arena *arena;
    struct flag_row *flags;
    size_t len;
};

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct list *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    size_t room = 0;
    if (!(l->of_stream
              ? db_query(db, COLUMNS " WHERE stream_id = $1 ORDER BY from_us, rule, position",
                         DB_ARGS(DB_TEXT(l->id)), &rows, err)
              : db_query(db,
                         COLUMNS " WHERE session_id = $1 UNION ALL " SESSION_COLUMNS
                                 " WHERE session_id = $1"
                                 " ORDER BY at_us, rule, stream_id, position",
                         DB_ARGS(DB_TEXT(l->id)), &rows, err)))
        return false;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        struct flag_row *more = arena_more(l->arena, l->flags, l->len, &room, sizeof *more);
        if (!more)
            return error_no_memory(err);
        l->flags = more;
        read_flag(rows, &l->flags[l->len]);
        l->len += l->flags[l->len].flag.rule != RULE_NONE;
    }
    return true;
}

bool flag_list_in(struct db *db, struct str session_id, struct arena *arena, struct flag_row **ret,
                  size_t *ret_len, struct error *err)
{
    struct list l = {.id = session_id, .arena = arena};
    if (!list_body(db, &l, err))
        return false;
    *ret = l.flags;
    *ret_len = l.len;
    return true;
}

bool flag_list(struct proctor *p, struct str session_id, struct arena *arena, struct flag_row **ret,
               size_t *ret_len, struct error *err)
{
    struct list l = {.id = session_id, .arena = arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.flags;
    *ret_len = l.len;
    return true;
}

bool flag_list_stream(struct proctor *p, struct str stream_id, struct arena *arena,
                      struct flag_row **ret, size_t *ret_len, struct error *err)
{
    struct list l = {.id = stream_id, .of_stream = true, .arena = arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.flags;
    *ret_len = l.len;
    return true;
}

struct picture_read {
    struct proctor *p;
    struct str session_id;
    int64_t flag_id;
    struct buf *to;
};

static bool picture_body(struct db *db, void *context, struct error *err)
{
    struct picture_read *r = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf seal_context = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    bool found;
    if (!db_query_one(db,
                      "SELECT stream_id, position, sealed FROM flag JOIN picture ON flag_id = id"
                      " WHERE id = $1 AND session_id = $2",
                      DB_ARGS(DB_I64(r->flag_id), DB_TEXT(r->session_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "this flag has no picture");
    picture_context(db_col_text(rows, 0), (uint32_t)db_col_i64(rows, 1), &seal_context);
    return buf_ok(&seal_context, err) &&
           session_key_in(db, &r->p->deployment_key, r->session_id, &key, err) &&
           seal_open(&key, buf_str(&seal_context), db_col_text(rows, 2), r->to, err);
}

bool flag_picture(struct proctor *p, struct str session_id, int64_t flag_id, struct buf *to,
                  struct error *err)
{
    struct picture_read r = {.p = p, .session_id = session_id, .flag_id = flag_id, .to = to};
    return db_store_read(p->store, picture_body, &r, err);
}

/* ---- incidents ---- */

bool flag_incidents(const struct flag_row *flags, size_t len, struct arena *arena,
                    struct incident **ret, size_t *ret_len, struct error *err)
{
    struct incident *list = arena_alloc(arena, sizeof *list * MAX(len, 1));
    struct incident_part *parts = arena_alloc(arena, sizeof *parts * MAX(len, 1));
    if (!list || !parts)
        return error_no_memory(err);
    for (size_t i = 0; i < len; i++)
        parts[i] =
            (struct incident_part){flags[i].start_us + flags[i].flag.from_us,
                                   flags[i].start_us + flags[i].flag.to_us, flags[i].flag.severity};
    *ret = list;
    *ret_len = incidents_make(parts, len, list);
    return true;
}

bool flag_count_in(struct db *db, struct str session_id, struct arena *arena,
                   struct flag_counts *ret, struct error *err)
{
    struct list l = {.id = session_id, .arena = arena};
    struct flag_counts counts = {0};
    struct incident *incidents;
    if (!list_body(db, &l, err) ||
        !flag_incidents(l.flags, l.len, arena, &incidents, &counts.incidents, err))
        return false;
    for (size_t i = 0; i < l.len; i++)
        counts.rules[l.flags[i].flag.rule]++;
    for (size_t i = 0; i < counts.incidents; i++)
        counts.severities[incidents[i].severity]++;
    *ret = counts;
    return true;
}

struct count {
    struct str session_id;
    struct arena arena;
    struct flag_counts *ret;
};

static bool count_body(struct db *db, void *context, struct error *err)
{
    struct count *c = context;
    return flag_count_in(db, c->session_id, &c->arena, c->ret, err);
}

bool flag_count(struct proctor *p, struct str session_id, struct flag_counts *ret,
                struct error *err)
{
    struct count c = {.session_id = session_id, .ret = ret};
    bool good = db_store_read(p->store, count_body, &c, err);
    arena_done(&c.arena);
    return good;
}

/* ---- keys and deletion ---- */

struct resealing {
    struct str stream_id;
    uint32_t index;
};

static bool read_place(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct resealing *x = to;
    *x = (struct resealing){db_col_copy(rows, 0, arena), (uint32_t)db_col_i64(rows, 1)};
    return x->stream_id.ptr || error_no_memory(err);
}

static bool list_pictures(struct db *db, struct str session_id, struct arena *arena,
                          struct resealing **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT stream_id, position FROM flag JOIN picture ON flag_id = id"
                    " WHERE session_id = $1",
                    DB_ARGS(DB_TEXT(session_id)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_place, ret, ret_len, err);
}

static bool reseal_picture(struct db *db, const struct resealing *x, const struct seal_key *old,
                           const struct seal_key *now, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf context = {0};
    CLEANUP(buf_done) struct buf plain = {0};
    CLEANUP(buf_done) struct buf sealed = {0};
    bool found;
    picture_context(x->stream_id, x->index, &context);
    if (!buf_ok(&context, err) ||
        !db_query_one(db,
                      "SELECT sealed FROM flag JOIN picture ON flag_id = id"
                      " WHERE stream_id = $1 AND position = $2",
                      DB_ARGS(DB_TEXT(x->stream_id), DB_I64(x->index)), &found, &rows, err))
        return false;
    return !found ||
           (seal_open(old, buf_str(&context), db_col_text(rows, 0), &plain, err) &&
            flag_picture_seal(now, x->stream_id, x->index, buf_str(&plain), &sealed, err) &&
            flag_put_picture_in(db, x->stream_id, x->index, buf_str(&sealed), err));
}

bool flag_reseal_in(struct db *db, struct str session_id, const struct seal_key *old,
                    const struct seal_key *now, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct resealing *list;
    size_t len;
    if (!list_pictures(db, session_id, &arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!reseal_picture(db, &list[i], old, now, err))
            return false;
    return true;
}

bool flag_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db,
                  "DELETE FROM picture WHERE flag_id IN"
                  " (SELECT id FROM flag WHERE session_id = $1)",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err) &&
           db_run(db, "DELETE FROM flag WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)), NULL,
                  err) &&
           db_run(db, "DELETE FROM session_flag WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}
