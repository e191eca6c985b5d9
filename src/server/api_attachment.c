/* Files of answers over HTTP: tus 1.0 with creation, checksum and termination over
 * campus/attachment.h, and their download. A length is told at the making, so that the limits can
 * be checked before the first byte. */
#include "campus/attachment.h"

#include "server/range.h"
#include "server/router.h"
#include "server/server.h"
#include "server/tus_request.h"

#include <stdlib.h>

struct upload {
    struct request *q;              /* borrowed */
    struct attachment_write *write; /* owned */
    struct tus_body body;
};

/* ---- making, looking, removing ---- */

static bool post_attachment(struct server *s, struct request *q, struct response *r,
                            struct error *err)
{
    struct attachment_spec spec = {.user_id = q->user.id};
    struct tus_pair pairs[TUS_PAIRS_MAX];
    struct attachment x;
    size_t len;
    if (!tus_check_version(q, r))
        return true;
    if (!request_param_i64(q, 0, &spec.attempt_id, err) ||
        !request_param_i64(q, 1, &spec.item_id, err) ||
        !tus_parse_size(request_header(q, "Upload-Length"), "Upload-Length", &spec.length, err) ||
        !tus_parse_metadata(request_header(q, "Upload-Metadata"), q->arena, pairs, &len, err))
        return false;
    spec.name = tus_metadata_find(pairs, len, STR("filename"));
    spec.replaces = tus_metadata_find(pairs, len, STR("replaces"));
    if (!attachment_create(s->campus, &spec, &x, err))
        return false;
    response_header(r, "Location", arena_printf(q->arena, "/api/campus/attachments/%s", x.id));
    tus_set_number(q, r, "Upload-Offset", 0);
    r->status = 201;
    return true;
}

static bool head_attachment(struct server *s, struct request *q, struct response *r,
                            struct error *err)
{
    struct attachment x;
    if (!tus_check_version(q, r))
        return true;
    if (!attachment_find(s->campus, q->params[0], q->user.id, &x, err))
        return false;
    tus_set_number(q, r, "Upload-Offset", x.size);
    tus_set_number(q, r, "Upload-Length", x.length);
    response_header(r, "Cache-Control", "no-store");
    r->status = 200;
    return true;
}

static bool delete_attachment(struct server *s, struct request *q, struct response *r,
                              struct error *err)
{
    if (!tus_check_version(q, r))
        return true;
    if (!attachment_remove(s->campus, q->params[0], q->user.id, err))
        return false;
    r->status = 204;
    return true;
}

/* ---- PATCH ---- */

static void upload_done(struct upload *u)
{
    attachment_write_end(u->write);
    u->write = NULL;
    tus_body_done(&u->body);
}

static bool patch_begin(struct server *s, struct request *q, struct response *r, void **ret,
                        struct error *err)
{
    struct attachment x;
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
        !attachment_find(s->campus, q->params[0], q->user.id, &x, err))
        return false;
    if (offset != x.size) {
        tus_set_number(q, r, "Upload-Offset", x.size);
        return error_set(err, ERROR_CONFLICT, "the next byte is %" PRIu64, x.size);
    }
    if (!tus_body_set_room(&u->body, q, x.length - x.size, err) ||
        !tus_body_begin(&u->body, q, err) ||
        !attachment_write_begin(s->campus, q->params[0], q->user.id, offset, &u->write, err)) {
        upload_done(u);
        return tus_answer_busy(q, r, err);
    }
    *ret = u;
    return true;
}

static bool patch_add(void *upload, struct str bytes, struct error *err)
{
    struct upload *u = upload;
    if (!tus_body_add(&u->body, bytes, err) || !attachment_write_add(u->write, bytes, err))
        return false;
    u->body.failed = false;
    return true;
}

static bool patch_finish(void *upload, struct response *r, struct error *err)
{
    struct upload *u = upload;
    uint64_t size;
    if (!tus_body_finish(&u->body, err) || !attachment_write_commit(u->write, &size, err))
        return false;
    u->body.failed = false;
    tus_set_number(u->q, r, "Upload-Offset", size);
    r->status = 204;
    return true;
}

static void patch_end(void *upload, bool cut)
{
    struct upload *u = upload;
    uint64_t size;
    if (cut && tus_body_keeps(&u->body)) { /* if that fails, nothing was promised */
        bool kept = attachment_write_commit(u->write, &size, NULL);
        (void)kept;
    }
    upload_done(u);
}

/* ---- download ---- */

#define PART_MAX ((size_t)256 << 10) /* bytes opened at a time */

struct download {
    struct attachment_read *read; /* owned */
    uint64_t from;
};

static void download_close(void *context)
{
    struct download *d = context;
    if (!d)
        return;
    attachment_read_close(d->read);
    free(d);
}

static void download_closep(struct download **d) { download_close(*d); }

static bool download_read(void *context, uint64_t at, size_t max, struct buf *to, struct error *err)
{
    struct download *d = context;
    return attachment_read_at(d->read, d->from + at, MIN(max, PART_MAX), to, err);
}

/* Never shown by a browser: whatever it is, it is offered to be saved, as bytes of no kind. */
static bool get_content(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(download_closep) struct download *d = calloc(1, sizeof *d);
    struct attachment x;
    uint64_t to;
    char *text = arena_alloc(q->arena, RANGE_TEXT_MAX);
    char *disposition = arena_alloc(q->arena, ATTACHMENT_DISPOSITION_MAX);
    if (!d || !text || !disposition)
        return error_no_memory(err);
    if (!(q->user.role == ROLE_CANDIDATE
              ? attachment_find(s->campus, q->params[0], q->user.id, &x, err)
              : attachment_get(s->campus, q->params[0], &x, err)) ||
        !attachment_read_open(s->campus, q->params[0], &d->read, err))
        return false;
    attachment_disposition(str_from(x.name), disposition);
    response_header(r, "Content-Type", "application/octet-stream");
    response_header(r, "Content-Disposition", disposition);
    response_header(r, "Cache-Control", "no-store");
    response_header(r, "Accept-Ranges", "bytes");
    enum range_result range = range_parse(request_header(q, "Range"), x.size, &d->from, &to);
    range_text(range, d->from, to, x.size, text);
    if (range == RANGE_UNSATISFIABLE) {
        response_header(r, "Content-Range", text);
        r->status = 416;
        return true;
    }
    if (range == RANGE_PART) {
        response_header(r, "Content-Range", text);
        r->status = 206;
    }
    r->source.size = to - d->from;
    if (r->source.size == 0)
        return true;
    r->source.read = download_read;
    r->source.close = download_close;
    r->source.context = TAKE(d);
    return true;
}

static const struct route_upload patch_upload = {patch_begin, patch_add, patch_finish, patch_end};

#define ONE "/api/campus/attachments/:attachment"
#define READERS (ROLE_CANDIDATE | ROLE_STAFF)

const struct route attachment_routes[] = {
    {HTTP_POST, "/api/campus/attempts/:attempt/items/:item/attachments", ROLE_CANDIDATE, 0,
     post_attachment, NULL},
    {HTTP_HEAD, ONE, ROLE_CANDIDATE, 0, head_attachment, NULL},
    {HTTP_PATCH, ONE, ROLE_CANDIDATE, ATTACHMENT_SIZE_MAX, NULL, &patch_upload},
    {HTTP_DELETE, ONE, ROLE_CANDIDATE, 0, delete_attachment, NULL},
    {HTTP_GET, ONE "/content", READERS, 0, get_content, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
