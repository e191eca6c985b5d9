/* The worker with real decoder children (this very program, started anew) and a real recording,
 * where the models and the shared media are there. */
#include "proctor/worker.h"

#include "analysis/follow.h"
#include "analysis/judge.h"
#include "detect/detect.h"
#include "identity/template.h"
#include "proctor/analysis_job.h"
#include "proctor/event.h"
#include "proctor/flag.h"
#include "proctor/observation.h"
#include "proctor/report_session.h"
#include "proctor/test_house.h"
#include "proctor/upload.h"
#include "support/media.h"

#include <signal.h>
#include <time.h>

#define CLIP "session_60s_many_events_mediarecorder_vp8.webm"
#define PATIENCE_US (60 * SECOND_US)

static char *clip; /* owned by main() */
static size_t clip_len;
static char models[TEST_PATH_MAX];
static bool have_parts; /* else each test is skipped */

static bool find_parts(void)
{
    char path[TEST_PATH_MAX];
    return test_find_models(models) && test_find_media("video/" CLIP, path) &&
           file_read(path, 64 << 20, &clip, &clip_len, NULL);
}

static struct worker *start_worker(struct house *h)
{
    struct worker *w = NULL;
    struct worker_options options = {.models_folder = models, .followers = 2};
    must(worker_start(&h->p, &options, &w, err));
    return w;
}

static void pause_a_little(void) { nanosleep(&(struct timespec){.tv_nsec = 20 * 1000000}, NULL); }

static struct analysis_job job_now(struct house *h, const struct stream *s)
{
    struct analysis_job job;
    must(analysis_job_find(&h->p, str_from(s->id), &job, err));
    return job;
}

static void wait_for(struct house *h, const struct stream *s, enum analysis_state state)
{
    int64_t until = clock_monotonic_us() + PATIENCE_US;
    while (job_now(h, s).state != state) {
        if (clock_monotonic_us() > until)
            fail_msg("the analysis is %s, not %s", analysis_state_name(job_now(h, s).state),
                     analysis_state_name(state));
        pause_a_little();
    }
}

static size_t wait_for_flags(struct house *h, size_t want, struct flag_row *first)
{
    int64_t until = clock_monotonic_us() + PATIENCE_US;
    for (;;) {
        CLEANUP(arena_done) struct arena arena = {0};
        struct flag_row *flags;
        size_t len;
        must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
        if (len >= want) {
            *first = flags[0];
            return len;
        }
        if (clock_monotonic_us() > until)
            fail_msg("%zu flags, not %zu", len, want);
        pause_a_little();
    }
}

static void feed(struct house *h, const struct stream *s, size_t from, size_t to)
{
    uint64_t size;
    for (size_t at = from; at < to; at += 200000)
        must(house_write(h, s->id, at, str_bytes(clip + at, MIN(200000, to - at)), &size, err));
}

static void end_session(struct house *h, const struct stream *s, size_t len)
{
    struct upload_length length = {str_from(s->id), len};
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(upload_end(&h->p, house_session(h), USER, &length, 1, err));
}

static void wait_for_report(struct house *h)
{
    int64_t until = clock_monotonic_us() + PATIENCE_US;
    struct session session;
    for (;;) {
        must(session_find(&h->p, house_session(h), &session, err));
        if (session.state == SESSION_REPORTED)
            return;
        if (clock_monotonic_us() > until)
            fail_msg("the session is %s", session_state_name(session.state));
        pause_a_little();
    }
}

