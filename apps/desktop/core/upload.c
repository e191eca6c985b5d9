#include "app_core/upload.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UPLOADS "/api/app/uploads"
#define TOKEN_MAX 128

struct upload {
    struct spool *spool; /* borrowed */
    struct http *http;   /* borrowed */
    char token[TOKEN_MAX];
    char place_path[DISK_PATH_MAX];
    char place[HTTP_LOCATION_MAX]; /* path on the server; "": not made yet */
    bool offset_known;
    uint64_t sent;
    bool done;
};

/* A place is one of ours on the server: no other path is ever asked, whatever the answer said. */
static bool place_is_good(struct str place)
{
    if (!str_starts(place, STR(UPLOADS "/")) || place.len >= HTTP_LOCATION_MAX)
        return false;
    struct str id = str_slice(place, sizeof UPLOADS, place.len);
    for (size_t i = 0; i < id.len; i++)
        if (!((id.ptr[i] >= 'a' && id.ptr[i] <= 'z') || (id.ptr[i] >= 'A' && id.ptr[i] <= 'Z') ||
              (id.ptr[i] >= '0' && id.ptr[i] <= '9')))
            return false;
    return id.len > 0;
}

bool upload_create(struct spool *spool, struct http *http, const char *token,
                   const char *place_path, struct upload **ret, struct error *err)
{
    CLEANUP(buf_done) struct buf place = {0};
    struct upload *u = calloc(1, sizeof *u);
    if (!u)
        return error_no_memory(err);
    u->spool = spool;
    u->http = http;
    if (!str_into(str_from(token), u->token, sizeof u->token) ||
        !str_into(str_from(place_path), u->place_path, sizeof u->place_path)) {
        free(u);
        return error_set(err, ERROR_INVALID, "a name is too long");
    }
    if (disk_read(place_path, HTTP_LOCATION_MAX, &place, NULL) && place_is_good(buf_str(&place)))
        str_into(buf_str(&place), u->place, sizeof u->place);
    *ret = u;
    return true;
}

void upload_destroy(struct upload *u)
{
    if (u)
        vault_wipe(u->token, sizeof u->token);
    free(u);
}

uint64_t upload_sent(const struct upload *u) { return u->sent; }
struct spool *upload_spool(const struct upload *u) { return u->spool; }

/* ---- requests ---- */

static void add_pair(struct buf *to, const char *key, const json_t *value)
{
    char number[32];
    const char *text = json_string_value(value);
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%" PRId64, (int64_t)json_integer_value(value));
        text = number;
    }
    if (!text)
        return;
    buf_printf(to, "%s%s ", to->len ? "," : "", key);
    vault_base64(to, str_from(text));
}

/* The description is {"kind", "mime", "started_us"}: as tus has metadata. */
static bool metadata_of(struct upload *u, struct buf *to, struct error *err)
{
    CLEANUP(json_decrefp) json_t *about = NULL;
    const char *key;
    json_t *value;
    if (!json_parse(spool_about(u->spool), &about, err))
        return false;
    json_object_foreach(about, key, value) add_pair(to, key, value);
    return buf_ok(to, err);
}

static bool make(struct upload *u, struct error *err)
{
    CLEANUP(buf_done) struct buf metadata = {0};
    CLEANUP(http_answer_done) struct http_answer a = {0};
    const char *text;
    if (!metadata_of(u, &metadata, err) || !buf_c_text(&metadata, &text, err))
        return false;
    struct http_request q = {.method = "POST",
                             .path = UPLOADS,
                             .token = u->token,
                             .headers = {{"Tus-Resumable", "1.0.0"},
                                         {"Upload-Defer-Length", "1"},
                                         {"Upload-Metadata", text}}};
    if (!http_perform(u->http, &q, &a, err) || !http_check(&a, err))
        return false;
    if (!place_is_good(str_from(a.location)))
        return error_set(err, ERROR_IO, "the server told no place for a recording");
    if (!disk_replace(u->place_path, str_from(a.location), err))
        return false;
    str_into(str_from(a.location), u->place, sizeof u->place);
    u->sent = 0;
    u->offset_known = true;
    return true;
}

