/* The thread that sends what waits on the disk. */
#include "app_core/engine_private.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define IDLE_US SECOND_US
#define TROUBLE_FIRST_US SECOND_US
#define TROUBLE_MAX_US (30 * SECOND_US)
/* A recording that the server does not take: while the exam goes on it may do so later. */
#define REFUSALS_MAX 5

struct sender {
    struct engine *e;
    struct http *http; /* owned */
    char origin[LINK_ORIGIN_MAX], token[LINK_TOKEN_MAX];
    struct upload *uploads[ENGINE_STREAMS_MAX]; /* owned */
    int refusals[ENGINE_STREAMS_MAX];
    int64_t trouble_us; /* how long to wait after the next failure */
};

static void drop_uploads(struct sender *s)
{
    for (size_t i = 0; i < ENGINE_STREAMS_MAX; i++) {
        upload_destroy(s->uploads[i]);
        s->uploads[i] = NULL;
    }
}

/* False while there is nothing to send with. */
static bool connect_again(struct sender *s, struct login *ret)
{
    struct error why;
    pthread_mutex_lock(&s->e->lock);
    *ret = s->e->kept.login;
    bool ready = s->e->journal && s->e->view.phase < PHASE_DONE;
    pthread_mutex_unlock(&s->e->lock);
    if (!ready)
        return false;
    if (s->http && strcmp(s->origin, ret->origin) == 0 && strcmp(s->token, ret->token) == 0)
        return true;
    drop_uploads(s);
    http_destroy(s->http);
    s->http = NULL;
    memcpy(s->origin, ret->origin, sizeof s->origin);
    memcpy(s->token, ret->token, sizeof s->token);
    return s->e->p->http(s->origin, &s->http, &why);
}

static bool make_upload(struct sender *s, size_t i, struct error *err)
{
    struct engine *e = s->e;
    char folder[DISK_PATH_MAX], path[DISK_PATH_MAX + SPOOL_NAME_MAX + 8];
    if (s->uploads[i])
        return true;
    keep_folder(e->p, e->kept.login.session, folder);
    snprintf(path, sizeof path, "%s/%s.place", folder, spool_name(e->streams[i].spool));
    return upload_create(e->streams[i].spool, s->http, s->token, path, &s->uploads[i], err);
}

static bool refused(struct sender *s, size_t i)
{
    return engine_phase(s->e) == PHASE_UPLOADING && ++s->refusals[i] >= REFUSALS_MAX;
}

/* *ret_more: it can go on at once. */
static bool send_stream(struct sender *s, size_t i, bool *ret_more, struct error *err)
{
    struct engine *e = s->e;
    enum upload_state state;
    struct error why = {0};
    if (e->streams[i].end)
        return true;
    /* Made only when there is something: a display that came and went leaves no empty recording. */
    if (!s->uploads[i] && spool_size(e->streams[i].spool) == 0) {
        if (spool_is_finished(e->streams[i].spool))
            e->streams[i].end = STREAM_SENT;
        return true;
    }
    if (!make_upload(s, i, err))
        return false;
    if (!upload_step(s->uploads[i], &state, &why)) {
        if (why.code != ERROR_CONFLICT)
            return error_set(err, why.code, "%s", why.message);
        if (!refused(s, i))
            return true;
        state = UPLOAD_REFUSED;
    }
    if (state == UPLOAD_REFUSED)
        engine_say(e, "The server does not take a recording of the screen any more: %s",
                   why.message);
    if (state == UPLOAD_DONE || state == UPLOAD_REFUSED)
        e->streams[i].end = state == UPLOAD_DONE ? STREAM_SENT : STREAM_REFUSED;
    *ret_more = *ret_more || state == UPLOAD_SENDING;
    return true;
}

static void count(struct sender *s, size_t len)
{
    struct engine *e = s->e;
    uint64_t sent = 0, all = 0;
    bool ended = true;
    for (size_t i = 0; i < len; i++) {
        uint64_t size = spool_size(e->streams[i].spool);
        all += size;
        sent += e->streams[i].end ? size
                : s->uploads[i]   ? MIN(upload_sent(s->uploads[i]), size)
                                  : 0;
        ended = ended && e->streams[i].end;
    }
    bool told = journal_is_sent(e->journal);
    pthread_mutex_lock(&e->lock);
    ended = ended && e->monitor_idle && told && len == e->streams_len;
    e->all_sent = e->view.phase == PHASE_UPLOADING && ended;
    e->view.percent = all ? (int)(sent * 100 / all) : told ? 100 : 0;
    if (e->view.percent == 100 && !ended)
        e->view.percent = 99; /* what is still to be told counts, too */
    e->view.waiting_bytes = all - sent;
    pthread_cond_broadcast(&e->signal);
    pthread_mutex_unlock(&e->lock);
}

static bool send_all(struct sender *s, const struct login *l, bool *ret_more, struct error *err)
{
    struct engine *e = s->e;
    pthread_mutex_lock(&e->lock);
    size_t len = e->streams_len;
    pthread_mutex_unlock(&e->lock);
    bool good = journal_send(e->journal, s->http, l, ret_more, err);
    for (size_t i = 0; good && i < len; i++)
        good = send_stream(s, i, ret_more, err);
    count(s, len);
    return good;
}

void *engine_sender_main(void *engine)
{
    struct sender s = {.e = engine, .trouble_us = TROUBLE_FIRST_US};
    int64_t not_before_us = 0;
    bool goes_on = true, more = false;
    while (goes_on) {
        struct login l;
        struct error why = {0};
        bool good = true;
        more = false;
        if (clock_monotonic_us() >= not_before_us && connect_again(&s, &l)) {
            good = send_all(&s, &l, &more, &why);
            vault_wipe(&l, sizeof l);
        }
        if (good)
            s.trouble_us = TROUBLE_FIRST_US;
        else {
            not_before_us = clock_monotonic_us() + s.trouble_us;
            s.trouble_us = MIN(2 * s.trouble_us, TROUBLE_MAX_US);
            pthread_mutex_lock(&s.e->lock);
            s.e->view.connected = s.e->view.connected && why.code != ERROR_CLOSED;
            pthread_mutex_unlock(&s.e->lock);
        }
        goes_on = engine_wait(s.e, more ? 0 : IDLE_US);
    }
    drop_uploads(&s);
    http_destroy(s.http);
    return NULL;
}