/* The flags of the first part of the clip: all four, or fewer where it was cut. */
static void check_flags(struct house *h, size_t wanted)
{
    static const struct {
        enum rule rule;
        int from_s, to_s;
    } want[] = {{RULE_NO_FACE, 10, 16},
                {RULE_SEVERAL_FACES, 30, 36},
                {RULE_TOO_DARK, 36, 42},
                {RULE_CAMERA_COVERED, 42, 48}};
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf jpeg = {0};
    struct flag_row *flags;
    size_t len;
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    size_t found = 0;
    for (size_t i = 0; i < len; i++) {
        size_t k = 0;
        while (k < ARRAY_LEN(want) && want[k].rule != flags[i].flag.rule)
            k++;
        if (k == ARRAY_LEN(want)) /* of rules that other tests are about */
            continue;
        assert_int_equal(k, found++);
        assert_true(llabs(flags[i].flag.from_us - want[k].from_s * SECOND_US) <= 2 * SECOND_US);
        assert_true(llabs(flags[i].flag.to_us - want[k].to_s * SECOND_US) <= 2 * SECOND_US);
        assert_false(flags[i].flag.open);
        assert_true(flags[i].picture);
        buf_clear(&jpeg);
        must(flag_picture(&h->p, house_session(h), flags[i].id, &jpeg, err));
        assert_true(str_starts(buf_str(&jpeg), STR("\xff\xd8\xff")));
    }
    assert_int_equal(found, wanted);
}

static void judge(struct house *h, const struct stream *s, const char *policy_text,
                  struct findings *ret)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    CLEANUP(track_closep) struct track_reader *track = NULL;
    struct policy policy;
    must(observation_read(&h->p, house_session(h), str_from(s->id), &bytes, err));
    must(policy_parse(str_from(policy_text), &policy, err));
    must(track_open(buf_str(&bytes), &track, err));
    assert_true(str_eq(track_about(track).name, str_from(s->id)));
    assert_int_equal(track_about(track).bytes, clip_len);
    must(judge_track(track, &policy, ret, err));
}

/* What was kept gives the flags of the worker again, and others under another policy. */
static void check_judging(struct house *h, const struct stream *s)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(findings_done) struct findings same = {0};
    CLEANUP(findings_done) struct findings other = {0};
    CLEANUP(buf_done) struct buf gone = {0};
    struct flag_row *rows;
    size_t len;
    must(flag_list_stream(&h->p, str_from(s->id), &arena, &rows, &len, err));
    judge(h, s, "{\"base\": \"standard\"}", &same);
    assert_int_equal(same.len, len);
    for (size_t i = 0, k; i < len; i++) {
        for (k = 0; k < len && (rows[k].flag.rule != same.flags[i].rule ||
                                rows[k].flag.from_us != same.flags[i].from_us);)
            k++;
        assert_true(k < len);
        assert_int_equal(rows[k].flag.to_us, same.flags[i].to_us);
        assert_true(rows[k].flag.confidence == same.flags[i].confidence);
        assert_string_equal(rows[k].flag.numbers, same.flags[i].numbers);
    }
    judge(h, s, "{\"base\": \"standard\", \"rules\": {\"no-face\": {\"on\": false}}}", &other);
    assert_int_equal(other.len, len - 1);
    for (size_t i = 0; i < other.len; i++)
        assert_int_not_equal(other.flags[i].rule, RULE_NO_FACE);
    must(session_erase_key(&h->p, house_session(h), err));
    must_fail(ERROR_GONE, observation_read(&h->p, house_session(h), str_from(s->id), &gone, err));
}

/* Once in a session, at the time of the recording, however often it was analysed. */
static void check_first_face(struct house *h, const struct stream *s)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct event *events;
    size_t len, faces = 0;
    must(event_list(&h->p, house_session(h), &arena, &events, &len, err));
    for (size_t i = 0; i < len; i++) {
        assert_true(i == 0 || events[i].time_us >= events[i - 1].time_us);
        if (!str_eq(events[i].kind, STR("first-face")))
            continue;
        faces++;
        assert_true(events[i].time_us >= s->start_us &&
                    events[i].time_us <= s->start_us + SECOND_US);
    }
    assert_int_equal(faces, 1);
}

