/* The file: records, each u32le length || sealed. A sealed record is a kind (one byte) and bytes,
 * bound to the spool's name and its number in the file, so none can be moved, left out or repeated
 * unnoticed. The first is the description. */
#include "app_core/spool.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_SIZE 4
#define RECORD_MAX (SPOOL_PIECE_MAX + 1 + VAULT_OVERHEAD)
enum { KIND_ABOUT = 'A', KIND_DATA = 'D', KIND_END = 'E' };

struct record {
    uint64_t at;       /* in the file, of the sealed bytes */
    uint64_t plain_at; /* among the plain bytes */
    uint32_t len;      /* sealed */
};

struct spool {
    struct disk_file *file; /* owned */
    struct vault_key key;
    char name[SPOOL_NAME_MAX];
    char about[SPOOL_ABOUT_MAX + 1];
    size_t about_len;
    pthread_mutex_t lock;   /* guards what follows */
    struct record *records; /* owned; of the bytes alone */
    size_t len, room;
    uint64_t next;      /* number of the next record in the file */
    uint64_t file_size; /* up to the last whole record */
    uint64_t size;
    bool finished;
};

static void context_of(const struct spool *s, uint64_t number, char *ret, size_t size)
{
    snprintf(ret, size, "proctortrack-spool|%s|%" PRIu64, s->name, number);
}

static bool more_room(struct spool *s, struct error *err)
{
    if (s->len < s->room)
        return true;
    size_t room = s->room ? 2 * s->room : 64;
    struct record *records = realloc(s->records, room * sizeof *records);
    if (!records)
        return error_no_memory(err);
    s->records = records;
    s->room = room;
    return true;
}

/* ---- writing ---- */

/* Writes over what a failed try may have left: the file is never longer than what it must hold, or
 * its tail does not open. */
static bool put(struct spool *s, char kind, struct str bytes, struct error *err)
{
    CLEANUP(buf_done) struct buf plain = {0};
    CLEANUP(buf_done) struct buf record = {0};
    char context[128];
    uint32_t len = (uint32_t)(bytes.len + 1 + VAULT_OVERHEAD);
    buf_add_char(&plain, kind);
    buf_add(&plain, bytes);
    buf_add_u32le(&record, len);
    context_of(s, s->next, context, sizeof context);
    if (!buf_ok(&plain, err) ||
        !vault_seal(&s->key, str_from(context), buf_str(&plain), &record, err) ||
        !buf_ok(&record, err) || !more_room(s, err) ||
        !disk_write_at(s->file, s->file_size, buf_str(&record), err) || !disk_flush(s->file, err))
        return false;
    if (kind == KIND_DATA)
        s->records[s->len++] = (struct record){s->file_size + LENGTH_SIZE, s->size, len};
    s->size += kind == KIND_DATA ? bytes.len : 0;
    s->file_size += LENGTH_SIZE + len;
    s->next++;
    return true;
}

bool spool_append(struct spool *s, struct str bytes, struct error *err)
{
    bool good = true;
    pthread_mutex_lock(&s->lock);
    if (s->finished)
        good = error_set(err, ERROR_CONFLICT, "this spool has ended");
    while (good && bytes.len) {
        struct str piece = str_slice(bytes, 0, SPOOL_PIECE_MAX);
        good = put(s, KIND_DATA, piece, err);
        bytes = str_slice(bytes, piece.len, bytes.len);
    }
    pthread_mutex_unlock(&s->lock);
    return good;
}

bool spool_finish(struct spool *s, struct error *err)
{
    pthread_mutex_lock(&s->lock);
    bool good = s->finished || put(s, KIND_END, STR(""), err);
    s->finished = s->finished || good;
    pthread_mutex_unlock(&s->lock);
    return good;
}

/* ---- reading ---- */

static bool open_record(struct spool *s, uint64_t number, uint64_t at, uint32_t len,
                        struct buf *plain, struct error *err)
{
    CLEANUP(buf_done) struct buf sealed = {0};
    char context[128];
    context_of(s, number, context, sizeof context);
    if (!disk_read_at(s->file, at, len, &sealed, err))
        return false;
    return vault_open(&s->key, str_from(context), buf_str(&sealed), plain, err);
}

bool spool_read(struct spool *s, uint64_t at, size_t max, struct buf *to, struct error *err)
{
    bool good = true;
    size_t added = 0, i = 0;
    pthread_mutex_lock(&s->lock);
    while (i < s->len && s->records[i].plain_at + s->records[i].len - 1 - VAULT_OVERHEAD <= at)
        i++;
    for (; good && i < s->len; i++) {
        CLEANUP(buf_done) struct buf plain = {0};
        const struct record *r = &s->records[i];
        size_t len = r->len - 1 - VAULT_OVERHEAD;
        size_t skip = at > r->plain_at ? (size_t)(at - r->plain_at) : 0;
        if (added && added + len > max)
            break;
        good = open_record(s, i + 1, r->at, r->len, &plain, err);
        if (good)
            buf_add(to, str_slice(buf_str(&plain), 1 + skip, plain.len));
        added += len - skip;
    }
    pthread_mutex_unlock(&s->lock);
    return good && buf_ok(to, err);
}

