/* A real server on a port of its own, a small table of routes, and a client made of a plain socket.
 */
#include "support/fault.h"
#include "support/test.h"

#include "base/clock.h"
#include "server/http.h"
#include "server/server.h"
#include "server/test_client.h"
#include "server/transport.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#define BODY_MAX 1000
#define UPLOAD_MAX ((size_t)64 << 20)
#define SOURCE_SIZE (3u << 20)

/* ---- what the routes saw ---- */

static struct {
    atomic_uint begun, ended, cut, sources_closed, handled;
    _Atomic uint64_t bytes;  /* of ended uploads */
    _Atomic uint64_t at_end; /* bytes of the last upload that ended */
    atomic_bool wrong_bytes;
} seen;

static bool hello(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    struct str name = request_query(q, "name");
    return response_json(r, 200,
                         json_pack("{s:s%, s:I, s:s%}", "name", name.ptr ? name.ptr : "", name.len,
                                   "user", (json_int_t)q->user.id, "id",
                                   q->params[0].ptr ? q->params[0].ptr : "", q->params[0].len),
                         err);
}

static bool echo(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    seen.handled++;
    buf_add(&r->body, q->body);
    response_header(r, "Content-Type", "application/octet-stream");
    return buf_ok(&r->body, err);
}

static bool json_echo(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    json_t *body;
    return request_json(q, &body, err) && response_json(r, 200, body, err);
}

static bool failing(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    buf_add_c(&r->body, "half of an answer");
    if (str_eq(q->params[0], STR("busy")))
        return error_set(err, ERROR_BUSY, "somebody else writes");
    if (str_eq(q->params[0], STR("secret")))
        return error_set(err, ERROR_INTERNAL, "/var/lib/secret is broken");
    response_header(r, "X-Offset", "17");
    return error_set(err, ERROR_CONFLICT, "the exam is over");
}

static bool read_pattern(void *context, uint64_t at, size_t max, struct buf *to, struct error *err)
{
    (void)context;
    for (size_t i = 0; i < MIN(max, (size_t)100000); i++)
        buf_add_char(to, (char)((at + i) % 251));
    return buf_ok(to, err);
}

static void close_pattern(void *context)
{
    (void)context;
    seen.sources_closed++;
}

static bool source(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    (void)q;
    (void)err;
    r->source.size = SOURCE_SIZE;
    r->source.read = read_pattern;
    r->source.close = close_pattern;
    r->source.context = &seen;
    return true;
}

struct upload {
    uint64_t bytes;
    bool finished, refuses;
};

static bool begin_upload(struct server *s, struct request *q, struct response *r, void **ret,
                         struct error *err)
{
    (void)s;
    if (str_eq(q->params[0], STR("taken")))
        return error_set(err, ERROR_CONFLICT, "taken");
    if (str_eq(q->params[0], STR("known"))) {
        r->status = 204;
        *ret = NULL;
        return true;
    }
    struct upload *u = calloc(1, sizeof *u);
    if (!u)
        return error_no_memory(err);
    u->refuses = str_eq(q->params[0], STR("full"));
    seen.begun++;
    *ret = u;
    return true;
}

static bool add_upload(void *upload, struct str bytes, struct error *err)
{
    struct upload *u = upload;
    if (u->refuses)
        return error_set(err, ERROR_NO_SPACE, "the disk is full");
    for (size_t i = 0; i < bytes.len; i++)
        if ((unsigned char)bytes.ptr[i] != (u->bytes + i) % 251)
            seen.wrong_bytes = true;
    u->bytes += bytes.len;
    return true;
}

static bool finish_upload(void *upload, struct response *r, struct error *err)
{
    struct upload *u = upload;
    u->finished = true;
    return response_json(r, 201, json_pack("{s:I}", "bytes", (json_int_t)u->bytes), err);
}

static void end_upload(void *upload, bool cut)
{
    struct upload *u = upload;
    seen.at_end = u->bytes;
    seen.bytes += u->bytes;
    seen.cut += cut;
    seen.ended++;
    free(u);
}

