/* Real children: this very program is started again as the decoder. When the models' folder is
 * called "misbehave:...", it does that instead, as a child would that a recording took over. */
#include "analysis/follow.h"

#include "analysis/message.h"
#include "base/clock.h"
#include "base/file.h"

#include "support/media.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_SIZE 512
#define LOOKS_MAX 400
#define FLAGS_MAX 20
#define PICTURES_MAX 60

struct seen {
    struct observation looks[LOOKS_MAX];
    size_t looks_len;
    struct flag flags[FLAGS_MAX];
    uint32_t flags_len;
    int64_t pictures_us[PICTURES_MAX];
    size_t pictures_len;
};

static void see_look(void *context, const struct observation *o)
{
    struct seen *s = context;
    assert_true(s->looks_len < LOOKS_MAX);
    s->looks[s->looks_len++] = *o;
}

static void see_flag(void *context, uint32_t index, const struct flag *flag)
{
    struct seen *s = context;
    bool pictured = false;
    assert_true(index <= s->flags_len && index < FLAGS_MAX);
    s->flags[index] = *flag;
    s->flags_len = MAX(s->flags_len, index + 1);
    for (size_t i = 0; i < s->pictures_len; i++)
        pictured = pictured || s->pictures_us[i] == flag->best_us;
    assert_true(pictured);
}

static void see_picture(void *context, const struct follow_picture *picture)
{
    struct seen *s = context;
    assert_true(s->pictures_len < PICTURES_MAX);
    assert_true(picture->jpeg.len > 500);
    s->pictures_us[s->pictures_len++] = picture->time_us;
}

static const char *models(void)
{
    static char path[TEST_PATH_MAX];
    test_need_models(path);
    return path;
}

/* The path of a shared recording; ends the test as skipped when that or the models are not there.
 */
static const char *shared(const char *name)
{
    static char path[TEST_PATH_MAX];
    char clip[TEST_PATH_MAX];
    snprintf(clip, sizeof clip, "video/%s", name);
    test_need_media(clip, path);
    (void)models();
    return path;
}

static struct follow *start(struct seen *seen, const char *models_folder, int fd)
{
    struct policy policy;
    struct error err;
    struct follow *f = NULL;
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    const struct follow_options options = {
        .models_folder = models_folder, .policy = &policy, .file_fd = fd};
    const struct follow_events events = {
        .observed = see_look, .flag = see_flag, .picture = see_picture, .context = seen};
    *seen = (struct seen){0};
    assert_good(follow_start(&options, &events, &f, &err), err);
    return f;
}

static void no_child_is_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static struct follow_end see_file(struct seen *seen, const char *path)
{
    struct error err;
    struct follow_end end;
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    struct follow *f = start(seen, models(), fd);
    assert_good(follow_finish(f, &end, &err), err);
    assert_int_equal(end.head.len, 0); /* a file is seekable by itself or not at all */
    follow_destroy(f);
    no_child_is_left();
    end.head = STR("");
    return end;
}

static void is_flag(const struct flag *f, enum rule rule, double from_s, double to_s)
{
    assert_int_equal(f->rule, rule);
    assert_false(f->open);
    if (llabs(f->from_us - (int64_t)(from_s * 1e6)) > 2 * SECOND_US ||
        llabs(f->to_us - (int64_t)(to_s * 1e6)) > 2 * SECOND_US)
        fail_msg("%s from %g to %g, expected %g to %g", rule_name(rule), (double)f->from_us / 1e6,
                 (double)f->to_us / 1e6, from_s, to_s);
}

