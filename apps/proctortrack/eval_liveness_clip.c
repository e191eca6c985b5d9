/* Recordings: played to the camera, and as somebody who is there. Both follow the guidance to come
 * closer, so faces that are too small for a scan are enlarged. */
#include "eval_liveness.h"
#include "eval_sheet.h"

#include "media/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>

#define CLIP_US (15 * SECOND_US) /* what is played of a recording */
#define FINE 4                   /* looks in one of a scan, of recordings with labelled turns */
#define LOOKS_MAX (15 * 3 * FINE + FINE)
#define HONEST_ORDERS 96 /* of which those without looking up count: about a quarter */
#define STRAIGHT_LOOKS 6 /* of a person */
#define SIZE_WANTED 46.0 /* as face_look's size: a scan asks for 34 */
#define NEAR_MAX 4.0     /* times: more is no picture any more */
#define REPLAY_SEED 1000 /* orders of scans to come are others than those before */

struct clip {
    struct sheet near; /* without a picture: how its pictures are enlarged; scale 1: not at all */
    struct face_look looks[LOOKS_MAX];
    int64_t times_us[LOOKS_MAX];
    size_t len;
};

static bool open_clip(const char *path, int *ret_fd, struct reader **ret, struct error *err)
{
    *ret_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*ret_fd < 0)
        return error_errno(err, errno, "opening it");
    return reader_open(*ret_fd, NULL, ret, err);
}

/* Who is told to come closer does: the first face as large as a scan wants it. */
static struct sheet come_near(const struct frame *f, const struct face_look *look)
{
    double x = (double)(look->x + look->width / 2) * f->width;
    double y = (double)(look->y + look->height / 2) * f->height;
    double scale = look->size > 0 ? SIZE_WANTED / (double)look->size : 1;
    return (struct sheet){NULL,     {x, y},    fmin(fmax(scale, 1), NEAR_MAX),
                          f->width, f->height, {x, y}};
}

static bool look_at_frame(struct face_looker *l, const struct sheet *near, double closer,
                          struct frame *f, struct face_look *ret, struct error *err)
{
    CLEANUP(frame_unrefp) struct frame *view = NULL;
    struct sheet sheet = *near;
    const struct sheet_pose pose = {.closer = closer};
    sheet.picture = f;
    if (sheet.scale * closer <= 1)
        return face_looker_look(l, f, ret, err);
    return sheet_view(&sheet, &pose, &view, err) && face_looker_look(l, view, ret, err);
}

/* Of its beginning, `each_us` apart. */
static bool look_at_clip(struct face_looker *l, const char *path, int64_t each_us, struct clip *ret,
                         struct error *err)
{
    CLEANUP(closep) int fd = -1;
    CLEANUP(reader_closep) struct reader *r = NULL;
    if (!open_clip(path, &fd, &r, err))
        return false;
    for (int64_t next_us = 0; next_us < CLIP_US && ret->len < LOOKS_MAX; next_us += each_us) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        struct face_look *look = &ret->looks[ret->len];
        if (!reader_next(r, next_us, &f, err))
            return false;
        if (!f)
            break;
        if (!look_at_frame(l, &ret->near, 1, f, look, err))
            return false;
        if (ret->near.scale < 1 && look->faces > 0) { /* the first face */
            ret->near = come_near(f, look);
            if (!look_at_frame(l, &ret->near, 1, f, look, err))
                return false;
        }
        ret->times_us[ret->len++] = f->time_us;
    }
    return true;
}

static bool shows_turn(const struct truth_span *span, const char *to)
{
    return !span->sound && truth_is(span->labels, "how", "head") &&
           truth_is(span->labels, "looking", to);
}

/* Somebody turns the head both ways in it, as people noted. */
static bool has_turns(const struct truth_file *file)
{
    bool left = false, right = false;
    for (size_t i = 0; i < file->spans_len; i++) {
        left = left || shows_turn(&file->spans[i], "left");
        right = right || shows_turn(&file->spans[i], "right");
    }
    return left && right;
}

static struct liveness_set labelled_looks(const struct truth_file *file, const struct clip *clip,
                                          const char *to)
{
    struct liveness_set ret = {0};
    for (size_t i = 0; i < file->spans_len; i++)
        for (size_t k = 0; k < clip->len && ret.len < LIVENESS_SET_MAX; k++) {
            double at_s = (double)clip->times_us[k] / SECOND_US;
            if (shows_turn(&file->spans[i], to) && at_s >= file->spans[i].from_s &&
                at_s <= file->spans[i].to_s)
                ret.list[ret.len++] = &clip->looks[k];
        }
    return ret;
}

