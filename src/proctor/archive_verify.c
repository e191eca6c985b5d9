/* Checking an archive, in one pass and with the key alone. The chain stands first, so what is wrong
 * is told by the record that it breaks; the signed manifest stands last and covers every file. The
 * files are written again as they should stand, to the side: unequal bytes are found even where no
 * file has them. Everything here comes from strangers. */
#include "proctor/archive.h"
#include "proctor/archive_tar.h"

#include "base/arena.h"
#include "base/json.h"
#include "proctor/evidence.h"
#include "proctor/signed_text.h"

#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES                                                                             \
    ((size_t)64 << 10) /* of a record: EVIDENCE_PAYLOAD_MAX, each byte escaped                     \
                        */
#define RECORDS_MAX UINT64_C(4000000)
#define TEXT_MAX ((size_t)256 << 20) /* bytes of a report or a manifest */
#define FILES_MAX 1000
#define READ_STEP ((size_t)256 << 10)

struct piece {
    uint64_t seq, offset, len;
    unsigned char sha256[SHA256_SIZE];
};
struct chain_stream {
    char id[ID_TEXT_SIZE];
    struct piece *pieces;
    size_t len, room;
    bool recording; /* else a file, which its candidate may have removed again */
    bool removed;   /* the chain tells of its end before its length */
    bool here;      /* its file was seen */
};
struct file {
    char name[128];
    uint64_t bytes;
    unsigned char sha256[SHA256_SIZE];
};

struct verifier {
    const unsigned char *key;
    archive_give *give;
    void *context;
    struct error *why; /* of `give` */
    struct hash *raw, *canonical;
    struct archive *in, *out; /* `out` hashes what the archive should be */
    struct arena arena;
    char *block;     /* READ_STEP */
    char *chunk;     /* READ_STEP, libarchive's */
    struct buf text; /* of the file at hand, or the line that is not whole yet */
    struct chain_stream *streams;
    size_t streams_len, streams_room;
    struct file *files;
    size_t files_len, files_room;
    uint64_t last_checkpoint; /* records before it are signed */
    bool key_erased;
    unsigned char head[CHAIN_HASH_SIZE];
    char checkpoint_session[ID_TEXT_SIZE];
    bool manifest;
    struct archive_findings found;
};

/* ---- bytes ---- */

static la_ssize_t read_in(struct archive *a, void *context, const void **ret)
{
    struct verifier *v = context;
    size_t len;
    if (!v->give(v->context, v->chunk, READ_STEP, &len, v->why)) {
        archive_set_error(a, EIO, "%s", v->why->message);
        return -1;
    }
    hash_add(v->raw, str_bytes(v->chunk, len));
    *ret = v->chunk;
    return (la_ssize_t)len;
}

static la_ssize_t hash_out(struct archive *a, void *context, const void *bytes, size_t len)
{
    struct verifier *v = context;
    (void)a;
    hash_add(v->canonical, str_bytes(bytes, len));
    return (la_ssize_t)len;
}

static bool damaged(struct verifier *v, const char *where, struct error *err)
{
    const char *why = archive_error_string(v->in);
    if (v->why->code != ERROR_NONE)
        return error_set(err, v->why->code, "%s", v->why->message);
    return error_set(err, ERROR_CHECKSUM, "the archive is damaged or cut off in %s (%s)", where,
                     why ? why : "no reason given");
}

/* ---- the chain ---- */

static struct chain_stream *find_stream(struct verifier *v, struct str id)
{
    for (size_t i = v->streams_len; i > 0; i--)
        if (str_eq(str_from(v->streams[i - 1].id), id))
            return &v->streams[i - 1];
    return NULL;
}

static bool get_hex(const json_t *object, const char *key, unsigned char *ret, size_t size,
                    struct error *err)
{
    struct str hex;
    if (!json_get_str(object, "", key, 2 * size, &hex, err))
        return false;
    return str_from_hex(hex, ret, size) ||
           error_set(err, ERROR_INVALID, "%s: must be hex of %zu bytes", key, size);
}

