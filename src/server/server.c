#include "server/server.h"

#include "server/access.h"
#include "server/live_ticker.h"
#include "server/state.h"
#include "server/static.h"

#include <stdlib.h>

#define STOP_WAIT_MS 8000 /* with what ends afterwards, less than the 10 s that are promised */

const struct route *const server_route_tables[] = {
    sign_in_routes,
    tus_routes,
    campus_routes,
    proctor_routes,
    review_list_routes,
    review_routes,
    review_measured_routes,
    review_identity_routes,
    answers_routes,
    review_say_routes,
    accommodation_routes,
    support_routes,
    attempt_routes,
    attachment_routes,
    name_routes,
    identity_routes,
    rejudge_routes,
    result_routes,
    release_routes,
    checkin_routes,
    checkin_staff_routes,
    app_routes,
    live_routes,
    plugin_routes,
    staff_routes,
    paper_routes,
    NULL,
};

/* The guide's own, where the deployment names no other. */
static void set_contact(struct server_contact *c)
{
    c->name = c->name ? c->name : "One-Stop Center";
    c->phone = c->phone ? c->phone : "1 (844) 753-2020";
    c->hours = c->hours ? c->hours : "24 hours a day, 7 days a week";
}

bool server_start(struct server *s, struct error *err)
{
    set_contact(&s->options.contact);
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
                   .identify = sign_in_identify,
                   .reach = access_object},
    };
    s->state = calloc(1, sizeof *s->state);
    if (!s->state)
        return error_no_memory(err);
    if (!logins_create(s->store, s->campus, &s->state->logins, err) ||
        !throttle_create(&s->state->throttle, err) || !throttle_create(&s->state->pairing, err) ||
        !builds_create(s->options.downloads, &s->state->builds, err) ||
        !events_create(s, &(struct events_options){0}, &s->state->events, err) ||
        !live_ticker_create(s, &s->state->live, err) ||
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
    events_close(s->state->events); /* streams never end by themselves */
    transport_stop(s->state->transport, STOP_WAIT_MS);
    live_ticker_destroy(s->state->live);
    events_destroy(s->state->events);
    throttle_destroy(s->state->throttle);
    throttle_destroy(s->state->pairing);
    builds_destroy(s->state->builds);
    logins_destroy(s->state->logins);
    free(s->state);
    s->state = NULL;
}
