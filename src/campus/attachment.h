/* Attachments: the files of a descriptive answer, each a growing sealed blob until it has the
 * length that was told at its making. Only this module (attachment*.c) touches the tables
 * `attachment`, `attachment_piece` and `attachment_key`. What is acknowledged is sealed, flushed
 * and in its rows; what lies behind that in a blob is cut off by the next writer.
 *
 * They are made, replaced and removed while the attempt runs; one that was begun may grow until the
 * attempt's grace is over. Each attempt has a key of its own, wrapped by the deployment's: an
 * answer is kept as long as the university needs it, a recording is not.
 *
 * The tus protocol (headers, statuses) is server/api_attachment.c. */
#pragma once
#include "base/id.h"
#include "campus/attachment_name.h"
#include "campus/attempt.h"
#include "crypto/hash.h"

#define ATTACHMENT_SIZE_MAX (UINT64_C(512) << 20)   /* bytes of one */
#define ATTACHMENTS_SIZE_MAX (UINT64_C(2048) << 20) /* bytes of all of an attempt */
#define ATTACHMENTS_PER_ITEM 10
#define ATTACHMENTS_EVER_MAX 500 /* of an attempt, the removed ones too: rows are not free */

struct buf;

enum attachment_state {
    ATTACHMENT_STATE_NONE = 0,
    ATTACHMENT_OPEN, /* grows; incomplete for ever once the attempt is handed in */
    ATTACHMENT_COMPLETE,
    ATTACHMENT_REMOVED,
};

struct attachment {
    char id[ID_TEXT_SIZE];
    int64_t attempt_id, item_id;
    enum attachment_state state;
    uint64_t length, size; /* told; acknowledged */
    char name[ATTACHMENT_NAME_MAX + 1];
    unsigned char sha256[SHA256_SIZE]; /* of the acknowledged bytes */
    char replaces[ID_TEXT_SIZE];       /* empty: nothing */
    int64_t created_us, changed_us;
};

const char *attachment_state_name(enum attachment_state state); /* "open"; static */

struct attachment_spec {
    int64_t attempt_id, user_id, item_id;
    struct str name; /* as the candidate's computer gave it */
    uint64_t length;
    struct str replaces; /* the one that goes when this is complete; empty: none */
};
/* Somebody else's attempt, an item of another exam or an attachment of another item is
 * ERROR_NOT_FOUND; ERROR_CONFLICT says why nothing may be added now, ERROR_TOO_LARGE which limit.
 */
MUST_USE bool attachment_create(struct campus *c, const struct attachment_spec *spec,
                                struct attachment *ret, struct error *err);
/* ERROR_GONE for one that was removed. */
MUST_USE bool attachment_find(struct campus *c, struct str id, int64_t user_id,
                              struct attachment *ret, struct error *err);
/* For staff: anybody's. */
MUST_USE bool attachment_get(struct campus *c, struct str id, struct attachment *ret,
                             struct error *err);
MUST_USE bool attachment_remove(struct campus *c, struct str id, int64_t user_id,
                                struct error *err);
/* Those that are there, by item and age; in the arena. */
MUST_USE bool attachment_list_in(struct db *db, int64_t attempt_id, struct arena *arena,
                                 struct attachment **ret, size_t *ret_len, struct error *err);
/* Removes the blobs of what was removed; for the sweeper. */
MUST_USE bool attachment_sweep(struct campus *c, struct error *err);

/* One write: begin, add (any sizes, in order), then commit or drop. One writer at a time: a second
 * is ERROR_BUSY. An offset other than the size is ERROR_CONFLICT. */
struct attachment_write;
MUST_USE bool attachment_write_begin(struct campus *c, struct str id, int64_t user_id,
                                     uint64_t offset, struct attachment_write **ret,
                                     struct error *err);
MUST_USE bool attachment_write_add(struct attachment_write *w, struct str bytes, struct error *err);
/* Flushes, then writes the rows. On success *ret_size is acknowledged, and the attachment complete
 * if that is its length. */
MUST_USE bool attachment_write_commit(struct attachment_write *w, uint64_t *ret_size,
                                      struct error *err);
void attachment_write_end(struct attachment_write *w); /* NULL is fine */
void attachment_write_endp(struct attachment_write **w);

/* Reads a complete one; the caller has checked who may. ERROR_CHECKSUM when it was altered. */
struct attachment_read;
MUST_USE bool attachment_read_open(struct campus *c, struct str id, struct attachment_read **ret,
                                   struct error *err);
MUST_USE bool attachment_read_at(struct attachment_read *r, uint64_t at, size_t len, struct buf *to,
                                 struct error *err);
void attachment_read_close(struct attachment_read *r);
void attachment_read_closep(struct attachment_read **r);

/* For erasing: the key of all files of this attempt goes, their names too; their blobs with
 * attachment_sweep(). */
MUST_USE bool attachment_forget_in(struct db *db, int64_t attempt_id, struct error *err);
/* Are blobs still to be removed? */
MUST_USE bool attachment_marked(struct campus *c, bool *ret, struct error *err);
