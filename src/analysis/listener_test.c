/* A decoder's words, made up byte by byte: good ones, and those of a child that was taken over. */
#include "analysis/listener.h"

#include "base/clock.h"

#include "support/fault.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define JPEG "\xff\xd8 a picture \xff\xd9"
#define MODELS                                                                                     \
    "{\"blazeface\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}"

struct heard {
    int looks, flags, pictures, stills, progress;
    int64_t picture_us;
    struct flag flag; /* the last */
};

static void heard_look(void *context, const struct observation *o)
{
    (void)o;
    ((struct heard *)context)->looks++;
}

static void heard_flag(void *context, uint32_t index, const struct flag *flag)
{
    struct heard *h = context;
    (void)index;
    assert_true(h->pictures > 0); /* its picture came before it */
    h->flags++;
    h->flag = *flag;
}

static void heard_picture(void *context, const struct follow_picture *picture)
{
    struct heard *h = context;
    h->pictures++;
    h->picture_us = picture->time_us;
    assert_str(picture->jpeg, STR(JPEG));
}

static void heard_still(void *context, const struct follow_picture *still)
{
    struct heard *h = context;
    h->stills++;
    h->picture_us = still->time_us;
    assert_str(still->jpeg, STR(JPEG));
}

static void heard_progress(void *context, const struct follow_progress *progress)
{
    struct heard *h = context;
    h->progress++;
    assert_int_equal(progress->duration_us, 60 * SECOND_US);
}

static struct listener *listen_for(struct heard *heard)
{
    const struct follow_events events = {.observed = heard_look,
                                         .flag = heard_flag,
                                         .picture = heard_picture,
                                         .still = heard_still,
                                         .progress = heard_progress,
                                         .context = heard};
    struct policy policy;
    struct listener *l = NULL;
    struct error err;
    *heard = (struct heard){0};
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    assert_good(listener_create(&policy, &events, &l, &err), err);
    return l;
}

static void add(struct buf *to, enum message_type type, struct str first, struct str second)
{
    buf_add_u32le(to, (uint32_t)(first.len + second.len));
    buf_add_u32le(to, (uint32_t)type);
    buf_add(to, first);
    buf_add(to, second);
}

static void add_start(struct buf *to)
{
    const struct message_info info = {60 * SECOND_US};
    add(to, MESSAGE_READY, str_bytes("avx2", 5), STR(MODELS));
    add(to, MESSAGE_INFO, str_bytes(&info, sizeof info), STR(""));
}

static struct observation nobody(int64_t i)
{
    struct observation o;
    fields_absent(&o);
    o.time_us = i * DETECT_INTERVAL_US;
    o.faces_len = 0;
    o.luma_mean = 0.5F;
    o.luma_deviation = 0.2F;
    o.detail = 0.02F;
    o.motion = 0.01F;
    o.motion_peak = 0.05F;
    o.changed = 0.3F;
    return o;
}

static void add_look(struct buf *to, const struct observation *o)
{
    add(to, MESSAGE_OBSERVATION, str_bytes(o, sizeof *o), STR(""));
}

static void add_end(struct buf *to, int64_t duration_us)
{
    const struct message_end end = {duration_us, 15, 2, 1};
    add(to, MESSAGE_END, str_bytes(&end, sizeof end), STR(""));
}

/* Nobody for ten seconds, with a picture before each look, and a head at the end. */
static void add_session(struct buf *to)
{
    const uint64_t skip = 321;
    add_start(to);
    for (int64_t i = 0; i < 20; i++) {
        struct observation o = nobody(i);
        const struct message_progress progress = {o.time_us, 1000};
        add(to, MESSAGE_PICTURE, str_bytes(&o.time_us, sizeof o.time_us), STR(JPEG));
        add_look(to, &o);
        add(to, MESSAGE_PROGRESS, str_bytes(&progress, sizeof progress), STR(""));
    }
    add(to, MESSAGE_HEAD, str_bytes(&skip, sizeof skip), STR("a head"));
    add_end(to, 10 * SECOND_US);
}

