/* The order of one prompt: it is shown, done and held for some looks, then the head comes back to
 * straight and waits a while that nobody knows before, then the next is shown. So nobody can turn
 * before they are asked, and each turn begins at the candidate's own straight pose, against which
 * all is measured. Who turns while waiting turned without being asked, as the recording of an
 * earlier scan does, whose waits were others. People mistake left for right now and then: after a
 * first wrong turn they begin again, with another order.
 *
 * Thresholds, from clips of people before cameras at three looks a second (a woman who turns her
 * head; talking and staring men; a telephone held into the camera; stills that are moved):
 *
 *   yaw of one who turns on request        28 to 45 degrees; the mesh trembles by 1 to 2
 *   relief (face_shape.h) of a turn by 20  0.12 to 0.19, by 30 0.18 to 0.25
 *   relief between views of a still        0.002 to 0.013, and as much of a man who stares: so it
 *                                          tells a turn that is none, not a person who keeps still
 *   relief of talking                      0.01 to 0.05
 *   likeness to one's own straight pose    0.70 and more up to 30 degrees, 0.60 from side to side
 *   two looks of a live camera             never the same number for number; a still that is sent
 *                                          again and again is */
#include "identity/challenge_state.h"

#include "base/clock.h"
#include "identity/face_shape.h"
#include "identity/watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STRAIGHT_LOOKS 3
#define HOLD_LOOKS 2
#define RETURN_LOOKS 2
#define STRAIGHT_US (25 * SECOND_US) /* somebody first sits down, finds light, reads */
#define PROMPT_US (10 * SECOND_US)
#define RETURN_US (8 * SECOND_US)
#define PAUSE_MS 2000 /* at most: some looks more or less than in any other scan */

#define STRAIGHT_YAW 15.0f   /* heads called frontal measured -15 to 15 */
#define STRAIGHT_PITCH 28.0f /* and -15 to 23: it has the camera's height in it */
#define STEADY 6.0f          /* degrees from look to look of one who holds still */
#define TURN 18.0f
#define TURN_MAX 60.0f /* beyond 50 the mesh is a guess */
#define LIFT 11.0f
#define WRONG_TURN 16.0f
#define BACK_YAW 9.0f
#define BACK_PITCH 9.0f
#define CLOSER 1.22f /* times the size: half an arm's length nearer at a laptop */
#define RELIEF_TURN 0.06f
#define RELIEF_LIFT 0.025f
#define WRONG_TURNS_MAX 2
#define WRONG_LOOKS 2

#define SIZE_MIN 34.0f   /* pixels: an embedding of 16 is judged, of 34 is good for years */
#define EXTENT_MIN 0.22f /* the face in its picture, the longer way */
#define EXTENT_MAX 0.74f /* there must be room to come closer */
#define SECOND_FACE 0.5f /* as in watch.c: smaller is somebody in the background */

#define LIKE_TURNED 0.45f /* strangers are 0.36 to 0.53 in one room, one's own profile 0.60 */
#define OTHER_LOOKS 3
/* A cut: the face and all around it change at a stroke. A telephone held by hand moved the parts of
 * the picture by up to 16 levels, its face hardly. */
#define JUMP_US (700 * 1000)
#define JUMP_PLACE 0.7f /* of the face's width */
#define JUMP_SIZE 1.5f
#define JUMP_YAW 55.0f
#define JUMP_PICTURE 10
#define JUMPS_MAX 2
#define SAME_POINTS 1e-4f
#define SAME_LOOKS 5

const char *challenge_prompt_name(enum challenge_prompt prompt)
{
    static const char *const names[CHALLENGE_PROMPTS] = {
        [CHALLENGE_LOOK_STRAIGHT] = "look-straight", [CHALLENGE_TURN_LEFT] = "turn-left",
        [CHALLENGE_TURN_RIGHT] = "turn-right",       [CHALLENGE_LOOK_UP] = "look-up",
        [CHALLENGE_COME_CLOSER] = "come-closer",
    };
    return (unsigned)prompt < CHALLENGE_PROMPTS ? names[prompt] : NULL;
}

