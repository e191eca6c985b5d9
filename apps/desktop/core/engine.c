#include "app_core/engine_private.h"

#include "base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROGRAM_MAX ((size_t)64 << 20)

/* ---- what the threads share ---- */

/* Condition variables wait by the wall clock here, since Windows' have no other; so a wait is cut
 * into short ones, and a clock that jumps costs no more than one of those. */
bool engine_wait(struct engine *e, int64_t us)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = (int64_t)until.tv_nsec + us % SECOND_US * 1000;
    until.tv_sec += (time_t)(us / SECOND_US + ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&e->lock);
    if (!e->stopping)
        pthread_cond_timedwait(&e->signal, &e->lock, &until);
    bool goes_on = !e->stopping;
    pthread_mutex_unlock(&e->lock);
    return goes_on;
}

void engine_signal(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    pthread_cond_broadcast(&e->signal);
    pthread_mutex_unlock(&e->lock);
}

void engine_say(struct engine *e, const char *format, ...)
{
    va_list args;
    pthread_mutex_lock(&e->lock);
    va_start(args, format);
    vsnprintf(e->view.message, sizeof e->view.message, format, args);
    va_end(args);
    pthread_mutex_unlock(&e->lock);
}

enum phase engine_phase(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    enum phase phase = e->view.phase;
    pthread_mutex_unlock(&e->lock);
    return phase;
}

bool engine_move(struct engine *e, enum sitting_input input, struct error *err)
{
    pthread_mutex_lock(&e->lock);
    bool good = sitting_move(&e->view.phase, input, err);
    pthread_cond_broadcast(&e->signal);
    pthread_mutex_unlock(&e->lock);
    return good;
}

/* ---- what a crash has left ---- */

struct found {
    struct engine *e;
    const char *folder;
};

static void open_left(void *context, const char *name)
{
    struct found *f = context;
    struct engine *e = f->e;
    char path[DISK_PATH_MAX + SPOOL_NAME_MAX], stem[SPOOL_NAME_MAX];
    CLEANUP(spool_closep) struct spool *spool = NULL;
    struct error why;
    size_t len = strlen(name);
    if (len <= 6 || len - 6 >= sizeof stem || strcmp(name + len - 6, ".spool") != 0 ||
        strcmp(name, "events.spool") == 0 || e->streams_len == ENGINE_STREAMS_MAX)
        return;
    str_into(str_slice(str_from(name), 0, len - 6), stem, sizeof stem);
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    /* A recording cannot go on in another process: it ends where it was cut. */
    if (spool_open(path, stem, &e->kept.key, &spool, &why) && spool_finish(spool, &why))
        e->streams[e->streams_len++] = (struct engine_stream){.spool = TAKE(spool)};
}

bool engine_open_spools(struct engine *e, struct error *err)
{
    char folder[DISK_PATH_MAX];
    keep_folder(e->p, e->kept.login.session, folder);
    struct found f = {e, folder};
    return journal_open(folder, &e->kept.key, &e->journal, err) &&
           disk_list(folder, open_left, &f, err);
}

static bool go_on(struct engine *e, struct error *err)
{
    bool found;
    if (!keep_find(e->p, clock_wall_us(), &e->kept, &found, err))
        return false;
    e->view.phase = PHASE_PAIR;
    if (!found)
        return true;
    e->view.phase = PHASE_CONSENT;
    if (e->kept.begun) {
        e->view.phase = PHASE_MONITORING;
        e->begun_us = clock_monotonic_us();
        return engine_open_spools(e, err);
    }
    return true;
}

/* ---- life ---- */

static void hash_program(struct engine *e)
{
    CLEANUP(buf_done) struct buf program = {0};
    unsigned char digest[VAULT_SHA256_SIZE];
    if (!e->p->program || !disk_read(e->p->program, PROGRAM_MAX, &program, NULL))
        return;
    vault_sha256(buf_str(&program), digest);
    str_to_hex(str_bytes(digest, sizeof digest), e->program_hash);
}

static bool start_threads(struct engine *e, struct error *err)
{
    e->control_runs = pthread_create(&e->control, NULL, engine_control_main, e) == 0;
    e->monitor_runs = pthread_create(&e->monitor, NULL, engine_monitor_main, e) == 0;
    e->sender_runs = pthread_create(&e->sender, NULL, engine_sender_main, e) == 0;
    return (e->control_runs && e->monitor_runs && e->sender_runs) ||
           error_set(err, ERROR_NO_MEMORY, "no thread for the app");
}