static const struct route_upload upload_calls = {begin_upload, add_upload, finish_upload,
                                                 end_upload};
static const struct route routes[] = {
    {HTTP_GET, "/api/hello", ROLE_ANYONE, 0, hello, NULL},
    {HTTP_GET, "/api/things/:id", ROLE_CANDIDATE, 0, hello, NULL},
    {HTTP_PUT, "/api/things/:id", ROLE_STAFF, BODY_MAX, echo, NULL},
    {HTTP_POST, "/api/echo", ROLE_ANYONE, BODY_MAX, echo, NULL},
    {HTTP_POST, "/api/empty", ROLE_ANYONE, 0, echo, NULL},
    {HTTP_POST, "/api/slow", ROLE_ANYONE | ROUTE_SLOW, BODY_MAX, echo, NULL},
    {HTTP_POST, "/api/json", ROLE_ANYONE, BODY_MAX, json_echo, NULL},
    {HTTP_GET, "/api/fail/:how", ROLE_ANYONE, 0, failing, NULL},
    {HTTP_GET, "/api/source", ROLE_ANYONE, 0, source, NULL},
    {HTTP_PUT, "/api/uploads/:id", ROLE_ANYONE | ROUTE_OVERRIDE, UPLOAD_MAX, NULL, &upload_calls},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
static const struct route page = {HTTP_GET, "/", ROLE_ANYONE, 0, hello, NULL};
static const struct route *const tables[] = {routes, NULL};

static bool identify(struct server *s, const struct request *q, struct server_user *ret,
                     struct error *err)
{
    (void)s;
    (void)err;
    struct str role = request_header(q, "X-Test-Role");
    if (role.ptr) {
        ret->id = 7;
        ret->role = str_eq(role, STR("candidate")) ? ROLE_CANDIDATE : ROLE_PROCTOR;
    }
    return true;
}

static bool reach(struct server *s, const struct route *route, const struct request *q,
                  struct error *err)
{
    (void)s;
    return !strchr(route->pattern, ':') || !str_eq(q->params[0], STR("others")) ||
           error_set(err, ERROR_NOT_FOUND, "there is nothing of that name");
}

#define HEAD " HTTP/1.1\r\nHost: exam.test\r\n"

static struct transport_options test_options(void)
{
    return (struct transport_options){
        .address = "127.0.0.1",
        .worker_threads = 4,
        .router = {.tables = tables, .fallback = &page, .identify = identify, .reach = reach}};
}

static int start_with(struct transport_options options)
{
    static struct server server;
    struct error err = {0};
    signal(SIGPIPE, SIG_IGN);
    memset(&seen, 0, sizeof seen);
    if (!transport_start(&server, &options, &running, &err)) {
        print_error("%s\n", err.message);
        return -1;
    }
    return 0;
}

static int start(void **state)
{
    (void)state;
    return start_with(test_options());
}

static int start_impatient(void **state)
{
    (void)state;
    struct transport_options options = test_options();
    options.idle_s = 1;
    return start_with(options);
}

static int stop(void **state)
{
    (void)state;
    transport_stop(running, 1000);
    running = NULL;
    return 0;
}

static bool becomes(const atomic_uint *value, unsigned wanted)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    for (int i = 0; i < 2000; i++) {
        if (*value == wanted)
            return true;
        nanosleep(&moment, NULL);
    }
    return false;
}

/* ---- the tests ---- */

