/* The check-in as a whole, without pictures: steps, checks, profile, the app's link. */
#include "proctor/app_link.h"
#include "proctor/check.h"
#include "proctor/enrolment.h"
#include "proctor/event.h"
#include "proctor/flag.h"
#include "proctor/profile.h"
#include "proctor/scan.h"
#include "proctor/screen_consent.h"
#include "proctor/steps.h"
#include "proctor/test_house.h"

static const struct profile_staff staff = {.ref = 3, .name = {"Helena Marsh", 12}};

static const struct app_build_word linux_app = {.platform = {"linux", 5}};

static struct steps read_steps(struct house *h, const char *session, struct arena *arena)
{
    struct steps steps;
    must(steps_read_own(&h->p, str_from(session), USER, arena, &steps, err));
    return steps;
}

static enum step current(struct house *h, const char *session)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct steps steps = read_steps(h, session, &arena);
    return steps_current(&steps);
}

/* A session of an exam with this policy. */
static void make_session(struct house *h, const char *ref, bool practice, const char *policy,
                         char ret[ID_TEXT_SIZE])
{
    struct provider_exam exam = {.external_ref = str_from(ref),
                                 .title = str_from(ref),
                                 .practice = practice,
                                 .duration_s = 60,
                                 .launch_path = STR("/launch"),
                                 .policy_json = str_from(policy)};
    must(provider_register_exam(&h->p, &exam, h->exam, err));
    house_make_session(h, ref, USER, ret);
}

struct keeping {
    struct house *h;
    const char *session;
    enum profile_part part;
    bool approved;
    char scan[ID_TEXT_SIZE];
};

/* What a confirmed scan does, without its examination. */
static bool keep_body(struct db *db, void *context, struct error *err)
{
    struct keeping *k = context;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    struct policy policy;
    struct str session = str_from(k->session);
    bool face = k->part == PROFILE_FACE;
    if (!session_read_policy_in(db, session, &arena, &policy, err) ||
        !profile_open_in(&k->h->p, db, USER, &key, err) ||
        !scan_create_in(db, session, k->part, face ? SCAN_SCANNING : SCAN_APPROVED, k->scan, err) ||
        !scan_add_part_in(db, &key, str_from(k->scan), face ? "template" : "picture",
                          STR("what was seen"), err) ||
        (face && !scan_move_in(db, str_from(k->scan), SCAN_READY, err)) ||
        !scan_move_in(db, str_from(k->scan), SCAN_CONFIRMED, err))
        return false;
    struct profile_scan scan = {.part = k->part,
                                .scan_id = str_from(k->scan),
                                .session_id = session,
                                .name = STR("Amara Okafor"),
                                .approved = k->approved,
                                .face_score = face ? -2 : 0.8,
                                .name_score = face ? -1 : 1};
    return profile_keep_in(&k->h->p, db, USER, &policy, &scan, err);
}

static void keep(struct house *h, const char *session, enum profile_part part, bool approved)
{
    struct keeping k = {.h = h, .session = session, .part = part, .approved = approved};
    must(db_store_write(h->p.store, keep_body, &k, err));
}

static struct profile profile_of(struct house *h, struct arena *arena)
{
    struct profile profile;
    must(profile_find(&h->p, USER, arena, &profile, err));
    return profile;
}

#define SCANS "{\"checkin\":{\"face_scan\":true,\"id_scan\":true,\"screen\":false,\"approval\":"

/* ---- steps ---- */

