/* The recordings of the set go through the same analysis as any other, each with a decoder child of
 * its own; several at a time. They are scored in the order of the truth, so the figures are the
 * same for any number of threads. */
#include "eval.h"
#include "options.h"
#include "progress.h"
#include "recording.h"

#include "base/file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PICTURE_BYTES_MAX ((size_t)32 << 20)

struct job {
    const struct truth_file *file;
    const struct truth_file *scan; /* of who is enrolled; NULL: nobody */
    struct recording *recording;   /* owned; NULL when it failed */
    struct error err;
};

struct work {
    const struct eval *eval;
    const struct eval_options *options;
    struct progress *progress; /* owned; NULL: not shown */
    struct job *jobs;          /* owned */
    size_t len;
    atomic_size_t next;
};

static enum score_stage stage_of(const struct truth_file *file)
{
    if (strcmp(file->category, "screen") == 0)
        return SCORE_SCREEN;
    return strcmp(file->type, "audio") == 0 || strcmp(file->category, "audio") == 0 ? SCORE_SOUND
                                                                                    : SCORE_CAMERA;
}

static void run_job(const struct work *w, struct job *job)
{
    char path[8192];
    struct recording_options options = {.models_folder = w->options->models,
                                        .policy = &w->options->policy,
                                        .screen = stage_of(job->file) == SCORE_SCREEN,
                                        .keep_track = true};
    CLEANUP(freep) char *scan = NULL;
    struct str picture;
    const struct follow_enrolment enrolled = {.pictures = &picture, .pictures_len = 1};
    if (job->scan) {
        if (!eval_path(w->eval, job->scan, path, sizeof path, &job->err) ||
            !file_read(path, PICTURE_BYTES_MAX, &scan, &picture.len, &job->err))
            return;
        picture.ptr = scan;
        options.enrolled = &enrolled;
    }
    if (!eval_path(w->eval, job->file, path, sizeof path, &job->err) ||
        !recording_analyze(path, &options, &job->recording, &job->err))
        job->recording = NULL;
}

static void *run_jobs(void *context)
{
    struct work *w = context;
    for (;;) {
        size_t i = atomic_fetch_add(&w->next, 1);
        if (i >= w->len)
            return NULL;
        run_job(w, &w->jobs[i]);
        progress_set(w->progress, i, 1);
    }
}

static void run_all(struct work *w)
{
    pthread_t others[OPTIONS_THREADS_MAX];
    size_t started = 0;
    while (started + 1 < MIN(w->options->threads, w->len) &&
           pthread_create(&others[started], NULL, run_jobs, w) == 0)
        started++;
    run_jobs(w);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}

/* Is there a rule that could say something about a recording of this kind? Without one, analysing
 * it tells nothing. */
static bool has_rules(const struct eval *e, enum score_stage stage)
{
    const struct score_rule *rules;
    for (size_t i = score_rules(e->score, &rules); i-- > 0;)
        if (rules[i].stage == stage && rules[i].id != RULE_NONE)
            return true;
    return false;
}

static bool score_all(struct eval *e, struct work *w, struct error *err)
{
    for (size_t i = 0; i < w->len; i++) {
        const struct job *job = &w->jobs[i];
        if (!job->recording) {
            eval_problem(e, job->file->path, job->err.message);
            continue;
        }
        struct report_recording r = recording_report(job->recording);
        if (!score_recording(e->score, job->file, r.flags, r.flags_len, r.duration_us, err) ||
            (!job->scan && !eval_hear(e, job->file, recording_track(job->recording), err)))
            return false;
        if (job->scan)
            continue; /* the same recording again */
        e->recordings++;
        e->seconds += (size_t)(r.duration_us / 1000000);
    }
    eval_voice_done(e);
    return true;
}

bool eval_recordings(struct eval *e, const struct eval_options *options, struct error *err)
{
    struct work w = {.eval = e, .options = options};
    bool stages[] = {false, has_rules(e, SCORE_CAMERA), has_rules(e, SCORE_SOUND),
                     has_rules(e, SCORE_SCREEN)};
    CLEANUP(freep)
    struct truth_file *sessions = calloc(MAX(e->truth.sessions_len, 1), sizeof *sessions);
    w.jobs = calloc(e->truth.files_len + e->truth.sessions_len + 1, sizeof *w.jobs);
    if (!w.jobs || !sessions) {
        free(w.jobs);
        return error_no_memory(err);
    }
    for (size_t i = 0; i < e->truth.files_len; i++) {
        const struct truth_file *file = &e->truth.files[i];
        if (!eval_is_picture(file) && file->spans_len && stages[stage_of(file)])
            w.jobs[w.len++].file = file;
    }
    for (size_t i = 0; stages[SCORE_CAMERA] && i < e->truth.sessions_len; i++) {
        const struct truth_session *session = &e->truth.sessions[i];
        sessions[i] = truth_session(&e->truth, i);
        if (!eval_is_picture(&sessions[i]) && eval_is_picture(&e->truth.files[session->scan]))
            w.jobs[w.len++] =
                (struct job){.file = &sessions[i], .scan = &e->truth.files[session->scan]};
    }
    if (!options->quiet && isatty(STDERR_FILENO) && w.len)
        w.progress = progress_create(w.len);
    run_all(&w);
    progress_destroy(w.progress);
    bool good = score_all(e, &w, err);
    for (size_t i = 0; i < w.len; i++)
        recording_destroy(w.jobs[i].recording);
    free(w.jobs);
    return good;
}
