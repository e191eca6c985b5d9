#include "proctor/stream.h"

#include "proctor/analysis_job.h"
#include "proctor/evidence.h"
#include "proctor/stream_row.h"

#include <string.h>

/* ---- names ---- */

static const char *const kinds[] = {[STREAM_FILE] = "file",
                                    [STREAM_CAMERA] = "camera",
                                    [STREAM_SCREEN] = "screen",
                                    [STREAM_APP] = "app"};
static const char *const state_names[] = {
    [STREAM_OPEN] = "open", [STREAM_COMPLETE] = "complete", [STREAM_CLOSED] = "closed"};

const char *stream_kind_name(enum stream_kind kind)
{
    return kind > STREAM_KIND_NONE && kind <= STREAM_APP ? kinds[kind] : "unknown";
}

enum stream_kind stream_kind_from_name(struct str name)
{
    for (size_t i = STREAM_FILE; i < ARRAY_LEN(kinds); i++)
        if (str_eq(name, str_from(kinds[i])))
            return (enum stream_kind)i;
    return STREAM_KIND_NONE;
}

const char *stream_state_name(enum stream_state state)
{
    return state > STREAM_STATE_NONE && state <= STREAM_CLOSED ? state_names[state] : "unknown";
}

bool stream_is_recording(const struct stream *s)
{
    return s->kind > STREAM_FILE && s->concat != STREAM_PARTIAL;
}

void stream_context(struct str stream_id, const char *what, struct buf *to)
{
    buf_add_c(to, what);
    buf_add_char(to, ':');
    buf_add(to, stream_id);
}

/* ---- rows ---- */

bool stream_row_read(struct db_stmt *rows, struct arena *arena, struct stream *ret,
                     struct error *err)
{
    *ret = (struct stream){
        .kind = (enum stream_kind)db_col_i64(rows, 2),
        .state = (enum stream_state)db_col_i64(rows, 3),
        .concat = (enum stream_concat)db_col_i64(rows, 4),
        .size = (uint64_t)db_col_i64(rows, 5),
        .length_known = !db_col_null(rows, 6),
        .length = (uint64_t)db_col_i64(rows, 6),
        .start_us = db_col_i64(rows, 7),
        .created_us = db_col_i64(rows, 8),
        .expires_us = db_col_i64(rows, 9),
        .deleted_us = db_col_i64(rows, 15),
    };
    struct str sha = db_col_text(rows, 13);
    if (sha.len != sizeof ret->sha256)
        return error_set(err, ERROR_CHECKSUM, "the row of a stream was altered");
    memcpy(ret->sha256, sha.ptr, sizeof ret->sha256);
    str_into(db_col_text(rows, 0), ret->id, sizeof ret->id);
    str_into(db_col_text(rows, 1), ret->session_id, sizeof ret->session_id);
    str_into(db_col_text(rows, 10), ret->mime, sizeof ret->mime);
    if (arena) {
        ret->metadata = db_col_copy(rows, 11, arena);
        ret->concat_text = db_col_copy(rows, 12, arena);
        if (!ret->metadata.ptr || !ret->concat_text.ptr)
            return error_no_memory(err);
    }
    return true;
}

bool stream_row_find(struct db *db, struct str stream_id, struct arena *arena, struct stream *ret,
                     uint64_t *ret_sealed_size, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, STREAM_COLUMNS " WHERE id = $1", DB_ARGS(DB_TEXT(stream_id)), &found,
                      &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such stream");
    if (!stream_row_read(rows, arena, ret, err))
        return false;
    if (ret_sealed_size)
        *ret_sealed_size = (uint64_t)db_col_i64(rows, 14);
    return true;
}

bool stream_row_find_own(struct db *db, struct str session_id, struct str stream_id,
                         int64_t user_ref, struct arena *arena, struct session *ret_session,
                         struct stream *ret, uint64_t *ret_sealed_size, struct error *err)
{
    struct session s;
    struct stream stream;
    if (!session_find_own_in(db, session_id, user_ref, &s, err) ||
        !stream_row_find(db, stream_id, arena, &stream, ret_sealed_size, err))
        return false;
    if (!str_eq(str_from(stream.session_id), session_id))
        return error_set(err, ERROR_NOT_FOUND, "no such stream");
    if (ret_session)
        *ret_session = s;
    *ret = stream;
    return true;
}