const char *challenge_guidance_name(enum challenge_guidance guidance)
{
    static const char *const names[CHALLENGE_GUIDANCES] = {
        [CHALLENGE_NO_FACE] = "no-face",
        [CHALLENGE_SEVERAL_FACES] = "several-faces",
        [CHALLENGE_CLOSER] = "closer",
        [CHALLENGE_FARTHER] = "farther",
        [CHALLENGE_CENTER] = "center",
        [CHALLENGE_MORE_LIGHT] = "more-light",
        [CHALLENGE_LESS_LIGHT] = "less-light",
        [CHALLENGE_BLURRED] = "blurred",
        [CHALLENGE_STRAIGHTEN] = "look-straight",
        [CHALLENGE_HOLD] = "hold",
        [CHALLENGE_OK] = "ok",
    };
    return (unsigned)guidance < CHALLENGE_GUIDANCES ? names[guidance] : NULL;
}

const char *challenge_state_name(enum challenge_state state)
{
    static const char *const names[CHALLENGE_STATES] = {[CHALLENGE_SCANNING] = "scanning",
                                                        [CHALLENGE_READY] = "ready",
                                                        [CHALLENGE_FAILED] = "failed"};
    return (unsigned)state < CHALLENGE_STATES ? names[state] : NULL;
}

static const char *failure_text(const struct challenge *c)
{
    static const char *const texts[CHALLENGE_FAILURES] = {
        [CHALLENGE_FAILURE_NONE] = "",
        [CHALLENGE_FAILURE_TIME] =
            "the time for what was asked ran out; scan again and follow the instruction shown",
        [CHALLENGE_FAILURE_WRONG_TURNS] =
            "the head turned another way than was asked, twice; scan again",
        [CHALLENGE_FAILURE_OTHER_PERSON] =
            "not the same person was seen all the time; scan again, alone before the camera",
        [CHALLENGE_FAILURE_JUMPS] =
            "the picture jumped, as a recording does; scan again with your camera itself",
        [CHALLENGE_FAILURE_STANDING] =
            "the camera's picture stands still; close other programs that use it, and scan again",
        [CHALLENGE_FAILURE_FLAT] =
            "the face did not move as a head does; scan again with your own face",
    };
    return texts[c->reason];
}

/* ---- beginning ---- */

static uint64_t next_random(uint64_t *seed) /* splitmix64 */
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* Any order with a turn each way and nothing twice in a row: all are equally likely. */
static void choose_prompts(uint64_t seed, int32_t ret[CHALLENGE_OF])
{
    bool left = false, right = false;
    ret[0] = CHALLENGE_LOOK_STRAIGHT;
    while (!left || !right) {
        left = right = false;
        for (int i = 1; i < CHALLENGE_OF; i++) {
            ret[i] = CHALLENGE_TURN_LEFT + (int32_t)(next_random(&seed) >> 62); /* one of four */
            left = left || ret[i] == CHALLENGE_TURN_LEFT;
            right = right || ret[i] == CHALLENGE_TURN_RIGHT;
            if (i > 1 && ret[i] == ret[i - 1]) {
                left = false;
                break;
            }
        }
    }
}

static void choose_pauses(uint64_t seed, int32_t ret[CHALLENGE_OF])
{
    for (int i = 0; i < CHALLENGE_OF; i++)
        ret[i] = (int32_t)(next_random(&seed) % (PAUSE_MS + 1));
}

bool challenge_create(uint64_t seed, int64_t now_us, struct challenge **ret, struct error *err)
{
    struct challenge *c = calloc(1, sizeof *c);
    if (!c)
        return error_no_memory(err);
    c->state = CHALLENGE_SCANNING;
    c->now_us = now_us;
    c->expires_us = now_us + STRAIGHT_US;
    c->likeness = c->relief = -1;
    choose_prompts(next_random(&seed), c->prompts);
    choose_prompts(next_random(&seed), c->again);
    choose_pauses(next_random(&seed), c->pauses_ms);
    *ret = c;
    return true;
}

void challenge_destroy(struct challenge *c)
{
    if (c)
        explicit_bzero(c, sizeof *c);
    free(c);
}

void challenge_destroyp(struct challenge **c) { challenge_destroy(*c); }

