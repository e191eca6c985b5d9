/* Face scans that must not pass, and some that should. The former are what the set offers to an
 * attacker: each portrait, printed or on a screen, held to the camera by somebody who reads the
 * prompts and turns it as they say; all pictures of one person, of which the one that serves is
 * shown; each recording with a face, played to the camera again and again; a recording of a scan
 * that passed. The latter are recordings of somebody who turns the head both ways: a director shows
 * for each prompt the looks of that pose, as the person would have done it. Nobody looks up on
 * request in them, so orders that ask for it are left out.
 *
 * The set is the operator's own: it is decoded here, as its pictures are for the rest of eval. */
#include "eval_liveness.h"
#include "options.h"

#include "base/file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define PICTURE_BYTES_MAX ((size_t)32 << 20)
#define REACTION_LOOKS                                                                             \
    1 /* the prompt of a look is obeyed a third to two thirds of a second later */

/* ---- one scan ---- */

static const struct face_look *shown(const struct liveness_show *s, enum challenge_prompt prompt,
                                     size_t i)
{
    if (s->tape)
        return s->tape[(s->tape_start + i) % s->tape_len];
    const struct liveness_set *pose = &s->poses[prompt];
    return pose->len ? pose->list[i % pose->len] : NULL;
}

static void count_reason(struct eval_scans *to, const char *reason)
{
    const char *end = strchr(reason, ';');
    struct str what = end ? str_slice(str_from(reason), 0, (size_t)(end - reason)) : STR("");
    for (size_t i = 0; i < ARRAY_LEN(to->reasons); i++) {
        struct eval_reason *r = &to->reasons[i];
        if (r->count && !str_eq(what, str_from(r->text)))
            continue;
        str_into(what, r->text, sizeof r->text);
        r->count++;
        return;
    }
}

bool liveness_scan(const struct liveness_show *s, uint64_t seed, struct eval_scans *to,
                   struct liveness_tape *ret_tape, struct error *err)
{
    CLEANUP(challenge_destroyp) struct challenge *c = NULL;
    struct liveness_tape ignored, *tape = ret_tape ? ret_tape : &ignored;
    struct challenge_step step;
    int64_t now_us = 0;
    tape->len = 0;
    if (!challenge_create(seed, now_us, &c, err))
        return false;
    challenge_ask(c, now_us, &step);
    enum challenge_prompt heard[REACTION_LOOKS + 1]; /* the latest one last */
    for (size_t i = 0; i <= REACTION_LOOKS; i++)
        heard[i] = step.prompt;
    for (size_t i = 0; step.state == CHALLENGE_SCANNING; i++) {
        memmove(heard, heard + 1, sizeof heard - sizeof *heard);
        heard[REACTION_LOOKS] = step.prompt;
        const struct face_look *look = shown(s, heard[0], i);
        if (!look)
            break;
        if (tape->len < LIVENESS_TAPE_MAX)
            tape->looks[tape->len++] = look;
        now_us += LIVENESS_LOOK_US;
        challenge_take(c, now_us, look, &step);
    }
    if (step.state != CHALLENGE_READY)
        tape->len = 0;
    if (step.state == CHALLENGE_SCANNING) /* it could not be shown */
        return true;
    to->scans++;
    to->begun += step.done > 0;
    to->passed += step.state == CHALLENGE_READY;
    if (step.state == CHALLENGE_FAILED)
        count_reason(to, step.reason);
    return true;
}

/* ---- all of them ---- */

struct job { /* `files`: one recording, one portrait, or several of one person */
    const struct truth_file *files[LIVENESS_PICTURES_MAX];
    size_t files_len;
    struct eval_scans attack, honest, earlier;
    const struct truth_file *failed; /* NULL: all were looked at */
    struct error err;
};
struct work {
    const struct eval *eval;
    const char *models;
    struct job *jobs; /* borrowed */
    size_t len;
    atomic_size_t next;
};

static bool read_picture(const struct eval *e, const struct truth_file *file, struct frame **ret,
                         struct error *err)
{
    CLEANUP(freep) char *bytes = NULL;
    char path[8192];
    size_t len;
    return eval_path(e, file, path, sizeof path, err) &&
           file_read(path, PICTURE_BYTES_MAX, &bytes, &len, err) &&
           frame_from_jpeg(str_bytes(bytes, len), ret, err);
}

static bool scan_pictures(const struct work *w, struct face_looker *l, struct job *job)
{
    struct frame *pictures[LIVENESS_PICTURES_MAX] = {0};
    bool good = true;
    for (size_t i = 0; i < job->files_len && good; i++) {
        good = read_picture(w->eval, job->files[i], &pictures[i], &job->err);
        if (!good)
            job->failed = job->files[i];
    }
    if (good && !liveness_photos(l, pictures, job->files_len, &job->attack, &job->err))
        job->failed = job->files[0];
    for (size_t i = 0; i < job->files_len; i++)
        frame_unref(pictures[i]);
    return !job->failed;
}

