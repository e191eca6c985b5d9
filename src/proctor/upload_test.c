/* The end of a session: upload, receipt, queue, flags, report. */
#include "proctor/upload.h"

#include "proctor/analysis_job.h"
#include "proctor/event.h"
#include "proctor/evidence.h"
#include "proctor/flag.h"
#include "proctor/report_session.h"
#include "proctor/signed_text.h"
#include "proctor/sweep.h"
#include "proctor/test_house.h"

static struct stream record(struct house *h, struct arena *arena, struct str bytes)
{
    uint64_t size;
    struct stream s = house_make_stream(h, arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, bytes, &size, err));
    return s;
}

static void the_end_waits_for_every_byte(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session session;
    struct str receipt;
    uint64_t size;
    house_record(h);
    struct stream s = record(h, &arena, STR("0123"));
    struct upload_length lengths[] = {{str_from(s.id), 6}, {STR("0000000000000000000000"), 1}};
    must_fail(ERROR_CONFLICT, upload_end(&h->p, house_session(h), USER, lengths, 1, err));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must_fail(ERROR_CONFLICT, upload_end(&h->p, house_session(h), USER, lengths, 1, err));
    must_fail(ERROR_NOT_FOUND, upload_end(&h->p, house_session(h), USER + 1, lengths, 1, err));
    must_fail(ERROR_CONFLICT, upload_receipt(&h->p, house_session(h), USER, &arena, &receipt, err));
    must(house_write(h, s.id, 4, STR("45"), &size, err));
    must_fail(ERROR_CONFLICT, upload_end(&h->p, house_session(h), USER, lengths, 2, err));
    must(upload_end(&h->p, house_session(h), USER, lengths, 1, err));
    must(upload_end(&h->p, house_session(h), USER, lengths, 1, err)); /* again is fine */
    must(session_find(&h->p, house_session(h), &session, err));
    assert_int_equal(session.state, SESSION_UPLOADED);
    must(stream_get(&h->p, house_session(h), str_from(s.id), &arena, &s, err));
    assert_int_equal(s.state, STREAM_COMPLETE);
}

static void a_stream_the_page_has_lost_is_closed_as_it_is(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    house_record(h);
    struct stream lost = record(h, &arena, STR("lost")), s = record(h, &arena, STR("kept"));
    struct upload_length length = {str_from(s.id), 4};
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(upload_end(&h->p, house_session(h), USER, &length, 1, err));
    must(stream_get(&h->p, house_session(h), str_from(lost.id), &arena, &lost, err));
    assert_int_equal(lost.state, STREAM_CLOSED);
    assert_int_equal(lost.size, 4);
}

static void the_receipt_is_signed_and_names_what_there_is(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct str receipt, hash, head;
    unsigned char digest[SHA256_SIZE], chain[CHAIN_HASH_SIZE];
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    uint64_t records;
    int64_t in_receipt;
    CLEANUP(json_decrefp) json_t *json = NULL;
    house_record(h);
    struct stream s = record(h, &arena, STR("the recording"));
    struct upload_length length = {str_from(s.id), 13};
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(upload_end(&h->p, house_session(h), USER, &length, 1, err));
    must(upload_receipt(&h->p, house_session(h), USER, &arena, &receipt, err));
    must(signed_text_verify(h->p.sign_key.public_bytes, receipt, err));
    must(json_parse(receipt, &json, err));
    const json_t *stream = json_array_get(json_object_get(json, "streams"), 0);
    must(json_get_str(stream, "", "sha256", 64, &hash, err));
    sha256(STR("the recording"), digest);
    str_to_hex(str_bytes(digest, sizeof digest), hex);
    assert_true(str_eq(hash, str_from(hex)));
    must(evidence_verify(&h->p, house_session(h), &records, chain, err));
    must(json_get_i64(json, "", "chain_records", 0, 1000, &in_receipt, err));
    assert_int_equal(in_receipt, records);
    must(json_get_str(json, "", "chain_head", 64, &head, err));
    str_to_hex(str_bytes(chain, sizeof chain), hex);
    assert_true(str_eq(head, str_from(hex)));

    char *altered = strdup(receipt.ptr);
    memcpy(strstr(altered, "\"bytes\":13"), "\"bytes\":14", 10);
    must_fail(ERROR_CHECKSUM,
              signed_text_verify(h->p.sign_key.public_bytes, str_from(altered), err));
    free(altered);
}

