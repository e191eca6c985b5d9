/* Corrections of names over HTTP: a candidate asks, staff decide. */
#include "campus/name_request.h"
#include "server/router.h"
#include "server/server.h"

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

static bool post_request(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str name, reason;
    int64_t id;
    return request_json(q, &body, err) && request_json_only(body, "full_name reason", err) &&
           json_get_str(body, "", "full_name", USER_FULL_NAME_MAX, &name, err) &&
           json_get_str(body, "", "reason", NAME_REQUEST_REASON_MAX, &reason, err) &&
           name_request_make(s->campus, q->user.id, name, reason, &id, err) &&
           response_json(r, 201, json_pack("{s:I}", "id", (json_int_t)id), err);
}

static bool get_requests(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct name_request *list;
    size_t len;
    if (!name_request_list(s->campus, q->arena, &list, &len, err))
        return false;
    CLEANUP(json_decrefp) json_t *array = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct name_request *n = &list[i];
        json_array_append_new(
            array,
            json_pack("{s:I, s:o, s:o, s:o, s:o, s:s, s:I, s:o, s:o, s:o}", "id", (json_int_t)n->id,
                      "username", text_json(n->username), "from", text_json(n->from), "full_name",
                      text_json(n->full_name), "reason", text_json(n->reason), "state",
                      name_request_state_name(n->state), "created_us", (json_int_t)n->created_us,
                      "decided_us", n->decided_us ? json_integer(n->decided_us) : json_null(),
                      "decided_by", text_json(n->decided_by), "decided_reason",
                      text_json(n->decided_reason)));
    }
    return response_json(r, 200, json_pack("{s:O}", "requests", array), err);
}

static bool post_decision(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str decision, reason;
    int64_t id;
    if (!request_param_i64(q, 0, &id, err) || !request_json(q, &body, err) ||
        !request_json_only(body, "decision reason", err) ||
        !json_get_str(body, "", "decision", 16, &decision, err) ||
        !json_get_str(body, "", "reason", NAME_REQUEST_REASON_MAX, &reason, err))
        return false;
    bool approve = str_eq(decision, STR("approved"));
    if (!approve && !str_eq(decision, STR("rejected")))
        return error_set(err, ERROR_INVALID, "decision: must be approved or rejected");
    return name_request_decide(s->campus, id, approve, q->user.id, q->user.full_name, reason,
                               err) &&
           response_json(r, 200, json_object(), err);
}

const struct route name_routes[] = {
    {HTTP_POST, "/api/campus/name-requests", ROLE_CANDIDATE, 4096, post_request, NULL},
    {HTTP_GET, "/api/campus/name-requests", ROLE_STAFF, 0, get_requests, NULL},
    {HTTP_POST, "/api/campus/name-requests/:id/decision", ROLE_STAFF, 4096, post_decision, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
