/* A seekable recording is a head (made by the analysis) and the original bytes behind its own head;
 * one that is still growing, or that is no WebM, is the original bytes. */
#include "server/api_media.h"

#include "base/clock.h"
#include "proctor/analysis_job.h"
#include "proctor/event.h"
#include "proctor/session.h"
#include "proctor/stream.h"
#include "server/range.h"
#include "server/server.h"

#include <stdlib.h>

#define PART_MAX ((size_t)256 << 10) /* bytes opened at a time */

struct media {
    struct stream_read *read; /* owned */
    struct buf head;
    uint64_t skip; /* bytes of the original that the head replaces */
    uint64_t from; /* where the answer begins in head + rest */
};

static void media_close(void *context)
{
    struct media *m = context;
    if (!m)
        return;
    stream_read_close(m->read);
    buf_done(&m->head);
    free(m);
}

static void media_closep(struct media **m) { media_close(*m); }

static bool media_read(void *context, uint64_t at, size_t max, struct buf *to, struct error *err)
{
    struct media *m = context;
    at += m->from;
    max = MIN(max, PART_MAX);
    if (at < m->head.len) {
        buf_add(to, str_slice(buf_str(&m->head), (size_t)at, (size_t)at + max));
        return buf_ok(to, err);
    }
    return stream_read_at(m->read, at - m->head.len + m->skip, max, to, err);
}

static bool answer(struct server *s, struct request *q, struct response *r, bool own,
                   struct error *err)
{
    struct proctor *p = s->proctor;
    struct session session;
    struct stream stream;
    struct analysis_job job;
    if (!session_find(p, q->params[0], &session, err) ||
        !stream_get(p, q->params[0], q->params[1], q->arena, &stream, err) ||
        !analysis_job_find(p, q->params[1], &job, err))
        return false;

    CLEANUP(media_closep) struct media *m = calloc(1, sizeof *m);
    if (!m)
        return error_no_memory(err);
    if (!stream_read_open(p, q->params[1], &m->read, err))
        return false;
    if (job.state == ANALYSIS_FINAL && job.seekable) {
        if (!analysis_head(p, q->params[1], &m->head, err))
            return false;
        m->skip = job.head_skip;
    }
    uint64_t original = stream_read_size(m->read);
    if (m->skip > original)
        return error_set(err, ERROR_INTERNAL, "the head replaces more than there is");
    uint64_t size = m->head.len + (original - m->skip), to;
    enum range_result range = range_parse(request_header(q, "Range"), size, &m->from, &to);

    char *text = arena_alloc(q->arena, RANGE_TEXT_MAX);
    if (!text)
        return error_no_memory(err);
    range_text(range, m->from, to, size, text);
    response_header(r, "Accept-Ranges", "bytes");
    response_header(r, "Cache-Control", "no-store");
    if (range == RANGE_UNSATISFIABLE) {
        response_header(r, "Content-Range", text);
        r->status = 416;
        return true;
    }
    if (range == RANGE_PART) {
        response_header(r, "Content-Range", text);
        r->status = 206;
    }
    /* The page only ever plays it: whatever a candidate called it, it is shown as a film or not at
     * all. */
    struct str mime = str_from(stream.mime);
    bool mp4 = str_starts(mime, STR("video/mp4"));
    response_header(r, "Content-Type", mp4 ? "video/mp4" : "video/webm");
    if (q->method != HTTP_HEAD &&
        !event_viewed(p, q->params[0], q->params[1], q->user.id, own, err))
        return false;
    r->source.size = to - m->from;
    if (r->source.size == 0)
        return true;
    r->source.read = media_read;
    r->source.close = media_close;
    r->source.context = TAKE(m);
    return true;
}

bool api_media(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return answer(s, q, r, false, err);
}

bool api_media_own(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return answer(s, q, r, true, err);
}
