/* Private to stream*.c: rows of the table `stream`. */
#pragma once
#include "proctor/session.h"
#include "proctor/stream.h"

#define STREAM_COLUMNS                                                                             \
    "SELECT id, session_id, kind, state, concat, size, length, start_us, created_us, expires_us,"  \
    " mime, metadata, concat_text, sha256, sealed_size, deleted_us FROM stream"

MUST_USE bool stream_row_read(struct db_stmt *rows, struct arena *arena, struct stream *ret,
                              struct error *err);
/* A stream by its id alone; ERROR_NOT_FOUND. `ret_sealed_size` may be NULL. */
MUST_USE bool stream_row_find(struct db *db, struct str stream_id, struct arena *arena,
                              struct stream *ret, uint64_t *ret_sealed_size, struct error *err);
/* The stream of this session, if the session is the user's: else ERROR_NOT_FOUND. */
MUST_USE bool stream_row_find_own(struct db *db, struct str session_id, struct str stream_id,
                                  int64_t user_ref, struct arena *arena,
                                  struct session *ret_session, struct stream *ret,
                                  uint64_t *ret_sealed_size, struct error *err);
/* May a stream of this kind grow (`make` false) or be made now? ERROR_CONFLICT with a sentence. */
MUST_USE bool stream_check_session(const struct session *s, enum stream_kind kind, bool make,
                                   struct error *err);
/* Everything that follows from the stream's end (`state` is complete or closed): row, evidence, the
 * analysis. */
MUST_USE bool stream_row_end(struct db *db, const struct stream *s, enum stream_state state,
                             const char *kind_of_record, struct error *err);
void stream_context(struct str stream_id, const char *what, struct buf *to); /* for seal_bytes() */
