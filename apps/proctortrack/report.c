/* `proctortrack report`: the report of a session as HTML or PDF, with its signature, for operators.
 */
#include "commands.h"
#include "data.h"

#include "base/file.h"
#include "crypto/crypto.h"
#include "paper/paper.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: proctortrack report --data DIR [--pdf FILE] [--html FILE] [--lang LANG] SESSION\n"
    "\n"
    "Writes the report of a session as a person reads it, and beside it its signature\n"
    "(FILE.sig.json). `proctortrack verify --signature` checks it with nothing but the public key.\n"
    "That it was made is put into the session's evidence.\n"
    "\n"
    "options:\n"
    "  --data DIR   the server's data folder; a server may run on it\n"
    "  --pdf FILE   write a PDF there. A file that exists is written over\n"
    "  --html FILE  write one HTML file there that needs nothing beside it\n"
    "  --lang LANG  en (the default) or de\n"
    "  --help       this\n"
    "\n"
    "Exit status: 0 written, 1 not (one line on standard error says why), 2 the command line was\n"
    "wrong.\n";
/* clang-format on */

struct settings {
    const char *data, *files[PAPER_FORMATS], *session;
    enum paper_language language;
};

static bool write_one(const struct settings *s, struct proctor *p, enum paper_format format,
                      struct error *err)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    CLEANUP(buf_done) struct buf path = {0};
    CLEANUP(freep) char *signature = NULL;
    const struct paper_wish wish = {.format = format, .language = s->language};
    const char *beside;
    buf_printf(&path, "%s.sig.json", s->files[format]);
    return buf_c_text(&path, &beside, err) &&
           paper_session(p, str_from(s->session), &wish, &bytes, err) &&
           paper_signature(p, str_from(s->session), &wish, STR(""), &signature, err) &&
           file_replace(s->files[format], buf_str(&bytes), 0600, err) &&
           file_replace(beside, str_from(signature), 0600, err);
}

static bool write_all(const struct settings *s, struct error *err)
{
    struct data d = {0};
    struct stat st;
    if (stat(s->data, &st) || !S_ISDIR(st.st_mode)) /* else it would be made */
        return error_set(err, ERROR_NOT_FOUND, "--data %s: there is no such folder", s->data);
    bool good = crypto_start(err) && data_open(s->data, &d, err);
    for (int i = PAPER_HTML; good && i < PAPER_FORMATS; i++)
        if (s->files[i])
            good = write_one(s, &d.proctor, (enum paper_format)i, err);
    data_close(&d);
    return good;
}

static bool take_option(struct settings *s, int option)
{
    if (option == 'd')
        s->data = optarg;
    else if (option == 'p')
        s->files[PAPER_PDF] = optarg;
    else if (option == 't')
        s->files[PAPER_HTML] = optarg;
    else
        return option == 'l' && optarg[0] &&
               paper_language_from_name(str_from(optarg), &s->language);
    return true;
}

int report_run(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'}, {"pdf", required_argument, NULL, 'p'},
        {"html", required_argument, NULL, 't'}, {"lang", required_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},       {0},
    };
    struct settings s = {0};
    struct error err = {0};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return EXIT_GOOD;
        }
        if (!take_option(&s, option)) {
            fprintf(stderr, "proctortrack report: %s: %s (--help tells more)\n", argv[optind - 1],
                    option == ':'   ? "needs a value"
                    : option == 'l' ? "there is no such language"
                                    : "there is no such option");
            return EXIT_USAGE;
        }
    }
    if (!s.data || argc - optind != 1 || (!s.files[PAPER_PDF] && !s.files[PAPER_HTML])) {
        fputs("proctortrack report: --data DIR, --pdf or --html, and one session are needed "
              "(--help tells more)\n",
              stderr);
        return EXIT_USAGE;
    }
    s.session = argv[optind];
    if (write_all(&s, &err))
        return EXIT_GOOD;
    fprintf(stderr, "proctortrack: %s\n", err.message);
    return EXIT_FAILED;
}
