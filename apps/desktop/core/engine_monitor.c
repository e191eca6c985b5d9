/* The thread that looks and records, while and only while the phase says so. */
#include "app_core/engine_private.h"
#include "app_core/native.h"
#include "app_core/watch.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_US (500 * INT64_C(1000)) /* two pictures a second */
#define LOOK_US (2 * SECOND_US)
#define PIECE_US (4 * SECOND_US) /* as the browser's; what a crash can cost */
/* What is recorded waits in memory while the disk is full; about ten minutes of a busy screen. */
#define WAITING_MAX ((size_t)32 << 20)

struct recording {
    struct fact_display display;
    struct encoder *encoder; /* owned */
    struct spool *spool;     /* borrowed: the engine's */
    struct buf waiting;      /* encoded, not in the spool yet */
    int64_t start_us;        /* monotonic */
    int64_t flushed_us;
};

struct monitor {
    struct engine *e;
    struct watch *watch; /* owned */
    struct facts *facts; /* owned */
    bool failed;         /* capture: as last told */
    int64_t next_look_us;
    struct recording recordings[FACTS_DISPLAYS_MAX];
    size_t recordings_len;
};

static bool tell(void *context, const char *kind, json_t *detail, struct error *err)
{
    struct monitor *m = context;
    pthread_mutex_lock(&m->e->lock);
    int64_t now_us = clock_wall_us() - m->e->skew_us; /* as the server would tell the time */
    pthread_mutex_unlock(&m->e->lock);
    return journal_add(m->e->journal, kind, detail, now_us, err);
}

static void tell_or_say(struct monitor *m, const char *kind, json_t *detail)
{
    struct error why;
    if (!tell(m, kind, detail, &why))
        engine_say(m->e, "%s", why.message);
}

/* ---- recordings ---- */

static bool flush(struct monitor *m, struct recording *r, struct error *err)
{
    (void)m;
    if (!r->waiting.len)
        return true;
    if (!spool_append(r->spool, buf_str(&r->waiting), err))
        return false;
    buf_clear(&r->waiting);
    r->flushed_us = clock_monotonic_us();
    return true;
}

static void end_recording(struct monitor *m, struct recording *r)
{
    struct error why;
    if (!flush(m, r, &why) || !spool_finish(r->spool, &why))
        engine_say(m->e, "%s", why.message);
    m->e->p->encoder_destroy(r->encoder);
    buf_done(&r->waiting);
    *r = m->recordings[--m->recordings_len];
    m->recordings[m->recordings_len] = (struct recording){.encoder = NULL};
}

static bool make_spool(struct monitor *m, const struct fact_display *d, struct spool **ret,
                       struct error *err)
{
    struct engine *e = m->e;
    char folder[DISK_PATH_MAX], path[DISK_PATH_MAX + SPOOL_NAME_MAX], name[SPOOL_NAME_MAX];
    CLEANUP(freep) char *about = NULL;
    keep_folder(e->p, e->kept.login.session, folder);
    pthread_mutex_lock(&e->lock);
    int64_t start_us = clock_wall_us() - e->skew_us;
    size_t number = e->streams_len;
    pthread_mutex_unlock(&e->lock);
    (void)d;
    if (number == ENGINE_STREAMS_MAX)
        return error_set(err, ERROR_TOO_LARGE, "displays changed too often to go on recording");
    CLEANUP(json_decrefp)
    json_t *all = json_pack("{s:s, s:s, s:I}", "kind", "app", "mime", "video/webm;codecs=vp8",
                            "started_us", (json_int_t)start_us);
    if (!all)
        return error_no_memory(err);
    if (!json_text(all, &about, err))
        return false;
    snprintf(name, sizeof name, "screen-%zu", number);
    snprintf(path, sizeof path, "%s/%s.spool", folder, name);
    return spool_create(path, name, &e->kept.key, str_from(about), ret, err);
}