bool engine_start(const struct platform *p, struct engine **ret, struct error *err)
{
    char path[DISK_PATH_MAX];
    struct engine *e = calloc(1, sizeof *e);
    if (!e)
        return error_no_memory(err);
    e->p = p;
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->signal, NULL);
    hash_program(e);
    snprintf(path, sizeof path, "%s/lock", p->data);
    if (!disk_lock(path, &e->lock_file, err) || !go_on(e, err) || !start_threads(e, err)) {
        engine_stop(e);
        return false;
    }
    *ret = e;
    return true;
}

bool engine_open(const struct platform *p, struct str link, struct engine **ret, struct error *err)
{
    struct engine *e;
    struct error why = {0};
    if (!engine_start(p, &e, &why)) {
        if (why.code != ERROR_BUSY)
            return error_set(err, why.code, "%s", why.message);
        *ret = NULL;
        return engine_pass_on(p, link, err);
    }
    if (link.len)
        engine_pair(e, link);
    *ret = e;
    return true;
}

void engine_stop(struct engine *e)
{
    if (!e)
        return;
    pthread_mutex_lock(&e->lock);
    e->stopping = true;
    pthread_cond_broadcast(&e->signal);
    pthread_mutex_unlock(&e->lock);
    if (e->control_runs)
        pthread_join(e->control, NULL);
    if (e->monitor_runs)
        pthread_join(e->monitor, NULL);
    if (e->sender_runs)
        pthread_join(e->sender, NULL);
    for (size_t i = 0; i < e->streams_len; i++)
        spool_close(e->streams[i].spool);
    journal_close(e->journal);
    programs_destroy(e->programs);
    buf_done(&e->agreement);
    disk_close(e->lock_file);
    vault_wipe(&e->kept, sizeof e->kept);
    pthread_cond_destroy(&e->signal);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

bool engine_pass_on(const struct platform *p, struct str link, struct error *err)
{
    char path[DISK_PATH_MAX];
    snprintf(path, sizeof path, "%s/link", p->data);
    return disk_replace(path, link, err);
}

/* ---- for the window ---- */

void engine_look(struct engine *e, struct engine_view *ret)
{
    pthread_mutex_lock(&e->lock);
    *ret = e->view;
    ret->elapsed_s = e->begun_us ? (clock_monotonic_us() - e->begun_us) / SECOND_US : 0;
    snprintf(ret->candidate, sizeof ret->candidate, "%s", e->kept.login.candidate);
    snprintf(ret->exam, sizeof ret->exam, "%s", e->kept.login.exam);
    fact_text(ret->server, sizeof ret->server, str_from(e->kept.login.origin));
    pthread_mutex_unlock(&e->lock);
}

const char *engine_agreement(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    const char *text = e->has_agreement ? e->agreement.ptr : "";
    pthread_mutex_unlock(&e->lock);
    return text;
}

bool engine_was_called(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    bool called = e->called;
    e->called = false;
    pthread_mutex_unlock(&e->lock);
    return called;
}

/* ---- what is pressed ---- */

static void want_pairing(struct engine *e, const struct pairing *p)
{
    pthread_mutex_lock(&e->lock);
    e->pairing = *p;
    e->wants_pair = true;
    e->called = true;
    e->view.busy = true;
    e->view.message[0] = '\0';
    pthread_cond_broadcast(&e->signal);
    pthread_mutex_unlock(&e->lock);
}

void engine_pair(struct engine *e, struct str link)
{
    struct pairing p;
    struct error why;
    if (pairing_parse(str_trim(link), &p, &why))
        want_pairing(e, &p);
    else
        engine_say(e, "%s", why.message);
}

void engine_pair_typed(struct engine *e, struct str address, struct str code)
{
    struct pairing p = {.origin = ""};
    struct error why;
    if (!pairing_origin(address, p.origin, &why))
        engine_say(e, "%s", why.message);
    else if (!str_trim(code).len || !str_into(str_trim(code), p.code, sizeof p.code))
        engine_say(e, "Please enter the code that the page shows.");
    else
        want_pairing(e, &p);
}

static void want(struct engine *e, bool *what)
{
    pthread_mutex_lock(&e->lock);
    *what = true;
    e->view.message[0] = '\0';
    pthread_cond_broadcast(&e->signal);
    pthread_mutex_unlock(&e->lock);
}

void engine_agree(struct engine *e) { want(e, &e->wants_agree); }
void engine_again(struct engine *e) { want(e, &e->wants_again); }
void engine_begin(struct engine *e) { want(e, &e->wants_begin); }
void engine_upload(struct engine *e) { want(e, &e->wants_upload); }
