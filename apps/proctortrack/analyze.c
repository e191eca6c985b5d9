/* `proctortrack analyze`: the whole analysis without a server. Recordings are shared out over
 * threads, each with a decoder child of its own; results are printed in the order of the command
 * line, so the number of threads never shows in the output. */
#include "commands.h"
#include "options.h"
#include "paths.h"
#include "progress.h"
#include "recording.h"
#include "show.h"

#include "base/file.h"
#include "paper/paper.h"

#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: proctortrack analyze [OPTION...] [--screen RECORDING...] [RECORDING...]\n"
    "\n"
    "Looks through recordings of a camera (and its microphone) and prints the flags they raise, as\n"
    "nobody in view, more than one person, too dark, camera covered, picture stands still; and with\n"
    "--screen recordings of a screen: black, frozen, something forbidden shown. A recording is WebM, Matroska,\n"
    "MP4, QuickTime, Ogg or AVI with any usual video in it; \"-\" is standard input. A flag says what\n"
    "was measured and when. It is never a verdict.\n"
    "\n"
    "options:\n"
    "  --policy NAME|FILE  the rules: open, standard (without this option) or strict, or a JSON file\n"
    "                      as in {\"base\": \"strict\", \"rules\": {\"no-face\": {\"min_s\": 5}}}\n"
    "                      (docs/policy.md)\n"
    "  --screen RECORDING  one of a screen instead of a camera; may be given several times\n"
    "  --enrolled PICTURE  a JPEG of the candidate, to compare who is in view with; may be given\n"
    "                      several times, and then their mean is compared with\n"
    "  --json              print the report as JSON: sorted keys, equal findings are equal bytes\n"
    "  --html FILE         also write it as one HTML page with a timeline and pictures\n"
    "  --pdf FILE          the same as a PDF\n"
    "  --observations FILE keep what was measured, for `judge` (one recording only)\n"
    "  --threads N         analyse up to N recordings at a time (without it: one a processor);\n"
    "                      the output is the same for every N\n"
    "  --models DIR        the folder of the models (without it: `models` beside this program)\n"
    "  --stages            print on standard error where the CPU time went, and how much memory\n"
    "                      each recording took\n"
    "  --quiet             no progress on standard error\n"
    "  --help              this\n"
    "\n"
    "examples:\n"
    "  proctortrack analyze exam.webm\n"
    "  proctortrack analyze --policy strict --html report.html room-12/*.webm\n"
    "  proctortrack analyze camera.webm --screen screen.webm\n"
    "  proctortrack analyze --json *.mp4 | jq '.recordings[] | select(.flags != [])'\n"
    "  ffmpeg -i rtsp://camera/1 -t 60 -c copy -f matroska - | proctortrack analyze -\n"
    "\n"
    "A recording is decoded in a process of its own that can open no file and no connection.\n"
    "Exit status: 0 all were analysed (with or without flags), 1 a recording could not be, and one\n"
    "line on standard error says which and why, 2 the command line was wrong.\n";
/* clang-format on */

#define ENROLLED_MAX 16
#define PICTURE_BYTES_MAX ((size_t)16 << 20)

struct job {
    const char *path;
    bool screen;
    struct recording *recording; /* owned; NULL when it failed */
    struct error err;
    struct work *work;
    size_t index;
};

struct work {
    struct recording_options options;
    struct progress *progress; /* owned; NULL: not shown */
    struct job *jobs;          /* owned */
    size_t jobs_len;
    atomic_size_t next;
};

struct settings {
    struct policy policy;
    struct buf enrolled[ENROLLED_MAX]; /* owned pictures */
    size_t enrolled_len;
    const char **screens; /* owned array of borrowed paths */
    size_t screens_len;
    char models[PATH_MAX];
    bool json, quiet, stages;
    const char *papers[PAPER_FORMATS], *observations; /* NULL: none */
    size_t threads;
};

static void show_progress(void *context, double part)
{
    struct job *job = context;
    progress_set(job->work->progress, job->index, part);
}

