/* What the app says to the server and hears from it (docs/protocol.md, "The desktop app"). An
 * answer is a stranger's bytes until it is parsed here. */
#pragma once
#include "app_core/checks.h"
#include "app_core/http.h"
#include "app_core/native.h"

#define LINK_ORIGIN_MAX 256
#define LINK_CODE_MAX 32
#define LINK_TOKEN_MAX 128
#define LINK_ID_MAX 64
#define LINK_NAME_MAX 256

/* Where to go, from the page's link or typed by hand. */
struct pairing {
    char origin[LINK_ORIGIN_MAX]; /* "https://proctor.example.org" */
    char code[LINK_CODE_MAX];
};
/* "proctortrack://pair?server=...&code=...". */
MUST_USE bool pairing_parse(struct str link, struct pairing *ret, struct error *err);
/* An address as typed: "proctor.example.org", or one with a path. Only https, or http to this
 * machine itself. */
MUST_USE bool pairing_origin(struct str typed, char ret[LINK_ORIGIN_MAX], struct error *err);

struct login {
    char origin[LINK_ORIGIN_MAX];
    char token[LINK_TOKEN_MAX];
    char session[LINK_ID_MAX];
    char candidate[LINK_NAME_MAX], exam[LINK_NAME_MAX];
};
/* `sha256` is of the program's own file, in hex; empty: not known. */
MUST_USE bool link_pair(struct http *h, const struct pairing *p, const char *version,
                        const char *platform, const char *sha256, struct login *ret,
                        int64_t *ret_server_us, struct error *err);

enum link_check {
    LINK_CHECK_WAITING = 0,
    LINK_CHECK_PASSED,
    LINK_CHECK_FAILED,
    LINK_CHECK_OVERRIDDEN
};

/* The session as the server has it. */
struct link_session {
    bool checking;  /* checks are taken: nothing is recorded yet */
    bool recording; /* recordings are taken */
    bool finished;  /* the answers are closed: nothing more may be observed */
    bool over;      /* handed in: only what was recorded is still taken */
    enum link_check checks[POINTS_LEN];
    char problems[POINTS_LEN][CHECK_TEXT_SIZE], mends[POINTS_LEN][CHECK_TEXT_SIZE];
    bool second_screen, headphones; /* permitted */
    int64_t server_us;
    char plugin[NATIVE_ID_SIZE]; /* of the deployment's plugin; "": it has none */
    json_t *policy;              /* owned: as programs_create() takes it */
    struct buf agreement;        /* the text, paragraphs separated by empty lines */
};
void link_session_done(struct link_session *s); /* CLEANUP(link_session_done); zeroed is fine */
MUST_USE bool link_session(struct http *h, const struct login *l, struct link_session *ret,
                           struct error *err);
MUST_USE bool link_check(struct http *h, const struct login *l, enum point point,
                         const struct check *c, struct error *err);
/* `phase` as in the protocol: "checking", "monitoring", "uploading", "done". */
MUST_USE bool link_beat(struct http *h, const struct login *l, const char *phase, int percent,
                        int64_t uptime_s, struct error *err);
/* `body` is the whole request: {"kind", "detail", "client_us"}. */
MUST_USE bool link_event(struct http *h, const struct login *l, struct str body, struct error *err);
/* Measures: some seconds. Never fails for the network's sake: that is what it is about. */
MUST_USE bool link_probe(struct http *h, const struct login *l, struct network_look *ret,
                         struct error *err);