static void the_steps_come_in_the_guides_order_and_start_names_the_one_that_is_open(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    char session[ID_TEXT_SIZE];
    struct error why = {0};
    make_session(h, "strict", true, "{\"base\":\"strict\",\"checkin\":{\"plugin\":false}}",
                 session);
    struct steps steps = read_steps(h, session, &arena);
    assert_false(step_is_needed(&steps, STEP_PLUGIN));
    assert_int_equal(steps_current(&steps), STEP_INSTRUCTIONS);
    house_accept_in(h, str_from(session), USER, DOCUMENT_INSTRUCTIONS);
    assert_int_equal(current(h, session), STEP_AGREEMENT);
    house_accept_in(h, str_from(session), USER, DOCUMENT_AGREEMENT);
    assert_int_equal(current(h, session), STEP_FACE_SCAN);
    assert_false(session_start(&h->p, str_from(session), USER, &why));
    assert_int_equal(why.code, ERROR_CONFLICT);
    assert_true(str_starts(str_from(why.message), STR("face-scan: ")));
    keep(h, session, PROFILE_FACE, false);
    assert_int_equal(current(h, session), STEP_ID_SCAN);
    keep(h, session, PROFILE_ID, true);
    assert_int_equal(current(h, session), STEP_APP);
    char code[APP_CODE_SIZE], token[TOKEN_TEXT_SIZE], paired[ID_TEXT_SIZE];
    int64_t expires_us;
    must(app_link_code(&h->p, str_from(session), USER, code, &expires_us, err));
    must(app_link_pair(&h->p, str_from(code), STR("1"), &linux_app, token, paired, err));
    assert_string_equal(paired, session);
    assert_int_equal(current(h, session), STEP_SYSTEM_CHECK);
    for (int i = CHECK_POINT_NONE + 1; i < CHECK_POINTS; i++) {
        struct check_claim claim = {
            .point = (enum check_point)i, .state = CHECK_PASSED, .from_app = i != CHECK_BROWSER};
        must(check_report(&h->p, str_from(session), USER, &claim, err));
    }
    assert_int_equal(current(h, session), STEP_SCREEN);
    must_fail(ERROR_CONFLICT,
              screen_consent_give(&h->p, str_from(session), USER, STR("window"), STR("w"), err));
    assert_int_equal(current(h, session), STEP_SCREEN);
    must(screen_consent_give(&h->p, str_from(session), USER, STR("monitor"), STR("m"), err));
    assert_int_equal(current(h, session), STEP_CAMERA);
    must(session_start(&h->p, str_from(session), USER, err));
    assert_int_equal(current(h, session), STEP_EXAM);
}

static void a_real_exam_scans_only_without_a_profile_that_counts(void **state)
{
    struct house *h = *state;
    char practice[ID_TEXT_SIZE], exam[ID_TEXT_SIZE], other[ID_TEXT_SIZE];
    make_session(h, "practice", true, SCANS "\"after\"}}", practice);
    make_session(h, "exam", false, SCANS "\"after\"}}", exam);
    CLEANUP(arena_done) struct arena arena = {0};
    struct steps steps = read_steps(h, exam, &arena);
    assert_true(step_is_needed(&steps, STEP_FACE_SCAN) && step_is_needed(&steps, STEP_ID_SCAN));
    keep(h, practice, PROFILE_FACE, false);
    keep(h, practice, PROFILE_ID, false); /* a person is to look at it */
    assert_int_equal(profile_of(h, &arena).state, PROFILE_PENDING);
    steps = read_steps(h, exam, &arena);
    assert_false(step_is_needed(&steps, STEP_FACE_SCAN) || step_is_needed(&steps, STEP_ID_SCAN));
    steps = read_steps(h, practice, &arena);
    assert_true(step_is_needed(&steps, STEP_FACE_SCAN) && step_is_done(&steps, STEP_FACE_SCAN));

    /* where it has to be approved before, pending does not open the exam */
    must(provider_set_policy(&h->p, str_from(h->exam), STR(SCANS "\"before\"}}"), err));
    struct provider_attempt attempt = {.exam_id = str_from(h->exam),
                                       .attempt_ref = STR("later"),
                                       .user_ref = USER,
                                       .candidate = STR("Amara Okafor"),
                                       .exam_url = STR("/exam/"),
                                       .return_url = STR("/")};
    must_fail(ERROR_CONFLICT, provider_create_session(&h->p, &attempt, other, err));
    struct profile profile = profile_of(h, &arena);
    must(profile_decide(&h->p, str_from(profile.id), true, &staff, STR("known"), err));
    must(provider_create_session(&h->p, &attempt, other, err));
}

/* ---- profiles ---- */

