#include "proctor/profile.h"

#include "proctor/change.h"
#include "proctor/evidence.h"
#include "proctor/profile_row.h"
#include "proctor/scan.h"
#include "proctor/session.h"
#include "proctor/summary.h"

#include <stdlib.h>
#include <string.h>

static const char *const states[PROFILE_STATES] = {"none", "pending", "approved", "rejected",
                                                   "expired"};
static const char *const part_names[PROFILE_PARTS] = {"face", "id"};
static const char *const part_states[] = {"none", "kept", "rejected"};

const char *profile_state_name(enum profile_state state)
{
    return (size_t)state < PROFILE_STATES ? states[state] : "unknown";
}

const char *profile_part_name(enum profile_part part)
{
    return (size_t)part < PROFILE_PARTS ? part_names[part] : "unknown";
}

const char *profile_part_state_name(enum profile_part_state state)
{
    return (size_t)state < ARRAY_LEN(part_states) ? part_states[state] : "unknown";
}

static bool is_whole(const struct profile *profile, const struct policy *policy)
{
    return (!policy->checkin.face_scan ||
            profile->parts[PROFILE_FACE].state == PROFILE_PART_KEPT) &&
           (!policy->checkin.id_scan || profile->parts[PROFILE_ID].state == PROFILE_PART_KEPT);
}

bool profile_counts(const struct profile *profile, const struct policy *policy)
{
    return is_whole(profile, policy) &&
           (profile->state == PROFILE_APPROVED ||
            (profile->state == PROFILE_PENDING && policy->checkin.approval == APPROVAL_AFTER));
}

/* ---- rows ---- */

/* What was kept of an expired profile does not count: it is scanned anew. */
static void expire(struct profile *profile)
{
    if (profile->expires_us == 0 || profile->expires_us > clock_wall_us())
        return;
    profile->state = PROFILE_EXPIRED;
    for (int part = 0; part < PROFILE_PARTS; part++)
        profile->parts[part].state = PROFILE_PART_NONE;
}

static bool unwrap(struct proctor *p, struct str wrapped, struct str id, struct seal_key *ret,
                   struct error *err)
{
    return seal_unwrap(&p->deployment_key, wrapped, id, ret, err) ||
           error_wrap(err, "the key of a profile");
}

static bool open_reasons(struct proctor *p, struct db_stmt *rows, const struct profile *profile,
                         struct arena *arena, struct str *ret, struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key key;
    CLEANUP(buf_done) struct buf plain = {0};
    *ret = STR("[]");
    if (db_col_null(rows, 14))
        return true;
    if (!unwrap(p, db_col_text(rows, 15), str_from(profile->id), &key, err) ||
        !seal_open(&key, STR("reasons"), db_col_text(rows, 14), &plain, err) ||
        !buf_ok(&plain, err))
        return false;
    *ret = arena_copy(arena, buf_str(&plain));
    return ret->ptr || error_no_memory(err);
}

bool profile_read_row(struct proctor *p, struct db_stmt *rows, struct arena *arena,
                      struct profile *ret, struct error *err)
{
    *ret = (struct profile){
        .user_ref = db_col_i64(rows, 1),
        .state = (enum profile_state)db_col_i64(rows, 2),
        .parts = {{.state = (enum profile_part_state)db_col_i64(rows, 3)},
                  {.state = (enum profile_part_state)db_col_i64(rows, 5)}},
        .name = db_col_copy(rows, 7, arena),
        .id_approved = db_col_i64(rows, 8) != 0,
        .face_score = db_col_double(rows, 9),
        .name_score = db_col_double(rows, 10),
        .created_us = db_col_i64(rows, 11),
        .updated_us = db_col_i64(rows, 12),
        .expires_us = db_col_i64(rows, 13),
    };
    str_into(db_col_text(rows, 0), ret->id, sizeof ret->id);
    str_into(db_col_text(rows, 4), ret->parts[PROFILE_FACE].scan, ID_TEXT_SIZE);
    str_into(db_col_text(rows, 6), ret->parts[PROFILE_ID].scan, ID_TEXT_SIZE);
    expire(ret);
    if (!ret->name.ptr)
        return error_no_memory(err);
    return open_reasons(p, rows, ret, arena, &ret->reasons, err);
}

bool profile_state_in(struct db *db, int64_t user_ref, enum profile_state *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT state FROM profile WHERE user_ref = $1",
                      DB_ARGS(DB_I64(user_ref)), &found, &rows, err))
        return false;
    *ret = found ? (enum profile_state)db_col_i64(rows, 0) : PROFILE_NONE;
    return true;
}

