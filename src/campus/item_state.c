#include "campus/item_state.h"

#include "base/clock.h"
#include "campus/campus_private.h"

struct setting {
    int64_t attempt_id, user_id, item_id;
    bool marked;
};

static bool set_body(struct db *db, void *context, struct error *err)
{
    const struct setting *s = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    struct item item;
    int64_t now = clock_wall_us();
    return attempt_find_in(db, s->attempt_id, s->user_id, &arena, &a, err) &&
           attempt_must_run_in(db, &a, now, err) &&
           exam_item_in(db, a.exam_id, s->item_id, &arena, &item, err) &&
           db_run(db,
                  "INSERT INTO item_state (attempt_id, item_id, marked, seen_us)"
                  " VALUES ($1, $2, $3, $4) ON CONFLICT (attempt_id, item_id) DO UPDATE SET"
                  " marked = excluded.marked, seen_us = excluded.seen_us",
                  DB_ARGS(DB_I64(a.id), DB_I64(item.id), DB_I64(s->marked), DB_I64(now)), NULL,
                  err);
}

bool item_state_set(struct campus *c, int64_t attempt_id, int64_t user_id, int64_t item_id,
                    bool marked, struct error *err)
{
    struct setting s = {
        .attempt_id = attempt_id, .user_id = user_id, .item_id = item_id, .marked = marked};
    return db_store_write(c->store, set_body, &s, err);
}

static bool read_state(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    (void)arena;
    (void)err;
    *(struct item_state *)to = (struct item_state){.item_id = db_col_i64(rows, 0),
                                                   .marked = db_col_i64(rows, 1) != 0,
                                                   .seen_us = db_col_i64(rows, 2)};
    return true;
}

bool item_state_list_in(struct db *db, int64_t attempt_id, struct arena *arena,
                        struct item_state **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT item_id, marked, seen_us FROM item_state WHERE attempt_id = $1"
                    " ORDER BY item_id",
                    DB_ARGS(DB_I64(attempt_id)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_state, ret, ret_len, err);
}

bool item_state_forget_in(struct db *db, int64_t attempt_id, struct error *err)
{
    return db_run(db, "DELETE FROM item_state WHERE attempt_id = $1", DB_ARGS(DB_I64(attempt_id)),
                  NULL, err);
}