/* The looks that are the nearest to straight, in the order of time. */
static struct liveness_set straight_looks(const struct clip *clip)
{
    struct liveness_set ret = {0};
    for (float within = 1; ret.len < STRAIGHT_LOOKS && within <= 12; within += 0.5f) {
        ret.len = 0;
        for (size_t k = 0; k < clip->len && ret.len < STRAIGHT_LOOKS; k++)
            if (clip->looks[k].fault == FACE_FAULT_NONE && clip->looks[k].faces == 1 &&
                fabsf(clip->looks[k].yaw) <= within)
                ret.list[ret.len++] = &clip->looks[k];
    }
    return ret;
}

/* The straight looks, from nearer by. */
static bool look_closer(struct face_looker *l, const char *path, const struct clip *clip,
                        const struct liveness_set *straight, struct face_look *ret,
                        struct error *err)
{
    CLEANUP(closep) int fd = -1;
    CLEANUP(reader_closep) struct reader *r = NULL;
    if (!open_clip(path, &fd, &r, err))
        return false;
    for (size_t i = 0; i < straight->len; i++) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        if (!reader_next(r, clip->times_us[straight->list[i] - clip->looks], &f, err))
            return false;
        if (!f)
            return error_set(err, ERROR_IO, "it is shorter than it was");
        if (!look_at_frame(l, &clip->near, LIVENESS_CLOSER, f, &ret[i], err))
            return false;
    }
    return true;
}

static bool play_earlier(const struct liveness_tape *tape, uint64_t *seed, struct eval_scans *to,
                         struct error *err)
{
    const struct liveness_show show = {.tape = tape->looks, .tape_len = tape->len};
    for (int i = 0; i < LIVENESS_ORDERS; i++)
        if (!liveness_scan(&show, (*seed)++, to, NULL, err))
            return false;
    return true;
}

static bool scan_person(struct face_looker *l, const struct truth_file *file, const char *path,
                        const struct clip *clip, struct eval_scans *honest,
                        struct eval_scans *earlier, struct error *err)
{
    struct liveness_show show = {.tape = NULL};
    struct liveness_set straight = straight_looks(clip), nearer = {.len = straight.len};
    struct liveness_tape tape;
    uint64_t seed = REPLAY_SEED;
    CLEANUP(freep) struct face_look *closer = calloc(STRAIGHT_LOOKS, sizeof *closer);
    if (!closer)
        return error_no_memory(err);
    if (!look_closer(l, path, clip, &straight, closer, err))
        return false;
    for (size_t i = 0; i < nearer.len; i++)
        nearer.list[i] = &closer[i];
    show.poses[CHALLENGE_LOOK_STRAIGHT] = straight;
    show.poses[CHALLENGE_TURN_LEFT] = labelled_looks(file, clip, "right"); /* the picture's */
    show.poses[CHALLENGE_TURN_RIGHT] = labelled_looks(file, clip, "left");
    show.poses[CHALLENGE_COME_CLOSER] = nearer;
    for (uint64_t order = 0; order < HONEST_ORDERS; order++)
        if (!liveness_scan(&show, order, honest, &tape, err) ||
            (tape.len && !play_earlier(&tape, &seed, earlier, err)))
            return false;
    return true;
}

static bool replay(const struct clip *clip, size_t step, struct eval_scans *to, struct error *err)
{
    const struct face_look *tape[LOOKS_MAX];
    struct liveness_show show = {.tape = tape};
    for (size_t i = 0; i < clip->len; i += step)
        tape[show.tape_len++] = &clip->looks[i];
    for (size_t order = 0; order < LIVENESS_ORDERS && show.tape_len; order++) {
        show.tape_start = order * show.tape_len / LIVENESS_ORDERS;
        if (!liveness_scan(&show, order, to, NULL, err))
            return false;
    }
    return true;
}

bool liveness_clip(struct face_looker *l, const struct truth_file *file, const char *path,
                   struct eval_scans *to, struct eval_scans *honest, struct eval_scans *earlier,
                   struct error *err)
{
    size_t step = has_turns(file) ? FINE : 1;
    CLEANUP(freep) struct clip *clip = calloc(1, sizeof *clip);
    if (!clip)
        return error_no_memory(err);
    return look_at_clip(l, path, LIVENESS_LOOK_US / (int64_t)step, clip, err) &&
           replay(clip, step, to, err) &&
           (step == 1 || scan_person(l, file, path, clip, honest, earlier, err));
}