static void a_good_child_is_heard_whole_or_in_bytes(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 100000; piece *= 7) {
        CLEANUP(buf_done) struct buf said = {0};
        CLEANUP(listener_destroyp) struct listener *l = NULL;
        struct heard heard;
        struct error err;
        add_session(&said);
        l = listen_for(&heard);
        assert_false(listener_is_ready(l));
        assert_string_equal(listener_models(l), "{}");
        for (size_t at = 0; at < said.len; at += piece) {
            assert_false(listener_has_ended(l));
            assert_good(listener_take(l, str_slice(buf_str(&said), at, at + piece), &err), err);
        }
        assert_true(listener_has_ended(l));
        assert_int_equal(heard.looks, 20);
        assert_int_equal(heard.progress, 20);
        assert_false(heard.flag.open);
        assert_int_equal(heard.flag.rule, RULE_NO_FACE);
        assert_int_equal(heard.flag.to_us, 10 * SECOND_US);
        assert_int_equal(heard.pictures, 1); /* of twenty, the one that the flag names */
        assert_int_equal(heard.picture_us, heard.flag.best_us);
        struct follow_end end = listener_end(l);
        assert_int_equal(end.duration_us, 10 * SECOND_US);
        assert_int_equal(end.damaged_packets, 2);
        assert_int_equal(end.head_skip, 321);
        assert_str(end.head, STR("a head"));
        assert_string_equal(listener_isa(l), "avx2");
        assert_string_equal(listener_models(l), MODELS);
    }
}

static struct sound_observation silence(int64_t i)
{
    return (struct sound_observation){.time_us = i * SOUND_OBSERVATION_US,
                                      .rms_db = SOUND_DB_MIN,
                                      .peak_db = SOUND_DB_MIN,
                                      .loudness = SOUND_DB_MIN,
                                      .median_db = SOUND_DB_MIN,
                                      .background_db = SOUND_DB_MIN};
}

static void add_sound(struct buf *to, const struct sound_observation *o)
{
    add(to, MESSAGE_SOUND, str_bytes(o, sizeof *o), STR(""));
}

static void count_sound(void *context, const struct sound_observation *o)
{
    (void)o;
    ((struct heard *)context)->looks++;
}

static void keep_flag(void *context, uint32_t index, const struct flag *flag)
{
    assert_int_equal(index, 0);
    ((struct heard *)context)->flag = *flag;
}

static void sound_alone_is_judged(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf said = {0};
    CLEANUP(listener_destroyp) struct listener *l = NULL;
    struct heard heard = {0};
    struct policy policy;
    struct error err;
    const struct follow_events events = {
        .heard = count_sound, .flag = keep_flag, .context = &heard};
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    assert_good(listener_create(&policy, &events, &l, &err), err);
    add_start(&said);
    for (int64_t i = 0; i < 40; i++) {
        struct sound_observation o = silence(i);
        add_sound(&said, &o);
    }
    add_end(&said, 20 * SECOND_US);
    assert_good(listener_take(l, buf_str(&said), &err), err);
    assert_true(listener_has_ended(l));
    assert_int_equal(heard.looks, 40);
    assert_int_equal(heard.flag.rule, RULE_MICROPHONE_MUTED);
    assert_int_equal(heard.flag.to_us, 20 * SECOND_US);
}

/* The words of `said` are refused, and nothing is taken after. */
static void is_refused(struct buf *said, enum error_code code)
{
    struct heard heard;
    struct error err;
    CLEANUP(listener_destroyp) struct listener *l = listen_for(&heard);
    assert_error(listener_take(l, buf_str(said), &err), err, code);
    assert_false(listener_has_ended(l));
    assert_error(listener_take(l, STR(""), &err), err, ERROR_IO);
    buf_clear(said);
}

static void lengths_and_types_a_stranger_made_up_are_refused_at_once(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf said = {0};
    for (uint32_t type = 0; type < MESSAGE_TYPES + 3; type++) {
        buf_add_u32le(&said, UINT32_MAX); /* no waiting for four gigabytes */
        buf_add_u32le(&said, type);
        is_refused(&said, ERROR_IO);
        if (type == MESSAGE_NONE || type >= MESSAGE_TYPES) {
            buf_add_u32le(&said, 0);
            buf_add_u32le(&said, type);
            is_refused(&said, ERROR_IO);
        }
    }
    add(&said, MESSAGE_OBSERVATION, STR("short"), STR(""));
    is_refused(&said, ERROR_IO);
}