static void flags_come_while_the_recording_grows_and_the_report_soon_after_its_end(void **state)
{
    if (!have_parts)
        skip();
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf head = {0};
    struct flag_row first;
    struct str report;
    struct worker *w = start_worker(h);
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    feed(h, &s, 0, clip_len / 2);
    wait_for_flags(h, 1, &first);
    assert_int_equal(first.flag.rule, RULE_NO_FACE);
    assert_int_equal(job_now(h, &s).state, ANALYSIS_RUNNING);
    feed(h, &s, clip_len / 2, clip_len);
    end_session(h, &s, clip_len);
    wait_for_report(h);
    worker_stop(w);
    struct analysis_job job = job_now(h, &s);
    assert_int_equal(job.state, ANALYSIS_FINAL);
    assert_int_equal(job.fed, clip_len);
    assert_int_equal(job.tries, 1);
    assert_in_range(job.duration_us, 59 * SECOND_US, 60 * SECOND_US);
    assert_true(job.seekable);
    must(analysis_head(&h->p, str_from(s.id), &head, err));
    assert_int_equal(head.len, job.head_len);
    assert_true(str_starts(buf_str(&head), STR("\x1a\x45\xdf\xa3")));
    check_flags(h, 4);
    must(report_session_text(&h->p, house_session(h), &arena, &report, err));
    assert_non_null(strstr(report.ptr, "\"rule\":\"several-faces\""));
    check_first_face(h, &s);
    check_judging(h, &s);
}

/* The decoder children of this process. */
static pid_t find_child(void)
{
    char path[64], line[256];
    pid_t found = 0;
    DIR *folder = opendir("/proc");
    for (struct dirent *e; folder && (e = readdir(folder)) && !found;) {
        int pid = atoi(e->d_name), parent = 0;
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *f = pid > 0 ? fopen(path, "r") : NULL;
        if (f && fgets(line, sizeof line, f) && strrchr(line, ')') &&
            sscanf(strrchr(line, ')') + 1, " %*c %d", &parent) == 1 && parent == getpid())
            found = pid;
        if (f)
            fclose(f);
    }
    if (folder)
        closedir(folder);
    return found;
}

static void a_decoder_that_is_killed_is_tried_again_from_the_start(void **state)
{
    if (!have_parts)
        skip();
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row first;
    struct worker *w = start_worker(h);
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    feed(h, &s, 0, clip_len / 3);
    wait_for_flags(h, 1, &first);
    pid_t child = find_child();
    assert_true(child > 0);
    kill(child, SIGKILL);
    feed(h, &s, clip_len / 3, clip_len * 2 / 5);
    end_session(h, &s, clip_len * 2 / 5);
    wait_for_report(h);
    worker_stop(w);
    assert_int_equal(job_now(h, &s).state, ANALYSIS_FINAL);
    assert_int_equal(job_now(h, &s).tries, 2);
    check_flags(h, 1);
    check_first_face(h, &s);
}

static void a_worker_that_stops_gives_its_stream_to_the_next(void **state)
{
    if (!have_parts)
        skip();
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row first;
    struct worker *w = start_worker(h);
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    feed(h, &s, 0, clip_len / 3);
    wait_for_flags(h, 1, &first);
    worker_stop(w);
    assert_int_equal(job_now(h, &s).state, ANALYSIS_WAITING);
    assert_null(h->p.grown);
    feed(h, &s, clip_len / 3, clip_len * 2 / 5);
    w = start_worker(h);
    end_session(h, &s, clip_len * 2 / 5);
    wait_for_report(h);
    worker_stop(w);
    assert_int_equal(job_now(h, &s).tries, 1);
    check_flags(h, 1);
}

static void what_is_no_recording_fails_with_a_sentence_and_the_report_is_made(void **state)
{
    if (!have_parts)
        skip();
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    struct str report;
    struct worker *w = start_worker(h);
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    struct stream empty = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("This is a shopping list: milk, bread, eggs."), &size, err));
    struct upload_length lengths[] = {{str_from(s.id), size}, {str_from(empty.id), 0}};
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(upload_end(&h->p, house_session(h), USER, lengths, 2, err));
    wait_for(h, &s, ANALYSIS_FAILED);
    wait_for(h, &empty, ANALYSIS_FAILED);
    wait_for_report(h);
    worker_stop(w);
    assert_true(strlen(job_now(h, &s).problem) > 10);
    assert_string_equal(job_now(h, &empty).problem, "the recording is empty");
    must(report_session_text(&h->p, house_session(h), &arena, &report, err));
    assert_non_null(strstr(report.ptr, "the recording is empty"));
}

