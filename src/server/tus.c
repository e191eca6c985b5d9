/* tus 1.0 (core, creation, creation-with-upload, creation-defer-length, checksum, termination,
 * concatenation, expiration) over proctor/stream.h. It adds no state of its own: what is
 * acknowledged is what the stream says. */
#include "base/clock.h"
#include "proctor/stream.h"
#include "server/router.h"
#include "server/server.h"
#include "server/tus_request.h"

#define UPLOADS "/api/proctor/sessions/:session/uploads"
#define APP_UPLOADS "/api/app/uploads"

_Static_assert(TUS_METADATA_MAX <= STREAM_METADATA_MAX, "what we take must fit a stream");
_Static_assert(TUS_PARTS_MAX <= STREAM_PARTS_MAX, "what we take must fit a stream");

struct upload {
    struct request *q;          /* borrowed */
    struct stream_write *write; /* owned */
    struct tus_body body;
    bool length_known;
    uint64_t length;
    bool created; /* by POST: the answer is 201 */
};

static void set_expires(const struct request *q, struct response *r, int64_t expires_us)
{
    char *date = arena_alloc(q->arena, CLOCK_HTTP_DATE_MAX);
    if (date)
        clock_http_date(expires_us, date);
    response_header(r, "Upload-Expires", date);
}

/* A candidate's routes name the session; the app's is its own, known by its token. */
static bool is_app(const struct request *q) { return q->user.role == ROLE_APP; }
static struct str session_of(const struct request *q)
{
    return is_app(q) ? q->user.session : q->params[0];
}
static struct str stream_of(const struct request *q)
{
    return is_app(q) ? q->params[0] : q->params[1];
}

/* ---- OPTIONS, HEAD, DELETE ---- */

static bool answer_options(struct request *q, struct response *r, const char *allow)
{
    response_header(r, "Tus-Resumable", TUS_VERSION);
    response_header(r, "Tus-Version", TUS_VERSION);
    response_header(r, "Tus-Extension",
                    "creation,creation-with-upload,creation-defer-length,checksum,termination,"
                    "concatenation,expiration");
    response_header(r, "Tus-Checksum-Algorithm", "sha1,sha256");
    tus_set_number(q, r, "Tus-Max-Size", STREAM_SIZE_MAX);
    response_header(r, "Allow", allow);
    r->status = 204;
    return true;
}

static bool tus_options(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    (void)err;
    return answer_options(q, r, "POST, OPTIONS");
}

static bool stream_options(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    (void)s;
    (void)err;
    return answer_options(q, r, "HEAD, PATCH, DELETE, OPTIONS");
}

static bool tus_head(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct stream stream;
    if (!tus_check_version(q, r))
        return true;
    if (!stream_find(s->proctor, session_of(q), stream_of(q), q->user.id, q->arena, &stream, err))
        return false;
    tus_set_number(q, r, "Upload-Offset", stream.size);
    if (stream.length_known)
        tus_set_number(q, r, "Upload-Length", stream.length);
    else
        response_header(r, "Upload-Defer-Length", "1");
    if (stream.metadata.len)
        response_header(r, "Upload-Metadata", stream.metadata.ptr);
    if (stream.concat_text.len)
        response_header(r, "Upload-Concat", stream.concat_text.ptr);
    if (stream.expires_us)
        set_expires(q, r, stream.expires_us);
    response_header(r, "Cache-Control", "no-store");
    r->status = 200;
    return true;
}

static bool tus_delete(struct server *s, struct request *q, struct response *r, struct error *err)
{
    if (!tus_check_version(q, r))
        return true;
    if (!stream_terminate(s->proctor, session_of(q), stream_of(q), q->user.id, err))
        return tus_answer_busy(q, r, err);
    r->status = 204;
    return true;
}

/* ---- bodies: POST with one, PATCH ---- */

static void upload_done(struct upload *u)
{
    stream_write_end(u->write);
    u->write = NULL;
    tus_body_done(&u->body);
}

static bool has_body(const struct request *q)
{
    struct str length = request_header(q, "Content-Length");
    return request_header(q, "Transfer-Encoding").ptr || (length.ptr && !str_eq(length, STR("0")));
}

static bool upload_add(void *upload, struct str bytes, struct error *err)
{
    struct upload *u = upload;
    if (!tus_body_add(&u->body, bytes, err) || !stream_write_add(u->write, bytes, err))
        return false;
    u->body.failed = false;
    return true;
}

static bool upload_finish(void *upload, struct response *r, struct error *err)
{
    struct upload *u = upload;
    uint64_t size;
    if (!tus_body_finish(&u->body, err) || !stream_write_commit(u->write, &size, err))
        return false;
    u->body.failed = false;
    tus_set_number(u->q, r, "Upload-Offset", size);
    if (!u->length_known || size < u->length)
        set_expires(u->q, r, clock_wall_us() + STREAM_KEEP_US);
    r->status = u->created ? 201 : 204;
    return true;
}