bool stream_check_session(const struct session *s, enum stream_kind kind, bool make,
                          struct error *err)
{
    if (s->state >= SESSION_UPLOADED)
        return error_set(err, ERROR_CONFLICT, "this session has ended and takes nothing any more");
    if (kind != STREAM_FILE && s->state < SESSION_RECORDING)
        return error_set(err, ERROR_CONFLICT, "the recording has not been started");
    if (make && s->state == SESSION_ENDED && clock_wall_us() - s->ended_us > SESSION_KEEP_US)
        return error_set(err, ERROR_CONFLICT,
                         "the time to send recordings of this session is over");
    return true;
}

bool stream_row_end(struct db *db, const struct stream *s, enum stream_state state,
                    const char *kind_of_record, struct error *err)
{
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    str_to_hex(str_bytes(s->sha256, sizeof s->sha256), hex);
    bool remove = state == STREAM_CLOSED && s->kind == STREAM_FILE;
    return db_run(db,
                  "UPDATE stream SET state = $1, expires_us = 0, hash_state = NULL, to_remove = $2"
                  " WHERE id = $3",
                  DB_ARGS(DB_I64(state), DB_I64(remove), DB_TEXT(str_from(s->id))), NULL, err) &&
           evidence_add_in(db, str_from(s->session_id), kind_of_record,
                           json_pack("{s:s, s:s, s:I, s:s}", "stream", s->id, "kind",
                                     stream_kind_name(s->kind), "bytes", (json_int_t)s->size,
                                     "sha256", hex),
                           err) &&
           (!stream_is_recording(s) ||
            analysis_job_grown_in(db, str_from(s->id), s->size, true, err));
}

/* ---- making ---- */

struct creation {
    struct str session_id;
    int64_t user_ref;
    const struct stream_spec *spec;
    uint64_t length;
    struct stream stream;
};

static bool count_streams(struct db *db, struct str session_id, int64_t *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT COUNT(*) FROM stream WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    *ret = found ? db_col_i64(rows, 0) : 0;
    return true;
}

/* The client's claim about its first byte, held to what can be true. */
static int64_t start_time(const struct session *session, int64_t claim_us, int64_t now_us)
{
    int64_t earliest = session->started_us ? session->started_us : session->created_us;
    if (claim_us == 0)
        return now_us;
    return MAX(MIN(claim_us, now_us), MIN(earliest, now_us));
}

static bool insert_stream(struct db *db, const struct stream_spec *spec, const struct stream *s,
                          int64_t position, struct error *err)
{
    return db_run(
        db,
        "INSERT INTO stream (id, session_id, position, kind, state, concat, size, sealed_size,"
        " length, start_us, created_us, expires_us, mime, metadata, concat_text, sha256)"
        " VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9, $10, $11, $12, $13, $14)",
        DB_ARGS(DB_TEXT(str_from(s->id)), DB_TEXT(str_from(s->session_id)), DB_I64(position),
                DB_I64(s->kind), DB_I64(s->state), DB_I64(s->concat),
                s->length_known ? DB_U64(s->length) : DB_NULL, DB_I64(s->start_us),
                DB_I64(s->created_us), DB_I64(s->expires_us), DB_TEXT(str_from(s->mime)),
                DB_TEXT(spec->metadata), DB_TEXT(spec->concat_text),
                DB_BLOB(str_bytes(s->sha256, sizeof s->sha256))),
        NULL, err);
}