static void a_get_is_answered_with_security_headers(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(ask(&c, "GET /api/hello?x=1&name=J%C3%B6rg+M%26M" HEAD "\r\n"), 200);
    assert_string_equal(c.body, "{\"id\":\"\",\"name\":\"J\xc3\xb6rg M&M\",\"user\":0}");
    assert_true(has(&c, "Content-Security-Policy: default-src 'none'; script-src 'self';"));
    assert_true(has(&c, "frame-ancestors 'none'\r\n"));
    assert_true(has(&c, "X-Content-Type-Options: nosniff"));
    assert_true(has(&c, "Permissions-Policy: camera=(self)"));
    assert_true(has(&c, "Cross-Origin-Opener-Policy: same-origin"));
    assert_true(has(&c, "Cache-Control: no-store"));
    assert_false(has(&c, "Strict-Transport-Security"));
    forget(&c);
    assert_int_equal(ask(&c, "GET /exam/?attempt=1" HEAD "\r\n"), 200);
    assert_true(has(&c, "frame-ancestors 'self'\r\n"));
    forget(&c);
}

static void an_object_out_of_reach_is_not_there_whatever_the_role_may(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(ask(&c, "GET /api/things/mine" HEAD "X-Test-Role: candidate\r\n\r\n"), 200);
    forget(&c);
    assert_int_equal(ask(&c, "GET /api/things/others" HEAD "X-Test-Role: candidate\r\n\r\n"), 404);
    forget(&c);
    /* the role is asked first: it tells nothing of the object */
    assert_int_equal(ask(&c, "GET /api/things/others" HEAD "X-Test-Role: staff\r\n\r\n"), 403);
    forget(&c);
    assert_int_equal(ask(&c, "GET /api/things/others" HEAD "\r\n"), 401);
    forget(&c);
}

static void a_head_is_a_get_without_a_body(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(ask(&c, "HEAD /api/hello" HEAD "\r\n"), 200);
    assert_true(has(&c, "Content-Length: 28\r\n"));
    forget(&c);
    assert_int_equal(ask(&c, "HEAD /api/source" HEAD "\r\n"), 200);
    assert_true(has(&c, "Content-Length: 3145728\r\n"));
    forget(&c);
    assert_true(becomes(&seen.sources_closed, 1));
}

static void what_is_not_there_is_404_and_says_so_in_json(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(ask(&c, "GET /api/nothing" HEAD "\r\n"), 404);
    assert_true(has(&c, "Content-Type: application/json"));
    assert_non_null(strstr(c.body, "\"code\":\"not-found\""));
    assert_non_null(strstr(c.body, "\"message\":\"There is nothing at this address.\""));
    assert_non_null(strstr(c.body, "\"request_id\":\""));
    forget(&c);
    assert_int_equal(status_of("GET /api/things/a%2fb" HEAD "X-Test-Role: candidate\r\n\r\n"), 400);
    assert_int_equal(status_of("GET /api/things/a%00" HEAD "X-Test-Role: candidate\r\n\r\n"), 400);
    assert_int_equal(status_of("GET /api/things/a.b" HEAD "X-Test-Role: candidate\r\n\r\n"), 404);
    assert_int_equal(status_of("GET /api/things/" HEAD "X-Test-Role: candidate\r\n\r\n"), 404);
    assert_int_equal(status_of("GET http://exam.test/api/hello" HEAD "\r\n"), 400);
}

static void a_wrong_method_is_405_and_options_lists_the_right_ones(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(ask(&c, "DELETE /api/things/1" HEAD "\r\n"), 405);
    assert_true(has(&c, "Allow: GET, HEAD, PUT, OPTIONS\r\n"));
    forget(&c);
    assert_int_equal(ask(&c, "OPTIONS /api/things/1" HEAD "\r\n"), 204);
    assert_true(has(&c, "Allow: GET, HEAD, PUT, OPTIONS\r\n"));
    forget(&c);
    assert_int_equal(ask(&c, "BREW /api/echo" HEAD "\r\n"), 405);
    assert_true(has(&c, "Allow: POST, OPTIONS\r\n"));
    forget(&c);
    assert_int_equal(status_of("POST /some/page" HEAD "Content-Length: 0\r\n\r\n"), 405);
}

