/* The check-in from the other side: identity profiles that wait for a person, and what support can
 * do for a candidate who is stuck. */
#include "proctor/check.h"
#include "proctor/profile.h"
#include "proctor/profile_pictures.h"
#include "server/access.h"
#include "server/api_profile.h"
#include "server/router.h"
#include "server/server.h"

#define ROLE_DESK (ROLE_SUPPORT | ROLE_STAFF)
#define LIST_MAX 200
#define LIST_USUAL 50

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

static json_t *score_json(double score, double least)
{
    return score >= least ? json_real(score) : json_null();
}

static struct profile_staff staff(const struct request *q)
{
    return (struct profile_staff){.ref = q->user.id, .name = q->user.full_name};
}

/* ---- profiles ---- */

static bool profile_json(const struct profile *p, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *reasons = NULL;
    if (!json_parse(p->reasons, &reasons, err))
        return error_wrap(err, "the reasons of a profile");
    *ret = json_pack("{s:s, s:o, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:O}", "id", p->id,
                     "candidate", text_json(p->name), "state", profile_state_name(p->state), "face",
                     profile_part_state_name(p->parts[PROFILE_FACE].state), "id_card",
                     profile_part_state_name(p->parts[PROFILE_ID].state), "created_us",
                     (json_int_t)p->created_us, "updated_us", (json_int_t)p->updated_us,
                     "expires_us", p->expires_us ? json_integer(p->expires_us) : json_null(),
                     "face_score", score_json(p->face_score, -1), "name_score",
                     score_json(p->name_score, 0), "reasons", reasons);
    return *ret || error_no_memory(err);
}

static bool read_state(struct str text, enum profile_state *ret, struct error *err)
{
    *ret = PROFILE_NONE;
    if (!text.ptr)
        return true;
    for (int i = PROFILE_PENDING; i < PROFILE_STATES; i++)
        if (str_eq(text, str_from(profile_state_name((enum profile_state)i))))
            *ret = (enum profile_state)i;
    return *ret != PROFILE_NONE ||
           error_set(err, ERROR_INVALID, "state: must be pending, approved, rejected or expired");
}

static bool get_profiles(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct str limit = request_query(q, "limit");
    uint64_t max = LIST_USUAL;
    enum profile_state state;
    struct profile *profiles;
    size_t len;
    if (limit.ptr && (!str_to_u64(limit, &max) || max == 0 || max > LIST_MAX))
        return error_set(err, ERROR_INVALID, "limit: must be a number from 1 to %d", LIST_MAX);
    if (!read_state(request_query(q, "state"), &state, err) ||
        !profile_list(s->proctor, access_viewer(q), state, request_query(q, "after"), (size_t)max,
                      q->arena, &profiles, &len, err))
        return false;
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        json_t *one;
        if (!profile_json(&profiles[i], &one, err))
            return false;
        json_array_append_new(list, one);
    }
    return response_json(r, 200, json_pack("{s:O}", "profiles", list), err);
}

static json_t *history_json(const struct profile_event *events, size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(
            list, json_pack("{s:I, s:o, s:o, s:o}", "time_us", (json_int_t)events[i].time_us,
                            "kind", text_json(events[i].kind), "by", text_json(events[i].by),
                            "detail", text_json(events[i].detail)));
    return list;
}

bool api_profile_whole_json(struct proctor *p, const struct profile *profile, struct arena *arena,
                            json_t **ret, struct error *err)
{
    struct profile_event *events;
    size_t len;
    CLEANUP(json_decrefp) json_t *answer = NULL;
    CLEANUP(json_decrefp) json_t *reading = NULL;
    if (!profile_history(p, str_from(profile->id), arena, &events, &len, err) ||
        !profile_reading(p, profile, &reading, err) || !profile_json(profile, &answer, err))
        return false;
    json_object_set(answer, "reading", reading);
    json_object_set_new(answer, "history", history_json(events, len));
    *ret = TAKE(answer);
    return true;
}

