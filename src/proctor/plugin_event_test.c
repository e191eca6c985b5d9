#include "proctor/plugin_event.h"

#include "proctor/event.h"
#include "proctor/flag.h"
#include "proctor/test_house.h"

/* Takes `json`, a list; single quotes stand for double ones. */
static bool take(struct house *h, int64_t user, const char *run, const char *json, int64_t *ret,
                 struct error *err)
{
    char text[8192];
    CLEANUP(json_decrefp) json_t *list = NULL;
    snprintf(text, sizeof text, "%s", json);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    if (!json_parse(str_from(text), &list, err))
        fail_msg("%s", text);
    return plugin_events_take(&h->p, house_session(h), user, str_from(run), list, ret, err);
}

static size_t list_events(struct house *h, struct arena *arena, struct event **ret)
{
    size_t len, from = 0;
    must(event_list(&h->p, house_session(h), arena, ret, &len, err));
    while (from < len && !event_is_of_plugin((*ret)[from].kind))
        from++;
    *ret += from;
    return len - from;
}

#define OPENED "{'seq':1,'kind':'tab-opened','detail':{'host':'x.example'},'client_us':5}"
#define SHOWN "{'seq':2,'kind':'tab-shown','detail':{'host':'x.example'},'client_us':6}"
#define BACK "{'seq':3,'kind':'exam-shown','detail':{},'client_us':7}"

static void each_number_is_taken_once_and_in_order(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    int64_t next;
    house_record(h);
    must(take(h, USER, "runA", "[" OPENED "," SHOWN "]", &next, err));
    assert_int_equal(next, 3);
    must(take(h, USER, "runA", "[" OPENED "," SHOWN "," BACK "]", &next, err)); /* answer lost */
    assert_int_equal(next, 4);
    must(take(h, USER, "runA", "[" SHOWN "]", &next, err));
    assert_int_equal(next, 4);
    must(take(h, USER, "runA", "[]", &next, err));
    assert_int_equal(next, 4);
    assert_int_equal(list_events(h, &arena, &events), 3);
    assert_true(str_eq(events[0].kind, STR("tab-opened")));
    assert_true(str_eq(events[0].detail,
                       STR("{\"client_us\":5,\"host\":\"x.example\",\"run\":\"runA\",\"seq\":1}")));
    assert_true(str_eq(events[1].kind, STR("tab-shown")));
    assert_true(str_eq(events[2].kind, STR("exam-shown")));
    assert_string_equal(events[2].title, "The exam is in front again");
}

static void another_run_counts_from_one_again(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    int64_t next;
    house_record(h);
    must(take(h, USER, "runA", "[" OPENED "]", &next, err));
    must(take(h, USER, "runB", "[" OPENED "]", &next, err));
    assert_int_equal(next, 2);
    assert_int_equal(list_events(h, &arena, &events), 2);
}

static void a_gap_is_refused_and_nothing_of_a_wrong_list_is_taken(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    int64_t next;
    static const char *const wrong[] = {
        "[" OPENED ",{'seq':2,'kind':'answered','detail':{},'client_us':5}]",
        "[" OPENED ",{'seq':2,'kind':'pasted','detail':[],'client_us':5}]",
        "[" OPENED ",{'seq':2,'kind':'pasted','detail':{'a':{}},'client_us':5}]",
        "[" OPENED ",{'seq':2,'kind':'pasted','detail':{'seq':9},'client_us':5}]",
        "[" OPENED ",{'seq':2,'kind':'pasted','detail':{}}]",
        "[" OPENED ",{'seq':2,'kind':'pasted','detail':{},'client_us':5,'more':1}]",
        "[" OPENED ",7]",
        "[{'seq':0,'kind':'pasted','detail':{},'client_us':5}]",
        "{}",
    };
    house_record(h);
    must_fail(ERROR_CONFLICT, take(h, USER, "runA", "[" OPENED "," BACK "]", &next, err));
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        must_fail(ERROR_INVALID, take(h, USER, "runA", wrong[i], &next, err));
    must_fail(ERROR_INVALID, take(h, USER, "run/A", "[" OPENED "]", &next, err));
    must_fail(ERROR_INVALID, take(h, USER, "", "[" OPENED "]", &next, err));
    must_fail(ERROR_NOT_FOUND, take(h, USER + 1, "runA", "[" OPENED "]", &next, err));
    assert_int_equal(list_events(h, &arena, &events), 0);
}

static void nothing_is_taken_before_the_recording_and_after_the_upload(void **state)
{
    struct house *h = *state;
    int64_t next;
    must_fail(ERROR_CONFLICT, take(h, USER, "runA", "[" OPENED "]", &next, err));
    house_record(h);
    must(take(h, USER, "runA", "[" OPENED "]", &next, err));
    house_run_sql(h, (char[]){"UPDATE session SET state = 6"});
    must_fail(ERROR_CONFLICT, take(h, USER, "runA", "[" SHOWN "]", &next, err));
}

static void a_flood_is_put_on_record_once_and_does_not_grow(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct evidence_record *records;
    size_t len;
    int64_t next = 1;
    house_record(h);
    for (int batch = 0; batch * PLUGIN_BATCH_MAX < PLUGIN_EVENTS_MAX + 200; batch++) {
        CLEANUP(json_decrefp) json_t *list = json_array();
        for (int i = 0; i < PLUGIN_BATCH_MAX; i++)
            json_array_append_new(list,
                                  json_pack("{s:I, s:s, s:{}, s:i}", "seq", (json_int_t)next + i,
                                            "kind", "zoom-changed", "detail", "client_us", 1));
        must(plugin_events_take(&h->p, house_session(h), USER, STR("runA"), list, &next, err));
    }
    assert_true(next > PLUGIN_EVENTS_MAX + 200);
    must(evidence_list(&h->p, house_session(h), HOUSE_RECORDS, 2 * PLUGIN_EVENTS_MAX, STR(""),
                       &arena, &records, &len, err));
    assert_int_equal(len, PLUGIN_EVENTS_MAX + 1);
    assert_true(str_eq(records[len - 1].kind, STR("plugin-flooded")));
}

#define T(name) cmocka_unit_test_setup_teardown(name, house_set_up, house_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(each_number_is_taken_once_and_in_order),
        T(another_run_counts_from_one_again),
        T(a_gap_is_refused_and_nothing_of_a_wrong_list_is_taken),
        T(nothing_is_taken_before_the_recording_and_after_the_upload),
        T(a_flood_is_put_on_record_once_and_does_not_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
