/* A session under another policy, as a preview beside what was found: nothing is changed, and that
 * somebody looked is noted. */
#include "crypto/hash.h"
#include "proctor/audit.h"
#include "proctor/rejudge.h"
#include "proctor/session.h"
#include "server/api_review.h"
#include "server/router.h"
#include "server/server.h"

#include <stdlib.h>

#define BODY_MAX (POLICY_BYTES_MAX + ((size_t)1 << 10))

/* {"policy": a built-in one's name, or a whole policy (docs/policy.md)} */
static bool read_policy(struct request *q, struct policy *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    CLEANUP(freep) char *text = NULL;
    struct str name;
    if (!request_json(q, &body, err) || !request_json_only(body, "policy", err))
        return false;
    const json_t *policy = json_object_get(body, "policy");
    if (json_is_object(policy))
        return json_text(policy, &text, err) &&
               (policy_parse(str_from(text), ret, err) || error_wrap(err, "policy"));
    if (!json_get_str(body, "", "policy", 64, &name, err))
        return false;
    return policy_builtin(name, ret, err) ||
           error_set(err, ERROR_INVALID, "policy: must be open, standard, strict or a policy");
}

static bool note(struct server *server, const struct request *q, const struct session *s,
                 const struct policy *policy, const struct rejudgement *r, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    unsigned char digest[SHA256_SIZE];
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    if (!policy_text(policy, &text, err))
        return false;
    sha256(str_from(text), digest);
    str_to_hex(str_bytes(digest, sizeof digest), hex);
    const struct audit_entry entry = {.actor_ref = q->user.id,
                                      .actor = q->user.full_name,
                                      .action = STR("rejudged"),
                                      .session_id = str_from(s->id),
                                      .user_ref = s->user_ref,
                                      .candidate = str_from(s->candidate),
                                      .reason = STR("")};
    return audit_add(server->proctor, &entry,
                     json_pack("{s:s, s:s, s:I}", "policy", policy->name, "policy_sha256", hex,
                               "flags", (json_int_t)r->flags_len),
                     err);
}

static bool post_rejudge(struct server *server, struct request *q, struct response *r,
                         struct error *err)
{
    struct session s;
    struct policy policy;
    struct rejudgement found;
    struct incident *incidents;
    size_t incidents_len;
    CLEANUP(json_decrefp) json_t *policy_value = NULL;
    if (!session_find(server->proctor, q->params[0], &s, err) || !read_policy(q, &policy, err) ||
        !rejudge(server->proctor, q->params[0], &policy, q->arena, &found, err) ||
        !flag_incidents(found.flags, found.flags_len, q->arena, &incidents, &incidents_len, err) ||
        !policy_json(&policy, &policy_value, err) || !note(server, q, &s, &policy, &found, err))
        return false;
    json_t *answer =
        json_pack("{s:O, s:I, s:I, s:o, s:o}", "policy", policy_value, "recordings",
                  (json_int_t)found.recordings, "without", (json_int_t)found.without, "flags",
                  review_flags_json(found.flags, found.flags_len), "incidents",
                  review_incidents_json(incidents, incidents_len, found.flags));
    return response_json(r, 200, answer, err);
}

/* On the slow lane: a long session of three recordings is some seconds of computing, which must not
 * hold up those who sit an exam. */
const struct route rejudge_routes[] = {
    {HTTP_POST, "/api/review/sessions/:session/rejudge", ROLE_STAFF | ROUTE_SLOW, BODY_MAX,
     post_rejudge, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
