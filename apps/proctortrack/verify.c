/* `proctortrack verify`: was anything in an archive of evidence changed? */
#include "commands.h"

#include "base/file.h"
#include "crypto/crypto.h"
#include "proctor/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: proctortrack verify --key KEY ARCHIVE\n"
    "\n"
    "Checks an archive that `proctortrack export` made: that every record of the session follows\n"
    "from the one before it, that the recordings are the bytes that the records tell of, that the\n"
    "deployment signed it, and that nothing was changed, left out, added or put elsewhere since. The\n"
    "first record that is wrong is named.\n"
    "\n"
    "options:\n"
    "  --key KEY  the deployment's public key: 64 hex digits, or a file with them. Get it from the\n"
    "             deployment (receipts name it too), not from who gave you the archive\n"
    "  --help     this\n"
    "\n"
    "ARCHIVE \"-\" is standard input.\n"
    "\n"
    "Exit status: 0 nothing was changed, 1 it was, or it cannot be read (one line on standard error\n"
    "says what), 2 the command line was wrong.\n";
/* clang-format on */

#define KEY_FILE_MAX 4096 /* bytes */

static bool read_key(const char *given, unsigned char ret[SIGN_PUBLIC_SIZE], struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    size_t len;
    if (str_from_hex(str_from(given), ret, SIGN_PUBLIC_SIZE))
        return true;
    if (!file_read(given, KEY_FILE_MAX, &text, &len, err))
        return error_set(err, ERROR_INVALID,
                         "--key: neither 64 hex digits nor a file that can be read");
    return str_from_hex(str_trim(str_bytes(text, len)), ret, SIGN_PUBLIC_SIZE) ||
           error_set(err, ERROR_INVALID, "--key %s: the file has no 64 hex digits", given);
}

static bool give(void *context, void *ret, size_t size, size_t *ret_len, struct error *err)
{
    const int *fd = context;
    ssize_t got;
    do
        got = read(*fd, ret, size);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set(err, ERROR_IO, "reading: %s", strerror(errno));
    *ret_len = (size_t)got;
    return true;
}

static void print(const struct archive_findings *f)
{
    char day[64] = "?";
    time_t at = (time_t)(f->exported_us / 1000000);
    struct tm tm;
    if (gmtime_r(&at, &tm))
        strftime(day, sizeof day, "%Y-%m-%d %H:%M:%S UTC", &tm);
    printf("nothing was changed\n"
           "session      %s\n"
           "candidate    %s\n"
           "exam         %s\n"
           "exported     %s\n"
           "records      %" PRIu64 ", %" PRIu64 " of them signed checkpoints\n"
           "recordings   %" PRIu64 ", %" PRIu64 " bytes\n",
           f->session, f->candidate, f->exam, day, f->records, f->checkpoints, f->streams,
           f->stream_bytes);
    if (f->erased)
        printf("erased       %" PRIu64 " recordings or files, as the records tell\n", f->erased);
    printf("report       %s\n", f->report ? "in it, signed" : "not made yet");
}

int verify_run(int argc, char **argv)
{
    static const struct option options[] = {
        {"key", required_argument, NULL, 'k'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct error err = {0};
    struct archive_findings found;
    unsigned char key[SIGN_PUBLIC_SIZE];
    const char *given = NULL;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (option == 'k')
            given = optarg;
        else if (option == 'h') {
            fputs(help, stdout);
            return EXIT_GOOD;
        } else {
            fprintf(stderr, "proctortrack verify: %s: %s (--help tells more)\n", argv[optind - 1],
                    option == ':' ? "needs a value" : "there is no such option");
            return EXIT_USAGE;
        }
    }
    if (!given || argc - optind != 1 || !read_key(given, key, &err)) {
        fprintf(stderr, "proctortrack verify: %s (--help tells more)\n",
                err.code != ERROR_NONE ? err.message : "--key KEY and one archive are needed");
        return EXIT_USAGE;
    }
    const char *path = argv[optind];
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "proctortrack: %s: %s\n", path, strerror(errno));
        return EXIT_FAILED;
    }
    bool good = crypto_start(&err) && archive_verify(key, give, &fd, &found, &err);
    close(fd);
    if (good)
        print(&found);
    else
        fprintf(stderr, "proctortrack: %s: %s\n", path, err.message);
    return good ? EXIT_GOOD : EXIT_FAILED;
}
