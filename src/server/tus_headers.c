#include "server/tus_headers.h"

#include "base/id.h"
#include "crypto/base64.h"

#include <string.h>

static bool is_key(struct str key)
{
    for (size_t i = 0; i < key.len; i++)
        if (key.ptr[i] <= ' ' || key.ptr[i] >= 0x7f)
            return false;
    return key.len > 0;
}

static bool decode(struct str text, struct arena *arena, struct str *ret, struct error *err)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    buf_init(&bytes, TUS_METADATA_MAX);
    if (!base64_decode(&bytes, text, err) || !buf_ok(&bytes, err))
        return false;
    *ret = arena_copy(arena, buf_str(&bytes));
    return ret->ptr || error_no_memory(err);
}

bool tus_parse_metadata(struct str header, struct arena *arena, struct tus_pair ret[TUS_PAIRS_MAX],
                        size_t *ret_len, struct error *err)
{
    struct str rest = str_trim(header), text;
    size_t len = 0;
    if (header.len > TUS_METADATA_MAX)
        return error_set(err, ERROR_INVALID, "Upload-Metadata: at most %d bytes", TUS_METADATA_MAX);
    if (rest.len == 0) {
        *ret_len = 0;
        return true;
    }
    while (str_split(&rest, ',', &text)) {
        struct tus_pair pair = {STR(""), STR("")};
        text = str_trim(text);
        const char *space = text.len ? memchr(text.ptr, ' ', text.len) : NULL;
        pair.key = space ? str_bytes(text.ptr, (size_t)(space - text.ptr)) : text;
        if (!is_key(pair.key))
            return error_set(err, ERROR_INVALID, "Upload-Metadata: a key is missing or not ASCII");
        if (tus_metadata_find(ret, len, pair.key).ptr)
            return error_set(err, ERROR_INVALID, "Upload-Metadata: a key is there twice");
        if (len == TUS_PAIRS_MAX)
            return error_set(err, ERROR_INVALID, "Upload-Metadata: at most %d pairs",
                             TUS_PAIRS_MAX);
        struct str value = space ? str_slice(text, pair.key.len + 1, text.len) : STR("");
        if (!decode(value, arena, &pair.value, err))
            return error_wrap(err, "Upload-Metadata");
        ret[len++] = pair;
    }
    *ret_len = len;
    return true;
}

struct str tus_metadata_find(const struct tus_pair *pairs, size_t len, struct str key)
{
    for (size_t i = 0; i < len; i++)
        if (str_eq(pairs[i].key, key))
            return pairs[i].value;
    return (struct str){NULL, 0};
}

bool tus_parse_checksum(struct str header, struct tus_checksum *ret, struct error *err)
{
    struct str rest = str_trim(header), name;
    struct tus_checksum sum = {HASH_NONE, {0}, 0};
    CLEANUP(buf_done) struct buf digest = {0};
    buf_init(&digest, 256);
    if (!str_split(&rest, ' ', &name) || !rest.ptr)
        return error_set(err, ERROR_INVALID, "Upload-Checksum: must be an algorithm and a digest");
    if (str_eq(name, STR("sha1"))) {
        sum.kind = HASH_SHA1;
        sum.len = SHA1_SIZE;
    } else if (str_eq(name, STR("sha256"))) {
        sum.kind = HASH_SHA256;
        sum.len = SHA256_SIZE;
    } else {
        return error_set(err, ERROR_INVALID, "Upload-Checksum: only sha1 and sha256 are known");
    }
    if (!base64_decode(&digest, rest, err) || !buf_ok(&digest, err))
        return error_wrap(err, "Upload-Checksum");
    if (digest.len != sum.len)
        return error_set(err, ERROR_INVALID, "Upload-Checksum: a digest of %zu bytes, not %zu",
                         digest.len, sum.len);
    memcpy(sum.digest, digest.ptr, sum.len);
    *ret = sum;
    return true;
}

/* The id at the end of "https://host/api/.../uploads/ID", "/api/.../ID" or "ID". */
static bool id_of(struct str url, struct str *ret)
{
    size_t from = url.len;
    while (from > 0 && url.ptr[from - 1] != '/')
        from--;
    *ret = str_slice(url, from, url.len);
    return id_is_valid(*ret);
}

bool tus_parse_concat(struct str header, struct tus_concat *ret, struct error *err)
{
    const struct str final = STR("final;");
    struct str rest, url;
    if (header.len > TUS_CONCAT_MAX)
        return error_set(err, ERROR_INVALID, "Upload-Concat: at most %d bytes", TUS_CONCAT_MAX);
    ret->parts_len = 0;
    if (str_eq(header, STR("partial"))) {
        ret->kind = TUS_CONCAT_PARTIAL;
        return true;
    }
    if (!str_starts(header, final))
        return error_set(err, ERROR_INVALID, "Upload-Concat: must be partial or final");
    rest = str_trim(str_slice(header, final.len, header.len));
    while (str_split(&rest, ' ', &url)) {
        if (url.len == 0)
            continue;
        if (ret->parts_len == TUS_PARTS_MAX)
            return error_set(err, ERROR_INVALID, "Upload-Concat: at most %d parts", TUS_PARTS_MAX);
        if (!id_of(url, &ret->parts[ret->parts_len]))
            return error_set(err, ERROR_INVALID, "Upload-Concat: part %zu is not an upload of ours",
                             ret->parts_len + 1);
        ret->parts_len++;
    }
    if (ret->parts_len == 0)
        return error_set(err, ERROR_INVALID, "Upload-Concat: a final upload needs parts");
    ret->kind = TUS_CONCAT_FINAL;
    return true;
}

bool tus_parse_size(struct str header, const char *name, uint64_t *ret, struct error *err)
{
    uint64_t size;
    if (!header.ptr)
        return error_set(err, ERROR_INVALID, "%s: is missing", name);
    if (!str_to_u64(str_trim(header), &size) || size > INT64_MAX)
        return error_set(err, ERROR_INVALID, "%s: must be a whole number of bytes", name);
    *ret = size;
    return true;
}

bool tus_is_part_type(struct str header)
{
    struct str type;
    return str_split(&header, ';', &type) && str_eq_nocase(str_trim(type), STR(TUS_PART_TYPE));
}