static void the_receipt_has_the_last_answers_and_the_files_that_are_left(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct str receipt, hash;
    CLEANUP(json_decrefp) json_t *json = NULL;
    static const struct {
        const char *kind, *detail;
    } told[] = {
        {"answered", "{\"item\":7,\"revision\":1,\"sha256\":\"aa\"}"},
        {"answered", "{\"item\":8,\"revision\":1,\"sha256\":\"bb\"}"},
        {"attachment-complete", "{\"bytes\":3,\"file\":\"one\",\"item\":8,\"sha256\":\"cc\"}"},
        {"answered", "{\"item\":7,\"revision\":2,\"sha256\":\"dd\"}"},
        {"attachment-complete", "{\"bytes\":4,\"file\":\"two\",\"item\":8,\"sha256\":\"ee\"}"},
        {"attachment-removed", "{\"bytes\":3,\"file\":\"one\",\"item\":8,\"sha256\":\"cc\"}"},
        {"attachment-removed", "{\"bytes\":0,\"file\":\"never\",\"item\":8,\"sha256\":\"\"}"},
    };
    house_record(h);
    for (size_t i = 0; i < ARRAY_LEN(told); i++)
        must(provider_milestone(&h->p, house_session(h), str_from(told[i].kind),
                                str_from(told[i].detail), err));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(upload_end(&h->p, house_session(h), USER, NULL, 0, err));
    must(upload_receipt(&h->p, house_session(h), USER, &arena, &receipt, err));
    must(signed_text_verify(h->p.sign_key.public_bytes, receipt, err));
    must(json_parse(receipt, &json, err));
    const json_t *answers = json_object_get(json, "answers"),
                 *files = json_object_get(json, "files");
    assert_int_equal(json_array_size(answers), 2);
    must(json_get_str(json_array_get(answers, 0), "", "sha256", 64, &hash, err));
    assert_true(str_eq(hash, STR("dd"))); /* the second try of the first item */
    assert_int_equal(json_array_size(files), 1);
    must(json_get_str(json_array_get(files, 0), "", "sha256", 64, &hash, err));
    assert_true(str_eq(hash, STR("ee")));
}

static void the_time_to_upload_ends_after_three_days(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session session;
    struct str receipt;
    house_record(h);
    struct stream s = record(h, &arena, STR("half"));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(sweep(&h->p, clock_wall_us() + SESSION_KEEP_US - 60 * SECOND_US, err));
    must(session_find(&h->p, house_session(h), &session, err));
    assert_int_equal(session.state, SESSION_ENDED);
    must(sweep(&h->p, clock_wall_us() + SESSION_KEEP_US + SECOND_US, err));
    must(session_find(&h->p, house_session(h), &session, err));
    assert_int_equal(session.state, SESSION_UPLOADED);
    must(stream_get(&h->p, house_session(h), str_from(s.id), &arena, &s, err));
    assert_int_equal(s.state, STREAM_CLOSED);
    must(upload_receipt(&h->p, house_session(h), USER, &arena, &receipt, err));
}

/* ---- the queue ---- */

static struct analysis_job claim(struct house *h, const char *owner)
{
    struct analysis_job job = {0};
    bool found;
    must(analysis_job_claim(&h->p, str_from(owner), &found, &job, err));
    if (!found)
        job.stream_id[0] = '\0';
    return job;
}

