#include "server/tus_request.h"

#include "base/arena.h"
#include "server/http.h"

#include <string.h>

bool tus_check_version(const struct request *q, struct response *r)
{
    struct error why;
    response_header(r, "Tus-Resumable", TUS_VERSION);
    if (str_eq(request_header(q, "Tus-Resumable"), STR(TUS_VERSION)))
        return true;
    response_header(r, "Tus-Version", TUS_VERSION);
    error_set(&why, ERROR_UNSUPPORTED, "only tus " TUS_VERSION " is spoken here");
    response_error(r, q, 412, &why);
    return false;
}

void tus_set_number(const struct request *q, struct response *r, const char *name, uint64_t value)
{
    response_header(r, name, arena_printf(q->arena, "%" PRIu64, value));
}

bool tus_answer_busy(const struct request *q, struct response *r, const struct error *err)
{
    if (err->code != ERROR_BUSY)
        return false;
    response_error(r, q, 423, err);
    return true;
}

bool tus_check_type(const struct request *q, struct error *err)
{
    return tus_is_part_type(request_header(q, "Content-Type")) ||
           error_set(err, ERROR_UNSUPPORTED, "Content-Type: must be " TUS_PART_TYPE);
}

bool tus_body_begin(struct tus_body *b, const struct request *q, struct error *err)
{
    struct str checksum = request_header(q, "Upload-Checksum");
    return !checksum.ptr || (tus_parse_checksum(checksum, &b->checksum, err) &&
                             hash_create(b->checksum.kind, &b->hash, err));
}

static bool too_long(struct error *err)
{
    return error_set(err, ERROR_TOO_LARGE, "the body goes past the end of the upload");
}

bool tus_body_set_room(struct tus_body *b, const struct request *q, uint64_t room,
                       struct error *err)
{
    uint64_t told;
    b->room = room;
    return !str_to_u64(request_header(q, "Content-Length"), &told) || told <= room || too_long(err);
}

bool tus_body_add(struct tus_body *b, struct str bytes, struct error *err)
{
    b->failed = true; /* until the caller has written them */
    if (bytes.len > b->room)
        return too_long(err);
    b->room -= bytes.len;
    if (b->hash)
        hash_add(b->hash, bytes);
    return true;
}

bool tus_body_finish(struct tus_body *b, struct error *err)
{
    unsigned char digest[SHA256_SIZE];
    b->failed = true; /* until the caller has committed it */
    if (!b->hash)
        return true;
    size_t len = hash_finish(b->hash, digest);
    return (len == b->checksum.len && memcmp(digest, b->checksum.digest, len) == 0) ||
           error_set(err, ERROR_CHECKSUM, "the bytes that arrived have another checksum");
}

bool tus_body_keeps(const struct tus_body *b)
{
    return !b->failed && b->checksum.kind == HASH_NONE;
}

void tus_body_done(struct tus_body *b)
{
    hash_destroy(b->hash);
    b->hash = NULL;
}
