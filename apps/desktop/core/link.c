#include "app_core/link.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_BYTES ((size_t)512 << 10)
#define PROBE_TRIES 5
#define AGREEMENT_MAX ((size_t)64 << 10)

/* ---- pairing ---- */

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
}

static bool is_this_machine(struct str host)
{
    struct str rest = host, name;
    if (str_eq(str_slice(host, 0, 5), STR("[::1]")))
        return host.len == 5 || host.ptr[5] == ':';
    return str_split(&rest, ':', &name) &&
           (str_eq(name, STR("127.0.0.1")) || str_eq(name, STR("localhost")));
}

bool pairing_origin(struct str typed, char ret[LINK_ORIGIN_MAX], struct error *err)
{
    struct str text = str_trim(typed), host;
    bool plain = str_starts(text, STR("http://")), tls = str_starts(text, STR("https://"));
    text = str_slice(text, plain ? 7 : tls ? 8 : 0, text.len);
    if (!str_split(&text, '/', &host) || host.len == 0 || host.len > 200)
        return error_set(err, ERROR_INVALID, "please enter the address of the server");
    for (size_t i = 0; i < host.len; i++)
        if (!is_host_char(host.ptr[i]))
            return error_set(err, ERROR_INVALID, "this is no address of a server");
    if (!plain && !tls)
        plain = is_this_machine(host);
    if (plain && !is_this_machine(host))
        return error_set(err, ERROR_INVALID, "the address must begin with https://");
    snprintf(ret, LINK_ORIGIN_MAX, "%s://" STR_FMT, plain ? "http" : "https", STR_ARG(host));
    return true;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool decode(struct str text, char *ret, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < size - 1; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            if (i + 2 >= text.len || hex_digit(text.ptr[i + 1]) < 0 ||
                hex_digit(text.ptr[i + 2]) < 0)
                return false;
            c = (char)(hex_digit(text.ptr[i + 1]) * 16 + hex_digit(text.ptr[i + 2]));
            i += 2;
        }
        if ((unsigned char)c < ' ')
            return false;
        ret[len++] = c;
    }
    ret[len] = '\0';
    return true;
}

bool pairing_parse(struct str link, struct pairing *ret, struct error *err)
{
    struct str rest, pair, key;
    struct pairing p = {.origin = ""};
    char server[LINK_ORIGIN_MAX] = "";
    if (str_starts(link, STR("proctortrack://pair?")))
        rest = str_slice(link, 20, link.len);
    else if (str_starts(link, STR("proctortrack://pair/?"))) /* as browsers write it anew */
        rest = str_slice(link, 21, link.len);
    else
        return error_set(err, ERROR_INVALID, "this is no link of Proctortrack");
    while (str_split(&rest, '&', &pair)) {
        struct str value = pair;
        bool good = true;
        if (!str_split(&value, '=', &key) || !value.ptr)
            continue;
        if (str_eq(key, STR("server")))
            good = decode(value, server, sizeof server);
        else if (str_eq(key, STR("code")))
            good = decode(value, p.code, sizeof p.code);
        if (!good)
            return error_set(err, ERROR_INVALID, "this link is broken");
    }
    if (!p.code[0] || !server[0])
        return error_set(err, ERROR_INVALID, "this link is not complete");
    if (!pairing_origin(str_from(server), p.origin, err))
        return false;
    *ret = p;
    return true;
}

/* ---- requests ---- */

static bool ask(struct http *h, const char *method, const char *path, const char *token,
                struct str body, struct http_answer *ret, struct error *err)
{
    struct http_request q = {.method = method,
                             .path = path,
                             .token = token,
                             .type = body.ptr ? "application/json" : NULL,
                             .body = body};
    return http_perform(h, &q, ret, err) && http_check(ret, err);
}

/* Takes the reference on `body`. */
static bool ask_json(struct http *h, const char *path, const char *token, json_t *body,
                     struct http_answer *ret, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    bool good = body ? json_text(body, &text, err) : error_no_memory(err);
    json_decref(body);
    return good && ask(h, "POST", path, token, str_from(text), ret, err);
}

static bool get_text(const json_t *object, const char *key, char *ret, size_t size,
                     struct error *err)
{
    struct str text;
    if (!json_get_str(object, "", key, size - 1, &text, err))
        return false;
    fact_text(ret, size, text);
    return true;
}

