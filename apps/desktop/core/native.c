#include "app_core/native.h"

#include "app_core/keep.h"
#include "base/clock.h"

#include <string.h>

#define PROTOCOL 1
#define ID_LEN (NATIVE_ID_SIZE - 1)
#define TOLD_FILE "plugin"

/* ---- what comes in ---- */

bool native_is_id(struct str text)
{
    bool good = text.len == ID_LEN;
    for (size_t i = 0; good && i < text.len; i++)
        good = text.ptr[i] >= 'a' && text.ptr[i] <= 'p';
    return good;
}

bool native_origin(struct str argument, char ret_id[NATIVE_ID_SIZE])
{
    const struct str scheme = STR("chrome-extension://");
    struct str id = str_slice(argument, scheme.len, scheme.len + ID_LEN);
    return str_starts(argument, scheme) && argument.len == scheme.len + ID_LEN + 1 &&
           argument.ptr[argument.len - 1] == '/' && native_is_id(id) &&
           str_into(id, ret_id, NATIVE_ID_SIZE);
}

/* No text of a stranger's becomes a path, or more than that in a report. */
static bool get_word(const json_t *all, const char *key, const char *marks, char *ret, size_t size,
                     struct error *err)
{
    struct str text;
    if (!json_get_str(all, "", key, size - 1, &text, err))
        return false;
    bool good = text.len > 0;
    for (size_t i = 0; good && i < text.len; i++) {
        char c = text.ptr[i];
        good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               (c != '\0' && strchr(marks, c));
    }
    return (good && str_into(text, ret, size)) ||
           error_set(err, ERROR_INVALID, "%s: must be letters, digits and %s", key, marks);
}

static bool read_fields(const json_t *all, struct native_hello *ret, struct error *err)
{
    if (!get_word(all, "version", ".-+_", ret->version, sizeof ret->version, err) ||
        !get_word(all, "id", "", ret->id, sizeof ret->id, err) ||
        !get_word(all, "nonce", "", ret->nonce, sizeof ret->nonce, err))
        return false;
    return native_is_id(str_from(ret->id)) || error_set(err, ERROR_INVALID, "id: is no plugin's");
}

bool native_hello_parse(struct str message, struct native_hello *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *all = NULL;
    struct native_hello hello = {.version = ""};
    int64_t v;
    struct str type;
    if (!json_parse(message, &all, err) || !json_get_i64(all, "", "v", 0, INT32_MAX, &v, err) ||
        !json_get_str(all, "", "type", 16, &type, err))
        return false;
    if (v != PROTOCOL || !str_eq(type, STR("hello")))
        return error_set(err, ERROR_INVALID, "not a message of this protocol");
    if (!get_word(all, "session", "-_", hello.session, sizeof hello.session, err) ||
        !read_fields(all, &hello, err))
        return false;
    *ret = hello;
    return true;
}

/* ---- what goes out ---- */

bool native_manifest(const char *program, const char *id, struct buf *to, struct error *err)
{
    char origin[64];
    CLEANUP(freep) char *text = NULL;
    snprintf(origin, sizeof origin, "chrome-extension://%s/", id);
    CLEANUP(json_decrefp)
    json_t *all =
        json_pack("{s:s, s:s, s:s, s:s, s:[s]}", "name", NATIVE_HOST, "description", "Proctortrack",
                  "path", program, "type", "stdio", "allowed_origins", origin);
    if (!all) /* a path that is no UTF-8 */
        return error_set(err, ERROR_INVALID, "the program's path cannot be written down");
    if (!json_text(all, &text, err))
        return false;
    buf_add_c(to, text);
    buf_add_char(to, '\n');
    return buf_ok(to, err);
}

static void told_path(const struct platform *p, const char *session, char *ret, size_t size)
{
    char folder[DISK_PATH_MAX];
    keep_folder(p, session, folder);
    snprintf(ret, size, "%s/" TOLD_FILE, folder);
}