/* ---- one look ---- */

static void fail(struct challenge *c, enum challenge_failure why)
{
    if (c->state != CHALLENGE_SCANNING)
        return;
    c->state = CHALLENGE_FAILED;
    c->reason = (int32_t)why;
}

static float extent(const struct face_look *look) { return fmaxf(look->width, look->height); }

/* What the picture lacks, whatever is asked; NONE: nothing. */
static enum challenge_guidance lacks(const struct face_look *look)
{
    float x = look->x + look->width / 2, y = look->y + look->height / 2;
    if (look->faces < 1)
        return CHALLENGE_NO_FACE;
    if (look->second >= SECOND_FACE)
        return CHALLENGE_SEVERAL_FACES;
    switch ((enum face_fault)look->fault) {
    case FACE_FAULT_UNCLEAR:
        return CHALLENGE_NO_FACE;
    case FACE_FAULT_SMALL:
        return CHALLENGE_CLOSER;
    case FACE_FAULT_CUT:
        return CHALLENGE_CENTER;
    case FACE_FAULT_DARK:
    case FACE_FAULT_FLAT:
        return CHALLENGE_MORE_LIGHT;
    case FACE_FAULT_BRIGHT:
        return CHALLENGE_LESS_LIGHT;
    case FACE_FAULT_BLURRED:
        return CHALLENGE_BLURRED;
    case FACE_FAULT_NONE:
    case FACE_FAULT_TURNED: /* it may have been asked to */
    case FACE_FAULTS:
    default:
        break;
    }
    if (x < 0.15f || x > 0.85f || y < 0.12f || y > 0.88f)
        return CHALLENGE_CENTER;
    return CHALLENGE_GUIDANCE_NONE;
}

/* For the straight pose: the picture of record. */
static enum challenge_guidance lacks_straight(const struct challenge *c,
                                              const struct face_look *look)
{
    if (look->size < SIZE_MIN || extent(look) < EXTENT_MIN)
        return CHALLENGE_CLOSER;
    if (extent(look) > EXTENT_MAX)
        return CHALLENGE_FARTHER;
    if (fabsf(look->yaw) > STRAIGHT_YAW || fabsf(look->pitch) > STRAIGHT_PITCH || !look->embedded)
        return CHALLENGE_STRAIGHTEN;
    if (c->before.known && fabsf(look->yaw - c->before.yaw) > STEADY)
        return CHALLENGE_HOLD;
    return CHALLENGE_GUIDANCE_NONE;
}

static bool is_back(const struct challenge *c, const struct face_look *look)
{
    return fabsf(look->yaw - c->straight.yaw) <= BACK_YAW &&
           fabsf(look->pitch - c->straight.pitch) <= BACK_PITCH;
}

/* > 0: to the candidate's own left, which is the picture's right. */
static float turned_left(const struct challenge *c, const struct face_look *look)
{
    return look->yaw - c->straight.yaw;
}

static bool does(const struct challenge *c, const struct face_look *look,
                 enum challenge_prompt prompt)
{
    float left = turned_left(c, look);
    switch (prompt) {
    case CHALLENGE_TURN_LEFT:
        return left >= TURN && left <= TURN_MAX;
    case CHALLENGE_TURN_RIGHT:
        return -left >= TURN && -left <= TURN_MAX;
    case CHALLENGE_LOOK_UP:
        return c->straight.pitch - look->pitch >= LIFT && fabsf(left) < TURN;
    case CHALLENGE_COME_CLOSER:
        return look->size >= CLOSER * c->straight.size && fabsf(left) < TURN;
    case CHALLENGE_LOOK_STRAIGHT:
        return is_back(c, look);
    case CHALLENGE_PROMPT_NONE:
    case CHALLENGE_PROMPTS:
    default:
        return false;
    }
}

static bool is_wrong_turn(const struct challenge *c, const struct face_look *look,
                          enum challenge_prompt prompt)
{
    float left = turned_left(c, look);
    bool may_left = prompt == CHALLENGE_TURN_LEFT, may_right = prompt == CHALLENGE_TURN_RIGHT;
    return (left >= WRONG_TURN && !may_left) || (-left >= WRONG_TURN && !may_right);
}

