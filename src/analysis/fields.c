/* Steps are powers of two, and no number has more than 2^24 of them to each side: so each step is a
 * float of its own, and rounding is exact. They are far finer than the thresholds of the rules and
 * than what the detectors can tell. */
#include "analysis/fields.h"

#include "identity/face.h"

#include <math.h>
#include <string.h>

#define LOOK ((struct observation *)0)
#define TYPE_OF(member)                                                                            \
    _Generic((member), float                                                                       \
             : FIELD_FLOAT, int32_t                                                                \
             : FIELD_I32, uint32_t                                                                 \
             : FIELD_U32, uint8_t                                                                  \
             : FIELD_U8, bool                                                                      \
             : FIELD_U8, int64_t                                                                   \
             : FIELD_I64)

/* One number. */
#define ONE(member, low, high, step_bits, when_absent)                                             \
    {                                                                                              \
        .name = #member, .type = TYPE_OF(LOOK->member),                                            \
        .at = offsetof(struct observation, member), .count = 1, .items = 1, .min = (low),          \
        .max = (high), .bits = (step_bits), .absent = (when_absent)                                \
    }
/* An array of numbers, always whole. */
#define ROW(member, low, high, step_bits, when_absent)                                             \
    {                                                                                              \
        .name = #member, .type = TYPE_OF(LOOK->member[0]),                                         \
        .at = offsetof(struct observation, member), .count = ARRAY_LEN(LOOK->member), .items = 1,  \
        .min = (low), .max = (high), .bits = (step_bits), .absent = (when_absent)                  \
    }
/* A number of each item of `array`, which has `len` items (-1 is none, too). The row of `len`
 * stands before. */
#define EACH(array, len, member, low, high, step_bits)                                             \
    {                                                                                              \
        .name = #array "." #member, .type = TYPE_OF(LOOK->array[0].member),                        \
        .at = offsetof(struct observation, array[0].member), .count = 1,                           \
        .len_at = offsetof(struct observation, len), .items = ARRAY_LEN(LOOK->array),              \
        .stride = sizeof LOOK->array[0], .min = (low), .max = (high), .bits = (step_bits)          \
    }

