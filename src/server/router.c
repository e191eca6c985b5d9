/* Which handler a request is for, and whether it may be made at all. */
#include "server/router.h"

#include "server/inbound.h"
#include "server/uri.h"

#include <string.h>

static unsigned method_bit(enum http_method method) { return 1u << method; }

/* The method that the client means on a route that may be overridden; else the one it used. */
static enum http_method effective_method(const struct request *q, const struct route *route)
{
    struct str name = {NULL, 0};
    if (route->roles & ROUTE_OVERRIDE)
        name = request_header(q, "X-HTTP-Method-Override");
    return name.ptr ? http_method_from(name) : q->method;
}

bool router_find(const struct router *router, struct request *q, const struct route **ret,
                 unsigned *ret_allow, struct error *err)
{
    const struct route *get = NULL;
    struct str params[HTTP_PARAMS_MAX] = {{NULL, 0}};
    enum http_method method = q->method;
    unsigned allow = 0;
    for (size_t t = 0; router->tables[t]; t++)
        for (const struct route *row = router->tables[t]; row->method != HTTP_NONE; row++) {
            struct str found[HTTP_PARAMS_MAX] = {{NULL, 0}};
            if (!uri_match(row->pattern, q->path, found, HTTP_PARAMS_MAX))
                continue;
            method = effective_method(q, row);
            allow |= method_bit(row->method);
            if (row->method == method) {
                memcpy(q->params, found, sizeof found);
                q->method = method;
                *ret = row;
                return true;
            }
            if (row->method == HTTP_GET && method == HTTP_HEAD) {
                get = row;
                memcpy(params, found, sizeof found);
            }
        }
    if (allow == 0 && router->fallback && !str_starts(q->path, STR("/api/"))) {
        allow = method_bit(HTTP_GET);
        if (q->method == HTTP_GET || q->method == HTTP_HEAD)
            get = router->fallback;
    }
    if (get) {
        memcpy(q->params, params, sizeof params);
        q->method = method;
        *ret = get;
        return true;
    }
    if (allow == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is nothing at this address");
    *ret = NULL;
    *ret_allow = allow;
    return true;
}

void router_answer_method(struct request *q, unsigned allow, struct response *r)
{
    CLEANUP(buf_done) struct buf list = {0};
    if (allow & method_bit(HTTP_GET))
        allow |= method_bit(HTTP_HEAD);
    allow |= method_bit(HTTP_OPTIONS);
    for (unsigned i = HTTP_GET; i <= HTTP_OPTIONS; i++)
        if (allow & 1u << i)
            buf_printf(&list, "%s%s", list.len ? ", " : "", http_method_name((enum http_method)i));
    response_header(r, "Allow", arena_copy(q->arena, buf_str(&list)).ptr);
    if (q->method == HTTP_OPTIONS) {
        r->status = 204;
        return;
    }
    struct error why;
    error_set(&why, ERROR_UNSUPPORTED, "this address does not take that method");
    response_error(r, q, 405, &why);
}

/* Cross-site request forgery: browsers say where a request comes from, and no page can change what
 * they say. Programs say nothing, and carry no one's cookies by accident. */
static bool comes_from_us(const struct router *router, const struct request *q, struct error *err)
{
    const struct inbound *in = q->transport;
    struct str site = request_header(q, "Sec-Fetch-Site");
    struct str origin = request_header(q, "Origin");
    bool same = !site.ptr || str_eq(site, STR("same-origin")) || str_eq(site, STR("none"));
    if (same && origin.ptr) {
        struct str scheme = in && in->tls ? STR("https://") : STR("http://");
        struct str host = request_header(q, "Host");
        if (router->public_origin)
            same = str_eq(origin, str_from(router->public_origin));
        else
            same = host.len > 0 && str_starts(origin, scheme) &&
                   str_eq_nocase(str_slice(origin, scheme.len, origin.len), host);
    }
    if (!same)
        return error_set(err, ERROR_FORBIDDEN, "this request comes from another site");
    return true;
}

bool router_admit(const struct router *router, struct server *s, const struct route *route,
                  struct request *q, struct error *err)
{
    bool harmless = q->method == HTTP_GET || q->method == HTTP_HEAD || q->method == HTTP_OPTIONS;
    if (!harmless && !comes_from_us(router, q, err))
        return false;
    if (route == router->fallback) /* pages are for everybody: no need to ask who it is */
        return true;
    if (router->identify && !router->identify(s, q, &q->user, err))
        return false;
    if ((route->roles & ROLE_ANYONE) == ROLE_ANYONE)
        return true;
    if (q->user.id == 0)
        return error_set(err, ERROR_UNAUTHORIZED,
                         route->roles & ROLE_APP ? "this app is not connected to a session"
                                                 : "please sign in");
    if (!(route->roles & (ROLE_SIGNED_IN | ROLE_APP) & q->user.role))
        return error_set(err, ERROR_FORBIDDEN, "your role may not do this");
    return !router->reach || router->reach(s, route, q, err);
}
