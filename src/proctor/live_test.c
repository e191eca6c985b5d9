#include "proctor/live.h"

#include "base/clock.h"
#include "proctor/change.h"
#include "proctor/event.h"
#include "proctor/event_flags.h"
#include "proctor/flag.h"
#include "proctor/plugin_event.h"
#include "proctor/test_house.h"

static const char *light(struct house *h, const char *part)
{
    static char name[16];
    CLEANUP(json_decrefp) json_t *row = NULL;
    must(live_find(&h->p, house_session(h), &row, err));
    snprintf(name, sizeof name, "%s",
             json_string_value(json_object_get(json_object_get(row, "lights"), part)));
    return name;
}

static void claim(struct house *h, const char *kind)
{
    must(event_report(&h->p, house_session(h), USER, str_from(kind), NULL, 1, err));
}

static void a_light_is_on_while_something_comes(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    house_record(h);
    assert_string_equal(light(h, "camera"), "waiting");
    assert_string_equal(light(h, "screen"), "none");
    assert_string_equal(light(h, "app"), "none");
    must(session_lease(&h->p, house_session(h), USER, STR("tab"), err));
    assert_string_equal(light(h, "connection"), "on");
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("abc"), &size, err));
    assert_string_equal(light(h, "camera"), "on");
    assert_string_equal(light(h, "microphone"), "on");
    claim(h, "camera-lost");
    assert_string_equal(light(h, "camera"), "lost");
    claim(h, "camera-back");
    assert_string_equal(light(h, "camera"), "on");
    claim(h, "screen-lost"); /* it was never asked for */
    assert_string_equal(light(h, "screen"), "none");
    house_run_sql(h, "UPDATE live SET camera_us = camera_us - 31000000,"
                     " seen_us = seen_us - 21000000");
    assert_string_equal(light(h, "camera"), "lost");
    assert_string_equal(light(h, "connection"), "lost");
}

/* The flag that the wall shows: its rule, and whether it goes on. */
static void wall_flag(struct house *h, const char *rule, bool open)
{
    CLEANUP(json_decrefp) json_t *row = NULL;
    must(live_find(&h->p, house_session(h), &row, err));
    const json_t *flag = json_object_get(row, "flag");
    const char *name = json_string_value(json_object_get(flag, "rule"));
    assert_string_equal(name ? name : "", rule);
    assert_int_equal(json_is_true(json_object_get(flag, "open")), open);
}

static void told(struct house *h, int64_t seq, const char *kind, const char *detail)
{
    CLEANUP(json_decrefp) json_t *events = NULL;
    char text[256];
    int64_t next;
    snprintf(text, sizeof text, "[{\"seq\":%d,\"kind\":\"%s\",\"detail\":%s,\"client_us\":0}]",
             (int)seq, kind, detail);
    must(json_parse(str_from(text), &events, err));
    must(plugin_events_take(&h->p, house_session(h), USER, STR("run"), events, &next, err));
}

static bool grow_body(struct db *db, void *context, struct error *err)
{
    return event_flags_grow_in(db, house_session(context), err);
}

static void a_flag_of_an_event_goes_on_until_it_is_over_or_the_exam_is(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    size_t len;
    house_record(h);
    must(provider_exam_started(&h->p, house_session(h), err));
    house_run_sql(h, "UPDATE session SET exam_us = exam_us - 60000000");
    wall_flag(h, "", false);
    claim(h, "plugin-lost");
    assert_string_equal(light(h, "plugin"), "lost");
    wall_flag(h, "", false); /* not for long enough yet */
    house_run_sql(h, "UPDATE evidence SET time_us = time_us - 30000000 WHERE kind = 'plugin-lost'");
    must(session_lease(&h->p, house_session(h), USER, STR("tab"), err));
    wall_flag(h, "", false); /* not looked at before it is due */
    house_run_sql(h, "UPDATE live SET events_due_us = events_due_us - 30000000");
    must(session_lease(&h->p, house_session(h), USER, STR("tab"), err));
    wall_flag(h, "plugin-lost", true);
    told(h, 1, "download-started", "{\"host\":\"x.example\"}"); /* later, and over at once */
    wall_flag(h, "plugin-lost", true);
    told(h, 2, "plugin-started", "{\"count\":1}");
    assert_string_equal(light(h, "plugin"), "on");
    wall_flag(h, "download", false);
    house_run_sql(h, "UPDATE evidence SET time_us = time_us - 9000000"
                     " WHERE kind IN ('plugin-started', 'download-started')");
    told(h, 3, "focus-lost", "{}");
    house_run_sql(h, "UPDATE evidence SET time_us = time_us - 6000000 WHERE kind = 'focus-lost'");
    house_run_sql(h, "UPDATE live SET events_due_us = events_due_us - 6000000");
    must(db_store_write(h->p.store, grow_body, h, err));
    wall_flag(h, "focus-lost", true);
    must(provider_milestone(&h->p, house_session(h), STR("finished"), STR("{}"), err));
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    assert_int_equal(len, 3);
    for (size_t i = 0; i < len; i++)
        assert_false(flags[i].flag.open);
    wall_flag(h, "focus-lost", false);
}

static size_t count(struct house *h, const char *event, struct str ret_last[1], struct arena *arena)
{
    struct change *list;
    size_t len, n = 0;
    must(change_list(&h->p, 0, 1000, arena, &list, &len, err));
    for (size_t i = 0; i < len; i++)
        if (str_starts(list[i].topic, STR("live/")) && str_eq(list[i].event, str_from(event))) {
            n++;
            *ret_last = list[i].data;
        }
    return n;
}

