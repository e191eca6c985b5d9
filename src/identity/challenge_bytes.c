/* A challenge as bytes, and back: "PTchall", the version, then its members in order as 32-bit and
 * 64-bit numbers, little endian. Both directions walk the same list, so they cannot disagree. */
#include "identity/challenge_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "PTchall\n"
#define VERSION 2       /* 1 had no pauses and one order */
#define PAUSE_MAX 60000 /* ms */
#define COUNT_MAX 100000

/* Either writes, or reads and checks. */
struct walk {
    struct buf *to;  /* NULL: reading */
    struct str from; /* what is left to read */
    bool bad;
};

static uint64_t take_bits(struct walk *w, size_t bytes)
{
    uint64_t value = 0;
    if (w->from.len < bytes) {
        w->bad = true;
        return 0;
    }
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)w->from.ptr[i] << (8 * i);
    w->from = str_slice(w->from, bytes, w->from.len);
    return value;
}

static void walk_i32(struct walk *w, int32_t *value, int32_t min, int32_t max)
{
    if (w->to) {
        buf_add_u32le(w->to, (uint32_t)*value);
        return;
    }
    *value = (int32_t)take_bits(w, 4);
    w->bad = w->bad || *value < min || *value > max;
}

static void walk_time(struct walk *w, int64_t *value)
{
    if (w->to) {
        buf_add_u64le(w->to, (uint64_t)*value);
        return;
    }
    *value = (int64_t)take_bits(w, 8);
    w->bad = w->bad || *value < 0 || *value > INT64_MAX / 4; /* times are added to */
}

static void walk_floats(struct walk *w, float *values, size_t len, float min, float max)
{
    for (size_t i = 0; i < len; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        if (w->to) {
            buf_add_u32le(w->to, bits);
            continue;
        }
        bits = (uint32_t)take_bits(w, 4);
        memcpy(&values[i], &bits, sizeof bits);
        w->bad = w->bad || !(values[i] >= min && values[i] <= max);
    }
}

static void walk_bytes(struct walk *w, uint8_t *bytes, size_t len)
{
    if (w->to) {
        buf_add(w->to, str_bytes(bytes, len));
        return;
    }
    for (size_t i = 0; i < len; i++)
        bytes[i] = (uint8_t)take_bits(w, 1);
}

static void walk_straight(struct walk *w, struct challenge_straight *s)
{
    walk_i32(w, &s->looks, 0, COUNT_MAX);
    walk_floats(w, &s->yaw, 1, -180, 180);
    walk_floats(w, &s->pitch, 1, -180, 180);
    walk_floats(w, &s->size, 1, 0, MEDIA_SIDE_MAX);
    walk_floats(w, &s->points[0][0], sizeof s->points / sizeof(float), -16, 16);
    walk_floats(w, s->embedding.values, FACE_EMBEDDING_LEN, -1.001f, 1.001f);
}

static void walk_before(struct walk *w, struct challenge_before *b)
{
    walk_i32(w, &b->known, 0, 1);
    walk_time(w, &b->time_us);
    walk_floats(w, &b->x, 1, -2, 2);
    walk_floats(w, &b->y, 1, -2, 2);
    walk_floats(w, &b->width, 1, 0, 4);
    walk_floats(w, &b->height, 1, 0, 4);
    walk_floats(w, &b->yaw, 1, -180, 180);
    walk_bytes(w, &b->picture[0][0], sizeof b->picture);
    walk_floats(w, &b->points[0][0], sizeof b->points / sizeof(float), -16, 16);
}

static void walk(struct walk *w, struct challenge *c)
{
    walk_i32(w, &c->state, CHALLENGE_SCANNING, CHALLENGE_STATES - 1);
    walk_i32(w, &c->reason, 0, CHALLENGE_FAILURES - 1);
    for (int i = 0; i < CHALLENGE_OF; i++)
        walk_i32(w, &c->prompts[i], CHALLENGE_LOOK_STRAIGHT, CHALLENGE_PROMPTS - 1);
    for (int i = 0; i < CHALLENGE_OF; i++)
        walk_i32(w, &c->again[i], CHALLENGE_LOOK_STRAIGHT, CHALLENGE_PROMPTS - 1);
    for (int i = 0; i < CHALLENGE_OF; i++)
        walk_i32(w, &c->pauses_ms[i], 0, PAUSE_MAX);
    walk_i32(w, &c->at, 0, CHALLENGE_OF);
    walk_i32(w, &c->returning, 0, 1);
    int32_t *const counts[] = {&c->held,        &c->wrong_held, &c->other_held, &c->same_held,
                               &c->wrong_turns, &c->jumps,      &c->looks,      &c->blinks};
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        walk_i32(w, counts[i], 0, COUNT_MAX);
    walk_i32(w, &c->eyes_shut, 0, 1);
    walk_time(w, &c->now_us);
    walk_time(w, &c->expires_us);
    walk_time(w, &c->back_us);
    walk_floats(w, &c->best, 1, 0, 1e6f);
    walk_floats(w, &c->open, 1, 0, 4);
    walk_floats(w, &c->likeness, 1, -1, 1);
    walk_floats(w, &c->relief, 1, -1, 64);
    walk_floats(w, &c->stirring, 1, 0, 64);
    walk_straight(w, &c->straight);
    walk_before(w, &c->before);
}

/* What no challenge of ours ever is. */
static bool is_possible(const struct challenge *c)
{
    if (c->prompts[0] != CHALLENGE_LOOK_STRAIGHT || c->again[0] != CHALLENGE_LOOK_STRAIGHT ||
        (c->at == CHALLENGE_OF) != (c->state == CHALLENGE_READY) ||
        (c->state == CHALLENGE_FAILED) != (c->reason != CHALLENGE_FAILURE_NONE) ||
        (c->returning && (c->at >= CHALLENGE_OF - 1 || (c->at == 0 && c->wrong_turns == 0))))
        return false;
    for (int i = 1; i < CHALLENGE_OF; i++)
        if (c->prompts[i] == CHALLENGE_LOOK_STRAIGHT || c->again[i] == CHALLENGE_LOOK_STRAIGHT)
            return false;
    if ((c->at > 0 || c->returning) && c->straight.looks == 0)
        return false;
    return c->straight.looks == 0 || face_embedding_is_sound(&c->straight.embedding);
}

void challenge_write(const struct challenge *c, struct buf *to)
{
    struct challenge copy = *c; /* the walk takes what it could change */
    struct walk w = {.to = to};
    buf_add(to, STR(MAGIC));
    buf_add_u32le(to, VERSION);
    walk(&w, &copy);
    explicit_bzero(&copy, sizeof copy);
}

bool challenge_read(struct str bytes, struct challenge **ret, struct error *err)
{
    if (!str_starts(bytes, STR(MAGIC)))
        return error_set(err, ERROR_INVALID, "not a face scan");
    struct walk w = {.from = str_slice(bytes, sizeof MAGIC - 1, bytes.len)};
    uint64_t version = take_bits(&w, 4);
    if (!w.bad && version != VERSION)
        return error_set(err, ERROR_UNSUPPORTED, "a face scan of version %" PRIu64, version);
    CLEANUP(challenge_destroyp) struct challenge *c = calloc(1, sizeof *c);
    if (!c)
        return error_no_memory(err);
    walk(&w, c);
    if (w.bad || w.from.len || !is_possible(c))
        return error_set(err, ERROR_INVALID, "a damaged face scan");
    *ret = TAKE(c);
    return true;
}
