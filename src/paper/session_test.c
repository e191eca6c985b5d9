#include "paper/paper.h"

#include "base/clock.h"
#include "paper/material.h"
#include "paper/testing.h"
#include "proctor/exam.h"
#include "proctor/summary.h"
#include "proctor/test_house.h"

static const struct review_person helena = {3, {"Helena Marsh", 12}};
static const struct review_person tomas = {4, {"Tomas Rivera", 12}};
static const struct paper_wish helenas = {.format = PAPER_HTML, .reader_ref = 3};
static const struct paper_wish tomass = {.format = PAPER_HTML, .reader_ref = 4};

struct raise {
    struct str session_id, stream_id;
    int64_t start_us;
    uint32_t index;
};

static bool raise_body(struct db *db, void *context, struct error *err)
{
    const struct raise *r = context;
    const struct flag flag = {.rule = r->index % 2 ? RULE_PHONE : RULE_NO_FACE,
                              .severity = r->index % 2 ? SEVERITY_HIGH : SEVERITY_LOW,
                              .from_us = 10 * r->index * SECOND_US,
                              .to_us = (10 * r->index + 2) * SECOND_US,
                              .confidence = 0.75,
                              .samples = 4,
                              .hits = 3,
                              .numbers = "seen in 3 of 4 looks"};
    return flag_put_in(db, r->session_id, r->stream_id, r->start_us, r->index, &flag, err) &&
           summary_refresh_in(db, r->session_id, err);
}

static void raise_flags(struct house *h, uint32_t count)
{
    CLEANUP(arena_done) struct arena arena = {0};
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    struct raise r = {house_session(h), str_from(s.id), s.start_us, 0};
    for (; r.index < count; r.index++)
        must(db_store_write(h->p.store, raise_body, &r, err));
    house_run_sql(h, (char[]){"UPDATE session SET state = 5, ended_us = started_us + 1000"});
}

static char *text_of(struct house *h, const struct paper_wish *wish, struct buf *to)
{
    const char *text;
    buf_clear(to);
    must(paper_session(&h->p, house_session(h), wish, to, err));
    must(buf_c_text(to, &text, err));
    return to->ptr;
}

static void before_it_begins_there_is_none(void **state)
{
    struct house *h = *state;
    CLEANUP(buf_done) struct buf page = {0};
    must_fail(ERROR_CONFLICT, paper_session(&h->p, house_session(h), &helenas, &page, err));
    must_fail(ERROR_NOT_FOUND, paper_session(&h->p, STR("nobody"), &helenas, &page, err));
}

static void the_same_state_gives_the_same_bytes_and_a_word_gives_others(void **state)
{
    struct house *h = *state;
    CLEANUP(buf_done) struct buf one = {0};
    CLEANUP(buf_done) struct buf other = {0};
    raise_flags(h, 3);
    assert_string_equal(text_of(h, &helenas, &one), text_of(h, &helenas, &other));
    assert_well_formed(one.ptr);
    must(evidence_checkpoint(&h->p, house_session(h), err));
    must(event_viewed(&h->p, house_session(h), STR("stream"), 4, false, err));
    assert_string_equal(one.ptr, text_of(h, &helenas, &other));
    must(review_note(&h->p, house_session(h), &tomas, STR("Look at the desk."), err));
    assert_string_not_equal(one.ptr, text_of(h, &helenas, &other));
    assert_non_null(strstr(other.ptr, "Look at the desk."));
}

