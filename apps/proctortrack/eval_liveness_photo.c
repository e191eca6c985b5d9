/* Pictures of one person, printed or on a screen, held to the camera at the size of a face. One
 * alone cannot turn; of several the one that looks to that side may be shown. */
#include "eval_liveness.h"
#include "eval_sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CAMERA_WIDTH 640
#define CAMERA_HEIGHT 480
#define FACE_PART 0.42 /* of the camera's height */

/* How far they are turned: less than 34 degrees hardly shows, over 52 the face is not found. */
static const struct sheet_pose held[] = {
    {.closer = 1},
    {.turn = 0.6, .closer = 1},
    {.turn = -0.6, .closer = 1},
    {.turn = 0.9, .closer = 1},
    {.turn = -0.9, .closer = 1},
    {.lift = 0.6, .closer = 1},
    {.lift = -0.6, .closer = 1},
    {.closer = LIVENESS_CLOSER},
};
#define NEARER (ARRAY_LEN(held) - 1)
/* A hand trembles: no two looks are the same. */
static const struct sheet_pose tremble[] = {
    {.turn = 0.03, .roll = -0.02, .shift = {3, -2}},
    {.turn = -0.02, .lift = 0.03, .roll = 0.01, .shift = {-4, 3}},
};

struct held_looks { /* of one picture */
    struct face_look all[ARRAY_LEN(held)][ARRAY_LEN(tremble)];
};

static bool look_at_sheet(struct face_looker *l, const struct sheet *s, size_t pose, size_t hand,
                          struct face_look *ret, struct error *err)
{
    CLEANUP(frame_unrefp) struct frame *view = NULL;
    struct sheet_pose p = held[pose];
    p.turn += tremble[hand].turn;
    p.lift += tremble[hand].lift;
    p.roll += tremble[hand].roll;
    memcpy(p.shift, tremble[hand].shift, sizeof p.shift);
    return sheet_view(s, &p, &view, err) && face_looker_look(l, view, ret, err);
}

/* A picture without a face gives looks without one. */
static bool look_at_picture(struct face_looker *l, struct frame *picture, struct held_looks *ret,
                            struct error *err)
{
    struct face_look plain;
    if (!face_looker_look(l, picture, &plain, err))
        return false;
    if (plain.faces < 1 || !(plain.height > 0.01f))
        return true;
    const struct sheet sheet = {
        .picture = picture,
        .middle = {(double)(plain.x + plain.width / 2) * picture->width,
                   (double)(plain.y + plain.height / 2) * picture->height},
        .scale = FACE_PART * CAMERA_HEIGHT / ((double)plain.height * picture->height),
        .width = CAMERA_WIDTH,
        .height = CAMERA_HEIGHT,
        .place = {CAMERA_WIDTH / 2.0, CAMERA_HEIGHT / 2.0},
    };
    for (size_t i = 0; i < ARRAY_LEN(held); i++)
        for (size_t k = 0; k < ARRAY_LEN(tremble); k++)
            if (!look_at_sheet(l, &sheet, i, k, &ret->all[i][k], err))
                return false;
    return true;
}

static struct liveness_set set_of(const struct held_looks *looks, size_t pose)
{
    struct liveness_set ret = {.len = ARRAY_LEN(tremble)};
    for (size_t i = 0; i < ret.len; i++)
        ret.list[i] = &looks->all[pose][i];
    return ret;
}

/* How far it goes the way it should. */
static float goes(const struct face_look *look, enum challenge_prompt prompt)
{
    if (look->faces < 1)
        return -1e9f;
    switch (prompt) {
    case CHALLENGE_TURN_LEFT:
        return look->yaw;
    case CHALLENGE_TURN_RIGHT:
        return -look->yaw;
    case CHALLENGE_LOOK_UP:
        return -look->pitch;
    case CHALLENGE_LOOK_STRAIGHT:
    case CHALLENGE_COME_CLOSER: /* the one that is straight, from nearer by */
    case CHALLENGE_PROMPT_NONE:
    case CHALLENGE_PROMPTS:
    default:
        return -fabsf(look->yaw);
    }
}

/* The attacker has tried before what the camera takes for a turn: of all pictures and ways to hold
 * them, the one that goes the farthest. */
static struct liveness_set best_for(const struct held_looks *looks, size_t len,
                                    enum challenge_prompt prompt)
{
    size_t picture = 0, pose = 0;
    for (size_t i = 0; i < len; i++)
        for (size_t k = 0; k < NEARER; k++)
            if (goes(&looks[i].all[k][0], prompt) > goes(&looks[picture].all[pose][0], prompt)) {
                picture = i;
                pose = k;
            }
    return set_of(&looks[picture], prompt == CHALLENGE_COME_CLOSER ? NEARER : pose);
}

bool liveness_photos(struct face_looker *l, struct frame *const *pictures, size_t len,
                     struct eval_scans *to, struct error *err)
{
    struct liveness_show show = {.tape = NULL};
    CLEANUP(freep) struct held_looks *looks = calloc(MAX(len, 1), sizeof *looks);
    if (!looks)
        return error_no_memory(err);
    for (size_t i = 0; i < len; i++)
        if (!look_at_picture(l, pictures[i], &looks[i], err))
            return false;
    for (int i = CHALLENGE_LOOK_STRAIGHT; i < CHALLENGE_PROMPTS; i++)
        show.poses[i] = best_for(looks, len, (enum challenge_prompt)i);
    for (uint64_t order = 0; order < LIVENESS_ORDERS; order++)
        if (!liveness_scan(&show, order, to, NULL, err))
            return false;
    return true;
}
