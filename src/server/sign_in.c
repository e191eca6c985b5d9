/* Signing in and out, and who one is. */
#include "base/clock.h"
#include "campus/user.h"
#include "crypto/crypto.h"
#include "crypto/password.h"
#include "proctor/app_link.h"
#include "server/inbound.h"
#include "server/router.h"
#include "server/server.h"
#include "server/state.h"

#define COOKIE "pt_session"
#define COOKIE_AGE_S (INT64_C(7) * 24 * 3600)
#define BODY_MAX 4096

static json_t *user_json(const struct user *u)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)u->id, "username", u->username,
                     "full_name", u->full_name, "email", u->email, "role", user_role_name(u->role));
}

static void set_cookie(const struct server *s, const struct request *q, struct response *r,
                       const char *token, int64_t age_s)
{
    const struct inbound *in = q->transport;
    const char *origin = s->options.public_origin;
    bool secure = in->tls || (origin && str_starts(str_from(origin), STR("https://")));
    response_header(r, "Set-Cookie",
                    arena_printf(q->arena,
                                 COOKIE "=%s; Path=/; Max-Age=%" PRId64
                                        "; HttpOnly; SameSite=Strict%s",
                                 token, age_s, secure ? "; Secure" : ""));
}

/* The desktop app of a session: who it is for, with no other rights than the app's. */
static bool app_identify(struct server *s, const struct request *q, struct str token,
                         struct server_user *ret, struct error *err)
{
    char session[ID_TEXT_SIZE];
    int64_t user;
    if (!app_link_whose(s->proctor, token, session, &user, err))
        return false;
    if (!session[0])
        return true;
    *ret = (struct server_user){
        .id = user, .role = ROLE_APP, .session = arena_copy(q->arena, str_from(session))};
    return ret->session.ptr || error_no_memory(err);
}

bool sign_in_identify(struct server *s, const struct request *q, struct server_user *ret,
                      struct error *err)
{
    struct str token = request_cookie(q, COOKIE);
    struct str bearer = request_header(q, "Authorization");
    if (str_starts(bearer, STR("Bearer "))) /* an app, and never a cookie beside it */
        return app_identify(s, q, str_slice(bearer, sizeof "Bearer", bearer.len), ret, err);
    return token.len == 0 || login_find(s->state->logins, token, q->arena, ret, err);
}

static bool check_password(struct server *s, struct request *q, struct response *r,
                           struct user *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str username, password, peer = request_peer(q);
    struct error why = {0};
    if (!request_json(q, &body, err) || !request_json_only(body, "username password", err) ||
        !json_get_str(body, "", "username", USER_NAME_MAX, &username, err) ||
        !json_get_str(body, "", "password", PASSWORD_MAX, &password, err))
        return false;
    struct throttle *throttle = s->state->throttle;
    unsigned wait_s = throttle_wait_s(throttle, username, peer, clock_monotonic_us());
    if (wait_s > 0) {
        response_header(r, "Retry-After", arena_printf(q->arena, "%u", wait_s));
        return error_set(err, ERROR_THROTTLED, "too many attempts, please wait %u s", wait_s);
    }
    bool good = user_check_password(s->campus, username, password, ret, &why);
    if (good)
        throttle_passed(throttle, username, peer);
    else if (why.code == ERROR_UNAUTHORIZED)
        throttle_failed(throttle, username, peer, clock_monotonic_us());
    return good || error_set(err, why.code, "%s", why.message);
}

static bool sign_in(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct user user;
    char token[TOKEN_TEXT_SIZE];
    if (!check_password(s, q, r, &user, err) ||
        !login_end(s->state->logins, request_cookie(q, COOKIE), err) ||
        !login_begin(s->state->logins, user.id, token, err))
        return false;
    set_cookie(s, q, r, token, COOKIE_AGE_S);
    crypto_wipe(token, sizeof token);
    return response_json(r, 200, json_pack("{s:o}", "user", user_json(&user)), err);
}

static bool sign_out(struct server *s, struct request *q, struct response *r, struct error *err)
{
    if (!login_end(s->state->logins, request_cookie(q, COOKIE), err))
        return false;
    events_end_user(s->state->events, q->user.id);
    set_cookie(s, q, r, "", 0);
    r->status = 204;
    return true;
}

static bool who_am_i(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct user user;
    return user_find(s->campus, q->user.id, &user, err) &&
           response_json(r, 200,
                         json_pack("{s:o, s:I}", "user", user_json(&user), "server_us",
                                   (json_int_t)clock_wall_us()),
                         err);
}

const struct route sign_in_routes[] = {
    {HTTP_POST, "/api/sign-in", ROLE_ANYONE | ROUTE_SLOW, BODY_MAX, sign_in, NULL},
    {HTTP_POST, "/api/sign-out", ROLE_ANYONE, BODY_MAX, sign_out, NULL},
    {HTTP_GET, "/api/me", ROLE_SIGNED_IN, 0, who_am_i, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
