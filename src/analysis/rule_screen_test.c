/* Made-up looks at a screen, once a second, written as a string: one letter a look. */
#include "analysis/fields.h"
#include "analysis/rules.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define FLAGS_MAX 12
#define LOOK_US DETECT_SCREEN_INTERVAL_US

struct found {
    struct flag flags[FLAGS_MAX]; /* the last word on each */
    uint32_t len;
};

static void raised(void *context, uint32_t index, const struct flag *flag)
{
    struct found *found = context;
    assert_true(index < FLAGS_MAX && index <= found->len);
    found->len = MAX(found->len, index + 1);
    found->flags[index] = *flag;
}

static struct detect_screen_word word(enum screen_kind kind, const char *text)
{
    return (struct detect_screen_word){.id = screen_word_id(str_from(text)),
                                       .kind = (int32_t)kind,
                                       .x = 0.7F,
                                       .y = 0.7F,
                                       .width = 0.2F,
                                       .height = 0.03F};
}

/* . the exam; b black; f a clock that has stood still; u not settled, nothing read; s a search
 * engine; m a messenger; o one of the exam's own words; n something else on the screen; w a window
 * over a part of it */
static struct observation look(char kind, int64_t time_us)
{
    struct observation o;
    fields_absent(&o);
    o.time_us = time_us;
    o.screen = (struct detect_screen){
        .known = 1, .stirred = 0.001F, .replaced = 0, .still_s = -1, .words_len = 0};
    switch (kind) {
    case 'b':
        o.screen.black = 1;
        break;
    case 'f':
        o.screen.still_s = 2;
        break;
    case 'u':
        o.screen.stirred = 0.4F;
        o.screen.replaced = -1;
        o.screen.words_len = -1;
        break;
    case 's':
    case 'm':
    case 'o':
        o.screen.words_len = 1;
        o.screen.shown_s = 1;
        o.screen.words[0] = kind == 's'   ? word(SCREEN_SEARCH, "about N results")
                            : kind == 'm' ? word(SCREEN_MESSENGER, "online$")
                                          : word(SCREEN_OWN, "exam-help.example");
        break;
    case 'n':
        o.screen.replaced = 0.5F;
        break;
    case 'w':
        o.screen.replaced = 0.1F;
        break;
    default:
        break;
    }
    const char *wrong;
    if (!fields_tidy(&o, &wrong))
        fail_msg("%s", wrong);
    return o;
}

/* `policy`: the name of a built-in one, or a document. */
static void see(const char *policy, const char *looks, struct found *found)
{
    struct rules *r = NULL;
    struct policy p;
    struct error err;
    *found = (struct found){0};
    assert_good(*policy == '{' ? policy_parse(str_from(policy), &p, &err)
                               : policy_builtin(str_from(policy), &p, &err),
                err);
    assert_good(rules_create(&p, &r, &err), err);
    int64_t time_us = 0;
    for (; *looks; looks++, time_us += LOOK_US) {
        if (*looks == '-')
            continue; /* no picture in this second */
        struct observation o = look(*looks, time_us);
        assert_true(rules_feed(r, &o, raised, found, &err));
    }
    assert_true(rules_end(r, time_us, raised, found, &err));
    rules_destroy(r);
}

static void only(const struct found *found, enum rule rule, double from_s, double to_s)
{
    assert_int_equal(found->len, 1);
    assert_int_equal(found->flags[0].rule, rule);
    assert_float_equal((float)found->flags[0].from_us / 1e6F, (float)from_s, 1e-3F);
    assert_float_equal((float)found->flags[0].to_us / 1e6F, (float)to_s, 1e-3F);
}

static void an_exam_on_the_screen_raises_nothing(void **state)
{
    (void)state;
    struct found found;
    see("strict", "....u...........u........................", &found);
    assert_int_equal(found.len, 0);
}

static void rules_of_a_camera_have_nothing_to_say_of_a_screen(void **state)
{
    (void)state;
    struct found found;
    /* Every member of the camera's is absent or zero: it would be dark, covered and empty. */
    see("strict", "..............................", &found);
    assert_int_equal(found.len, 0);
}

static void black_is_one_flag(void **state)
{
    (void)state;
    struct found found;
    see("{\"rules\":{\"screen-changed\":{\"on\":false}}}", "....bbbbbbbb....", &found);
    only(&found, RULE_SCREEN_BLACK, 4, 12);
    see("standard", "....bbb....", &found);
    assert_int_equal(found.len, 0);
}

static void a_clock_that_stands_still_is_counted_from_when_it_stood(void **state)
{
    (void)state;
    struct found found;
    see("standard", "......ffffffff....", &found);
    only(&found, RULE_SCREEN_FROZEN, 4, 14);
}

static void a_hole_is_a_lost_picture_and_a_stutter_is_none(void **state)
{
    (void)state;
    struct found found;
    see("standard", ".....---------------.....", &found);
    only(&found, RULE_SCREEN_LOST, 4, 20);
    see("standard", ".....------.....", &found);
    assert_int_equal(found.len, 0);
    see("standard", ".....---------------", &found); /* the sound went on to the end */
    only(&found, RULE_SCREEN_LOST, 4, 20);
}