static bool answer_profile(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    struct profile profile;
    json_t *answer;
    return profile_find_by_id(s->proctor, q->params[0], q->arena, &profile, err) &&
           api_profile_whole_json(s->proctor, &profile, q->arena, &answer, err) &&
           response_json(r, 200, answer, err);
}

static bool picture(struct server *s, struct request *q, struct response *r, enum profile_part part,
                    struct error *err)
{
    struct profile profile;
    struct profile_staff by = staff(q);
    if (!profile_find_by_id(s->proctor, q->params[0], q->arena, &profile, err) ||
        !profile_picture(s->proctor, &profile, part, &r->body, err) ||
        !profile_viewed(s->proctor, q->params[0], part, &by, err))
        return false;
    response_header(r, "Content-Type", "image/jpeg");
    response_header(r, "Cache-Control", "no-store");
    return buf_ok(&r->body, err);
}

static bool get_face(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return picture(s, q, r, PROFILE_FACE, err);
}

static bool get_id(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return picture(s, q, r, PROFILE_ID, err);
}

static bool post_decision(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str decision, reason;
    struct profile_staff by = staff(q);
    if (!request_json(q, &body, err) || !request_json_only(body, "decision reason", err) ||
        !json_get_str(body, "", "decision", 16, &decision, err) ||
        !json_get_str(body, "", "reason", PROFILE_REASON_MAX, &reason, err))
        return false;
    bool approve = str_eq(decision, STR("approved"));
    if (!approve && !str_eq(decision, STR("rejected")))
        return error_set(err, ERROR_INVALID, "decision: must be approved or rejected");
    return profile_decide(s->proctor, q->params[0], approve, &by, reason, err) &&
           answer_profile(s, q, r, err);
}

/* ---- the desk ---- */

static bool post_override(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    enum check_point point = check_point_from_name(q->params[1]);
    struct str reason;
    return request_json(q, &body, err) && request_json_only(body, "reason", err) &&
           json_get_str(body, "", "reason", CHECK_REASON_MAX, &reason, err) &&
           check_override(s->proctor, q->params[0], point, q->user.id, q->user.full_name, reason,
                          err) &&
           response_json(r, 200, json_object(), err);
}

static bool post_retake(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct profile_staff by = staff(q);
    struct str what, reason;
    if (!request_json(q, &body, err) || !request_json_only(body, "what reason", err) ||
        !json_get_str(body, "", "what", 8, &what, err) ||
        !json_get_str(body, "", "reason", PROFILE_REASON_MAX, &reason, err))
        return false;
    bool face = str_eq(what, STR("face"));
    if (!face && !str_eq(what, STR("id")))
        return error_set(err, ERROR_INVALID, "what: must be face or id");
    return profile_retake(s->proctor, q->params[0], face ? PROFILE_FACE : PROFILE_ID, &by, reason,
                          err) &&
           response_json(r, 200, json_object(), err);
}

#define PROFILES "/api/review/profiles"

const struct route checkin_staff_routes[] = {
    {HTTP_GET, PROFILES, ROLE_STAFF, 0, get_profiles, NULL},
    {HTTP_GET, PROFILES "/:profile", ROLE_STAFF, 0, answer_profile, NULL},
    {HTTP_GET, PROFILES "/:profile/pictures/face", ROLE_STAFF, 0, get_face, NULL},
    {HTTP_GET, PROFILES "/:profile/pictures/id", ROLE_STAFF, 0, get_id, NULL},
    {HTTP_POST, PROFILES "/:profile/decision", ROLE_STAFF, 4096, post_decision, NULL},
    {HTTP_POST, "/api/support/sessions/:session/checks/:point/override", ROLE_DESK, 4096,
     post_override, NULL},
    {HTTP_POST, "/api/support/sessions/:session/retake", ROLE_DESK, 4096, post_retake, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
