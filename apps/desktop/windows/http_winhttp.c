/* TLS 1.2 and up, no redirects (the token must go to no other server), no cookies. */
#include "http_winhttp.h"

#include "wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winhttp.h>

#define TIMEOUT_MS 30000
#define HEADERS_MAX 4096

struct win_http {
    struct http http;              /* first: the interface */
    HINTERNET session, connection; /* owned */
    bool secure;
};

static bool fail(struct error *err)
{
    return error_set(err, ERROR_CLOSED, "the server cannot be reached: WinHTTP says error %lu",
                     GetLastError());
}

static bool add(char *to, size_t *len, const char *name, const char *value)
{
    int more = snprintf(to + *len, HEADERS_MAX - *len, "%s: %s\r\n", name, value);
    if (more < 0 || (size_t)more >= HEADERS_MAX - *len)
        return false;
    *len += (size_t)more;
    return true;
}

static bool headers_of(const struct http_request *q, wchar_t ret[HEADERS_MAX])
{
    char text[HEADERS_MAX] = "", bearer[160];
    size_t len = 0;
    bool good = true;
    if (q->token) {
        snprintf(bearer, sizeof bearer, "Bearer %s", q->token);
        good = add(text, &len, "Authorization", bearer);
    }
    if (q->type)
        good = good && add(text, &len, "Content-Type", q->type);
    for (size_t i = 0; i < HTTP_HEADERS_MAX && q->headers[i].name; i++)
        if (q->headers[i].value)
            good = good && add(text, &len, q->headers[i].name, q->headers[i].value);
    wide_from(str_bytes(text, len), ret, HEADERS_MAX);
    return good;
}

static void take_header(HINTERNET r, const wchar_t *name, const char *plain,
                        struct http_answer *ret)
{
    wchar_t value[HTTP_LOCATION_MAX];
    char text[HTTP_LOCATION_MAX], line[HTTP_LOCATION_MAX + 40];
    DWORD size = sizeof value;
    if (!WinHttpQueryHeaders(r, WINHTTP_QUERY_CUSTOM, name, value, &size, WINHTTP_NO_HEADER_INDEX))
        return;
    wide_to(value, text, sizeof text);
    snprintf(line, sizeof line, "%s: %s", plain, text);
    http_take_header(ret, str_from(line));
}

static bool read_body(HINTERNET r, struct http_answer *ret, struct error *err)
{
    for (;;) {
        DWORD there = 0, got = 0;
        if (!WinHttpQueryDataAvailable(r, &there))
            return fail(err);
        if (there == 0)
            return true;
        char *room = buf_reserve(&ret->body, there);
        if (!room)
            return error_set(err, ERROR_TOO_LARGE, "an answer is too long");
        if (!WinHttpReadData(r, room, there, &got))
            return fail(err);
        buf_commit(&ret->body, got);
    }
}

static bool exchange(HINTERNET r, const struct http_request *q, struct http_answer *ret,
                     struct error *err)
{
    wchar_t headers[HEADERS_MAX];
    DWORD status = 0, size = sizeof status;
    DWORD never = WINHTTP_OPTION_REDIRECT_POLICY_NEVER, no_cookies = WINHTTP_DISABLE_COOKIES;
    if (!headers_of(q, headers))
        return error_set(err, ERROR_TOO_LARGE, "a request has no room");
    WinHttpSetOption(r, WINHTTP_OPTION_REDIRECT_POLICY, &never, sizeof never);
    WinHttpSetOption(r, WINHTTP_OPTION_DISABLE_FEATURE, &no_cookies, sizeof no_cookies);
    if (!WinHttpSendRequest(r, headers, (DWORD)-1, (void *)(uintptr_t)q->body.ptr,
                            (DWORD)q->body.len, (DWORD)q->body.len, 0) ||
        !WinHttpReceiveResponse(r, NULL) ||
        !WinHttpQueryHeaders(r, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                             WINHTTP_HEADER_NAME_BY_INDEX, &status, &size, WINHTTP_NO_HEADER_INDEX))
        return fail(err);
    take_header(r, L"Upload-Offset", "Upload-Offset", ret);
    take_header(r, L"Upload-Length", "Upload-Length", ret);
    take_header(r, L"Location", "Location", ret);
    take_header(r, L"Retry-After", "Retry-After", ret);
    if (strcmp(q->method, "HEAD") != 0 && !read_body(r, ret, err))
        return false;
    ret->status = status;
    return true;
}

static bool perform(struct http *http, const struct http_request *q, struct http_answer *ret,
                    struct error *err)
{
    struct win_http *h = (struct win_http *)http;
    wchar_t method[16], path[1024];
    wide_from(str_from(q->method), method, ARRAY_LEN(method));
    wide_from(str_from(q->path), path, ARRAY_LEN(path));
    HINTERNET r =
        WinHttpOpenRequest(h->connection, method, path, NULL, WINHTTP_NO_REFERER,
                           WINHTTP_DEFAULT_ACCEPT_TYPES, h->secure ? WINHTTP_FLAG_SECURE : 0);
    if (!r)
        return fail(err);
    bool good = exchange(r, q, ret, err);
    WinHttpCloseHandle(r);
    return good;
}

static void destroy(struct http *http)
{
    struct win_http *h = (struct win_http *)http;
    if (h->connection)
        WinHttpCloseHandle(h->connection);
    if (h->session)
        WinHttpCloseHandle(h->session);
    free(h);
}

static const struct http_ops ops = {perform, destroy};

static bool open_connection(struct win_http *h, const char *origin, struct error *err)
{
    wchar_t url[300], host[256];
    URL_COMPONENTS parts = {
        .dwStructSize = sizeof parts, .lpszHostName = host, .dwHostNameLength = ARRAY_LEN(host)};
    DWORD tls = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2 | 0x00002000; /* and 1.3 */
    wide_from(str_from(origin), url, ARRAY_LEN(url));
    h->session = WinHttpOpen(L"Proctortrack/" PT_VERSION, WINHTTP_ACCESS_TYPE_DEFAULT_PROXY,
                             WINHTTP_NO_PROXY_NAME, WINHTTP_NO_PROXY_BYPASS, 0);
    if (!h->session || !WinHttpCrackUrl(url, 0, 0, &parts))
        return fail(err);
    if (!WinHttpSetOption(h->session, WINHTTP_OPTION_SECURE_PROTOCOLS, &tls, sizeof tls)) {
        tls = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2; /* a Windows without 1.3 */
        WinHttpSetOption(h->session, WINHTTP_OPTION_SECURE_PROTOCOLS, &tls, sizeof tls);
    }
    WinHttpSetTimeouts(h->session, TIMEOUT_MS, TIMEOUT_MS, TIMEOUT_MS, TIMEOUT_MS);
    h->secure = parts.nScheme == INTERNET_SCHEME_HTTPS;
    h->connection = WinHttpConnect(h->session, host, parts.nPort, 0);
    return h->connection || fail(err);
}

bool http_winhttp_create(const char *origin, struct http **ret, struct error *err)
{
    struct win_http *h = calloc(1, sizeof *h);
    if (!h)
        return error_no_memory(err);
    h->http.ops = &ops;
    if (!open_connection(h, origin, err)) {
        destroy(&h->http);
        return false;
    }
    *ret = &h->http;
    return true;
}
