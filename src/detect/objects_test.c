#include "detect/objects.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "media/reader.h"
#include "support/media.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- decoding, with made-up maps ---- */

#define WIDE 64
#define HIGH 32
#define COLUMNS (WIDE / OBJECT_STRIDE)
#define ROWS (HIGH / OBJECT_STRIDE)

struct maps {
    float logits[ROWS * COLUMNS * OBJECT_CLASSES], reach[ROWS * COLUMNS * 4];
};

static struct maps *nothing(void)
{
    static struct maps m;
    for (size_t i = 0; i < ARRAY_LEN(m.logits); i++)
        m.logits[i] = -9;
    for (size_t i = 0; i < ARRAY_LEN(m.reach); i++)
        m.reach[i] = 6;
    return &m;
}

static void say(struct maps *m, int column, int row, int kind, float logit)
{
    m->logits[(row * COLUMNS + column) * OBJECT_CLASSES + kind] = logit;
}

static void reach(struct maps *m, int column, int row, float left, float up, float right,
                  float down)
{
    float *r = m->reach + (ptrdiff_t)(row * COLUMNS + column) * 4;
    r[0] = left;
    r[1] = up;
    r[2] = right;
    r[3] = down;
}

static size_t decode(const struct maps *m, struct object_candidate *ret)
{
    static const int kinds[] = {0, 67, 79};
    return objects_decode(WIDE, HIGH, m->logits, m->reach, kinds, ARRAY_LEN(kinds), 0.2F, 0.4F,
                          ret);
}

static void nothing_gives_no_candidates(void **state)
{
    (void)state;
    struct object_candidate found[OBJECT_CANDIDATES_MAX];
    assert_int_equal(decode(nothing(), found), 0);
}

static void a_peak_is_a_thing_that_reaches_from_its_cell(void **state)
{
    (void)state;
    struct object_candidate found[OBJECT_CANDIDATES_MAX];
    struct maps *m = nothing();
    say(m, 5, 3, 67, 1);
    say(m, 6, 3, 67, 0.5F); /* its neighbour is lower: no thing of its own */
    reach(m, 5, 3, 3, 4, 7, 8);
    assert_int_equal(decode(m, found), 1);
    assert_int_equal(found[0].kind, 67);
    assert_float_equal(found[0].score, 1 / (1 + expf(-1)), 1e-6);
    assert_float_equal(found[0].x, 5 * OBJECT_STRIDE - 3, 1e-5);
    assert_float_equal(found[0].y, 3 * OBJECT_STRIDE - 4, 1e-5);
    assert_float_equal(found[0].width, 10, 1e-5);
    assert_float_equal(found[0].height, 12, 1e-5);
}

static void peaks_in_the_corners_and_of_the_last_class_are_found(void **state)
{
    (void)state;
    struct object_candidate found[OBJECT_CANDIDATES_MAX];
    struct maps *m = nothing();
    say(m, 0, 0, 79, 2);
    say(m, COLUMNS - 1, ROWS - 1, 0, 1);
    assert_int_equal(decode(m, found), 2);
    assert_int_equal(found[0].kind, 79); /* the best first */
    assert_int_equal(found[1].kind, 0);
}

static void of_two_of_a_kind_that_overlap_the_better_stays(void **state)
{
    (void)state;
    struct object_candidate found[OBJECT_CANDIDATES_MAX];
    struct maps *m = nothing();
    say(m, 4, 4, 67, 1);
    say(m, 6, 4, 67, 2);
    reach(m, 4, 4, 12, 12, 20, 12);
    reach(m, 6, 4, 20, 12, 12, 12); /* the same box */
    assert_int_equal(decode(m, found), 1);
    assert_float_equal(found[0].score, 1 / (1 + expf(-2)), 1e-6);
    say(m, 4, 4, 67, -9);
    say(m, 4, 4, 0, 1); /* somebody who holds it is something else */
    assert_int_equal(decode(m, found), 2);
}

static void classes_nobody_asks_for_and_broken_numbers_are_left_out(void **state)
{
    (void)state;
    struct object_candidate found[OBJECT_CANDIDATES_MAX];
    struct maps *m = nothing();
    say(m, 2, 2, 41, 5);
    say(m, 4, 2, 67, NAN);
    say(m, 6, 2, 67, -2); /* under the least score */
    say(m, 8, 2, 67, 2);
    reach(m, 8, 2, NAN, 1, 1, 1);
    say(m, 10, 2, 67, 2);
    reach(m, 10, 2, -9, 1, 3, 1); /* no width */
    say(m, 12, 2, 67, 2);
    reach(m, 12, 2, 1, 1, 1e9F, 1);
    assert_int_equal(decode(m, found), 0);
}

