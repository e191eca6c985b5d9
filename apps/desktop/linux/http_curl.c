/* Requests by libcurl: TLS 1.2 and up, certificates by the system's authorities, no redirects (the
 * token must go to no other server), no proxy secrets of ours. */
#include "http_curl.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_S 10L
#define SLOW_S 30L /* less than a byte a second for so long is a cut */

struct curl_http {
    struct http http; /* first: the interface */
    CURL *curl;       /* owned */
    char origin[256];
};

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http_answer *a = context;
    buf_add(&a->body, str_bytes(bytes, size * count));
    return a->body.failed ? 0 : size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    http_take_header(context, str_bytes(bytes, size * count));
    return size * count;
}

static bool add_line(struct curl_slist **list, const char *name, const char *value)
{
    char line[2048];
    if (snprintf(line, sizeof line, "%s: %s", name, value) >= (int)sizeof line)
        return false;
    struct curl_slist *more = curl_slist_append(*list, line);
    if (more)
        *list = more;
    return more;
}

static bool add_headers(const struct http_request *q, struct curl_slist **list)
{
    char bearer[160];
    bool good = add_line(list, "Expect", ""); /* no waiting for "100 Continue" */
    if (q->token) {
        snprintf(bearer, sizeof bearer, "Bearer %s", q->token);
        good = good && add_line(list, "Authorization", bearer);
    }
    if (q->type)
        good = good && add_line(list, "Content-Type", q->type);
    for (size_t i = 0; i < HTTP_HEADERS_MAX && q->headers[i].name; i++)
        if (q->headers[i].value)
            good = good && add_line(list, q->headers[i].name, q->headers[i].value);
    return good;
}

static void set_up(struct curl_http *h, const struct http_request *q, struct http_answer *ret,
                   const char *url, struct curl_slist *headers)
{
    CURL *c = h->curl;
    curl_easy_reset(c); /* keeps the connection */
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, SLOW_S);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, ret);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, ret);
    if (strcmp(q->method, "HEAD") == 0) {
        curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
    } else if (strcmp(q->method, "GET") != 0) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body.ptr ? q->body.ptr : "");
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.len);
    }
}

static bool perform(struct http *http, const struct http_request *q, struct http_answer *ret,
                    struct error *err)
{
    struct curl_http *h = (struct curl_http *)http;
    struct curl_slist *headers = NULL;
    char url[1024];
    long status = 0;
    snprintf(url, sizeof url, "%s%s", h->origin, q->path);
    if (!add_headers(q, &headers)) {
        curl_slist_free_all(headers);
        return error_set(err, ERROR_NO_MEMORY, "a request has no room");
    }
    set_up(h, q, ret, url, headers);
    CURLcode code = curl_easy_perform(h->curl);
    curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return error_set(err, ret->body.full ? ERROR_TOO_LARGE : ERROR_CLOSED,
                         "the server cannot be reached: %s", curl_easy_strerror(code));
    ret->status = (unsigned)status;
    return true;
}

static void destroy(struct http *http)
{
    struct curl_http *h = (struct curl_http *)http;
    curl_easy_cleanup(h->curl);
    free(h);
}

static const struct http_ops ops = {perform, destroy};

bool http_curl_create(const char *origin, struct http **ret, struct error *err)
{
    struct curl_http *h = calloc(1, sizeof *h);
    if (!h)
        return error_no_memory(err);
    h->http.ops = &ops;
    h->curl = curl_easy_init();
    snprintf(h->origin, sizeof h->origin, "%s", origin);
    if (!h->curl) {
        free(h);
        return error_no_memory(err);
    }
    *ret = &h->http;
    return true;
}

bool http_curl_start(struct error *err)
{
    return !curl_global_init(CURL_GLOBAL_DEFAULT) ||
           error_set(err, ERROR_INTERNAL, "libcurl does not start");
}
