/* `proctortrack verify`: was anything in an archive of evidence changed, or in a report? */
#include "commands.h"

#include "base/file.h"
#include "crypto/crypto.h"
#include "paper/paper.h"
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
    "       proctortrack verify --key KEY --signature FILE REPORT\n"
    "\n"
    "Checks an archive that `proctortrack export` made: that every record of the session follows\n"
    "from the one before it, that the recordings are the bytes that the records tell of, that the\n"
    "deployment signed it, and that nothing was changed, left out, added or put elsewhere since. The\n"
    "first record that is wrong is named. Or checks a report (HTML or PDF) with the signature that\n"
    "was downloaded beside it.\n"
    "\n"
    "options:\n"
    "  --key KEY  the deployment's public key: 64 hex digits, or a file with them. Get it from the\n"
    "             deployment (receipts name it too), not from who gave you the archive\n"
    "  --signature FILE\n"
    "             the report's signature: report-SESSION.pdf.sig.json\n"
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

static bool verify_archive(const char *path, const unsigned char key[SIGN_PUBLIC_SIZE],
                           struct error *err)
{
    struct archive_findings found;
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_IO, "%s", strerror(errno));
    bool good = archive_verify(key, give, &fd, &found, err);
    close(fd);
    if (good)
        print(&found);
    return good;
}

#define REPORT_MAX ((size_t)256 << 20) /* bytes */

static bool verify_report(const char *path, const char *signature,
                          const unsigned char key[SIGN_PUBLIC_SIZE], struct error *err)
{
    CLEANUP(freep) char *bytes = NULL;
    CLEANUP(freep) char *text = NULL;
    size_t len, text_len;
    struct paper_signed found;
    if (!file_read(signature, PAPER_SIGNATURE_MAX, &text, &text_len, err))
        return error_wrap(err, "--signature");
    if (!file_read(path, REPORT_MAX, &bytes, &len, err) ||
        !paper_verify(key, str_bytes(bytes, len), str_trim(str_bytes(text, text_len)), &found, err))
        return false;
    printf("nothing was changed\n"
           "session      %s\n"
           "report       %s, %zu bytes\n"
           "evidence     as of %" PRIu64 " records, the last of them\n"
           "             %s\n",
           found.session, found.format, len, found.records, found.head);
    return true;
}

struct settings {
    const char *key, *signature;
};

/* EXIT_GOOD: go on; *ret_helped: there is no more to do. */
static int read_options(int argc, char **argv, struct settings *ret, bool *ret_helped)
{
    static const struct option options[] = {
        {"key", required_argument, NULL, 'k'},
        {"signature", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (option == 'k') {
            ret->key = optarg;
        } else if (option == 's') {
            ret->signature = optarg;
        } else if (option == 'h') {
            fputs(help, stdout);
            *ret_helped = true;
            return EXIT_GOOD;
        } else {
            fprintf(stderr, "proctortrack verify: %s: %s (--help tells more)\n", argv[optind - 1],
                    option == ':' ? "needs a value" : "there is no such option");
            return EXIT_USAGE;
        }
    }
    return EXIT_GOOD;
}

int verify_run(int argc, char **argv)
{
    struct error err = {0};
    struct settings s = {0};
    unsigned char key[SIGN_PUBLIC_SIZE];
    bool helped = false;
    int status = read_options(argc, argv, &s, &helped);
    if (status != EXIT_GOOD || helped)
        return status;
    if (!s.key || argc - optind != 1 || !read_key(s.key, key, &err)) {
        fprintf(stderr, "proctortrack verify: %s (--help tells more)\n",
                err.code != ERROR_NONE ? err.message
                                       : "--key KEY and one archive or report are needed");
        return EXIT_USAGE;
    }
    const char *path = argv[optind];
    if (crypto_start(&err) && (s.signature ? verify_report(path, s.signature, key, &err)
                                           : verify_archive(path, key, &err)))
        return EXIT_GOOD;
    fprintf(stderr, "proctortrack: %s: %s\n", path, err.message);
    return EXIT_FAILED;
}
