#include "proctor/upload.h"

#include "proctor/app_link.h"
#include "proctor/receipt.h"

#include <stdlib.h>

struct upload {
    struct proctor *p;
    struct str session_id;
    int64_t user_ref;
    bool expired; /* nobody asks: the time is over */
    const struct upload_length *lengths;
    size_t len;
    struct arena arena;
    bool moved;
};

/* ---- the streams ---- */

static const struct upload_length *find_length(const struct upload *u, const struct stream *s)
{
    for (size_t i = 0; i < u->len; i++)
        if (str_eq(u->lengths[i].stream_id, str_from(s->id)))
            return &u->lengths[i];
    return NULL;
}

static bool check_length(const struct stream *s, const struct upload_length *l, struct error *err)
{
    if (l->bytes > s->size)
        return error_set(err, ERROR_CONFLICT,
                         "stream %s: %" PRIu64 " of %" PRIu64 " bytes are still missing", s->id,
                         l->bytes - s->size, l->bytes);
    if (l->bytes < s->size)
        return error_set(err, ERROR_CONFLICT,
                         "stream %s: has %" PRIu64 " bytes, more than the %" PRIu64 " named", s->id,
                         s->size, l->bytes);
    return true;
}

static bool end_streams(struct db *db, struct upload *u, struct error *err)
{
    struct stream *streams;
    size_t len, known = 0;
    if (!stream_list_in(db, u->session_id, &u->arena, &streams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        const struct upload_length *l = find_length(u, &streams[i]);
        if (l && !check_length(&streams[i], l, err))
            return false;
        known += l != NULL;
    }
    if (known < u->len)
        return error_set(err, ERROR_CONFLICT, "a stream that was named is not of this session");
    for (size_t i = 0; i < len; i++) {
        bool whole = find_length(u, &streams[i]) != NULL;
        if (!stream_end_in(db, str_from(streams[i].id), whole,
                           whole        ? "stream-complete"
                           : u->expired ? "stream-expired"
                                        : "stream-abandoned",
                           err))
            return false;
    }
    return true;
}

static bool upload_body(struct db *db, void *context, struct error *err)
{
    struct upload *u = context;
    struct session s;
    if (!(u->expired ? session_find_in(db, u->session_id, &s, err)
                     : session_find_own_in(db, u->session_id, u->user_ref, &s, err)))
        return false;
    if (s.state >= SESSION_UPLOADED)
        return true;
    if (s.state < SESSION_ENDED)
        return error_set(err, ERROR_CONFLICT, "the exam is not over yet");
    if (!u->expired && !app_link_check_end_in(db, u->session_id, err))
        return false;
    u->moved = true;
    return end_streams(db, u, err) &&
           session_move_in(db, u->session_id, SESSION_UPLOADED, NULL, err) &&
           receipt_make_in(u->p, db, u->session_id, err);
}

static bool run(struct upload *u, struct error *err)
{
    bool good = db_store_write(u->p->store, upload_body, u, err);
    arena_done(&u->arena);
    if (good && u->moved && u->p->grown)
        u->p->grown(u->p->grown_context);
    return good;
}

bool upload_end(struct proctor *p, struct str session_id, int64_t user_ref,
                const struct upload_length *lengths, size_t len, struct error *err)
{
    struct upload u = {
        .p = p, .session_id = session_id, .user_ref = user_ref, .lengths = lengths, .len = len};
    return run(&u, err);
}

bool upload_expire(struct proctor *p, struct str session_id, struct error *err)
{
    struct upload u = {.p = p, .session_id = session_id, .expired = true};
    return run(&u, err);
}

bool upload_receipt(struct proctor *p, struct str session_id, int64_t user_ref, struct arena *arena,
                    struct str *ret, struct error *err)
{
    struct session s;
    if (!session_find_own(p, session_id, user_ref, &s, err) ||
        !session_text(p, session_id, SESSION_RECEIPT, arena, ret, err))
        return false;
    return ret->len || error_set(err, ERROR_CONFLICT, "the upload is not complete yet");
}
