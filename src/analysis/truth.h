/* What a set of recordings and pictures really shows, as people noted it: the ground truth that
 * `proctortrack eval` compares the analysis with. Its file is a stranger's, so it is parsed like
 * one: limits on everything, and no path that leads out of the folder it lies in.
 *
 * The format (docs/accuracy.md) is a JSON object with the member "files": path -> what is known of
 * it. Which label means which rule is the business of score.h. */
#pragma once
#include "base/arena.h"

#define TRUTH_BYTES_MAX ((size_t)32 << 20)
#define TRUTH_FILES_MAX 50000
#define TRUTH_SPANS_MAX 20000 /* of one file */
#define TRUTH_SESSIONS_MAX 1000
#define TRUTH_LABELS_MAX 64 /* of one span, or of a file as a whole */
#define TRUTH_TEXT_MAX 1024 /* bytes of a path or a label */
#define TRUTH_SECONDS_MAX (48.0 * 3600)
#define TRUTH_TOLERANCE_S 0.3 /* where the file names no other */

struct truth_label {
    const char *key;
    const char *text; /* NULL: it is a number */
    double number;    /* true is 1, false 0 */
};
struct truth_labels {
    const struct truth_label *list;
    size_t len;
};
/* What is so from one time to another. Between spans lie changes, of which nothing is said. */
struct truth_span {
    double from_s, to_s;
    bool sound; /* what is heard; else what is seen */
    struct truth_labels labels;
};
struct truth_file {
    const char *path;           /* below the folder of the truth file; no ".." in it */
    const char *category;       /* "video", "screen", "faces" ...: its member, else its folder */
    const char *type;           /* "video", "audio", "image"; "" when it is not said */
    double tolerance_s;         /* how exact its times are */
    struct truth_labels labels; /* of the whole */
    const struct truth_span *spans; /* in the order of the file; those of sound may overlap */
    size_t spans_len;
    /* Whose face the camera's is compared with, and whether that is who sits there (the spans say
     * more where they name persons); only in truth_session(). */
    const char *enrolled; /* a person, "" when unnamed; NULL: nobody is enrolled */
    bool enrolled_sits;
};
/* A sitting: the camera's recording of somebody whose face was scanned before. */
struct truth_session {
    size_t scan, camera; /* among the files */
    bool matches;        /* as far as the session as a whole says */
};
struct truth {
    struct arena arena; /* owns all below */
    const struct truth_file *files;
    size_t files_len;
    const struct truth_session *sessions;
    size_t sessions_len;
};

MUST_USE bool truth_parse(struct str json, struct truth *ret, struct error *err);
void truth_done(struct truth *t); /* zeroed is fine */

/* The camera's recording of a session, with who is enrolled. */
struct truth_file truth_session(const struct truth *t, size_t i);

/* A label; false when there is none, or it is of the other kind. */
bool truth_number(struct truth_labels labels, const char *key, double *ret);
const char *truth_text(struct truth_labels labels, const char *key); /* NULL: none */
bool truth_is(struct truth_labels labels, const char *key, const char *text);
