#include "server/transport.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/queue.h"
#include "server/connections.h"
#include "server/exchange.h"
#include "server/feed.h"
#include "server/listen.h"
#include "server/security.h"

#include <assert.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOLL_THREADS 2
#define WORKER_THREADS                                                                             \
    32                 /* they mostly wait for the disk: the more, the more writes share a flush */
#define SLOW_THREADS 2 /* Argon2id takes 64 MiB and a core each */
#define CONNECTIONS 4096
#define IDLE_S 20
#define HEADER_GRACE 2                 /* times idle_s: for headers that come in drops */
#define DRAIN_MAX (UINT64_C(16) << 20) /* bytes read to their end only to deliver an error */
#define RATE_MIN 1024                  /* bytes/s of a body, on average... */
#define RATE_GRACE_US (60 * SECOND_US) /* ...after this */
#define PEM_MAX (1 << 20)
#define FEED_BLOCK                                                                                 \
    1024 /* bytes; what is sent at a time is as much as the connection has room for */

struct transport {
    struct server *server;
    struct transport_options options;
    struct MHD_Daemon *daemon;
    int listen_fd; /* owned */
    uint16_t port;
    char *tls_cert, *tls_key; /* owned; the texts */
    char start_message[200];  /* what libmicrohttpd said while it started */
    bool started;

    pthread_mutex_t lock;   /* of what follows */
    pthread_cond_t changed; /* monotonic; for transport_stop() */
    size_t exchanges;       /* begun and not ended */
    size_t steps;           /* given to workers, their connections suspended */
    bool stopping;          /* new requests are turned away */
    bool closed;            /* no new steps */

    struct queue *jobs, *slow_jobs;
    pthread_t *threads;
    size_t threads_len;
    struct connections *connections;
};

PRINTF_LIKE(2, 0) static void log_mhd(void *cls, const char *format, va_list args)
{
    struct transport *t = cls;
    if (!t->started) /* afterwards it would only tell what strangers do */
        vsnprintf(t->start_message, sizeof t->start_message, format, args);
}

/* ---- steps on workers ---- */

static void resume(struct transport *t, struct exchange *x)
{
    MHD_resume_connection(x->connection); /* from here on `x` may be gone */
    pthread_mutex_lock(&t->lock);
    t->steps--;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
}

static void work(struct transport *t, struct queue *jobs)
{
    void *item;
    while (queue_pop(jobs, &item)) {
        struct exchange *x = item;
        bool end = x->step == EXCHANGE_END;
        exchange_run(x);
        if (!end)
            resume(t, x);
    }
}

static void *worker_main(void *argument)
{
    struct transport *t = argument;
    work(t, t->jobs);
    return NULL;
}

static void *slow_worker_main(void *argument)
{
    struct transport *t = argument;
    work(t, t->slow_jobs);
    return NULL;
}

/* Suspends the connection and hands the exchange to a worker. False while we end. */
static bool dispatch(struct transport *t, struct exchange *x, enum exchange_step step)
{
    pthread_mutex_lock(&t->lock);
    bool open = !t->closed;
    if (open)
        t->steps++;
    pthread_mutex_unlock(&t->lock);
    if (!open)
        return false;
    x->step = step;
    MHD_suspend_connection(x->connection);
    bool slow = x->route && x->route->roles & ROUTE_SLOW;
    /* The queue holds every connection there can be, so this waits for nobody. */
    if (!queue_push(slow ? t->slow_jobs : t->jobs, x, NULL, NULL))
        resume(t, x);
    return true;
}

static void release(struct transport *t, struct exchange *x)
{
    if (--x->refs > 0)
        return;
    pthread_mutex_lock(&t->lock);
    t->exchanges--;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    if (!exchange_needs_worker_to_end(x)) {
        exchange_destroy(x);
        return;
    }
    x->step = EXCHANGE_END;
    struct queue *jobs = t->jobs;
    if (!queue_push(jobs, x, NULL, NULL))
        exchange_run(x);
}

/* ---- libmicrohttpd's callbacks, on its epoll threads ---- */