static bool scan_recording(const struct work *w, struct face_looker *l, struct job *job)
{
    char path[8192];
    bool good =
        eval_path(w->eval, job->files[0], path, sizeof path, &job->err) &&
        liveness_clip(l, job->files[0], path, &job->attack, &job->honest, &job->earlier, &job->err);
    job->failed = good ? NULL : job->files[0];
    return good;
}

static void *run_jobs(void *context)
{
    struct work *w = context;
    struct error err;
    CLEANUP(face_looker_destroyp) struct face_looker *l = NULL;
    bool ready = face_looker_create(w->models, &l, &err);
    for (size_t i; (i = atomic_fetch_add(&w->next, 1)) < w->len;) {
        struct job *job = &w->jobs[i];
        if (ready) {
            (eval_is_picture(job->files[0]) ? scan_pictures : scan_recording)(w, l, job);
        } else {
            job->failed = job->files[0];
            job->err = err;
        }
    }
    return NULL;
}

static void run_all(struct work *w, size_t threads)
{
    pthread_t others[OPTIONS_THREADS_MAX];
    size_t started = 0;
    while (started + 1 < MIN(threads, w->len) &&
           pthread_create(&others[started], NULL, run_jobs, w) == 0)
        started++;
    run_jobs(w);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}

static void add(struct eval_scans *to, const struct eval_scans *more)
{
    to->scans += more->scans;
    to->begun += more->begun;
    to->passed += more->passed;
}

static void tell(struct buf *table, const struct job *job, const char *what,
                 const struct eval_scans *scans)
{
    if (!scans->scans)
        return;
    buf_printf(table, "  %-52s %-8s %3u scans, %3u got past the first prompt, %2u passed",
               job->files[0]->path, what, scans->scans, scans->begun, scans->passed);
    for (size_t i = 0; i < ARRAY_LEN(scans->reasons) && scans->reasons[i].count; i++)
        buf_printf(table, "; %u: %s", scans->reasons[i].count, scans->reasons[i].text);
    buf_printf(table, "\n");
}

static bool gather(struct eval *e, const struct work *w, struct error *err)
{
    struct eval_liveness *live = &e->liveness;
    for (size_t i = 0; i < w->len; i++) {
        const struct job *job = &w->jobs[i];
        bool photo = eval_is_picture(job->files[0]), album = job->files_len > 1;
        if (job->failed && job->err.code == ERROR_NO_MEMORY)
            return error_no_memory(err);
        if (job->failed) {
            eval_problem(e, job->failed->path, job->err.message);
            continue;
        }
        add(album ? &live->albums : photo ? &live->photos : &live->replays, &job->attack);
        add(&live->honest, &job->honest);
        add(&live->earlier, &job->earlier);
        tell(&live->table, job, album ? "album" : photo ? "photo" : "replay", &job->attack);
        tell(&live->table, job, "honest", &job->honest);
        tell(&live->table, job, "earlier", &job->earlier);
    }
    return buf_ok(&live->table, err);
}

static bool is_portrait(const struct truth_file *file)
{
    double faces;
    return eval_is_picture(file) && truth_number(file->labels, "faces", &faces) && faces > 0.5 &&
           faces < 1.5;
}

static bool is_clip(const struct truth_file *file)
{
    if (eval_is_picture(file) || strcmp(file->category, "video") != 0)
        return false;
    for (size_t i = 0; i < file->spans_len; i++) {
        double faces;
        if (truth_number(file->spans[i].labels, "faces", &faces) && faces > 0.5)
            return true;
    }
    return false;
}

static bool shows(const struct truth_file *file, const char *person)
{
    return is_portrait(file) && truth_is(file->labels, "person", person);
}

/* All portraits of the person of this one, if it is the first of several. */
static void collect_album(const struct truth *t, size_t first, struct job *ret)
{
    const char *person = truth_text(t->files[first].labels, "person");
    for (size_t i = 0; i < first && person; i++)
        if (shows(&t->files[i], person))
            return;
    for (size_t i = first; person && i < t->files_len && ret->files_len < LIVENESS_PICTURES_MAX;
         i++)
        if (shows(&t->files[i], person))
            ret->files[ret->files_len++] = &t->files[i];
}

bool eval_liveness(struct eval *e, const struct eval_options *options, struct error *err)
{
    const struct truth *t = &e->truth;
    struct work w = {.eval = e, .models = options->models};
    CLEANUP(freep) struct job *jobs = calloc(2 * t->files_len + 1, sizeof *jobs);
    if (!jobs)
        return error_no_memory(err);
    w.jobs = jobs;
    for (size_t i = 0; i < t->files_len; i++) {
        const struct truth_file *file = &t->files[i];
        struct job album = {.files_len = 0};
        if (is_portrait(file) || is_clip(file))
            jobs[w.len++] = (struct job){.files = {file}, .files_len = 1};
        if (is_portrait(file))
            collect_album(t, i, &album);
        if (album.files_len > 1)
            jobs[w.len++] = album;
    }
    run_all(&w, options->threads);
    return gather(e, &w, err);
}