uint64_t spool_size(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t size = s->size;
    pthread_mutex_unlock(&s->lock);
    return size;
}

bool spool_is_finished(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    bool is = s->finished;
    pthread_mutex_unlock(&s->lock);
    return is;
}

const char *spool_name(const struct spool *s) { return s->name; }
struct str spool_about(const struct spool *s) { return (struct str){s->about, s->about_len}; }

/* ---- opening ---- */

static bool take_record(struct spool *s, uint32_t len, const struct buf *plain, struct error *err)
{
    char kind = plain->ptr[0];
    struct str bytes = str_slice(buf_str(plain), 1, plain->len);
    if (s->next == 0) {
        if (kind != KIND_ABOUT || bytes.len > SPOOL_ABOUT_MAX)
            return error_set(err, ERROR_CHECKSUM, "a spool that does not begin with what it is");
        memcpy(s->about, bytes.ptr, bytes.len);
        s->about_len = bytes.len;
    } else if (kind == KIND_DATA) {
        if (!more_room(s, err))
            return false;
        s->records[s->len++] = (struct record){s->file_size + LENGTH_SIZE, s->size, len};
        s->size += bytes.len;
    }
    s->finished = kind == KIND_END;
    s->file_size += LENGTH_SIZE + len;
    s->next++;
    return true;
}

/* Reads the records up to the first that is not whole. *ret_more: there was one. */
static bool next_record(struct spool *s, uint64_t size, bool *ret_more, struct error *err)
{
    CLEANUP(buf_done) struct buf length = {0};
    CLEANUP(buf_done) struct buf plain = {0};
    struct error why = {0};
    *ret_more = false;
    if (s->finished || size - s->file_size < LENGTH_SIZE)
        return true;
    if (!disk_read_at(s->file, s->file_size, LENGTH_SIZE, &length, err))
        return false;
    const unsigned char *b = (const unsigned char *)length.ptr;
    if (length.len < LENGTH_SIZE)
        return true;
    uint32_t len =
        (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    if (len <= VAULT_OVERHEAD || len > RECORD_MAX || len > size - s->file_size - LENGTH_SIZE)
        return true;
    if (!open_record(s, s->next, s->file_size + LENGTH_SIZE, len, &plain, &why))
        return why.code == ERROR_CHECKSUM || error_set(err, why.code, "%s", why.message);
    *ret_more = true;
    return take_record(s, len, &plain, err);
}

static bool start(const char *path, const char *name, const struct vault_key *key,
                  struct spool **ret, struct error *err)
{
    CLEANUP(spool_closep) struct spool *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err);
    pthread_mutex_init(&s->lock, NULL);
    s->key = *key;
    if (!str_into(str_from(name), s->name, sizeof s->name))
        return error_set(err, ERROR_INVALID, "a spool's name is too long");
    if (!disk_open(path, &s->file, err))
        return false;
    *ret = TAKE(s);
    return true;
}

bool spool_create(const char *path, const char *name, const struct vault_key *key, struct str about,
                  struct spool **ret, struct error *err)
{
    CLEANUP(spool_closep) struct spool *s = NULL;
    uint64_t size;
    if (about.len > SPOOL_ABOUT_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a spool's description is too long");
    if (!start(path, name, key, &s, err) || !disk_size(s->file, &size, err))
        return false;
    if (size)
        return error_set(err, ERROR_CONFLICT, "%s: there is something already", path);
    memcpy(s->about, about.ptr, about.len);
    s->about_len = about.len;
    if (!put(s, KIND_ABOUT, about, err)) {
        bool cut = disk_cut(s->file, 0, NULL); /* else the next try finds half a record */
        (void)cut;
        return false;
    }
    *ret = TAKE(s);
    return true;
}

bool spool_open(const char *path, const char *name, const struct vault_key *key, struct spool **ret,
                struct error *err)
{
    CLEANUP(spool_closep) struct spool *s = NULL;
    uint64_t size;
    bool more = true;
    if (!start(path, name, key, &s, err) || !disk_size(s->file, &size, err))
        return false;
    while (more)
        if (!next_record(s, size, &more, err))
            return false;
    if (s->next == 0)
        return error_set(err, ERROR_CHECKSUM, "%s: is no spool of this session", path);
    if (s->file_size < size && !disk_cut(s->file, s->file_size, err))
        return false;
    *ret = TAKE(s);
    return true;
}

void spool_close(struct spool *s)
{
    if (!s)
        return;
    disk_close(s->file);
    free(s->records);
    vault_wipe(&s->key, sizeof s->key);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void spool_closep(struct spool **s) { spool_close(*s); }