static void *run_jobs(void *context)
{
    struct work *w = context;
    for (;;) {
        size_t i = atomic_fetch_add(&w->next, 1);
        if (i >= w->jobs_len)
            return NULL;
        struct job *job = &w->jobs[i];
        struct recording_options options = w->options;
        options.context = job;
        options.screen = job->screen;
        options.progress = w->progress ? show_progress : NULL;
        if (!recording_analyze(job->path, &options, &job->recording, &job->err))
            job->recording = NULL;
        progress_set(w->progress, i, 1);
    }
}

/* This thread works, too; when no other can be started it does all. */
static void run_all(struct work *w, size_t threads)
{
    pthread_t others[OPTIONS_THREADS_MAX];
    size_t started = 0;
    while (started + 1 < MIN(threads, w->jobs_len) &&
           pthread_create(&others[started], NULL, run_jobs, w) == 0)
        started++;
    run_jobs(w);
    for (size_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}

static bool print_report(const struct settings *s, const struct report_recording *recordings,
                         size_t len, struct error *err)
{
    for (int i = PAPER_HTML; i < PAPER_FORMATS; i++) {
        const struct paper_wish wish = {.format = (enum paper_format)i};
        CLEANUP(buf_done) struct buf page = {0};
        if (s->papers[i] && (!paper_recordings(&s->policy, recordings, len, &wish, &page, err) ||
                             !file_replace(s->papers[i], buf_str(&page), 0644, err)))
            return error_wrap(err, "--%s", paper_format_name(wish.format));
    }
    return show_report(&s->policy, recordings, len, s->json, err);
}

static bool keep_track(const struct settings *s, const struct work *w, struct error *err)
{
    if (!s->observations)
        return true;
    return file_replace(s->observations, recording_track(w->jobs[0].recording), 0600, err) ||
           error_wrap(err, "--observations");
}

static int report(const struct settings *s, const struct work *w)
{
    struct error err;
    int status = EXIT_GOOD;
    CLEANUP(freep) struct report_recording *recordings = calloc(w->jobs_len, sizeof *recordings);
    size_t len = 0;
    for (size_t i = 0; i < w->jobs_len; i++) {
        const struct job *job = &w->jobs[i];
        if (job->recording && recordings) {
            recordings[len++] = recording_report(job->recording);
            if (s->stages) {
                show_name(stderr, job->path);
                fputs(":\n", stderr);
                recording_print_stages(job->recording, stderr);
            }
            continue;
        }
        fputs("proctortrack: ", stderr);
        show_name(stderr, job->path);
        fprintf(stderr, ": %s\n", recordings ? job->err.message : "out of memory");
        status = EXIT_FAILED;
    }
    /* All failed: the lines above say it, and a report of nothing would look like a clean one. */
    if (len && (!print_report(s, recordings, len, &err) || !keep_track(s, w, &err))) {
        fprintf(stderr, "proctortrack: %s\n", err.message);
        status = EXIT_FAILED;
    }
    return status;
}

static int analyze(const struct settings *s, char **paths, size_t paths_len)
{
    size_t len = paths_len + s->screens_len;
    struct str pictures[ENROLLED_MAX];
    const struct follow_enrolment enrolled = {pictures, s->enrolled_len, STR("")};
    for (size_t i = 0; i < s->enrolled_len; i++)
        pictures[i] = buf_str(&s->enrolled[i]);
    struct work w = {
        .options = {.models_folder = s->models,
                    .policy = &s->policy,
                    .enrolled = s->enrolled_len ? &enrolled : NULL,
                    .keep_track = s->observations != NULL,
                    .stages = s->stages},
        .jobs = calloc(len, sizeof *w.jobs),
        .jobs_len = len,
    };
    if (!w.jobs) {
        fputs("proctortrack: out of memory\n", stderr);
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < len; i++)
        w.jobs[i] = (struct job){.path = i < paths_len ? paths[i] : s->screens[i - paths_len],
                                 .screen = i >= paths_len,
                                 .work = &w,
                                 .index = i};
    if (!s->quiet && isatty(STDERR_FILENO))
        w.progress = progress_create(len);
    run_all(&w, s->threads);
    progress_destroy(w.progress);
    int status = report(s, &w);
    for (size_t i = 0; i < len; i++)
        recording_destroy(w.jobs[i].recording);
    free(w.jobs);
    return status;
}

static bool read_enrolled(const char *path, struct settings *s, struct error *err)
{
    CLEANUP(freep) char *bytes = NULL;
    size_t len;
    if (s->enrolled_len == ENROLLED_MAX)
        return error_set(err, ERROR_INVALID, "--enrolled: at most %d pictures", ENROLLED_MAX);
    if (!file_read(path, PICTURE_BYTES_MAX, &bytes, &len, err))
        return error_wrap(err, "--enrolled");
    struct buf *to = &s->enrolled[s->enrolled_len++];
    buf_add(to, str_bytes(bytes, len));
    return buf_ok(to, err);
}

/* True when there is work to do; else *ret_status is what to exit with. */
static bool read_options(int argc, char **argv, struct settings *s, int *ret_status,
                         struct error *err)
{
    static const struct option options[] = {
        {"policy", required_argument, NULL, 'p'},
        {"enrolled", required_argument, NULL, 'e'},
        {"screen", required_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'},
        {"html", required_argument, NULL, 'h'},
        {"pdf", required_argument, NULL, 'f'},
        {"threads", required_argument, NULL, 't'},
        {"observations", required_argument, NULL, 'o'},
        {"models", required_argument, NULL, 'm'},
        {"stages", no_argument, NULL, 'g'},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, '?' + 128},
        {0},
    };
    const char *policy = "standard", *models = NULL;
    s->threads = options_threads_default();
    s->screens = calloc((size_t)argc, sizeof *s->screens); /* never more than arguments */
    if (!s->screens)
        return error_no_memory(err);
    int found;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (found) {
        case 'p':
            policy = optarg;
            break;
        case 'e':
            if (!read_enrolled(optarg, s, err))
                return false;
            break;
        case 's':
            s->screens[s->screens_len++] = optarg;
            break;
        case 'j':
            s->json = true;
            break;
        case 'h':
            s->papers[PAPER_HTML] = optarg;
            break;
        case 'f':
            s->papers[PAPER_PDF] = optarg;
            break;
        case 'o':
            s->observations = optarg;
            break;
        case 't':
            if (!options_threads(optarg, &s->threads, err))
                return false;
            break;
        case 'm':
            models = optarg;
            break;
        case 'g':
            s->stages = true;
            break;
        case 'q':
            s->quiet = true;
            break;
        case '?' + 128:
            fputs(help, stdout);
            *ret_status = EXIT_GOOD;
            return false;
        case ':':
            return error_set(err, ERROR_INVALID, "%s needs a value", argv[optind - 1]);
        default:
            return error_set(err, ERROR_INVALID, "there is no option %s", argv[optind - 1]);
        }
    }
    size_t recordings = (size_t)(argc - optind) + s->screens_len;
    if (recordings == 0)
        return error_set(err, ERROR_INVALID, "no recording was named");
    if (s->observations && recordings > 1)
        return error_set(err, ERROR_INVALID, "--observations goes with one recording");
    return options_policy(policy, &s->policy, err) && paths_models(models, s->models, err);
}

int analyze_run(int argc, char **argv)
{
    struct settings s = {0};
    struct error err = {0};
    int status = EXIT_USAGE;
    if (read_options(argc, argv, &s, &status, &err))
        status = analyze(&s, argv + optind, (size_t)(argc - optind));
    else if (err.code != ERROR_NONE)
        fprintf(stderr, "proctortrack analyze: %s (--help tells more)\n", err.message);
    for (size_t i = 0; i < s.enrolled_len; i++)
        buf_done(&s.enrolled[i]);
    free(s.screens);
    return status;
}
