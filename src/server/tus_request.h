/* What is alike in requests of tus, whatever they write to: the version, numbers in headers, and a
 * body with its limit and its checksum. */
#pragma once
#include "server/router.h"
#include "server/tus_headers.h"

/* Answers 412 and is false when the client speaks another version. */
bool tus_check_version(const struct request *q, struct response *r);
void tus_set_number(const struct request *q, struct response *r, const char *name, uint64_t value);
/* A second writer is 423 in tus, and 503 elsewhere: true when that is what `err` was and it was
 * answered. */
bool tus_answer_busy(const struct request *q, struct response *r, const struct error *err);
MUST_USE bool tus_check_type(const struct request *q, struct error *err);

struct tus_body {      /* all zero to begin with */
    struct hash *hash; /* owned; NULL without a checksum */
    struct tus_checksum checksum;
    uint64_t room; /* bytes that may still come */
    bool failed;   /* nothing of it is to be kept */
};

/* Upload-Checksum, if there is one. tus_body_done() ends it, also after a failure. */
MUST_USE bool tus_body_begin(struct tus_body *b, const struct request *q, struct error *err);
/* What the upload can still take; refuses a body that is known to be longer before its first byte.
 */
MUST_USE bool tus_body_set_room(struct tus_body *b, const struct request *q, uint64_t room,
                                struct error *err);
/* The next bytes. They are for the caller to write, who says in b->failed whether that went well.
 */
MUST_USE bool tus_body_add(struct tus_body *b, struct str bytes, struct error *err);
/* Were these the bytes of the checksum? Likewise. */
MUST_USE bool tus_body_finish(struct tus_body *b, struct error *err);
/* What arrived of a cut request is kept, for the next Upload-Offset to count; with a checksum only
 * the whole of it can be trusted. */
bool tus_body_keeps(const struct tus_body *b);
void tus_body_done(struct tus_body *b);