static bool take_piece(struct verifier *v, const json_t *payload, struct error *err)
{
    struct str id;
    int64_t offset, len;
    struct piece piece = {.seq = v->found.records};
    if (!json_get_str(payload, "", "stream", ID_TEXT_SIZE - 1, &id, err) ||
        !json_get_i64(payload, "", "offset", 0, INT64_MAX, &offset, err) ||
        !json_get_i64(payload, "", "length", 1, INT64_MAX - offset, &len, err) ||
        !get_hex(payload, "sha256", piece.sha256, sizeof piece.sha256, err))
        return false;
    struct chain_stream *s = find_stream(v, id);
    if (!s)
        return error_set(err, ERROR_CHECKSUM, "a piece of a recording that was never begun");
    piece.offset = (uint64_t)offset;
    piece.len = (uint64_t)len;
    uint64_t next = s->len ? s->pieces[s->len - 1].offset + s->pieces[s->len - 1].len : 0;
    if (piece.offset != next)
        return error_set(err, ERROR_CHECKSUM, "a piece at %" PRIu64 " where %" PRIu64 " is next",
                         piece.offset, next);
    struct piece *more = arena_more(&v->arena, s->pieces, s->len, &s->room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    s->pieces = more;
    s->pieces[s->len++] = piece;
    return true;
}

static bool take_stream(struct verifier *v, const json_t *payload, struct error *err)
{
    struct str id, kind;
    if (!json_get_str(payload, "", "stream", ID_TEXT_SIZE - 1, &id, err) ||
        !json_get_str(payload, "", "kind", 16, &kind, err))
        return false;
    struct chain_stream *more =
        arena_more(&v->arena, v->streams, v->streams_len, &v->streams_room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    v->streams = more;
    v->streams[v->streams_len] = (struct chain_stream){.recording = !str_eq(kind, STR("file"))};
    str_into(id, v->streams[v->streams_len++].id, ID_TEXT_SIZE);
    return true;
}

static bool take_removal(struct verifier *v, const json_t *payload, struct error *err)
{
    struct str id;
    if (!json_get_str(payload, "", "stream", ID_TEXT_SIZE - 1, &id, err))
        return false;
    struct chain_stream *s = find_stream(v, id);
    if (s)
        s->removed = true;
    return true;
}

/* Signed when it was appended: that many records, and this was the hash of the last. */
static bool take_checkpoint(struct verifier *v, struct str text, const json_t *payload,
                            struct error *err)
{
    unsigned char head[CHAIN_HASH_SIZE];
    struct str session;
    int64_t records;
    if (!json_get_str(payload, "", "session", ID_TEXT_SIZE - 1, &session, err) ||
        !json_get_i64(payload, "", "records", 0, INT64_MAX, &records, err) ||
        !get_hex(payload, "head", head, sizeof head, err))
        return false;
    if ((uint64_t)records != v->found.records || memcmp(head, v->head, sizeof head) != 0 ||
        !signed_text_verify(v->key, text, NULL))
        return error_set(err, ERROR_CHECKSUM,
                         "it is not the signature of this deployment under records %" PRIu64
                         " to %" PRIu64 ": they were made anew",
                         v->last_checkpoint, v->found.records - 1);
    v->last_checkpoint = v->found.records;
    str_into(session, v->checkpoint_session, ID_TEXT_SIZE);
    v->found.checkpoints++;
    return true;
}

static bool take_meaning(struct verifier *v, struct str kind, struct str payload, struct error *err)
{
    CLEANUP(json_decrefp) json_t *object = NULL;
    if (!json_parse(payload, &object, err))
        return false;
    if (str_eq(kind, STR("piece")))
        return take_piece(v, object, err);
    if (str_eq(kind, STR("stream-made")))
        return take_stream(v, object, err);
    if (str_eq(kind, STR("stream-terminated")) || str_eq(kind, STR("stream-expired")))
        return take_removal(v, object, err);
    if (str_eq(kind, STR("checkpoint")))
        return take_checkpoint(v, payload, object, err);
    if (str_eq(kind, STR("key-erased")))
        v->key_erased = true;
    return true;
}

static bool take_record(struct verifier *v, const json_t *line, struct error *err)
{
    struct str kind, payload;
    int64_t seq, time_us;
    unsigned char hash[CHAIN_HASH_SIZE], next[CHAIN_HASH_SIZE];
    if (!json_get_i64(line, "", "seq", 0, INT64_MAX, &seq, err) ||
        !json_get_i64(line, "", "time_us", INT64_MIN, INT64_MAX, &time_us, err) ||
        !json_get_str(line, "", "kind", EVIDENCE_KIND_MAX, &kind, err) ||
        !json_get_str(line, "", "payload", EVIDENCE_PAYLOAD_MAX, &payload, err) ||
        !get_hex(line, "hash", hash, sizeof hash, err))
        return false;
    if ((uint64_t)seq != v->found.records)
        return error_set(err, ERROR_CHECKSUM, "record %" PRId64 " stands in its place", seq);
    if (!chain_hash(v->head, (uint64_t)seq, time_us, kind, payload, next, err))
        return false;
    if (memcmp(next, hash, sizeof hash) != 0)
        return error_set(err, ERROR_CHECKSUM, "it was altered, or a record before it was");
    if (!take_meaning(v, kind, payload, err))
        return false;
    memcpy(v->head, hash, sizeof hash);
    v->found.records++;
    return true;
}

static bool take_line(struct verifier *v, struct str text, struct error *err)
{
    CLEANUP(json_decrefp) json_t *line = NULL;
    struct error why = {0};
    if (v->found.records == RECORDS_MAX)
        return error_set(err, ERROR_TOO_LARGE, "more than %" PRIu64 " records", RECORDS_MAX);
    if (json_parse(text, &line, &why) && take_record(v, line, &why))
        return true;
    return error_set(err, why.code == ERROR_NO_MEMORY ? why.code : ERROR_CHECKSUM,
                     "record %" PRIu64 " is wrong: %s", v->found.records, why.message);
}

static bool take_evidence(struct verifier *v, struct str bytes, struct error *err)
{
    buf_add(&v->text, bytes);
    if (!buf_ok(&v->text, err))
        return false;
    struct str rest = buf_str(&v->text);
    for (;;) {
        const char *end = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
        size_t len = end ? (size_t)(end - rest.ptr) : rest.len;
        if (len > LINE_MAX_BYTES)
            return error_set(err, ERROR_CHECKSUM, "record %" PRIu64 " is wrong: it has no end",
                             v->found.records);
        if (!end)
            break;
        if (!take_line(v, str_slice(rest, 0, len), err))
            return false;
        rest = str_slice(rest, len + 1, rest.len);
    }
    buf_consume(&v->text, v->text.len - rest.len);
    return true;
}

/* ---- recordings ---- */

struct stream_check {
    struct chain_stream *stream;
    size_t at;     /* piece */
    uint64_t done; /* bytes of it */
    struct hash *hash;
};

static bool end_piece(struct stream_check *c, struct error *err)
{
    const struct piece *piece = &c->stream->pieces[c->at];
    unsigned char sha[SHA256_SIZE];
    hash_finish(c->hash, sha);
    hash_destroy(c->hash);
    c->hash = NULL;
    if (memcmp(sha, piece->sha256, sizeof sha) != 0)
        return error_set(err, ERROR_CHECKSUM,
                         "record %" PRIu64 " is wrong: bytes %" PRIu64 " to %" PRIu64
                         " of recording %s are not those that it tells of",
                         piece->seq, piece->offset, piece->offset + piece->len - 1, c->stream->id);
    c->at++;
    c->done = 0;
    return true;
}

static bool take_stream_bytes(struct stream_check *c, struct str bytes, struct error *err)
{
    while (bytes.len) {
        if (c->at == c->stream->len)
            return error_set(err, ERROR_CHECKSUM, "recording %s goes on behind its last record",
                             c->stream->id);
        const struct piece *piece = &c->stream->pieces[c->at];
        if (!c->hash && !hash_create(HASH_SHA256, &c->hash, err))
            return false;
        size_t part = (size_t)MIN((uint64_t)bytes.len, piece->len - c->done);
        hash_add(c->hash, str_slice(bytes, 0, part));
        c->done += part;
        if (c->done == piece->len && !end_piece(c, err))
            return false;
        bytes = str_slice(bytes, part, bytes.len);
    }
    return true;
}

/* ---- files ---- */

static bool find_stream_file(struct verifier *v, struct str name, struct chain_stream **ret,
                             struct error *err)
{
    struct str id = str_slice(name, sizeof ARCHIVE_STREAMS - 1, name.len);
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] == '.')
            id.len = i;
    struct chain_stream *s = find_stream(v, id);
    if (!s || s->here)
        return error_set(err, ERROR_CHECKSUM, "file " STR_FMT " does not belong to the session",
                         STR_ARG(name));
    s->here = true;
    v->found.streams++;
    *ret = s;
    return true;
}