static void something_else_is_a_flag_each_time(void **state)
{
    (void)state;
    struct found found;
    see("standard", "....un....un....", &found);
    assert_int_equal(found.len, 2);
    assert_int_equal(found.flags[0].rule, RULE_SCREEN_CHANGED);
    see("standard", "....uw....", &found);
    assert_int_equal(found.len, 0);
    see("strict", "....uw....", &found);
    assert_int_equal(found.len, 1);
    see("open", "....un....", &found);
    assert_int_equal(found.len, 0);
}

static void forbidden_words_are_one_flag_that_names_them(void **state)
{
    (void)state;
    struct found found;
    see("standard", "....usssuusss.....", &found);
    only(&found, RULE_SCREEN_FORBIDDEN, 4, 13);
    assert_non_null(strstr(found.flags[0].numbers, "a search engine: \"about N results\""));
    assert_non_null(strstr(found.flags[0].numbers, "lower right"));
    see("standard", "....ussummm.....", &found);
    assert_int_equal(found.len, 1);
    assert_non_null(strstr(found.flags[0].numbers, "a messenger: \"online\""));
}

static void a_policy_says_which_kinds_are_forbidden(void **state)
{
    (void)state;
    struct found found;
    see("open", "....sssssss.....", &found);
    assert_int_equal(found.len, 0);
    see("open", "....mmmmmmm.....", &found);
    assert_int_equal(found.len, 1);
    see("{\"screen\":{\"kinds\":[\"ai-chat\"]}}", "....mmmmssss.....", &found);
    assert_int_equal(found.len, 0);
}

static void own_words_count_where_the_policy_has_them(void **state)
{
    (void)state;
    struct found found;
    see("{\"screen\":{\"forbidden\":[\"Exam-Help.example\"]}}", "....oooooo....", &found);
    assert_int_equal(found.len, 1);
    assert_non_null(strstr(found.flags[0].numbers, "\"Exam-Help.example\""));
    see("standard", "....oooooo....", &found); /* judged again without them */
    assert_int_equal(found.len, 0);
}

static void the_policys_screen_is_read_back_the_same(void **state)
{
    (void)state;
    struct policy p, again;
    struct error err;
    CLEANUP(freep) char *text = NULL;
    assert_good(policy_parse(STR("{\"screen\":{\"forbidden\":[\"a b\",\"M\\u00fcller\"],"
                                 "\"kinds\":[\"search\",\"messenger\"]}}"),
                             &p, &err),
                err);
    assert_int_equal(p.screen.own_len, 2);
    assert_int_equal(p.screen.kinds, 1u << SCREEN_SEARCH | 1u << SCREEN_MESSENGER);
    assert_good(policy_text(&p, &text, &err), err);
    assert_good(policy_parse(str_from(text), &again, &err), err);
    assert_memory_equal(&p.screen, &again.screen, sizeof p.screen);
}

static void what_is_wrong_with_a_policys_screen_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *json, *place;
    } wrong[] = {
        {"{\"screen\":[]}", "screen: "},
        {"{\"screen\":{\"words\":[]}}", "screen.words: "},
        {"{\"screen\":{\"kinds\":\"search\"}}", "screen.kinds: "},
        {"{\"screen\":{\"kinds\":[\"search\",\"own\"]}}", "screen.kinds[1]: "},
        {"{\"screen\":{\"kinds\":[7]}}", "screen.kinds[0]: "},
        {"{\"screen\":{\"forbidden\":{}}}", "screen.forbidden: "},
        {"{\"screen\":{\"forbidden\":[\"good\",\"--\"]}}", "screen.forbidden[1]: "},
        {"{\"screen\":{\"forbidden\":[null]}}", "screen.forbidden[0]: "},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct policy p;
        struct error err;
        assert_error(policy_parse(str_from(wrong[i].json), &p, &err), err, ERROR_INVALID);
        if (strncmp(err.message, wrong[i].place, strlen(wrong[i].place)) != 0)
            fail_msg("%s: %s", wrong[i].json, err.message);
    }
}

static void a_screen_asks_for_no_models_of_a_camera(void **state)
{
    (void)state;
    struct policy p;
    struct detect_options options;
    struct error err;
    assert_good(policy_builtin(STR("strict"), &p, &err), err);
    rules_ask(&p, true, &options);
    assert_true(options.screen.on && options.screen.words);
    assert_true(options.objects == 0 && !options.head && !options.clarity);
    p.rules[RULE_SCREEN_FORBIDDEN].on = false;
    rules_ask(&p, true, &options);
    assert_true(options.screen.on && !options.screen.words);
    rules_ask(&p, false, &options);
    assert_false(options.screen.on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exam_on_the_screen_raises_nothing),
        cmocka_unit_test(rules_of_a_camera_have_nothing_to_say_of_a_screen),
        cmocka_unit_test(black_is_one_flag),
        cmocka_unit_test(a_clock_that_stands_still_is_counted_from_when_it_stood),
        cmocka_unit_test(a_hole_is_a_lost_picture_and_a_stutter_is_none),
        cmocka_unit_test(something_else_is_a_flag_each_time),
        cmocka_unit_test(forbidden_words_are_one_flag_that_names_them),
        cmocka_unit_test(a_policy_says_which_kinds_are_forbidden),
        cmocka_unit_test(own_words_count_where_the_policy_has_them),
        cmocka_unit_test(the_policys_screen_is_read_back_the_same),
        cmocka_unit_test(what_is_wrong_with_a_policys_screen_is_named),
        cmocka_unit_test(a_screen_asks_for_no_models_of_a_camera),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
