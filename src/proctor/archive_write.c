/* Writing the archive of a session. The chain is read first, and of a stream just as much as the
 * chain tells, so that the archive of a session that still grows is whole in itself. */
#include "proctor/archive.h"
#include "proctor/archive_tar.h"

#include "base/clock.h"
#include "base/json.h"
#include "proctor/evidence.h"
#include "proctor/exam.h"
#include "proctor/session.h"
#include "proctor/signed_text.h"
#include "proctor/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS_STEP 1000              /* read at a time */
#define EVIDENCE_MAX ((size_t)1 << 30) /* bytes of evidence.jsonl */
#define STREAM_STEP ((size_t)4 << 20)  /* bytes of a stream at a time */

/* A stream as far as the chain tells of it. */
struct piece_sum {
    char id[ID_TEXT_SIZE];
    uint64_t bytes;
};

struct writer {
    struct proctor *p;
    archive_take *take;
    void *context;
    struct error *why; /* of `take`: libarchive cannot carry it */
    struct archive *tar;
    struct arena arena;
    struct session session;
    struct buf evidence; /* the file */
    uint64_t records;
    unsigned char head[CHAIN_HASH_SIZE];
    struct piece_sum *streams;
    size_t streams_len, streams_room;
    json_t *files; /* owned: of the manifest */
};

static la_ssize_t write_out(struct archive *a, void *context, const void *bytes, size_t len)
{
    struct writer *w = context;
    if (w->take(w->context, str_bytes(bytes, len), w->why))
        return (la_ssize_t)len;
    archive_set_error(a, EIO, "%s", w->why->message);
    return -1;
}

/* ---- the chain ---- */

static bool add_piece(struct writer *w, struct str payload, struct error *err)
{
    CLEANUP(json_decrefp) json_t *piece = NULL;
    struct str id;
    int64_t offset, length;
    if (!json_parse(payload, &piece, err) ||
        !json_get_str(piece, "", "stream", ID_TEXT_SIZE - 1, &id, err) ||
        !json_get_i64(piece, "", "offset", 0, INT64_MAX, &offset, err) ||
        !json_get_i64(piece, "", "length", 1, INT64_MAX - offset, &length, err))
        return error_wrap(err, "record %" PRIu64, w->records);
    size_t i = w->streams_len; /* the last ones are those that grow */
    while (i > 0 && !str_eq(str_from(w->streams[i - 1].id), id))
        i--;
    if (i == 0) {
        struct piece_sum *more =
            arena_more(&w->arena, w->streams, w->streams_len, &w->streams_room, sizeof *more);
        if (!more)
            return error_no_memory(err);
        w->streams = more;
        w->streams[w->streams_len] = (struct piece_sum){.bytes = 0};
        str_into(id, w->streams[w->streams_len].id, ID_TEXT_SIZE);
        i = ++w->streams_len;
    }
    w->streams[i - 1].bytes = (uint64_t)(offset + length);
    return true;
}

static bool add_record(struct writer *w, const struct evidence_record *r, struct error *err)
{
    char hash[STR_HEX_MAX(CHAIN_HASH_SIZE)];
    CLEANUP(freep) char *line = NULL;
    str_to_hex(str_bytes(r->hash, sizeof r->hash), hash);
    CLEANUP(json_decrefp)
    json_t *object = json_pack("{s:I, s:I, s:s%, s:s%, s:s}", "seq", (json_int_t)r->seq, "time_us",
                               (json_int_t)r->time_us, "kind", r->kind.ptr, r->kind.len, "payload",
                               r->payload.ptr, r->payload.len, "hash", hash);
    if (!object)
        return error_no_memory(err);
    if (!json_text(object, &line, err))
        return false;
    buf_add_c(&w->evidence, line);
    buf_add_char(&w->evidence, '\n');
    if (str_eq(r->kind, STR("piece")) && !add_piece(w, r->payload, err))
        return false;
    memcpy(w->head, r->hash, sizeof w->head);
    w->records = r->seq + 1;
    return true;
}

static bool read_chain(struct writer *w, struct error *err)
{
    for (size_t len = RECORDS_STEP; len == RECORDS_STEP;) {
        CLEANUP(arena_done) struct arena arena = {0};
        struct evidence_record *records;
        if (!evidence_list(w->p, str_from(w->session.id), w->records, RECORDS_STEP, STR(""), &arena,
                           &records, &len, err))
            return false;
        for (size_t i = 0; i < len; i++)
            if (!add_record(w, &records[i], err))
                return false;
    }
    return buf_ok(&w->evidence, err);
}

/* ---- files ---- */

static bool add_to_manifest(struct writer *w, const char *name, uint64_t bytes,
                            const unsigned char sha[SHA256_SIZE], struct error *err)
{
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    str_to_hex(str_bytes(sha, SHA256_SIZE), hex);
    return !json_array_append_new(w->files, json_pack("{s:s, s:I, s:s}", "name", name, "bytes",
                                                      (json_int_t)bytes, "sha256", hex)) ||
           error_no_memory(err);
}

