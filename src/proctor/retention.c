#include "proctor/retention.h"

#include "proctor/analysis_job.h"
#include "proctor/app_link.h"
#include "proctor/appeal.h"
#include "proctor/audit.h"
#include "proctor/check.h"
#include "proctor/deletion.h"
#include "proctor/evidence.h"
#include "proctor/exam.h"
#include "proctor/flag.h"
#include "proctor/live.h"
#include "proctor/observation.h"
#include "proctor/plugin.h"
#include "proctor/profile.h"
#include "proctor/scan.h"
#include "proctor/screen_consent.h"
#include "proctor/session.h"
#include "proctor/stream.h"
#include "proctor/support.h"

#include <stdio.h>
#include <string.h>

#define ROUND_MAX 200         /* sessions of a part in one round of the sweeper */
#define AGAIN_US TERMS_DAY_US /* what is held is looked at once a day */
#define PART(p) (1u << (p))
#define ALL (PART(TERMS_RECORDINGS) | PART(TERMS_DERIVED) | PART(TERMS_IDENTITY))

/* One session, one write. */
struct work {
    struct proctor *p;
    struct db *db;
    struct str id;
    struct session session;
    unsigned parts; /* of PART() */
    bool erase;     /* all of the user: no exam will follow */
    const char *why;
    int64_t now_us;
    struct arena *arena;
    json_t *facts; /* borrowed by deletion_begin_in() at the end */
};

/* ---- the parts ---- */

static json_t *stream_facts(const struct stream *s)
{
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    str_to_hex(str_bytes(s->sha256, sizeof s->sha256), hex);
    return json_pack("{s:s, s:s, s:I, s:s}", "stream", s->id, "kind", stream_kind_name(s->kind),
                     "bytes", (json_int_t)s->size, "sha256", hex);
}

/* What stays is sealed anew, so that the old key, which opens any copy of the recordings, can go.
 */
static bool change_key(struct work *w, const struct stream *streams, size_t len, bool keep_derived,
                       struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key old = {0};
    CLEANUP(seal_key_wipe) struct seal_key now = {0};
    struct error why;
    const struct seal_key *deployment = &w->p->deployment_key;
    if (!keep_derived)
        return session_change_key_in(w->db, deployment, w->id, NULL, err);
    if (!session_key_in(w->db, deployment, w->id, &old, &why))
        return why.code == ERROR_GONE || error_set(err, why.code, "%s", why.message);
    seal_key_create(&now);
    for (size_t i = 0; i < len; i++)
        if (!observation_reseal_in(w->db, str_from(streams[i].id), &old, &now, err))
            return error_wrap(err, "stream %s", streams[i].id);
    return flag_reseal_in(w->db, w->id, &old, &now, err) &&
           session_change_key_in(w->db, deployment, w->id, &now, err);
}