static void more_peaks_than_fit_leave_the_best(void **state)
{
    (void)state;
    struct object_candidate found[OBJECT_CANDIDATES_MAX];
    struct maps *m = nothing();
    for (int i = 0; i < ROWS * COLUMNS; i++)
        reach(m, i % COLUMNS, i / COLUMNS, 0.5F, 0.5F, 0.5F, 0.5F);
    for (int row = 0; row < ROWS; row += 2)
        for (int column = 0; column < COLUMNS; column += 2) {
            say(m, column, row, 0, (float)(row * COLUMNS + column) / 100);
            say(m, column, row, 67, (float)(row * COLUMNS + column) / 200);
            say(m, column, row, 79, (float)(row * COLUMNS + column) / 300);
        }
    assert_int_equal(decode(m, found), OBJECT_CANDIDATES_MAX);
    for (int i = 1; i < OBJECT_CANDIDATES_MAX; i++)
        assert_true(found[i].score <= found[i - 1].score);
}

/* ---- when to look ---- */

static const float grey[OBJECT_CELLS];

static struct detect_object thing(enum object_kind kind, float x, float score)
{
    return (struct detect_object){
        .kind = kind, .x = x, .y = 0.4F, .width = 0.1F, .height = 0.2F, .score = score};
}

/* One look a letter, as often as asked for: p a phone, P one plain to see, 2 two people, 1 one
 * person, . nothing, ? nothing for sure. Returns when the last look was. */
static int64_t looks(struct objects_watch *w, int64_t from_us, const char *seen,
                     struct detect_objects *ret)
{
    for (; *seen; seen++, from_us += DETECT_INTERVAL_US) {
        struct detect_object list[2] = {thing(OBJECT_PHONE, 0.2F, *seen == 'P' ? 0.7F : 0.3F),
                                        thing(OBJECT_PERSON, 0.6F, 0.8F)};
        size_t len = *seen == 'p' || *seen == 'P' ? 1 : 0;
        if (*seen == '1' || *seen == '2') {
            list[0] = thing(OBJECT_PERSON, 0.1F, 0.9F);
            len = *seen == '2' ? 2 : 1;
        }
        objects_watch_note(w, from_us, grey, list, len, *seen == '?', 1);
        objects_watch_tell(w, from_us, ret);
    }
    return from_us - DETECT_INTERVAL_US;
}

static int count_of(const struct detect_objects *o, enum object_kind kind)
{
    int count = 0;
    for (int i = 0; i < o->len; i++)
        count += o->list[i].kind == (int32_t)kind;
    return count;
}

static void a_thing_is_told_once_two_of_three_looks_saw_it(void **state)
{
    (void)state;
    static const struct {
        const char *seen;
        int told;
    } cases[] = {{"..p", 0},   {"..pp", 1},  {"..p.p", 1}, {".p..p", 0}, {"pp", 1},    {"pp..", 1},
                 {"pp...", 0}, {"pp..p", 1}, {"PP.", 1},   {"PP..", 0},  {"PPpp..", 1}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct objects_watch w;
        struct detect_objects o;
        objects_watch_init(&w);
        looks(&w, 0, cases[i].seen, &o);
        if (count_of(&o, OBJECT_PHONE) != cases[i].told)
            fail_msg("%s tells of %d", cases[i].seen, count_of(&o, OBJECT_PHONE));
    }
}

static void somebody_new_is_confirmed_and_somebody_who_went_is_not_told(void **state)
{
    (void)state;
    static const struct {
        const char *seen;
        int told;
    } cases[] = {{"11", 1},   {"112", 1},  {"1122", 2}, {"221", 1},
                 {"2212", 2}, {"2211", 1}, {"11.1", 1}, {"11.", 0}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct objects_watch w;
        struct detect_objects o;
        objects_watch_init(&w);
        looks(&w, 0, cases[i].seen, &o);
        if (count_of(&o, OBJECT_PERSON) != cases[i].told)
            fail_msg("%s tells of %d", cases[i].seen, count_of(&o, OBJECT_PERSON));
    }
}

