/* `proctortrack serve`: the whole system in one process: pages, API, uploads, analysis. */
#include "commands.h"
#include "data.h"
#include "paths.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "campus/demo.h"
#include "crypto/crypto.h"
#include "proctor/examiners.h"
#include "proctor/face_scan.h"
#include "proctor/profile.h"
#include "proctor/worker.h"
#include "server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATA_LOCK "serve.lock"
#define ADDRESS_MAX 64
#define DESCRIPTORS 65536 /* a connection each, and a file for each stream that is written */

/* clang-format off */
static const char help[] =
    "usage: proctortrack serve [OPTION...]\n"
    "\n"
    "Serves the portal, the proctored window and the review pages, takes the recordings, and\n"
    "analyses them while they grow. Everything is kept in one folder.\n"
    "\n"
    "options:\n"
    "  --data DIR              where everything is kept (./var); made when absent\n"
    "  --listen ADDRESS:PORT   where to listen (127.0.0.1:8080); port 0 is any free one\n"
    "  --tls-cert FILE         certificate chain (PEM); together with --tls-key\n"
    "  --tls-key FILE          its private key (PEM)\n"
    "  --public-origin URL     what browsers call this server, when a proxy stands before it:\n"
    "                          https://exam.example.org\n"
    "  --models DIR            the folder of the models (without it: `models` beside this program)\n"
    "  --no-worker             leave the analysis to `proctortrack worker`\n"
    "  --demo                  make a demo institution, in an empty database only; its passwords\n"
    "                          are printed once, or are all PROCTORTRACK_DEMO_PASSWORD if that is set\n"
    "  --profile-days N        how long an identity profile counts (365)\n"
    "  --examiners N           candidates whose scans are looked at in the same moment: a process of\n"
    "                          250 MB each (as many as processors, 2 to 8)\n"
    "  --downloads DIR         the desktop app's installers, proctortrack*.exe and *.deb and the like,\n"
    "                          and the plugin's files (without it: `downloads` in the data folder)\n"
    "  --plugin-id ID          the browser's plugin, as the browser knows it (without it: that of the\n"
    "                          plugin among the downloads)\n"
    "  --plugin-url URL        its page in the browser's store\n"
    "  --support-name NAME     where candidates find help (One-Stop Center), its phone and its hours\n"
    "  --support-phone NUMBER\n"
    "  --support-hours HOURS\n"
    "  --routes                print every route and who may call it, and end\n"
    "  --help                  this\n"
    "\n"
    "Browsers give camera and microphone only to https and to localhost: elsewhere use TLS.\n"
    "Stops on SIGTERM or SIGINT, after what was begun; nothing acknowledged is ever lost.\n"
    "Exit status: 0 stopped, 1 it could not start, 2 the command line was wrong.\n";
/* clang-format on */

struct serve_options {
    const char *folder, *models;
    bool no_worker, demo;
    uint64_t profile_days, examiners; /* 0: defaults */
    char address[ADDRESS_MAX], downloads[PATH_MAX];
    struct server_options server;
};

static int usage(const char *problem)
{
    fprintf(stderr, "proctortrack serve: %s (proctortrack serve --help tells more)\n", problem);
    return EXIT_USAGE;
}

static int failed(const struct error *err)
{
    fprintf(stderr, "proctortrack serve: %s\n", err->message);
    return EXIT_FAILED;
}

/* "127.0.0.1:8080", "[::1]:8080" */
static bool parse_listen(const char *text, struct serve_options *o)
{
    const char *colon = strrchr(text, ':');
    uint64_t port;
    if (!colon || !str_to_u64(str_from(colon + 1), &port) || port > UINT16_MAX)
        return false;
    struct str address = str_bytes(text, (size_t)(colon - text));
    if (str_starts(address, STR("[")) && str_ends(address, STR("]")))
        address = str_slice(address, 1, address.len - 1);
    else if (address.len && memchr(address.ptr, ':', address.len))
        return false; /* "::1:80": which colon would it be? */
    if (address.len == 0 || address.len >= sizeof o->address)
        return false;
    snprintf(o->address, sizeof o->address, STR_FMT, STR_ARG(address));
    o->server.address = o->address;
    o->server.port = (uint16_t)port;
    return true;
}