static void a_stream_has_one_worker_and_is_taken_over_when_its_lease_ran_out(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    house_record(h);
    house_make_stream(h, &arena, STREAM_CAMERA); /* without bytes: nothing to do */
    assert_string_equal(claim(h, "one").stream_id, "");
    struct stream s = record(h, &arena, STR("bytes"));
    uint64_t size;
    struct stream file = house_make_stream(h, &arena, STREAM_FILE); /* is not analysed */
    must(house_write(h, file.id, 0, STR("file"), &size, err));
    assert_string_equal(claim(h, "one").stream_id, s.id);
    assert_string_equal(claim(h, "two").stream_id, "");
    char run_out[] = "UPDATE analysis SET lease_until_us = 1";
    house_run_sql(h, run_out);
    struct analysis_job job = claim(h, "two");
    assert_string_equal(job.stream_id, s.id);
    assert_int_equal(job.tries, 2);
    assert_int_equal(job.fed, 0);
    must(analysis_job_release(&h->p, str_from(s.id), STR("one"), "late", err)); /* not its own */
    must(analysis_job_find(&h->p, str_from(s.id), &job, err));
    assert_int_equal(job.state, ANALYSIS_RUNNING);
    must(analysis_job_release(&h->p, str_from(s.id), STR("two"), NULL, err));
    assert_int_equal(claim(h, "three").tries, 2); /* a worker that stopped counts for nothing */
}

static void after_three_tries_the_analysis_has_failed_with_a_sentence(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct analysis_job job;
    house_record(h);
    struct stream s = record(h, &arena, STR("bytes"));
    for (int i = 0; i < ANALYSIS_TRIES_MAX; i++) {
        assert_string_equal(claim(h, "one").stream_id, s.id);
        must(
            analysis_job_release(&h->p, str_from(s.id), STR("one"), "the decoder was killed", err));
    }
    assert_string_equal(claim(h, "one").stream_id, "");
    must(analysis_job_find(&h->p, str_from(s.id), &job, err));
    assert_int_equal(job.state, ANALYSIS_FAILED);
    assert_string_equal(job.problem, "the decoder was killed");
}

/* ---- flags ---- */

struct raise {
    struct house *h;
    const struct stream *stream;
    uint32_t index;
    struct flag flag;
    struct str jpeg;
    struct error err;
};

static bool raise_body(struct db *db, void *context, struct error *err)
{
    struct raise *r = context;
    struct str id = str_from(r->stream->id);
    CLEANUP(buf_done) struct buf sealed = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    if (!flag_put_in(db, house_session(r->h), id, r->stream->start_us, r->index, &r->flag, err))
        return false;
    return r->jpeg.len == 0 ||
           (session_key_in(db, &r->h->p.deployment_key, house_session(r->h), &key, err) &&
            flag_picture_seal(&key, id, r->index, r->jpeg, &sealed, err) &&
            flag_put_picture_in(db, id, r->index, buf_str(&sealed), err));
}

static void raise_flag(struct house *h, const struct stream *s, uint32_t index, enum rule rule,
                       int64_t from_s, int64_t to_s, struct str jpeg)
{
    struct raise r = {.h = h,
                      .stream = s,
                      .index = index,
                      .flag = {.rule = rule,
                               .severity = rule == RULE_NO_FACE ? SEVERITY_MEDIUM : SEVERITY_HIGH,
                               .from_us = from_s * SECOND_US,
                               .to_us = to_s * SECOND_US,
                               .confidence = 0.9,
                               .samples = 20,
                               .hits = 18,
                               .numbers = "nobody in 18 of 20 looks"},
                      .jpeg = jpeg};
    must(db_store_write(h->p.store, raise_body, &r, err));
}

static void flags_within_five_seconds_are_one_incident(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    struct incident *incidents;
    struct flag_counts counts;
    size_t len, n;
    house_record(h);
    struct stream s = record(h, &arena, STR("bytes"));
    raise_flag(h, &s, 0, RULE_NO_FACE, 10, 20, STR(""));
    raise_flag(h, &s, 1, RULE_NO_FACE, 60, 70, STR(""));
    raise_flag(h, &s, 2, RULE_SEVERAL_FACES, 25, 30, STR(""));
    raise_flag(h, &s, 3, RULE_NO_FACE, 36, 37, STR("")); /* six seconds later */
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    assert_int_equal(len, 4);
    must(flag_incidents(flags, len, &arena, &incidents, &n, err));
    assert_int_equal(n, 3);
    assert_int_equal(incidents[0].from_us, s.start_us + 10 * SECOND_US);
    assert_int_equal(incidents[0].to_us, s.start_us + 30 * SECOND_US);
    assert_int_equal(incidents[0].severity, SEVERITY_HIGH);
    assert_int_equal(incidents[0].len, 2);
    raise_flag(h, &s, 3, RULE_NO_FACE, 35, 37, STR("")); /* the same flag has grown */
    must(flag_count(&h->p, house_session(h), &counts, err));
    assert_int_equal(counts.incidents, 2);
    assert_int_equal(counts.rules[RULE_NO_FACE], 3);
}

