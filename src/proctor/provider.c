#include "proctor/provider.h"

#include "analysis/policy.h"
#include "proctor/event_flags.h"
#include "proctor/evidence.h"
#include "proctor/exam.h"
#include "proctor/live.h"
#include "proctor/profile.h"
#include "proctor/release.h"
#include "proctor/retention.h"
#include "proctor/session.h"
#include "proctor/staff.h"

void provider_set_portal(struct proctor *p, const struct provider_portal *portal)
{
    p->portal = portal;
}

bool provider_register_exam(struct proctor *p, const struct provider_exam *exam,
                            char ret_exam_id[ID_TEXT_SIZE], struct error *err)
{
    return proctored_exam_register(p, exam, ret_exam_id, err);
}

bool provider_add_staff(struct proctor *p, struct str exam_id, const struct provider_person *who,
                        const struct provider_person *by, struct error *err)
{
    return staff_add(p, exam_id, who, by, err);
}

bool provider_wants_staff(struct proctor *p, bool *ret, struct error *err)
{
    return staff_wanted(p, ret, err);
}

bool provider_adopt_staff(struct proctor *p, const struct provider_person *people, size_t len,
                          struct error *err)
{
    return staff_adopt(p, people, len, err);
}

bool provider_set_policy(struct proctor *p, struct str exam_id, struct str policy_json,
                         struct error *err)
{
    return proctored_exam_set_policy(p, exam_id, policy_json, err);
}

bool provider_may_erase_user(struct proctor *p, int64_t user_ref, struct error *err)
{
    return retention_may_erase(p, user_ref, err);
}

bool provider_erase_user(struct proctor *p, int64_t user_ref, size_t *ret_sessions,
                         struct error *err)
{
    return retention_erase_user(p, user_ref, ret_sessions, err);
}

/* Whether a patch is right does not hang on what it is put on. */
bool provider_check_accommodations(struct str json, struct error *err)
{
    struct policy policy;
    return policy_builtin(STR("standard"), &policy, err) &&
           policy_patch(&policy, json, &policy, err);
}

bool provider_create_session(struct proctor *p, const struct provider_attempt *attempt,
                             char ret_session_id[ID_TEXT_SIZE], struct error *err)
{
    struct session_spec spec = {
        .exam_id = attempt->exam_id,
        .attempt_ref = attempt->attempt_ref,
        .candidate = attempt->candidate,
        .exam_url = attempt->exam_url,
        .return_url = attempt->return_url,
        .accommodations_json = attempt->accommodations_json,
        .user_ref = attempt->user_ref,
    };
    return session_create(p, &spec, ret_session_id, err);
}

char *provider_session_url(struct arena *arena, struct str session_id)
{
    return arena_printf(arena, "/proctortrack/session/" STR_FMT, STR_ARG(session_id));
}

bool provider_identity(struct proctor *p, int64_t user_ref, struct arena *arena,
                       struct provider_identity *ret, struct error *err)
{
    struct profile x;
    if (!profile_find(p, user_ref, arena, &x, err))
        return false;
    *ret = (struct provider_identity){
        .state = profile_state_name(x.state),
        .face = profile_part_state_name(x.parts[PROFILE_FACE].state),
        .id_card = profile_part_state_name(x.parts[PROFILE_ID].state),
        .name = x.name,
        .reasons_json = x.reasons,
        .expires_us = x.expires_us,
    };
    return true;
}

const char *provider_stage_name(enum provider_stage stage)
{
    static const char *const names[] = {[PROVIDER_UPLOADING] = "uploading",
                                        [PROVIDER_UPLOADED] = "uploaded",
                                        [PROVIDER_REVIEW] = "awaiting review",
                                        [PROVIDER_REVIEWED] = "reviewed",
                                        [PROVIDER_RELEASED] = "released"};
    return stage > PROVIDER_STAGE_NONE && stage <= PROVIDER_RELEASED ? names[stage] : "none";
}

struct outcome_read {
    struct str session_id;
    enum review_outcome outcome;
};

static bool outcome_body(struct db *db, void *context, struct error *err)
{
    struct outcome_read *o = context;
    return review_outcome_in(db, o->session_id, &o->outcome, err);
}

