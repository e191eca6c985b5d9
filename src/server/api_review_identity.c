/* Who sat the exam, beside the recording of it: the candidate's identity profile with its pictures.
 * By the session and not by the profile, so that whoever may not see a session sees no face of it.
 * Each picture that is looked at is a line of the profile's history. */
#include "identity/template.h"
#include "proctor/profile_pictures.h"
#include "proctor/session.h"
#include "server/api_profile.h"
#include "server/router.h"
#include "server/server.h"

#include <math.h>

static bool find(struct server *s, struct request *q, struct profile *ret, struct error *err)
{
    struct session session;
    return session_find(s->proctor, q->params[0], &session, err) &&
           profile_find(s->proctor, session.user_ref, q->arena, ret, err);
}

static json_t *poses_json(const char *const *poses, size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(list, json_string(poses[i]));
    return list;
}

static bool profile_value(struct server *s, struct request *q, const struct profile *profile,
                          json_t **ret, struct error *err)
{
    const char *poses[CHALLENGE_PROMPTS];
    size_t len;
    CLEANUP(json_decrefp) json_t *value = NULL;
    if (!profile_poses(s->proctor, profile, poses, &len, err) ||
        !api_profile_whole_json(s->proctor, profile, q->arena, &value, err))
        return false;
    json_object_set_new(value, "poses", poses_json(poses, len));
    *ret = TAKE(value);
    return true;
}

static bool get_identity(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct profile profile;
    CLEANUP(json_decrefp) json_t *value = NULL;
    if (!find(s, q, &profile, err))
        return false;
    bool there = profile.id[0];
    if (there && !profile_value(s, q, &profile, &value, err))
        return false;
    response_header(r, "Cache-Control", "no-store");
    return response_json(r, 200,
                         json_pack("{s:o, s:I}", "profile",
                                   there ? json_incref(value) : json_null(), "same",
                                   (json_int_t)lround(100 * (double)IDENTITY_SAME_MIN)),
                         err);
}

static bool read_picture(struct server *s, const struct profile *profile, struct str which,
                         struct buf *to, struct error *err)
{
    if (str_eq(which, STR("id")))
        return profile_picture(s->proctor, profile, PROFILE_ID, to, err);
    if (str_eq(which, STR("face")))
        return profile_picture(s->proctor, profile, PROFILE_FACE, to, err);
    return profile_pose(s->proctor, profile, which, to, err);
}

static bool get_picture(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct profile profile;
    struct str which = q->params[1];
    enum profile_part part = str_eq(which, STR("id")) ? PROFILE_ID : PROFILE_FACE;
    const struct profile_staff by = {.ref = q->user.id, .name = q->user.full_name};
    if (!find(s, q, &profile, err))
        return false;
    if (!profile.id[0])
        return error_set(err, ERROR_NOT_FOUND, "no identity profile is kept");
    if (!read_picture(s, &profile, which, &r->body, err) ||
        !profile_viewed(s->proctor, str_from(profile.id), part, &by, err))
        return false;
    response_header(r, "Content-Type", "image/jpeg");
    response_header(r, "Cache-Control", "no-store");
    return buf_ok(&r->body, err);
}

#define IDENTITY "/api/review/sessions/:session/identity"

const struct route review_identity_routes[] = {
    {HTTP_GET, IDENTITY, ROLE_STAFF, 0, get_identity, NULL},
    {HTTP_GET, IDENTITY "/pictures/:picture", ROLE_STAFF, 0, get_picture, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