/* A text file is gathered; what it means is looked at when it is whole. */
static bool take_text(struct verifier *v, struct str bytes, struct error *err)
{
    if (bytes.len > TEXT_MAX - v->text.len)
        return error_set(err, ERROR_TOO_LARGE, "a text file of more than %zu bytes", TEXT_MAX);
    buf_add(&v->text, bytes);
    return buf_ok(&v->text, err);
}

static bool end_text(struct verifier *v, struct str name, struct error *err)
{
    if (!signed_text_verify(v->key, buf_str(&v->text), err))
        return error_wrap(err, "file " STR_FMT, STR_ARG(name));
    v->found.report |= str_eq(name, STR(ARCHIVE_REPORT));
    return true;
}

static bool known_text(struct str name)
{
    return str_eq(name, STR(ARCHIVE_RECEIPT)) || str_eq(name, STR(ARCHIVE_REPORT)) ||
           str_eq(name, STR(ARCHIVE_MANIFEST));
}

static bool take_bytes(struct verifier *v, struct str name, struct stream_check *stream,
                       struct str bytes, struct error *err)
{
    if (str_eq(name, STR(ARCHIVE_EVIDENCE)))
        return take_evidence(v, bytes, err);
    return stream->stream ? take_stream_bytes(stream, bytes, err) : take_text(v, bytes, err);
}

