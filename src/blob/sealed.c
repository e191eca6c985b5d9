/* The context of a record is u32le(stream.len) || stream || u64le(offset): a record that was copied
 * to another stream or another place of its own stream does not open. */
#include "blob/sealed.h"

#define STREAM_MAX 256 /* bytes of a stream's id, in memory for a moment */

struct context {
    unsigned char bytes[4 + STREAM_MAX + 8];
    size_t len;
};

static void put_le(struct context *c, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        c->bytes[c->len++] = (unsigned char)(value >> (8 * i));
}

static bool make_context(struct str stream, uint64_t offset, struct context *ret, struct error *err)
{
    if (stream.len > STREAM_MAX)
        return error_set(err, ERROR_INVALID, "a stream's id has at most %d bytes", STREAM_MAX);
    ret->len = 0;
    put_le(ret, stream.len, 4);
    for (size_t i = 0; i < stream.len; i++)
        ret->bytes[ret->len++] = (unsigned char)stream.ptr[i];
    put_le(ret, offset, 8);
    return true;
}

static bool check_len(uint64_t offset, size_t len, struct error *err)
{
    if (len == 0 || len > SEALED_RECORD_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a sealed record has 1 to %zu bytes, not %zu",
                         SEALED_RECORD_MAX, len);
    if (offset > UINT64_MAX - len)
        return error_set(err, ERROR_INVALID, "a sealed record past any stream");
    return true;
}

bool sealed_append(struct blob *b, const struct seal_key *key, struct str stream, uint64_t offset,
                   struct str plain, struct sealed_record *ret, struct error *err)
{
    CLEANUP(buf_done) struct buf sealed = {0};
    struct context context;
    uint64_t at = blob_len(b);
    if (!check_len(offset, plain.len, err) || !make_context(stream, offset, &context, err) ||
        !seal_bytes(key, str_bytes(context.bytes, context.len), plain, &sealed, err) ||
        !blob_append(b, buf_str(&sealed), err))
        return error_wrap(err, "sealed record at %" PRIu64, offset);
    *ret =
        (struct sealed_record){.offset = offset, .len = (uint32_t)plain.len, .sealed_offset = at};
    return true;
}

bool sealed_read(struct blob *b, const struct seal_key *key, struct str stream,
                 const struct sealed_record *record, struct buf *to, struct error *err)
{
    CLEANUP(buf_done) struct buf sealed = {0};
    struct context context;
    if (!check_len(record->offset, record->len, err) ||
        !make_context(stream, record->offset, &context, err))
        return false;
    size_t size = record->len + (size_t)SEAL_OVERHEAD;
    char *at = buf_reserve(&sealed, size);
    if (!at)
        return buf_ok(&sealed, err);
    buf_commit(&sealed, size);
    if (!blob_read(b, record->sealed_offset, at, size, err) ||
        !seal_open(key, str_bytes(context.bytes, context.len), buf_str(&sealed), to, err))
        return error_wrap(err, "sealed record at %" PRIu64, record->offset);
    return true;
}
