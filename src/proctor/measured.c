#include "proctor/measured.h"

#include "proctor/analysis_job.h"
#include "proctor/observation.h"
#include "proctor/stream.h"

#include <stdlib.h>
#include <string.h>

#define BUCKET_LEAST_US SOUND_OBSERVATION_US /* nothing is measured more often */

static int64_t end_of(const struct stream *s, const struct analysis_job *jobs, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(jobs[i].stream_id, s->id) == 0 && jobs[i].duration_us > 0)
            return s->start_us + jobs[i].duration_us;
    return s->start_us;
}

/* Where the query leaves it open: all that was recorded. */
static bool choose_range(struct proctor *p, const struct measured_query *q,
                         const struct stream *streams, size_t len, struct arena *arena,
                         int64_t *ret_from, int64_t *ret_to, struct error *err)
{
    struct analysis_job *jobs;
    size_t jobs_len;
    int64_t from = q->from_us, to = q->to_us;
    if (from == 0 && to == 0) {
        if (!analysis_job_list(p, q->session_id, arena, &jobs, &jobs_len, err))
            return false;
        for (size_t i = 0; i < len; i++) {
            if (!stream_is_recording(&streams[i]))
                continue;
            from = from ? MIN(from, streams[i].start_us) : streams[i].start_us;
            to = MAX(to, end_of(&streams[i], jobs, jobs_len));
        }
    } else if (from < 0 || to <= from || to - from > MEASURED_RANGE_MAX_US) {
        return error_set(err, ERROR_INVALID, "from_us, to_us: must be a range of at most 48 hours");
    }
    *ret_from = from;
    *ret_to = MIN(to, from + MEASURED_RANGE_MAX_US);
    return true;
}

static bool make_series(int64_t from, int64_t to, size_t most, struct arena *arena,
                        struct series *ret, struct error *err)
{
    int64_t each = (to - from + (int64_t)most - 1) / (int64_t)most;
    *ret = (struct series){.from_us = from, .bucket_us = MAX(each, BUCKET_LEAST_US)};
    ret->len = (size_t)((to - from + ret->bucket_us - 1) / ret->bucket_us);
    if (ret->len == 0)
        return true;
    ret->buckets = arena_alloc(arena, ret->len * sizeof *ret->buckets);
    if (!ret->buckets)
        return error_no_memory(err);
    memset(ret->buckets, 0, ret->len * sizeof *ret->buckets);
    return true;
}

static bool add_stream(struct proctor *p, const struct measured_query *q, const struct stream *s,
                       struct measured *m, struct error *err)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    CLEANUP(track_closep) struct track_reader *track = NULL;
    struct error why = {0};
    if (!observation_read(p, q->session_id, str_from(s->id), &bytes, &why)) {
        if (why.code != ERROR_NOT_FOUND)
            return error_set(err, why.code, "%s", why.message);
        m->without++;
        return true;
    }
    m->recordings++;
    return track_open(buf_str(&bytes), &track, err) &&
           series_add(&m->series, track, s->start_us, err);
}

bool measured(struct proctor *p, const struct measured_query *q, struct arena *arena,
              struct measured *ret, struct error *err)
{
    struct measured m = {0};
    struct stream *streams;
    size_t len;
    int64_t from, to;
    if (q->buckets == 0 || q->buckets > SERIES_BUCKETS_MAX)
        return error_set(err, ERROR_INVALID, "buckets: must be from 1 to %d", SERIES_BUCKETS_MAX);
    if (!stream_list(p, q->session_id, arena, &streams, &len, err) ||
        !choose_range(p, q, streams, len, arena, &from, &to, err) ||
        !make_series(from, to, q->buckets, arena, &m.series, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (stream_is_recording(&streams[i]) && !add_stream(p, q, &streams[i], &m, err))
            return error_wrap(err, "recording %s", streams[i].id);
    *ret = m;
    return true;
}
