/* Rules about things in view, and what a policy permits, with made-up looks. */
#include "analysis/fields.h"
#include "analysis/rules.h"

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define FLAGS_MAX 16

struct found {
    struct flag flags[FLAGS_MAX]; /* the last word on each */
    uint32_t len;
};

static void raised(void *context, uint32_t index, const struct flag *flag)
{
    struct found *found = context;
    assert_true(index < FLAGS_MAX);
    found->len = MAX(found->len, index + 1);
    found->flags[index] = *flag;
}

static void add(struct observation *o, enum object_kind kind, float score, float keypad)
{
    o->objects.list[o->objects.len++] = (struct detect_object){
        .kind = kind, .width = 0.1F, .height = 0.2F, .score = score, .keypad = keypad};
}

/* A person; p with a phone; c with a calculator; b a book; l a laptop; s a screen; 2 somebody
 * beside, from behind; f two faces and two bodies; u not looked for */
static struct observation look(char kind, int64_t time_us)
{
    struct observation o; /* what other rules look at is not known */
    fields_absent(&o);
    o.time_us = time_us;
    o.faces_len = kind == 'f' ? 2 : 1;
    for (int i = 0; i < o.faces_len; i++)
        o.faces[i] = (struct detect_face){0.4F * (float)i, 0.2F, 0.3F, 0.4F, 0.9F, 1};
    o.luma_mean = 0.5F;
    o.luma_deviation = 0.15F;
    o.detail = 0.03F;
    if (kind == 'u')
        return o;
    o.objects.len = 0;
    o.objects.age_s = 0;
    add(&o, OBJECT_PERSON, 0.8F, 0);
    if (kind == '2' || kind == 'f')
        add(&o, OBJECT_PERSON, 0.6F, 0);
    if (kind == 'p')
        add(&o, OBJECT_PHONE, 0.7F, 0.2F);
    if (kind == 'c')
        add(&o, OBJECT_PHONE, 0.4F, 0.4F);
    if (kind == 'b')
        add(&o, OBJECT_BOOK, 0.6F, 0);
    if (kind == 'l')
        add(&o, OBJECT_LAPTOP, 0.6F, 0);
    if (kind == 's')
        add(&o, OBJECT_SCREEN, 0.6F, 0);
    return o;
}

static void policy_of(const char *text, struct policy *ret)
{
    struct error err;
    if (*text == '{')
        assert_good(policy_parse(str_from(text), ret, &err), err);
    else
        assert_good(policy_builtin(str_from(text), ret, &err), err);
}

static void see(const char *policy, const char *looks, struct found *found)
{
    struct policy p;
    struct error err;
    CLEANUP(rules_destroyp) struct rules *r = NULL;
    *found = (struct found){0};
    policy_of(policy, &p);
    assert_good(rules_create(&p, &r, &err), err);
    int64_t time_us = 0;
    for (; *looks; looks++, time_us += DETECT_INTERVAL_US) {
        struct observation o = look(*looks, time_us);
        assert_good(rules_feed(r, &o, raised, found, &err), err);
    }
    assert_good(rules_end(r, time_us, raised, found, &err), err);
}

static void none(const struct found *found)
{
    if (found->len > 0)
        fail_msg("%s: %s", rule_name(found->flags[0].rule), found->flags[0].numbers);
}

static void only(const struct found *found, enum rule rule, double from_s, double to_s)
{
    assert_int_equal(found->len, 1);
    assert_int_equal(found->flags[0].rule, rule);
    assert_int_equal(found->flags[0].from_us, (int64_t)(from_s * 1e6));
    assert_int_equal(found->flags[0].to_us, (int64_t)(to_s * 1e6));
}

static void a_phone_is_flagged_from_the_look_before_it_was_confirmed(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAAppppppAAAAAAAA", &found);
    only(&found, RULE_PHONE, 1.5, 4.5);
    assert_int_equal(found.flags[0].severity, SEVERITY_HIGH);
    assert_string_equal(found.flags[0].numbers,
                        "a phone in 6 of 6 looks, 3.0 s; score 0.70 to 0.70");
}

static void each_thing_has_its_rule(void **state)
{
    (void)state;
    static const struct {
        const char *looks;
        enum rule rule;
    } cases[] = {{"AAbbbbbbbbbb", RULE_BOOK},
                 {"AAllllllllll", RULE_LAPTOP},
                 {"AAssssssssss", RULE_SECOND_SCREEN},
                 {"AA2222222222", RULE_SEVERAL_PEOPLE}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct found found;
        see("standard", cases[i].looks, &found);
        only(&found, cases[i].rule, 0.5, 5.5);
    }
}

