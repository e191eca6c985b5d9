/* Follows one recording through a sandboxed decoder child: bytes go in by a pipe, observations,
 * thumbnails and at the end a seekable head come back by another. The rules run on this side.
 *
 * The child is this very program, started anew ("proctortrack decoder"): it loads its models, makes
 * every oneDNN primitive, then closes its sandbox (no network, no files, no new processes, limits
 * on memory and CPU) and only then reads the first byte of the recording. Whatever the recording
 * does to it, the worst is ERROR_UNSUPPORTED or ERROR_IO here. One thread at a time per follower.
 */
#pragma once
#include "analysis/rules.h"
#include "base/stages.h"

struct follow;

struct follow_picture {
    int64_t time_us;
    struct str jpeg; /* borrowed for the call */
};
struct follow_progress {
    int64_t time_us;     /* of the recording, looked at so far */
    int64_t duration_us; /* as its container claims; -1 when it does not say */
    uint64_t bytes;      /* read so far */
};
struct follow_end {
    int64_t duration_us;
    uint64_t frames, damaged_packets, time_jumps;
    struct str head; /* of a seekable WebM (media/webm_index.h), borrowed; empty: there is none */
    uint64_t head_skip;   /* bytes of the original that the head replaces */
    uint64_t memory_peak; /* bytes of the child that were resident at most */
};
/* Any of these may be NULL. */
struct follow_events {
    void (*observed)(void *context, const struct observation *o);
    void (*heard)(void *context, const struct sound_observation *o);
    void (*flag)(void *context, uint32_t index, const struct flag *flag);
    /* A thumbnail; it comes just before the flag that first names its time (flag->best_us), and
     * only when there is such a flag. */
    void (*picture)(void *context, const struct follow_picture *picture);
    /* How it looks about now (options.stills): every few seconds, for people who watch. */
    void (*still)(void *context, const struct follow_picture *still);
    void (*progress)(void *context, const struct follow_progress *progress);
    /* CPU time of a stage of the child's work (base/stages.h), near the end; options.stages. */
    void (*stage)(void *context, const struct stage *stage);
    void *context;
};
/* Whom the candidate's face is to be compared with: borrowed for follow_start(). */
struct follow_enrolment {
    const struct str *pictures; /* JPEG, each with the one face */
    size_t pictures_len;
    struct str template; /* identity/template.h, of an earlier enrolment; empty: none */
};
struct follow_options {
    const char *program; /* path of this binary; NULL is /proc/self/exe */
    const char *models_folder;
    const struct policy *policy;
    bool screen; /* the recording is of a screen, not of a camera: then `enrolled` is NULL */
    const struct follow_enrolment *enrolled; /* NULL: nobody is */
    bool stages;                             /* take times; they are told by events.stage */
    bool stills;                             /* they are told by events.still */
    int file_fd; /* a whole, seekable file for the child to read itself; -1: bytes are fed */
};

MUST_USE bool follow_start(const struct follow_options *options, const struct follow_events *events,
                           struct follow **ret, struct error *err);
/* Feeds the next bytes and takes what came back. Waits while the child is behind. */
MUST_USE bool follow_feed(struct follow *f, struct str bytes, struct error *err);
/* No more bytes: waits for the rest, ends the rules. ERROR_UNSUPPORTED, ERROR_INVALID: not a
 * recording, with a sentence for people. */
MUST_USE bool follow_finish(struct follow *f, struct follow_end *ret, struct error *err);
const char *follow_models(const struct follow *f); /* JSON text, "{}" before the first answer */
const char *follow_isa(const struct follow *f);    /* borrowed like the models, "" before */
void follow_destroy(struct follow *f);             /* ends the child; NULL is fine */
void follow_destroyp(struct follow **f);

/* The child's side: what `proctortrack decoder` runs. Ends the process, so it never returns. */
int decoder_main(int argc, char **argv);
