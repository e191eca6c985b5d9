#include "proctor/id_scan.h"

#include "proctor/enrolment.h"
#include "proctor/evidence.h"
#include "proctor/examiners.h"
#include "proctor/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_US (3600 * SECOND_US)

struct access {
    struct proctor *p;
    struct str session_id, scan_id;
    int64_t user_ref;
    struct session session;
    struct scan scan;
    struct buf *to;
};

/* ---- may it be scanned now? ---- */

static bool ready_body(struct db *db, void *context, struct error *err)
{
    struct access *a = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct steps steps;
    size_t made;
    if (!session_find_own_in(db, a->session_id, a->user_ref, &a->session, err) ||
        !steps_read_in(a->p, db, a->session_id, &arena, &steps, err) ||
        !steps_check(&steps, STEP_ID_SCAN, err))
        return false;
    if (step_is_done(&steps, STEP_ID_SCAN))
        return error_set(err, ERROR_CONFLICT,
                         "your ID was scanned already; support can let you scan it again");
    if (!scan_count_in(db, a->session_id, PROFILE_ID, clock_wall_us() - HOUR_US, &made, err))
        return false;
    if (made >= ID_SCAN_PER_HOUR)
        return error_set(err, ERROR_THROTTLED,
                         "that were %d scans within an hour; please wait, or contact support",
                         ID_SCAN_PER_HOUR);
    return true;
}

static bool check_ready(struct access *a, struct error *err)
{
    if (!a->p->examiners)
        return error_set(err, ERROR_UNSUPPORTED, "nobody is scanned here");
    return db_store_read(a->p->store, ready_body, a, err);
}

bool id_scan_guidance(struct proctor *p, struct str session_id, int64_t user_ref, struct str jpeg,
                      enum document_guidance *ret, struct error *err)
{
    struct access a = {.p = p, .session_id = session_id, .user_ref = user_ref};
    struct examiner *e;
    if (!check_ready(&a, err) || !examiners_take(p->examiners, session_id, &e, err))
        return false;
    bool good = examine_guidance(examiner_examine(e), jpeg, ret, err);
    examiners_give(p->examiners, e, false);
    return good;
}

/* ---- what was read ---- */

static json_t *date_json(const struct mrz_date *d)
{
    char text[16];
    if (d->year == 0 || d->month == 0 || d->day == 0)
        return json_null();
    snprintf(text, sizeof text, "%04d-%02d-%02d", d->year % 10000, d->month % 100, d->day % 100);
    return json_string(text);
}

static json_t *name_json(const char *name) { return name ? json_string(name) : json_null(); }

json_t *id_scan_reading_json(const struct document_reading *r)
{
    json_t *reasons = json_array();
    for (int i = 0; i < r->reasons_len && i < DOCUMENT_REASONS_MAX; i++)
        json_array_append_new(reasons, json_string(r->reasons[i]));
    return json_pack(
        "{s:s, s:o, s:s, s:o, s:o, s:o, s:{s:o, s:o, s:o, s:b, s:b}}", "verdict",
        document_verdict_name(r->verdict), "reasons", reasons, "guidance",
        document_guidance_name(r->guidance), "name_score",
        r->name_score >= 0 ? json_real((double)r->name_score) : json_null(), "face_score",
        r->face_score >= -1 ? json_real((double)r->face_score) : json_null(), "name_reason",
        json_string(r->name_reason), "read", "name",
        r->name[0] ? json_string(r->name) : json_null(), "document",
        r->kind == DOCUMENT_UNKNOWN ? json_null() : json_string(document_kind_name(r->kind)),
        "expires", date_json(&r->expires), "mrz", r->mrz, "barcode", r->barcode);
}

/* ---- making ---- */

struct making {
    struct access *access;
    struct str jpeg, reading; /* what was read, as JSON */
    const struct document_reading *found;
    enum scan_state state;
    char id[ID_TEXT_SIZE];
};

static bool make_body(struct db *db, void *context, struct error *err)
{
    struct making *m = context;
    const struct access *a = m->access;
    const struct document_reading *r = m->found;
    CLEANUP(seal_key_wipe) struct seal_key key;
    return session_count_event_in(db, a->session_id, err) &&
           profile_open_in(a->p, db, a->user_ref, &key, err) &&
           scan_create_in(db, a->session_id, PROFILE_ID, m->state, m->id, err) &&
           scan_add_part_in(db, &key, str_from(m->id), "picture", m->jpeg, err) &&
           scan_add_part_in(db, &key, str_from(m->id), "reading", m->reading, err) &&
           evidence_add_in(db, a->session_id, "id-scan",
                           json_pack("{s:s, s:s, s:o, s:o, s:f, s:f, s:b, s:b}", "scan", m->id,
                                     "state", scan_state_name(m->state), "guidance",
                                     name_json(document_guidance_name(r->guidance)), "document",
                                     name_json(document_kind_name(r->kind)), "name_score",
                                     (double)r->name_score, "face_score", (double)r->face_score,
                                     "mrz", r->mrz, "barcode", r->barcode),
                           err);
}

