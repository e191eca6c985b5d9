/* Collects what a follower tells about one recording: the last word on each flag, its picture, all
 * looks where they are asked for, and the digest of the bytes that were judged. */
#include "recording.h"

#include "analysis/judge.h"
#include "base/file.h"
#include "base/stages.h"
#include "crypto/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_SIZE ((size_t)256 << 10)

struct kept_picture {
    int64_t time_us;
    struct buf jpeg; /* owned */
};

struct recording {
    const struct recording_options *options; /* borrowed while it is analysed */
    char *name, *models, *isa;               /* owned */
    char sha256[STR_HEX_MAX(SHA256_SIZE)];
    uint64_t bytes, size; /* read so far; of the file, 0 for a pipe */
    struct follow_end end;
    struct findings found;
    struct track_writer *writer; /* owned; NULL: not asked for, or finished */
    struct buf track;
    struct error trouble;      /* of an event, which cannot report it */
    struct kept_picture *kept; /* owned; one a time, also when two flags name it */
    size_t kept_len, kept_capacity;
    struct report_picture *pictures; /* owned; one a flag, from `kept` */
    struct {
        char name[32];
        uint64_t entries;
        int64_t cpu_us;
    } stages[STAGES_MAX];
    size_t stages_len;
    bool no_memory;
};

void recording_destroy(struct recording *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->kept_len; i++)
        buf_done(&r->kept[i].jpeg);
    free(r->kept);
    free(r->pictures);
    findings_done(&r->found);
    track_writer_destroy(r->writer);
    buf_done(&r->track);
    free(r->name);
    free(r->models);
    free(r->isa);
    free(r);
}

void recording_destroyp(struct recording **r) { recording_destroy(*r); }

/* Room for one more at the end; false and r->no_memory when there is none. */
static bool grow(struct recording *r, void **array, size_t len, size_t *capacity, size_t size)
{
    if (len < *capacity)
        return true;
    size_t more = MAX(*capacity * 2, 16);
    void *grown = reallocarray(*array, more, size);
    if (!grown) {
        r->no_memory = true;
        return false;
    }
    *array = grown;
    *capacity = more;
    return true;
}

static void take_flag(void *context, uint32_t index, const struct flag *flag)
{
    struct recording *r = context;
    findings_take(&r->found, index, flag);
}

static void take_look(void *context, const struct observation *o)
{
    struct recording *r = context;
    if (r->trouble.code == ERROR_NONE)
        (void)!track_write_look(r->writer, o, &r->trouble);
}

static void take_sound(void *context, const struct sound_observation *o)
{
    struct recording *r = context;
    if (r->trouble.code == ERROR_NONE)
        (void)!track_write_sound(r->writer, o, &r->trouble);
}

static void take_picture(void *context, const struct follow_picture *picture)
{
    struct recording *r = context;
    void *kept = r->kept;
    bool room = grow(r, &kept, r->kept_len, &r->kept_capacity, sizeof *r->kept);
    r->kept = kept;
    if (!room)
        return;
    struct kept_picture *k = &r->kept[r->kept_len++];
    *k = (struct kept_picture){.time_us = picture->time_us};
    buf_add(&k->jpeg, picture->jpeg);
    r->no_memory = r->no_memory || k->jpeg.failed;
}

static void take_progress(void *context, const struct follow_progress *progress)
{
    struct recording *r = context;
    if (!r->options->progress)
        return;
    double part = 0;
    if (progress->duration_us > 0)
        part = (double)progress->time_us / (double)progress->duration_us;
    else if (r->size > 0)
        part = (double)progress->bytes / (double)r->size;
    r->options->progress(r->options->context, MIN(part, 1));
}

static void take_stage(void *context, const struct stage *stage)
{
    struct recording *r = context;
    if (r->stages_len == STAGES_MAX)
        return;
    snprintf(r->stages[r->stages_len].name, sizeof r->stages[0].name, "%s", stage->name);
    r->stages[r->stages_len].entries = stage->entries;
    r->stages[r->stages_len++].cpu_us = stage->cpu_us;
}

void recording_print_stages(const struct recording *r, FILE *to)
{
    int64_t all_us = 0;
    for (size_t i = 0; i < r->stages_len; i++)
        all_us += r->stages[i].cpu_us;
    for (size_t i = 0; i < r->stages_len; i++)
        fprintf(to, "%9.3f s %5.1f %% %8" PRIu64 " x  %s\n", (double)r->stages[i].cpu_us / 1e6,
                100 * (double)r->stages[i].cpu_us / (double)MAX(all_us, 1), r->stages[i].entries,
                r->stages[i].name);
    fprintf(to, "%9.3f s CPU in all, %.1f MB of memory at most\n", (double)all_us / 1e6,
            (double)r->end.memory_peak / 1e6);
}

/* Flags in the order of the report, each with its picture. */
static bool arrange(struct recording *r, struct error *err)
{
    if (r->no_memory)
        return error_no_memory(err);
    if (!findings_arrange(&r->found, err))
        return false;
    r->pictures = calloc(MAX(r->found.len, 1), sizeof *r->pictures);
    if (!r->pictures)
        return error_no_memory(err);
    for (size_t i = 0; i < r->found.len; i++)
        for (size_t k = 0; k < r->kept_len; k++)
            if (r->kept[k].time_us == r->found.flags[i].best_us)
                r->pictures[i] =
                    (struct report_picture){r->kept[k].time_us, buf_str(&r->kept[k].jpeg)};
    return true;
}