static bool create_body(struct db *db, void *context, struct error *err)
{
    struct creation *c = context;
    struct stream *s = &c->stream;
    struct session session;
    int64_t streams, now = clock_wall_us();
    if (!session_find_own_in(db, c->session_id, c->user_ref, &session, err) ||
        !stream_check_session(&session, s->kind, true, err) ||
        !count_streams(db, c->session_id, &streams, err))
        return false;
    if (streams >= STREAM_PER_SESSION_MAX)
        return error_set(err, ERROR_CONFLICT, "no more than %d streams in a session",
                         STREAM_PER_SESSION_MAX);
    s->state = STREAM_OPEN;
    s->created_us = now;
    s->expires_us = now + STREAM_KEEP_US;
    s->start_us = start_time(&session, c->spec->start_us, now);
    str_into(c->session_id, s->session_id, sizeof s->session_id);
    if (!insert_stream(db, c->spec, s, streams, err) ||
        !evidence_add_in(db, c->session_id, "stream-made",
                         json_pack("{s:s, s:s, s:s, s:I}", "stream", s->id, "kind",
                                   stream_kind_name(s->kind), "mime", s->mime, "start_us",
                                   (json_int_t)s->start_us),
                         err) ||
        (stream_is_recording(s) && !analysis_job_add_in(db, str_from(s->id), c->session_id, err)))
        return false;
    if (s->length_known && s->length == 0) {
        if (!stream_row_end(db, s, STREAM_COMPLETE, "stream-complete", err))
            return false;
        s->state = STREAM_COMPLETE;
        s->expires_us = 0;
    }
    return true;
}

static bool check_spec(const struct stream_spec *spec, struct error *err)
{
    if (spec->kind <= STREAM_KIND_NONE || spec->kind > STREAM_APP)
        return error_set(err, ERROR_INVALID, "kind: must be camera, screen, app or file");
    if (spec->length_known && spec->length > STREAM_SIZE_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a stream has at most %" PRIu64 " bytes",
                         STREAM_SIZE_MAX);
    if (spec->metadata.len > STREAM_METADATA_MAX || !str_is_utf8(spec->metadata))
        return error_set(err, ERROR_INVALID, "metadata: at most %d bytes", STREAM_METADATA_MAX);
    if (!str_is_utf8(spec->mime) || spec->mime.len >= sizeof((struct stream *)NULL)->mime)
        return error_set(err, ERROR_INVALID, "mime: at most %zu bytes",
                         sizeof((struct stream *)NULL)->mime - 1);
    if (!str_is_utf8(spec->concat_text))
        return error_set(err, ERROR_INVALID, "concat: must be text");
    if (spec->concat == STREAM_FINAL &&
        (spec->parts_len == 0 || spec->parts_len > STREAM_PARTS_MAX))
        return error_set(err, ERROR_INVALID, "a concatenation has 1 to %d parts", STREAM_PARTS_MAX);
    return true;
}

static bool create_one(struct proctor *p, struct creation *c, struct error *err)
{
    CLEANUP(blob_closep) struct blob *blob = NULL;
    /* The file first: a row without its file would be a stream that cannot grow. */
    id_create(c->stream.id);
    sha256(STR(""), c->stream.sha256);
    str_into(c->spec->mime, c->stream.mime, sizeof c->stream.mime);
    if (!blob_create(p->blobs, str_from(c->stream.id), &blob, err))
        return false;
    if (db_store_write(p->store, create_body, c, err))
        return true;
    bool removed = blob_remove(p->blobs, str_from(c->stream.id), NULL); /* empty: no loss if not */
    (void)removed;
    return false;
}

/* ---- concatenation ---- */

#define COPY_STEP ((size_t)1 << 20)

static bool check_part(struct proctor *p, struct str session_id, int64_t user_ref, struct str part,
                       struct arena *arena, uint64_t *sum, struct error *err)
{
    struct stream s;
    if (!stream_find(p, session_id, part, user_ref, arena, &s, err))
        return error_wrap(err, "part " STR_FMT, STR_ARG(part));
    if (s.concat != STREAM_PARTIAL)
        return error_set(err, ERROR_INVALID, "part " STR_FMT ": is not partial", STR_ARG(part));
    if (s.state != STREAM_COMPLETE)
        return error_set(err, ERROR_CONFLICT, "part " STR_FMT ": is not complete", STR_ARG(part));
    if (s.size > STREAM_SIZE_MAX - *sum)
        return error_set(err, ERROR_TOO_LARGE, "a stream has at most %" PRIu64 " bytes",
                         STREAM_SIZE_MAX);
    *sum += s.size;
    return true;
}

static bool copy_part(struct proctor *p, struct str part, struct stream_write *w, struct error *err)
{
    CLEANUP(stream_read_closep) struct stream_read *r = NULL;
    CLEANUP(buf_done) struct buf bytes = {0};
    if (!stream_read_open(p, part, &r, err))
        return false;
    for (uint64_t at = 0; at < stream_read_size(r); at += bytes.len) {
        buf_clear(&bytes);
        if (!stream_read_at(r, at, COPY_STEP, &bytes, err) ||
            !stream_write_add(w, buf_str(&bytes), err))
            return false;
    }
    return true;
}

