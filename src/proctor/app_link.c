#include "proctor/app_link.h"

#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "proctor/change.h"
#include "proctor/event_flags.h"
#include "proctor/evidence.h"
#include "proctor/live.h"
#include "proctor/session.h"

#include <stdio.h>
#include <string.h>

/* Without 0 and O, 1, I and L: a code is read from one screen and typed on another. 31^8 are 39.6
 * bits: at the pace that pairing is throttled to, ten minutes are no time to guess one in. */
static const char letters[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
#define LETTERS (sizeof letters - 1)

static const char *const states[] = {"none", "code", "connected", "gone"};
static const char *const phases[APP_PHASES] = {
    [APP_PHASE_NONE] = "none",
    [APP_PHASE_CONSENT] = "consent",
    [APP_PHASE_CHECKING] = "checking",
    [APP_PHASE_READY] = "ready",
    [APP_PHASE_MONITORING] = "monitoring",
    [APP_PHASE_STOPPED] = "stopped",
    [APP_PHASE_UPLOADING] = "uploading",
    [APP_PHASE_DONE] = "done",
};

const char *app_state_name(enum app_state state)
{
    return (size_t)state < ARRAY_LEN(states) ? states[state] : "unknown";
}

const char *app_phase_name(enum app_phase phase)
{
    return (size_t)phase < ARRAY_LEN(phases) ? phases[phase] : "none";
}

enum app_phase app_phase_from_name(struct str name)
{
    for (enum app_phase i = APP_PHASE_NONE + 1; i < APP_PHASES; i++)
        if (str_eq(name, str_from(phases[i])))
            return i;
    return APP_PHASE_NONE;
}

void app_link_topic(struct str session_id, char ret[APP_TOPIC_MAX])
{
    snprintf(ret, APP_TOPIC_MAX, "session/" STR_FMT, STR_ARG(session_id));
}

bool app_link_changed_in(struct db *db, struct str session_id, struct error *err)
{
    char topic[APP_TOPIC_MAX];
    app_link_topic(session_id, topic);
    return change_note_in(db, topic, "session", STR("{}"), err);
}

static void create_code(char ret[APP_CODE_SIZE])
{
    for (int i = 0; i < APP_CODE_LEN; i++) {
        unsigned char byte;
        do /* every letter equally likely */
            random_bytes(&byte, 1);
        while (byte >= 256 / LETTERS * LETTERS);
        ret[i] = letters[byte % LETTERS];
    }
    ret[APP_CODE_LEN] = '\0';
}

/* As it was given, whatever way it was typed; false when it cannot be one of ours. */
static bool hash_code(struct str typed, unsigned char ret[SHA256_SIZE])
{
    char code[APP_CODE_SIZE];
    size_t len = 0;
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.ptr[i];
        if (c == ' ' || c == '-')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (len == APP_CODE_LEN || c == '\0' || !strchr(letters, c))
            return false;
        code[len++] = c;
    }
    if (len != APP_CODE_LEN)
        return false;
    sha256(str_bytes(code, len), ret);
    crypto_wipe(code, sizeof code);
    return true;
}

/* ---- reading ---- */

static bool has_code(struct db *db, struct str session_id, bool *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM app_code WHERE session_id = $1 AND expires_us > $2",
                        DB_ARGS(DB_TEXT(session_id), DB_I64(clock_wall_us())), ret, &rows, err);
}