/* Luma a little under black and over white is allowed by every codec. */
const struct field fields[] = {
    ONE(time_us, 0, FIELD_TIME_MAX_US, 0, 0),
    ONE(faces_len, -1, DETECT_FACES_MAX, 0, -1),
    EACH(faces, faces_len, x, -10, 10, 12),
    EACH(faces, faces_len, y, -10, 10, 12),
    EACH(faces, faces_len, width, 0, 10, 12),
    EACH(faces, faces_len, height, 0, 10, 12),
    EACH(faces, faces_len, score, 0, 1, 10),
    EACH(faces, faces_len, mesh_score, 0, 1, 10),
    ONE(luma_mean, -0.1, 1.1, 16, 0),
    ONE(luma_deviation, 0, 1.1, 16, 0),
    ONE(detail, 0, 1.1, 18, 0),
    ONE(redness, -0.6, 0.6, 16, 0),
    ONE(motion, -1, 1.2, 16, -1),
    ONE(motion_peak, -1, 1.2, 16, -1),
    ONE(changed, -1, 1, 16, -1),
    ONE(head.known, 0, 1, 0, 0),
    ONE(head.yaw, -180, 180, 8, 0),
    ONE(head.pitch, -180, 180, 8, 0),
    ONE(head.roll, -180, 180, 8, 0),
    ONE(head.inside, 0, 1, 10, 0),
    ROW(head.eyes, 0, 4, 12, 0),
    ONE(head.mouth, 0, 4, 12, 0),
    ONE(head.gaze, -9, 9, 12, -9),
    ONE(clarity.white, -1, 1, 12, -1),
    ONE(clarity.sharpness, -1, 1, 12, -1),
    ONE(clarity.face_white, -1, 1, 12, -1),
    ONE(clarity.face_sharpness, -1, 1, 12, -1),
    ONE(clarity.face_luma, -1, 1, 12, -1),
    ONE(clarity.around_luma, -1, 1, 12, -1),
    ONE(loop.period_s, -1, 600, 8, -1),
    ONE(loop.matched_s, 0, 172800, 6, 0),
    ONE(still.seconds, -1, 172800, 6, -1),
    ONE(still.difference, -1, 99, 12, -1),
    ONE(still.moved, 0, 99, 12, 0),
    ONE(drawn.part, -1, 1, 12, -1),
    ONE(drawn.contrast, 0, 1, 12, 0),
    ONE(objects.len, -1, DETECT_OBJECTS_MAX, 0, -1),
    EACH(objects.list, objects.len, kind, 0, OBJECT_KINDS - 1, 0),
    EACH(objects.list, objects.len, x, -10, 10, 12),
    EACH(objects.list, objects.len, y, -10, 10, 12),
    EACH(objects.list, objects.len, width, 0, 10, 12),
    EACH(objects.list, objects.len, height, 0, 10, 12),
    EACH(objects.list, objects.len, score, 0, 1, 10),
    EACH(objects.list, objects.len, keypad, 0, 1, 10),
    ONE(objects.age_s, -1, 60, 8, -1),
    ONE(identity.enrolled.state, 0, IDENTITY_STATES - 1, 0, 0),
    ONE(identity.enrolled.samples, 0, 64, 0, 0),
    ONE(identity.enrolled.similarity, -1, 1, 12, 0),
    ONE(identity.enrolled.since_s, 0, IDENTITY_SINCE_MAX_S, 8, 0),
    ONE(identity.earlier.state, 0, IDENTITY_STATES - 1, 0, 0),
    ONE(identity.earlier.samples, 0, 64, 0, 0),
    ONE(identity.earlier.similarity, -1, 1, 12, 0),
    ONE(identity.earlier.since_s, 0, IDENTITY_SINCE_MAX_S, 8, 0),
    ONE(identity.fault, 0, FACE_FAULTS - 1, 0, 0),
    ONE(screen.known, 0, 1, 0, 0),
    ONE(screen.black, 0, 1, 12, 0),
    ONE(screen.stirred, -1, 1, 12, -1),
    ONE(screen.replaced, -1, 1, 12, -1),
    ONE(screen.still_s, -1, 172800, 6, -1),
    ONE(screen.shown_s, 0, DETECT_SCREEN_SHOWN_MAX_S, 8, 0),
    ONE(screen.words_len, -1, DETECT_SCREEN_WORDS_MAX, 0, -1),
    EACH(screen.words, screen.words_len, id, 0, SCREEN_ID_MAX, 0),
    EACH(screen.words, screen.words_len, kind, 0, SCREEN_KINDS - 1, 0),
    EACH(screen.words, screen.words_len, x, 0, 1, 10),
    EACH(screen.words, screen.words_len, y, 0, 1, 10),
    EACH(screen.words, screen.words_len, width, 0, 1, 10),
    EACH(screen.words, screen.words_len, height, 0, 1, 10),
};
const size_t fields_len = ARRAY_LEN(fields);

#undef LOOK
#define LOOK ((struct sound_observation *)0)
#define SOUND_ONE(member, low, high, step_bits)                                                    \
    {                                                                                              \
        .name = "sound." #member, .type = TYPE_OF(LOOK->member),                                   \
        .at = offsetof(struct sound_observation, member), .count = 1, .items = 1, .min = (low),    \
        .max = (high), .bits = (step_bits), .absent = (low)                                        \
    }

const struct field sound_fields[] = {
    SOUND_ONE(time_us, 0, FIELD_TIME_MAX_US, 0),
    SOUND_ONE(rms_db, SOUND_DB_MIN, 30, 8),
    SOUND_ONE(peak_db, SOUND_DB_MIN, 30, 8),
    SOUND_ONE(loudness, SOUND_DB_MIN, 30, 8),
    SOUND_ONE(median_db, SOUND_DB_MIN, 30, 8),
    SOUND_ONE(swing_db, 0, 160, 8),
    SOUND_ONE(background_db, SOUND_DB_MIN, 30, 8),
    SOUND_ONE(range, 0, 16, 20),
    SOUND_ONE(hum, 0, 1, 12),
    SOUND_ONE(speech, 0, 1, 12),
    SOUND_ONE(music, 0, 1, 12),
};
const size_t sound_fields_len = ARRAY_LEN(sound_fields);

static char *place(const struct field *f, void *o, unsigned item, unsigned i)
{
    static const size_t sizes[] = {
        [FIELD_FLOAT] = sizeof(float),  [FIELD_I32] = sizeof(int32_t),
        [FIELD_U32] = sizeof(uint32_t), [FIELD_U8] = sizeof(uint8_t),
        [FIELD_I64] = sizeof(int64_t),
    };
    return (char *)o + f->at + item * f->stride + i * sizes[f->type];
}

