/* `proctortrack eval`: how right the analysis is, measured on a set of recordings and pictures of
 * which people noted what they show. */
#include "eval.h"
#include "commands.h"
#include "options.h"
#include "paths.h"

#include "base/file.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define FLOORS_MAX ((size_t)1 << 20)

/* clang-format off */
static const char help[] =
    "usage: proctortrack eval [OPTION...] TRUTH.json\n"
    "\n"
    "Analyses a set of recordings and pictures and compares what is found with what people noted\n"
    "that they show (docs/accuracy.md has the format). Paths in the file are relative to the folder\n"
    "it lies in. Prints for each rule how many events were found, how many flags were right, how far\n"
    "the times are off and how many flags were false in time known to be clean; and what was missed\n"
    "and what was false, file by file.\n"
    "\n"
    "options:\n"
    "  --policy NAME|FILE  the rules: open, standard (without this option), strict, or a JSON file\n"
    "  --floors FILE       check the figures by this file, {\"floors\": {NAME: {\"at_least\": X}}}, and\n"
    "                      print one line for each\n"
    "  --json              print the figures as JSON\n"
    "  --threads N         analyse up to N recordings at a time (without it: one a processor)\n"
    "  --models DIR        the folder of the models (without it: `models` beside this program)\n"
    "  --quiet             no progress on standard error\n"
    "  --help              this\n"
    "\n"
    "Exit status: 0 all was measured (and every floor holds), 1 not, 2 the command line was wrong.\n";
/* clang-format on */

struct settings {
    struct eval_options eval;
    const char *truth, *floors;
    bool json;
};

void eval_problem(struct eval *e, const char *path, const char *why)
{
    if (e->problems_len == EVAL_PROBLEMS_MAX)
        return;
    struct eval_problem *p = &e->problems[e->problems_len++];
    p->path = path;
    str_into(str_from(why), p->why, sizeof p->why);
}

bool eval_is_picture(const struct truth_file *file)
{
    struct str path = str_from(file->path);
    if (file->type[0])
        return strcmp(file->type, "image") == 0;
    return str_ends(path, STR(".jpg")) || str_ends(path, STR(".jpeg"));
}

bool eval_path(const struct eval *e, const struct truth_file *file, char *ret, size_t size,
               struct error *err)
{
    int len = snprintf(ret, size, "%s/%s", e->folder, file->path);
    return (len > 0 && (size_t)len < size) ||
           error_set(err, ERROR_INVALID, "%s: the path is too long", file->path);
}

static bool open_set(struct eval *e, const struct settings *s, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    size_t len;
    const char *slash = strrchr(s->truth, '/');
    struct str folder =
        slash ? str_slice(str_from(s->truth), 0, (size_t)(slash - s->truth)) : STR(".");
    if (!str_into(folder.len ? folder : STR("/"), e->folder, sizeof e->folder))
        return error_set(err, ERROR_INVALID, "%s: the path is too long", s->truth);
    e->voice.auc = -1;
    e->metrics = calloc(EVAL_METRICS_MAX, sizeof *e->metrics);
    e->problems = calloc(EVAL_PROBLEMS_MAX, sizeof *e->problems);
    if (!e->metrics || !e->problems)
        return error_no_memory(err);
    if (!file_read(s->truth, TRUTH_BYTES_MAX, &text, &len, err))
        return false;
    return truth_parse(str_bytes(text, len), &e->truth, err) || error_wrap(err, "%s", s->truth);
}

static void close_set(struct eval *e)
{
    score_destroy(e->score);
    buf_done(&e->picture_notes);
    buf_done(&e->documents.table);
    buf_done(&e->liveness.table);
    buf_done(&e->voice.speech);
    buf_done(&e->voice.other);
    free(e->metrics);
    free(e->problems);
    truth_done(&e->truth);
}

static bool print(const struct eval *e, const struct settings *s, bool *ret_good, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    CLEANUP(freep) char *floors = NULL;
    size_t len;
    *ret_good = e->problems_len == 0;
    if (s->json) {
        if (!eval_json(e, &text, err))
            return false;
        puts(text);
    } else {
        eval_print(e, stdout);
    }
    if (s->floors) {
        FILE *to = s->json ? stderr : stdout;
        fputc('\n', to);
        if (!file_read(s->floors, FLOORS_MAX, &floors, &len, err) ||
            !eval_floors(e, str_bytes(floors, len), to, ret_good, err))
            return error_wrap(err, "--floors");
    }
    return (fflush(stdout) == 0 && !ferror(stdout)) ||
           error_set(err, ERROR_IO, "standard output could not be written");
}

static bool evaluate(const struct settings *s, bool *ret_good, struct error *err)
{
    struct eval e = {0};
    bool done = open_set(&e, s, err) && score_create(&s->eval.policy, &e.score, err) &&
                eval_recordings(&e, &s->eval, err) && eval_pictures(&e, &s->eval, err) &&
                eval_identity(&e, &s->eval, err) && eval_documents(&e, &s->eval, err) &&
                eval_liveness(&e, &s->eval, err);
    if (done)
        eval_measure(&e);
    done = done && print(&e, s, ret_good, err);
    close_set(&e);
    return done;
}

/* True when there is work to do; else *ret_status is what to exit with. */
static bool read_options(int argc, char **argv, struct settings *s, int *ret_status,
                         struct error *err)
{
    static const struct option options[] = {
        {"policy", required_argument, NULL, 'p'}, {"floors", required_argument, NULL, 'f'},
        {"json", no_argument, NULL, 'j'},         {"threads", required_argument, NULL, 't'},
        {"models", required_argument, NULL, 'm'}, {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, '?' + 128},   {0},
    };
    const char *policy = "standard", *models = NULL;
    s->eval.threads = options_threads_default();
    int found;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (found) {
        case 'p':
            policy = optarg;
            break;
        case 'f':
            s->floors = optarg;
            break;
        case 'j':
            s->json = true;
            break;
        case 't':
            if (!options_threads(optarg, &s->eval.threads, err))
                return false;
            break;
        case 'm':
            models = optarg;
            break;
        case 'q':
            s->eval.quiet = true;
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
    if (argc - optind != 1)
        return error_set(err, ERROR_INVALID, "it takes one truth file");
    s->truth = argv[optind];
    return options_policy(policy, &s->eval.policy, err) &&
           paths_models(models, s->eval.models, err);
}

int eval_run(int argc, char **argv)
{
    struct settings s = {0};
    struct error err = {0};
    int status = EXIT_USAGE;
    bool good = false;
    if (!read_options(argc, argv, &s, &status, &err)) {
        if (err.code != ERROR_NONE)
            fprintf(stderr, "proctortrack eval: %s (--help tells more)\n", err.message);
        return status;
    }
    if (!evaluate(&s, &good, &err)) {
        fprintf(stderr, "proctortrack: %s\n", err.message);
        return EXIT_FAILED;
    }
    return good ? EXIT_GOOD : EXIT_FAILED;
}