/* For the app that monitors this session, which need not have begun to. */
static bool leave(const struct platform *p, const struct native_hello *h, struct error *err)
{
    char path[DISK_PATH_MAX + 8];
    CLEANUP(freep) char *text = NULL;
    CLEANUP(json_decrefp)
    json_t *all =
        json_pack("{s:s, s:s, s:s}", "version", h->version, "id", h->id, "nonce", h->nonce);
    told_path(p, h->session, path, sizeof path);
    if (!all)
        return error_no_memory(err);
    return json_text(all, &text, err) && disk_replace(path, str_from(text), err);
}

static bool is_kept(const struct platform *p, const char *session)
{
    struct kept kept;
    bool is = keep_read(p, session, &kept, NULL) && clock_wall_us() - kept.made_us <= KEEP_US;
    vault_wipe(&kept, sizeof kept);
    return is;
}

static bool answer(const struct platform *p, const struct native_hello *h, char **ret,
                   struct error *err)
{
    bool ours = is_kept(p, h->session);
    if (ours && !leave(p, h, err))
        return false;
    CLEANUP(json_decrefp)
    json_t *all = json_pack("{s:i, s:s, s:s, s:s, s:s}", "v", PROTOCOL, "type", "app", "version",
                            PT_VERSION, "platform", p->name, "session", ours ? h->session : "");
    if (!all)
        return error_no_memory(err);
    return json_text(all, ret, err);
}

/* ---- the line: four bytes of length, as this machine orders them, then JSON ---- */

/* *ret_len 0: the browser has closed the line. */
static bool read_message(FILE *in, char ret[NATIVE_MESSAGE_MAX], size_t *ret_len, struct error *err)
{
    uint32_t len;
    size_t got = fread(&len, 1, sizeof len, in);
    *ret_len = 0;
    if (got == 0)
        return true;
    if (got != sizeof len || len == 0 || len > NATIVE_MESSAGE_MAX)
        return error_set(err, ERROR_INVALID, "a message has 1 to %d bytes", NATIVE_MESSAGE_MAX);
    if (fread(ret, 1, len, in) != len)
        return error_set(err, ERROR_INVALID, "a message was cut");
    *ret_len = len;
    return true;
}

static bool write_message(FILE *out, const char *text, struct error *err)
{
    uint32_t len = (uint32_t)strlen(text);
    if (fwrite(&len, sizeof len, 1, out) != 1 || fwrite(text, len, 1, out) != 1 || fflush(out))
        return error_set(err, ERROR_CLOSED, "the browser has gone");
    return true;
}

bool native_serve(const struct platform *p, const char *id, FILE *in, FILE *out, struct error *err)
{
    char message[NATIVE_MESSAGE_MAX];
    for (int i = 0; i < NATIVE_MESSAGES_MAX; i++) {
        CLEANUP(freep) char *text = NULL;
        struct native_hello hello;
        size_t len;
        if (!read_message(in, message, &len, err))
            return false;
        if (len == 0)
            return true;
        if (!native_hello_parse(str_bytes(message, len), &hello, err))
            return false;
        if (strcmp(hello.id, id) != 0) /* the browser says who speaks */
            return error_set(err, ERROR_INVALID, "id: is not the one that speaks");
        if (!answer(p, &hello, &text, err) || !write_message(out, text, err))
            return false;
    }
    return error_set(err, ERROR_TOO_LARGE, "more than %d messages", NATIVE_MESSAGES_MAX);
}

/* ---- in the app ---- */

bool native_take(const struct platform *p, const char *session, json_t **ret, struct error *err)
{
    char path[DISK_PATH_MAX + 8];
    CLEANUP(buf_done) struct buf text = {0};
    CLEANUP(json_decrefp) json_t *all = NULL;
    struct native_hello told = {.version = ""};
    *ret = NULL;
    told_path(p, session, path, sizeof path);
    if (!disk_read(path, NATIVE_MESSAGE_MAX, &text, NULL))
        return true;
    if (!disk_remove(path, err) || !json_parse(buf_str(&text), &all, err) ||
        !read_fields(all, &told, err))
        return false;
    *ret = json_pack("{s:s, s:s, s:s, s:s}", "plugin", told.version, "id", told.id, "nonce",
                     told.nonce, "app", PT_VERSION);
    return *ret || error_no_memory(err);
}
