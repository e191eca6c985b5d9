/* `proctortrack worker`: the analysis as a process of its own, beside a `serve --no-worker`. */
#include "commands.h"
#include "data.h"
#include "paths.h"

#include "base/log.h"
#include "crypto/crypto.h"
#include "proctor/worker.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x

/* clang-format off */
static const char help[] =
    "usage: proctortrack worker --data DIR [OPTION...]\n"
    "\n"
    "Analyses the recordings of a data folder while they grow, makes the reports of sessions that\n"
    "are complete, and ends what has run out of time. `proctortrack serve` does the same by itself;\n"
    "with `serve --no-worker` it is left to one or several workers, which share the work.\n"
    "\n"
    "options:\n"
    "  --data DIR     the data folder\n"
    "  --models DIR   the folder of the models (without it: `models` beside this program)\n"
    "  --followers N  recordings followed at the same time, 1 to " TEXT(WORKER_FOLLOWERS_MAX)
    " (without it: " TEXT(WORKER_FOLLOWERS_DEFAULT) ");\n"
    "                 each is a process that keeps the models in its memory\n"
    "  --help         this\n"
    "\n"
    "Stops on SIGTERM or SIGINT; what was under way is taken up by the next worker.\n"
    "Exit status: 0 stopped, 1 it could not start, 2 the command line was wrong.\n";
/* clang-format on */

static int usage(const char *problem)
{
    fprintf(stderr, "proctortrack worker: %s (proctortrack worker --help tells more)\n", problem);
    return EXIT_USAGE;
}

static int failed(const struct error *err)
{
    fprintf(stderr, "proctortrack worker: %s\n", err->message);
    return EXIT_FAILED;
}

static int work(const char *folder, const struct worker_options *options)
{
    struct data d;
    struct worker *w;
    struct error err;
    sigset_t ends;
    int signal_number;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL); /* before any thread: sigwait() alone gets them */
    signal(SIGPIPE, SIG_IGN);
    if (!crypto_start(&err) || !data_open(folder, &d, &err))
        return failed(&err);
    if (!worker_start(&d.proctor, options, &w, &err)) {
        data_close(&d);
        return failed(&err);
    }
    log_line(LOG_INFO, "worker", "following up to %u recordings",
             options->followers ? options->followers : WORKER_FOLLOWERS_DEFAULT);
    sigwait(&ends, &signal_number);
    worker_stop(w);
    data_close(&d);
    return EXIT_GOOD;
}

int worker_run(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"models", required_argument, NULL, 'm'},
        {"followers", required_argument, NULL, 'f'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    const char *folder = NULL, *models = NULL;
    char models_folder[PATH_MAX];
    uint64_t followers = 0;
    struct error err;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case 'd':
            folder = optarg;
            break;
        case 'm':
            models = optarg;
            break;
        case 'f':
            if (!str_to_u64(str_from(optarg), &followers) || followers < 1 ||
                followers > WORKER_FOLLOWERS_MAX)
                return usage("--followers is a number from 1 to " TEXT(WORKER_FOLLOWERS_MAX));
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_GOOD;
        default:
            return usage("an option is not known or lacks its value");
        }
    }
    if (optind < argc)
        return usage("there is a word too many");
    if (!folder)
        return usage("--data is missing");
    if (!paths_models(models, models_folder, &err))
        return failed(&err);
    struct worker_options w = {.models_folder = models_folder, .followers = (unsigned)followers};
    return work(folder, &w);
}