static bool examine(struct access *a, struct str jpeg, struct document_reading *ret,
                    struct error *err)
{
    CLEANUP(buf_done) struct buf template = {0};
    struct examiner *e;
    if (!enrolment_find(a->p, a->session_id, &template, err) ||
        !examiners_take(a->p->examiners, a->session_id, &e, err))
        return false;
    struct examine_candidate candidate = {.name = str_from(a->session.candidate),
                                          .template = buf_str(&template),
                                          .now_us = clock_wall_us()};
    bool good = examine_document(examiner_examine(e), jpeg, &candidate, ret, err);
    examiners_give(a->p->examiners, e, false);
    return good;
}

bool id_scan_make(struct proctor *p, struct str session_id, int64_t user_ref, struct str jpeg,
                  struct id_scan *ret, struct error *err)
{
    struct access a = {.p = p, .session_id = session_id, .user_ref = user_ref};
    CLEANUP(json_decrefp) json_t *reading = NULL;
    CLEANUP(freep) char *text = NULL;
    struct making m = {.access = &a, .jpeg = jpeg, .found = &ret->reading};
    if (!check_ready(&a, err) || !examine(&a, jpeg, &ret->reading, err))
        return false;
    reading = id_scan_reading_json(&ret->reading);
    if (!reading)
        return error_no_memory(err);
    if (!json_text(reading, &text, err))
        return false;
    m.reading = str_from(text);
    m.state = ret->reading.verdict == DOCUMENT_APPROVED   ? SCAN_APPROVED
              : ret->reading.verdict == DOCUMENT_REJECTED ? SCAN_REJECTED
                                                          : SCAN_UNSURE;
    if (!db_store_write(p->store, make_body, &m, err))
        return false;
    memcpy(ret->id, m.id, sizeof ret->id);
    ret->state = m.state;
    return true;
}

/* ---- confirming ---- */

static bool find_own_in(struct db *db, struct access *a, struct error *err)
{
    return session_find_own_in(db, a->session_id, a->user_ref, &a->session, err) &&
           scan_find_in(db, a->session_id, a->scan_id, PROFILE_ID, &a->scan, err);
}

/* A person is asked where the candidate says that the machine is wrong. */
static bool check_rejected(struct db *db, const struct access *a, struct error *err)
{
    size_t rejected;
    if (a->scan.judged != SCAN_REJECTED)
        return true;
    if (!scan_count_rejected_in(db, a->session_id, &rejected, err))
        return false;
    if (rejected < ID_SCAN_REJECTED_MAX)
        return error_set(err, ERROR_CONFLICT,
                         "this scan was rejected; please scan again. After %d such scans a person "
                         "can be asked to look",
                         ID_SCAN_REJECTED_MAX);
    return true;
}

static double score(const json_t *reading, const char *name, double none)
{
    const json_t *value = json_object_get(reading, name);
    return json_is_number(value) ? json_number_value(value) : none;
}

static bool keep(struct db *db, const struct access *a, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    CLEANUP(buf_done) struct buf text = {0};
    CLEANUP(json_decrefp) json_t *reading = NULL;
    struct policy policy;
    if (!session_read_policy_in(db, a->session_id, &arena, &policy, err) ||
        !profile_key_in(a->p, db, a->user_ref, &key, err) ||
        !scan_part_in(db, &key, a->scan_id, "reading", &text, err) ||
        !json_parse(buf_str(&text), &reading, err))
        return false;
    struct profile_scan kept = {.part = PROFILE_ID,
                                .scan_id = a->scan_id,
                                .session_id = a->session_id,
                                .name = str_from(a->session.candidate),
                                .reasons = json_object_get(reading, "reasons"),
                                .approved = a->scan.judged == SCAN_APPROVED,
                                .face_score = score(reading, "face_score", -2),
                                .name_score = score(reading, "name_score", -1)};
    return profile_keep_in(a->p, db, a->user_ref, &policy, &kept, err);
}

static bool confirm_body(struct db *db, void *context, struct error *err)
{
    struct access *a = context;
    if (!find_own_in(db, a, err))
        return false;
    if (a->session.state >= SESSION_RECORDING)
        return error_set(err, ERROR_CONFLICT, "the check-in is over");
    if (a->scan.state == SCAN_CONFIRMED)
        return true;
    return check_rejected(db, a, err) && scan_move_in(db, a->scan_id, SCAN_CONFIRMED, err) &&
           keep(db, a, err);
}

bool id_scan_confirm(struct proctor *p, struct str session_id, int64_t user_ref, struct str scan_id,
                     struct error *err)
{
    struct access a = {.p = p, .session_id = session_id, .scan_id = scan_id, .user_ref = user_ref};
    return db_store_write(p->store, confirm_body, &a, err);
}

static bool picture_body(struct db *db, void *context, struct error *err)
{
    struct access *a = context;
    CLEANUP(seal_key_wipe) struct seal_key key;
    return find_own_in(db, a, err) && profile_key_in(a->p, db, a->user_ref, &key, err) &&
           scan_part_in(db, &key, a->scan_id, "picture", a->to, err);
}

bool id_scan_picture(struct proctor *p, struct str session_id, int64_t user_ref, struct str scan_id,
                     struct buf *to, struct error *err)
{
    struct access a = {
        .p = p, .session_id = session_id, .scan_id = scan_id, .user_ref = user_ref, .to = to};
    return db_store_read(p->store, picture_body, &a, err);
}