static struct connection *connection_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct transport *t = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *fd =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        const union MHD_ConnectionInfo *peer =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        if (fd) /* without one, its first request is turned away */
            *context =
                connection_open(t->connections, fd->connect_fd, peer ? peer->client_addr : NULL);
    } else if (*context) {
        connection_close(t->connections, *context);
        *context = NULL;
    }
}

/* The first thing of a request: its target as sent, before libmicrohttpd decodes it. */
static void *on_uri(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct transport *t = cls;
    struct exchange *x = exchange_create(t->server, &t->options.router, uri);
    if (!x)
        return NULL;
    x->connection = connection;
    pthread_mutex_lock(&t->lock);
    t->exchanges++;
    pthread_mutex_unlock(&t->lock);
    return x;
}

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct exchange *x = cls;
    struct inbound *in = &x->in;
    if (in->headers_len == INBOUND_HEADERS_MAX)
        return MHD_NO;
    struct str n = arena_copy(&x->arena, str_bytes(name, name_size));
    struct str v = arena_copy(&x->arena, str_bytes(value, value ? value_size : 0));
    if (!n.ptr || !v.ptr)
        return MHD_NO;
    in->headers[in->headers_len].name = n;
    in->headers[in->headers_len++].value = v;
    return MHD_YES;
}

/* Behind a proxy the peer is the proxy; the last address of the list is what the proxy itself saw.
 */
static struct str client_address(const struct transport *t, const struct exchange *x,
                                 const struct connection *c)
{
    struct str rest = {NULL, 0}, part, last = {NULL, 0};
    if (t->options.router.public_origin)
        rest = request_header(&x->q, "X-Forwarded-For");
    while (str_split(&rest, ',', &part))
        last = str_trim(part);
    return last.len > 0 && last.len < INET6_ADDRSTRLEN ? last : str_from(connection_peer(c));
}

static void on_headers(struct transport *t, struct exchange *x, struct connection *c,
                       const char *method)
{
    struct error why;
    uint64_t length;
    int count = MHD_get_connection_values(x->connection, MHD_HEADER_KIND, NULL, NULL);
    MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, take_header, x);
    x->in.peer = client_address(t, x, c);
    x->in.tls = t->tls_cert != NULL;
    x->q.method = http_method_from(str_from(method));
    if (!request_header(&x->q, "Transfer-Encoding").ptr &&
        str_to_u64(request_header(&x->q, "Content-Length"), &length))
        x->declared = length;
    pthread_mutex_lock(&t->lock);
    bool stopping = t->stopping;
    pthread_mutex_unlock(&t->lock);
    if (count < 0 || (size_t)count != x->in.headers_len) {
        error_set(&why, ERROR_INVALID, "more than %d headers", INBOUND_HEADERS_MAX);
        exchange_fail(x, &why);
    } else if (stopping) {
        error_set(&why, ERROR_CLOSED, "the server is restarting, please try again");
        exchange_fail(x, &why);
    }
    exchange_start(x);
}

static ssize_t read_source(void *cls, uint64_t at, char *to, size_t max);
static ssize_t read_feed(void *cls, uint64_t at, char *to, size_t max);
static void close_source(void *cls);

static struct MHD_Response *make_response(struct exchange *x)
{
    struct MHD_Response *m;
    struct response *r = &x->r;
    if (r->source.size) {
        m = MHD_create_response_from_callback(r->source.size, EXCHANGE_CHUNK, read_source, x,
                                              close_source);
        if (m)
            x->refs++;
        return m;
    }
    if (r->feed) {
        m = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, FEED_BLOCK, read_feed, x,
                                              close_source);
        if (m)
            x->refs++;
        return m;
    }
    if (r->constant.ptr)
        return MHD_create_response_from_buffer(r->constant.len, (void *)(uintptr_t)r->constant.ptr,
                                               MHD_RESPMEM_PERSISTENT);
    if (r->body.len == 0)
        return MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    m = MHD_create_response_from_buffer(r->body.len, r->body.ptr, MHD_RESPMEM_MUST_FREE);
    if (m)
        memset(&r->body, 0, sizeof r->body);
    return m;
}

static void suspend_feed(void *connection) { MHD_suspend_connection(connection); }
static void resume_feed(void *connection) { MHD_resume_connection(connection); }