static void decisions_are_kept_and_can_be_taken_back(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    char session[ID_TEXT_SIZE];
    struct profile_event *events;
    struct profile *list;
    size_t len;
    make_session(h, "practice", true, SCANS "\"after\"}}", session);
    keep(h, session, PROFILE_FACE, false);
    must_fail(ERROR_CONFLICT, profile_decide(&h->p, str_from(profile_of(h, &arena).id), true,
                                             &staff, STR("x"), err));
    keep(h, session, PROFILE_ID, true);
    struct profile profile = profile_of(h, &arena);
    assert_int_equal(profile.state, PROFILE_APPROVED);
    assert_true(profile.expires_us > clock_wall_us() + PROFILE_KEEP_US - 60 * SECOND_US);
    struct str id = str_from(profile.id);
    must_fail(ERROR_INVALID, profile_decide(&h->p, id, false, &staff, STR("  "), err));
    must(profile_decide(&h->p, id, false, &staff, STR("not alike"), err));
    struct profile rejected = profile_of(h, &arena);
    assert_int_equal(rejected.state, PROFILE_REJECTED);
    assert_int_equal(rejected.parts[PROFILE_ID].state, PROFILE_PART_REJECTED);
    assert_true(str_eq(rejected.reasons, STR("[\"not alike\"]")));
    must(profile_decide(&h->p, id, true, &staff, STR("alike"), err));
    assert_int_equal(profile_of(h, &arena).state, PROFILE_APPROVED);
    must(profile_viewed(&h->p, id, PROFILE_FACE, &staff, err));
    must(profile_viewed(&h->p, id, PROFILE_FACE, &staff, err));
    must(profile_history(&h->p, id, &arena, &events, &len, err));
    static const char *const kinds[] = {"face-scanned", "id-scanned", "approved",
                                        "rejected",     "approved",   "viewed"};
    assert_int_equal(len, ARRAY_LEN(kinds));
    for (size_t i = 0; i < len; i++)
        assert_true(str_eq(events[i].kind, str_from(kinds[i])));
    assert_true(str_eq(events[3].by, staff.name));
    must(profile_list(&h->p, 0, PROFILE_APPROVED, STR(""), 10, &arena, &list, &len, err));
    assert_int_equal(len, 1);
    must(profile_list(&h->p, 0, PROFILE_APPROVED, id, 10, &arena, &list, &len, err));
    assert_int_equal(len, 0);
    must(profile_list(&h->p, 0, PROFILE_PENDING, STR(""), 10, &arena, &list, &len, err));
    assert_int_equal(len, 0);
}

static void a_profile_expires_and_is_scanned_anew(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    char session[ID_TEXT_SIZE];
    make_session(h, "practice", true, SCANS "\"after\"}}", session);
    keep(h, session, PROFILE_FACE, false);
    keep(h, session, PROFILE_ID, true);
    house_run_sql(h, "UPDATE profile SET expires_us = 5");
    assert_int_equal(profile_of(h, &arena).state, PROFILE_EXPIRED);
    assert_int_equal(profile_of(h, &arena).parts[PROFILE_FACE].state, PROFILE_PART_NONE);
    CLEANUP(buf_done) struct buf template = {0};
    must(enrolment_find(&h->p, str_from(session), &template, err));
    assert_int_equal(template.len, 0);
    keep(h, session, PROFILE_FACE, false);
    assert_int_equal(profile_of(h, &arena).state, PROFILE_NONE);
    keep(h, session, PROFILE_ID, true);
    assert_int_equal(profile_of(h, &arena).state, PROFILE_APPROVED);
}

static void another_face_after_the_id_goes_to_a_person(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    char session[ID_TEXT_SIZE];
    make_session(h, "practice", true, SCANS "\"after\"}}", session);
    keep(h, session, PROFILE_FACE, false);
    keep(h, session, PROFILE_ID, true);
    must(profile_retake(&h->p, str_from(session), PROFILE_FACE, &staff, STR("hair"), err));
    struct steps steps = read_steps(h, session, &arena);
    assert_false(step_is_done(&steps, STEP_FACE_SCAN));
    assert_true(step_is_done(&steps, STEP_ID_SCAN));
    keep(h, session, PROFILE_FACE, false);
    assert_int_equal(profile_of(h, &arena).state, PROFILE_PENDING);
    assert_true(profile_of(h, &arena).face_score < -1);
}

static void erasing_takes_the_key_and_all_that_it_sealed(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf template = {0};
    char session[ID_TEXT_SIZE];
    size_t sessions;
    make_session(h, "practice", true, SCANS "\"after\"}}", session);
    keep(h, session, PROFILE_FACE, false);
    must(enrolment_find(&h->p, str_from(session), &template, err));
    assert_true(str_eq(buf_str(&template), STR("what was seen")));
    must(provider_erase_user(&h->p, USER, &sessions, err));
    assert_int_equal(sessions, 2);
    assert_int_equal(profile_of(h, &arena).state, PROFILE_NONE);
    buf_clear(&template);
    must(enrolment_find(&h->p, str_from(session), &template, err));
    assert_int_equal(template.len, 0);
    must(provider_erase_user(&h->p, USER + 1, &sessions, err)); /* nothing is fine */
    assert_int_equal(sessions, 0);
}

/* ---- checks ---- */

