/* Corrections of names over HTTP: a candidate asks, staff decide. */
#include "campus/name_request.h"
#include "server/access.h"
#include "server/router.h"
#include "server/server.h"

#define LIST_MAX 200 /* requests in one answer; those that wait come first */
/* Whoever sees the candidates of some exams only is given their part of that many. */
#define LOOK_MAX 5000

static json_t *request_row(const struct name_request *n)
{
    return json_pack("{s:I, s:s, s:s%, s:s%, s:s%, s:s%, s:I, s:o, s:s%, s:s%}", "id",
                     (json_int_t)n->id, "state", name_request_state_name(n->state), "username",
                     n->username.ptr, n->username.len, "old_name", n->old_name.ptr, n->old_name.len,
                     "full_name", n->full_name.ptr, n->full_name.len, "reason", n->reason.ptr,
                     n->reason.len, "created_us", (json_int_t)n->created_us, "decided_us",
                     n->decided_us ? json_integer(n->decided_us) : json_null(), "decided_by",
                     n->decided_by.ptr, n->decided_by.len, "decision_reason",
                     n->decision_reason.ptr, n->decision_reason.len);
}

static bool answer_list(struct server *s, struct request *q, struct response *r, unsigned status,
                        struct error *err)
{
    CLEANUP(json_decrefp) json_t *array = json_array();
    struct name_request *list;
    size_t len;
    int64_t whose = q->user.role == ROLE_CANDIDATE ? q->user.id : 0;
    bool part = access_viewer(q) != 0;
    if (!name_request_list(s->campus, whose, part ? LOOK_MAX : LIST_MAX, q->arena, &list, &len,
                           err))
        return false;
    for (size_t i = 0; i < len && json_array_size(array) < LIST_MAX; i++) {
        bool seen;
        if (!access_sees_candidate(s, q, list[i].user_id, &seen, err))
            return false;
        if (seen && json_array_append_new(array, request_row(&list[i])))
            return error_no_memory(err);
    }
    return response_json(r, status, json_pack("{s:O}", "requests", array), err);
}

static bool get_requests(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return answer_list(s, q, r, 200, err);
}

static bool post_request(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str name, reason;
    return request_json(q, &body, err) && request_json_only(body, "full_name reason", err) &&
           json_get_str(body, "", "full_name", USER_FULL_NAME_MAX, &name, err) &&
           json_get_str(body, "", "reason", NAME_REASON_MAX, &reason, err) &&
           name_request_make(s->campus, q->user.id, name, reason, err) &&
           answer_list(s, q, r, 201, err);
}

static bool post_decision(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str decision, reason;
    int64_t id;
    if (!request_param_i64(q, 0, &id, err) || !request_json(q, &body, err) ||
        !request_json_only(body, "decision reason", err) ||
        !json_get_str(body, "", "decision", 20, &decision, err) ||
        !json_get_str(body, "", "reason", NAME_REASON_MAX, &reason, err))
        return false;
    bool approve = str_eq(decision, STR("approved"));
    if (!approve && !str_eq(decision, STR("rejected")))
        return error_set(err, ERROR_INVALID, "decision: must be approved or rejected");
    return name_request_decide(s->campus, id, approve, reason, q->user.full_name, err) &&
           answer_list(s, q, r, 200, err);
}

#define BODY_MAX 4096

const struct route name_routes[] = {
    {HTTP_GET, "/api/campus/name-requests", ROLE_CANDIDATE | ROLE_STAFF, 0, get_requests, NULL},
    {HTTP_POST, "/api/campus/name-requests", ROLE_CANDIDATE, BODY_MAX, post_request, NULL},
    {HTTP_POST, "/api/campus/name-requests/:id/decision", ROLE_STAFF, BODY_MAX, post_decision,
     NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
