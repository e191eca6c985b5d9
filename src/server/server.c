#include "server/server.h"

#include "server/state.h"
#include "server/static.h"

#include <stdlib.h>

#define STOP_WAIT_MS 8000 /* with what ends afterwards, less than the 10 s that are promised */

const struct route *const server_route_tables[] = {sign_in_routes,    tus_routes,    campus_routes,
                                                   proctor_routes,    review_routes, attempt_routes,
                                                   attachment_routes, name_routes,   NULL};

bool server_start(struct server *s, struct error *err)
{
    const struct server_options *o = &s->options;
    const struct transport_options options = {
        .address = o->address,
        .port = o->port,
        .tls_cert = o->tls_cert,
        .tls_key = o->tls_key,
        .epoll_threads = o->epoll_threads,
        .worker_threads = o->worker_threads,
        .router = {.tables = server_route_tables,
                   .fallback = &static_route,
                   .public_origin = o->public_origin,
                   .identify = sign_in_identify},
    };
    s->state = calloc(1, sizeof *s->state);
    if (!s->state)
        return error_no_memory(err);
    if (!logins_create(s->store, s->campus, &s->state->logins, err) ||
        !throttle_create(&s->state->throttle, err) ||
        !transport_start(s, &options, &s->state->transport, err)) {
        server_stop(s);
        return false;
    }
    return true;
}

uint16_t server_port(const struct server *s) { return transport_port(s->state->transport); }

void server_stop(struct server *s)
{
    if (!s->state)
        return;
    transport_stop(s->state->transport, STOP_WAIT_MS);
    throttle_destroy(s->state->throttle);
    logins_destroy(s->state->logins);
    free(s->state);
    s->state = NULL;
}