static bool begin_recording(struct monitor *m, const struct fact_display *d, struct error *err)
{
    struct engine *e = m->e;
    struct recording r = {.display = *d, .start_us = clock_monotonic_us()};
    r.flushed_us = r.start_us;
    buf_init(&r.waiting, WAITING_MAX);
    if (!e->p->encoder_create(d->width, d->height, &r.encoder, err))
        return false;
    if (!make_spool(m, d, &r.spool, err)) {
        e->p->encoder_destroy(r.encoder);
        return false;
    }
    pthread_mutex_lock(&e->lock);
    e->streams[e->streams_len++] = (struct engine_stream){.spool = r.spool};
    pthread_mutex_unlock(&e->lock);
    m->recordings[m->recordings_len++] = r;
    return true;
}

static bool same_display(const struct fact_display *a, const struct fact_display *b)
{
    return strcmp(a->name, b->name) == 0 && a->x == b->x && a->y == b->y && a->width == b->width &&
           a->height == b->height;
}

static bool is_recorded(const struct monitor *m, const struct fact_display *d)
{
    for (size_t i = 0; i < m->recordings_len; i++)
        if (same_display(&m->recordings[i].display, d))
            return true;
    return false;
}

static bool is_there(const struct monitor *m, const struct fact_display *d)
{
    for (size_t i = 0; i < m->facts->displays_len; i++)
        if (same_display(&m->facts->displays[i], d))
            return true;
    return false;
}

/* A display that changed its size or place is another recording. */
static bool follow_displays(struct monitor *m, struct error *err)
{
    for (size_t i = m->recordings_len; i-- > 0;)
        if (!is_there(m, &m->recordings[i].display))
            end_recording(m, &m->recordings[i]);
    for (size_t i = 0; i < m->facts->displays_len; i++) {
        const struct fact_display *d = &m->facts->displays[i];
        if (!d->mirrors && !is_recorded(m, d) && !begin_recording(m, d, err))
            return false;
    }
    return true;
}

static bool take_picture(struct monitor *m, struct recording *r, struct error *err)
{
    const struct platform *p = m->e->p;
    struct picture picture;
    int64_t now_us = clock_monotonic_us();
    if (!p->grab(p->context, &r->display, &picture, err) ||
        !p->encode(r->encoder, &picture, (now_us - r->start_us) / 1000, &r->waiting, err) ||
        !buf_ok(&r->waiting, err))
        return false;
    return now_us - r->flushed_us < PIECE_US || flush(m, r, err);
}

static void record(struct monitor *m)
{
    struct error why = {0};
    bool good = follow_displays(m, &why);
    for (size_t i = 0; i < m->recordings_len; i++)
        good = take_picture(m, &m->recordings[i], &why) && good;
    if (good == !m->failed)
        return;
    m->failed = !good;
    if (good) {
        engine_say(m->e, "%s", "");
        tell_or_say(m, "capture-resumed", json_object());
    } else {
        engine_say(m->e, "The screen cannot be recorded: %s", why.message);
        tell_or_say(m, "capture-failed", json_pack("{s:s}", "why", why.message));
    }
}

/* ---- looking ---- */

static void show_reading(struct monitor *m, bool recording)
{
    struct engine *e = m->e;
    pthread_mutex_lock(&e->lock);
    snprintf(e->view.reading, sizeof e->view.reading,
             "%s%zu display%s, the window in front, running programs that are not allowed%s, sound "
             "and input devices",
             recording ? "pictures of " : "", m->facts->displays_len,
             m->facts->displays_len == 1 ? "" : "s",
             programs_tell_unknown(e->programs) ? " or not known" : "");
    memcpy(e->view.displays, m->facts->displays, sizeof e->view.displays);
    e->view.displays_len = m->facts->displays_len;
    pthread_mutex_unlock(&e->lock);
}

