#include "blob/sealed_write.h"

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/crypto.h"

#include <stdlib.h>

struct sealed_write {
    char id[ID_TEXT_SIZE];
    struct blob *blob; /* owned; holds the lock */
    struct seal_key key;
    struct hash *hash;    /* owned; over all bytes of the stream so far; NULL before resume */
    struct buf plain;     /* of the record that fills up */
    uint64_t size;        /* plain bytes so far, those in `plain` too */
    uint64_t sealed_size; /* of the blob at the beginning */
    struct arena arena;   /* the pieces */
    struct sealed_piece *pieces;
    size_t pieces_len, pieces_room;
    struct buf hash_state; /* sealed */
    bool flushed;          /* from here on only the rows say what is acknowledged */
};

/* ---- beginning ---- */

bool sealed_write_open(struct blob_store *store, struct str id, struct sealed_write **ret,
                       struct error *err)
{
    CLEANUP(sealed_write_endp) struct sealed_write *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err);
    if (!blob_open_unsettled(store, id, &w->blob, err))
        return false;
    str_into(id, w->id, sizeof w->id); /* the blob's name is an id */
    *ret = TAKE(w);
    return true;
}

static bool make_context(const struct sealed_write *w, struct buf *ret, struct error *err)
{
    buf_add_c(ret, "hash:");
    buf_add_c(ret, w->id);
    return buf_ok(ret, err);
}

static bool open_hash(const struct sealed_write *w, struct str sealed, struct hash **ret,
                      struct error *err)
{
    CLEANUP(buf_done) struct buf context = {0};
    CLEANUP(buf_done) struct buf state = {0};
    bool good = make_context(w, &context, err) &&
                seal_open(&w->key, buf_str(&context), sealed, &state, err) &&
                hash_restore(buf_str(&state), ret, err);
    if (state.ptr)
        crypto_wipe(state.ptr, state.len);
    return good;
}

bool sealed_write_resume(struct sealed_write *w, const struct seal_key *key, uint64_t size,
                         struct str hash_state, struct error *err)
{
    hash_destroy(w->hash);
    w->hash = NULL;
    w->key = *key;
    return size ? open_hash(w, hash_state, &w->hash, err) : hash_create(HASH_SHA256, &w->hash, err);
}

bool sealed_write_settle(struct sealed_write *w, uint64_t size, uint64_t sealed_size,
                         struct error *err)
{
    w->size = size;
    w->sealed_size = sealed_size;
    return blob_settle(w->blob, sealed_size, err);
}

/* ---- adding ---- */

static bool seal_record(struct sealed_write *w, struct error *err)
{
    struct str plain = buf_str(&w->plain);
    struct sealed_piece *more =
        arena_more(&w->arena, w->pieces, w->pieces_len, &w->pieces_room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    w->pieces = more;
    struct sealed_piece *piece = &w->pieces[w->pieces_len];
    if (!sealed_append(w->blob, &w->key, str_from(w->id), w->size - plain.len, plain, &piece->at,
                       err))
        return false;
    sha256(plain, piece->sha256);
    hash_add(w->hash, plain);
    w->pieces_len++;
    crypto_wipe(w->plain.ptr, w->plain.len);
    buf_clear(&w->plain);
    return true;
}

bool sealed_write_add(struct sealed_write *w, struct str bytes, struct error *err)
{
    if (!w->hash || w->flushed)
        return error_set(err, ERROR_INTERNAL, "nothing can be added to this write");
    while (bytes.len) {
        size_t part = MIN(bytes.len, SEALED_RECORD_MAX - w->plain.len);
        buf_add(&w->plain, str_slice(bytes, 0, part));
        if (!buf_ok(&w->plain, err))
            return false;
        w->size += part;
        bytes = str_slice(bytes, part, bytes.len);
        if (w->plain.len == SEALED_RECORD_MAX && !seal_record(w, err))
            return false;
    }
    return true;
}

uint64_t sealed_write_size(const struct sealed_write *w) { return w->size; }

/* ---- ending ---- */

/* The digest so far, and the state from which the next write goes on. */
static bool save_hash(struct sealed_write *w, unsigned char ret_sha256[SHA256_SIZE],
                      struct error *err)
{
    unsigned char state[HASH_STATE_SIZE] = {0};
    struct str plain = str_bytes(state, sizeof state);
    CLEANUP(hash_destroyp) struct hash *copy = NULL;
    CLEANUP(buf_done) struct buf context = {0};
    hash_save(w->hash, state);
    bool good = make_context(w, &context, err) && hash_restore(plain, &copy, err) &&
                seal_bytes(&w->key, buf_str(&context), plain, &w->hash_state, err);
    crypto_wipe(state, sizeof state);
    if (good)
        hash_finish(copy, ret_sha256);
    return good;
}

bool sealed_write_flush(struct sealed_write *w, struct sealed_written *ret, struct error *err)
{
    struct sealed_written written;
    if (!w->hash || w->flushed)
        return error_set(err, ERROR_INTERNAL, "this write cannot be flushed");
    if ((w->plain.len && !seal_record(w, err)) || !blob_flush(w->blob, err) ||
        !save_hash(w, written.sha256, err))
        return false;
    written.pieces = w->pieces;
    written.pieces_len = w->pieces_len;
    written.size = w->size;
    written.sealed_size = blob_len(w->blob);
    written.hash_state = buf_str(&w->hash_state);
    *ret = written;
    w->flushed = true;
    return true;
}

void sealed_write_end(struct sealed_write *w)
{
    if (!w)
        return;
    if (w->pieces_len && !w->flushed) {
        /* Gives the disk its space back now; should it fail, the next writer cuts. */
        bool cut = blob_cut(w->blob, w->sealed_size, NULL);
        (void)cut;
    }
    blob_close(w->blob);
    hash_destroy(w->hash);
    if (w->plain.ptr)
        crypto_wipe(w->plain.ptr, w->plain.capacity);
    buf_done(&w->plain);
    buf_done(&w->hash_state);
    arena_done(&w->arena);
    seal_key_wipe(&w->key);
    free(w);
}

void sealed_write_endp(struct sealed_write **w) { sealed_write_end(*w); }
