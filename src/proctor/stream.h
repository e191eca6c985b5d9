/* Streams: one recording (or file) of a session, a growing sealed blob. Only this module touches
 * the tables `stream` and `piece`. It keeps the invariant that what is acknowledged is sealed,
 * flushed, and in the session's hash chain; what is behind that is cut off when the stream is next
 * opened.
 *
 * The tus protocol itself (headers, statuses) is server/tus.c; this module knows no HTTP. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "crypto/hash.h"
#include "proctor/proctor.h"

#define STREAM_SIZE_MAX (UINT64_C(8) << 30)    /* bytes: six hours at 3 Mbit/s */
#define STREAM_METADATA_MAX 4096               /* bytes of Upload-Metadata as given */
#define STREAM_PER_SESSION_MAX 500             /* a reload makes a new one */
#define STREAM_PARTS_MAX 64                    /* of a concatenation */
#define STREAM_KEEP_US (72 * 3600 * SECOND_US) /* an unfinished one may be resumed that long */

enum stream_kind { STREAM_KIND_NONE = 0, STREAM_FILE, STREAM_CAMERA, STREAM_SCREEN, STREAM_APP };
enum stream_state {
    STREAM_STATE_NONE = 0,
    STREAM_OPEN,     /* grows */
    STREAM_COMPLETE, /* length known and reached */
    STREAM_CLOSED,   /* ended before its length: terminated or expired; a recording's bytes are kept
                      */
};
enum stream_concat { STREAM_WHOLE = 0, STREAM_PARTIAL, STREAM_FINAL };

struct stream {
    char id[ID_TEXT_SIZE];
    char session_id[ID_TEXT_SIZE];
    enum stream_kind kind;
    enum stream_state state;
    enum stream_concat concat;
    uint64_t size; /* acknowledged bytes: the next offset */
    bool length_known;
    uint64_t length;
    int64_t start_us;               /* server time of its first byte, as far as it can be known */
    int64_t created_us, expires_us; /* expires_us 0 once complete */
    int64_t deleted_us;             /* its bytes are gone since then; 0: they are there */
    char mime[64];
    unsigned char sha256[SHA256_SIZE]; /* of all its bytes so far */
    struct str metadata;               /* Upload-Metadata as given; in the arena of the call */
    struct str concat_text;            /* Upload-Concat as given; in the arena of the call */
};

struct stream_spec {
    enum stream_kind kind;
    enum stream_concat concat;
    bool length_known;
    uint64_t length;
    int64_t start_us; /* the client's claim; 0 when it made none */
    struct str mime, metadata, concat_text;
    const struct str *parts; /* STREAM_FINAL: ids of complete partial streams of this session */
    size_t parts_len;
};

/* `user_ref` is the signed-in candidate; a session that is not theirs is ERROR_NOT_FOUND, one that
 * takes no streams any more ERROR_CONFLICT. */
MUST_USE bool stream_create(struct proctor *p, struct str session_id, int64_t user_ref,
                            const struct stream_spec *spec, struct arena *arena, struct stream *ret,
                            struct error *err);
/* ERROR_GONE for one that was terminated or has expired. */
MUST_USE bool stream_find(struct proctor *p, struct str session_id, struct str stream_id,
                          int64_t user_ref, struct arena *arena, struct stream *ret,
                          struct error *err);
/* Sets the length once; less than what is there, or another than before, is ERROR_CONFLICT. When it
 * is reached already the stream is complete. */
MUST_USE bool stream_set_length(struct proctor *p, struct str session_id, struct str stream_id,
                                int64_t user_ref, uint64_t length, struct error *err);
MUST_USE bool stream_terminate(struct proctor *p, struct str session_id, struct str stream_id,
                               int64_t user_ref, struct error *err);

const char *stream_kind_name(enum stream_kind kind);     /* "camera"; static */
enum stream_kind stream_kind_from_name(struct str name); /* STREAM_KIND_NONE for another text */
const char *stream_state_name(enum stream_state state);  /* "open"; static */
bool stream_is_recording(const struct stream *s);        /* it is analysed, and never removed */

/* All streams of a session in the order of their making, parts of a concatenation left out; the
 * caller has checked who may see them. In the arena. */
MUST_USE bool stream_list_in(struct db *db, struct str session_id, struct arena *arena,
                             struct stream **ret, size_t *ret_len, struct error *err);
MUST_USE bool stream_list(struct proctor *p, struct str session_id, struct arena *arena,
                          struct stream **ret, size_t *ret_len, struct error *err);
/* For staff and workers: also one that is closed. */
MUST_USE bool stream_get(struct proctor *p, struct str session_id, struct str stream_id,
                         struct arena *arena, struct stream *ret, struct error *err);
/* Ends an open stream as it is: complete where its length is reached (or `complete_it`), else
 * closed. `why` is the kind of the evidence record. */
MUST_USE bool stream_end_in(struct db *db, struct str stream_id, bool complete_it, const char *why,
                            struct error *err);
/* Ends the open streams that have run out of time and removes the files of terminated ones. */
MUST_USE bool stream_expire(struct proctor *p, int64_t now_us, struct error *err);

/* One write: begin, add (any sizes, in order), then commit or drop. One writer a stream at a time
 * in all processes: a second is ERROR_BUSY. Offset other than the size is ERROR_CONFLICT. */
struct stream_write;
MUST_USE bool stream_write_begin(struct proctor *p, struct str session_id, struct str stream_id,
                                 int64_t user_ref, uint64_t offset, struct stream_write **ret,
                                 struct error *err);
/* Seals and appends whole records as they fill; nothing is acknowledged yet. */
MUST_USE bool stream_write_add(struct stream_write *w, struct str bytes, struct error *err);
/* Seals the rest, flushes the file, writes rows and chain in one transaction. On success *ret_size
 * is the new size, and the stream is complete if that is its length. On failure nothing was
 * acknowledged. */
MUST_USE bool stream_write_commit(struct stream_write *w, uint64_t *ret_size, struct error *err);
/* Without a commit this drops what was added. NULL is fine. */
void stream_write_end(struct stream_write *w);
void stream_write_endp(struct stream_write **w);

/* Reads acknowledged bytes [at, at + len) (cut at the size) of any stream; the caller has checked
 * who may see it. ERROR_CHECKSUM when what lies there was altered. */
struct stream_read;
MUST_USE bool stream_read_open(struct proctor *p, struct str stream_id, struct stream_read **ret,
                               struct error *err);
uint64_t stream_read_size(
    const struct stream_read *r); /* as of opening; stream_read_refresh() looks again */
MUST_USE bool stream_read_refresh(struct stream_read *r, struct error *err);
MUST_USE bool stream_read_at(struct stream_read *r, uint64_t at, size_t len, struct buf *to,
                             struct error *err);
void stream_read_close(struct stream_read *r);
void stream_read_closep(struct stream_read **r);

/* The recordings of a session are to be deleted: what a client said of them goes at once, their
 * files with stream_remove_marked(). Reading one is ERROR_GONE from now on. */
MUST_USE bool stream_delete_all_in(struct db *db, struct str session_id, int64_t now_us,
                                   struct error *err);
/* Removes the files of what was deleted; at most a hundred, *ret_left says that there are more. */
MUST_USE bool stream_remove_marked(struct proctor *p, bool *ret_left, struct error *err);
/* Are files of this session still to be removed? */
MUST_USE bool stream_marked_in(struct db *db, struct str session_id, bool *ret, struct error *err);