static bool end_file(struct verifier *v, struct str name, const struct stream_check *stream,
                     struct error *err)
{
    if (str_eq(name, STR(ARCHIVE_EVIDENCE)))
        return v->text.len == 0 ||
               error_set(err, ERROR_CHECKSUM, "record %" PRIu64 " is wrong: it is cut off",
                         v->found.records);
    if (!stream->stream)
        return end_text(v, name, err);
    return stream->at == stream->stream->len ||
           error_set(err, ERROR_CHECKSUM,
                     "record %" PRIu64 " is wrong: recording %s ends before its bytes",
                     stream->stream->pieces[stream->at].seq, stream->stream->id);
}

static bool read_file(struct verifier *v, struct file *f, struct stream_check *stream,
                      struct error *err)
{
    CLEANUP(hash_destroyp) struct hash *hash = NULL;
    struct str name = str_from(f->name);
    uint64_t left = f->bytes;
    if (!hash_create(HASH_SHA256, &hash, err) || !archive_tar_file(v->out, f->name, f->bytes, err))
        return false;
    for (;;) {
        la_ssize_t got = archive_read_data(v->in, v->block, READ_STEP);
        struct str bytes = str_bytes(v->block, got > 0 ? (size_t)got : 0);
        if (got < 0 || bytes.len > left)
            return damaged(v, f->name, err);
        if (got == 0)
            break;
        left -= bytes.len;
        hash_add(hash, bytes);
        if (!archive_tar_data(v->out, bytes, err) || !take_bytes(v, name, stream, bytes, err))
            return false;
    }
    if (left)
        return damaged(v, f->name, err);
    hash_finish(hash, f->sha256);
    return end_file(v, name, stream, err);
}