static bool ask_offset(struct upload *u, struct error *err)
{
    CLEANUP(http_answer_done) struct http_answer a = {0};
    struct http_request q = {.method = "HEAD",
                             .path = u->place,
                             .token = u->token,
                             .headers = {{"Tus-Resumable", "1.0.0"}}};
    if (!http_perform(u->http, &q, &a, err) || !http_check(&a, err))
        return false;
    if (a.upload_offset < 0)
        return error_set(err, ERROR_IO, "the server told no offset");
    u->sent = (uint64_t)a.upload_offset;
    u->offset_known = true;
    u->done = a.upload_length == a.upload_offset; /* its last answer was lost on the way */
    return true;
}

static bool patch(struct upload *u, struct str bytes, bool last, struct error *err)
{
    CLEANUP(buf_done) struct buf checksum = {0};
    CLEANUP(http_answer_done) struct http_answer a = {0};
    unsigned char digest[VAULT_SHA256_SIZE];
    char offset[24], length[24];
    const char *text;
    snprintf(offset, sizeof offset, "%" PRIu64, u->sent);
    snprintf(length, sizeof length, "%" PRIu64, u->sent + bytes.len);
    vault_sha256(bytes, digest);
    buf_add_c(&checksum, "sha256 ");
    vault_base64(&checksum, str_bytes(digest, sizeof digest));
    if (!buf_c_text(&checksum, &text, err))
        return false;
    struct http_request q = {.method = "PATCH",
                             .path = u->place,
                             .token = u->token,
                             .type = "application/offset+octet-stream",
                             .body = bytes,
                             .headers = {{"Tus-Resumable", "1.0.0"},
                                         {"Upload-Offset", offset},
                                         {"Upload-Checksum", text},
                                         {last ? "Upload-Length" : NULL, length}}};
    u->offset_known = false; /* until this is known to have gone well */
    if (!http_perform(u->http, &q, &a, err) || !http_check(&a, err))
        return false;
    if (a.upload_offset != (int64_t)(u->sent + bytes.len))
        return error_set(err, ERROR_IO, "the server told another offset");
    u->sent += bytes.len;
    u->offset_known = true;
    u->done = last;
    return true;
}

/* ---- a step ---- */

static bool is_refusal(enum error_code code)
{
    return code == ERROR_GONE || code == ERROR_NOT_FOUND || code == ERROR_UNAUTHORIZED;
}

static bool send_some(struct upload *u, enum upload_state *ret, struct error *err)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    /* In this order: what is added between the two only makes the length too small, never the end
     * too early. */
    bool finished = spool_is_finished(u->spool);
    if (u->done) {
        *ret = UPLOAD_DONE;
        return true;
    }
    uint64_t size = spool_size(u->spool);
    if (u->sent > size) /* cannot be: it was flushed here before it went there */
        return error_set(err, ERROR_GONE, "the server has more of a recording than there is here");
    if (u->sent == size && !finished) {
        *ret = UPLOAD_WAITING;
        return true;
    }
    if (!spool_read(u->spool, u->sent, UPLOAD_PIECE_MAX, &bytes, err))
        return false;
    bool last = finished && u->sent + bytes.len == size;
    if (!patch(u, buf_str(&bytes), last, err))
        return false;
    *ret = last ? UPLOAD_DONE : u->sent == spool_size(u->spool) ? UPLOAD_WAITING : UPLOAD_SENDING;
    return true;
}

bool upload_step(struct upload *u, enum upload_state *ret, struct error *err)
{
    struct error why = {0};
    *ret = UPLOAD_DONE;
    if (u->done)
        return true;
    if ((u->place[0] || make(u, &why)) && (u->offset_known || ask_offset(u, &why)) &&
        send_some(u, ret, &why))
        return true;
    if (is_refusal(why.code)) {
        *ret = UPLOAD_REFUSED;
        return true;
    }
    return error_set(err, why.code, "%s", why.message);
}
