/* What a support agent sees of the candidates' sessions and of what was done to them. */
#include "server/api_desk.h"

#include "base/clock.h"
#include "proctor/audit.h"
#include "proctor/exam.h"
#include "proctor/session.h"
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

/* The step of the journey that the candidate is at. */
static const char *step_of(const struct session *s)
{
    switch (s->state) {
    case SESSION_CREATED:
        return s->accepted_us[DOCUMENT_INSTRUCTIONS] ? "agreement" : "instructions";
    case SESSION_AGREED:
        return "camera";
    case SESSION_RECORDING:
    case SESSION_EXAM:
        return "exam";
    case SESSION_ENDED:
        return "upload";
    case SESSION_UPLOADED:
    case SESSION_REPORTED:
    case SESSION_STATE_NONE:
        break;
    }
    return "receipt";
}

static json_t *session_json(const struct session *s, const struct proctored_exam *exam,
                            int64_t now_us)
{
    return json_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:s, s:I, s:o, s:b}", "id", s->id, "candidate",
                     s->candidate, "exam", "title", exam->title, "kind",
                     exam->practice ? "practice" : "exam", "state", session_state_name(s->state),
                     "step", step_of(s), "created_us", (json_int_t)s->created_us, "seen_us",
                     time_json(s->seen_us), "connected", now_us - s->seen_us < SESSION_LEASE_US);
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
    if (!session_list_active(s->proctor, now_us - ACTIVE_US, SESSIONS_MAX, q->arena, &sessions,
                             &len, err) ||
        !proctored_exam_list(s->proctor, q->arena, &exams, &exams_len, err))
        return false;
    json_t *all = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct proctored_exam *exam = exam_of(exams, exams_len, &sessions[i]);
        if (exam)
            json_array_append_new(all, session_json(&sessions[i], exam, now_us));
    }
    return response_json(
        r, 200, json_pack("{s:o, s:I}", "sessions", all, "server_us", (json_int_t)now_us), err);
}

static json_t *audit_json(const struct audit_entry *e)
{
    CLEANUP(json_decrefp) json_t *detail = NULL;
    if (!json_parse(e->detail, &detail, NULL))
        detail = json_object();
    return json_pack(
        "{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "id", (json_int_t)e->id, "time_us",
        (json_int_t)e->time_us, "by", text_json(e->actor), "action", text_json(e->action),
        "session", e->session_id.len ? text_json(e->session_id) : json_null(), "candidate",
        text_json(e->candidate), "reason", text_json(e->reason), "detail", TAKE(detail));
}

static bool list_audit(struct server *s, struct request *q, struct str session, int64_t before,
                       json_t **ret, struct error *err)
{
    struct audit_entry *entries;
    size_t len;
    if (!audit_list(s->proctor, session, before, AUDIT_MAX, q->arena, &entries, &len, err))
        return false;
    json_t *all = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(all, audit_json(&entries[i]));
    *ret = all;
    return all || error_no_memory(err);
}

bool desk_get_session(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct session session;
    struct proctored_exam exam;
    json_t *audit = NULL;
    int64_t now_us = clock_wall_us();
    if (!session_find(s->proctor, q->params[0], &session, err) ||
        !proctored_exam_find(s->proctor, str_from(session.exam_id), &exam, err) ||
        !list_audit(s, q, q->params[0], 0, &audit, err))
        return false;
    return response_json(r, 200,
                         json_pack("{s:o, s:o, s:I}", "session",
                                   session_json(&session, &exam, now_us), "audit", audit,
                                   "server_us", (json_int_t)now_us),
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
