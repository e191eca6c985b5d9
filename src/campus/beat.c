#include "campus/beat.h"

#include "campus/attempt.h"
#include "campus/campus_private.h"

bool beat_in(struct db *db, int64_t now_us, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT beat_us FROM server_beat WHERE id = 1", DB_NO_ARGS, &found, &rows,
                      err))
        return false;
    int64_t last = found ? db_col_i64(rows, 0) : 0;
    db_donep(&rows);
    if (!found)
        return db_run(db, "INSERT INTO server_beat (id, beat_us) VALUES (1, $1)",
                      DB_ARGS(DB_I64(now_us)), NULL, err);
    /* A wall clock that was put forward took that time from the candidates as an outage does. */
    if (now_us - last > BEAT_GAP_US && !attempt_credit_outage_in(db, last, now_us, err))
        return false;
    return db_run(db, "UPDATE server_beat SET beat_us = $1 WHERE id = 1", DB_ARGS(DB_I64(now_us)),
                  NULL, err);
}

static bool beat_body(struct db *db, void *context, struct error *err)
{
    return beat_in(db, *(const int64_t *)context, err);
}

bool beat(struct campus *c, int64_t now_us, struct error *err)
{
    return db_store_write(c->store, beat_body, &now_us, err);
}