static void upload_end(void *upload, bool cut)
{
    struct upload *u = upload;
    uint64_t size;
    if (cut && tus_body_keeps(&u->body)) { /* if that fails, nothing was promised */
        bool kept = stream_write_commit(u->write, &size, NULL);
        (void)kept;
    }
    upload_done(u);
}

/* ---- POST ---- */

static bool read_length(const struct request *q, const struct tus_concat *concat,
                        struct stream_spec *spec, struct error *err)
{
    struct str length = request_header(q, "Upload-Length");
    struct str defer = request_header(q, "Upload-Defer-Length");
    if (concat->kind == TUS_CONCAT_FINAL)
        return (!length.ptr && !defer.ptr) ||
               error_set(err, ERROR_INVALID, "a final upload has the length of its parts");
    if (defer.ptr && (length.ptr || !str_eq(defer, STR("1"))))
        return error_set(err, ERROR_INVALID,
                         "Upload-Defer-Length: must be 1, and without Upload-Length");
    if (defer.ptr)
        return true;
    if (!tus_parse_size(length, "Upload-Length", &spec->length, err))
        return false;
    if (spec->length > STREAM_SIZE_MAX)
        return error_set(err, ERROR_TOO_LARGE, "an upload has at most %" PRIu64 " bytes",
                         STREAM_SIZE_MAX);
    spec->length_known = true;
    return true;
}

static bool read_metadata(const struct request *q, struct stream_spec *spec, struct error *err)
{
    struct tus_pair pairs[TUS_PAIRS_MAX];
    size_t len;
    spec->metadata = request_header(q, "Upload-Metadata");
    if (!tus_parse_metadata(spec->metadata, q->arena, pairs, &len, err))
        return false;
    struct str kind = tus_metadata_find(pairs, len, STR("kind"));
    struct str mime = tus_metadata_find(pairs, len, STR("mime"));
    struct str started = tus_metadata_find(pairs, len, STR("started_us"));
    if (!mime.ptr)
        mime =
            tus_metadata_find(pairs, len, STR("filetype")); /* what tus-js-client's users write */
    spec->mime = mime;
    spec->kind = kind.ptr ? stream_kind_from_name(kind) : STREAM_FILE;
    if (spec->kind == STREAM_KIND_NONE)
        return error_set(err, ERROR_INVALID, "Upload-Metadata: unknown kind");
    if (is_app(q) && spec->kind != STREAM_APP && spec->kind != STREAM_SCREEN)
        return error_set(err, ERROR_INVALID,
                         "Upload-Metadata: the app sends the kinds app and screen");
    if (started.ptr && (!str_to_i64(started, &spec->start_us) || spec->start_us < 0))
        return error_set(err, ERROR_INVALID, "Upload-Metadata: started_us must be a number");
    return true;
}

static bool read_creation(const struct request *q, struct tus_concat *concat,
                          struct stream_spec *spec, struct error *err)
{
    struct str text = request_header(q, "Upload-Concat");
    if (text.ptr && !tus_parse_concat(text, concat, err))
        return false;
    if (!read_length(q, concat, spec, err) || !read_metadata(q, spec, err))
        return false;
    spec->concat_text = text;
    spec->parts = concat->parts;
    spec->parts_len = concat->parts_len;
    switch (concat->kind) {
    case TUS_CONCAT_NONE:
        spec->concat = STREAM_WHOLE;
        break;
    case TUS_CONCAT_PARTIAL:
        spec->concat = STREAM_PARTIAL;
        break;
    case TUS_CONCAT_FINAL:
        spec->concat = STREAM_FINAL;
        break;
    }
    return true;
}

static bool post_begin(struct server *s, struct request *q, struct response *r, void **ret,
                       struct error *err)
{
    struct tus_concat concat = {TUS_CONCAT_NONE, {{NULL, 0}}, 0};
    struct stream_spec spec = {.kind = STREAM_KIND_NONE};
    struct stream stream;
    struct upload *u = ARENA_NEW(q->arena, struct upload);
    bool body = has_body(q);
    *ret = NULL;
    if (!u)
        return error_no_memory(err);
    u->q = q;
    u->created = true;
    if (!tus_check_version(q, r))
        return true;
    if (!read_creation(q, &concat, &spec, err))
        return false;
    if (body && spec.concat == STREAM_FINAL)
        return error_set(err, ERROR_FORBIDDEN, "a final upload takes no bytes");
    if (body &&
        (!tus_check_type(q, err) || !tus_body_begin(&u->body, q, err) ||
         !tus_body_set_room(&u->body, q, spec.length_known ? spec.length : STREAM_SIZE_MAX, err))) {
        upload_done(u);
        return false;
    }
    if (!stream_create(s->proctor, session_of(q), q->user.id, &spec, q->arena, &stream, err) ||
        (body && !stream_write_begin(s->proctor, session_of(q), str_from(stream.id), q->user.id, 0,
                                     &u->write, err))) {
        upload_done(u);
        return tus_answer_busy(q, r, err);
    }
    u->length_known = stream.length_known;
    u->length = stream.length;
    response_header(r, "Location",
                    is_app(q)
                        ? arena_printf(q->arena, APP_UPLOADS "/%s", stream.id)
                        : arena_printf(q->arena, "/api/proctor/sessions/" STR_FMT "/uploads/%s",
                                       STR_ARG(q->params[0]), stream.id));
    if (body) {
        *ret = u;
        return true;
    }
    tus_set_number(q, r, "Upload-Offset", stream.size);
    if (stream.expires_us)
        set_expires(q, r, stream.expires_us);
    r->status = 201;
    return true;
}