static void a_session_with_everything_has_its_flags_and_no_others(void **state)
{
    (void)state;
    static struct seen seen;
    struct follow_end end =
        see_file(&seen, shared("session_60s_many_events_mediarecorder_vp8.webm"));
    assert_int_equal(seen.flags_len, 8);
    is_flag(&seen.flags[0], RULE_NO_FACE, 10.3, 15.7);
    is_flag(&seen.flags[1], RULE_PHONE, 22.5, 30);
    is_flag(&seen.flags[2], RULE_SOUND_SPEECH, 18, 25.6); /* known later */
    is_flag(&seen.flags[3], RULE_SEVERAL_FACES, 30, 36);
    is_flag(&seen.flags[4], RULE_TOO_DARK, 36, 42);
    is_flag(&seen.flags[5], RULE_CAMERA_COVERED, 42, 48);
    is_flag(&seen.flags[6], RULE_SOUND_MUSIC, 44, 52);
    is_flag(&seen.flags[7], RULE_PERSON_CHANGED, 48, 54);
    assert_true(seen.pictures_len >= 7 && seen.pictures_len <= 20);
    assert_in_range(end.duration_us, 59 * SECOND_US, 60 * SECOND_US);
    assert_int_equal(end.damaged_packets, 0);
}

static void a_covered_camera_and_a_still_picture_are_told_apart(void **state)
{
    (void)state;
    static struct seen seen;
    see_file(&seen, shared("camera_covered_by_finger_portrait.mp4"));
    assert_int_equal(seen.flags_len, 1);
    is_flag(&seen.flags[0], RULE_CAMERA_COVERED, 4.2, 9.4);
    see_file(&seen, shared("video_freezes.mp4"));
    assert_int_equal(seen.flags_len, 1);
    is_flag(&seen.flags[0], RULE_CAMERA_FROZEN, 4, 12);
}

/* The first bytes of a recording, as an upload cut off; malloc'ed. */
static char *first_bytes(const char *name, size_t len)
{
    struct error err;
    size_t all;
    char *bytes = NULL;
    assert_good(file_read(shared(name), 64 << 20, &bytes, &all, &err), err);
    assert_true(all >= len);
    return bytes;
}

static void fed_in_pieces_or_read_as_a_file_the_findings_are_the_same(void **state)
{
    (void)state;
    static struct seen fed, file;
    enum { LEN = 1100000 };
    CLEANUP(freep) char *bytes = first_bytes("session_60s_many_events_mediarecorder_vp8.webm", LEN);
    CLEANUP(test_folder_done) struct test_folder folder;
    struct error err;
    struct follow_end end;
    test_folder_init(&folder);
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", test_path(&folder, "cut.webm"));
    assert_good(file_replace(path, str_bytes(bytes, LEN), 0600, &err), err);
    struct follow_end other = see_file(&file, path);

    CLEANUP(follow_destroyp) struct follow *f = start(&fed, models(), -1);
    size_t piece = 1;
    for (size_t at = 0; at < LEN; at += piece, piece = piece * 3 % 100003 + 1)
        assert_good(follow_feed(f, str_bytes(bytes + at, MIN(piece, LEN - at)), &err), err);
    assert_good(follow_finish(f, &end, &err), err);

    assert_true(file.flags_len >= 1);
    assert_int_equal(fed.flags_len, file.flags_len);
    for (uint32_t i = 0; i < fed.flags_len; i++) {
        assert_int_equal(fed.flags[i].from_us, file.flags[i].from_us);
        assert_int_equal(fed.flags[i].to_us, file.flags[i].to_us);
        assert_int_equal(fed.flags[i].best_us, file.flags[i].best_us);
        assert_string_equal(fed.flags[i].numbers, file.flags[i].numbers);
    }
    assert_int_equal(fed.looks_len, file.looks_len);
    assert_memory_equal(fed.looks, file.looks, fed.looks_len * sizeof fed.looks[0]);
    assert_int_equal(end.frames, other.frames);
    assert_int_equal(end.duration_us, other.duration_us);
    assert_true(end.head.len > 100); /* what the pipe cannot give back: a head to seek with */
    assert_true(end.head_skip > 100);
    assert_true(strlen(follow_isa(f)) > 2);
    assert_non_null(strstr(follow_models(f), "blazeface"));
}

