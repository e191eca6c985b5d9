/* `proctortrack judge`: the flags of recordings that were analysed before, under another policy.
 * Nothing is decoded: the looks were kept (analysis/track.h). */
#include "commands.h"
#include "data.h"
#include "options.h"
#include "show.h"

#include "analysis/judge.h"
#include "base/file.h"
#include "crypto/crypto.h"
#include "proctor/observation.h"
#include "proctor/stream.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* clang-format off */
static const char help[] =
    "usage: proctortrack judge [OPTION...] TRACK...\n"
    "       proctortrack judge [OPTION...] --data DIR SESSION\n"
    "\n"
    "Prints the flags that recordings raise under a policy, from what was measured when they were\n"
    "analysed: a TRACK is a file made by `analyze --observations`, a SESSION the id of one of a\n"
    "server's. The same policy gives the same flags as the analysis. What no detector looked for at\n"
    "that time cannot be found now.\n"
    "\n"
    "options:\n"
    "  --policy NAME|FILE  the rules: open, standard (without this option), strict, or a JSON file\n"
    "  --data DIR          the server's data folder\n"
    "  --json              print the report as JSON, as `analyze --json` does\n"
    "  --help              this\n"
    "\n"
    "Exit status: 0 all were judged, 1 not, 2 the command line was wrong.\n";
/* clang-format on */

struct settings {
    struct policy policy;
    const char *folder; /* NULL: tracks are files */
    bool json;
};

/* One judged recording; zeroed is ready. */
struct judged {
    struct buf bytes; /* the track */
    struct track_reader *track;
    struct findings found;
    struct report_picture *pictures; /* none: one empty a flag */
};

static void judged_done(struct judged *j)
{
    track_close(j->track);
    findings_done(&j->found);
    buf_done(&j->bytes);
    free(j->pictures);
}

static bool judge(struct judged *j, const struct policy *policy, struct error *err)
{
    if (!track_open(buf_str(&j->bytes), &j->track, err) ||
        !judge_track(j->track, policy, &j->found, err))
        return false;
    j->pictures = calloc(MAX(j->found.len, 1), sizeof *j->pictures);
    return j->pictures || error_no_memory(err);
}

static struct report_recording report_of(const struct judged *j)
{
    const struct track_about about = track_about(j->track);
    return (struct report_recording){
        .name = about.name.ptr,
        .sha256 = about.sha256.ptr,
        .bytes = about.bytes,
        .duration_us = about.duration_us,
        .flags = j->found.flags,
        .flags_len = j->found.len,
        .pictures = j->pictures,
        .models = about.models.ptr,
        .isa = about.isa.ptr,
        .frames = about.frames,
        .damaged_packets = about.damaged_packets,
        .time_jumps = about.time_jumps,
    };
}

static bool show(const struct settings *s, const struct judged *list, size_t len, struct error *err)
{
    CLEANUP(freep) struct report_recording *recordings = calloc(MAX(len, 1), sizeof *recordings);
    if (!recordings)
        return error_no_memory(err);
    for (size_t i = 0; i < len; i++)
        recordings[i] = report_of(&list[i]);
    return show_report(&s->policy, recordings, len, s->json, err);
}

static bool judge_files(const struct settings *s, char **paths, struct judged *list, size_t len,
                        struct error *err)
{
    for (size_t i = 0; i < len; i++) {
        CLEANUP(freep) char *bytes = NULL;
        size_t size;
        if (!file_read(paths[i], TRACK_BYTES_MAX, &bytes, &size, err))
            return false;
        buf_add(&list[i].bytes, str_bytes(bytes, size));
        if (!buf_ok(&list[i].bytes, err) || !judge(&list[i], &s->policy, err))
            return error_wrap(err, "%s", paths[i]);
    }
    return true;
}

/* Recordings of which nothing was kept (they failed, or are not analysed yet) are passed over with
 * a line, so that the report is not taken for the whole. */