/* ---- PATCH ---- */

/* The writer before us may have ended since we looked. A conflict at the right offset is one that
 * no other offset mends (the session is over), and carries none. */
static bool answer_offset(struct server *s, struct request *q, struct response *r, uint64_t offset,
                          struct error *err)
{
    struct stream stream;
    if (err->code == ERROR_CONFLICT &&
        stream_find(s->proctor, session_of(q), stream_of(q), q->user.id, q->arena, &stream, NULL) &&
        stream.size != offset)
        tus_set_number(q, r, "Upload-Offset", stream.size);
    return tus_answer_busy(q, r, err);
}

static bool patch_begin(struct server *s, struct request *q, struct response *r, void **ret,
                        struct error *err)
{
    struct stream stream;
    struct str told = request_header(q, "Upload-Length");
    struct upload *u = ARENA_NEW(q->arena, struct upload);
    uint64_t offset;
    *ret = NULL;
    if (!u)
        return error_no_memory(err);
    u->q = q;
    if (!tus_check_version(q, r))
        return true;
    if (!tus_check_type(q, err) ||
        !tus_parse_size(request_header(q, "Upload-Offset"), "Upload-Offset", &offset, err) ||
        (told.ptr && !tus_parse_size(told, "Upload-Length", &u->length, err)) ||
        !stream_find(s->proctor, session_of(q), stream_of(q), q->user.id, q->arena, &stream, err))
        return false;
    if (stream.concat == STREAM_FINAL)
        return error_set(err, ERROR_FORBIDDEN, "a final upload takes no bytes");
    if (offset != stream.size) {
        tus_set_number(q, r, "Upload-Offset", stream.size);
        return error_set(err, ERROR_CONFLICT, "the next byte is %" PRIu64, stream.size);
    }
    if (told.ptr && u->length > STREAM_SIZE_MAX)
        return error_set(err, ERROR_TOO_LARGE, "an upload has at most %" PRIu64 " bytes",
                         STREAM_SIZE_MAX);
    u->length_known = stream.length_known || told.ptr;
    if (!told.ptr)
        u->length = stream.length_known ? stream.length : STREAM_SIZE_MAX;
    if (u->length < offset)
        return error_set(err, ERROR_CONFLICT, "there are more bytes than that length already");
    if (!tus_body_begin(&u->body, q, err) ||
        !stream_write_begin(s->proctor, session_of(q), stream_of(q), q->user.id, offset, &u->write,
                            err)) {
        upload_done(u);
        return answer_offset(s, q, r, offset, err);
    }
    /* With the writer's lock held, so that a request that is turned away changes nothing. */
    if (!tus_body_set_room(&u->body, q, u->length - offset, err) ||
        (told.ptr &&
         !stream_set_length(s->proctor, session_of(q), stream_of(q), q->user.id, u->length, err))) {
        upload_done(u);
        return false;
    }
    *ret = u;
    return true;
}

static const struct route_upload post_upload = {post_begin, upload_add, upload_finish, upload_end};
static const struct route_upload patch_upload = {patch_begin, upload_add, upload_finish,
                                                 upload_end};

#define OWN (ROLE_CANDIDATE | ROUTE_OVERRIDE)
#define APP (ROLE_APP | ROUTE_OVERRIDE)
#define ALL (ROLE_ANYONE | ROUTE_OVERRIDE)

const struct route tus_routes[] = {
    {HTTP_OPTIONS, UPLOADS, ALL, 0, tus_options, NULL},
    {HTTP_OPTIONS, UPLOADS "/:stream", ALL, 0, stream_options, NULL},
    {HTTP_POST, UPLOADS, OWN, STREAM_SIZE_MAX, NULL, &post_upload},
    {HTTP_PATCH, UPLOADS "/:stream", OWN, STREAM_SIZE_MAX, NULL, &patch_upload},
    {HTTP_HEAD, UPLOADS "/:stream", OWN, 0, tus_head, NULL},
    {HTTP_DELETE, UPLOADS "/:stream", OWN, 0, tus_delete, NULL},
    {HTTP_OPTIONS, APP_UPLOADS, ALL, 0, tus_options, NULL},
    {HTTP_OPTIONS, APP_UPLOADS "/:stream", ALL, 0, stream_options, NULL},
    {HTTP_POST, APP_UPLOADS, APP, STREAM_SIZE_MAX, NULL, &post_upload},
    {HTTP_PATCH, APP_UPLOADS "/:stream", APP, STREAM_SIZE_MAX, NULL, &patch_upload},
    {HTTP_HEAD, APP_UPLOADS "/:stream", APP, 0, tus_head, NULL},
    {HTTP_DELETE, APP_UPLOADS "/:stream", APP, 0, tus_delete, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