static void before_the_second_look_nothing_is_known(void **state)
{
    (void)state;
    struct objects_watch w;
    struct detect_objects o;
    objects_watch_init(&w);
    objects_watch_tell(&w, 0, &o);
    assert_int_equal(o.len, -1);
    looks(&w, 0, "p", &o);
    assert_int_equal(o.len, -1);
    assert_true(objects_watch_due(&w, DETECT_INTERVAL_US, grey)); /* it wants to know */
}

static void a_quiet_picture_is_looked_at_on_a_slow_beat(void **state)
{
    (void)state;
    struct objects_watch w;
    struct detect_objects o;
    objects_watch_init(&w);
    assert_true(objects_watch_due(&w, 0, grey));
    int64_t last_us = looks(&w, 0, "...", &o);
    assert_false(objects_watch_due(&w, last_us + DETECT_INTERVAL_US, grey));
    assert_false(objects_watch_due(&w, last_us + 4 * SECOND_US, grey));
    assert_true(objects_watch_due(&w, last_us + 5 * SECOND_US, grey));
    objects_watch_tell(&w, last_us + 4 * SECOND_US, &o);
    assert_float_equal(o.age_s, 4, 1e-6);
}

static void a_change_or_a_doubt_brings_a_look_at_once(void **state)
{
    (void)state;
    struct objects_watch w;
    struct detect_objects o;
    float moved[OBJECT_CELLS] = {[40] = 0.3F}, brighter[OBJECT_CELLS];
    for (int i = 0; i < OBJECT_CELLS; i++)
        brighter[i] = 0.2F; /* the exposure */
    objects_watch_init(&w);
    int64_t last_us = looks(&w, 0, "...", &o);
    assert_true(objects_watch_due(&w, last_us + SECOND_US, moved));
    assert_false(objects_watch_due(&w, last_us + SECOND_US, brighter));
    last_us = looks(&w, last_us + 10 * SECOND_US, "p", &o);
    assert_true(objects_watch_due(&w, last_us + DETECT_INTERVAL_US, grey));
    last_us = looks(&w, last_us + 10 * SECOND_US, "..", &o);
    assert_false(objects_watch_due(&w, last_us + DETECT_INTERVAL_US, grey));
    last_us = looks(&w, last_us + 10 * SECOND_US, "?", &o);
    assert_true(objects_watch_due(&w, last_us + DETECT_INTERVAL_US, grey));
}

static void however_lively_the_looks_of_an_hour_are_bounded(void **state)
{
    (void)state;
    struct objects_watch w;
    objects_watch_init(&w);
    int taken = 0;
    for (int64_t i = 0; i < 7200; i++) {
        float cells[OBJECT_CELLS] = {[7] = i % 2 ? 0.5F : 0};
        struct detect_object phone = thing(OBJECT_PHONE, 0.3F, 0.3F);
        if (!objects_watch_due(&w, i * DETECT_INTERVAL_US, cells))
            continue;
        taken++; /* and it flickers, too */
        objects_watch_note(&w, i * DETECT_INTERVAL_US, cells, &phone, (size_t)taken % 2, true, 1);
    }
    assert_in_range(taken, 1100, 1220);
}

static void what_was_denied_is_not_asked_again_for_a_while(void **state)
{
    (void)state;
    struct objects_watch w;
    objects_watch_init(&w);
    struct detect_object mug = thing(OBJECT_PHONE, 0.2F, 0.3F), other = mug, book = mug;
    objects_watch_deny(&w, SECOND_US, &mug);
    assert_true(objects_watch_is_denied(&w, 2 * SECOND_US, &mug));
    assert_false(objects_watch_is_denied(&w, 40 * SECOND_US, &mug));
    other.x = 0.6F; /* in another place */
    assert_false(objects_watch_is_denied(&w, 2 * SECOND_US, &other));
    book.kind = OBJECT_BOOK;
    assert_false(objects_watch_is_denied(&w, 2 * SECOND_US, &book));
    mug.score = 0.45F; /* plainer than before */
    assert_false(objects_watch_is_denied(&w, 2 * SECOND_US, &mug));
    for (int i = 0; i < 3 * OBJECT_DENIED_MAX; i++) {
        other.x = (float)i;
        objects_watch_deny(&w, (2 + i) * SECOND_US, &other);
    }
    assert_true(objects_watch_is_denied(&w, 27 * SECOND_US, &other));
}

/* ---- with the model ---- */

static struct detect *detect_new(uint32_t objects)
{
    char folder[TEST_PATH_MAX];
    test_need_models_and_media(folder);
    const struct detect_options options = {.objects = objects};
    struct detect *d = NULL;
    struct error err;
    assert_good(detect_create_wanted(folder, &options, &d, &err), err);
    return d;
}