static void what_is_missing_is_said(void **state)
{
    struct house *h = *state;
    CLEANUP(buf_done) struct buf page = {0};
    house_record(h);
    text_of(h, &helenas, &page);
    static const char *const words[] = {
        "Preliminary.",
        "Undecided: nobody has decided on this session.",
        "No flags so far. The analysis has not ended.",
        "The result has not been released to the candidate.",
        "No identity profile is kept of this candidate.",
        "No member of staff acted on this session.",
        "Nothing was recorded.",
        "Cannot be told before every recording has been analysed.",
        "walked from its first record: nothing was changed",
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (!strstr(page.ptr, words[i]))
            fail_msg("it does not say: %s", words[i]);
}

/* The same house, with a session of an exam whose decisions need two people. */
static void ask_for_two(struct house *h)
{
    must(proctored_exam_set_policy(
        &h->p, str_from(h->exam),
        STR("{\"checkin\":{\"face_scan\":false,\"id_scan\":false,\"screen\":false},"
            "\"review\":{\"second\":\"always\"}}"),
        err));
    house_make_session(h, "attempt/2", USER, h->session);
}

static void a_blind_reader_sees_their_own_words_alone(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf page = {0};
    struct flag_row *flags;
    size_t len;
    ask_for_two(h);
    raise_flags(h, 2);
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    must(review_say(&h->p, house_session(h), &helena, flags[0].id, REVIEW_BREAKS, STR("HELENAS"),
                    err));
    must(review_say(&h->p, house_session(h), &tomas, flags[0].id, REVIEW_BREAKS_NOT, STR("TOMASS"),
                    err));
    must(review_decide(&h->p, house_session(h), &helena, REVIEW_VIOLATION, false, STR("HELENAS"),
                       err));
    must(review_note(&h->p, house_session(h), &helena, STR("HELENAS"), err));
    text_of(h, &tomass, &page);
    assert_null(strstr(page.ptr, "HELENAS"));
    assert_null(strstr(page.ptr, "Violation"));
    assert_null(strstr(page.ptr, "nobody has decided"));
    assert_null(strstr(page.ptr, "Helena Marsh"));
    assert_non_null(strstr(page.ptr, "TOMASS"));
    assert_non_null(strstr(page.ptr, "This exam asks for two people"));
    text_of(h, &helenas, &page);
    assert_non_null(strstr(page.ptr, "HELENAS"));
    assert_non_null(strstr(page.ptr, "This exam asks for two people")); /* blind to others */
    assert_null(strstr(page.ptr, "TOMASS"));
    must(review_decide(&h->p, house_session(h), &tomas, REVIEW_PASSED, false, STR(""), err));
    text_of(h, &tomass, &page);
    assert_non_null(strstr(page.ptr, "HELENAS"));
    assert_non_null(strstr(page.ptr, "Undecided: two reviewers differ."));
    assert_null(strstr(page.ptr, "(holds)"));
    must(review_decide(&h->p, house_session(h), &tomas, REVIEW_VIOLATION, false, STR(""), err));
    text_of(h, &helenas, &page);
    assert_non_null(strstr(page.ptr, "Violation (holds)"));
    assert_non_null(strstr(page.ptr, "Passed (changed later)"));
}

static void a_signature_fits_the_bytes_that_were_made_and_no_others(void **state)
{
    struct house *h = *state;
    CLEANUP(buf_done) struct buf page = {0};
    CLEANUP(freep) char *signature = NULL;
    unsigned char other_key[SIGN_PUBLIC_SIZE] = {1};
    struct paper_signed found;
    raise_flags(h, 1);
    text_of(h, &helenas, &page);
    struct str bytes = buf_str(&page);
    must(paper_signature(&h->p, house_session(h), &helenas, STR(""), &signature, err));
    struct str text = str_from(signature);
    const unsigned char *key = h->p.sign_key.public_bytes;
    must(paper_verify(key, bytes, text, &found, err));
    assert_string_equal(found.session, h->session);
    assert_string_equal(found.format, "html");
    must_fail(ERROR_CHECKSUM,
              paper_verify(key, str_slice(bytes, 0, bytes.len - 1), text, &found, err));
    must_fail(ERROR_CHECKSUM, paper_verify(other_key, bytes, text, &found, err));
    must_fail(ERROR_INVALID, paper_verify(key, bytes, STR("{}"), &found, err));
    must_fail(ERROR_NOT_FOUND, paper_signature(&h->p, house_session(h), &helenas,
                                               STR("0123456789abcdef"), &(char *){NULL}, err));
}

/* Another document of the same key is no signature of a report. */
static void a_checkpoint_is_not_taken_for_a_signature(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct evidence_record *records;
    struct paper_signed found;
    size_t len;
    house_record(h);
    must(evidence_checkpoint(&h->p, house_session(h), err));
    must(evidence_list(&h->p, house_session(h), 0, 1000, STR(""), &arena, &records, &len, err));
    assert_str(records[len - 1].kind, STR(EVIDENCE_CHECKPOINT));
    must_fail(ERROR_INVALID, paper_verify(h->p.sign_key.public_bytes, STR("x"),
                                          records[len - 1].payload, &found, err));
}

static void flags_beyond_what_is_printed_are_counted(void **state)
{
    struct house *h = *state;
    CLEANUP(buf_done) struct buf page = {0};
    raise_flags(h, 2005);
    text_of(h, &helenas, &page);
    assert_non_null(strstr(page.ptr, "5 more flags are not printed here."));
}

static void a_broken_chain_is_told_before_all_else(void **state)
{
    struct house *h = *state;
    CLEANUP(buf_done) struct buf page = {0};
    house_record(h);
    house_run_sql(h, (char[]){"UPDATE evidence SET payload = '{\"x\":1}' WHERE seq = 3"});
    text_of(h, &helenas, &page);
    assert_non_null(strstr(page.ptr, "BROKEN: record 3 of the evidence was altered"));
    assert_null(strstr(page.ptr, "nothing was changed"));
}

static void of_an_erased_session_it_says_that_all_is_gone(void **state)
{
    struct house *h = *state;
    CLEANUP(buf_done) struct buf page = {0};
    raise_flags(h, 1);
    house_run_sql(h, (char[]){"DELETE FROM evidence"});
    text_of(h, &helenas, &page);
    assert_non_null(strstr(page.ptr, "The evidence of this session has been deleted."));
    assert_null(strstr(page.ptr, "nothing was changed"));
}

static void accommodations_are_told(void **state)
{
    struct house *h = *state;
    CLEANUP(buf_done) struct buf page = {0};
    struct provider_attempt attempt = {
        .exam_id = str_from(h->exam),
        .attempt_ref = STR("attempt/2"),
        .user_ref = USER,
        .candidate = STR("Amara Okafor"),
        .exam_url = STR("/exam/?attempt=2"),
        .return_url = STR("/"),
        .accommodations_json = STR("{\"permitted\":[\"helper\"]}"),
    };
    house_record(h);
    text_of(h, &helenas, &page);
    assert_null(strstr(page.ptr, "helper"));
    must(provider_create_session(&h->p, &attempt, h->session, err));
    house_record(h);
    text_of(h, &helenas, &page);
    assert_non_null(strstr(page.ptr, "{&quot;permitted&quot;:[&quot;helper&quot;]}"));
    assert_non_null(strstr(page.ptr, "<dt>Permitted</dt>\n<dd>helper</dd>"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, house_set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(before_it_begins_there_is_none),
        T(the_same_state_gives_the_same_bytes_and_a_word_gives_others),
        T(what_is_missing_is_said),
        T(a_blind_reader_sees_their_own_words_alone),
        T(a_signature_fits_the_bytes_that_were_made_and_no_others),
        T(a_checkpoint_is_not_taken_for_a_signature),
        T(flags_beyond_what_is_printed_are_counted),
        T(a_broken_chain_is_told_before_all_else),
        T(of_an_erased_session_it_says_that_all_is_gone),
        T(accommodations_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
