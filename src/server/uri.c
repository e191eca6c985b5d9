#include "server/uri.h"

#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool uri_decode(struct str text, bool plus, struct arena *arena, struct str *ret, struct error *err)
{
    char *to = arena_alloc(arena, text.len + 1);
    if (!to)
        return error_no_memory(err);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            int high = i + 1 < text.len ? hex_value(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return error_set(err, ERROR_INVALID, "bad escape in the address");
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        to[len++] = c;
    }
    struct str decoded = {to, len};
    if (!str_is_utf8(decoded))
        return error_set(err, ERROR_INVALID, "the address is not UTF-8");
    *ret = decoded;
    return true;
}

bool uri_parse(struct str raw, struct arena *arena, struct str *ret_path, struct str *ret_query,
               struct error *err)
{
    if (raw.len > URI_MAX)
        return error_set(err, ERROR_INVALID, "the address is longer than %d bytes", URI_MAX);
    if (raw.len == 0 || raw.ptr[0] != '/')
        return error_set(err, ERROR_INVALID, "the address must begin with a slash");
    const char *mark = memchr(raw.ptr, '?', raw.len);
    size_t path_len = mark ? (size_t)(mark - raw.ptr) : raw.len;
    struct str path = {raw.ptr, path_len}, decoded;
    size_t slashes = 0, slashes_after = 0;
    if (!uri_decode(path, false, arena, &decoded, err))
        return false;
    for (size_t i = 0; i < path.len; i++)
        slashes += path.ptr[i] == '/';
    for (size_t i = 0; i < decoded.len; i++) {
        unsigned char c = (unsigned char)decoded.ptr[i];
        slashes_after += c == '/';
        if (c < 0x20 || c == 0x7f)
            return error_set(err, ERROR_INVALID, "control characters in the address");
    }
    if (slashes != slashes_after)
        return error_set(err, ERROR_INVALID, "escaped slash in the address");
    *ret_path = decoded;
    *ret_query = mark ? str_slice(raw, path_len + 1, raw.len) : (struct str){NULL, 0};
    return true;
}

struct str uri_query_find(struct str query, struct str name, struct arena *arena)
{
    struct str rest = query, pair, key, value;
    while (str_split(&rest, '&', &pair)) {
        struct str raw_key = pair, raw_value = STR("");
        const char *equals = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
        if (equals) {
            raw_key = str_bytes(pair.ptr, (size_t)(equals - pair.ptr));
            raw_value = str_slice(pair, raw_key.len + 1, pair.len);
        }
        if (raw_key.len > 3 * name.len) /* an escape is three bytes for one */
            continue;
        if (uri_decode(raw_key, true, arena, &key, NULL) && str_eq(key, name))
            return uri_decode(raw_value, true, arena, &value, NULL) ? value : (struct str){NULL, 0};
    }
    return (struct str){NULL, 0};
}

static bool is_param(struct str part)
{
    if (part.len == 0 || part.len > URI_PARAM_MAX)
        return false;
    for (size_t i = 0; i < part.len; i++) {
        char c = part.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '_' || c == '-'))
            return false;
    }
    return true;
}

bool uri_match(const char *pattern, struct str path, struct str *ret_params, size_t max)
{
    struct str wanted = str_from(pattern), want, have, params[URI_PARAM_MAX];
    size_t found = 0;
    for (;;) {
        bool more_wanted = str_split(&wanted, '/', &want);
        bool more = str_split(&path, '/', &have);
        if (more_wanted != more)
            return false;
        if (!more)
            break;
        if (want.len > 0 && want.ptr[0] == ':') {
            if (!is_param(have) || found == max || found == ARRAY_LEN(params))
                return false;
            params[found++] = have;
        } else if (!str_eq(want, have)) {
            return false;
        }
    }
    for (size_t i = 0; i < found; i++)
        ret_params[i] = params[i];
    return true;
}