static bool delete_recordings(struct work *w, struct error *err)
{
    struct stream *streams;
    size_t len;
    bool keep_derived = !(w->parts & PART(TERMS_DERIVED));
    CLEANUP(json_decrefp) json_t *list = json_array();
    if (!list)
        return error_no_memory(err);
    if (!stream_list_in(w->db, w->id, w->arena, &streams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (json_array_append_new(list, stream_facts(&streams[i])))
            return error_no_memory(err);
    if (json_object_set(w->facts, "streams", list) ||
        json_object_set_new(w->facts, "key", json_string(keep_derived ? "replaced" : "destroyed")))
        return error_no_memory(err);
    return change_key(w, streams, len, keep_derived, err) &&
           stream_delete_all_in(w->db, w->id, w->now_us, err) &&
           analysis_job_forget_in(w->db, w->id, err) &&
           (!keep_derived || evidence_append_in(w->db, w->id, STR("key-erased"), STR("{}"), err));
}

static bool forget_observations(struct work *w, struct error *err)
{
    struct stream *streams;
    size_t len;
    if (!stream_list_in(w->db, w->id, w->arena, &streams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!observation_forget_in(w->db, str_from(streams[i].id), err))
            return false;
    return true;
}

/* Who never began may still come: they find their session as new, with their accommodations. */
static bool end_session(struct work *w, struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key fresh = {0};
    if (w->session.state >= SESSION_RECORDING || w->erase)
        return session_change_key_in(w->db, &w->p->deployment_key, w->id, NULL, err) &&
               session_forget_in(w->db, w->id, false, err);
    seal_key_create(&fresh);
    return session_change_key_in(w->db, &w->p->deployment_key, w->id, &fresh, err);
}

/* The chain goes as well: its records hold what the candidate's page and app said of them. Its
 * length and its last hash stay in the receipt. */
static bool delete_derived(struct work *w, struct error *err)
{
    struct db *db = w->db;
    uint64_t records;
    unsigned char head[CHAIN_HASH_SIZE];
    char hex[STR_HEX_MAX(CHAIN_HASH_SIZE)];
    if (!evidence_head_in(db, w->id, &records, head, err))
        return false;
    str_to_hex(str_bytes(head, sizeof head), hex);
    if (json_object_set_new(w->facts, "chain_records", json_integer((json_int_t)records)) ||
        json_object_set_new(w->facts, "chain_head", json_string(hex)))
        return error_no_memory(err);
    return forget_observations(w, err) && flag_forget_in(db, w->id, err) &&
           evidence_forget_in(db, w->id, err) && check_forget_in(db, w->id, err) &&
           app_link_forget_in(db, w->id, err) && plugin_forget_in(db, w->id, err) &&
           screen_consent_forget_in(db, w->id, err) && review_forget_in(db, w->id, err) &&
           appeal_forget_in(db, w->id, err) && live_forget_in(db, w->id, err) &&
           support_forget_in(db, w->session.user_ref, w->id, err) && end_session(w, err);
}

/* Pictures and template hang on the profile, which serves all sessions of the candidate. */
static bool delete_identity(struct work *w, struct error *err)
{
    struct session *own;
    size_t len;
    if (!session_list_own_in(w->db, w->session.user_ref, w->arena, &own, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!scan_forget_in(w->db, str_from(own[i].id), err))
            return false;
    return profile_erase_in(w->db, w->session.user_ref, err);
}

static bool delete_parts(struct work *w, struct error *err)
{
    char what[64] = "";
    struct proctored_exam exam;
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (int i = 0; i < TERMS_PARTS; i++) {
        if (!(w->parts & PART(i)))
            continue;
        const char *name = terms_part_name((enum terms_part)i);
        size_t len = strlen(what);
        snprintf(what + len, sizeof what - len, "%s%s", len ? ", " : "", name);
        if (!list || json_array_append_new(list, json_string(name)))
            return error_no_memory(err);
    }
    if (!proctored_exam_find_in(w->db, str_from(w->session.exam_id), &exam, err))
        return false;
    CLEANUP(json_decrefp)
    json_t *facts = json_pack("{s:s, s:s, s:O, s:s}", "session", w->session.id, "exam", exam.title,
                              "what", list, "why", w->why);
    if (!facts)
        return error_no_memory(err);
    w->facts = facts;
    if (((w->parts & PART(TERMS_RECORDINGS)) && !delete_recordings(w, err)) ||
        ((w->parts & PART(TERMS_DERIVED)) && !delete_derived(w, err)) ||
        ((w->parts & PART(TERMS_IDENTITY)) && !delete_identity(w, err)))
        return false;
    for (int i = 0; i < TERMS_PARTS; i++)
        if ((w->parts & PART(i)) && !keep_gone_in(w->db, w->id, (enum terms_part)i, w->now_us, err))
            return false;
    return deletion_begin_in(w->db, w->id, w->session.user_ref, what, TAKE(facts), w->now_us, err);
}

/* ---- by the clock ---- */

struct deal {
    struct proctor *p;
    struct str id;
    enum terms_part part;
    int64_t now_us;
    bool deleted;
};

/* The profile goes when no session needs it and none may be argued about. */
static bool identity_wait(struct db *db, const struct deal *d, int64_t user_ref,
                          struct arena *arena, int64_t *ret_until_us, struct error *err)
{
    struct session *own;
    size_t len;
    if (!keep_identity_until_in(db, user_ref, ret_until_us, err) ||
        !session_list_own_in(db, user_ref, arena, &own, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        int64_t hold;
        if (!appeal_hold_in(db, str_from(own[i].id), d->now_us, &hold, err))
            return false;
        *ret_until_us = MAX(*ret_until_us, hold);
    }
    return true;
}

static bool goes_on(const struct session *s)
{
    return s->state >= SESSION_RECORDING && s->state < SESSION_UPLOADED;
}

static bool deal_body(struct db *db, void *context, struct error *err)
{
    struct deal *d = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct work w = {.p = d->p,
                     .db = db,
                     .id = d->id,
                     .parts = PART(d->part),
                     .why = "retention",
                     .now_us = d->now_us,
                     .arena = &arena};
    struct keep keep;
    int64_t wait;
    if (!session_find_in(db, d->id, &w.session, err) || !keep_find_in(db, d->id, &keep, err) ||
        !appeal_hold_in(db, d->id, d->now_us, &wait, err))
        return false;
    if (keep.gone_us[d->part])
        return true;
    if (goes_on(&w.session)) /* its clock is set when it ends */
        wait = MAX(wait, d->now_us + AGAIN_US);
    if (keep.due_us[d->part] > d->now_us)
        wait = MAX(wait, keep.due_us[d->part]);
    if (d->part == TERMS_DERIVED && !keep.gone_us[TERMS_RECORDINGS])
        wait = MAX(wait, d->now_us + AGAIN_US);
    if (d->part == TERMS_IDENTITY && wait <= d->now_us) {
        if (!identity_wait(db, d, w.session.user_ref, &arena, &wait, err))
            return false;
    }
    if (wait > d->now_us)
        return keep_postpone_in(db, d->id, d->part, MIN(wait, d->now_us + AGAIN_US), err);
    d->deleted = true;
    return delete_parts(&w, err);
}

bool retention_sweep(struct proctor *p, int64_t now_us, struct error *err)
{
    bool good = true, left, deleted = false;
    struct error why;
    for (int part = 0; part < TERMS_PARTS; part++) {
        CLEANUP(arena_done) struct arena arena = {0};
        struct str *ids = NULL;
        size_t len = 0;
        if (!keep_due(p, (enum terms_part)part, now_us, ROUND_MAX, &arena, &ids, &len, &why) &&
            good)
            good = error_set(err, why.code, "%s", why.message);
        for (size_t i = 0; i < len; i++) {
            struct deal d = {.p = p, .id = ids[i], .part = (enum terms_part)part, .now_us = now_us};
            if (!db_store_write(p->store, deal_body, &d, &why) && good)
                good = error_set(err, why.code, "session " STR_FMT ": %s", STR_ARG(ids[i]),
                                 why.message);
            deleted = deleted || d.deleted;
        }
    }
    if (!stream_remove_marked(p, &left, &why) && good)
        good = error_set(err, why.code, "%s", why.message);
    if (!deletion_sign(p, &why) && good)
        good = error_set(err, why.code, "%s", why.message);
    /* A wrapped key may stand in the log as it was; who is busy reading it lets go soon. */
    if (deleted && !db_store_empty_log(p->store, &why) && why.code != ERROR_BUSY && good)
        good = error_set(err, why.code, "%s", why.message);
    return good;
}

/* ---- all of a user ---- */

struct erasing {
    struct proctor *p;
    int64_t user_ref;
    size_t sessions;
};

/* What was deleted before has its receipt. */
static bool remaining(struct db *db, struct str id, unsigned *parts, struct error *err)
{
    struct keep keep;
    if (!keep_find_in(db, id, &keep, err))
        return false;
    for (int i = 0; i < TERMS_PARTS; i++)
        if (keep.gone_us[i])
            *parts &= ~PART(i);
    return true;
}

static bool erase_session(struct proctor *p, struct db *db, const struct session *s,
                          struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct work w = {.p = p,
                     .db = db,
                     .id = str_from(s->id),
                     .session = *s,
                     .parts = ALL,
                     .erase = true,
                     .why = "erasure",
                     .now_us = clock_wall_us(),
                     .arena = &arena};
    if (!remaining(db, w.id, &w.parts, err))
        return false;
    return (!w.parts || delete_parts(&w, err)) && session_forget_in(db, w.id, true, err) &&
           release_forget_in(db, w.id, err);
}

static bool may_body(struct db *db, void *context, struct error *err)
{
    const struct erasing *e = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session *own;
    size_t len;
    if (!session_list_own_in(db, e->user_ref, &arena, &own, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        struct appeal appeal;
        if (!appeal_find_in(db, str_from(own[i].id), &arena, &appeal, err))
            return false;
        if (appeal.state == APPEAL_OPEN)
            return error_set(err, ERROR_CONFLICT,
                             "session %s: an appeal waits for its answer, and what it is about is "
                             "held until then; answer it first",
                             own[i].id);
    }
    return true;
}

bool retention_may_erase(struct proctor *p, int64_t user_ref, struct error *err)
{
    struct erasing e = {.p = p, .user_ref = user_ref};
    return db_store_read(p->store, may_body, &e, err);
}

static bool erase_body(struct db *db, void *context, struct error *err)
{
    struct erasing *e = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session *own;
    if (!may_body(db, e, err) ||
        !session_list_own_in(db, e->user_ref, &arena, &own, &e->sessions, err))
        return false;
    for (size_t i = 0; i < e->sessions; i++)
        if (!erase_session(e->p, db, &own[i], err))
            return false;
    return profile_erase_in(db, e->user_ref, err) &&
           support_forget_in(db, e->user_ref, STR(""), err) &&
           audit_forget_in(db, e->user_ref, err);
}

bool retention_erase_user(struct proctor *p, int64_t user_ref, size_t *ret_sessions,
                          struct error *err)
{
    struct erasing e = {.p = p, .user_ref = user_ref};
    if (!db_store_write(p->store, erase_body, &e, err))
        return false;
    for (bool left = true; left;)
        if (!stream_remove_marked(p, &left, err))
            return false;
    if (!deletion_sign(p, err))
        return false;
    *ret_sessions = e.sessions;
    return true;
}