static bool fill_from_parts(struct proctor *p, struct creation *c, struct error *err)
{
    CLEANUP(stream_write_endp) struct stream_write *w = NULL;
    if (!stream_write_begin(p, c->session_id, str_from(c->stream.id), c->user_ref, 0, &w, err))
        return false;
    for (size_t i = 0; i < c->spec->parts_len; i++)
        if (!copy_part(p, c->spec->parts[i], w, err))
            return false;
    return stream_write_commit(w, &c->stream.size, err);
}

bool stream_create(struct proctor *p, struct str session_id, int64_t user_ref,
                   const struct stream_spec *spec, struct arena *arena, struct stream *ret,
                   struct error *err)
{
    struct creation c = {.session_id = session_id, .user_ref = user_ref, .spec = spec};
    c.stream.kind = spec->kind;
    c.stream.concat = spec->concat;
    c.stream.length_known = spec->length_known;
    c.stream.length = spec->length;
    if (!check_spec(spec, err))
        return false;
    if (spec->concat == STREAM_FINAL) {
        c.stream.length_known = true;
        c.stream.length = 0;
        for (size_t i = 0; i < spec->parts_len; i++)
            if (!check_part(p, session_id, user_ref, spec->parts[i], arena, &c.stream.length, err))
                return false;
    }
    if (!create_one(p, &c, err))
        return false;
    if (spec->concat == STREAM_FINAL && c.stream.length > 0 && !fill_from_parts(p, &c, err)) {
        bool ended = stream_terminate(p, session_id, str_from(c.stream.id), user_ref, NULL);
        (void)ended; /* else it expires */
        return false;
    }
    return stream_find(p, session_id, str_from(c.stream.id), user_ref, arena, ret, err);
}

/* ---- finding ---- */

struct find {
    struct str session_id, stream_id;
    int64_t user_ref;
    bool own;
    struct arena *arena;
    struct stream stream;
    struct stream *list;
    size_t len;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    if (f->own)
        return stream_row_find_own(db, f->session_id, f->stream_id, f->user_ref, f->arena, NULL,
                                   &f->stream, NULL, err);
    if (!stream_row_find(db, f->stream_id, f->arena, &f->stream, NULL, err))
        return false;
    if (!str_eq(str_from(f->stream.session_id), f->session_id))
        return error_set(err, ERROR_NOT_FOUND, "no such stream");
    return true;
}

bool stream_find(struct proctor *p, struct str session_id, struct str stream_id, int64_t user_ref,
                 struct arena *arena, struct stream *ret, struct error *err)
{
    struct find f = {.session_id = session_id,
                     .stream_id = stream_id,
                     .user_ref = user_ref,
                     .own = true,
                     .arena = arena};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    if (f.stream.state == STREAM_CLOSED)
        return error_set(err, ERROR_GONE, "this stream was ended");
    *ret = f.stream;
    return true;
}

bool stream_get(struct proctor *p, struct str session_id, struct str stream_id, struct arena *arena,
                struct stream *ret, struct error *err)
{
    struct find f = {.session_id = session_id, .stream_id = stream_id, .arena = arena};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    *ret = f.stream;
    return true;
}

static bool read_listed(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    return stream_row_read(rows, arena, to, err);
}

bool stream_list_in(struct db *db, struct str session_id, struct arena *arena, struct stream **ret,
                    size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, STREAM_COLUMNS " WHERE session_id = $1 AND concat <> $2 ORDER BY position",
                    DB_ARGS(DB_TEXT(session_id), DB_I64(STREAM_PARTIAL)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_listed, ret, ret_len, err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    return stream_list_in(db, f->session_id, f->arena, &f->list, &f->len, err);
}

bool stream_list(struct proctor *p, struct str session_id, struct arena *arena, struct stream **ret,
                 size_t *ret_len, struct error *err)
{
    struct find f = {.session_id = session_id, .arena = arena};
    if (!db_store_read(p->store, list_body, &f, err))
        return false;
    *ret = f.list;
    *ret_len = f.len;
    return true;
}