static json_t *truth_of_files(void)
{
    char path[TEST_PATH_MAX], *text;
    test_need_media("truth.json", path);
    size_t len;
    json_t *all;
    struct error err;
    assert_good(file_read(path, 8 << 20, &text, &len, &err), err);
    assert_good(json_parse(str_bytes(text, len), &all, &err), err);
    free(text);
    json_t *files = json_incref(json_object_get(all, "files"));
    json_decref(all);
    assert_non_null(files);
    return files;
}

/* A picture as a recording that stands still, long after what was seen before: four looks. */
static void look_at_picture(struct detect *d, const char *name, int64_t from_us,
                            struct observation *ret)
{
    char path[TEST_PATH_MAX], *bytes;
    test_need_media(name, path);
    size_t len;
    CLEANUP(frame_unrefp) struct frame *f = NULL;
    struct error err;
    assert_good(file_read(path, 4 << 20, &bytes, &len, &err), err);
    assert_good(frame_from_jpeg(str_bytes(bytes, len), &f, &err), err);
    free(bytes);
    for (int i = 0; i < 4; i++) {
        f->time_us = from_us + i * DETECT_INTERVAL_US;
        assert_good(detect_look(d, f, ret, &err), err);
    }
    assert_true(ret->objects.len >= 0);
}

/* At first 6 of 12 phones, 6 of 8 laptops and both monitors were found, and nothing false. A tablet
 * or a mirror image is left to whoever looks at the flag. */
static void things_in_pictures_are_found_and_none_that_are_not_there(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        enum object_kind kind;
        int there, found; /* at least */
    } wanted[] = {{"phone", OBJECT_PHONE, 11, 6},
                  {"laptop", OBJECT_LAPTOP, 7, 5},
                  {"monitor", OBJECT_SCREEN, 2, 2}};
    CLEANUP(json_decrefp) json_t *files = truth_of_files();
    CLEANUP(detect_destroyp) struct detect *d = detect_new(DETECT_OBJECTS_ALL);
    int64_t at_us = 0;
    int there[ARRAY_LEN(wanted)] = {0}, found[ARRAY_LEN(wanted)] = {0};
    const char *name;
    json_t *file;
    json_object_foreach(files, name, file)
    {
        if (strncmp(name, "objects/", 8) != 0)
            continue;
        struct observation o;
        look_at_picture(d, name, at_us, &o);
        at_us += 60 * SECOND_US;
        const json_t *truth = json_object_get(file, "truth");
        for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
            bool is = json_integer_value(json_object_get(truth, wanted[i].label)) > 0;
            int count = count_of(&o.objects, wanted[i].kind);
            there[i] += is;
            found[i] += is && count > 0;
            if (!is && count > 0)
                fail_msg("%s: a %s that is not there", name, wanted[i].label);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        print_message("%s: %d of %d\n", wanted[i].label, found[i], there[i]);
        assert_true(there[i] >= wanted[i].there);
        assert_true(found[i] >= wanted[i].found);
    }
}

struct span {
    double from_s, to_s;
    enum object_kind kind;
    int least, most;
};

/* Every look inside of the spans (a second and a half from their ends) must agree. */
static void clip_has(const char *name, const struct span *spans, size_t len)
{
    CLEANUP(detect_destroyp) struct detect *d = detect_new(DETECT_OBJECTS_ALL);
    char path[TEST_PATH_MAX];
    test_need_media(name, path);
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    CLEANUP(reader_closep) struct reader *r = NULL;
    struct error err;
    int judged = 0;
    assert_good(reader_open(fd, NULL, &r, &err), err);
    for (int64_t next_us = 0;;) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        struct observation o;
        assert_good(reader_next(r, next_us, &f, &err), err);
        if (!f)
            break;
        next_us = (f->time_us / DETECT_INTERVAL_US + 1) * DETECT_INTERVAL_US;
        assert_good(detect_look(d, f, &o, &err), err);
        double at = (double)o.time_us / 1e6;
        for (size_t i = 0; i < len; i++) {
            if (at < spans[i].from_s + 1.5 || at > spans[i].to_s)
                continue;
            int count = count_of(&o.objects, spans[i].kind);
            judged++;
            if (count < spans[i].least || count > spans[i].most)
                fail_msg("%s at %.1f s: %d of kind %d", name, at, count, (int)spans[i].kind);
        }
    }
    assert_true(judged > 10);
}