static bool judge_streams(const struct settings *s, struct proctor *p, struct str session_id,
                          const struct stream *streams, size_t streams_len, struct judged *list,
                          size_t *ret_len, struct error *err)
{
    size_t len = 0;
    for (size_t i = 0; i < streams_len; i++) {
        struct error why = {0};
        if (!stream_is_recording(&streams[i]))
            continue;
        if (!observation_read(p, session_id, str_from(streams[i].id), &list[len].bytes, &why)) {
            if (why.code != ERROR_NOT_FOUND)
                return error_set(err, why.code, "%s: %s", streams[i].id, why.message);
            fprintf(stderr, "proctortrack: recording %s: %s\n", streams[i].id, why.message);
            continue;
        }
        len++;
        if (!judge(&list[len - 1], &s->policy, err))
            return error_wrap(err, "%s", streams[i].id);
    }
    *ret_len = len;
    return len || error_set(err, ERROR_NOT_FOUND, "no recording of this session was analysed");
}

static bool judge_session(const struct settings *s, const char *session, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct data d = {0};
    struct stream *streams = NULL;
    struct judged *list = NULL;
    struct stat st;
    size_t streams_len = 0, len = 0;
    if (stat(s->folder, &st) || !S_ISDIR(st.st_mode)) /* else it would be made */
        return error_set(err, ERROR_NOT_FOUND, "--data %s: there is no such folder", s->folder);
    bool good = crypto_start(err) && data_open(s->folder, &d, err) &&
                stream_list(&d.proctor, str_from(session), &arena, &streams, &streams_len, err);
    if (good && !(list = calloc(MAX(streams_len, 1), sizeof *list)))
        good = error_no_memory(err);
    good = good &&
           judge_streams(s, &d.proctor, str_from(session), streams, streams_len, list, &len, err) &&
           show(s, list, len, err);
    for (size_t i = 0; list && i < streams_len; i++)
        judged_done(&list[i]);
    free(list);
    data_close(&d);
    return good;
}

static bool judge_tracks(const struct settings *s, char **paths, size_t len, struct error *err)
{
    struct judged *list = calloc(len, sizeof *list);
    if (!list)
        return error_no_memory(err);
    bool good = judge_files(s, paths, list, len, err) && show(s, list, len, err);
    for (size_t i = 0; i < len; i++)
        judged_done(&list[i]);
    free(list);
    return good;
}

/* True when there is work to do; else *ret_status is what to exit with. */
static bool read_options(int argc, char **argv, struct settings *s, int *ret_status,
                         struct error *err)
{
    static const struct option options[] = {
        {"policy", required_argument, NULL, 'p'},
        {"data", required_argument, NULL, 'd'},
        {"json", no_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    const char *policy = "standard";
    int found;
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        switch (found) {
        case 'p':
            policy = optarg;
            break;
        case 'd':
            s->folder = optarg;
            break;
        case 'j':
            s->json = true;
            break;
        case 'h':
            fputs(help, stdout);
            *ret_status = EXIT_GOOD;
            return false;
        case ':':
            return error_set(err, ERROR_INVALID, "%s needs a value", argv[optind - 1]);
        default:
            return error_set(err, ERROR_INVALID, "there is no option %s", argv[optind - 1]);
        }
    }
    if (optind == argc)
        return error_set(err, ERROR_INVALID, "no track and no session was named");
    if (s->folder && argc - optind > 1)
        return error_set(err, ERROR_INVALID, "--data goes with one session");
    return options_policy(policy, &s->policy, err);
}

int judge_run(int argc, char **argv)
{
    struct settings s = {0};
    struct error err = {0};
    int status = EXIT_USAGE;
    if (!read_options(argc, argv, &s, &status, &err)) {
        if (err.code != ERROR_NONE)
            fprintf(stderr, "proctortrack judge: %s (--help tells more)\n", err.message);
        return status;
    }
    bool good = s.folder ? judge_session(&s, argv[optind], &err)
                         : judge_tracks(&s, argv + optind, (size_t)(argc - optind), &err);
    if (good)
        return EXIT_GOOD;
    fprintf(stderr, "proctortrack: %s\n", err.message);
    return EXIT_FAILED;
}