static void a_picture_is_sealed_and_goes_with_the_key(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf jpeg = {0};
    struct flag_row *flags;
    char other[ID_TEXT_SIZE];
    size_t len;
    house_record(h);
    struct stream s = record(h, &arena, STR("bytes"));
    raise_flag(h, &s, 0, RULE_NO_FACE, 10, 20, STR("a small picture"));
    raise_flag(h, &s, 1, RULE_NO_FACE, 30, 40, STR(""));
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    assert_true(flags[0].picture && !flags[1].picture);
    must(flag_picture(&h->p, house_session(h), flags[0].id, &jpeg, err));
    assert_true(str_eq(buf_str(&jpeg), STR("a small picture")));
    must_fail(ERROR_NOT_FOUND, flag_picture(&h->p, house_session(h), flags[1].id, &jpeg, err));
    house_make_session(h, "attempt/2", USER, other);
    must_fail(ERROR_NOT_FOUND, flag_picture(&h->p, str_from(other), flags[0].id, &jpeg, err));
    must(session_erase_key(&h->p, house_session(h), err));
    must_fail(ERROR_GONE, flag_picture(&h->p, house_session(h), flags[0].id, &jpeg, err));
}

/* ---- events ---- */

static void only_known_events_come_from_the_page_and_only_so_many(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    size_t len;
    char big[EVENT_DETAIL_MAX + 1];
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    house_record(h);
    must(event_report(&h->p, house_session(h), USER, STR("page-hidden"),
                      json_pack("{s:i}", "for_ms", 200), 5, err));
    must_fail(ERROR_INVALID,
              event_report(&h->p, house_session(h), USER, STR("exam-started"), NULL, 5, err));
    must_fail(ERROR_INVALID,
              event_report(&h->p, house_session(h), USER, STR("online"), json_array(), 5, err));
    must_fail(ERROR_NOT_FOUND,
              event_report(&h->p, house_session(h), USER + 1, STR("online"), NULL, 5, err));
    must_fail(ERROR_TOO_LARGE, event_report(&h->p, house_session(h), USER, STR("online"),
                                            json_pack("{s:s}", "text", big), 5, err));
    char many[] = "UPDATE session SET client_events = 5000";
    house_run_sql(h, many);
    must_fail(ERROR_THROTTLED,
              event_report(&h->p, house_session(h), USER, STR("online"), NULL, 5, err));
    must(event_list(&h->p, house_session(h), &arena, &events, &len, err));
    assert_true(str_eq(events[len - 1].kind, STR("page-hidden")));
    assert_string_equal(events[len - 1].title, "Page was hidden");
    assert_string_equal(events[len - 1].detail.ptr, "{\"client_us\":5,\"for_ms\":200}");
}

static void repeated_saves_of_an_answer_are_one_event(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    size_t len, before;
    house_record(h);
    must(event_list(&h->p, house_session(h), &arena, &events, &before, err));
    static const char *const details[] = {
        "{\"item\":1,\"revision\":1}", "{\"item\":1,\"revision\":2}", "{\"item\":2,\"revision\":1}",
        "{\"item\":1,\"revision\":3}"};
    for (size_t i = 0; i < ARRAY_LEN(details); i++)
        must(provider_milestone(&h->p, house_session(h), STR("answered"), str_from(details[i]),
                                err));
    must(event_list(&h->p, house_session(h), &arena, &events, &len, err));
    assert_int_equal(len - before, 3);
    assert_string_equal(events[before].detail.ptr, details[1]);
}

static void a_view_is_on_record_once_in_ten_minutes(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    size_t len, before;
    house_record(h);
    struct stream s = record(h, &arena, STR("bytes"));
    must(event_list(&h->p, house_session(h), &arena, &events, &before, err));
    for (int i = 0; i < 3; i++)
        must(event_viewed(&h->p, house_session(h), str_from(s.id), 40, false, err));
    must(event_viewed(&h->p, house_session(h), str_from(s.id), 41, false, err));
    char later[] = "UPDATE recording_view SET seen_us = seen_us - 601000000";
    house_run_sql(h, later);
    must(event_viewed(&h->p, house_session(h), str_from(s.id), 40, false, err));
    must(event_list(&h->p, house_session(h), &arena, &events, &len, err));
    assert_int_equal(len - before, 3);
    assert_non_null(strstr(events[len - 1].detail.ptr, "\"user\":40"));
}

