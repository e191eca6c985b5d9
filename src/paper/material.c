#include "paper/material.h"

#include "crypto/hash.h"
#include "proctor/staff.h"

#include <stdlib.h>
#include <string.h>

#define TRIES_MAX 5 /* to read all of it while nothing changes */

/* ---- the state ---- */

bool material_state_in(struct db *db, struct str session_id, struct material_state *ret,
                       struct error *err)
{
    static const char *const aside[] = {"viewed", "viewed-own", EVIDENCE_CHECKPOINT,
                                        EVIDENCE_REPORT_DRAWN};
    unsigned char hash[CHAIN_HASH_SIZE];
    if (!evidence_last_but_in(db, session_id, aside, ARRAY_LEN(aside), &ret->records, &ret->time_us,
                              hash, err))
        return false;
    str_to_hex(str_bytes(hash, sizeof hash), ret->head);
    return true;
}

struct look {
    struct material *m;
    struct material_state state;
    struct str policy;
};

static bool state_body(struct db *db, void *context, struct error *err)
{
    struct look *l = context;
    return material_state_in(db, str_from(l->m->session.id), &l->state, err);
}

/* ---- what has no reader of its own outside of a transaction ---- */

static bool read_accommodations(struct db *db, struct material *m, struct error *err)
{
    static const char *const kinds[] = {"session-created"};
    CLEANUP(json_decrefp) json_t *payload = NULL;
    CLEANUP(freep) char *text = NULL;
    struct evidence_record *records;
    size_t len;
    if (!evidence_list_kinds_in(db, str_from(m->session.id), kinds, 1, 1, m->arena, &records, &len,
                                err))
        return false;
    if (len == 0)
        return true;
    if (!json_parse(records[0].payload, &payload, err))
        return false;
    json_t *patch = json_object_get(payload, "accommodations");
    if (!patch)
        return true;
    if (!json_text(patch, &text, err))
        return false;
    m->accommodations = arena_copy(m->arena, str_from(text));
    return m->accommodations.ptr || error_no_memory(err);
}

static bool inner_body(struct db *db, void *context, struct error *err)
{
    struct look *l = context;
    struct material *m = l->m;
    struct str id = str_from(m->session.id);
    return session_policy_in(db, id, m->arena, &l->policy, err) &&
           check_list_in(db, id, m->arena, m->checks, err) && read_accommodations(db, m, err);
}

static void hash_hex(struct str text, char ret[STR_HEX_MAX(SHA256_SIZE)])
{
    unsigned char hash[SHA256_SIZE];
    sha256(text, hash);
    str_to_hex(str_bytes(hash, sizeof hash), ret);
}

static bool read_inner(struct material *m, struct error *err)
{
    struct look l = {.m = m};
    if (!db_store_read(m->p->store, inner_body, &l, err) ||
        !policy_parse(l.policy, &m->policy, err))
        return false;
    hash_hex(l.policy, m->policy_sha256);
    return true;
}

static bool read_text(struct material *m, enum session_text which,
                      char ret[STR_HEX_MAX(SHA256_SIZE)], struct error *err)
{
    struct str text;
    if (!session_text(m->p, str_from(m->session.id), which, m->arena, &text, err))
        return false;
    ret[0] = '\0';
    if (text.len)
        hash_hex(text, ret);
    return true;
}

/* ---- the whole ---- */

static bool read_found(struct material *m, struct str id, struct error *err)
{
    struct proctor *p = m->p;
    return stream_list(p, id, m->arena, &m->streams, &m->streams_len, err) &&
           analysis_job_list(p, id, m->arena, &m->jobs, &m->jobs_len, err) &&
           flag_list(p, id, m->arena, &m->flags, &m->flags_len, err) &&
           flag_incidents(m->flags, m->flags_len, m->arena, &m->incidents, &m->incidents_len,
                          err) &&
           event_list(p, id, m->arena, &m->events, &m->events_len, err) &&
           session_consents(p, id, m->arena, &m->consents, &m->consents_len, err) &&
           profile_find(p, m->session.user_ref, m->arena, &m->profile, err);
}

static bool read_said(struct material *m, struct str id, int64_t reader_ref, struct error *err)
{
    struct proctor *p = m->p;
    return review_seen(p, id, reader_ref, m->arena, &m->seen, err) &&
           release_find(p, id, m->arena, &m->release, err) &&
           appeal_find(p, id, m->arena, &m->appeal, err) &&
           appeal_annotations(p, id, m->arena, &m->remarks, &m->remarks_len, err) &&
           audit_list(p, STAFF_SEES_ALL, id, 0, MATERIAL_ACTIONS_MAX, m->arena, &m->actions,
                      &m->actions_len, err) &&
           live_warnings(p, id, m->arena, &m->warnings, &m->warnings_len, err);
}

static bool read_once(struct material *m, struct str id, int64_t reader_ref, struct error *err)
{
    if (!session_find(m->p, id, &m->session, err) ||
        !proctored_exam_find(m->p, str_from(m->session.exam_id), &m->exam, err))
        return false;
    if (m->session.started_us == 0)
        return error_set(err, ERROR_CONFLICT, "this session has not begun: there is no report yet");
    return read_inner(m, err) && read_found(m, id, err) && read_said(m, id, reader_ref, err) &&
           read_text(m, SESSION_RECEIPT, m->receipt_sha256, err) &&
           read_text(m, SESSION_REPORT, m->report_sha256, err);
}

static bool read_state(struct material *m, struct material_state *ret, struct error *err)
{
    struct look l = {.m = m};
    if (!db_store_read(m->p->store, state_body, &l, err))
        return false;
    *ret = l.state;
    return true;
}

static bool check_chain(struct material *m, struct error *err)
{
    struct error why = {0};
    uint64_t records;
    unsigned char head[CHAIN_HASH_SIZE];
    m->chain_problem[0] = '\0';
    if (evidence_verify(m->p, str_from(m->session.id), &records, head, &why))
        return true;
    if (why.code != ERROR_CHECKSUM)
        return error_set(err, why.code, "%s", why.message);
    str_into(str_from(why.message), m->chain_problem, sizeof m->chain_problem);
    return true;
}

bool material_read(struct proctor *p, struct str session_id, const struct paper_wish *wish,
                   struct arena *arena, struct material *ret, struct error *err)
{
    struct material_state after;
    for (int i = 0; i < TRIES_MAX; i++) {
        *ret = (struct material){.p = p, .arena = arena};
        if (!session_find(p, session_id, &ret->session, err) ||
            !read_state(ret, &ret->state, err) ||
            !read_once(ret, session_id, wish->reader_ref, err) || !read_state(ret, &after, err))
            return false;
        if (after.records == ret->state.records)
            return check_chain(ret, err);
    }
    return error_set(err, ERROR_BUSY, "the session changes just now: please try again");
}

const struct analysis_job *material_job(const struct material *m, const char *stream_id)
{
    for (size_t i = 0; i < m->jobs_len; i++)
        if (strcmp(m->jobs[i].stream_id, stream_id) == 0)
            return &m->jobs[i];
    return NULL;
}

const struct stream *material_stream(const struct material *m, const char *stream_id)
{
    for (size_t i = 0; i < m->streams_len; i++)
        if (strcmp(m->streams[i].id, stream_id) == 0)
            return &m->streams[i];
    return NULL;
}

bool material_is_final(const struct material *m)
{
    return m->session.state == SESSION_REPORTED && analysis_all_done(m->jobs, m->jobs_len);
}
