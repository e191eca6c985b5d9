/* Numbers are given in the order of commits: SQLite has one writer at a time. (An engine with more
 * has to take them under one lock, for a reader never looks back.) The newest row always stays, so
 * that a number is never given twice. */
#include "proctor/change.h"

#include "base/clock.h"

#include <string.h>

bool change_note_in(struct db *db, const char *topic, const char *event, struct str data,
                    struct error *err)
{
    struct str name = str_from(event);
    if (strlen(topic) > CHANGE_TOPIC_MAX || name.len > CHANGE_EVENT_MAX ||
        data.len > CHANGE_DATA_MAX)
        return error_set(err, ERROR_INTERNAL, "a notice of a change is too long");
    return db_run(
        db, "INSERT INTO change (time_us, topic, event, data) VALUES ($1, $2, $3, $4)",
        DB_ARGS(DB_I64(clock_wall_us()), DB_TEXT(str_from(topic)), DB_TEXT(name), DB_TEXT(data)),
        NULL, err);
}

static bool newest_body(struct db *db, void *context, struct error *err)
{
    int64_t *ret = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT COALESCE(MAX(seq), 0) FROM change", DB_NO_ARGS, &found, &rows,
                      err))
        return false;
    *ret = found ? db_col_i64(rows, 0) : 0;
    return true;
}

bool change_newest(struct proctor *p, int64_t *ret_seq, struct error *err)
{
    return db_store_read(p->store, newest_body, ret_seq, err);
}

struct list {
    int64_t seq;
    size_t max;
    struct arena *arena;
    struct change *changes;
    size_t len;
};

static bool read_change(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct change *c = to;
    *c = (struct change){.seq = db_col_i64(rows, 0),
                         .topic = db_col_copy(rows, 1, arena),
                         .event = db_col_copy(rows, 2, arena),
                         .data = db_col_copy(rows, 3, arena)};
    return (c->topic.ptr && c->event.ptr && c->data.ptr) || error_no_memory(err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct list *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(
               db,
               "SELECT seq, topic, event, data FROM change WHERE seq > $1 ORDER BY seq LIMIT $2",
               DB_ARGS(DB_I64(l->seq), DB_U64(l->max)), &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->changes, read_change, &l->changes, &l->len, err);
}

bool change_list(struct proctor *p, int64_t seq, size_t max, struct arena *arena,
                 struct change **ret, size_t *ret_len, struct error *err)
{
    struct list l = {.seq = seq, .max = max, .arena = arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.changes;
    *ret_len = l.len;
    return true;
}

/* The rows stay: their numbers may not be given again. */
bool change_forget_in(struct db *db, const char *topic, struct error *err)
{
    return db_run(db,
                  "UPDATE change SET event = 'reset', data = '{}' WHERE topic = $1 AND event <> ''",
                  DB_ARGS(DB_TEXT(str_from(topic))), NULL, err);
}

static bool prune_body(struct db *db, void *context, struct error *err)
{
    const int64_t *before_us = context;
    return db_run(db,
                  "DELETE FROM change WHERE time_us < $1 AND seq < (SELECT MAX(seq) FROM change)",
                  DB_ARGS(DB_I64(*before_us)), NULL, err);
}

bool change_prune(struct proctor *p, int64_t now_us, struct error *err)
{
    int64_t before_us = now_us - CHANGE_KEEP_US;
    return db_store_write(p->store, prune_body, &before_us, err);
}
