/* What a candidate does to a session before and while it records: the lease of the tab, the two
 * consents, "Start Proctoring"; and what the clock finds (session.h). */
#include "proctor/event_flags.h"
#include "proctor/evidence.h"
#include "proctor/live.h"
#include "proctor/session.h"
#include "proctor/steps.h"

#include <string.h>

/* ---- lease ---- */

struct lease {
    struct str id, tab;
    int64_t user_ref;
};

struct lease_row {
    char tab[SESSION_TAB_MAX + 1];
    int64_t seen_us;
    bool silent;
};

static bool read_lease(struct db *db, struct str id, struct lease_row *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT tab, seen_us, silent FROM session WHERE id = $1",
                      DB_ARGS(DB_TEXT(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    *ret = (struct lease_row){.seen_us = db_col_i64(rows, 1), .silent = db_col_i64(rows, 2) != 0};
    str_into(db_col_text(rows, 0), ret->tab, sizeof ret->tab);
    return true;
}

static bool note_lost(struct db *db, struct str id, int64_t seen_us, struct error *err)
{
    return evidence_add_in(db, id, "connection-lost",
                           json_pack("{s:I}", "last_seen_us", (json_int_t)seen_us), err);
}

static bool lease_body(struct db *db, void *context, struct error *err)
{
    const struct lease *l = context;
    struct session s;
    struct lease_row row;
    if (!session_find_own_in(db, l->id, l->user_ref, &s, err) || !read_lease(db, l->id, &row, err))
        return false;
    int64_t now = clock_wall_us(), silent_us = row.seen_us ? now - row.seen_us : 0;
    bool same = str_eq(str_from(row.tab), l->tab), held = row.tab[0] != '\0';
    if (held && !same && silent_us < SESSION_LEASE_US)
        return error_set(err, ERROR_CONFLICT,
                         "this test is open in another window; go on there, or close it and wait "
                         "%" PRId64 " seconds",
                         (SESSION_LEASE_US - silent_us) / SECOND_US + 1);
    bool watched = s.state == SESSION_RECORDING || s.state == SESSION_EXAM;
    if (watched && silent_us > SESSION_LEASE_US) {
        if ((!row.silent && !note_lost(db, l->id, row.seen_us, err)) ||
            !evidence_add_in(db, l->id, "connection-back",
                             json_pack("{s:I}", "silent_us", (json_int_t)silent_us), err))
            return false;
    }
    if (watched && held && !same &&
        !evidence_append_in(db, l->id, STR("tab-changed"), STR("{}"), err))
        return false;
    return db_run(db, "UPDATE session SET tab = $1, seen_us = $2, silent = 0 WHERE id = $3",
                  DB_ARGS(DB_TEXT(l->tab), DB_I64(now), DB_TEXT(l->id)), NULL, err) &&
           live_seen_in(db, l->id, now, err) && event_flags_grow_in(db, l->id, err);
}

bool session_lease(struct proctor *p, struct str id, int64_t user_ref, struct str tab,
                   struct error *err)
{
    struct lease l = {.id = id, .tab = tab, .user_ref = user_ref};
    if (tab.len == 0 || tab.len > SESSION_TAB_MAX || !str_is_utf8(tab))
        return error_set(err, ERROR_INVALID, "tab: must be text of 1 to %d bytes", SESSION_TAB_MAX);
    return db_store_write(p->store, lease_body, &l, err);
}

static bool silence_body(struct db *db, void *context, struct error *err)
{
    const struct str *id = context;
    struct lease_row row;
    if (!read_lease(db, *id, &row, err))
        return false;
    if (row.silent || row.seen_us == 0 || clock_wall_us() - row.seen_us <= SESSION_LEASE_US)
        return true; /* it has been heard of again */
    return db_run(db, "UPDATE session SET silent = 1 WHERE id = $1", DB_ARGS(DB_TEXT(*id)), NULL,
                  err) &&
           note_lost(db, *id, row.seen_us, err);
}

bool session_note_silence(struct proctor *p, struct str id, struct error *err)
{
    return db_store_write(p->store, silence_body, &id, err);
}

/* ---- consents ---- */

struct consent {
    struct str id, version, sha256_hex;
    int64_t user_ref;
    enum document document;
};

static bool consent_body(struct db *db, void *context, struct error *err)
{
    const struct consent *c = context;
    struct session s;
    if (!session_find_own_in(db, c->id, c->user_ref, &s, err))
        return false;
    if (s.accepted_us[c->document])
        return true;
    if (s.state != SESSION_CREATED)
        return error_set(err, ERROR_CONFLICT, "the documents are accepted before the recording");
    if (c->document == DOCUMENT_AGREEMENT && !s.accepted_us[DOCUMENT_INSTRUCTIONS])
        return error_set(err, ERROR_CONFLICT, "the instructions come before the agreement");
    if (!db_run(db,
                "INSERT INTO consent (session_id, document, version, sha256, accepted_us)"
                " VALUES ($1, $2, $3, $4, $5)",
                DB_ARGS(DB_TEXT(c->id), DB_I64(c->document), DB_TEXT(c->version),
                        DB_TEXT(c->sha256_hex), DB_I64(clock_wall_us())),
                NULL, err) ||
        !evidence_add_in(db, c->id, "consent",
                         json_pack("{s:s, s:s%, s:s%}", "document", document_name(c->document),
                                   "version", c->version.ptr, c->version.len, "sha256",
                                   c->sha256_hex.ptr, c->sha256_hex.len),
                         err))
        return false;
    return c->document != DOCUMENT_AGREEMENT ||
           session_move_in(db, c->id, SESSION_AGREED, NULL, err);
}

bool session_consent(struct proctor *p, struct str id, int64_t user_ref, enum document document,
                     struct str version, struct str sha256_hex, struct error *err)
{
    char hash[STR_HEX_MAX(32)];
    struct consent c = {.id = id,
                        .version = version,
                        .sha256_hex = sha256_hex,
                        .user_ref = user_ref,
                        .document = document};
    if (document <= DOCUMENT_NONE || document >= DOCUMENT_COUNT)
        return error_set(err, ERROR_INVALID, "document: must be instructions or agreement");
    CLEANUP(arena_done) struct arena arena = {0};
    struct document_text text;
    struct session s;
    if (!session_find_own(p, id, user_ref, &s, err) ||
        !session_document(p, id, document, &arena, &text, err) || !document_hash(&text, hash, err))
        return false;
    if (!str_eq(version, str_from(text.version)) || !str_eq(sha256_hex, str_from(hash)))
        return error_set(err, ERROR_CONFLICT,
                         "the text has changed; load the page again and read it");
    return db_store_write(p->store, consent_body, &c, err);
}

struct consent_list {
    struct str id;
    struct arena *arena;
    struct session_consent_row *rows;
    size_t len;
};

static bool read_consent(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct session_consent_row *c = to;
    *c = (struct session_consent_row){
        .document = (enum document)db_col_i64(rows, 0),
        .version = db_col_copy(rows, 1, arena),
        .sha256_hex = db_col_copy(rows, 2, arena),
        .accepted_us = db_col_i64(rows, 3),
    };
    return (c->version.ptr && c->sha256_hex.ptr) || error_no_memory(err);
}

static bool consents_body(struct db *db, void *context, struct error *err)
{
    struct consent_list *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT document, version, sha256, accepted_us FROM consent"
                    " WHERE session_id = $1 ORDER BY document",
                    DB_ARGS(DB_TEXT(l->id)), &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->rows, read_consent, &l->rows, &l->len, err);
}

bool session_consents(struct proctor *p, struct str id, struct arena *arena,
                      struct session_consent_row **ret, size_t *ret_len, struct error *err)
{
    struct consent_list l = {.id = id, .arena = arena};
    if (!db_store_read(p->store, consents_body, &l, err))
        return false;
    *ret = l.rows;
    *ret_len = l.len;
    return true;
}

/* ---- start, events ---- */

struct start {
    struct proctor *p;
    struct str id;
    int64_t user_ref;
};

static bool start_body(struct db *db, void *context, struct error *err)
{
    const struct start *s = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session session;
    struct steps steps;
    if (!session_find_own_in(db, s->id, s->user_ref, &session, err))
        return false;
    if (session.state == SESSION_RECORDING || session.state == SESSION_EXAM)
        return true;
    if (session.state > SESSION_EXAM)
        return error_set(err, ERROR_CONFLICT, "the exam is over");
    return steps_read_in(s->p, db, s->id, &arena, &steps, err) &&
           steps_check(&steps, STEP_CAMERA, err) &&
           session_move_in(db, s->id, SESSION_RECORDING, NULL, err);
}

bool session_start(struct proctor *p, struct str id, int64_t user_ref, struct error *err)
{
    struct start s = {.p = p, .id = id, .user_ref = user_ref};
    return db_store_write(p->store, start_body, &s, err);
}

bool session_count_event_in(struct db *db, struct str id, struct error *err)
{
    int64_t changed;
    if (!db_run(db,
                "UPDATE session SET client_events = client_events + 1"
                " WHERE id = $1 AND client_events < $2",
                DB_ARGS(DB_TEXT(id), DB_I64(SESSION_CLIENT_EVENTS_MAX)), &changed, err))
        return false;
    if (changed == 0)
        return error_set(err, ERROR_THROTTLED, "no more than %d events in a session",
                         SESSION_CLIENT_EVENTS_MAX);
    return true;
}

/* ---- for the clock ---- */

struct waiting {
    enum session_wait what;
    int64_t now_us;
    size_t max;
    struct arena *arena;
    struct str *ids;
    size_t len;
};

static bool query_waiting(struct db *db, const struct waiting *w, struct db_stmt **ret,
                          struct error *err)
{
    int64_t long_ago = w->now_us - SESSION_KEEP_US;
    switch (w->what) {
    case SESSION_WAIT_REPORT:
        return db_query(db, "SELECT id FROM session WHERE state = $1 ORDER BY id LIMIT $2",
                        DB_ARGS(DB_I64(SESSION_UPLOADED), DB_U64(w->max)), ret, err);
    case SESSION_WAIT_UPLOAD:
        return db_query(db,
                        "SELECT id FROM session WHERE state = $1 AND ended_us < $2"
                        " ORDER BY id LIMIT $3",
                        DB_ARGS(DB_I64(SESSION_ENDED), DB_I64(long_ago), DB_U64(w->max)), ret, err);
    case SESSION_WAIT_ABANDONED:
        return db_query(db,
                        "SELECT id FROM session WHERE state IN ($1, $2) AND seen_us < $3"
                        " AND started_us < $3 ORDER BY id LIMIT $4",
                        DB_ARGS(DB_I64(SESSION_RECORDING), DB_I64(SESSION_EXAM), DB_I64(long_ago),
                                DB_U64(w->max)),
                        ret, err);
    case SESSION_WAIT_SILENT:
        return db_query(db,
                        "SELECT id FROM session WHERE state IN ($1, $2) AND seen_us < $3"
                        " AND seen_us > 0 AND silent = 0 ORDER BY id LIMIT $4",
                        DB_ARGS(DB_I64(SESSION_RECORDING), DB_I64(SESSION_EXAM),
                                DB_I64(w->now_us - SESSION_LEASE_US), DB_U64(w->max)),
                        ret, err);
    case SESSION_WAIT_NONE:
        break;
    }
    return error_set(err, ERROR_INTERNAL, "no such wait");
}

static bool waiting_body(struct db *db, void *context, struct error *err)
{
    struct waiting *w = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return query_waiting(db, w, &rows, err) &&
           db_collect(rows, w->arena, sizeof *w->ids, db_read_text, &w->ids, &w->len, err);
}

bool session_waiting(struct proctor *p, enum session_wait what, int64_t now_us, size_t max,
                     struct arena *arena, struct str **ret_ids, size_t *ret_len, struct error *err)
{
    struct waiting w = {.what = what, .now_us = now_us, .max = max, .arena = arena};
    if (!db_store_read(p->store, waiting_body, &w, err))
        return false;
    *ret_ids = w.ids;
    *ret_len = w.len;
    return true;
}