static bool reviewed_stage(struct proctor *p, struct str session_id, enum provider_stage *ret,
                           struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct outcome_read o = {.session_id = session_id};
    struct release release;
    if (!release_find(p, session_id, &arena, &release, err) ||
        !db_store_read(p->store, outcome_body, &o, err))
        return false;
    *ret = release.made               ? PROVIDER_RELEASED
           : o.outcome != REVIEW_NONE ? PROVIDER_REVIEWED
                                      : PROVIDER_REVIEW;
    return true;
}

bool provider_stage(struct proctor *p, struct str session_id, enum provider_stage *ret,
                    struct error *err)
{
    struct session s;
    if (!session_find(p, session_id, &s, err))
        return false;
    if (s.state >= SESSION_REPORTED)
        return reviewed_stage(p, session_id, ret, err);
    *ret = s.state == SESSION_UPLOADED ? PROVIDER_UPLOADED
           : s.state == SESSION_ENDED  ? PROVIDER_UPLOADING
                                       : PROVIDER_STAGE_NONE;
    return true;
}

bool provider_may_show_exam(struct proctor *p, struct str session_id, bool *ret, struct error *err)
{
    struct session s;
    if (!session_find(p, session_id, &s, err))
        return false;
    *ret = s.state == SESSION_RECORDING || s.state == SESSION_EXAM;
    return true;
}

/* ---- inside the portal's write ---- */

bool provider_milestone_in(struct db *db, struct str session_id, struct str kind,
                           struct str detail_json, struct error *err)
{
    return evidence_append_in(db, session_id, kind, detail_json, err) &&
           (!str_eq(kind, STR("finished")) || event_flags_close_in(db, session_id, err));
}

bool provider_exam_started_in(struct db *db, struct str session_id, struct error *err)
{
    struct session s;
    if (!session_find_in(db, session_id, &s, err))
        return false;
    if (s.state < SESSION_RECORDING)
        return error_set(err, ERROR_CONFLICT, "start the recording first");
    if (s.state > SESSION_EXAM)
        return error_set(err, ERROR_CONFLICT, "the exam is over");
    return session_move_in(db, session_id, SESSION_EXAM, NULL, err);
}

bool provider_exam_ended_in(struct db *db, struct str session_id, struct error *err)
{
    struct session s;
    if (!session_find_in(db, session_id, &s, err))
        return false;
    if (s.state >= SESSION_ENDED)
        return true;
    return session_move_in(db, session_id, SESSION_ENDED, NULL, err);
}

bool provider_pause_over_in(struct db *db, struct str session_id, struct error *err)
{
    return live_pause_over_in(db, session_id, err);
}

bool provider_renamed_in(struct db *db, int64_t user_ref, struct str name, struct error *err)
{
    return session_rename_in(db, user_ref, name, err);
}

/* ---- the same as writes of their own ---- */

struct call {
    struct str session_id, kind, detail_json;
};

static bool started_body(struct db *db, void *context, struct error *err)
{
    const struct call *c = context;
    return provider_exam_started_in(db, c->session_id, err);
}

static bool ended_body(struct db *db, void *context, struct error *err)
{
    const struct call *c = context;
    return provider_exam_ended_in(db, c->session_id, err);
}

static bool milestone_body(struct db *db, void *context, struct error *err)
{
    const struct call *c = context;
    return provider_milestone_in(db, c->session_id, c->kind, c->detail_json, err);
}

bool provider_exam_started(struct proctor *p, struct str session_id, struct error *err)
{
    struct call c = {.session_id = session_id};
    return db_store_write(p->store, started_body, &c, err);
}

bool provider_exam_ended(struct proctor *p, struct str session_id, struct error *err)
{
    struct call c = {.session_id = session_id};
    return db_store_write(p->store, ended_body, &c, err);
}

bool provider_milestone(struct proctor *p, struct str session_id, struct str kind,
                        struct str detail_json, struct error *err)
{
    struct call c = {.session_id = session_id, .kind = kind, .detail_json = detail_json};
    return db_store_write(p->store, milestone_body, &c, err);
}
