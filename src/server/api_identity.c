/* A candidate's own identity profile, for the Profile page of the portal. */
#include "proctor/provider.h"
#include "server/router.h"
#include "server/server.h"

static bool get_identity(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *reasons = NULL;
    struct provider_identity x;
    if (!provider_identity(s->proctor, q->user.id, q->arena, &x, err))
        return false;
    if (!json_parse(x.reasons_json, &reasons, err))
        return error_wrap(err, "the reasons of a profile");
    json_t *name = x.name.len ? json_stringn(x.name.ptr, x.name.len) : json_null();
    return response_json(r, 200,
                         json_pack("{s:s, s:s, s:s, s:o, s:o, s:O}", "state", x.state, "face",
                                   x.face, "id_card", x.id_card, "name", name, "expires_us",
                                   x.expires_us ? json_integer(x.expires_us) : json_null(),
                                   "reasons", reasons),
                         err);
}

const struct route identity_routes[] = {
    {HTTP_GET, "/api/campus/identity", ROLE_CANDIDATE, 0, get_identity, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