static void all_at_once_is_not_too_much(void **state)
{
    (void)state;
    static struct seen seen;
    enum { LEN = 400000 };
    CLEANUP(freep) char *bytes = first_bytes("talking_woman_mediarecorder_vp8.webm", LEN);
    struct error err;
    struct follow_end end;
    CLEANUP(follow_destroyp) struct follow *f = start(&seen, models(), -1);
    assert_good(follow_feed(f, str_bytes(bytes, LEN), &err), err);
    assert_good(follow_finish(f, &end, &err), err);
    assert_int_equal(seen.flags_len, 1);
    is_flag(&seen.flags[0], RULE_SOUND_SPEECH, 0, 6.5);
    assert_true(seen.looks_len > 10);
}

static void what_is_no_recording_is_told_so(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"", 0},
        {"Not a film.\n", 12},
        {"\x1a\x45\xdf\xa3\x93\x42\x86\x81\x01", 9},
        {"\0\0\0\x18"
         "ftypmp42\0\0\0\0mp42isom",
         24},
    };
    (void)shared("talking_woman_mediarecorder_vp8.webm"); /* no models, no test */
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static struct seen seen;
        struct error err = {0};
        struct follow_end end;
        struct follow *f = start(&seen, models(), -1);
        bool good = follow_feed(f, str_bytes(cases[i].bytes, cases[i].len), &err) &&
                    follow_finish(f, &end, &err);
        assert_false(good);
        assert_true(err.code == ERROR_INVALID || err.code == ERROR_UNSUPPORTED);
        assert_true(strlen(err.message) > 15);
        follow_destroy(f);
        no_child_is_left();
    }
}

static void without_models_nothing_starts(void **state)
{
    (void)state;
    static struct seen seen;
    struct error err;
    struct follow_end end;
    CLEANUP(follow_destroyp) struct follow *f = start(&seen, "/nowhere/models", -1);
    assert_error(follow_finish(f, &end, &err), err, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.message, "/nowhere/models"));
}

static void a_program_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct policy policy;
    struct error err;
    struct follow *f = NULL;
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    const struct follow_options options = {.program = "/nowhere/proctortrack",
                                           .models_folder = "/nowhere",
                                           .policy = &policy,
                                           .file_fd = -1};
    const struct follow_events none = {0};
    assert_error(follow_start(&options, &none, &f, &err), err, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.message, "/nowhere/proctortrack"));
}

static void a_child_gone_wild_ends_in_a_clear_error(void **state)
{
    (void)state;
    static const struct {
        const char *act;
        enum error_code code;
        const char *says;
    } cases[] = {
        {"misbehave:crash", ERROR_UNSUPPORTED, "crashed"},
        {"misbehave:abort", ERROR_UNSUPPORTED, "crashed"},
        {"misbehave:call", ERROR_UNSUPPORTED, "tried what it may not"},
        {"misbehave:killed", ERROR_IO, "killed from outside"},
        {"misbehave:slow", ERROR_UNSUPPORTED, "computing time"},
        {"misbehave:silent", ERROR_IO, "without an answer (status 7)"},
        {"misbehave:babble", ERROR_IO, "said something wrong"},
        {"misbehave:half", ERROR_IO, "without an answer"},
        {"misbehave:deaf", ERROR_IO, "without an answer"},
    };
    CLEANUP(freep) char *bytes = calloc(1, 4 << 20);
    assert_non_null(bytes);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static struct seen seen;
        struct error err = {0}, again = {0};
        struct follow_end end;
        struct follow *f = start(&seen, cases[i].act, -1);
        bool good = follow_feed(f, str_bytes(bytes, 4 << 20), &err) && follow_finish(f, &end, &err);
        assert_false(good);
        if (err.code != cases[i].code || !strstr(err.message, cases[i].says))
            fail_msg("%s: %s (%s)", cases[i].act, error_code_name(err.code), err.message);
        no_child_is_left();
        assert_false(follow_feed(f, STR("more"), &again));
        assert_string_equal(again.message, err.message);
        assert_false(follow_finish(f, &end, &again));
        follow_destroy(f);
    }
}

