#include "app_core/http.h"

#include "base/json.h"

#include <string.h>

void http_answer_done(struct http_answer *a) { buf_done(&a->body); }

bool http_perform(struct http *h, const struct http_request *q, struct http_answer *ret,
                  struct error *err)
{
    memset(ret, 0, sizeof *ret);
    ret->upload_offset = -1;
    ret->upload_length = -1;
    buf_init(&ret->body, HTTP_ANSWER_MAX);
    return h->ops->perform(h, q, ret, err);
}

void http_destroy(struct http *h)
{
    if (h)
        h->ops->destroy(h);
}

void http_take_header(struct http_answer *a, struct str line)
{
    struct str name, value = line;
    int64_t number;
    if (!str_split(&value, ':', &name) || !value.ptr)
        return;
    value = str_trim(value);
    if (str_eq_nocase(name, STR("Upload-Offset")) && str_to_i64(value, &number) && number >= 0)
        a->upload_offset = number;
    else if (str_eq_nocase(name, STR("Upload-Length")) && str_to_i64(value, &number) && number >= 0)
        a->upload_length = number;
    else if (str_eq_nocase(name, STR("Retry-After")) && str_to_i64(value, &number) && number > 0)
        a->retry_after_s = MIN(number, 3600);
    else if (str_eq_nocase(name, STR("Location")) &&
             !str_into(value, a->location, sizeof a->location))
        a->location[0] = '\0'; /* none rather than half of one */
}

static enum error_code code_of(unsigned status)
{
    switch (status) {
    case 400:
        return ERROR_INVALID;
    case 401:
        return ERROR_UNAUTHORIZED;
    case 403:
        return ERROR_FORBIDDEN;
    case 404:
        return ERROR_NOT_FOUND;
    case 409:
        return ERROR_CONFLICT;
    case 410:
        return ERROR_GONE;
    case 413:
        return ERROR_TOO_LARGE;
    case 423:
    case 502:
    case 503:
    case 504:
        return ERROR_BUSY;
    case 429:
        return ERROR_THROTTLED;
    case 460:
        return ERROR_CHECKSUM;
    case 507:
        return ERROR_NO_SPACE;
    default:
        return status >= 500 ? ERROR_IO : ERROR_INVALID;
    }
}

bool http_check(const struct http_answer *a, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str message;
    if (a->status >= 200 && a->status < 300)
        return true;
    if (json_parse(buf_str(&a->body), &body, NULL) &&
        json_get_str(json_object_get(body, "error"), "", "message", 400, &message, NULL))
        return error_set(err, code_of(a->status), STR_FMT, STR_ARG(message));
    return error_set(err, code_of(a->status), "the server answered %u", a->status);
}
