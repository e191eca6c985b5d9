#include "analysis/fields.h"

#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A look with every number somewhere inside of its range, and every item there. */
static struct observation full_look(void)
{
    struct observation o;
    memset(&o, 0, sizeof o);
    for (size_t k = 0; k < fields_len; k++) {
        const struct field *f = &fields[k];
        for (unsigned item = 0; item < field_items(f, &o); item++)
            for (unsigned i = 0; i < f->count; i++) {
                double part = (double)((k * 7 + item * 3 + i) % 10 + 1) / 11;
                bool is_len = f->type == FIELD_I32 && f->count == 1 && !f->len_at;
                double value = is_len ? f->max : f->min + part * (f->max - f->min);
                assert_true(field_set(f, &o, item, i, (int64_t)floor(ldexp(value, f->bits))));
            }
    }
    return o;
}

static void every_number_of_a_look_has_a_row(void **state)
{
    (void)state;
    bool known[sizeof(struct observation)] = {false};
    for (size_t k = 0; k < fields_len; k++) {
        const struct field *f = &fields[k];
        static const size_t sizes[] = {0, 4, 4, 4, 1, 8};
        for (unsigned item = 0; item < f->items; item++)
            for (size_t b = 0; b < f->count * sizes[f->type]; b++) {
                size_t at = f->at + item * f->stride + b;
                assert_true(at < sizeof known);
                assert_false(known[at]);
                known[at] = true;
            }
    }
    for (size_t at = 0, hole = 0; at < sizeof known - 4; at++) {
        hole = known[at] ? 0 : hole + 1;
        if (hole >= 4)
            fail_msg("struct observation has a member at byte %zu that no row of fields.c names",
                     at - 3);
    }
}

static void every_number_of_a_sound_has_a_row(void **state)
{
    (void)state;
    bool known[sizeof(struct sound_observation)] = {false};
    for (size_t k = 0; k < sound_fields_len; k++) {
        const struct field *f = &sound_fields[k];
        size_t size = f->type == FIELD_I64 ? 8 : 4;
        assert_true(f->at + size <= sizeof known);
        assert_true(f->items == 1 && f->count == 1 && f->max > f->min);
        assert_true(str_starts(str_from(f->name), STR("sound.")));
        if (f->type == FIELD_FLOAT)
            assert_true(ldexp(fmax(fabs(f->min), fabs(f->max)), f->bits) <= 1 << 24);
        for (size_t b = 0; b < size; b++) {
            assert_false(known[f->at + b]);
            known[f->at + b] = true;
        }
    }
    for (size_t at = 0; at < sizeof known; at++)
        assert_true(known[at]);
}

static void names_differ_and_steps_are_floats(void **state)
{
    (void)state;
    for (size_t k = 0; k < fields_len; k++) {
        const struct field *f = &fields[k];
        for (size_t other = 0; other < k; other++)
            assert_string_not_equal(f->name, fields[other].name);
        assert_true(strchr(f->name, ' ') == NULL && strchr(f->name, '\n') == NULL);
        assert_true(f->max > f->min);
        assert_true(f->type == FIELD_FLOAT || f->bits == 0);
        if (f->type == FIELD_FLOAT)
            assert_true(ldexp(fmax(fabs(f->min), fabs(f->max)), f->bits) <= 1 << 24);
        if (f->len_at) /* items come after the number that says how many there are */
            assert_true(f->len_at > 0 && f->stride > 0);
        else
            assert_true(f->absent >= f->min && f->absent <= f->max);
    }
}

static void rounding_is_near_and_changes_nothing_the_second_time(void **state)
{
    (void)state;
    struct observation o = full_look(), once, twice;
    const char *wrong = "";
    o.luma_mean = 0.123456F;
    o.motion = 0.00512F;
    o.changed = 0.99999F;
    once = o;
    assert_true(fields_tidy(&once, &wrong));
    assert_true(fabsf(once.luma_mean - o.luma_mean) <= 1.0F / (1 << 17));
    assert_true(fabsf(once.motion - o.motion) <= 1.0F / (1 << 17));
    assert_true(once.changed <= 1);
    twice = once;
    assert_true(fields_tidy(&twice, &wrong));
    assert_memory_equal(&once, &twice, sizeof once);
}

static void a_number_out_of_range_is_named(void **state)
{
    (void)state;
    const char *wrong = NULL;
    struct observation o = full_look();
    o.motion_peak = 1.5F;
    assert_false(fields_tidy(&o, &wrong));
    assert_string_equal(wrong, "motion_peak");
    o = full_look();
    o.faces[3].x = NAN;
    assert_false(fields_tidy(&o, &wrong));
    assert_string_equal(wrong, "faces.x");
    o = full_look();
    o.faces_len = DETECT_FACES_MAX + 1;
    assert_false(fields_tidy(&o, &wrong));
    assert_string_equal(wrong, "faces_len");
    o = full_look();
    o.time_us = INT64_MIN;
    assert_false(fields_tidy(&o, &wrong));
    assert_string_equal(wrong, "time_us");
}

static void what_lies_beyond_the_items_is_cleared(void **state)
{
    (void)state;
    const char *wrong;
    struct observation o = full_look();
    o.faces_len = 1;
    o.faces[1].x = NAN;
    o.faces[2].score = 0.5F;
    assert_true(fields_tidy(&o, &wrong));
    assert_true(o.faces[0].width > 0);
    struct detect_face none;
    memset(&none, 0, sizeof none);
    for (int i = 1; i < DETECT_FACES_MAX; i++)
        assert_memory_equal(&o.faces[i], &none, sizeof none);
}

static void nothing_known_is_a_look_that_was_not_taken(void **state)
{
    (void)state;
    const char *wrong;
    struct observation o;
    fields_absent(&o);
    assert_int_equal(o.faces_len, -1);
    assert_true(o.motion < 0 && o.motion_peak < 0 && o.changed < 0);
    assert_true(fields_tidy(&o, &wrong));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_a_look_has_a_row),
        cmocka_unit_test(every_number_of_a_sound_has_a_row),
        cmocka_unit_test(names_differ_and_steps_are_floats),
        cmocka_unit_test(rounding_is_near_and_changes_nothing_the_second_time),
        cmocka_unit_test(a_number_out_of_range_is_named),
        cmocka_unit_test(what_lies_beyond_the_items_is_cleared),
        cmocka_unit_test(nothing_known_is_a_look_that_was_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