bool profile_find_in(struct proctor *p, struct db *db, int64_t user_ref, struct arena *arena,
                     struct profile *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, PROFILE_COLUMNS " WHERE user_ref = $1", DB_ARGS(DB_I64(user_ref)), &found,
                      &rows, err))
        return false;
    if (found)
        return profile_read_row(p, rows, arena, ret, err);
    *ret = (struct profile){.user_ref = user_ref,
                            .name = STR(""),
                            .reasons = STR("[]"),
                            .face_score = -2,
                            .name_score = -1};
    return true;
}

struct find {
    struct proctor *p;
    int64_t user_ref;
    struct arena *arena;
    struct profile *ret;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    return profile_find_in(f->p, db, f->user_ref, f->arena, f->ret, err);
}

bool profile_find(struct proctor *p, int64_t user_ref, struct arena *arena, struct profile *ret,
                  struct error *err)
{
    struct find f = {p, user_ref, arena, ret};
    return db_store_read(p->store, find_body, &f, err);
}

/* ---- keys ---- */

bool profile_key_in(struct proctor *p, struct db *db, int64_t user_ref, struct seal_key *ret,
                    struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT id, sealed_key FROM profile WHERE user_ref = $1",
                      DB_ARGS(DB_I64(user_ref)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "there is no identity profile");
    return unwrap(p, db_col_text(rows, 1), db_col_text(rows, 0), ret, err);
}

bool profile_open_in(struct proctor *p, struct db *db, int64_t user_ref, struct seal_key *ret,
                     struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key key;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char id[ID_TEXT_SIZE];
    int64_t now = clock_wall_us();
    id_create(id);
    seal_key_create(&key);
    seal_wrap(&p->deployment_key, &key, str_from(id), wrapped);
    return db_run(db,
                  "INSERT INTO profile (user_ref, id, sealed_key, state, created_us, updated_us)"
                  " VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (user_ref) DO NOTHING",
                  DB_ARGS(DB_I64(user_ref), DB_TEXT(str_from(id)),
                          DB_BLOB(str_bytes(wrapped, sizeof wrapped)), DB_I64(PROFILE_NONE),
                          DB_I64(now)),
                  NULL, err) &&
           profile_key_in(p, db, user_ref, ret, err);
}

/* ---- history ---- */

bool profile_note_in(struct db *db, const char *profile_id, const char *kind,
                     const struct profile_staff *by, struct str detail, struct error *err)
{
    return db_run(db,
                  "INSERT INTO profile_history (profile_id, time_us, kind, staff_ref, staff_name,"
                  " detail) VALUES ($1, $2, $3, $4, $5, $6)",
                  DB_ARGS(DB_TEXT(str_from(profile_id)), DB_I64(clock_wall_us()),
                          DB_TEXT(str_from(kind)), DB_I64(by ? by->ref : 0),
                          DB_TEXT(by ? by->name : STR("")), DB_TEXT(detail)),
                  NULL, err);
}

/* ---- writing ---- */

bool profile_write_in(struct proctor *p, struct db *db, const struct profile *profile,
                      struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key key;
    CLEANUP(buf_done) struct buf sealed = {0};
    if (!profile_key_in(p, db, profile->user_ref, &key, err) ||
        !seal_bytes(&key, STR("reasons"), profile->reasons, &sealed, err) || !buf_ok(&sealed, err))
        return false;
    return db_run(db,
                  "UPDATE profile SET state = $1, face = $2, face_scan = $3, id_card = $4,"
                  " id_scan = $5, name = $6, reasons = $7, id_approved = $8, face_score = $9,"
                  " name_score = $10, updated_us = $11, expires_us = $12 WHERE user_ref = $13",
                  DB_ARGS(DB_I64(profile->state), DB_I64(profile->parts[PROFILE_FACE].state),
                          DB_TEXT(str_from(profile->parts[PROFILE_FACE].scan)),
                          DB_I64(profile->parts[PROFILE_ID].state),
                          DB_TEXT(str_from(profile->parts[PROFILE_ID].scan)),
                          DB_TEXT(profile->name), DB_BLOB(buf_str(&sealed)),
                          DB_I64(profile->id_approved), DB_DOUBLE(profile->face_score),
                          DB_DOUBLE(profile->name_score), DB_I64(clock_wall_us()),
                          DB_I64(profile->expires_us), DB_I64(profile->user_ref)),
                  NULL, err) &&
           summary_identity_in(db, profile->user_ref, profile->state, err);
}