/* As browsers write it in Origin: "https://exam.example.org", "http://10.0.0.5:8080". */
static bool is_origin(const char *text)
{
    struct str rest = str_from(text), part;
    if (!str_split(&rest, '/', &part) ||
        (!str_eq(part, STR("https:")) && !str_eq(part, STR("http:"))) ||
        !str_split(&rest, '/', &part) || part.len > 0)
        return false;
    return rest.len > 0 && !memchr(rest.ptr, '/', rest.len);
}

/* Held as long as the process lives. Two servers of one folder would both run its sweeper and fight
 * for its streams; further workers are what `proctortrack worker` is for. */
static bool lock_folder(const char *folder, int *ret, struct error *err)
{
    char path[PATH_MAX];
    if (!file_make_folder(folder, err))
        return false;
    int len = snprintf(path, sizeof path, "%s/%s", folder, DATA_LOCK);
    if (len < 0 || (size_t)len >= sizeof path)
        return error_set(err, ERROR_INVALID, "%s: name too long", folder);
    CLEANUP(closep) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_errno(err, errno, "%s", path);
    if (flock(fd, LOCK_EX | LOCK_NB))
        return error_set(err, ERROR_BUSY,
                         "%s is in use by another `proctortrack serve`: stop that one first, or "
                         "give this one another folder with --data",
                         folder);
    *ret = fd;
    fd = -1;
    return true;
}

