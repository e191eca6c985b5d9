/* `proctortrack export`: the evidence of a session as one file that anybody can check. */
#include "commands.h"
#include "data.h"

#include "base/file.h"
#include "crypto/crypto.h"
#include "proctor/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: proctortrack export --data DIR [--output FILE] SESSION\n"
    "\n"
    "Writes the evidence of a session as one tar archive: every record of its hash chain, its\n"
    "recordings and files, its receipt and its report, signed. `proctortrack verify` checks it with\n"
    "nothing but the public key, which is printed here. The recordings in it are not sealed: keep\n"
    "the file as carefully as the data folder.\n"
    "\n"
    "options:\n"
    "  --data DIR     the server's data folder; a server may run on it\n"
    "  --output FILE  where to; without it SESSION.tar. A file that exists is not written over.\n"
    "                 \"-\" is standard output\n"
    "  --help         this\n"
    "\n"
    "Exit status: 0 written, 1 not (one line on standard error says why), 2 the command line was\n"
    "wrong.\n";
/* clang-format on */

struct settings {
    const char *data, *output, *session;
};

static bool take(void *context, struct str bytes, struct error *err)
{
    const int *fd = context;
    return file_write(*fd, bytes, err);
}

/* Beside its place until it is whole: an archive that was cut off by a full disk has no name. */
static bool write_archive(const struct settings *s, struct proctor *p, const char *path,
                          struct error *err)
{
    char beside[4096];
    if (strcmp(path, "-") == 0) {
        int fd = STDOUT_FILENO;
        return archive_write_session(p, str_from(s->session), take, &fd, err);
    }
    if (access(path, F_OK) == 0)
        return error_set(err, ERROR_CONFLICT, "%s exists already", path);
    if ((size_t)snprintf(beside, sizeof beside, "%s.part", path) >= sizeof beside)
        return error_set(err, ERROR_INVALID, "the path is too long");
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(err, ERROR_IO, "%s: %s", beside, strerror(errno));
    bool good =
        archive_write_session(p, str_from(s->session), take, &fd, err) && file_flush(fd, err);
    close(fd);
    if (good && link(beside, path) != 0) /* unlike rename() it writes nothing over */
        good = error_set(err, ERROR_IO, "%s: %s", path, strerror(errno));
    unlink(beside);
    return good && file_flush_parent(path, err);
}

static bool export_session(const struct settings *s, struct error *err)
{
    struct data d = {0};
    struct stat st;
    char name[64], key[STR_HEX_MAX(SIGN_PUBLIC_SIZE)];
    if (stat(s->data, &st) || !S_ISDIR(st.st_mode)) /* else it would be made */
        return error_set(err, ERROR_NOT_FOUND, "--data %s: there is no such folder", s->data);
    snprintf(name, sizeof name, "%.40s.tar", s->session);
    const char *path = s->output ? s->output : name;
    bool good =
        crypto_start(err) && data_open(s->data, &d, err) && write_archive(s, &d.proctor, path, err);
    if (good) {
        str_to_hex(str_bytes(d.proctor.sign_key.public_bytes, SIGN_PUBLIC_SIZE), key);
        fprintf(stderr, "%s\ncheck it with: proctortrack verify --key %s %s\n", path, key, path);
    }
    data_close(&d);
    return good;
}

int export_run(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct settings s = {0};
    struct error err = {0};
    int found;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":o:", options, NULL)) != -1) {
        if (found == 'd')
            s.data = optarg;
        else if (found == 'o')
            s.output = optarg;
        else if (found == 'h') {
            fputs(help, stdout);
            return EXIT_GOOD;
        } else {
            fprintf(stderr, "proctortrack export: %s: %s (--help tells more)\n", argv[optind - 1],
                    found == ':' ? "needs a value" : "there is no such option");
            return EXIT_USAGE;
        }
    }
    if (!s.data || argc - optind != 1) {
        fputs("proctortrack export: --data DIR and one session are needed (--help tells more)\n",
              stderr);
        return EXIT_USAGE;
    }
    s.session = argv[optind];
    if (export_session(&s, &err))
        return EXIT_GOOD;
    fprintf(stderr, "proctortrack: %s\n", err.message);
    return EXIT_FAILED;
}
