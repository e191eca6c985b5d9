#include "proctor/screen_consent.h"

#include "base/clock.h"
#include "proctor/evidence.h"
#include "proctor/session.h"

bool screen_consent_find_in(struct db *db, struct str session_id, int64_t *ret_us,
                            struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT consented_us FROM screen_consent WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    *ret_us = found ? db_col_i64(rows, 0) : 0;
    return true;
}

struct consent {
    struct str session_id, surface, label;
    int64_t user_ref;
    bool whole; /* the entire monitor */
};

static json_t *detail(const struct consent *c)
{
    return json_pack("{s:s%, s:s%}", "surface", c->surface.ptr, c->surface.len, "label",
                     c->label.ptr, c->label.len);
}

static bool consent_body(struct db *db, void *context, struct error *err)
{
    const struct consent *c = context;
    struct session s;
    if (!session_find_own_in(db, c->session_id, c->user_ref, &s, err) ||
        !session_count_event_in(db, c->session_id, err))
        return false;
    if (s.state < SESSION_AGREED)
        return error_set(err, ERROR_CONFLICT, "the instructions and the agreement come first");
    if (s.state >= SESSION_ENDED)
        return error_set(err, ERROR_CONFLICT, "the exam is over");
    if (!c->whole)
        return evidence_add_in(db, c->session_id, "screen-refused", detail(c), err);
    return db_run(db,
                  "INSERT INTO screen_consent (session_id, label, consented_us) VALUES ($1, $2, $3)"
                  " ON CONFLICT (session_id) DO UPDATE SET label = excluded.label",
                  DB_ARGS(DB_TEXT(c->session_id), DB_TEXT(c->label), DB_I64(clock_wall_us())), NULL,
                  err) &&
           evidence_add_in(db, c->session_id, "screen-consent", detail(c), err);
}

bool screen_consent_give(struct proctor *p, struct str session_id, int64_t user_ref,
                         struct str surface, struct str label, struct error *err)
{
    struct consent c = {.session_id = session_id,
                        .surface = surface,
                        .label = label,
                        .user_ref = user_ref,
                        .whole = str_eq(surface, STR("monitor"))};
    if (!c.whole && !str_eq(surface, STR("window")) && !str_eq(surface, STR("browser")))
        return error_set(err, ERROR_INVALID, "surface: must be monitor, window or browser");
    if (label.len > SCREEN_LABEL_MAX || !str_is_utf8(label))
        return error_set(err, ERROR_INVALID, "label: must be text of at most %d bytes",
                         SCREEN_LABEL_MAX);
    if (!db_store_write(p->store, consent_body, &c, err))
        return false;
    if (!c.whole)
        return error_set(err, ERROR_CONFLICT,
                         "only a part of your screen was shared; share again and choose the entire "
                         "screen");
    return true;
}

bool screen_consent_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "DELETE FROM screen_consent WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}