/* Another face than the one that the ID was compared with: a person has to look. */
static const char face_after_id[] =
    "The face was scanned again after the ID: a person has to compare them.";

/* The profile with the new scan in it; what was kept before of that part goes. */
static bool take_scan(struct db *db, struct profile *profile, const struct profile_scan *scan,
                      struct error *err)
{
    char *kept = profile->parts[scan->part].scan;
    if (kept[0] && !str_eq(str_from(kept), scan->scan_id) &&
        !scan_drop_parts_in(db, str_from(kept), err))
        return false;
    str_into(scan->scan_id, kept, ID_TEXT_SIZE);
    profile->parts[scan->part].state = PROFILE_PART_KEPT;
    profile->name = scan->name;
    if (scan->part == PROFILE_ID) {
        profile->id_approved = scan->approved;
        profile->face_score = scan->face_score;
        profile->name_score = scan->name_score;
    } else if (profile->parts[PROFILE_ID].state == PROFILE_PART_KEPT) {
        profile->id_approved = false;
        profile->face_score = -2;
    }
    return true;
}

static bool reasons_text(const struct profile *profile, const struct profile_scan *scan,
                         struct arena *arena, struct str *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *list = NULL;
    CLEANUP(freep) char *text = NULL;
    if (scan->part == PROFILE_FACE && profile->parts[PROFILE_ID].state == PROFILE_PART_KEPT)
        list = json_pack("[s]", face_after_id);
    else
        list = scan->reasons ? json_deep_copy(scan->reasons) : json_array();
    if (!list)
        return error_no_memory(err);
    if (!json_text(list, &text, err))
        return false;
    *ret = arena_copy(arena, str_from(text));
    return ret->ptr || error_no_memory(err);
}

/* Without an ID to compare with nobody can say whose face it is: then a person has to look, too. */
static void settle(struct proctor *p, struct profile *profile, const struct policy *policy)
{
    if (!is_whole(profile, policy)) {
        if (profile->state == PROFILE_EXPIRED || profile->state == PROFILE_APPROVED ||
            profile->state == PROFILE_PENDING)
            profile->state = PROFILE_NONE;
        profile->expires_us = 0;
        return;
    }
    bool known = profile->parts[PROFILE_ID].state == PROFILE_PART_KEPT &&
                 profile->parts[PROFILE_FACE].state == PROFILE_PART_KEPT && profile->id_approved;
    profile->state = known ? PROFILE_APPROVED : PROFILE_PENDING;
    profile->expires_us =
        clock_wall_us() + (p->profile_keep_us ? p->profile_keep_us : PROFILE_KEEP_US);
}

bool profile_keep_in(struct proctor *p, struct db *db, int64_t user_ref,
                     const struct policy *policy, const struct profile_scan *scan,
                     struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct profile profile;
    if (!profile_find_in(p, db, user_ref, &arena, &profile, err) ||
        !take_scan(db, &profile, scan, err) ||
        !reasons_text(&profile, scan, &arena, &profile.reasons, err))
        return false;
    settle(p, &profile, policy);
    bool face = scan->part == PROFILE_FACE;
    if (!profile_write_in(p, db, &profile, err) ||
        !profile_note_in(db, profile.id, face ? "face-scanned" : "id-scanned", NULL, STR(""), err))
        return false;
    if ((profile.state == PROFILE_APPROVED || profile.state == PROFILE_PENDING) &&
        !profile_note_in(db, profile.id, profile_state_name(profile.state), NULL, STR(""), err))
        return false;
    return evidence_add_in(db, scan->session_id, face ? "profile-face" : "profile-id",
                           json_pack("{s:s%, s:s, s:f, s:f}", "scan", scan->scan_id.ptr,
                                     scan->scan_id.len, "profile",
                                     profile_state_name(profile.state), "face_score",
                                     profile.face_score, "name_score", profile.name_score),
                           err) &&
           change_note_in(db, "support", "session", STR("{}"), err);
}

bool profile_erase_in(struct db *db, int64_t user_ref, struct error *err)
{
    return db_run(db,
                  "DELETE FROM profile_history WHERE profile_id IN"
                  " (SELECT id FROM profile WHERE user_ref = $1)",
                  DB_ARGS(DB_I64(user_ref)), NULL, err) &&
           db_run(db, "DELETE FROM profile WHERE user_ref = $1", DB_ARGS(DB_I64(user_ref)), NULL,
                  err) &&
           summary_identity_in(db, user_ref, PROFILE_NONE, err);
}