/* From here on the feed wakes the connection by itself. */
static void attach_feed(struct exchange *x)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const struct feed_connection c = {.fd = fd ? fd->connect_fd : -1,
                                      .suspend = suspend_feed,
                                      .resume = resume_feed,
                                      .connection = x->connection};
    feed_attach(x->r.feed, &c);
}

static bool is_https(const struct transport *t)
{
    const char *origin = t->options.router.public_origin;
    return t->tls_cert || (origin && str_starts(str_from(origin), STR("https://")));
}

static enum MHD_Result queue_answer(struct transport *t, struct exchange *x)
{
    if (x->queued)
        return MHD_YES;
    x->sent_status = x->r.status ? x->r.status : 200;
    security_headers(&x->r, x->q.path, is_https(t));
    struct MHD_Response *m = make_response(x);
    if (!m)
        return MHD_NO;
    bool good = true;
    if (x->r.feed)
        attach_feed(x);
    for (size_t i = 0; i < x->r.headers_len && good; i++)
        if (x->r.headers[i].value)
            good = MHD_add_response_header(m, x->r.headers[i].name, x->r.headers[i].value);
    pthread_mutex_lock(&t->lock);
    if (t->stopping && good)
        good = MHD_add_response_header(m, "Connection", "close");
    pthread_mutex_unlock(&t->lock);
    good = good && MHD_queue_response(x->connection, x->sent_status, m) == MHD_YES;
    x->queued = good;
    MHD_destroy_response(m); /* ours; the connection has a reference of its own */
    return good ? MHD_YES : MHD_NO;
}

/* A body that was refused is read to its end, so that the client hears why; one that is too long
 * for that, or comes in drops, is cut. */
static bool bears_with(const struct exchange *x)
{
    int64_t spent_us = clock_monotonic_us() - x->began_us - RATE_GRACE_US;
    if (x->answered && x->received > DRAIN_MAX)
        return false;
    return spent_us < 0 || x->received / RATE_MIN >= (uint64_t)(spent_us / SECOND_US);
}

static enum MHD_Result on_body(struct transport *t, struct exchange *x, const char *data,
                               size_t *size)
{
    struct error why;
    size_t take = *size;
    if (!x->answered && x->route->upload) {
        take = MIN(take, (size_t)EXCHANGE_PART - x->body.len);
        buf_add(&x->body, str_bytes(data, take));
        if (!buf_ok(&x->body, &why))
            return MHD_NO;
    } else if (!x->answered) {
        exchange_collect(x, str_bytes(data, take));
    }
    x->received += take;
    *size -= take;
    if (!bears_with(x))
        return MHD_NO;
    if (!x->answered && x->route->upload && x->received > x->route->body_max) {
        error_set(&why, ERROR_TOO_LARGE, "the body is over %zu bytes", x->route->body_max);
        exchange_fail(x, &why);
    }
    if (!x->answered && x->route->upload && x->body.len == EXCHANGE_PART)
        return dispatch(t, x, EXCHANGE_ADD) ? MHD_YES : MHD_NO;
    return MHD_YES;
}

/* Is the body short enough to be read only to say no? */
static bool worth_draining(const struct exchange *x)
{
    return x->declared == UINT64_MAX || x->declared <= DRAIN_MAX;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **context)
{
    (void)url;
    (void)version;
    struct transport *t = cls;
    struct exchange *x = *context;
    struct connection *c = connection_of(connection);
    if (!x || !c)
        return MHD_NO; /* out of memory */
    if (!x->seen) {
        on_headers(t, x, c, method);
        connection_set_phase(t->connections, c, CONNECTION_BODY);
        /* Not to be suspended here: this call would come again, and look like the last one. */
        return x->answered && !worth_draining(x) ? queue_answer(t, x) : MHD_YES;
    }
    if (*data_size)
        return on_body(t, x, data, data_size);
    if (!x->arrived)
        connection_set_phase(t->connections, c, CONNECTION_SERVED);
    x->arrived = true;
    if (x->answered)
        return queue_answer(t, x);
    return dispatch(t, x, x->route->upload ? EXCHANGE_FINISH : EXCHANGE_HANDLE) ? MHD_YES : MHD_NO;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct transport *t = cls;
    struct exchange *x = *context;
    struct connection *c = connection_of(connection);
    if (c)
        connection_set_phase(t->connections, c, CONNECTION_WAITING);
    *context = NULL;
    if (!x)
        return;
    x->whole = code == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    if (x->r.feed)
        feed_detach(x->r.feed);
    exchange_log(x);
    release(t, x);
}