static double read_number(const struct field *f, const void *o, unsigned item, unsigned i)
{
    void *unchanged = (void *)(uintptr_t)o;
    const char *at = place(f, unchanged, item, i);
    float number;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    switch (f->type) {
    case FIELD_FLOAT:
        memcpy(&number, at, sizeof number);
        return (double)number;
    case FIELD_I32:
        memcpy(&i32, at, sizeof i32);
        return i32;
    case FIELD_U32:
        memcpy(&u32, at, sizeof u32);
        return u32;
    case FIELD_I64:
        memcpy(&i64, at, sizeof i64);
        return i64 >= -FIELD_CODE_MAX && i64 <= FIELD_CODE_MAX ? (double)i64 : HUGE_VAL;
    case FIELD_U8:
        return *(const unsigned char *)at;
    case FIELD_NONE:
        break;
    }
    return HUGE_VAL;
}

static void write_number(const struct field *f, void *o, unsigned item, unsigned i, double value)
{
    char *at = place(f, o, item, i);
    const float number = (float)value;
    const int64_t whole = f->type == FIELD_FLOAT ? 0 : (int64_t)value;
    const int32_t i32 = (int32_t)whole;
    const uint32_t u32 = (uint32_t)whole;
    switch (f->type) {
    case FIELD_FLOAT:
        memcpy(at, &number, sizeof number);
        break;
    case FIELD_I32:
        memcpy(at, &i32, sizeof i32);
        break;
    case FIELD_U32:
        memcpy(at, &u32, sizeof u32);
        break;
    case FIELD_I64:
        memcpy(at, &whole, sizeof whole);
        break;
    case FIELD_U8:
        *at = (char)whole;
        break;
    case FIELD_NONE:
        break;
    }
}

unsigned field_items(const struct field *f, const void *o)
{
    int32_t len;
    if (f->len_at == 0)
        return 1;
    memcpy(&len, (const char *)o + f->len_at, sizeof len);
    return len <= 0 ? 0 : MIN((unsigned)len, f->items);
}

int64_t field_get(const struct field *f, const void *o, unsigned item, unsigned i)
{
    return (int64_t)nearbyint(ldexp(read_number(f, o, item, i), f->bits));
}

bool field_set(const struct field *f, void *o, unsigned item, unsigned i, int64_t steps)
{
    if (steps < -FIELD_CODE_MAX || steps > FIELD_CODE_MAX)
        return false;
    double value = ldexp((double)steps, -f->bits);
    if (value < f->min || value > f->max)
        return false;
    write_number(f, o, item, i, value);
    return true;
}

/* A value within its range may round to a step just outside: then the last step inside is meant. */
static double to_step(const struct field *f, double value)
{
    double steps = nearbyint(ldexp(value, f->bits));
    steps = fmin(fmax(steps, ceil(ldexp(f->min, f->bits))), floor(ldexp(f->max, f->bits)));
    return ldexp(steps, -f->bits);
}

static bool tidy(const struct field *list, size_t list_len, void *o, const char **ret_wrong)
{
    for (size_t k = 0; k < list_len; k++) {
        const struct field *f = &list[k];
        unsigned len = field_items(f, o);
        for (unsigned item = 0; item < f->items; item++) {
            for (unsigned i = 0; i < f->count; i++) {
                double value = item < len ? read_number(f, o, item, i) : 0;
                if (item < len && !(value >= f->min && value <= f->max)) { /* NaN is not, either */
                    *ret_wrong = f->name;
                    return false;
                }
                write_number(f, o, item, i, item < len ? to_step(f, value) : 0);
            }
        }
    }
    return true;
}

bool fields_tidy(struct observation *o, const char **ret_wrong)
{
    return tidy(fields, fields_len, o, ret_wrong);
}

bool sound_fields_tidy(struct sound_observation *o, const char **ret_wrong)
{
    return tidy(sound_fields, sound_fields_len, o, ret_wrong);
}

void fields_absent(struct observation *ret)
{
    memset(ret, 0, sizeof *ret);
    for (size_t k = 0; k < fields_len; k++)
        for (unsigned i = 0; fields[k].len_at == 0 && i < fields[k].count; i++)
            write_number(&fields[k], ret, 0, i, fields[k].absent);
}