static void a_thing_hidden_for_a_moment_stays_one_flag(void **state)
{
    (void)state;
    struct found found;
    see("standard", "ppppAAApppp", &found);
    only(&found, RULE_PHONE, 0, 5);
}

static void what_was_not_looked_for_is_no_finding(void **state)
{
    (void)state;
    struct found found;
    see("strict", "uuuuuuuuuuuuuu", &found);
    none(&found);
}

static void where_two_faces_say_it_two_bodies_need_not(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAffffffffff", &found);
    only(&found, RULE_SEVERAL_FACES, 1, 6);
    see("{\"rules\":{\"several-faces\":{\"on\":false}}}", "AAffffffffff", &found);
    only(&found, RULE_SEVERAL_PEOPLE, 0.5, 5.5);
}

static void what_is_permitted_raises_nothing(void **state)
{
    (void)state;
    struct found found;
    see("{\"permitted\":[\"book\",\"laptop\",\"second-screen\",\"phone\"]}",
        "bbbbbbbbllllllllssssssssppppppp", &found);
    none(&found);
    see("{\"permitted\":[\"helper\"]}", "AA2222222222ffffffffff", &found);
    none(&found);
    see("{\"permitted\":[\"book\"]}", "bbbbbbbbpppppp", &found);
    only(&found, RULE_PHONE, 3.5, 6.5);
}

static void a_permitted_calculator_is_no_phone_but_a_phone_is(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAcccccccc", &found);
    only(&found, RULE_PHONE, 0.5, 4.5);
    see("{\"permitted\":[\"calculator\"]}", "AAcccccccc", &found);
    none(&found);
    see("{\"permitted\":[\"calculator\"]}", "AApppppppp", &found);
    only(&found, RULE_PHONE, 0.5, 4.5);
}

static void the_detectors_are_asked_for_what_the_rules_need(void **state)
{
    (void)state;
    static const struct {
        const char *policy;
        uint32_t objects;
    } cases[] = {
        {"standard", DETECT_OBJECTS_ALL},
        {"strict", DETECT_OBJECTS_ALL},
        {"open", 1U << OBJECT_PHONE | 1U << OBJECT_PERSON},
        {"{\"permitted\":[\"book\",\"paper\"]}", DETECT_OBJECTS_ALL & ~(1U << OBJECT_BOOK)},
        {"{\"base\":\"open\",\"permitted\":[\"phone\"],"
         "\"rules\":{\"several-people\":{\"on\":false}}}",
         0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct policy p;
        struct detect_options options;
        policy_of(cases[i].policy, &p);
        rules_ask(&p, false, &options);
        if (options.objects != cases[i].objects)
            fail_msg("%s asks for %x", cases[i].policy, options.objects);
    }
}

static void a_policy_with_permitted_things_reads_back(void **state)
{
    (void)state;
    struct policy p, again;
    struct error err;
    CLEANUP(freep) char *text = NULL;
    policy_of("{\"name\":\"Mathematics\",\"permitted\":[\"pen\",\"calculator\",\"pen\"]}", &p);
    assert_int_equal(p.permitted, 1U << PERMITTED_PEN | 1U << PERMITTED_CALCULATOR);
    assert_good(policy_text(&p, &text, &err), err);
    assert_non_null(strstr(text, "\"permitted\":[\"calculator\",\"pen\"]"));
    assert_good(policy_parse(str_from(text), &again, &err), err);
    assert_int_equal(again.permitted, p.permitted);
}

static void a_wrong_list_is_told_where_it_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"{\"permitted\":\"book\"}", "permitted: must be a list"},
        {"{\"permitted\":[\"book\",\"gun\"]}", "permitted[1]: must be one of book, calculator,"},
        {"{\"permitted\":[7]}", "permitted[0]: must be one of"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct policy p;
        struct error err = {0};
        assert_false(policy_parse(str_from(cases[i].json), &p, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        if (!strstr(err.message, cases[i].says))
            fail_msg("%s: says \"%s\"", cases[i].json, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phone_is_flagged_from_the_look_before_it_was_confirmed),
        cmocka_unit_test(each_thing_has_its_rule),
        cmocka_unit_test(a_thing_hidden_for_a_moment_stays_one_flag),
        cmocka_unit_test(what_was_not_looked_for_is_no_finding),
        cmocka_unit_test(where_two_faces_say_it_two_bodies_need_not),
        cmocka_unit_test(what_is_permitted_raises_nothing),
        cmocka_unit_test(a_permitted_calculator_is_no_phone_but_a_phone_is),
        cmocka_unit_test(the_detectors_are_asked_for_what_the_rules_need),
        cmocka_unit_test(a_policy_with_permitted_things_reads_back),
        cmocka_unit_test(a_wrong_list_is_told_where_it_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