bool link_pair(struct http *h, const struct pairing *p, const char *version, const char *platform,
               const char *sha256, struct login *ret, int64_t *ret_server_us, struct error *err)
{
    CLEANUP(http_answer_done) struct http_answer a = {0};
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct login l = {.origin = ""};
    if (!ask_json(h, "/api/app/pair", NULL,
                  json_pack("{s:s, s:s, s:s, s:s}", "code", p->code, "version", version, "platform",
                            platform, "sha256", sha256),
                  &a, err) ||
        !json_parse(buf_str(&a.body), &body, err) ||
        !get_text(body, "token", l.token, sizeof l.token, err) ||
        !get_text(body, "session", l.session, sizeof l.session, err) ||
        !get_text(body, "candidate", l.candidate, sizeof l.candidate, err) ||
        !get_text(body, "exam", l.exam, sizeof l.exam, err) ||
        !json_get_i64(body, "", "server_us", 0, INT64_MAX, ret_server_us, err))
        return false;
    for (const char *c = l.session; *c; c++) /* it becomes a folder's name */
        if (hex_digit(*c) < 0 && !((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')))
            return error_set(err, ERROR_INVALID, "the server's answer is not understood");
    memcpy(l.origin, p->origin, sizeof l.origin);
    *ret = l;
    return true;
}

/* ---- the session ---- */

void link_session_done(struct link_session *s)
{
    json_decref(s->policy);
    s->policy = NULL;
    buf_done(&s->agreement);
}

static enum link_check check_from(struct str state)
{
    return str_eq(state, STR("passed"))       ? LINK_CHECK_PASSED
           : str_eq(state, STR("failed"))     ? LINK_CHECK_FAILED
           : str_eq(state, STR("overridden")) ? LINK_CHECK_OVERRIDDEN
                                              : LINK_CHECK_WAITING;
}

static void take_checks(const json_t *list, struct link_session *ret)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
    {
        struct str point, state;
        if (!json_get_str(one, "", "point", 32, &point, NULL) ||
            !json_get_str(one, "", "state", 32, &state, NULL))
            continue;
        for (enum point p = POINT_NONE + 1; p < POINTS_LEN; p++) {
            if (!str_eq(point, str_from(point_name(p))))
                continue;
            ret->checks[p] = check_from(state);
            fact_text(ret->problems[p], CHECK_TEXT_SIZE,
                      str_from(json_string_value(json_object_get(one, "problem"))));
            fact_text(ret->mends[p], CHECK_TEXT_SIZE,
                      str_from(json_string_value(json_object_get(one, "mend"))));
        }
    }
}

static bool take_policy(json_t *policy, struct link_session *ret)
{
    size_t i;
    json_t *thing;
    json_array_foreach(json_object_get(policy, "permitted"), i, thing)
    {
        struct str name = str_from(json_string_value(thing));
        ret->second_screen = ret->second_screen || str_eq(name, STR("second-screen"));
        ret->headphones = ret->headphones || str_eq(name, STR("headphones"));
    }
    ret->policy = json_incref(policy);
    return true;
}

/* What is no plugin's id is none. */
static void take_plugin(const json_t *body, struct link_session *ret)
{
    struct str id = str_from(json_string_value(json_object_get(body, "plugin")));
    if (native_is_id(id))
        str_into(id, ret->plugin, sizeof ret->plugin);
}

static bool take_agreement(const json_t *document, struct link_session *ret, struct error *err)
{
    size_t i;
    json_t *paragraph;
    buf_init(&ret->agreement, AGREEMENT_MAX);
    json_array_foreach(json_object_get(document, "paragraphs"), i, paragraph)
    {
        if (ret->agreement.len)
            buf_add_c(&ret->agreement, "\n\n");
        if (json_is_string(paragraph))
            buf_add_c(&ret->agreement, json_string_value(paragraph));
    }
    return buf_ok(&ret->agreement, err);
}

bool link_session(struct http *h, const struct login *l, struct link_session *ret,
                  struct error *err)
{
    CLEANUP(http_answer_done) struct http_answer a = {0};
    CLEANUP(json_decrefp) json_t *body = NULL;
    CLEANUP(link_session_done) struct link_session s = {0};
    struct str state;
    if (!ask(h, "GET", "/api/app/session", l->token, (struct str){NULL, 0}, &a, err) ||
        !json_parse(buf_str(&a.body), &body, err) ||
        !json_get_str(body, "", "state", 32, &state, err) ||
        !json_get_bool(body, "", "over", &s.over, err) ||
        !json_get_bool(body, "", "finished", &s.finished, err) ||
        !json_get_i64(body, "", "server_us", 0, INT64_MAX, &s.server_us, err))
        return false;
    take_plugin(body, &s);
    s.checking = str_eq(state, STR("agreed"));
    s.recording = str_eq(state, STR("recording")) || str_eq(state, STR("exam"));
    take_checks(json_object_get(body, "checks"), &s);
    if (!take_policy(json_object_get(body, "policy"), &s) ||
        !take_agreement(json_object_get(body, "agreement"), &s, err))
        return false;
    *ret = s;
    memset(&s, 0, sizeof s); /* handed over */
    return true;
}

bool link_check(struct http *h, const struct login *l, enum point point, const struct check *c,
                struct error *err)
{
    CLEANUP(http_answer_done) struct http_answer a = {0};
    return ask_json(h, "/api/app/checks", l->token,
                    json_pack("{s:s, s:s, s:O, s:s, s:s}", "point", point_name(point), "state",
                              c->passed ? "passed" : "failed", "detail", c->detail, "problem",
                              c->problem, "mend", c->mend),
                    &a, err);
}

bool link_beat(struct http *h, const struct login *l, const char *phase, int percent,
               int64_t uptime_s, struct error *err)
{
    CLEANUP(http_answer_done) struct http_answer a = {0};
    return ask_json(h, "/api/app/heartbeat", l->token,
                    json_pack("{s:I, s:s, s:i}", "uptime_s", (json_int_t)uptime_s, "phase", phase,
                              "percent", percent),
                    &a, err);
}

bool link_event(struct http *h, const struct login *l, struct str body, struct error *err)
{
    CLEANUP(http_answer_done) struct http_answer a = {0};
    return ask(h, "POST", "/api/app/events", l->token, body, &a, err);
}

/* ---- the network ---- */

static double rate_mbit(size_t bytes, int64_t took_us)
{
    return (double)bytes * 8 / (double)MAX(took_us, 1); /* bits a microsecond are Mbit a second */
}

/* Small requests for latency, loss and the clock. */
static bool probe_small(struct http *h, const struct login *l, struct network_look *look)
{
    int64_t best_us = INT64_MAX;
    for (look->tries = 0; look->tries < PROBE_TRIES; look->tries++) {
        CLEANUP(http_answer_done) struct http_answer a = {0};
        CLEANUP(json_decrefp) json_t *body = NULL;
        int64_t from_us = clock_monotonic_us(), wall_us = clock_wall_us(), server_us;
        bool good = ask(h, "POST", "/api/app/probe", l->token, STR("{}"), &a, NULL) &&
                    json_parse(buf_str(&a.body), &body, NULL) &&
                    json_get_i64(body, "", "server_us", 0, INT64_MAX, &server_us, NULL);
        int64_t took_us = clock_monotonic_us() - from_us;
        look->lost += !good;
        if (good && took_us < best_us) { /* the quickest tells the clocks apart best */
            best_us = took_us;
            look->latency_ms = (double)took_us / 1e3;
            look->skew_us = wall_us + took_us / 2 - server_us;
        }
    }
    return best_us < INT64_MAX;
}

bool link_probe(struct http *h, const struct login *l, struct network_look *ret, struct error *err)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    struct network_look look = {.tries = 0};
    char *room = buf_reserve(&bytes, PROBE_BYTES);
    if (!room)
        return error_no_memory(err);
    unsigned x = 1; /* nothing on the way can make it shorter */
    for (size_t i = 0; i < PROBE_BYTES; i++)
        room[i] = (char)((x = x * 1103515245U + 12345U) >> 16);
    buf_commit(&bytes, PROBE_BYTES);
    if (probe_small(h, l, &look)) {
        CLEANUP(http_answer_done) struct http_answer up = {0};
        CLEANUP(http_answer_done) struct http_answer down = {0};
        int64_t from_us = clock_monotonic_us();
        struct http_request q = {.method = "POST",
                                 .path = "/api/app/probe",
                                 .token = l->token,
                                 .type = "application/octet-stream",
                                 .body = buf_str(&bytes)};
        if (http_perform(h, &q, &up, NULL) && http_check(&up, NULL))
            look.up_mbit = rate_mbit(PROBE_BYTES, clock_monotonic_us() - from_us);
        from_us = clock_monotonic_us();
        if (ask(h, "GET", "/api/app/probe?bytes=524288", l->token, (struct str){NULL, 0}, &down,
                NULL))
            look.down_mbit = rate_mbit(down.body.len, clock_monotonic_us() - from_us);
    }
    *ret = look;
    return true;
}