static bool put_text(struct writer *w, const char *name, struct str text, struct error *err)
{
    unsigned char sha[SHA256_SIZE];
    sha256(text, sha);
    return archive_tar_file(w->tar, name, text.len, err) && archive_tar_data(w->tar, text, err) &&
           add_to_manifest(w, name, text.len, sha, err);
}

static const char *extension(const char *mime)
{
    static const struct {
        const char *mime, *extension;
    } known[] = {{"video/webm", ".webm"}, {"video/x-matroska", ".mkv"}, {"video/mp4", ".mp4"}};
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_starts(str_from(mime), str_from(known[i].mime)))
            return known[i].extension;
    return ".bin";
}

static bool put_stream(struct writer *w, const struct piece_sum *sum, struct error *err)
{
    CLEANUP(stream_read_closep) struct stream_read *in = NULL;
    CLEANUP(hash_destroyp) struct hash *hash = NULL;
    CLEANUP(buf_done) struct buf bytes = {0};
    unsigned char sha[SHA256_SIZE];
    char name[128];
    struct stream stream;
    struct error why = {0};
    if (!stream_get(w->p, str_from(w->session.id), str_from(sum->id), &w->arena, &stream, err))
        return false;
    if (!stream_read_open(w->p, str_from(sum->id), &in, &why))
        return why.code == ERROR_GONE || error_set(err, why.code, "%s", why.message);
    snprintf(name, sizeof name, ARCHIVE_STREAMS "%s%s", sum->id, extension(stream.mime));
    if (!hash_create(HASH_SHA256, &hash, err) || !archive_tar_file(w->tar, name, sum->bytes, err))
        return false;
    for (uint64_t at = 0; at < sum->bytes; at += bytes.len) {
        buf_clear(&bytes);
        if (!stream_read_at(in, at, (size_t)MIN(STREAM_STEP, sum->bytes - at), &bytes, err))
            return error_wrap(err, "recording %s", sum->id);
        if (bytes.len == 0)
            return error_set(err, ERROR_CHECKSUM, "recording %s ends before its records", sum->id);
        hash_add(hash, buf_str(&bytes));
        if (!archive_tar_data(w->tar, buf_str(&bytes), err))
            return false;
    }
    hash_finish(hash, sha);
    return add_to_manifest(w, name, sum->bytes, sha, err);
}

static bool put_signed(struct writer *w, const char *name, enum session_text which,
                       struct error *err)
{
    struct str text = {0};
    if (!session_text(w->p, str_from(w->session.id), which, &w->arena, &text, err))
        return false;
    return text.len == 0 || put_text(w, name, text, err);
}

static bool put_manifest(struct writer *w, struct error *err)
{
    struct proctored_exam exam;
    char head[STR_HEX_MAX(CHAIN_HASH_SIZE)];
    CLEANUP(freep) char *text = NULL;
    if (!proctored_exam_find(w->p, str_from(w->session.exam_id), &exam, err))
        return false;
    str_to_hex(str_bytes(w->head, sizeof w->head), head);
    CLEANUP(json_decrefp)
    json_t *manifest =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:O}", "format", ARCHIVE_FORMAT, "session",
                  w->session.id, "candidate", w->session.candidate, "exam", exam.title,
                  "exported_us", (json_int_t)clock_wall_us(), "chain_records",
                  (json_int_t)w->records, "chain_head", head, "files", w->files);
    if (!signed_text(&w->p->sign_key, manifest, &text, err))
        return false;
    return archive_tar_file(w->tar, ARCHIVE_MANIFEST, strlen(text), err) &&
           archive_tar_data(w->tar, str_from(text), err);
}

static bool put_all(struct writer *w, struct error *err)
{
    if (!put_text(w, ARCHIVE_EVIDENCE, buf_str(&w->evidence), err))
        return false;
    for (size_t i = 0; i < w->streams_len; i++)
        if (!put_stream(w, &w->streams[i], err))
            return false;
    return put_signed(w, ARCHIVE_RECEIPT, SESSION_RECEIPT, err) &&
           put_signed(w, ARCHIVE_REPORT, SESSION_REPORT, err) && put_manifest(w, err) &&
           archive_tar_close(w->tar, err);
}

bool archive_write_session(struct proctor *p, struct str session_id, archive_take *take,
                           void *context, struct error *err)
{
    struct error why = {0};
    struct writer w = {.p = p, .take = take, .context = context, .why = &why};
    w.files = json_array();
    buf_init(&w.evidence, EVIDENCE_MAX);
    bool good = session_find(p, session_id, &w.session, err) && read_chain(&w, err) &&
                archive_tar_open(write_out, &w, &w.tar, err) && put_all(&w, err);
    if (!good && why.code != ERROR_NONE)
        good = error_set(err, why.code, "%s", why.message);
    archive_write_freep(&w.tar);
    json_decref(w.files);
    buf_done(&w.evidence);
    arena_done(&w.arena);
    return good;
}