static void an_override_stays_until_the_point_passes_and_is_refused_after_the_start(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct check_claim failed = {
        .point = CHECK_DISPLAYS, .state = CHECK_FAILED, .problem = STR("two displays")};
    house_accept(h, DOCUMENT_INSTRUCTIONS);
    must_fail(ERROR_CONFLICT, check_report(&h->p, house_session(h), USER, &failed, err));
    house_accept(h, DOCUMENT_AGREEMENT);
    must_fail(ERROR_NOT_FOUND, check_report(&h->p, house_session(h), USER + 1, &failed, err));
    house_check(h, house_session(h), USER);
    must(check_report(&h->p, house_session(h), USER, &failed, err));
    must_fail(ERROR_INVALID, check_override(&h->p, house_session(h), CHECK_DISPLAYS, 3, STR("Mei"),
                                            STR(" "), err));
    must(
        check_override(&h->p, house_session(h), CHECK_DISPLAYS, 3, STR("Mei"), STR("tablet"), err));
    must(check_report(&h->p, house_session(h), USER, &failed, err));
    struct steps steps = read_steps(h, h->session, &arena);
    const struct check *c = &steps.checks[CHECK_DISPLAYS - 1];
    assert_int_equal(c->state, CHECK_OVERRIDDEN);
    assert_true(str_eq(c->reason, STR("tablet")) && str_eq(c->problem, STR("two displays")));
    must(session_start(&h->p, house_session(h), USER, err));
    must_fail(ERROR_CONFLICT, check_report(&h->p, house_session(h), USER, &failed, err));
    must_fail(ERROR_CONFLICT, check_override(&h->p, house_session(h), CHECK_DISPLAYS, 3, STR("Mei"),
                                             STR("x"), err));
}

/* ---- the app ---- */

static void a_code_is_good_once_and_for_ten_minutes(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    char code[APP_CODE_SIZE], token[TOKEN_TEXT_SIZE], session[ID_TEXT_SIZE];
    int64_t expires_us, user;
    must_fail(ERROR_NOT_FOUND,
              app_link_code(&h->p, house_session(h), USER + 1, code, &expires_us, err));
    must(app_link_code(&h->p, house_session(h), USER, code, &expires_us, err));
    house_run_sql(h, "UPDATE app_code SET expires_us = 5");
    must_fail(ERROR_NOT_FOUND,
              app_link_pair(&h->p, str_from(code), STR("1.0"), &linux_app, token, session, err));
    must(app_link_code(&h->p, house_session(h), USER, code, &expires_us, err));
    must(app_link_pair(&h->p, str_from(code), STR("1.0"), &linux_app, token, session, err));
    must_fail(ERROR_NOT_FOUND,
              app_link_pair(&h->p, str_from(code), STR("1.0"), &linux_app, token, session, err));
    must(app_link_whose(&h->p, str_from(token), session, &user, err));
    assert_string_equal(session, h->session);
    assert_int_equal(user, USER);
    token[0] = token[0] == '0' ? '1' : '0';
    must(app_link_whose(&h->p, str_from(token), session, &user, err));
    assert_string_equal(session, "");
    house_run_sql(h, "UPDATE app_link SET seen_us = 5");
    struct steps steps = read_steps(h, h->session, &arena);
    assert_int_equal(steps.app.state, APP_GONE);
    must(app_link_seen(&h->p, house_session(h), NULL, err));
    steps = read_steps(h, h->session, &arena);
    assert_int_equal(steps.app.state, APP_CONNECTED);
}

static struct app_build_word said(unsigned char of, const unsigned char *offered)
{
    static char hex[STR_HEX_MAX(SHA256_SIZE)];
    unsigned char sha256[SHA256_SIZE];
    memset(sha256, of, sizeof sha256);
    str_to_hex(str_bytes(sha256, sizeof sha256), hex);
    return (struct app_build_word){
        .platform = STR("linux"), .sha256 = str_from(hex), .offered = offered};
}

struct comparing {
    struct app_build_word word;
    enum app_build is;
};

static bool compare_body(struct db *db, void *context, struct error *err)
{
    struct comparing *c = context;
    return app_build_compare_in(db, &c->word, &c->is, err);
}

static enum app_build compared(struct house *h, struct app_build_word word)
{
    struct comparing c = {.word = word};
    must(db_store_read(h->p.store, compare_body, &c, err));
    return c.is;
}