static void only_the_roles_of_the_row_may_call(void **state)
{
    (void)state;
    assert_int_equal(status_of("GET /api/things/1" HEAD "\r\n"), 401);
    assert_int_equal(status_of("GET /api/things/1" HEAD "X-Test-Role: proctor\r\n\r\n"), 403);
    assert_int_equal(status_of("GET /api/things/1" HEAD "X-Test-Role: candidate\r\n\r\n"), 200);
    assert_int_equal(
        status_of("PUT /api/things/1" HEAD "X-Test-Role: candidate\r\nContent-Length: 2\r\n\r\nhi"),
        403);
    assert_int_equal(
        status_of("PUT /api/things/1" HEAD "X-Test-Role: proctor\r\nContent-Length: 2\r\n\r\nhi"),
        200);
}

static void a_request_from_another_site_is_refused(void **state)
{
    (void)state;
#define POST "POST /api/echo" HEAD "Content-Length: 0\r\n"
    assert_int_equal(status_of(POST "\r\n"), 200);
    assert_int_equal(status_of(POST "Sec-Fetch-Site: same-origin\r\n\r\n"), 200);
    assert_int_equal(status_of(POST "Sec-Fetch-Site: none\r\n\r\n"), 200);
    assert_int_equal(status_of(POST "Sec-Fetch-Site: cross-site\r\n\r\n"), 403);
    assert_int_equal(status_of(POST "Sec-Fetch-Site: same-site\r\n\r\n"), 403);
    assert_int_equal(status_of(POST "Origin: http://exam.test\r\n\r\n"), 200);
    assert_int_equal(status_of(POST "Origin: https://exam.test\r\n\r\n"), 403);
    assert_int_equal(status_of(POST "Origin: http://exam.test.evil\r\n\r\n"), 403);
    assert_int_equal(status_of(POST "Origin: null\r\n\r\n"), 403);
    assert_int_equal(
        status_of(POST "Sec-Fetch-Site: same-origin\r\nOrigin: http://evil.test\r\n\r\n"), 403);
    assert_int_equal(status_of("GET /api/hello" HEAD "Sec-Fetch-Site: cross-site\r\n\r\n"), 200);
    /* An overridden method counts as what it means. */
    assert_int_equal(status_of("GET /api/uploads/1" HEAD "X-HTTP-Method-Override: PUT\r\n"
                               "Sec-Fetch-Site: cross-site\r\n\r\n"),
                     403);
    assert_int_equal(status_of("POST /api/uploads/1" HEAD
                               "X-HTTP-Method-Override: PUT\r\nContent-Length: 2\r\n\r\n"
                               "ab"),
                     201);
    assert_int_equal(status_of("POST /api/hello" HEAD
                               "X-HTTP-Method-Override: GET\r\nContent-Length: 0\r\n\r\n"),
                     405);
}

static void a_body_over_the_routes_limit_is_413(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    static char bytes[2000];
    char head[200];
    memset(bytes, 'x', sizeof bytes);
    for (size_t len = BODY_MAX; len <= BODY_MAX + 1; len++) {
        c.fd = dial();
        snprintf(head, sizeof head, "POST /api/echo" HEAD "Content-Length: %zu\r\n\r\n", len);
        assert_true(send_all(c.fd, head, strlen(head)));
        assert_true(send_all(c.fd, bytes, len));
        assert_true(receive(&c, true));
        assert_int_equal(c.status, len == BODY_MAX ? 200 : 413);
        /* The connection can be used again: the body was read to its end. */
        assert_true(
            send_all(c.fd, "GET /api/hello" HEAD "\r\n", strlen("GET /api/hello" HEAD) + 2));
        assert_true(receive(&c, true));
        assert_int_equal(c.status, 200);
        close(c.fd);
    }
    /* Chunked: nobody said how long it would be. */
    c.fd = dial();
    const char *chunked = "POST /api/echo" HEAD "Transfer-Encoding: chunked\r\n\r\n7d0\r\n";
    assert_true(send_all(c.fd, chunked, strlen(chunked)));
    assert_true(send_all(c.fd, bytes, 2000));
    assert_true(send_all(c.fd, "\r\n0\r\n\r\n", 7));
    assert_true(receive(&c, true));
    assert_int_equal(c.status, 413);
    close(c.fd);
    forget(&c);
    assert_int_equal(status_of("POST /api/empty" HEAD "Content-Length: 1\r\n\r\nx"), 413);
    assert_int_equal(status_of("POST /api/empty" HEAD "Content-Length: 0\r\n\r\n"), 200);
    /* Far too long: told at once. */
    assert_int_equal(status_of("POST /api/echo" HEAD "Content-Length: 99999999999\r\n\r\n"), 413);
    assert_int_equal(status_of("PUT /api/uploads/1" HEAD "Content-Length: 99999999999\r\n\r\n"),
                     413);
}