bool app_link_find_in(struct db *db, struct str session_id, struct arena *arena,
                      struct app_link *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct app_link link = {.version = STR(""), .platform = STR("")};
    bool found, code;
    if (!has_code(db, session_id, &code, err) ||
        !db_query_one(db,
                      "SELECT version, platform, seen_us, phase, percent, lost, build"
                      " FROM app_link WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    if (found) {
        link.version = db_col_copy(rows, 0, arena);
        link.platform = db_col_copy(rows, 1, arena);
        link.seen_us = db_col_i64(rows, 2);
        link.phase = (enum app_phase)db_col_i64(rows, 3);
        link.percent = (int)db_col_i64(rows, 4);
        link.lost = db_col_i64(rows, 5) != 0;
        link.build = (enum app_build)db_col_i64(rows, 6);
        if (!link.version.ptr || !link.platform.ptr)
            return error_no_memory(err);
    }
    bool here = found && clock_wall_us() - link.seen_us <= APP_GONE_US;
    link.state = here ? APP_CONNECTED : code ? APP_CODE : found ? APP_GONE : APP_NONE;
    *ret = link;
    return true;
}

/* ---- codes ---- */

struct code {
    struct str session_id;
    int64_t user_ref, expires_us;
    char text[APP_CODE_SIZE];
};

static bool code_body(struct db *db, void *context, struct error *err)
{
    struct code *c = context;
    unsigned char hash[SHA256_SIZE];
    struct session s;
    if (!session_find_own_in(db, c->session_id, c->user_ref, &s, err))
        return false;
    if (s.state >= SESSION_ENDED)
        return error_set(err, ERROR_CONFLICT, "the exam is over");
    sha256(str_bytes(c->text, APP_CODE_LEN), hash);
    return session_count_event_in(db, c->session_id, err) &&
           db_run(db, "DELETE FROM app_code WHERE expires_us <= $1",
                  DB_ARGS(DB_I64(clock_wall_us())), NULL, err) &&
           db_run(db,
                  "INSERT INTO app_code (session_id, code_hash, expires_us) VALUES ($1, $2, $3)"
                  " ON CONFLICT (session_id) DO UPDATE SET code_hash = excluded.code_hash,"
                  " expires_us = excluded.expires_us",
                  DB_ARGS(DB_TEXT(c->session_id), DB_BLOB(str_bytes(hash, sizeof hash)),
                          DB_I64(c->expires_us)),
                  NULL, err);
}

bool app_link_code(struct proctor *p, struct str session_id, int64_t user_ref,
                   char ret_code[APP_CODE_SIZE], int64_t *ret_expires_us, struct error *err)
{
    struct code c = {.session_id = session_id,
                     .user_ref = user_ref,
                     .expires_us = clock_wall_us() + APP_CODE_US};
    create_code(c.text);
    bool good = db_store_write(p->store, code_body, &c, err);
    if (good) {
        memcpy(ret_code, c.text, sizeof c.text);
        *ret_expires_us = c.expires_us;
    }
    crypto_wipe(c.text, sizeof c.text);
    return good;
}

/* ---- pairing ---- */

struct pairing {
    struct str version;
    const struct app_build_word *word;
    unsigned char code_hash[SHA256_SIZE], token_hash[TOKEN_HASH_SIZE];
    char session_id[ID_TEXT_SIZE];
};

static bool use_code(struct db *db, struct pairing *p, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(
            db, "SELECT session_id FROM app_code WHERE code_hash = $1 AND expires_us > $2",
            DB_ARGS(DB_BLOB(str_bytes(p->code_hash, sizeof p->code_hash)), DB_I64(clock_wall_us())),
            &found, &rows, err))
        return false;
    if (!found)
        return error_set(
            err, ERROR_NOT_FOUND,
            "this code is wrong, was used, or has expired; ask the page for a new one");
    str_into(db_col_text(rows, 0), p->session_id, sizeof p->session_id);
    db_donep(&rows);
    return db_run(db, "DELETE FROM app_code WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(str_from(p->session_id))), NULL, err);
}

static bool pair_body(struct db *db, void *context, struct error *err)
{
    struct pairing *p = context;
    struct session s;
    enum app_build build;
    struct str platform = p->word->platform;
    int64_t now = clock_wall_us();
    if (!use_code(db, p, err) || !session_find_in(db, str_from(p->session_id), &s, err))
        return false;
    if (s.state >= SESSION_ENDED)
        return error_set(err, ERROR_CONFLICT, "the exam is over");
    if (!app_build_compare_in(db, p->word, &build, err))
        return false;
    return db_run(db,
                  "INSERT INTO app_link (session_id, token_hash, version, platform, paired_us,"
                  " seen_us, build) VALUES ($1, $2, $3, $4, $5, $5, $6)"
                  " ON CONFLICT (session_id) DO UPDATE SET"
                  " token_hash = excluded.token_hash, version = excluded.version,"
                  " platform = excluded.platform, paired_us = excluded.paired_us,"
                  " seen_us = excluded.seen_us, build = excluded.build, lost = 0",
                  DB_ARGS(DB_TEXT(str_from(p->session_id)),
                          DB_BLOB(str_bytes(p->token_hash, sizeof p->token_hash)),
                          DB_TEXT(p->version), DB_TEXT(platform), DB_I64(now), DB_I64(build)),
                  NULL, err) &&
           evidence_add_in(db, str_from(p->session_id), "app-paired",
                           json_pack("{s:s%, s:s%, s:s}", "version", p->version.ptr, p->version.len,
                                     "platform", platform.ptr, platform.len, "build",
                                     app_build_name(build)),
                           err) &&
           event_flags_update_in(db, str_from(p->session_id), STR("app-paired"), err) &&
           app_link_changed_in(db, str_from(p->session_id), err);
}

static bool check_text(struct str text, const char *what, struct error *err)
{
    if (text.len == 0 || text.len > APP_TEXT_MAX || !str_is_utf8(text))
        return error_set(err, ERROR_INVALID, "%s: must be text of 1 to %d bytes", what,
                         APP_TEXT_MAX);
    return true;
}

bool app_link_pair(struct proctor *p, struct str code, struct str version,
                   const struct app_build_word *word, char ret_token[TOKEN_TEXT_SIZE],
                   char ret_session_id[ID_TEXT_SIZE], struct error *err)
{
    struct pairing pairing = {.version = version, .word = word};
    char token[TOKEN_TEXT_SIZE];
    if (!check_text(version, "version", err) || !check_text(word->platform, "platform", err))
        return false;
    if (!hash_code(code, pairing.code_hash))
        return error_set(
            err, ERROR_NOT_FOUND,
            "this code is wrong, was used, or has expired; ask the page for a new one");
    token_create(token, pairing.token_hash);
    bool good = db_store_write(p->store, pair_body, &pairing, err);
    if (good) {
        memcpy(ret_token, token, sizeof token);
        memcpy(ret_session_id, pairing.session_id, sizeof pairing.session_id);
    }
    crypto_wipe(token, sizeof token);
    return good;
}

struct whose {
    unsigned char hash[TOKEN_HASH_SIZE];
    char session_id[ID_TEXT_SIZE];
    int64_t user_ref;
};

static bool whose_body(struct db *db, void *context, struct error *err)
{
    struct whose *w = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct session s;
    bool found;
    if (!db_query_one(db, "SELECT session_id FROM app_link WHERE token_hash = $1",
                      DB_ARGS(DB_BLOB(str_bytes(w->hash, sizeof w->hash))), &found, &rows, err))
        return false;
    if (!found)
        return true;
    str_into(db_col_text(rows, 0), w->session_id, sizeof w->session_id);
    if (!session_find_in(db, str_from(w->session_id), &s, err))
        return false;
    w->user_ref = s.user_ref;
    return true;
}

bool app_link_whose(struct proctor *p, struct str token, char ret_session_id[ID_TEXT_SIZE],
                    int64_t *ret_user_ref, struct error *err)
{
    struct whose w = {.user_ref = 0};
    if (token_hash(token, w.hash) && !db_store_read(p->store, whose_body, &w, err))
        return false;
    memcpy(ret_session_id, w.session_id, sizeof w.session_id);
    *ret_user_ref = w.user_ref;
    return true;
}

/* ---- being heard of ---- */

struct seen {
    struct str session_id;
    const struct app_told *told; /* NULL: nothing */
};

static bool is_back(struct db *db, struct str id, int64_t silent_us, struct error *err)
{
    return evidence_add_in(db, id, "app-back",
                           json_pack("{s:I}", "silent_us", (json_int_t)silent_us), err) &&
           event_flags_update_in(db, id, STR("app-back"), err);
}

static bool seen_body(struct db *db, void *context, struct error *err)
{
    const struct seen *s = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct app_link before;
    int64_t now = clock_wall_us();
    if (!app_link_find_in(db, s->session_id, &arena, &before, err))
        return false;
    if (before.seen_us == 0)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    bool was_gone = now - before.seen_us > APP_GONE_US;
    struct app_told told = s->told ? *s->told : (struct app_told){before.phase, before.percent};
    bool news =
        was_gone || before.lost || told.phase != before.phase || told.percent != before.percent;
    if ((was_gone || before.lost) && !is_back(db, s->session_id, now - before.seen_us, err))
        return false;
    return db_run(db,
                  "UPDATE app_link SET seen_us = $1, phase = $2, percent = $3, lost = 0"
                  " WHERE session_id = $4",
                  DB_ARGS(DB_I64(now), DB_I64(told.phase), DB_I64(told.percent),
                          DB_TEXT(s->session_id)),
                  NULL, err) &&
           event_flags_grow_in(db, s->session_id, err) &&
           live_app_in(db, s->session_id, now, err) &&
           (!news || app_link_changed_in(db, s->session_id, err));
}

bool app_link_seen(struct proctor *p, struct str session_id, const struct app_told *told,
                   struct error *err)
{
    struct seen s = {session_id, told};
    return db_store_write(p->store, seen_body, &s, err);
}

bool app_link_check_end_in(struct db *db, struct str session_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct app_link link;
    if (!app_link_find_in(db, session_id, &arena, &link, err))
        return false;
    if (link.state != APP_CONNECTED || link.phase < APP_PHASE_MONITORING ||
        link.phase > APP_PHASE_UPLOADING)
        return true;
    if (link.phase == APP_PHASE_UPLOADING)
        return error_set(err, ERROR_CONFLICT,
                         "the Proctortrack app is still uploading: %d %% are done", link.percent);
    return error_set(err, ERROR_CONFLICT,
                     "press End in the window of the Proctortrack app, and then Yes");
}

/* ---- silence ---- */

struct silence {
    int64_t now_us;
    size_t max;
};

static bool note_lost(struct db *db, struct str id, int64_t silent_us, struct error *err)
{
    return db_run(db, "UPDATE app_link SET lost = 1 WHERE session_id = $1", DB_ARGS(DB_TEXT(id)),
                  NULL, err) &&
           evidence_add_in(db, id, "app-lost",
                           json_pack("{s:I}", "silent_us", (json_int_t)silent_us), err) &&
           event_flags_update_in(db, id, STR("app-lost"), err) && app_link_changed_in(db, id, err);
}

static bool look_at(struct db *db, struct str id, int64_t silent_us, struct arena *arena,
                    struct error *err)
{
    struct session s;
    struct policy policy;
    if (!session_find_in(db, id, &s, err))
        return false;
    if (s.state != SESSION_RECORDING && s.state != SESSION_EXAM)
        return true;
    return session_read_policy_in(db, id, arena, &policy, err) &&
           ((double)silent_us < policy.app.silent_s * 1e6 || note_lost(db, id, silent_us, err));
}

struct quiet {
    struct str id;
    int64_t seen_us;
};

static bool read_quiet(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct quiet *q = to;
    *q = (struct quiet){db_col_copy(rows, 0, arena), db_col_i64(rows, 1)};
    return q->id.ptr || error_no_memory(err);
}

static bool silence_body(struct db *db, void *context, struct error *err)
{
    const struct silence *c = context;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct quiet *list;
    size_t len;
    /* Those silent for days are of sessions that have long ended. */
    if (!db_query(db,
                  "SELECT session_id, seen_us FROM app_link WHERE lost = 0 AND seen_us < $1"
                  " AND seen_us > $2 ORDER BY seen_us LIMIT $3",
                  DB_ARGS(DB_I64(c->now_us - APP_GONE_US), DB_I64(c->now_us - SESSION_KEEP_US),
                          DB_U64(c->max)),
                  &rows, err) ||
        !db_collect(rows, &arena, sizeof *list, read_quiet, &list, &len, err))
        return false;
    db_donep(&rows);
    for (size_t i = 0; i < len; i++)
        if (!look_at(db, list[i].id, c->now_us - list[i].seen_us, &arena, err))
            return false;
    return true;
}

bool app_link_note_silence(struct proctor *p, int64_t now_us, size_t max, struct error *err)
{
    struct silence c = {now_us, max};
    return db_store_write(p->store, silence_body, &c, err);
}

bool app_link_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "DELETE FROM app_code WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)),
                  NULL, err) &&
           db_run(db, "DELETE FROM app_link WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)),
                  NULL, err);
}