/* ---- what is watched all along ---- */

static void watch_person(struct challenge *c, const struct face_look *look)
{
    if (!look->embedded || c->straight.looks < STRAIGHT_LOOKS)
        return;
    float like = face_similarity(&c->straight.embedding, &look->embedding);
    bool turned = fabsf(turned_left(c, look)) > BACK_YAW;
    c->other_held =
        like < (turned ? LIKE_TURNED : IDENTITY_STREAM_DIFFERENT) ? c->other_held + 1 : 0;
    if (c->other_held >= OTHER_LOOKS)
        fail(c, CHALLENGE_FAILURE_OTHER_PERSON);
}

static int picture_change(const struct challenge *c, const struct face_look *look)
{
    int sum = 0;
    for (int i = 0; i < FACE_LOOK_ROWS; i++)
        for (int k = 0; k < FACE_LOOK_COLUMNS; k++)
            sum += abs(look->picture[i][k] - c->before.picture[i][k]);
    return sum / (FACE_LOOK_ROWS * FACE_LOOK_COLUMNS);
}

static void watch_picture(struct challenge *c, const struct face_look *look)
{
    const struct challenge_before *b = &c->before;
    if (!b->known)
        return;
    float moved = hypotf(look->x + look->width / 2 - b->x - b->width / 2,
                         look->y + look->height / 2 - b->y - b->height / 2);
    float grown = fmaxf(look->width / fmaxf(b->width, 1e-3f), b->width / fmaxf(look->width, 1e-3f));
    bool jumped =
        moved > JUMP_PLACE * b->width || grown > JUMP_SIZE || fabsf(look->yaw - b->yaw) > JUMP_YAW;
    if (c->now_us - b->time_us <= JUMP_US && jumped && picture_change(c, look) >= JUMP_PICTURE) {
        c->held = 0;
        if (++c->jumps >= JUMPS_MAX)
            fail(c, CHALLENGE_FAILURE_JUMPS);
    }
    float most = 0;
    for (int i = 0; i < FACE_LOOK_POINTS; i++)
        for (int k = 0; k < 2; k++)
            most = fmaxf(most, fabsf(look->points[i][k] - b->points[i][k]));
    c->same_held = most < SAME_POINTS ? c->same_held + 1 : 0;
    c->stirring = fmaxf(c->stirring, face_shape_relief(look->points, b->points));
    if (c->same_held >= SAME_LOOKS)
        fail(c, CHALLENGE_FAILURE_STANDING);
}

/* Evidence only: at three looks a second most blinks fall between them. */
static void watch_eyes(struct challenge *c, const struct face_look *look)
{
    float eyes = (look->eyes[0] + look->eyes[1]) / 2;
    if (c->open > 0 && eyes < 0.6f * c->open) {
        c->eyes_shut = 1;
    } else {
        c->blinks += c->eyes_shut && eyes > 0.85f * c->open;
        c->eyes_shut = c->eyes_shut && eyes <= 0.85f * c->open;
        c->open = c->open > 0 ? 0.8f * c->open + 0.2f * eyes : eyes;
    }
}

static void remember(struct challenge *c, const struct face_look *look)
{
    struct challenge_before *b = &c->before;
    b->known = look->faces > 0;
    b->time_us = c->now_us;
    b->x = look->x;
    b->y = look->y;
    b->width = look->width;
    b->height = look->height;
    b->yaw = look->yaw;
    memcpy(b->picture, look->picture, sizeof b->picture);
    memcpy(b->points, look->points, sizeof b->points);
}

/* ---- what is asked ---- */

static void next_prompt(struct challenge *c)
{
    c->held = c->wrong_held = 0;
    if (++c->at == CHALLENGE_OF) {
        c->state = CHALLENGE_READY;
        return;
    }
    c->expires_us = c->now_us + PROMPT_US;
}

