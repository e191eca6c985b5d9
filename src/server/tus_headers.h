/* The headers of tus 1.0, from a stranger's text to structs. Pure functions. */
#pragma once
#include "base/arena.h"
#include "crypto/hash.h"

#define TUS_VERSION "1.0.0"
#define TUS_PART_TYPE "application/offset+octet-stream"
#define TUS_METADATA_MAX 4096 /* bytes of Upload-Metadata as given */
#define TUS_PAIRS_MAX 32
#define TUS_PARTS_MAX 64
#define TUS_CONCAT_MAX 16384 /* bytes of Upload-Concat as given: 64 long addresses */

/* "key base64,flag,key2 base64": keys are printable ASCII, each once; values are decoded into the
 * arena and may be any bytes. An empty header has no pairs. */
struct tus_pair {
    struct str key, value;
};
MUST_USE bool tus_parse_metadata(struct str header, struct arena *arena,
                                 struct tus_pair ret[TUS_PAIRS_MAX], size_t *ret_len,
                                 struct error *err);
/* The value of a key; ptr NULL when it is not there. */
struct str tus_metadata_find(const struct tus_pair *pairs, size_t len, struct str key);

/* "sha256 base64". An unknown algorithm or another length of digest is ERROR_INVALID. */
struct tus_checksum {
    enum hash_kind kind;
    unsigned char digest[SHA256_SIZE];
    size_t len;
};
MUST_USE bool tus_parse_checksum(struct str header, struct tus_checksum *ret, struct error *err);

/* "partial" or "final;URL URL": of each address, absolute or relative, the last part of its path,
 * which is the id of the upload (base/id.h). Whether it exists is for the caller. */
enum tus_concat_kind { TUS_CONCAT_NONE = 0, TUS_CONCAT_PARTIAL, TUS_CONCAT_FINAL };
struct tus_concat {
    enum tus_concat_kind kind;
    struct str parts[TUS_PARTS_MAX]; /* in the header */
    size_t parts_len;
};
MUST_USE bool tus_parse_concat(struct str header, struct tus_concat *ret, struct error *err);

/* Is this Content-Type the one of a PATCH? Parameters behind it do not matter. */
bool tus_is_part_type(struct str header);

/* Upload-Offset and Upload-Length; `name` is for the message. */
MUST_USE bool tus_parse_size(struct str header, const char *name, uint64_t *ret, struct error *err);
