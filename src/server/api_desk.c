/* What a support agent sees of the candidates' sessions and of what was done to them. */
#include "server/api_desk.h"

#include "base/clock.h"
#include "proctor/audit.h"
#include "proctor/exam.h"
#include "proctor/session.h"
#include "proctor/steps.h"
#include "server/access.h"
#include "server/api_session.h"
#include "server/server.h"

#include <string.h>

#define ACTIVE_US (24 * 3600 * SECOND_US)
#define SESSIONS_MAX 500
#define AUDIT_MAX 100

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static json_t *session_json(const struct steps *steps, const struct proctored_exam *exam,
                            int64_t now_us)
{
    const struct session *s = &steps->session;
    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:I, s:o, s:b}", "id", s->id, "candidate",
                     s->candidate, "exam", "title", exam->title, "kind",
                     exam->practice ? "practice" : "exam", "state", session_state_name(s->state),
                     "step", step_name(steps_current(steps)), "created_us",
                     (json_int_t)s->created_us, "seen_us", time_json(s->seen_us), "connected",
                     now_us - s->seen_us < SESSION_LEASE_US);
}

static const struct proctored_exam *exam_of(const struct proctored_exam *exams, size_t len,
                                            const struct session *s)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(exams[i].id, s->exam_id) == 0)
            return &exams[i];
    return NULL;
}

bool desk_get_sessions(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct session *sessions;
    struct proctored_exam *exams;
    size_t len, exams_len;
    int64_t now_us = clock_wall_us();
    /* Exams are never removed, so those read after the sessions hold all of theirs. */
    if (!session_list_active(s->proctor, access_viewer(q), now_us - ACTIVE_US, SESSIONS_MAX,
                             q->arena, &sessions, &len, err) ||
        !proctored_exam_list(s->proctor, access_viewer(q), q->arena, &exams, &exams_len, err))
        return false;
    CLEANUP(json_decrefp) json_t *all = json_array();
    struct steps *steps = ARENA_NEW(q->arena, struct steps);
    if (!all || !steps)
        return error_no_memory(err);
    for (size_t i = 0; i < len; i++) {
        const struct proctored_exam *exam = exam_of(exams, exams_len, &sessions[i]);
        if (!exam)
            continue;
        if (!steps_read(s->proctor, str_from(sessions[i].id), q->arena, steps, err))
            return false;
        json_array_append_new(all, session_json(steps, exam, now_us));
    }
    return response_json(
        r, 200, json_pack("{s:O, s:I}", "sessions", all, "server_us", (json_int_t)now_us), err);
}

/* What a proctor noted is for reviewers: a support agent sees that there is a note. */
static json_t *audit_json(const struct audit_entry *e, bool support)
{
    bool hidden = support && str_eq(e->action, STR("note-taken"));
    CLEANUP(json_decrefp) json_t *detail = NULL;
    if (!json_parse(e->detail, &detail, NULL))
        detail = json_object();
    return json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "id", (json_int_t)e->id, "time_us",
                     (json_int_t)e->time_us, "by", text_json(e->actor), "action",
                     text_json(e->action), "session",
                     e->session_id.len ? text_json(e->session_id) : json_null(), "candidate",
                     text_json(e->candidate), "reason",
                     hidden ? json_string("") : text_json(e->reason), "detail", TAKE(detail));
}

static bool list_audit(struct server *s, struct request *q, struct str session, int64_t before,
                       json_t **ret, struct error *err)
{
    struct audit_entry *entries;
    size_t len;
    if (!audit_list(s->proctor, access_viewer(q), session, before, AUDIT_MAX, q->arena, &entries,
                    &len, err))
        return false;
    json_t *all = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(all, audit_json(&entries[i], q->user.role == ROLE_SUPPORT));
    *ret = all;
    return all || error_no_memory(err);
}

bool desk_get_session(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct steps *steps = ARENA_NEW(q->arena, struct steps);
    struct proctored_exam exam;
    CLEANUP(json_decrefp) json_t *checks = NULL;
    CLEANUP(json_decrefp) json_t *profile = NULL;
    json_t *audit = NULL;
    int64_t now_us = clock_wall_us();
    if (!steps)
        return error_no_memory(err);
    if (!steps_read(s->proctor, q->params[0], q->arena, steps, err) ||
        !proctored_exam_find(s->proctor, str_from(steps->session.exam_id), &exam, err) ||
        !api_checks_json(steps, &checks, err) || !api_profile_json(steps, &profile, err) ||
        !list_audit(s, q, q->params[0], 0, &audit, err))
        return false;
    return response_json(r, 200,
                         json_pack("{s:o, s:O, s:O, s:o, s:I}", "session",
                                   session_json(steps, &exam, now_us), "checks", checks, "profile",
                                   profile, "audit", audit, "server_us", (json_int_t)now_us),
                         err);
}

bool desk_get_audit(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct str text = request_query(q, "before");
    json_t *audit = NULL;
    int64_t before = 0;
    if (text.ptr && (!str_to_i64(text, &before) || before < 0))
        return error_set(err, ERROR_INVALID, "before: must be a number");
    return list_audit(s, q, STR(""), before, &audit, err) &&
           response_json(r, 200, json_pack("{s:o}", "audit", audit), err);
}
