#include "analysis/series.h"

#include "analysis/fields.h"
#include "base/clock.h"

#include "support/test.h"

#include <string.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BUCKETS 10

static struct observation look_at(double second, int faces)
{
    struct observation o;
    const char *wrong;
    fields_absent(&o);
    o.time_us = (int64_t)(second * 1e6);
    o.faces_len = faces;
    for (int i = 0; i < faces; i++)
        o.faces[i] = (struct detect_face){.x = 0.3F,
                                          .y = 0.2F,
                                          .width = 0.2F,
                                          .height = 0.3F,
                                          .score = 0.9F,
                                          .mesh_score = 0.99F};
    assert_true(fields_tidy(&o, &wrong));
    return o;
}

static struct observation compared(double second, enum identity_state state, float similarity)
{
    struct observation o = look_at(second, 1);
    const char *wrong;
    o.identity.enrolled =
        (struct detect_likeness){.state = state, .samples = 3, .similarity = similarity};
    assert_true(fields_tidy(&o, &wrong));
    return o;
}

static struct sound_observation sound_at(double second, float level)
{
    struct sound_observation o = {.time_us = (int64_t)(second * 1e6),
                                  .rms_db = level,
                                  .peak_db = level,
                                  .loudness = level,
                                  .median_db = level,
                                  .background_db = level};
    const char *wrong;
    assert_true(sound_fields_tidy(&o, &wrong));
    return o;
}

static void write_all(const struct observation *looks, size_t looks_len,
                      const struct sound_observation *sounds, size_t sounds_len, struct buf *to)
{
    struct error err = {0};
    CLEANUP(track_writer_destroyp) struct track_writer *w = NULL;
    const struct track_about about = {.name = STR("a.webm"),
                                      .sha256 = STR(SHA),
                                      .models = STR("{}"),
                                      .isa = STR("avx2"),
                                      .duration_us = 10 * SECOND_US};
    assert_good(track_writer_create(&w, &err), err);
    for (size_t i = 0; i < looks_len; i++)
        assert_good(track_write_look(w, &looks[i], &err), err);
    for (size_t i = 0; i < sounds_len; i++)
        assert_good(track_write_sound(w, &sounds[i], &err), err);
    assert_good(track_finish(w, &about, to, &err), err);
}

/* Ten buckets of a second, of a recording that began a second after their first. */
static void add(struct series *s, const struct buf *bytes, int64_t start_us)
{
    struct error err = {0};
    CLEANUP(track_closep) struct track_reader *track = NULL;
    assert_good(track_open(buf_str(bytes), &track, &err), err);
    assert_good(series_add(s, track, start_us, &err), err);
}

static void a_bucket_tells_the_least_and_the_most(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf bytes = {0};
    struct series_bucket buckets[BUCKETS] = {0};
    struct series s = {100 * SECOND_US, SECOND_US, BUCKETS, buckets};
    const struct observation looks[] = {look_at(0, 1),
                                        look_at(0.5, 3),
                                        look_at(1, 0),
                                        compared(2, IDENTITY_MATCH, 0.75F),
                                        compared(2.5, IDENTITY_MISMATCH, 0.25F),
                                        compared(3, IDENTITY_UNCHECKED, 0.5F)};
    const struct sound_observation sounds[] = {sound_at(0, -40), sound_at(0.5, -20)};
    write_all(looks, ARRAY_LEN(looks), sounds, ARRAY_LEN(sounds), &bytes);
    add(&s, &bytes, 101 * SECOND_US);
    assert_int_equal(buckets[0].faces.n, 0);
    assert_int_equal(buckets[1].faces.n, 2);
    assert_float_equal(buckets[1].faces.least, 1, 0);
    assert_float_equal(buckets[1].faces.most, 3, 0);
    assert_float_equal(buckets[1].level.least, -40, 0.1);
    assert_float_equal(buckets[1].level.most, -20, 0.1);
    assert_float_equal(buckets[2].faces.most, 0, 0);
    assert_int_equal(buckets[2].enrolled.n, 0);
    assert_float_equal(buckets[3].enrolled.least, 0.25, 0.01);
    assert_float_equal(buckets[3].enrolled.most, 0.75, 0.01);
    assert_int_equal(buckets[3].unchecked, 0);
    assert_int_equal(buckets[4].enrolled.n, 0);
    assert_int_equal(buckets[4].unchecked, 1);
}

static void a_second_recording_comes_to_the_first(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf bytes = {0};
    struct series_bucket buckets[BUCKETS] = {0};
    struct series s = {100 * SECOND_US, SECOND_US, BUCKETS, buckets};
    const struct observation looks[] = {look_at(0, 1)};
    write_all(looks, 1, NULL, 0, &bytes);
    add(&s, &bytes, 102 * SECOND_US);
    add(&s, &bytes, 104 * SECOND_US);
    assert_int_equal(buckets[2].faces.n, 1);
    assert_int_equal(buckets[3].faces.n, 0);
    assert_int_equal(buckets[4].faces.n, 1);
}

static void what_lies_outside_is_left_out(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf bytes = {0};
    struct series_bucket buckets[BUCKETS] = {0};
    struct series s = {100 * SECOND_US, SECOND_US, BUCKETS, buckets};
    const struct observation looks[] = {look_at(0, 1), look_at(1, 1), look_at(5, 1)};
    write_all(looks, ARRAY_LEN(looks), NULL, 0, &bytes);
    add(&s, &bytes, 99 * SECOND_US);
    add(&s, &bytes, 108 * SECOND_US);
    uint32_t all = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        all += buckets[i].faces.n;
    assert_int_equal(all, 4);
}

static void a_screen_has_no_faces(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf bytes = {0};
    struct series_bucket buckets[BUCKETS] = {0};
    struct series s = {0, SECOND_US, BUCKETS, buckets};
    struct observation look = look_at(0, 0);
    const char *wrong;
    look.screen.known = 1;
    assert_true(fields_tidy(&look, &wrong));
    write_all(&look, 1, NULL, 0, &bytes);
    add(&s, &bytes, 0);
    assert_int_equal(buckets[0].faces.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_tells_the_least_and_the_most),
        cmocka_unit_test(a_second_recording_comes_to_the_first),
        cmocka_unit_test(what_lies_outside_is_left_out),
        cmocka_unit_test(a_screen_has_no_faces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
