#include "server/security.h"

/* Pages load only what this server gives them; blob: is how a recorder shows the camera and a
 * viewer its thumbnails. Nothing inline runs, so a name with markup in it stays text. */
#define POLICY(ancestors)                                                                          \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "        \
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; "              \
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "                \
    "frame-ancestors " ancestors

static void set_default(struct response *r, const char *name, const char *value)
{
    for (size_t i = 0; i < r->headers_len; i++)
        if (str_eq_nocase(str_from(r->headers[i].name), str_from(name)))
            return;
    if (r->headers_len < HTTP_HEADERS_MAX)
        response_header(r, name, value);
}

void security_headers(struct response *r, struct str path, bool https)
{
    /* The proctored window shows the exam's page in a frame; nothing else is ever framed. */
    bool framed = str_starts(path, STR("/exam/"));
    set_default(r, "Content-Security-Policy", framed ? POLICY("'self'") : POLICY("'none'"));
    set_default(r, "X-Content-Type-Options", "nosniff");
    set_default(r, "Referrer-Policy", "same-origin");
    set_default(r, "Permissions-Policy",
                "camera=(self), microphone=(self), display-capture=(self), geolocation=(), "
                "payment=(), usb=()");
    set_default(r, "Cross-Origin-Opener-Policy", "same-origin");
    set_default(r, "Cross-Origin-Resource-Policy", "same-origin");
    set_default(r, "Cache-Control", "no-store");
    if (https)
        set_default(r, "Strict-Transport-Security", "max-age=31536000");
}