static void a_json_body_must_be_json(void **state)
{
    (void)state;
#define JSON                                                                                       \
    "POST /api/json" HEAD "Content-Type: application/json; charset=utf-8\r\nContent-Length: "
    assert_int_equal(status_of(JSON "9\r\n\r\n{\"a\":[1]}"), 200);
    assert_int_equal(status_of(JSON "8\r\n\r\n{\"a\":[1}"), 400);
    assert_int_equal(status_of(JSON "3\r\n\r\n[1]"), 400);
    assert_int_equal(status_of(JSON "0\r\n\r\n"), 400);
    assert_int_equal(status_of(JSON "9\r\n\r\n{\"a\":\"\xff\"}"), 400);
    assert_int_equal(status_of(JSON "70\r\n\r\n{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                                    "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]       }"),
                     400);
    assert_int_equal(
        status_of("POST /api/json" HEAD "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"),
        415);
}

static void an_error_keeps_its_headers_but_not_its_half_body_nor_secrets(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(ask(&c, "GET /api/fail/conflict" HEAD "\r\n"), 409);
    assert_true(has(&c, "X-Offset: 17\r\n"));
    assert_non_null(strstr(c.body, "\"The exam is over.\""));
    assert_null(strstr(c.body, "half"));
    forget(&c);
    assert_int_equal(ask(&c, "GET /api/fail/busy" HEAD "\r\n"), 503);
    assert_true(has(&c, "Retry-After: 2\r\n"));
    forget(&c);
    assert_int_equal(ask(&c, "GET /api/fail/secret" HEAD "\r\n"), 500);
    assert_null(strstr(c.body, "secret"));
    forget(&c);
}

static void a_long_answer_comes_in_parts(void **state)
{
    (void)state;
    struct client c = {.fd = -1};
    assert_int_equal(ask(&c, "GET /api/source" HEAD "\r\n"), 200);
    assert_int_equal(c.body_len, SOURCE_SIZE);
    for (size_t i = 0; i < SOURCE_SIZE; i++)
        if ((unsigned char)c.body[i] != i % 251)
            fail_msg("byte %zu is wrong", i);
    forget(&c);
    assert_true(becomes(&seen.sources_closed, 1));
    /* Somebody who goes away in the middle leaves nothing open. */
    c.fd = dial();
    assert_true(
        send_all(c.fd, "GET /api/source" HEAD "\r\n", strlen("GET /api/source" HEAD "\r\n")));
    char first[1000];
    assert_true(recv(c.fd, first, sizeof first, 0) > 0);
    close(c.fd);
    assert_true(becomes(&seen.sources_closed, 2));
}

static char *pattern(size_t len)
{
    char *bytes = malloc(len);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i % 251);
    return bytes;
}

