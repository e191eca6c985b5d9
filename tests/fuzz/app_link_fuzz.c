/* modules: app_core
 *
 * What reaches the desktop app from outside: a link, which any web site can make; the lines of an
 * answer; the answer about a session. A link never leads to a server that is not safe. */
#include "app_core/link.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct canned {
    struct http http;
    struct str body;
};

static bool perform(struct http *h, const struct http_request *q, struct http_answer *ret,
                    struct error *err)
{
    (void)q;
    ret->status = 200;
    buf_add(&ret->body, ((struct canned *)h)->body);
    return buf_ok(&ret->body, err);
}

static void destroy(struct http *h) { (void)h; }

static const struct http_ops ops = {perform, destroy};

static void require(bool what)
{
    if (!what)
        abort();
}

static void is_safe(const char *origin)
{
    require(strncmp(origin, "https://", 8) == 0 || strncmp(origin, "http://127.0.0.1", 16) == 0 ||
            strncmp(origin, "http://localhost", 16) == 0 ||
            strncmp(origin, "http://[::1]", 12) == 0);
    require(strpbrk(strstr(origin, "://") + 3, "/@?#\\ \r\n") == NULL);
}

static void hear(struct str text)
{
    static const struct login login = {.token = "t"};
    struct canned server = {{&ops}, text};
    CLEANUP(link_session_done) struct link_session session = {0};
    CLEANUP(http_answer_done) struct http_answer answer = {0};
    struct programs *programs;
    struct login made;
    struct pairing pairing = {.code = "A"};
    int64_t us;
    http_take_header(&answer, text);
    if (link_pair(&server.http, &pairing, "1", "linux", "", &made, &us, NULL))
        for (const char *c = made.session; *c; c++) /* it names a folder */
            require(*c != '/' && *c != '.' && *c != '\\');
    if (!link_session(&server.http, &login, &session, NULL))
        return;
    for (enum point p = POINT_NONE; p < POINTS_LEN; p++)
        require(str_is_utf8(str_from(session.problems[p])) &&
                str_is_utf8(str_from(session.mends[p])));
    if (programs_create(session.policy, &programs, NULL))
        programs_destroy(programs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_bytes(data, size);
    struct pairing pairing;
    if (pairing_parse(text, &pairing, NULL))
        is_safe(pairing.origin);
    if (pairing_origin(text, pairing.origin, NULL))
        is_safe(pairing.origin);
    hear(text);
    return 0;
}