static void prepare_process(sigset_t *ret_ends)
{
    sigemptyset(ret_ends);
    sigaddset(ret_ends, SIGTERM);
    sigaddset(ret_ends, SIGINT);
    sigprocmask(SIG_BLOCK, ret_ends, NULL); /* before any thread: sigwait() alone gets them */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* over the file size limit is an error, like a full disk */
    umask(077);
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core); /* our memory holds keys */
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < DESCRIPTORS) {
        files.rlim_cur = files.rlim_max < DESCRIPTORS ? files.rlim_max : DESCRIPTORS;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static bool seed_demo(struct campus *campus, struct buf *text, struct error *err)
{
    struct demo demo;
    if (!campus_demo_seed(campus, getenv("PROCTORTRACK_DEMO_PASSWORD"), &demo, err))
        return false;
    campus_demo_text(&demo, text);
    crypto_wipe(&demo, sizeof demo);
    return buf_ok(text, err);
}

/* Where it listens is the first line, for programs that start us. */
static void announce(const struct serve_options *o, const struct server *server, struct buf *demo)
{
    bool v6 = strchr(o->address, ':') != NULL;
    printf("Listening on %s://%s%s%s:%u/\n", o->server.tls_cert ? "https" : "http", v6 ? "[" : "",
           o->address, v6 ? "]" : "", (unsigned)server_port(server));
    if (demo->len) {
        fwrite(demo->ptr, 1, demo->len, stdout);
        crypto_wipe(demo->ptr, demo->len); /* it may hold passwords */
    }
    fflush(stdout);
}

/* Unless the command line named another folder. */
static void set_downloads(struct serve_options *o)
{
    int len = snprintf(o->downloads, sizeof o->downloads, "%s/downloads", o->folder);
    if (!o->server.downloads && len > 0 && (size_t)len < sizeof o->downloads)
        o->server.downloads = o->downloads;
}

static int serve_until_signal(const struct serve_options *o, struct data *d, const sigset_t *ends)
{
    struct error err;
    struct server server = {
        .options = o->server, .store = d->store, .proctor = &d->proctor, .campus = d->campus};
    int signal_number;
    CLEANUP(buf_done) struct buf demo = {0};
    if (o->demo && !seed_demo(d->campus, &demo, &err))
        return failed(&err);
    if (!campus_sweeper_start(d->campus, &err) || !server_start(&server, &err))
        return failed(&err);
    announce(o, &server, &demo);
    sigwait(ends, &signal_number);
    log_line(LOG_INFO, "serve", "stopping");
    sigprocmask(SIG_UNBLOCK, ends, NULL); /* a second one ends us at once: nothing is lost by it */
    server_stop(&server);
    return EXIT_GOOD;
}

/* What looks at the pictures of candidates who check in. */
static bool open_check_in(const struct serve_options *o, const char *models, struct data *d,
                          struct error *err)
{
    const struct examiners_options options = {.models_folder = models,
                                              .max = (unsigned)o->examiners};
    d->proctor.profile_keep_us = (int64_t)o->profile_days * 24 * 3600 * SECOND_US;
    return face_scans_create(&d->proctor.face_scans, err) &&
           examiners_create(&options, &d->proctor.examiners, err);
}

static void close_check_in(struct data *d)
{
    examiners_destroy(d->proctor.examiners);
    face_scans_destroy(d->proctor.face_scans);
}

static int serve(const struct serve_options *o)
{
    struct data d;
    struct worker *worker = NULL;
    struct error err;
    sigset_t ends;
    char models[PATH_MAX];
    CLEANUP(closep) int lock = -1;
    prepare_process(&ends);
    if (!paths_models(o->models, models, &err) || !crypto_start(&err) ||
        !lock_folder(o->folder, &lock, &err) || !data_open(o->folder, &d, &err))
        return failed(&err);
    struct worker_options options = {.models_folder = models};
    int status = EXIT_FAILED;
    if (!open_check_in(o, models, &d, &err) ||
        (!o->no_worker && !worker_start(&d.proctor, &options, &worker, &err)))
        failed(&err);
    else
        status = serve_until_signal(o, &d, &ends);
    campus_close(d.campus); /* its sweeper tells the worker what has ended */
    d.campus = NULL;
    worker_stop(worker);
    close_check_in(&d);
    data_close(&d);
    return status;
}

static int print_routes(void)
{
    CLEANUP(buf_done) struct buf text = {0};
    struct error err;
    server_routes_text(&text);
    if (!buf_ok(&text, &err))
        return failed(&err);
    fwrite(text.ptr, 1, text.len, stdout);
    return EXIT_GOOD;
}

int serve_run(int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, 'd'},
        {"listen", required_argument, NULL, 'l'},
        {"tls-cert", required_argument, NULL, 'c'},
        {"tls-key", required_argument, NULL, 'k'},
        {"public-origin", required_argument, NULL, 'o'},
        {"models", required_argument, NULL, 'm'},
        {"no-worker", no_argument, NULL, 'n'},
        {"demo", no_argument, NULL, 'D'},
        {"routes", no_argument, NULL, 'r'},
        {"profile-days", required_argument, NULL, 'P'},
        {"examiners", required_argument, NULL, 'E'},
        {"downloads", required_argument, NULL, 'w'},
        {"plugin-id", required_argument, NULL, 'i'},
        {"plugin-url", required_argument, NULL, 'u'},
        {"support-name", required_argument, NULL, 'N'},
        {"support-phone", required_argument, NULL, 'T'},
        {"support-hours", required_argument, NULL, 'H'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct serve_options o = {.folder = "var"};
    parse_listen("127.0.0.1:8080", &o);
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
        switch (c) {
        case 'd':
            o.folder = optarg;
            break;
        case 'l':
            if (!parse_listen(optarg, &o))
                return usage("--listen is ADDRESS:PORT, as in 127.0.0.1:8080 or [::1]:8080");
            break;
        case 'c':
            o.server.tls_cert = optarg;
            break;
        case 'k':
            o.server.tls_key = optarg;
            break;
        case 'o':
            o.server.public_origin = optarg;
            break;
        case 'm':
            o.models = optarg;
            break;
        case 'n':
            o.no_worker = true;
            break;
        case 'D':
            o.demo = true;
            break;
        case 'P':
            if (!str_to_u64(str_from(optarg), &o.profile_days) || o.profile_days == 0 ||
                o.profile_days > 3650)
                return usage("--profile-days is a number from 1 to 3650");
            break;
        case 'E':
            if (!str_to_u64(str_from(optarg), &o.examiners) || o.examiners == 0 || o.examiners > 64)
                return usage("--examiners is a number from 1 to 64");
            break;
        case 'w':
            o.server.downloads = optarg;
            break;
        case 'i':
            o.server.plugin_id = optarg;
            break;
        case 'u':
            if (!str_starts(str_from(optarg), STR("https://")))
                return usage("--plugin-url begins with https://");
            o.server.plugin_url = optarg;
            break;
        case 'N':
            o.server.contact.name = optarg;
            break;
        case 'T':
            o.server.contact.phone = optarg;
            break;
        case 'H':
            o.server.contact.hours = optarg;
            break;
        case 'r':
            return print_routes();
        case 'h':
            fputs(help, stdout);
            return EXIT_GOOD;
        default:
            return usage("an option is not known or lacks its value");
        }
    }
    if (optind < argc)
        return usage("there is a word too many");
    if (o.server.public_origin && !is_origin(o.server.public_origin))
        return usage(
            "--public-origin is as in https://exam.example.org, without a path or a slash at "
            "its end");
    if (!o.server.tls_cert != !o.server.tls_key)
        return usage("--tls-cert and --tls-key go together");
    set_downloads(&o);
    return serve(&o);
}
