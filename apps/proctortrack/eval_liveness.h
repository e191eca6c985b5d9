/* The parts of eval_liveness.c: looks at faces that are shown to a challenge, look by look. */
#pragma once
#include "eval.h"

#include "base/clock.h"
#include "identity/face_look.h"

#define LIVENESS_LOOK_US (SECOND_US / 3) /* as the page looks */
#define LIVENESS_CLOSER 1.4              /* times as large, of who is asked to come closer */
#define LIVENESS_SET_MAX 16              /* looks of one pose */
#define LIVENESS_ORDERS 24               /* scans of each presentation, each with another order */

struct liveness_set {                               /* looks of one pose */
    const struct face_look *list[LIVENESS_SET_MAX]; /* borrowed */
    size_t len;
};
/* One look after the other: of a tape in its order and from its beginning again, or one of the pose
 * that is asked for. */
struct liveness_show {
    const struct face_look *const *tape; /* NULL: by pose; borrowed */
    size_t tape_len, tape_start;
    struct liveness_set poses[CHALLENGE_PROMPTS];
};
/* What was shown in a scan. */
#define LIVENESS_TAPE_MAX 512
struct liveness_tape {
    const struct face_look *looks[LIVENESS_TAPE_MAX]; /* borrowed */
    size_t len;
};
/* One scan, to its end. One with a pose that cannot be shown is not counted. *ret_tape, which may
 * be NULL, is empty unless the scan passed. */
MUST_USE bool liveness_scan(const struct liveness_show *s, uint64_t seed, struct eval_scans *to,
                            struct liveness_tape *ret_tape, struct error *err);

/* eval_liveness_photo.c: somebody reads the prompts and turns the one of these pictures that serves
 * best. */
#define LIVENESS_PICTURES_MAX 8
MUST_USE bool liveness_photos(struct face_looker *l, struct frame *const *pictures, size_t len,
                              struct eval_scans *to, struct error *err);

/* eval_liveness_clip.c: a recording is played again and again. Where people noted that the head
 * turns both ways, it also is somebody who does as asked (`honest`), and a recording of that is
 * played in scans to come (`earlier`). */
MUST_USE bool liveness_clip(struct face_looker *l, const struct truth_file *file, const char *path,
                            struct eval_scans *replay, struct eval_scans *honest,
                            struct eval_scans *earlier, struct error *err);