static bool take_file(struct verifier *v, struct archive_entry *entry, struct error *err)
{
    struct stream_check stream = {.at = 0};
    const char *c_name = archive_entry_pathname(entry);
    struct file f = {.bytes = (uint64_t)MAX(archive_entry_size(entry), 0)};
    struct str name = str_from(c_name);
    bool first = v->files_len == 0;
    if (v->manifest || archive_entry_filetype(entry) != AE_IFREG ||
        !str_into(name, f.name, sizeof f.name) || first != str_eq(name, STR(ARCHIVE_EVIDENCE)))
        return error_set(err, first ? ERROR_INVALID : ERROR_CHECKSUM,
                         first ? "this is no evidence archive"
                               : "file %.100s does not belong in an evidence archive",
                         c_name ? c_name : "without a name");
    if (str_starts(name, STR(ARCHIVE_STREAMS))) {
        if (!find_stream_file(v, name, &stream.stream, err))
            return false;
        v->found.stream_bytes += f.bytes;
    } else if (!first && !known_text(name))
        return error_set(err, ERROR_CHECKSUM, "file %s does not belong in an evidence archive",
                         f.name);
    buf_clear(&v->text);
    bool good = read_file(v, &f, &stream, err);
    hash_destroy(stream.hash);
    if (!good)
        return false;
    if (str_eq(name, STR(ARCHIVE_MANIFEST))) { /* stays in v->text */
        v->manifest = true;
        return true;
    }
    if (v->files_len == FILES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "more than %d files", FILES_MAX);
    struct file *more = arena_more(&v->arena, v->files, v->files_len, &v->files_room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    v->files = more;
    v->files[v->files_len++] = f;
    return true;
}

static bool read_files(struct verifier *v, struct error *err)
{
    if (archive_read_support_format_tar(v->in) != ARCHIVE_OK ||
        archive_read_open(v->in, v, NULL, read_in, NULL) != ARCHIVE_OK)
        return v->why->code != ERROR_NONE
                   ? error_set(err, v->why->code, "%s", v->why->message)
                   : error_set(err, ERROR_INVALID, "this is no evidence archive");
    for (;;) {
        struct archive_entry *entry;
        int got = archive_read_next_header(v->in, &entry);
        if (got == ARCHIVE_EOF)
            break;
        if (got != ARCHIVE_OK)
            return v->files_len ? damaged(v, v->files[v->files_len - 1].name, err)
                                : error_set(err, ERROR_INVALID, "this is no evidence archive");
        if (!take_file(v, entry, err))
            return false;
    }
    if (!v->files_len)
        return error_set(err, ERROR_INVALID, "this is no evidence archive");
    return v->manifest ||
           error_set(err, ERROR_CHECKSUM, "the archive is cut off: it has no %s", ARCHIVE_MANIFEST);
}

/* ---- the whole ---- */

static bool check_files(const struct verifier *v, const json_t *list, struct error *err)
{
    if (!json_is_array(list) || json_array_size(list) != v->files_len)
        return error_set(err, ERROR_CHECKSUM, "the archive has other files than its %s tells of",
                         ARCHIVE_MANIFEST);
    for (size_t i = 0; i < v->files_len; i++) {
        const json_t *one = json_array_get(list, i);
        const struct file *f = &v->files[i];
        unsigned char sha[SHA256_SIZE];
        struct str name;
        int64_t bytes;
        if (!json_get_str(one, "files", "name", sizeof f->name - 1, &name, err) ||
            !json_get_i64(one, "files", "bytes", 0, INT64_MAX, &bytes, err) ||
            !get_hex(one, "sha256", sha, sizeof sha, err))
            return false;
        if (!str_eq(name, str_from(f->name)) || (uint64_t)bytes != f->bytes ||
            memcmp(sha, f->sha256, sizeof sha) != 0)
            return error_set(err, ERROR_CHECKSUM, "file %s was altered", f->name);
    }
    return true;
}

static bool check_manifest(struct verifier *v, struct error *err)
{
    CLEANUP(json_decrefp) json_t *m = NULL;
    struct str format, session, candidate, exam;
    unsigned char head[CHAIN_HASH_SIZE];
    int64_t records;
    if (!json_parse(buf_str(&v->text), &m, err) ||
        !json_get_str(m, "", "format", 64, &format, err) ||
        !json_get_str(m, "", "session", ID_TEXT_SIZE - 1, &session, err) ||
        !json_get_str(m, "", "candidate", 1000, &candidate, err) ||
        !json_get_str(m, "", "exam", 1000, &exam, err) ||
        !json_get_i64(m, "", "exported_us", 0, INT64_MAX, &v->found.exported_us, err) ||
        !json_get_i64(m, "", "chain_records", 0, INT64_MAX, &records, err) ||
        !get_hex(m, "chain_head", head, sizeof head, err))
        return error_wrap(err, ARCHIVE_MANIFEST);
    if (!str_eq(format, STR(ARCHIVE_FORMAT)))
        return error_set(err, ERROR_UNSUPPORTED, "the archive has format \"" STR_FMT "\"",
                         STR_ARG(format));
    if ((uint64_t)records > v->found.records)
        return error_set(err, ERROR_CHECKSUM,
                         "record %" PRIu64 " is wrong: it and all behind it are missing",
                         v->found.records);
    if ((uint64_t)records != v->found.records || memcmp(head, v->head, sizeof head) != 0)
        return error_set(err, ERROR_CHECKSUM,
                         "record %" PRIu64 " is wrong, or one behind it: they were made anew",
                         v->last_checkpoint);
    if (v->found.checkpoints && !str_eq(session, str_from(v->checkpoint_session)))
        return error_set(err, ERROR_CHECKSUM, "the records are of another session");
    str_into(session, v->found.session, sizeof v->found.session);
    str_into(candidate, v->found.candidate, sizeof v->found.candidate);
    str_into(exam, v->found.exam, sizeof v->found.exam);
    return check_files(v, json_object_get(m, "files"), err);
}

static bool check_missing(struct verifier *v, struct error *err)
{
    for (size_t i = 0; i < v->streams_len; i++) {
        const struct chain_stream *s = &v->streams[i];
        if (s->here || s->len == 0)
            continue;
        if (!(s->removed && !s->recording) && !v->key_erased)
            return error_set(err, ERROR_CHECKSUM,
                             "record %" PRIu64 " is wrong: recording %s is missing",
                             s->pieces[0].seq, s->id);
        v->found.erased++;
    }
    return true;
}

/* Nothing but the files, in the one way to write them. */
static bool check_canonical(struct verifier *v, struct error *err)
{
    unsigned char raw[SHA256_SIZE], canonical[SHA256_SIZE];
    for (size_t len = 1; len;) {
        if (!v->give(v->context, v->chunk, READ_STEP, &len, err))
            return false;
        hash_add(v->raw, str_bytes(v->chunk, len));
    }
    if (!archive_tar_close(v->out, err))
        return false;
    hash_finish(v->raw, raw);
    hash_finish(v->canonical, canonical);
    return memcmp(raw, canonical, sizeof raw) == 0 ||
           error_set(err, ERROR_CHECKSUM,
                     "all files are right, but there are bytes between or behind them that are not "
                     "of the archive");
}

bool archive_verify(const unsigned char public_key[SIGN_PUBLIC_SIZE], archive_give *give,
                    void *context, struct archive_findings *ret, struct error *err)
{
    struct error why = {0};
    struct verifier v = {.key = public_key, .give = give, .context = context, .why = &why};
    v.block = malloc(READ_STEP);
    v.chunk = malloc(READ_STEP);
    v.in = archive_read_new();
    bool good = (v.block && v.chunk && v.in) || error_no_memory(err);
    good = good && hash_create(HASH_SHA256, &v.raw, err) &&
           hash_create(HASH_SHA256, &v.canonical, err) &&
           archive_tar_open(hash_out, &v, &v.out, err) && read_files(&v, err) &&
           check_manifest(&v, err) && check_missing(&v, err) && check_canonical(&v, err);
    if (good)
        *ret = v.found;
    archive_write_freep(&v.out);
    if (v.in)
        archive_read_free(v.in);
    hash_destroy(v.raw);
    hash_destroy(v.canonical);
    buf_done(&v.text);
    arena_done(&v.arena);
    free(v.block);
    free(v.chunk);
    return good;
}