static bool finish_track(struct recording *r, struct error *err)
{
    const struct track_about about = {
        .name = str_from(r->name),
        .sha256 = str_from(r->sha256),
        .models = str_from(r->models),
        .isa = str_from(r->isa),
        .bytes = r->bytes,
        .frames = r->end.frames,
        .damaged_packets = r->end.damaged_packets,
        .time_jumps = r->end.time_jumps,
        .duration_us = r->end.duration_us,
    };
    if (!r->writer)
        return true;
    if (r->trouble.code != ERROR_NONE)
        return error_set(err, r->trouble.code, "%s", r->trouble.message);
    return track_finish(r->writer, &about, &r->track, err);
}

static bool read_piece(int fd, char *piece, struct str *ret, struct error *err)
{
    ssize_t got;
    do
        got = read(fd, piece, PIECE_SIZE);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_errno(err, errno, "cannot be read");
    *ret = str_bytes(piece, (size_t)got);
    return true;
}

/* Reads all of it for the digest and, unless the child reads the file itself, for the child. */
static bool read_all(struct recording *r, int fd, struct follow *f, struct error *err)
{
    CLEANUP(hash_destroyp) struct hash *hash = NULL;
    CLEANUP(freep) char *piece = malloc(PIECE_SIZE);
    unsigned char digest[SHA256_SIZE];
    struct str bytes;
    if (!piece)
        return error_no_memory(err);
    if (!hash_create(HASH_SHA256, &hash, err))
        return false;
    do {
        if (!read_piece(fd, piece, &bytes, err) || (f && bytes.len && !follow_feed(f, bytes, err)))
            return false;
        hash_add(hash, bytes);
        r->bytes += bytes.len;
    } while (bytes.len);
    str_to_hex(str_bytes(digest, hash_finish(hash, digest)), r->sha256);
    return true;
}

static bool keep_text(char **to, const char *text, struct error *err)
{
    *to = strdup(text);
    return *to ? true : error_no_memory(err);
}

/* What to do about it, for what people meet most. */
static bool advise(const struct follow *f, struct error *err)
{
    const char *advice = NULL;
    if (!follow_isa(f)[0]) /* it failed before the recording was touched */
        return false;
    if (err && err->code == ERROR_UNSUPPORTED)
        advice = "; `ffprobe` tells what is in it";
    else if (err && err->code == ERROR_INVALID)
        advice = "; was it copied or uploaded to its end?";
    if (advice && strlen(err->message) + strlen(advice) < sizeof err->message)
        strcat(err->message, advice);
    return false;
}

static bool analyze(struct recording *r, int fd, bool file, struct error *err)
{
    const struct follow_options options = {
        .models_folder = r->options->models_folder,
        .policy = r->options->policy,
        .screen = r->options->screen,
        .enrolled = r->options->screen ? NULL : r->options->enrolled,
        .stages = r->options->stages,
        .file_fd = file ? fd : -1,
    };
    const struct follow_events events = {.observed = r->writer ? take_look : NULL,
                                         .heard = r->writer ? take_sound : NULL,
                                         .flag = take_flag,
                                         .picture = take_picture,
                                         .progress = take_progress,
                                         .stage = take_stage,
                                         .context = r};
    CLEANUP(follow_destroyp) struct follow *f = NULL;
    if (file && !read_all(r, fd, NULL, err)) /* before: the child moves the same file position */
        return false;
    if (!follow_start(&options, &events, &f, err))
        return false;
    if ((!file && !read_all(r, fd, f, err)) || !follow_finish(f, &r->end, err))
        return advise(f, err);
    r->end.head = STR(""); /* the follower's, and of no use here */
    return keep_text(&r->models, follow_models(f), err) && keep_text(&r->isa, follow_isa(f), err) &&
           arrange(r, err) && finish_track(r, err);
}

bool recording_analyze(const char *path, const struct recording_options *options,
                       struct recording **ret, struct error *err)
{
    bool standard_input = strcmp(path, "-") == 0;
    CLEANUP(closep)
    int fd = standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                            : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st)) {
        error_errno(err, errno, "cannot be opened");
        return err && err->code == ERROR_NOT_FOUND
                   ? error_set(err, ERROR_NOT_FOUND, "there is no such file; check the path")
                   : false;
    }
    if (S_ISDIR(st.st_mode))
        return error_set(err, ERROR_INVALID,
                         "it is a folder; name the recordings in it, as in %s/*.webm", path);
    const char *slash = strrchr(path, '/');
    CLEANUP(recording_destroyp) struct recording *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    r->options = options;
    bool file = S_ISREG(st.st_mode);
    r->size = file ? (uint64_t)st.st_size : 0;
    if (file && st.st_size == 0)
        return error_set(err, ERROR_INVALID, "it is empty (0 bytes); was it copied to its end?");
    if (!keep_text(&r->name, standard_input ? "standard input" : slash ? slash + 1 : path, err))
        return false;
    if ((options->keep_track && !track_writer_create(&r->writer, err)) ||
        !analyze(r, fd, file, err))
        return false;
    r->options = NULL;
    *ret = TAKE(r);
    return true;
}

struct report_recording recording_report(const struct recording *r)
{
    return (struct report_recording){
        .name = r->name,
        .sha256 = r->sha256,
        .bytes = r->bytes,
        .duration_us = r->end.duration_us,
        .flags = r->found.flags,
        .flags_len = r->found.len,
        .pictures = r->pictures,
        .models = r->models,
        .isa = r->isa,
        .frames = r->end.frames,
        .damaged_packets = r->end.damaged_packets,
        .time_jumps = r->end.time_jumps,
    };
}

struct str recording_track(const struct recording *r) { return buf_str(&r->track); }
