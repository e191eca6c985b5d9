#include "identity/template.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A direction that leans towards dimension `at`. */
static struct face_embedding leaning(size_t at, float how_much)
{
    struct face_embedding e;
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++)
        e.values[i] = 1;
    e.values[at] += how_much;
    assert_true(face_normalise(&e));
    return e;
}

static struct template with_pictures(size_t len)
{
    struct template t;
    memset(&t, 0, sizeof t);
    memset(t.model, 0xab, sizeof t.model);
    for (size_t i = 0; i < len; i++) {
        struct face_embedding e = leaning(i, 30);
        template_add(&t, &e);
    }
    return t;
}

static void an_embedding_is_like_itself_and_less_like_another(void **state)
{
    (void)state;
    struct face_embedding a = leaning(1, 40), b = leaning(2, 40);
    assert_float_equal(face_similarity(&a, &a), 1, 1e-5);
    assert_true(face_similarity(&a, &b) < 0.7f);
    assert_float_equal(face_similarity(&a, &b), face_similarity(&b, &a), 0);
}

static void nothing_and_no_numbers_have_no_direction(void **state)
{
    (void)state;
    struct face_embedding e = {{0}};
    assert_false(face_normalise(&e));
    e.values[7] = NAN;
    assert_false(face_normalise(&e));
    e.values[7] = INFINITY;
    assert_false(face_normalise(&e));
}

static void a_template_is_the_mean_of_its_pictures(void **state)
{
    (void)state;
    struct template t = with_pictures(3);
    struct face_embedding first = leaning(0, 30), unseen = leaning(9, 30);
    assert_int_equal(t.pictures, 3);
    assert_float_equal(face_similarity(&t.mean, &t.mean), 1, 1e-5);
    assert_true(template_similarity(&t, &first) > template_similarity(&t, &unseen));
    struct template one = with_pictures(1);
    struct face_embedding second = leaning(1, 30);
    assert_true(template_similarity(&t, &second) > template_similarity(&one, &second));
}

static void an_empty_template_is_like_nobody(void **state)
{
    (void)state;
    struct template t = with_pictures(0);
    struct face_embedding e = leaning(0, 1);
    assert_float_equal(template_similarity(&t, &e), 0, 0);
}

static void more_pictures_than_a_template_takes_change_nothing(void **state)
{
    (void)state;
    struct template t = with_pictures(TEMPLATE_PICTURES_MAX), before = t;
    struct face_embedding e = leaning(500, 100);
    template_add(&t, &e);
    assert_memory_equal(&t, &before, sizeof t);
}

static void what_was_written_is_read_back(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b = {0};
    struct template t = with_pictures(4), back;
    struct error err;
    template_write(&t, &b);
    assert_good(template_parse(buf_str(&b), &back, &err), err);
    assert_int_equal(back.pictures, 4);
    assert_memory_equal(back.mean.values, t.mean.values, sizeof t.mean.values);
    assert_memory_equal(back.model, t.model, sizeof t.model);
    /* and it can be added to: the new picture weighs as much as each of the old */
    struct face_embedding e = leaning(100, 30);
    template_add(&t, &e);
    template_add(&back, &e);
    assert_float_equal(face_similarity(&t.mean, &back.mean), 1, 1e-3);
}

static void cut_or_damaged_bytes_are_no_template(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b = {0};
    struct template t = with_pictures(1), back;
    struct error err;
    template_write(&t, &b);
    for (size_t len = 0; len < b.len; len += len < 80 ? 1 : 397)
        assert_false(template_parse(str_slice(buf_str(&b), 0, len), &back, &err));
    buf_add_char(&b, 0);
    assert_error(template_parse(buf_str(&b), &back, &err), err, ERROR_INVALID);
    b.len--;
    b.ptr[b.len - 1] = 0x7f; /* a number far too large */
    b.ptr[b.len - 2] = 0x7f;
    assert_error(template_parse(buf_str(&b), &back, &err), err, ERROR_INVALID);
    b.ptr[b.len - 2] = (char)0xc0; /* not a number */
    assert_error(template_parse(buf_str(&b), &back, &err), err, ERROR_INVALID);
}

static void a_later_version_is_named(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b = {0};
    struct template t = with_pictures(1), back;
    struct error err;
    template_write(&t, &b);
    b.ptr[8] = 2;
    assert_error(template_parse(buf_str(&b), &back, &err), err, ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "version 2"));
}

static void a_template_of_no_or_too_many_pictures_is_refused(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b = {0};
    struct template t = with_pictures(1), back;
    struct error err;
    template_write(&t, &b);
    b.ptr[12] = 0;
    assert_error(template_parse(buf_str(&b), &back, &err), err, ERROR_INVALID);
    b.ptr[12] = TEMPLATE_PICTURES_MAX + 1;
    assert_error(template_parse(buf_str(&b), &back, &err), err, ERROR_INVALID);
}

static void one_odd_sample_does_not_move_the_median(void **state)
{
    (void)state;
    const float odd[] = {0.9f, 0.1f, 0.8f, 0.85f, 0.95f};
    assert_float_equal(template_median(odd, 1), 0.9f, 0);
    assert_float_equal(template_median(odd, 2), 0.5f, 1e-6);
    assert_float_equal(template_median(odd, 3), 0.8f, 0);
    assert_float_equal(template_median(odd, 4), 0.825f, 1e-6);
    assert_float_equal(template_median(odd, 5), 0.85f, 0);
}

static void a_wiped_template_holds_nothing(void **state)
{
    (void)state;
    struct template t = with_pictures(2);
    template_wipe(&t);
    const struct template nothing = {.pictures = 0};
    assert_memory_equal(&t, &nothing, sizeof t);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_embedding_is_like_itself_and_less_like_another),
        cmocka_unit_test(nothing_and_no_numbers_have_no_direction),
        cmocka_unit_test(a_template_is_the_mean_of_its_pictures),
        cmocka_unit_test(an_empty_template_is_like_nobody),
        cmocka_unit_test(more_pictures_than_a_template_takes_change_nothing),
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(cut_or_damaged_bytes_are_no_template),
        cmocka_unit_test(a_later_version_is_named),
        cmocka_unit_test(a_template_of_no_or_too_many_pictures_is_refused),
        cmocka_unit_test(one_odd_sample_does_not_move_the_median),
        cmocka_unit_test(a_wiped_template_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