static void a_big_upload_reaches_its_handler_in_order(void **state)
{
    (void)state;
    const size_t len = 10 << 20;
    struct client c = {.fd = dial()};
    char *bytes = pattern(len), head[200];
    snprintf(head, sizeof head, "PUT /api/uploads/1" HEAD "Content-Length: %zu\r\n\r\n", len);
    assert_true(send_all(c.fd, head, strlen(head)));
    assert_true(send_all(c.fd, bytes, len));
    assert_true(receive(&c, true));
    assert_int_equal(c.status, 201);
    assert_string_equal(c.body, "{\"bytes\":10485760}");
    assert_false(seen.wrong_bytes);
    assert_int_equal(seen.ended, 1);
    assert_int_equal(seen.cut, 0);
    /* Refused at the start, answered at the start, refused in the middle: the body is read anyway,
     * and the same connection goes on. */
    const char *const names[] = {"taken", "known", "full"};
    const unsigned statuses[] = {409, 204, 507};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(head, sizeof head, "PUT /api/uploads/%s" HEAD "Content-Length: 300000\r\n\r\n",
                 names[i]);
        assert_true(send_all(c.fd, head, strlen(head)));
        assert_true(send_all(c.fd, bytes, 300000));
        assert_true(receive(&c, true));
        assert_int_equal(c.status, statuses[i]);
    }
    assert_int_equal(seen.begun, 2);
    assert_int_equal(seen.ended, 2);
    close(c.fd);
    free(bytes);
    forget(&c);
}