static struct transport *transport_of(const struct exchange *x)
{
    const struct router *router = x->router; /* stands inside the transport */
    return (struct transport *)(void *)((char *)(uintptr_t)router -
                                        offsetof(struct transport, options.router));
}

static ssize_t read_source(void *cls, uint64_t at, char *to, size_t max)
{
    struct exchange *x = cls;
    if (x->source_failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    assert(at >= x->chunk_at && at <= x->chunk_at + x->chunk.len);
    size_t from = (size_t)(at - x->chunk_at), len = MIN(max, x->chunk.len - from);
    if (len > 0) {
        memcpy(to, x->chunk.ptr + from, len);
        return (ssize_t)len;
    }
    return dispatch(transport_of(x), x, EXCHANGE_READ) ? 0 : MHD_CONTENT_READER_END_WITH_ERROR;
}

static ssize_t read_feed(void *cls, uint64_t at, char *to, size_t max)
{
    (void)at;
    struct exchange *x = cls;
    size_t len = 0;
    switch (feed_take(x->r.feed, to, max, &len)) {
    case FEED_BYTES:
        return (ssize_t)len;
    case FEED_ASLEEP:
        return 0;
    case FEED_END:
    case FEED_NONE:
        break;
    }
    return MHD_CONTENT_READER_END_OF_STREAM;
}

static void close_source(void *cls)
{
    struct exchange *x = cls;
    release(transport_of(x), x);
}

/* ---- start and stop ---- */

static bool start_threads(struct transport *t, struct error *err)
{
    size_t wanted = t->options.worker_threads + SLOW_THREADS;
    size_t room =
        2 * (size_t)t->options.connections + 64; /* each has a step and an old end at most */
    if (!queue_create(room, &t->jobs, err) || !queue_create(room, &t->slow_jobs, err))
        return false;
    t->threads = calloc(wanted, sizeof *t->threads);
    if (!t->threads)
        return error_no_memory(err);
    while (t->threads_len < wanted) {
        int why = pthread_create(&t->threads[t->threads_len], NULL,
                                 t->threads_len < SLOW_THREADS ? slow_worker_main : worker_main, t);
        if (why != 0)
            return error_errno(err, why, "cannot start a thread");
        t->threads_len++;
    }
    return connections_create(t->options.idle_s * HEADER_GRACE, &t->connections, err);
}

static bool start_daemon(struct transport *t, struct error *err)
{
    const struct transport_options *o = &t->options;
    struct MHD_OptionItem options[16];
    size_t len = 0;
#define OPTION(name, number, pointer)                                                              \
    (options[len++] = (struct MHD_OptionItem){(name), (intptr_t)(number), (pointer)})
    OPTION(MHD_OPTION_THREAD_POOL_SIZE, o->epoll_threads, NULL);
    OPTION(MHD_OPTION_CONNECTION_LIMIT, o->connections, NULL);
    /* A whole university may sit behind one address: only half of all is kept for the others. */
    if (!o->router.public_origin)
        OPTION(MHD_OPTION_PER_IP_CONNECTION_LIMIT, MAX(o->connections / 2, 1), NULL);
    OPTION(MHD_OPTION_CONNECTION_TIMEOUT, o->idle_s, NULL);
    OPTION(MHD_OPTION_CONNECTION_MEMORY_LIMIT, 2 * TRANSPORT_HEADERS_MAX, NULL);
    OPTION(MHD_OPTION_CONNECTION_MEMORY_INCREMENT, 16 * 1024, NULL);
    OPTION(MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL);
    OPTION(MHD_OPTION_LISTEN_SOCKET, t->listen_fd, NULL);
    OPTION(MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, t);
    OPTION(MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, t);
    OPTION(MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_uri, t);
    if (t->tls_cert) {
        OPTION(MHD_OPTION_HTTPS_MEM_CERT, 0, t->tls_cert);
        OPTION(MHD_OPTION_HTTPS_MEM_KEY, 0, t->tls_key);
        OPTION(MHD_OPTION_HTTPS_PRIORITIES, 0,
               (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2");
    }
    OPTION(MHD_OPTION_END, 0, NULL);
#undef OPTION
    assert(len <= ARRAY_LEN(options));
    unsigned flags = MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD | MHD_ALLOW_SUSPEND_RESUME |
                     MHD_USE_ERROR_LOG | (t->tls_cert ? MHD_USE_TLS : 0u);
    t->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, t, MHD_OPTION_EXTERNAL_LOGGER,
                                 log_mhd, t, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!t->daemon)
        return error_set(err, ERROR_INTERNAL, "the HTTP server does not start: %s",
                         t->start_message[0] ? t->start_message : "no reason given");
    t->started = true;
    return true;
}

bool transport_start(struct server *s, const struct transport_options *options,
                     struct transport **ret, struct error *err)
{
    struct transport *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(err);
    t->server = s;
    t->options = *options;
    t->listen_fd = -1;
    struct transport_options *o = &t->options;
    o->epoll_threads = o->epoll_threads ? o->epoll_threads : EPOLL_THREADS;
    o->worker_threads = o->worker_threads ? o->worker_threads : WORKER_THREADS;
    o->connections = MAX(o->connections ? o->connections : CONNECTIONS, o->epoll_threads);
    o->idle_s = o->idle_s ? o->idle_s : IDLE_S;
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&t->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    bool tls = o->tls_cert || o->tls_key;
    size_t len; /* PEM is text */
    if ((tls && (!o->tls_cert || !o->tls_key) &&
         !error_set(err, ERROR_INVALID, "TLS needs both a certificate and a key")) ||
        (tls && (!file_read(o->tls_cert, PEM_MAX, &t->tls_cert, &len, err) ||
                 !file_read(o->tls_key, PEM_MAX, &t->tls_key, &len, err))) ||
        !listen_open(o->address, o->port, &t->listen_fd, &t->port, err) || !start_threads(t, err) ||
        !start_daemon(t, err)) {
        transport_stop(t, 0);
        return false;
    }
    *ret = t;
    return true;
}

uint16_t transport_port(const struct transport *t) { return t->port; }

void transport_stop(struct transport *t, unsigned wait_ms)
{
    if (!t)
        return;
    if (t->daemon) {
        int fd = MHD_quiesce_daemon(t->daemon);
        closep(&fd);
        t->listen_fd = -1;
    }
    int64_t until_us = clock_monotonic_us() + (int64_t)wait_ms * 1000;
    const struct timespec until = {.tv_sec = (time_t)(until_us / SECOND_US),
                                   .tv_nsec = (long)(until_us % SECOND_US) * 1000};
    pthread_mutex_lock(&t->lock);
    t->stopping = true;
    while (t->exchanges > 0 && pthread_cond_timedwait(&t->changed, &t->lock, &until) == 0)
        ;
    t->closed = true;
    while (t->steps > 0) /* a handler ends; libmicrohttpd must not be stopped before */
        pthread_cond_wait(&t->changed, &t->lock);
    pthread_mutex_unlock(&t->lock);
    if (t->daemon)
        MHD_stop_daemon(t->daemon); /* what was cut comes to the workers, to be ended */
    connections_destroy(t->connections);
    if (t->jobs)
        queue_close(t->jobs);
    if (t->slow_jobs)
        queue_close(t->slow_jobs);
    for (size_t i = 0; i < t->threads_len; i++)
        pthread_join(t->threads[i], NULL);
    queue_destroy(t->jobs);
    queue_destroy(t->slow_jobs);
    free(t->threads);
    closep(&t->listen_fd);
    if (t->tls_key)
        explicit_bzero(t->tls_key, strlen(t->tls_key));
    free(t->tls_key);
    free(t->tls_cert);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t);
}