static void messages_out_of_order_are_refused(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf said = {0};
    const uint64_t skip = 1;
    struct observation o = nobody(3), before = nobody(2), again = nobody(3);
    again.time_us += 1000; /* a second look in the same half second */

    add_look(&said, &o); /* before anything else */
    is_refused(&said, ERROR_IO);
    add_end(&said, 0);
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add_start(&said);
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add_look(&said, &o);
    add_look(&said, &before);
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add_look(&said, &o);
    add_look(&said, &again);
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add(&said, MESSAGE_PICTURE, str_bytes(&before.time_us, 8), STR(JPEG));
    add_look(&said, &o); /* not the look of that picture */
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add(&said, MESSAGE_PICTURE, str_bytes(&o.time_us, 8), STR(JPEG));
    add(&said, MESSAGE_PICTURE, str_bytes(&o.time_us, 8), STR(JPEG));
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add(&said, MESSAGE_HEAD, str_bytes(&skip, 8), STR("head"));
    add(&said, MESSAGE_HEAD, str_bytes(&skip, 8), STR("head"));
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add_end(&said, SECOND_US);
    add_look(&said, &o);
    is_refused(&said, ERROR_IO);
}

static void sounds_out_of_order_or_range_are_refused(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf said = {0};
    struct sound_observation o = silence(3), again = silence(3);
    struct observation look = nobody(3);
    add_sound(&said, &o); /* before anything else */
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add_sound(&said, &o);
    add_sound(&said, &again);
    is_refused(&said, ERROR_IO);
    add_start(&said);
    add(&said, MESSAGE_PICTURE, str_bytes(&look.time_us, 8), STR(JPEG));
    add_sound(&said, &o); /* between a picture and its look */
    is_refused(&said, ERROR_IO);
    const float wrong[] = {NAN, INFINITY, -INFINITY, 1e30F, -200};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct sound_observation bad[] = {silence(1), silence(1), silence(1), silence(1)};
        bad[0].rms_db = wrong[i];
        bad[1].speech = wrong[i];
        bad[2].range = wrong[i];
        bad[3].swing_db = wrong[i];
        for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
            add_start(&said);
            add_sound(&said, &bad[k]);
            is_refused(&said, ERROR_IO);
        }
    }
    o.time_us += 1; /* off the grid: there could be any number of them */
    add_start(&said);
    add_sound(&said, &o);
    is_refused(&said, ERROR_IO);
    o.time_us = -SOUND_OBSERVATION_US;
    add_start(&said);
    add_sound(&said, &o);
    is_refused(&said, ERROR_IO);
}

static void looks_out_of_range_are_refused(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf said = {0};
    const float wrong[] = {NAN, INFINITY, -INFINITY, 1e30F, -7};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct observation o[] = {nobody(1), nobody(1), nobody(1), nobody(1), nobody(1), nobody(1)};
        o[0].luma_mean = wrong[i];
        o[1].luma_deviation = wrong[i];
        o[2].detail = wrong[i];
        o[3].motion = wrong[i];
        o[4].changed = wrong[i];
        o[5].faces_len = 1;
        o[5].faces[0].width = wrong[i];
        for (size_t k = 0; k < ARRAY_LEN(o); k++) {
            add_start(&said);
            add_look(&said, &o[k]);
            is_refused(&said, ERROR_IO);
        }
    }
    struct observation o = nobody(1);
    o.faces_len = DETECT_FACES_MAX + 1;
    add_start(&said);
    add_look(&said, &o);
    is_refused(&said, ERROR_IO);
    o = nobody(1);
    o.time_us = MESSAGE_TIME_MAX_US + 1;
    add_start(&said);
    add_look(&said, &o);
    is_refused(&said, ERROR_IO);
    o.time_us = -1;
    add_start(&said);
    add_look(&said, &o);
    is_refused(&said, ERROR_IO);
}

static void models_and_pictures_are_not_taken_unseen(void **state)
{
    (void)state;
    static const char *const models[] = {
        "",
        "[]",
        "{\"a\":1}",
        "{\"a\":\"</script>\"}",
        "{\"<b>\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\"}",
        "{\"a b\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}",
    };
    CLEANUP(buf_done) struct buf said = {0};
    for (size_t i = 0; i < ARRAY_LEN(models); i++) {
        add(&said, MESSAGE_READY, str_bytes("avx2", 5), str_from(models[i]));
        is_refused(&said, ERROR_IO);
    }
    add(&said, MESSAGE_READY, str_bytes("a v", 4), STR("{}"));
    is_refused(&said, ERROR_IO);
    add(&said, MESSAGE_READY, STR("no end"), STR(""));
    is_refused(&said, ERROR_IO);
    const int64_t time_us = 0;
    add_start(&said);
    add(&said, MESSAGE_PICTURE, str_bytes(&time_us, 8), STR("<svg onload=...>"));
    is_refused(&said, ERROR_IO);
}