static void look(struct monitor *m)
{
    const struct platform *p = m->e->p;
    struct error why;
    memset(m->facts, 0, sizeof *m->facts);
    if (!p->facts(p->context, m->facts, &why) ||
        !watch_look(m->watch, m->facts, clock_wall_us(), clock_monotonic_us(), tell, m, &why))
        engine_say(m->e, "%s", why.message);
}

/* The browser's plugin has spoken with the app (native.h): the app tells its side of it. */
static void tell_plugin(struct monitor *m)
{
    char session[LINK_ID_MAX];
    struct error why;
    json_t *detail;
    pthread_mutex_lock(&m->e->lock);
    memcpy(session, m->e->kept.login.session, sizeof session);
    pthread_mutex_unlock(&m->e->lock);
    if (!native_take(m->e->p, session, &detail, &why))
        engine_say(m->e, "%s", why.message);
    else if (detail)
        tell_or_say(m, "plugin-vouched", detail);
}

static void tell_start(struct monitor *m)
{
    tell_or_say(m, "app-started",
                json_pack("{s:s, s:s, s:s}", "version", PT_VERSION, "platform", m->e->p->name,
                          "sha256", m->e->program_hash));
}

static bool start(struct monitor *m, struct error *err)
{
    m->failed = false;
    m->next_look_us = 0;
    m->facts = calloc(1, sizeof *m->facts);
    if (!m->facts)
        return error_no_memory(err);
    if (!watch_create(m->e->programs, &m->watch, err))
        return false;
    pthread_mutex_lock(&m->e->lock);
    m->e->monitor_idle = false;
    pthread_mutex_unlock(&m->e->lock);
    tell_start(m);
    return true;
}

static void end(struct monitor *m, bool for_good)
{
    struct engine *e = m->e;
    while (m->recordings_len)
        end_recording(m, &m->recordings[0]);
    if (m->watch && for_good)
        tell_or_say(m, "app-closed", json_object());
    watch_destroy(m->watch);
    free(m->facts);
    m->watch = NULL;
    m->facts = NULL;
    pthread_mutex_lock(&e->lock);
    e->view.reading[0] = '\0';
    e->view.displays_len = 0;
    e->monitor_idle = true;
    pthread_cond_broadcast(&e->signal);
    pthread_mutex_unlock(&e->lock);
}

/* Until the phase is another one. */
static void monitor(struct monitor *m)
{
    int64_t next_us = clock_monotonic_us();
    bool goes_on = true;
    while (goes_on && phase_monitors(engine_phase(m->e))) {
        int64_t now_us = clock_monotonic_us();
        pthread_mutex_lock(&m->e->lock);
        bool recording = m->e->recording;
        pthread_mutex_unlock(&m->e->lock);
        if (now_us >= m->next_look_us) {
            look(m);
            tell_plugin(m);
            m->next_look_us = now_us + LOOK_US;
            show_reading(m, recording);
        }
        if (now_us >= next_us) {
            if (recording)
                record(m);
            next_us = MAX(next_us + TICK_US, now_us); /* never a burst after a sleep */
        }
        int64_t left_us = next_us - clock_monotonic_us();
        goes_on = left_us <= 0 || engine_wait(m->e, left_us);
    }
}

/* After a crash the programs that are not allowed are not known before the server was heard. */
static bool may_start(struct engine *e)
{
    return phase_monitors(engine_phase(e)) && e->journal && e->programs;
}

void *engine_monitor_main(void *engine)
{
    struct monitor m = {.e = engine};
    struct error why;
    bool ran = false;
    do {
        if (may_start(m.e)) {
            if (start(&m, &why))
                monitor(&m);
            else
                engine_say(m.e, "%s", why.message);
            end(&m, !phase_monitors(engine_phase(m.e)));
            ran = true;
        } else if (!ran && engine_phase(m.e) > PHASE_MONITORING) {
            end(&m, false);
            ran = true;
        }
    } while (engine_wait(m.e, TICK_US));
    return NULL;
}