static void without_models_nothing_is_lost_to_the_machines_fault(void **state)
{
    if (!have_parts)
        skip();
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct worker *w = NULL;
    struct worker_options options = {.models_folder = h->folder, .followers = 1};
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    feed(h, &s, 0, 1000);
    must(worker_start(&h->p, &options, &w, err));
    int64_t until = clock_monotonic_us() + SECOND_US;
    while (clock_monotonic_us() < until)
        pause_a_little();
    worker_stop(w);
    assert_int_equal(job_now(h, &s).state, ANALYSIS_WAITING);
    assert_int_equal(job_now(h, &s).tries, 0);
}

/* ---- whom the face is compared with ---- */

static struct buf enrolled; /* what find_enrolled() gives: a template, or nothing */

static bool find_one(struct proctor *p, struct str session_id, struct buf *ret, struct error *err)
{
    struct session s;
    if (!session_find(p, session_id, &s, err)) /* asked for a session that is there */
        return false;
    buf_add(ret, buf_str(&enrolled));
    return buf_ok(ret, err);
}

/* As a check-in makes it of the picture of the face scan. */
static bool enrol_from(const char *picture)
{
    char path[TEST_PATH_MAX], name[TEST_PATH_MAX];
    CLEANUP(freep) char *jpeg = NULL;
    CLEANUP(frame_unrefp) struct frame *f = NULL;
    CLEANUP(face_reader_destroyp) struct face_reader *reader = NULL;
    struct detect *detect = NULL;
    struct template t;
    size_t len;
    snprintf(name, sizeof name, "faces/%s", picture);
    if (!test_find_media(name, path) || !file_read(path, 4 << 20, &jpeg, &len, NULL))
        return false;
    must(detect_create_faces(models, &detect, err));
    must(face_reader_create(models, &reader, err));
    must(frame_from_jpeg(str_bytes(jpeg, len), &f, err));
    template_init(&t, reader);
    must(template_enrol(&t, detect, reader, f, err));
    template_write(&t, &enrolled);
    detect_destroy(detect);
    return true;
}

static void identity_is_judged_where_somebody_is_enrolled(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    struct str report;
    struct worker *w = NULL;
    size_t len, mismatches = 0;
    if (!have_parts || !enrol_from("scan_grid_b.jpg"))
        skip();
    struct worker_options options = {.models_folder = models, .followers = 1, .enrolled = find_one};
    must(worker_start(&h->p, &options, &w, err));
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    feed(h, &s, 0, clip_len);
    end_session(h, &s, clip_len);
    wait_for_report(h);
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    for (size_t i = 0; i < len; i++) {
        if (flags[i].flag.rule != RULE_IDENTITY_MISMATCH)
            continue;
        mismatches++; /* another person from 48 to 54 s, and nobody else's time */
        assert_in_range(flags[i].flag.from_us, 46 * SECOND_US, 50 * SECOND_US);
        assert_in_range(flags[i].flag.to_us, 51 * SECOND_US, 56 * SECOND_US);
        assert_true(flags[i].picture);
    }
    assert_int_equal(mismatches, 1);
    must(report_session_text(&h->p, house_session(h), &arena, &report, err));
    assert_non_null(memmem(report.ptr, report.len, "identity-mismatch\"", 18));
    assert_non_null(memmem(report.ptr, report.len, "face-template", 13));
    worker_stop(w);
    buf_done(&enrolled);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "decoder") == 0)
        return decoder_main(argc - 1, argv + 1);
    signal(SIGPIPE, SIG_IGN);
    have_parts = find_parts();
#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, house_tear_down)
    const struct CMUnitTest tests[] = {
        T(flags_come_while_the_recording_grows_and_the_report_soon_after_its_end),
        T(a_decoder_that_is_killed_is_tried_again_from_the_start),
        T(a_worker_that_stops_gives_its_stream_to_the_next),
        T(identity_is_judged_where_somebody_is_enrolled),
        T(what_is_no_recording_fails_with_a_sentence_and_the_report_is_made),
        T(without_models_nothing_is_lost_to_the_machines_fault),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(clip);
    return failed;
}
