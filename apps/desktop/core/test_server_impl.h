/* The body of test_server.h, for the one test that includes it. */
#pragma once
#include "app_core/test_server.h"

#include "base/clock.h"
#include "base/json.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t test_lock = PTHREAD_MUTEX_INITIALIZER; /* the engine has three threads */

struct test_link {
    struct http http;
    struct test_server *server;
};

static const char *test_header(const struct http_request *q, const char *name)
{
    for (size_t i = 0; i < HTTP_HEADERS_MAX; i++)
        if (q->headers[i].name && strcmp(q->headers[i].name, name) == 0)
            return q->headers[i].value;
    return NULL;
}

static void test_answer(struct http_answer *a, unsigned status, const char *body)
{
    a->status = status;
    buf_add_c(&a->body, body);
}

static void test_session(const struct test_server *s, struct http_answer *a)
{
    static const char *const points[] = {"camera",  "microphone", "displays", "network",
                                         "machine", "programs",   "browser"};
    buf_printf(
        &a->body,
        "{\"state\":\"%s\",\"step\":\"exam\",\"over\":%s,\"finished\":%s,\"server_us\":%" PRId64
        ",\"policy\":{\"permitted\":[],\"programs\":[{\"kind\":\"office\",\"names\":"
        "[\"soffice\"]}]},\"agreement\":{\"paragraphs\":[\"One.\",\"Two.\"]},\"checks\":[",
        s->recording ? "exam" : "agreed", s->finished ? "true" : "false",
        s->finished ? "true" : "false", clock_wall_us());
    for (size_t i = 0; i < ARRAY_LEN(points); i++)
        buf_printf(&a->body, "%s{\"point\":\"%s\",\"state\":\"%s\",\"problem\":null,\"mend\":null}",
                   i ? "," : "", points[i],
                   s->overridden ? "overridden"
                   : i == 6      ? "passed"
                                 : "waiting");
    buf_add_c(&a->body, "]}");
    a->status = 200;
}

static void test_upload(struct test_server *s, const struct http_request *q, struct http_answer *a)
{
    if (strcmp(q->path, "/api/app/uploads") == 0) {
        if (!s->recording || s->uploads_len == TEST_UPLOADS_MAX) {
            test_answer(a, 409, "{\"error\":{\"message\":\"Not yet.\"}}");
            return;
        }
        s->lengths[s->uploads_len] = -1;
        snprintf(a->location, sizeof a->location, "/api/app/uploads/u%zu", s->uploads_len++);
        a->status = 201;
        return;
    }
    size_t at = (size_t)atoi(q->path + strlen("/api/app/uploads/u"));
    if (at >= s->uploads_len) {
        test_answer(a, 404, "");
        return;
    }
    struct buf *b = &s->uploads[at];
    if (strcmp(q->method, "PATCH") == 0) {
        const char *length = test_header(q, "Upload-Length");
        if ((size_t)atoll(test_header(q, "Upload-Offset")) != b->len) {
            test_answer(a, 409, "{\"error\":{\"message\":\"Wrong offset.\"}}");
            return;
        }
        buf_add(b, q->body);
        if (length)
            s->lengths[at] = atoll(length);
    }
    a->status = strcmp(q->method, "PATCH") == 0 ? 204 : 200;
    a->upload_offset = (int64_t)b->len;
    a->upload_length = s->lengths[at];
}

static void test_serve(struct test_server *s, const struct http_request *q, struct http_answer *a)
{
    if (s->unauthorized)
        test_answer(a, 401, "{\"error\":{\"message\":\"Nobody.\"}}");
    else if (strcmp(q->path, "/api/app/pair") == 0)
        test_answer(a, 201,
                    "{\"token\":\"secret\",\"session\":\"abc\",\"candidate\":\"A. B.\","
                    "\"exam\":\"Law\",\"server_us\":1}");
    else if (strcmp(q->path, "/api/app/session") == 0)
        test_session(s, a);
    else if (strncmp(q->path, "/api/app/uploads", 16) == 0)
        test_upload(s, q, a);
    else if (strncmp(q->path, "/api/app/probe", 14) == 0)
        test_answer(a, 200, "{\"server_us\":1}");
    else {
        struct buf *to = strcmp(q->path, "/api/app/events") == 0   ? &s->events
                         : strcmp(q->path, "/api/app/checks") == 0 ? &s->checks
                                                                   : &s->beats;
        buf_add(to, q->body);
        buf_add_char(to, '\n');
        test_answer(a, 200, "{}");
    }
}

static bool test_perform(struct http *h, const struct http_request *q, struct http_answer *ret,
                         struct error *err)
{
    struct test_server *s = ((struct test_link *)h)->server;
    pthread_mutex_lock(&test_lock);
    s->requests++;
    bool cut = s->gone || (s->cut_at && s->requests == s->cut_at);
    bool lost = s->lost_at && s->requests == s->lost_at;
    if (!cut)
        test_serve(s, q, ret);
    pthread_mutex_unlock(&test_lock);
    if (cut || lost)
        return error_set(err, ERROR_CLOSED, "the server cannot be reached");
    return true;
}

static void test_destroy(struct http *h) { free(h); }

static const struct http_ops test_ops = {test_perform, test_destroy};

struct http *test_http(struct test_server *s)
{
    struct test_link *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    l->http.ops = &test_ops;
    l->server = s;
    return &l->http;
}

void test_server_done(struct test_server *s)
{
    for (size_t i = 0; i < TEST_UPLOADS_MAX; i++)
        buf_done(&s->uploads[i]);
    buf_done(&s->events);
    buf_done(&s->checks);
    buf_done(&s->beats);
}