static void what_time_changes_is_told_once(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct str last = STR("");
    int64_t since = clock_wall_us();
    bool told;
    house_record(h);
    must(session_lease(&h->p, house_session(h), USER, STR("tab"), err));
    must(live_tick(&h->p, str_from(h->exam), &since, &told, err));
    assert_true(told);
    size_t rows = count(h, "row", &last, &arena);
    must(live_tick(&h->p, str_from(h->exam), &since, &told, err));
    assert_false(told);
    assert_int_equal(count(h, "row", &last, &arena), rows);
    house_run_sql(h, "UPDATE live SET seen_us = seen_us - 21000000");
    must(live_tick(&h->p, str_from(h->exam), &since, &told, err));
    assert_true(told);
    assert_int_equal(count(h, "row", &last, &arena), rows + 1);
    assert_non_null(strstr(last.ptr, "\"connection\":\"lost\""));
    must(live_tick(&h->p, STR("no such exam"), &since, &told, err));
    assert_false(told);
}

static bool put_still_body(struct db *db, void *context, struct error *err)
{
    return live_still_put_in(db, context, err);
}

static bool key_body(struct db *db, void *context, struct error *err)
{
    struct house *h = ((void **)context)[0];
    return session_key_in(db, &h->p.deployment_key, house_session(h), ((void **)context)[1], err);
}

static bool end_body(struct db *db, void *context, struct error *err)
{
    struct house *h = context;
    return provider_exam_ended_in(db, house_session(h), err);
}

static void a_still_is_sealed_told_replaced_and_gone_at_the_end(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf sealed = {0};
    CLEANUP(buf_done) struct buf opened = {0};
    struct seal_key key;
    struct str last = STR("");
    char stream[ID_TEXT_SIZE];
    bool told;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(db_store_read(h->p.store, key_body, (void *[]){h, &key}, err));
    must(live_still_seal(&key, str_from(s.id), STR("a picture"), &sealed, err));
    assert_null(memmem(sealed.ptr, sealed.len, "picture", 7));
    struct live_still still = {.session_id = house_session(h),
                               .stream_id = str_from(s.id),
                               .kind = STREAM_CAMERA,
                               .taken_us = 4711,
                               .sealed = buf_str(&sealed)};
    int64_t since = clock_wall_us() - 1;
    must_fail(ERROR_NOT_FOUND,
              live_still(&h->p, house_session(h), STREAM_CAMERA, &opened, stream, err));
    must(db_store_write(h->p.store, put_still_body, &still, err));
    still.taken_us = 4712;
    must(db_store_write(h->p.store, put_still_body, &still, err));
    must(live_tick(&h->p, str_from(h->exam), &since, &told, err));
    assert_int_equal(count(h, "stills", &last, &arena), 1);
    assert_non_null(strstr(last.ptr, "\"camera\",4712"));
    must(live_still(&h->p, house_session(h), STREAM_CAMERA, &opened, stream, err));
    assert_true(str_eq(buf_str(&opened), STR("a picture")));
    assert_string_equal(stream, s.id);
    must_fail(ERROR_NOT_FOUND,
              live_still(&h->p, house_session(h), STREAM_SCREEN, &opened, stream, err));
    must(db_store_write(h->p.store, end_body, h, err));
    must(db_store_write(h->p.store, put_still_body, &still, err)); /* its analysis is late */
    must_fail(ERROR_NOT_FOUND,
              live_still(&h->p, house_session(h), STREAM_CAMERA, &opened, stream, err));
    seal_key_wipe(&key);
}

static struct live_act act(struct house *h, const char *text)
{
    return (struct live_act){.session_id = house_session(h),
                             .user_ref = 20,
                             .by = STR("Tomas Rivera"),
                             .text = str_from(text)};
}

static void nothing_is_done_to_a_session_that_does_not_go_on(void **state)
{
    struct house *h = *state;
    struct live_act a = act(h, "text"), none = act(h, "  ");
    int64_t id;
    must_fail(ERROR_CONFLICT, live_warn(&h->p, &a, &id, err));
    must_fail(ERROR_CONFLICT, live_raise_hand(&h->p, house_session(h), USER, true, err));
    house_record(h);
    must_fail(ERROR_INVALID, live_warn(&h->p, &none, &id, err));
    must_fail(ERROR_INVALID, live_end(&h->p, &none, err));
    must_fail(ERROR_CONFLICT, live_pause(&h->p, &a, err)); /* not started */
    must_fail(ERROR_NOT_FOUND, live_raise_hand(&h->p, house_session(h), USER + 1, true, err));
    must(live_warn(&h->p, &a, &id, err));
    must_fail(ERROR_NOT_FOUND, live_acknowledge(&h->p, house_session(h), USER, id + 1, err));
    must(live_acknowledge(&h->p, house_session(h), USER, id, err));
    must(live_end(&h->p, &a, err)); /* without a portal that knows the session */
    must_fail(ERROR_CONFLICT, live_end(&h->p, &a, err));
    must_fail(ERROR_CONFLICT, live_note(&h->p, &a, err));
}

static void warnings_have_a_limit(void **state)
{
    struct house *h = *state;
    struct live_act a = act(h, "text");
    int64_t id;
    house_record(h);
    for (int i = 0; i < LIVE_WARNINGS_MAX; i++)
        must(live_warn(&h->p, &a, &id, err));
    must_fail(ERROR_CONFLICT, live_warn(&h->p, &a, &id, err));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, house_tear_down)
    const struct CMUnitTest tests[] = {
        T(a_light_is_on_while_something_comes),
        T(a_flag_of_an_event_goes_on_until_it_is_over_or_the_exam_is),
        T(what_time_changes_is_told_once),
        T(a_still_is_sealed_told_replaced_and_gone_at_the_end),
        T(nothing_is_done_to_a_session_that_does_not_go_on),
        T(warnings_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