static void add_straight(struct challenge *c, const struct face_look *look)
{
    struct challenge_straight *s = &c->straight;
    float part = 1.0f / (float)(s->looks + 1);
    s->yaw += part * (look->yaw - s->yaw);
    s->pitch += part * (look->pitch - s->pitch);
    s->size += part * (look->size - s->size);
    memcpy(s->points, look->points, sizeof s->points);
    for (int i = 0; i < FACE_EMBEDDING_LEN; i++)
        s->embedding.values[i] =
            (s->embedding.values[i] * (float)s->looks + look->embedding.values[i]);
    if (!face_normalise(&s->embedding))
        s->embedding = look->embedding;
    s->looks++;
}

static enum challenge_guidance take_straight(struct challenge *c, const struct face_look *look,
                                             struct challenge_step *step)
{
    enum challenge_guidance guidance = lacks_straight(c, look);
    bool other =
        c->straight.looks && look->embedded &&
        face_similarity(&c->straight.embedding, &look->embedding) < IDENTITY_STREAM_DIFFERENT;
    if (guidance != CHALLENGE_GUIDANCE_NONE || other) { /* it begins anew */
        memset(&c->straight, 0, sizeof c->straight);
        c->best = 0;
        return guidance != CHALLENGE_GUIDANCE_NONE ? guidance : CHALLENGE_HOLD;
    }
    add_straight(c, look);
    float good = look->sharpness * fminf(look->size, 120);
    if (good > c->best) {
        c->best = good;
        step->keep = CHALLENGE_KEEP_STRAIGHT;
    }
    if (c->straight.looks < STRAIGHT_LOOKS)
        return CHALLENGE_HOLD;
    next_prompt(c);
    return CHALLENGE_OK;
}

static void note_pose(struct challenge *c, const struct face_look *look, float relief)
{
    if (look->embedded) {
        float like = face_similarity(&c->straight.embedding, &look->embedding);
        c->likeness = c->likeness < -0.5f ? like : fminf(c->likeness, like);
    }
    c->relief = c->relief < 0 ? relief : fminf(c->relief, relief);
}

/* Another order, from the straight pose on, once the head is back. */
static void start_over(struct challenge *c)
{
    memcpy(c->prompts, c->again, sizeof c->prompts);
    c->at = c->held = 0;
    c->returning = 1;
    c->back_us = 0;
    c->expires_us = c->now_us + RETURN_US;
}

/* A wrong turn counts once it is held, and again only after the head came back. */
static void watch_turn(struct challenge *c, const struct face_look *look,
                       enum challenge_prompt prompt)
{
    if (is_back(c, look)) {
        c->wrong_held = 0;
        return;
    }
    if (!is_wrong_turn(c, look, prompt) || ++c->wrong_held != WRONG_LOOKS)
        return;
    if (++c->wrong_turns >= WRONG_TURNS_MAX)
        fail(c, CHALLENGE_FAILURE_WRONG_TURNS);
    else
        start_over(c);
}

static enum challenge_guidance take_return(struct challenge *c, const struct face_look *look)
{
    c->held = is_back(c, look) ? c->held + 1 : 0;
    if (c->held || c->back_us) /* it has been back already: it was to wait there */
        watch_turn(c, look, CHALLENGE_LOOK_STRAIGHT);
    if (c->held == 0)
        return CHALLENGE_STRAIGHTEN;
    if (c->held >= RETURN_LOOKS && !c->back_us)
        c->back_us = c->now_us;
    if (c->held < RETURN_LOOKS || c->now_us - c->back_us < c->pauses_ms[c->at] * INT64_C(1000))
        return CHALLENGE_HOLD;
    c->returning = 0;
    next_prompt(c);
    return CHALLENGE_OK;
}

