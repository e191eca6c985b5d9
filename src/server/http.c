#include "server/http.h"

#include "server/feed.h"
#include "server/inbound.h"
#include "server/uri.h"

#include <assert.h>
#include <string.h>

#define JSON_DEPTH_MAX 32 /* a stranger's nesting; ours is at most 6 deep */

static const char *const method_names[] = {
    [HTTP_NONE] = "-",        [HTTP_GET] = "GET",        [HTTP_HEAD] = "HEAD",
    [HTTP_POST] = "POST",     [HTTP_PUT] = "PUT",        [HTTP_PATCH] = "PATCH",
    [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS"};

const char *http_method_name(enum http_method method) { return method_names[method]; }

enum http_method http_method_from(struct str name)
{
    for (unsigned i = HTTP_GET; i < ARRAY_LEN(method_names); i++)
        if (str_eq(name, str_from(method_names[i]))) /* methods are case-sensitive, RFC 9110 9.1 */
            return (enum http_method)i;
    return HTTP_NONE;
}

struct str request_header(const struct request *q, const char *name)
{
    const struct inbound *in = q->transport;
    for (size_t i = 0; in && i < in->headers_len; i++)
        if (str_eq_nocase(in->headers[i].name, str_from(name)))
            return in->headers[i].value;
    return (struct str){NULL, 0};
}

struct str request_query(const struct request *q, const char *name)
{
    const struct inbound *in = q->transport;
    return uri_query_find(in ? in->query : (struct str){NULL, 0}, str_from(name), q->arena);
}

struct str request_peer(const struct request *q)
{
    const struct inbound *in = q->transport;
    return in ? in->peer : (struct str){NULL, 0};
}

struct str request_cookie(const struct request *q, const char *name)
{
    struct str rest = request_header(q, "Cookie"), pair, wanted = str_from(name);
    while (str_split(&rest, ';', &pair)) {
        pair = str_trim(pair);
        if (pair.len > wanted.len && pair.ptr[wanted.len] == '=' && str_starts(pair, wanted))
            return str_slice(pair, wanted.len + 1, pair.len);
    }
    return (struct str){NULL, 0};
}

/* jansson reads as deep as its own limit (2048); counting brackets first keeps our stacks small. */
static bool json_too_deep(struct str text)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return false;
}

bool request_json(const struct request *q, json_t **ret, struct error *err)
{
    struct str type = request_header(q, "Content-Type"), media;
    if (!str_split(&type, ';', &media) || !str_eq_nocase(str_trim(media), STR("application/json")))
        return error_set(err, ERROR_UNSUPPORTED, "the body must be application/json");
    if (!str_is_utf8(q->body))
        return error_set(err, ERROR_INVALID, "the body is not UTF-8");
    if (json_too_deep(q->body))
        return error_set(err, ERROR_INVALID, "the body is nested more than %d deep",
                         JSON_DEPTH_MAX);
    CLEANUP(json_decrefp) json_t *value = NULL;
    if (!json_parse(q->body, &value, err))
        return false;
    if (!json_is_object(value))
        return error_set(err, ERROR_INVALID, "the body must be a JSON object");
    *ret = TAKE(value);
    return true;
}

bool request_json_only(const json_t *object, const char *names, struct error *err)
{
    for (void *i = json_object_iter((json_t *)(uintptr_t)object); i;
         i = json_object_iter_next((json_t *)(uintptr_t)object, i)) {
        struct str key = str_from(json_object_iter_key(i)), rest = str_from(names), name;
        bool known = false;
        while (!known && str_split(&rest, ' ', &name))
            known = name.len > 0 && str_eq(name, key);
        if (!known)
            return error_set(err, ERROR_INVALID, "unknown member \"%.60s\"",
                             json_object_iter_key(i));
    }
    return true;
}

bool request_param_i64(const struct request *q, int index, int64_t *ret, struct error *err)
{
    assert(index >= 0 && index < HTTP_PARAMS_MAX);
    struct str text = q->params[index];
    if (text.len == 0 || text.ptr[0] == '-' || !str_to_i64(text, ret))
        return error_set(err, ERROR_NOT_FOUND, "there is nothing of that name");
    return true;
}

void response_header(struct response *r, const char *name, const char *value)
{
    assert(name);
    for (size_t i = 0; i < r->headers_len; i++)
        if (str_eq_nocase(str_from(r->headers[i].name), str_from(name)) &&
            !str_eq_nocase(str_from(name), STR("Set-Cookie"))) {
            r->headers[i].value = value;
            return;
        }
    assert(r->headers_len < HTTP_HEADERS_MAX);
    r->headers[r->headers_len].name = name;
    r->headers[r->headers_len++].value = value; /* NULL (no memory) is left out when sent */
}

bool response_json(struct response *r, unsigned status, json_t *value, struct error *err)
{
    CLEANUP(json_decrefp) json_t *owned = value;
    CLEANUP(freep) char *text = NULL;
    if (!owned)
        return error_no_memory(err);
    if (!json_text(owned, &text, err))
        return false;
    buf_clear(&r->body);
    buf_add_c(&r->body, text);
    if (!buf_ok(&r->body, err))
        return false;
    r->status = status;
    response_header(r, "Content-Type", "application/json");
    response_header(r, "Cache-Control", "no-store");
    return true;
}

unsigned http_status(enum error_code code)
{
    switch (code) {
    case ERROR_INVALID:
        return 400;
    case ERROR_UNAUTHORIZED:
        return 401;
    case ERROR_FORBIDDEN:
        return 403;
    case ERROR_NOT_FOUND:
        return 404;
    case ERROR_CONFLICT:
        return 409;
    case ERROR_GONE:
        return 410;
    case ERROR_TOO_LARGE:
        return 413;
    case ERROR_UNSUPPORTED:
        return 415;
    case ERROR_CHECKSUM:
        return 460;
    case ERROR_THROTTLED:
        return 429;
    case ERROR_NO_SPACE:
        return 507;
    case ERROR_NO_MEMORY:
    case ERROR_BUSY:
    case ERROR_CLOSED:
        return 503;
    case ERROR_NONE:
    case ERROR_IO:
    case ERROR_INTERNAL:
        return 500;
    }
    return 500;
}

/* Messages are written as the end of a log line ("the exam is over"); a person reads a sentence. */
static void add_sentence(struct buf *to, struct str message)
{
    size_t word = 0;
    while (word < message.len && message.ptr[word] >= 'a' && message.ptr[word] <= 'z')
        word++;
    if (word > 0 && word < message.len && message.ptr[word] == ' ') { /* not "rules.x: ..." */
        buf_add_char(to, (char)(message.ptr[0] - 'a' + 'A'));
        message = str_slice(message, 1, message.len);
    }
    buf_add(to, message);
    if (message.len && !strchr(".!?", message.ptr[message.len - 1]))
        buf_add_char(to, '.');
}

void response_error(struct response *r, const struct request *q, unsigned status,
                    const struct error *why)
{
    static const char fallback[] =
        "{\"error\":{\"code\":\"no-memory\",\"message\":\"The server is short of memory.\"}}";
    CLEANUP(buf_done) struct buf sentence = {0};
    unsigned natural = http_status(why->code);
    if (natural == 500)
        add_sentence(&sentence, STR("something went wrong on the server"));
    else if (why->code == ERROR_NO_MEMORY)
        add_sentence(&sentence, STR("the server is short of memory, please try again"));
    else
        add_sentence(&sentence, str_from(why->message));
    if (!str_is_utf8(buf_str(&sentence))) /* a stranger's text, cut in the middle of a letter */
        for (size_t i = 0; i < sentence.len; i++)
            if ((unsigned char)sentence.ptr[i] >= 0x80)
                sentence.ptr[i] = '?';
    r->constant = (struct str){NULL, 0};
    memset(&r->source, 0, sizeof r->source); /* not ours until a handler succeeds */
    unsigned final_status = status ? status : natural;
    json_t *body =
        json_pack("{s:{s:s, s:s%, s:s}}", "error", "code", error_code_name(why->code), "message",
                  sentence.ptr ? sentence.ptr : "", sentence.len, "request_id", q->id);
    if (!response_json(r, final_status, body, NULL)) {
        r->status = final_status;
        r->constant = str_from(fallback);
        response_header(r, "Content-Type", "application/json");
        response_header(r, "Cache-Control", "no-store");
    }
    if (r->status == 429 || r->status == 503) {
        for (size_t i = 0; i < r->headers_len; i++)
            if (str_eq_nocase(str_from(r->headers[i].name), STR("Retry-After")))
                return;
        response_header(r, "Retry-After", "2");
    }
}

void response_done(struct response *r)
{
    buf_done(&r->body);
    if (r->source.close)
        r->source.close(r->source.context);
    memset(&r->source, 0, sizeof r->source);
    feed_leave(&r->feed);
}