/* ---- the report ---- */

struct finish {
    struct str stream_id, owner;
};

static bool finish_body(struct db *db, void *context, struct error *err)
{
    struct finish *f = context;
    struct analysis_end end = {.fed = 5,
                               .duration_us = 60 * SECOND_US,
                               .frames = 900,
                               .models = STR("{\"blazeface\":\"00\"}"),
                               .isa = STR("avx2")};
    return analysis_job_end_in(db, f->stream_id, f->owner, &end, STR(""), err);
}

static void the_report_is_made_when_all_analyses_have_ended_and_is_signed(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(json_decrefp) json_t *json = NULL;
    struct session session;
    struct str text;
    bool made;
    house_record(h);
    struct stream s = record(h, &arena, STR("bytes")),
                  empty = house_make_stream(h, &arena, STREAM_CAMERA);
    struct upload_length lengths[] = {{str_from(s.id), 5}, {str_from(empty.id), 0}};
    struct finish finish = {str_from(s.id), STR("one")};
    raise_flag(h, &s, 0, RULE_NO_FACE, 10, 20, STR(""));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(report_session_make(&h->p, house_session(h), &made, err));
    assert_false(made);
    must(upload_end(&h->p, house_session(h), USER, lengths, 2, err));
    must(report_session_make(&h->p, house_session(h), &made, err));
    assert_false(made);
    assert_string_not_equal(claim(h, "one").stream_id, "");
    assert_string_not_equal(claim(h, "one").stream_id, "");
    must(db_store_write(h->p.store, finish_body, &finish, err));
    must(report_session_make(&h->p, house_session(h), &made, err));
    assert_false(made);
    must_fail(ERROR_CONFLICT, report_session_text(&h->p, house_session(h), &arena, &text, err));
    finish.stream_id = str_from(empty.id);
    must(db_store_write(h->p.store, finish_body, &finish, err));
    size_t count;
    must(report_session_make_waiting(&h->p, &count, err));
    assert_int_equal(count, 1);
    must(report_session_make(&h->p, house_session(h), &made, err)); /* not a second time */
    assert_false(made);
    must(session_find(&h->p, house_session(h), &session, err));
    assert_int_equal(session.state, SESSION_REPORTED);
    must(report_session_text(&h->p, house_session(h), &arena, &text, err));
    must(signed_text_verify(h->p.sign_key.public_bytes, text, err));
    must(json_parse(text, &json, err));
    assert_int_equal(json_array_size(json_object_get(json, "incidents")), 1);
    assert_int_equal(json_array_size(json_object_get(json, "streams")), 2);
    const json_t *recordings = json_object_get(json_object_get(json, "analysis"), "recordings");
    assert_int_equal(json_array_size(recordings), 2);
    assert_int_equal(json_array_size(json_object_get(json_array_get(recordings, 0), "flags")), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, house_tear_down)
    const struct CMUnitTest tests[] = {
        T(the_end_waits_for_every_byte),
        T(a_stream_the_page_has_lost_is_closed_as_it_is),
        T(the_receipt_is_signed_and_names_what_there_is),
        T(the_receipt_has_the_last_answers_and_the_files_that_are_left),
        T(the_time_to_upload_ends_after_three_days),
        T(a_stream_has_one_worker_and_is_taken_over_when_its_lease_ran_out),
        T(after_three_tries_the_analysis_has_failed_with_a_sentence),
        T(flags_within_five_seconds_are_one_incident),
        T(a_picture_is_sealed_and_goes_with_the_key),
        T(only_known_events_come_from_the_page_and_only_so_many),
        T(repeated_saves_of_an_answer_are_one_event),
        T(a_view_is_on_record_once_in_ten_minutes),
        T(the_report_is_made_when_all_analyses_have_ended_and_is_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