static void the_childs_own_error_is_told_in_one_clean_line(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf said = {0};
    struct heard heard;
    struct error err;
    const uint32_t code = ERROR_UNSUPPORTED, wrong_code = 9999;
    add(&said, MESSAGE_ERROR, str_bytes(&code, 4), STR("not a \x1b[31mvideo\n"));
    CLEANUP(listener_destroyp) struct listener *l = listen_for(&heard);
    assert_error(listener_take(l, buf_str(&said), &err), err, ERROR_UNSUPPORTED);
    assert_string_equal(err.message, "not a  [31mvideo ");
    buf_clear(&said);
    add(&said, MESSAGE_ERROR, str_bytes(&wrong_code, 4), STR("\xff\xfe"));
    CLEANUP(listener_destroyp) struct listener *second = listen_for(&heard);
    assert_error(listener_take(second, buf_str(&said), &err), err, ERROR_IO);
    assert_string_equal(err.message, "the decoder failed without a word");
}

static void without_memory_it_fails_and_leaks_nothing(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf said = {0};
    const struct follow_events events = {0};
    struct policy policy;
    struct error err = {0};
    add_session(&said);
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(listener_destroyp) struct listener *l = NULL;
        fault_arm(FAULT_MEMORY, n);
        bool good =
            listener_create(&policy, &events, &l, &err) && listener_take(l, buf_str(&said), &err);
        hit = fault_disarm();
        assert_true(good || err.code == ERROR_NO_MEMORY);
        assert_true(good || hit);
    }
}

static void a_still_comes_between_looks_and_is_a_whole_picture(void **state)
{
    struct heard heard;
    struct error err;
    CLEANUP(listener_destroyp) struct listener *l = listen_for(&heard);
    CLEANUP(buf_done) struct buf said = {0};
    struct observation o = nobody(0);
    int64_t time_us = 4 * SECOND_US;
    (void)state;
    add_start(&said);
    add_look(&said, &o);
    add(&said, MESSAGE_STILL, str_bytes(&time_us, 8), STR(JPEG));
    assert_good(listener_take(l, buf_str(&said), &err), err);
    assert_int_equal(heard.stills, 1);
    assert_int_equal(heard.picture_us, time_us);
    buf_clear(&said);
    add(&said, MESSAGE_STILL, str_bytes(&time_us, 8), STR("<svg onload=...>"));
    assert_false(listener_take(l, buf_str(&said), &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_int_equal(heard.stills, 1);
}

static void no_still_comes_between_a_picture_and_its_look(void **state)
{
    struct heard heard;
    struct error err;
    CLEANUP(listener_destroyp) struct listener *l = listen_for(&heard);
    CLEANUP(buf_done) struct buf said = {0};
    int64_t time_us = 0;
    (void)state;
    add_start(&said);
    add(&said, MESSAGE_PICTURE, str_bytes(&time_us, 8), STR(JPEG));
    add(&said, MESSAGE_STILL, str_bytes(&time_us, 8), STR(JPEG));
    assert_false(listener_take(l, buf_str(&said), &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_child_is_heard_whole_or_in_bytes),
        cmocka_unit_test(lengths_and_types_a_stranger_made_up_are_refused_at_once),
        cmocka_unit_test(messages_out_of_order_are_refused),
        cmocka_unit_test(looks_out_of_range_are_refused),
        cmocka_unit_test(sound_alone_is_judged),
        cmocka_unit_test(sounds_out_of_order_or_range_are_refused),
        cmocka_unit_test(models_and_pictures_are_not_taken_unseen),
        cmocka_unit_test(the_childs_own_error_is_told_in_one_clean_line),
        cmocka_unit_test(without_memory_it_fails_and_leaks_nothing),
        cmocka_unit_test(a_still_comes_between_looks_and_is_a_whole_picture),
        cmocka_unit_test(no_still_comes_between_a_picture_and_its_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
