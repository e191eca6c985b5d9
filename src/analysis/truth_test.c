#include "analysis/truth.h"

#include "support/fault.h"
#include "support/test.h"

#include <string.h>

static const char good[] =
    "{\"format_version\": 1, \"tolerance_s\": 0.25, \"files\": {"
    "\"video/a.webm\": {\"category\": \"video\", \"type\": \"video\", \"sources\": [\"x\"],"
    " \"truth\": {\"made\": \"composed\", \"spoof\": true, \"persons_in_order\": [\"p\"],"
    " \"intervals\": [{\"from_s\": 0, \"to_s\": 4.5, \"faces\": 1, \"person\": \"p\"},"
    " {\"from_s\": 5, \"to_s\": 9, \"faces\": 0, \"event\": \"absent\"}],"
    " \"audio_intervals\": [{\"from_s\": 1, \"to_s\": 2, \"kind\": \"speech\"}]}},"
    "\"audio/b.wav\": {\"type\": \"audio\", \"truth\": {\"tolerance_s\": 0.1,"
    " \"intervals\": [{\"from_s\": 0, \"to_s\": 3, \"kind\": \"quiet\"}]}},"
    "\"faces/c.jpg\": {\"truth\": {\"faces\": 2, \"mrz\": [\"P<A\", \"1<\"]}}, \"d.jpg\": {}}}";

static void a_truth_is_read_as_it_stands(void **state)
{
    (void)state;
    struct truth t;
    struct error err;
    double number;
    assert_good(truth_parse(str_from(good), &t, &err), err);
    assert_int_equal(t.files_len, 4);
    const struct truth_file *a = &t.files[0];
    assert_true(truth_is(t.files[2].labels, "mrz", "P<A\n1<\n")); /* lines are one text */
    assert_string_equal(a->path, "video/a.webm");
    assert_string_equal(a->category, "video");
    assert_true(a->tolerance_s == 0.25);
    assert_true(truth_is(a->labels, "made", "composed"));
    assert_true(truth_number(a->labels, "spoof", &number) && number == 1);
    assert_null(truth_text(a->labels, "persons_in_order")); /* a list is a note */
    assert_int_equal(a->spans_len, 3);
    assert_true(a->spans[1].from_s == 5 && a->spans[1].to_s == 9 && !a->spans[1].sound);
    assert_true(truth_number(a->spans[1].labels, "faces", &number) && number == 0);
    assert_true(truth_is(a->spans[1].labels, "event", "absent"));
    assert_false(truth_number(a->spans[1].labels, "event", &number));
    assert_true(a->spans[2].sound);

    const struct truth_file *b = &t.files[1];
    assert_string_equal(b->category, "audio"); /* by its folder */
    assert_true(b->tolerance_s == 0.1);
    assert_true(b->spans[0].sound);
    assert_string_equal(t.files[2].category, "faces");
    assert_string_equal(t.files[3].category, "");
    assert_int_equal(t.files[3].spans_len, 0);
    truth_done(&t);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place;
    } wrong[] = {
        {"[]", "files"},
        {"{\"files\": []}", "files"},
        {"{\"files\": {\"a\": 1}}", "files.a"},
        {"{\"files\": {\"a\": {\"truth\": 1}}}", "files.a"},
        {"{\"files\": {\"a\": {\"truth\": {\"intervals\": {}}}}}", "files.a.intervals"},
        {"{\"files\": {\"a\": {\"truth\": {\"intervals\": [{\"from_s\": 0}]}}}}", "to_s"},
        {"{\"files\": {\"a\": {\"truth\": {\"intervals\": [{\"from_s\": 2, \"to_s\": 1}]}}}}",
         "files.a.intervals[0]"},
        {"{\"files\": {\"a\": {\"truth\": {\"intervals\": [{\"from_s\": -1, \"to_s\": 1}]}}}}",
         "from_s"},
        {"{\"files\": {\"a\": {\"truth\": {\"tolerance_s\": 100}}}}", "tolerance_s"},
        {"{\"files\": {\"../a\": {}}}", "../a"},
        {"{\"files\": {\"/etc/passwd\": {}}}", "/etc/passwd"},
        {"{\"files\": {\"a/../../b\": {}}}", "a/../../b"},
        {"{\"files\": {\"a//b\": {}}}", "a//b"},
        {"{\"files\": {\"a/\": {}}}", "a/"},
        {"{\"files\": {\"\": {}}}", "files"},
        {"{\"files\": {\"a\\u001b\": {}}}", "files"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct truth t;
        struct error err = {0};
        if (truth_parse(str_from(wrong[i].text), &t, &err))
            fail_msg("%s was read", wrong[i].text);
        assert_int_equal(err.code, ERROR_INVALID);
        if (!strstr(err.message, wrong[i].place))
            fail_msg("\"%s\" does not name %s", err.message, wrong[i].place);
    }
}

static void without_memory_it_fails_and_leaks_nothing(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        struct truth t;
        struct error err = {0};
        fault_arm(FAULT_MEMORY, n);
        bool read = truth_parse(str_from(good), &t, &err);
        hit = fault_disarm();
        assert_true(read || hit);
        if (read)
            truth_done(&t);
        else
            assert_true(err.code == ERROR_NO_MEMORY || err.code == ERROR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_truth_is_read_as_it_stands),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(without_memory_it_fails_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
