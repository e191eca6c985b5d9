#include "proctor/rejudge.h"

#include "analysis/judge.h"
#include "base/str.h"
#include "proctor/observation.h"
#include "proctor/stream.h"

#include <stdlib.h>
#include <string.h>

static bool add_flags(const struct stream *s, const struct findings *found, struct arena *arena,
                      size_t *room, struct rejudgement *r, struct error *err)
{
    if (found->len > REJUDGE_FLAGS_MAX - r->flags_len)
        return error_set(err, ERROR_TOO_LARGE, "this policy raises more than %d flags",
                         REJUDGE_FLAGS_MAX);
    for (size_t i = 0; i < found->len; i++) {
        struct flag_row *more = arena_more(arena, r->flags, r->flags_len, room, sizeof *more);
        if (!more)
            return error_no_memory(err);
        r->flags = more;
        struct flag_row *row = &more[r->flags_len++];
        *row = (struct flag_row){.start_us = s->start_us, .flag = found->flags[i]};
        memcpy(row->stream_id, s->id, sizeof row->stream_id);
    }
    return true;
}

static bool judge_stream(struct proctor *p, struct str session_id, const struct stream *s,
                         const struct policy *policy, struct arena *arena, size_t *room,
                         struct rejudgement *r, struct error *err)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    CLEANUP(track_closep) struct track_reader *track = NULL;
    CLEANUP(findings_done) struct findings found = {0};
    struct error why = {0};
    if (!observation_read(p, session_id, str_from(s->id), &bytes, &why)) {
        if (why.code != ERROR_NOT_FOUND)
            return error_set(err, why.code, "%s", why.message);
        r->without++;
        return true;
    }
    r->recordings++;
    return track_open(buf_str(&bytes), &track, err) && judge_track(track, policy, &found, err) &&
           add_flags(s, &found, arena, room, r, err);
}

/* The order of flag_list(), so that the same flags make the same incidents. */
static int by_time(const void *a, const void *b)
{
    const struct flag_row *x = a, *y = b;
    int64_t x_us = x->start_us + x->flag.from_us, y_us = y->start_us + y->flag.from_us;
    if (x_us != y_us)
        return x_us < y_us ? -1 : 1;
    if (x->flag.rule != y->flag.rule)
        return x->flag.rule < y->flag.rule ? -1 : 1;
    int by_stream = strcmp(x->stream_id, y->stream_id);
    if (by_stream)
        return by_stream;
    return (x->flag.to_us > y->flag.to_us) - (x->flag.to_us < y->flag.to_us);
}

bool rejudge(struct proctor *p, struct str session_id, const struct policy *policy,
             struct arena *arena, struct rejudgement *ret, struct error *err)
{
    struct rejudgement r = {0};
    struct stream *streams;
    size_t len, room = 0;
    if (!stream_list(p, session_id, arena, &streams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (stream_is_recording(&streams[i]) &&
            !judge_stream(p, session_id, &streams[i], policy, arena, &room, &r, err))
            return error_wrap(err, "recording %s", streams[i].id);
    if (r.recordings == 0)
        return error_set(err, ERROR_NOT_FOUND, "no recording of this session was analysed yet");
    if (r.flags_len)
        qsort(r.flags, r.flags_len, sizeof *r.flags, by_time);
    for (size_t i = 0; i < r.flags_len; i++)
        r.flags[i].id = (int64_t)i + 1;
    *ret = r;
    return true;
}