static void an_app_is_laid_beside_those_that_were_given(void **state)
{
    struct house *h = *state;
    unsigned char first[SHA256_SIZE], now[SHA256_SIZE];
    memset(first, 1, sizeof first);
    memset(now, 2, sizeof now);
    must(app_build_given(&h->p, STR("linux"), first, err));
    must(app_build_given(&h->p, STR("linux"), first, err));
    must(app_build_given(&h->p, STR("windows"), now, err));
    assert_int_equal(compared(h, said(1, first)), APP_BUILD_CURRENT);
    assert_int_equal(compared(h, said(1, now)), APP_BUILD_OLDER);
    assert_int_equal(compared(h, said(2, now)), APP_BUILD_CURRENT); /* nobody got it yet */
    assert_int_equal(compared(h, said(2, first)), APP_BUILD_OTHER); /* another platform's */
    assert_int_equal(compared(h, said(1, NULL)), APP_BUILD_UNKNOWN);
    struct app_build_word word = {.platform = STR("linux"), .sha256 = STR(""), .offered = now};
    assert_int_equal(compared(h, word), APP_BUILD_UNKNOWN);
    word.sha256 = STR("0202");
    assert_int_equal(compared(h, word), APP_BUILD_OTHER);
}

/* How many records of this kind there are. */
static size_t records_of(struct house *h, const char *kind)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    size_t len, found = 0;
    must(event_list(&h->p, house_session(h), &arena, &events, &len, err));
    for (size_t i = 0; i < len; i++)
        found += str_eq(events[i].kind, str_from(kind));
    return found;
}

static void an_app_that_is_silent_in_the_exam_is_on_record_and_ends_nothing(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    char code[APP_CODE_SIZE], token[TOKEN_TEXT_SIZE], session[ID_TEXT_SIZE];
    int64_t expires_us, later_us = clock_wall_us() + 130 * SECOND_US;
    struct flag_row *flags;
    size_t len;
    must(app_link_code(&h->p, house_session(h), USER, code, &expires_us, err));
    must(app_link_pair(&h->p, str_from(code), STR("1"), &linux_app, token, session, err));
    must(app_link_note_silence(&h->p, later_us, 10, err));
    assert_int_equal(records_of(h, "app-lost"), 0); /* nothing is monitored yet */
    house_record(h);
    must(provider_exam_started(&h->p, house_session(h), err));
    must(app_link_note_silence(&h->p, later_us - 20 * SECOND_US, 10, err));
    assert_int_equal(records_of(h, "app-lost"), 0); /* "standard" allows two minutes */
    must(app_link_note_silence(&h->p, later_us, 10, err));
    must(app_link_note_silence(&h->p, later_us + SECOND_US, 10, err));
    assert_int_equal(records_of(h, "app-lost"), 1); /* once */
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    assert_int_equal(len, 1);
    assert_int_equal(flags[0].flag.rule, RULE_APP_LOST);
    struct steps steps = read_steps(h, h->session, &arena);
    assert_int_equal(steps.session.state, SESSION_EXAM); /* the exam goes on */
    must(app_link_seen(&h->p, house_session(h), NULL, err));
    assert_int_equal(records_of(h, "app-back"), 1);
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    assert_int_equal(len, 1);
}

static void every_record_has_a_title(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    char session[ID_TEXT_SIZE];
    size_t len;
    make_session(h, "practice", true, SCANS "\"after\"}}", session);
    house_accept_in(h, str_from(session), USER, DOCUMENT_INSTRUCTIONS);
    house_accept_in(h, str_from(session), USER, DOCUMENT_AGREEMENT);
    keep(h, session, PROFILE_FACE, false);
    must(profile_retake(&h->p, str_from(session), PROFILE_FACE, &staff, STR("hair"), err));
    house_check(h, str_from(session), USER);
    must(check_override(&h->p, str_from(session), CHECK_CAMERA, 3, STR("Mei"), STR("ok"), err));
    must(event_list(&h->p, str_from(session), &arena, &events, &len, err));
    assert_true(len > 10);
    for (size_t i = 0; i < len; i++)
        assert_string_not_equal(events[i].title, "Other event");
}

#define T(name) cmocka_unit_test_setup_teardown(name, house_set_up, house_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_steps_come_in_the_guides_order_and_start_names_the_one_that_is_open),
        T(a_real_exam_scans_only_without_a_profile_that_counts),
        T(decisions_are_kept_and_can_be_taken_back),
        T(a_profile_expires_and_is_scanned_anew),
        T(another_face_after_the_id_goes_to_a_person),
        T(erasing_takes_the_key_and_all_that_it_sealed),
        T(an_override_stays_until_the_point_passes_and_is_refused_after_the_start),
        T(a_code_is_good_once_and_for_ten_minutes),
        T(an_app_is_laid_beside_those_that_were_given),
        T(an_app_that_is_silent_in_the_exam_is_on_record_and_ends_nothing),
        T(every_record_has_a_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