static void a_client_that_expects_100_continue_gets_it(void **state)
{
    (void)state;
    struct client c = {.fd = dial()};
    const char *head =
        "PUT /api/uploads/1" HEAD "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    char line[64] = {0};
    assert_true(send_all(c.fd, head, strlen(head)));
    assert_true(recv(c.fd, line, 25, MSG_WAITALL) == 25);
    assert_string_equal(line, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_true(send_all(c.fd, "\0\1\2", 3));
    assert_true(receive(&c, true));
    assert_int_equal(c.status, 201);
    close(c.fd);
    forget(&c);
}

static void an_upload_that_is_cut_is_ended_with_what_arrived(void **state)
{
    (void)state;
    char *bytes = pattern(500000);
    const char *head = "PUT /api/uploads/1" HEAD "Content-Length: 1000000\r\n\r\n";
    int fd = dial();
    assert_true(send_all(fd, head, strlen(head)));
    assert_true(send_all(fd, bytes, 500000));
    shutdown(fd, SHUT_WR);
    assert_true(becomes(&seen.ended, 1));
    assert_int_equal(seen.cut, 1);
    assert_int_equal(seen.at_end, 500000);
    assert_false(seen.wrong_bytes);
    close(fd);
    free(bytes);
}

static void a_client_that_leaves_with_its_last_bytes_is_noticed_soon(void **state)
{
    (void)state;
    const char *request = "PUT /api/uploads/1" HEAD "Content-Length: 1000000\r\n\r\n";
    for (unsigned i = 1; i <= 5; i++) {
        int fd = dial();
        assert_true(send_all(fd, request, strlen(request)));
        assert_true(send_all(fd, "\0\1\2\3", 4));
        close(fd); /* often the server sees the bytes and the end as one event */
        assert_true(becomes(&seen.ended, i));
        assert_int_equal(seen.at_end, 4);
    }
    assert_int_equal(seen.cut, 5);
}

static void a_client_that_falls_silent_is_ended(void **state)
{
    (void)state;
    const char *const beginnings[] = {"", "GET /api/he",
                                      "POST /api/echo" HEAD "Content-Length: 10\r\n\r\n12",
                                      "PUT /api/uploads/1" HEAD "Content-Length: 10\r\n\r\nabc"};
    int fds[ARRAY_LEN(beginnings)];
    for (size_t i = 0; i < ARRAY_LEN(beginnings); i++) {
        fds[i] = dial();
        assert_true(send_all(fds[i], beginnings[i], strlen(beginnings[i])));
    }
    for (size_t i = 0; i < ARRAY_LEN(beginnings); i++) {
        char byte;
        while (recv(fds[i], &byte, 1, 0) > 0)
            ;
        close(fds[i]);
    }
    assert_true(becomes(&seen.ended, 1));
    assert_int_equal(seen.cut, 1);
    assert_int_equal(seen.handled, 0);
}

static void headers_that_come_in_drops_do_not_hold_a_connection(void **state)
{
    (void)state;
    int fd = dial();
    const struct timespec moment = {.tv_nsec = 300000000};
    int64_t start_us = clock_monotonic_us();
    char byte;
    bool open = send_all(fd, "GET /api/hello" HEAD, strlen("GET /api/hello" HEAD));
    while (open && clock_monotonic_us() - start_us < 10 * SECOND_US) {
        nanosleep(&moment, NULL);
        open = send_all(fd, "X-Drop: 1\r\n", 11) && (recv(fd, &byte, 1, MSG_DONTWAIT) < 0);
    }
    assert_false(open);
    close(fd);
}

static void too_many_headers_are_refused(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf request = {0};
    const char *text;
    buf_add_c(&request, "GET /api/hello" HEAD);
    for (int i = 0; i < 100; i++)
        buf_printf(&request, "X-%d: 1\r\n", i);
    buf_add_c(&request, "\r\n");
    assert_true(buf_c_text(&request, &text, NULL));
    assert_int_equal(status_of(text), 400);
    buf_clear(&request);
    buf_add_c(&request, "GET /api/hello" HEAD "X-Long: ");
    for (int i = 0; i < 9000; i++)
        buf_add_c(&request, "0123456789");
    buf_add_c(&request, "\r\n\r\n");
    assert_true(buf_c_text(&request, &text, NULL));
    int fd = dial();
    send_all(fd, text, strlen(text)); /* it may be cut while we send */
    char answer[20] = {0};
    if (recv(fd, answer, 12, MSG_WAITALL) == 12)
        assert_string_equal(answer, "HTTP/1.1 431");
    close(fd);
    assert_int_equal(status_of("GET /api/hello" HEAD "\r\n"), 200);
}

#define CROWD 16
#define TURNS 40

static void *crowd_member(void *argument)
{
    uintptr_t wrong = 0, member = (uintptr_t)argument;
    struct client c = {.fd = dial()};
    char request[300], body[40];
    for (int i = 0; i < TURNS; i++) {
        snprintf(body, sizeof body, "member %zu turn %d", (size_t)member, i);
        snprintf(request, sizeof request, "POST /api/%s" HEAD "Content-Length: %zu\r\n\r\n%s",
                 i % 4 ? "echo" : "slow", strlen(body), body);
        wrong += !send_all(c.fd, request, strlen(request)) || !receive(&c, true) ||
                 c.status != 200 || strcmp(c.body, body) != 0;
    }
    close(c.fd);
    forget(&c);
    return (void *)wrong;
}

static void many_parallel_requests_each_get_their_own_answer(void **state)
{
    (void)state;
    pthread_t threads[CROWD];
    for (uintptr_t i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_member, (void *)i), 0);
    for (size_t i = 0; i < CROWD; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    assert_int_equal(seen.handled, CROWD * TURNS);
}

static void stopping_ends_open_uploads_and_answers(void **state)
{
    (void)state;
    const char *head = "PUT /api/uploads/1" HEAD "Content-Length: 1000000\r\n\r\n";
    char *bytes = pattern(200000);
    int fd = dial(), source_fd = dial(), idle_fd = dial();
    assert_true(send_all(fd, head, strlen(head)));
    assert_true(send_all(fd, bytes, 200000));
    assert_true(
        send_all(source_fd, "GET /api/source" HEAD "\r\n", strlen("GET /api/source" HEAD "\r\n")));
    assert_true(becomes(&seen.begun, 1));
    transport_stop(running, 50);
    running = NULL;
    assert_int_equal(seen.ended, 1);
    assert_int_equal(seen.cut, 1);
    assert_true(seen.at_end <= 200000);
    assert_false(seen.wrong_bytes);
    close(fd);
    close(source_fd);
    close(idle_fd);
    free(bytes);
}

static void a_bad_address_or_certificate_is_told(void **state)
{
    (void)state;
    struct transport *t = NULL;
    struct server server = {.store = NULL};
    struct error err = {0};
    struct transport_options options = test_options();
    options.address = "not-an-address";
    assert_false(transport_start(&server, &options, &t, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    options = test_options();
    options.port = transport_port(running);
    assert_false(transport_start(&server, &options, &t, &err));
    assert_non_null(strstr(err.message, "in use"));
    options = test_options();
    options.tls_cert = "/nonexistent.pem";
    assert_false(transport_start(&server, &options, &t, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    options.tls_key = "/nonexistent.pem";
    assert_false(transport_start(&server, &options, &t, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    options.tls_cert = options.tls_key = "/proc/self/status"; /* a file, but no PEM */
    assert_false(transport_start(&server, &options, &t, &err));
    assert_non_null(strstr(err.message, "does not start"));
}

static void a_start_without_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    static struct server server;
    const struct transport_options options = test_options();
    bool hit = true;
    for (uint64_t n = 1; hit; n++) {
        struct transport *t = NULL;
        struct error err = {0};
        fault_arm(FAULT_MEMORY, n);
        bool good = transport_start(&server, &options, &t, &err);
        hit = fault_disarm();
        assert_int_equal(good, !hit);
        if (!good)
            assert_int_equal(err.code, ERROR_NO_MEMORY);
        transport_stop(t, 0);
    }
}

static void a_request_without_memory_is_refused_or_cut_and_the_server_goes_on(void **state)
{
    (void)state;
    const char *request = "POST /api/json" HEAD
                          "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\":[1]}";
    bool hit = true;
    uint64_t most = 0;
    for (uint64_t n = 1; hit; n++) {
        struct client c = {.fd = dial()};
        char first[13] = {0};
        fault_arm(FAULT_MEMORY, n); /* the server's: we take none until fault_disarm() */
        assert_true(send_all(c.fd, request, strlen(request)));
        ssize_t len = recv(c.fd, first, 12, MSG_WAITALL);
        hit = fault_disarm();
        if (!hit)
            assert_string_equal(first, "HTTP/1.1 200");
        else if (len == 12) /* what was missing was not always needed for the answer */
            assert_true(strstr(first, " 200") || strstr(first, " 503") || strstr(first, " 400"));
        close(c.fd);
        most = n;
    }
    assert_true(most > 3);
    assert_int_equal(status_of("GET /api/hello" HEAD "\r\n"), 200);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(a_get_is_answered_with_security_headers),
        EACH(an_object_out_of_reach_is_not_there_whatever_the_role_may),
        EACH(a_head_is_a_get_without_a_body),
        EACH(what_is_not_there_is_404_and_says_so_in_json),
        EACH(a_wrong_method_is_405_and_options_lists_the_right_ones),
        EACH(only_the_roles_of_the_row_may_call),
        EACH(a_request_from_another_site_is_refused),
        EACH(a_body_over_the_routes_limit_is_413),
        EACH(a_json_body_must_be_json),
        EACH(an_error_keeps_its_headers_but_not_its_half_body_nor_secrets),
        EACH(a_long_answer_comes_in_parts),
        EACH(a_big_upload_reaches_its_handler_in_order),
        EACH(a_client_that_expects_100_continue_gets_it),
        EACH(an_upload_that_is_cut_is_ended_with_what_arrived),
        EACH(a_client_that_leaves_with_its_last_bytes_is_noticed_soon),
        cmocka_unit_test_setup_teardown(a_client_that_falls_silent_is_ended, start_impatient, stop),
        cmocka_unit_test_setup_teardown(headers_that_come_in_drops_do_not_hold_a_connection,
                                        start_impatient, stop),
        EACH(too_many_headers_are_refused),
        EACH(many_parallel_requests_each_get_their_own_answer),
        EACH(stopping_ends_open_uploads_and_answers),
        EACH(a_bad_address_or_certificate_is_told),
        cmocka_unit_test(a_start_without_memory_leaves_nothing_behind),
        EACH(a_request_without_memory_is_refused_or_cut_and_the_server_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