static void a_phone_is_seen_while_it_is_held_up(void **state)
{
    (void)state;
    static const struct span spans[] = {
        {0, 4, OBJECT_PHONE, 0, 0},     {4.5, 9, OBJECT_PHONE, 1, 1},
        {9.6, 12, OBJECT_PHONE, 0, 0},  {12.5, 15.5, OBJECT_PHONE, 1, 1},
        {16.1, 18, OBJECT_PHONE, 0, 0}, {0, 18, OBJECT_PERSON, 1, 1},
        {0, 18, OBJECT_LAPTOP, 0, 0},   {0, 18, OBJECT_BOOK, 0, 0},
        {0, 18, OBJECT_SCREEN, 0, 0},
    };
    clip_has("video/phone_raised_into_picture.mp4", spans, ARRAY_LEN(spans));
}

static void phone_and_laptop_on_a_desk_are_seen_from_above(void **state)
{
    (void)state;
    static const struct span spans[] = {
        {0, 11.5, OBJECT_PHONE, 1, 1},
        {0, 11.5, OBJECT_LAPTOP, 1, 1},
        {0, 11.5, OBJECT_SCREEN, 0, 0},
    };
    clip_has("video/desk_from_above_laptop_phone_magazines.mp4", spans, ARRAY_LEN(spans));
}

static void people_from_behind_are_people(void **state)
{
    (void)state;
    static const struct span spans[] = {
        {0, 5.9, OBJECT_PERSON, 0, 0},     {6.1, 19.6, OBJECT_PERSON, 1, 1},
        {19.9, 22.7, OBJECT_PERSON, 0, 0}, {22.9, 44.8, OBJECT_PERSON, 1, 1},
        {45.1, 48, OBJECT_PERSON, 0, 0},   {0, 48, OBJECT_PHONE, 0, 0},
        {0, 48, OBJECT_SCREEN, 0, 0},
    };
    clip_has("video/empty_room_people_enter_and_leave.mp4", spans, ARRAY_LEN(spans));
}

static void a_mug_is_no_phone(void **state)
{
    (void)state;
    static const struct span spans[] = {{0, 17, OBJECT_PHONE, 0, 0}};
    clip_has("video/group_standing_one_face_visible.mp4", spans, ARRAY_LEN(spans));
}

static void only_what_is_asked_for_is_told_and_nothing_loads_no_model(void **state)
{
    (void)state;
    CLEANUP(detect_destroyp) struct detect *laptops = detect_new(1U << OBJECT_LAPTOP);
    CLEANUP(detect_destroyp) struct detect *none = detect_new(0);
    struct observation o;
    look_at_picture(laptops, "objects/phone_wallet_laptop_man_from_behind.jpg", 0, &o);
    assert_int_equal(o.objects.len, 1);
    assert_int_equal(o.objects.list[0].kind, OBJECT_LAPTOP);
    assert_non_null(strstr(detect_models(laptops), "centernet"));
    assert_null(strstr(detect_models(none), "centernet"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_gives_no_candidates),
        cmocka_unit_test(a_peak_is_a_thing_that_reaches_from_its_cell),
        cmocka_unit_test(peaks_in_the_corners_and_of_the_last_class_are_found),
        cmocka_unit_test(of_two_of_a_kind_that_overlap_the_better_stays),
        cmocka_unit_test(classes_nobody_asks_for_and_broken_numbers_are_left_out),
        cmocka_unit_test(more_peaks_than_fit_leave_the_best),
        cmocka_unit_test(a_thing_is_told_once_two_of_three_looks_saw_it),
        cmocka_unit_test(somebody_new_is_confirmed_and_somebody_who_went_is_not_told),
        cmocka_unit_test(before_the_second_look_nothing_is_known),
        cmocka_unit_test(a_quiet_picture_is_looked_at_on_a_slow_beat),
        cmocka_unit_test(a_change_or_a_doubt_brings_a_look_at_once),
        cmocka_unit_test(however_lively_the_looks_of_an_hour_are_bounded),
        cmocka_unit_test(what_was_denied_is_not_asked_again_for_a_while),
        cmocka_unit_test(things_in_pictures_are_found_and_none_that_are_not_there),
        cmocka_unit_test(a_phone_is_seen_while_it_is_held_up),
        cmocka_unit_test(phone_and_laptop_on_a_desk_are_seen_from_above),
        cmocka_unit_test(people_from_behind_are_people),
        cmocka_unit_test(a_mug_is_no_phone),
        cmocka_unit_test(only_what_is_asked_for_is_told_and_nothing_loads_no_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