static void a_follower_dropped_half_way_takes_its_child_along(void **state)
{
    (void)state;
    static struct seen seen;
    struct error err;
    struct follow *f = start(&seen, "misbehave:wait", -1);
    assert_good(follow_feed(f, STR("some"), &err), err);
    follow_destroy(f);
    no_child_is_left();
    follow_destroy(NULL);
}

static void the_child_gets_nothing_of_ours(void **state)
{
    (void)state;
    static struct seen seen;
    struct error err = {0};
    struct follow_end end;
    setenv("PT_SECRET", "a password", 1);
    int left_open = open("/dev/null", O_RDONLY); /* not close-on-exec, as libraries do */
    struct follow *f = start(&seen, "misbehave:inspect", -1);
    assert_false(follow_finish(f, &end, &err));
    assert_string_equal(err.message, "1 variables, 3 descriptors");
    follow_destroy(f);
    close(left_open);
    unsetenv("PT_SECRET");
}

/* ---- the child ---- */

static int inspect(void)
{
    extern char **environ;
    struct error found, err;
    int variables = 0, descriptors = 0;
    for (char **v = environ; *v; v++)
        variables += strncmp(*v, "LLVM_", 5) != 0;
    for (int fd = 0; fd < 1024; fd++)
        descriptors += fcntl(fd, F_GETFD) >= 0;
    error_set(&found, ERROR_INTERNAL, "%d variables, %d descriptors", variables, descriptors);
    return message_send_error(STDOUT_FILENO, &found, &err) ? 1 : 2;
}

static int misbehave(const char *how)
{
    char bytes[4096];
    if (strcmp(how, "inspect") == 0)
        return inspect();
    if (strcmp(how, "deaf") == 0)
        return 0; /* does not read a byte */
    if (strcmp(how, "wait") != 0 && read(STDIN_FILENO, bytes, sizeof bytes) < 1)
        return 3;
    signal(SIGSEGV, SIG_DFL);
    signal(SIGABRT, SIG_DFL);
    signal(SIGSYS, SIG_DFL);
    if (strcmp(how, "crash") == 0)
        raise(SIGSEGV);
    if (strcmp(how, "abort") == 0)
        raise(SIGABRT);
    if (strcmp(how, "call") == 0)
        raise(SIGSYS);
    if (strcmp(how, "killed") == 0)
        raise(SIGKILL);
    if (strcmp(how, "slow") == 0)
        raise(SIGXCPU);
    if (strcmp(how, "silent") == 0)
        return 7;
    if (strcmp(how, "babble") == 0)
        for (;;) /* until it is killed; an endless flood must not become our memory */
            if (write(STDOUT_FILENO, memset(bytes, 0xff, sizeof bytes), sizeof bytes) < 0)
                return 4;
    if (strcmp(how, "half") == 0)
        return write(STDOUT_FILENO, "\x10\0\0\0\x05\0\0\0abc", 11) == 11 ? 0 : 4;
    while (read(STDIN_FILENO, bytes, sizeof bytes) > 0)
        ;
    return 5;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "decoder") == 0 && strncmp(argv[2], "misbehave:", 10) == 0)
        _exit(misbehave(argv[2] + 10));
    if (argc > 1 && strcmp(argv[1], "decoder") == 0)
        return decoder_main(argc - 1, argv + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_with_everything_has_its_flags_and_no_others),
        cmocka_unit_test(a_covered_camera_and_a_still_picture_are_told_apart),
        cmocka_unit_test(fed_in_pieces_or_read_as_a_file_the_findings_are_the_same),
        cmocka_unit_test(all_at_once_is_not_too_much),
        cmocka_unit_test(what_is_no_recording_is_told_so),
        cmocka_unit_test(without_models_nothing_starts),
        cmocka_unit_test(a_program_that_is_not_there_is_told),
        cmocka_unit_test(a_child_gone_wild_ends_in_a_clear_error),
        cmocka_unit_test(a_follower_dropped_half_way_takes_its_child_along),
        cmocka_unit_test(the_child_gets_nothing_of_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