static enum challenge_guidance take_pose(struct challenge *c, const struct face_look *look,
                                         struct challenge_step *step)
{
    enum challenge_prompt prompt = (enum challenge_prompt)c->prompts[c->at];
    bool turn = prompt == CHALLENGE_TURN_LEFT || prompt == CHALLENGE_TURN_RIGHT;
    float relief = face_shape_relief(look->points, c->straight.points);
    watch_turn(c, look, prompt);
    if (c->returning)
        return CHALLENGE_STRAIGHTEN;
    /* Somebody else's pose does not count, and they have to be compared at all once. */
    bool like = look->embedded
                    ? face_similarity(&c->straight.embedding, &look->embedding) >= LIKE_TURNED
                    : turn;
    if (!does(c, look, prompt) || !like) {
        c->held = 0;
        return prompt == CHALLENGE_COME_CLOSER ? CHALLENGE_CLOSER : CHALLENGE_GUIDANCE_NONE;
    }
    if (++c->held < HOLD_LOOKS)
        return CHALLENGE_HOLD;
    if ((turn && relief < RELIEF_TURN) || (prompt == CHALLENGE_LOOK_UP && relief < RELIEF_LIFT)) {
        fail(c, CHALLENGE_FAILURE_FLAT);
        return CHALLENGE_GUIDANCE_NONE;
    }
    if (prompt != CHALLENGE_COME_CLOSER)
        note_pose(c, look, relief);
    step->keep = CHALLENGE_KEEP_POSE;
    step->prompt_kept = prompt;
    c->held = 0;
    c->wrong_held = 0;
    if (c->at == CHALLENGE_OF - 1) {
        next_prompt(c);
        return CHALLENGE_OK;
    }
    c->returning = 1;
    c->back_us = 0;
    c->expires_us = c->now_us + RETURN_US;
    return CHALLENGE_OK;
}

static enum challenge_guidance take(struct challenge *c, const struct face_look *look,
                                    struct challenge_step *step)
{
    enum challenge_guidance guidance = lacks(look);
    if (guidance != CHALLENGE_GUIDANCE_NONE) {
        c->held = 0;
        if (c->at == 0 && !c->returning)
            memset(&c->straight, 0, sizeof c->straight);
        return guidance;
    }
    if (c->returning)
        return take_return(c, look);
    return c->at == 0 ? take_straight(c, look, step) : take_pose(c, look, step);
}

static void pass_time(struct challenge *c, int64_t now_us)
{
    c->now_us = MAX(c->now_us, now_us);
    if (c->now_us > c->expires_us)
        fail(c, CHALLENGE_FAILURE_TIME);
}

static void tell(const struct challenge *c, struct challenge_step *ret)
{
    bool scanning = c->state == CHALLENGE_SCANNING;
    ret->state = (enum challenge_state)c->state;
    ret->prompt = !scanning      ? CHALLENGE_PROMPT_NONE
                  : c->returning ? CHALLENGE_LOOK_STRAIGHT
                                 : (enum challenge_prompt)c->prompts[c->at];
    ret->done = c->at + c->returning;
    ret->of = CHALLENGE_OF;
    ret->expires_us = c->expires_us;
    (void)str_into(str_from(failure_text(c)), ret->reason, sizeof ret->reason);
}

void challenge_take(struct challenge *c, int64_t now_us, const struct face_look *look,
                    struct challenge_step *ret)
{
    *ret = (struct challenge_step){0};
    if (c->state == CHALLENGE_SCANNING)
        pass_time(c, now_us);
    if (c->state == CHALLENGE_SCANNING) {
        c->looks++;
        if (look->faces > 0) {
            watch_picture(c, look);
            watch_person(c, look);
            watch_eyes(c, look);
        }
        if (c->state == CHALLENGE_SCANNING)
            ret->guidance = take(c, look, ret);
        remember(c, look);
    }
    if (c->state == CHALLENGE_FAILED)
        ret->keep = CHALLENGE_KEEP_NONE;
    tell(c, ret);
}

void challenge_ask(struct challenge *c, int64_t now_us, struct challenge_step *ret)
{
    *ret = (struct challenge_step){0};
    if (c->state == CHALLENGE_SCANNING)
        pass_time(c, now_us);
    tell(c, ret);
}

void challenge_evidence(const struct challenge *c, struct challenge_evidence *ret)
{
    *ret = (struct challenge_evidence){
        .looks = c->looks,
        .wrong_turns = c->wrong_turns,
        .blinks = c->blinks,
        .likeness = c->likeness,
        .relief = c->relief,
        .stirring = c->stirring,
    };
}

bool challenge_embedding(const struct challenge *c, struct face_embedding *ret)
{
    if (c->straight.looks < STRAIGHT_LOOKS)
        return false;
    *ret = c->straight.embedding;
    return true;
}
