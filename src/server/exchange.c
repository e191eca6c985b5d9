#include "server/exchange.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "server/feed.h"
#include "server/uri.h"

#include <stdlib.h>
#include <string.h>

#define ARENA_MAX ((size_t)64 << 20) /* bytes: a list of all sessions of an exam fits easily */

struct exchange *exchange_create(struct server *s, const struct router *router, const char *uri)
{
    struct exchange *x = calloc(1, sizeof *x);
    char id[ID_TEXT_SIZE];
    if (!x)
        return NULL;
    id_create(id);
    memcpy(x->q.id, id, 12); /* enough to find a line of the log, and easy to read out */
    arena_init(&x->arena, ARENA_MAX);
    x->server = s;
    x->router = router;
    x->refs = 1;
    x->q.arena = &x->arena;
    x->q.transport = &x->in;
    x->began_us = clock_monotonic_us();
    x->declared = UINT64_MAX;
    struct error why;
    if (!uri_parse(str_from(uri), &x->arena, &x->q.path, &x->in.query, &why)) {
        x->q.path = STR("-");
        exchange_fail(x, &why);
    } else if (x->in.query.len) { /* libmicrohttpd's memory ends before ours */
        x->in.query = arena_copy(&x->arena, x->in.query);
    }
    return x;
}

void exchange_destroy(struct exchange *x)
{
    if (!x)
        return;
    buf_done(&x->body);
    buf_done(&x->chunk);
    response_done(&x->r);
    arena_done(&x->arena);
    free(x);
}

void exchange_fail(struct exchange *x, const struct error *why)
{
    if (http_status(why->code) == 500 || why->code == ERROR_NO_MEMORY)
        log_line(LOG_ERROR, "http", "request %s: %s: %s", x->q.id, error_code_name(why->code),
                 why->message);
    memset(&x->r.source, 0, sizeof x->r.source);
    feed_leave(&x->r.feed);
    response_error(&x->r, &x->q, 0, why);
    x->answered = true;
}

void exchange_start(struct exchange *x)
{
    struct error why = {0};
    unsigned allow = 0;
    x->seen = true;
    if (x->answered)
        return;
    if (!router_find(x->router, &x->q, &x->route, &allow, &why)) {
        exchange_fail(x, &why);
        return;
    }
    if (!x->route) {
        router_answer_method(&x->q, allow, &x->r);
        x->answered = true;
        return;
    }
    if (x->declared != UINT64_MAX && x->declared > x->route->body_max) {
        error_set(&why, ERROR_TOO_LARGE, "the body is over %zu bytes", x->route->body_max);
        exchange_fail(x, &why);
    }
}

void exchange_collect(struct exchange *x, struct str bytes)
{
    struct error why;
    if (bytes.len > x->route->body_max - x->body.len) {
        error_set(&why, ERROR_TOO_LARGE, "the body is over %zu bytes", x->route->body_max);
        exchange_fail(x, &why);
        buf_done(&x->body);
        return;
    }
    buf_add(&x->body, bytes);
    if (!buf_ok(&x->body, &why))
        exchange_fail(x, &why);
}

/* ---- on a worker ---- */

static void run_handler(struct exchange *x)
{
    struct error why = {0};
    x->q.body = buf_str(&x->body);
    if (!router_admit(x->router, x->server, x->route, &x->q, &why) ||
        !x->route->handle(x->server, &x->q, &x->r, &why))
        exchange_fail(x, &why);
    x->answered = true;
    buf_done(&x->body);
    x->q.body = (struct str){NULL, 0};
}

/* An upload begins with its first part, not with its headers: one that fits into a part is one
 * step, and a client that says nothing holds no writer's place. False when it is answered instead.
 */
static bool begin_upload(struct exchange *x)
{
    struct error why = {0};
    if (x->begun)
        return x->upload != NULL;
    x->begun = true;
    if (!router_admit(x->router, x->server, x->route, &x->q, &why) ||
        !x->route->upload->begin(x->server, &x->q, &x->r, &x->upload, &why)) {
        x->upload = NULL;
        exchange_fail(x, &why);
    } else if (!x->upload) {
        x->answered = true;
    }
    return x->upload != NULL;
}

static void end_upload(struct exchange *x, bool cut)
{
    void *upload = x->upload;
    x->upload = NULL;
    x->route->upload->end(upload, cut);
}

static bool run_add(struct exchange *x)
{
    struct error why = {0};
    if (!begin_upload(x)) {
        buf_done(&x->body);
        return false;
    }
    if (x->body.len == 0)
        return true;
    bool good = x->route->upload->add(x->upload, buf_str(&x->body), &why);
    buf_clear(&x->body);
    if (!good) {
        end_upload(x, false);
        buf_done(&x->body);
        exchange_fail(x, &why);
    }
    return good;
}

static void run_finish(struct exchange *x)
{
    struct error why = {0};
    if (!run_add(x))
        return;
    if (!x->route->upload->finish(x->upload, &x->r, &why))
        exchange_fail(x, &why);
    end_upload(x, false);
    buf_done(&x->body);
    x->answered = true;
}

static void run_read(struct exchange *x)
{
    struct error why = {0};
    x->chunk_at += x->chunk.len;
    buf_clear(&x->chunk);
    size_t want = (size_t)MIN((uint64_t)EXCHANGE_CHUNK, x->r.source.size - x->chunk_at);
    if (!x->r.source.read(x->r.source.context, x->chunk_at, want, &x->chunk, &why) ||
        !buf_ok(&x->chunk, &why) || x->chunk.len == 0 || x->chunk.len > want) {
        log_line(LOG_ERROR, "http", "request %s: the answer broke off: %s", x->q.id, why.message);
        x->source_failed = true;
    }
}

/* The connection broke before the first part was full: what is there may still be kept. Not of a
 * POST: its client never learnt the name of what it was to make. */
static bool has_unbegun_part(const struct exchange *x)
{
    return x->route && x->route->upload && !x->begun && !x->answered && x->body.len > 0 &&
           x->q.method != HTTP_POST;
}

bool exchange_needs_worker_to_end(const struct exchange *x)
{
    return x->upload || has_unbegun_part(x) || x->r.source.close;
}

void exchange_log(const struct exchange *x)
{
    log_line(LOG_INFO, "http", "%s %s " STR_FMT " %u %" PRIu64 " %" PRId64 " ms%s", x->q.id,
             http_method_name(x->q.method), STR_ARG(x->q.path), x->sent_status, x->received,
             (clock_monotonic_us() - x->began_us) / 1000, x->whole ? "" : " cut");
}

void exchange_run(struct exchange *x)
{
    switch (x->step) {
    case EXCHANGE_HANDLE:
        run_handler(x);
        break;
    case EXCHANGE_ADD:
        run_add(x);
        break;
    case EXCHANGE_FINISH:
        run_finish(x);
        break;
    case EXCHANGE_READ:
        run_read(x);
        break;
    case EXCHANGE_END:
        if ((x->upload || has_unbegun_part(x)) && run_add(x))
            end_upload(x, true);
        exchange_destroy(x);
        break;
    case EXCHANGE_NONE:
        break;
    }
}
