#include "base/file.h"
#include "support/fault.h"
#include "support/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_content(const char *path, struct str expected)
{
    CLEANUP(freep) char *text = NULL;
    struct error err;
    size_t len;
    assert_good(file_read(path, 1000, &text, &len, &err), err);
    assert_str(str_bytes(text, len), expected);
    assert_int_equal(text[len], '\0');
}

static unsigned files_in(const char *folder)
{
    unsigned count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] == '.' ? 0 : 1;
    closedir(dir);
    return count;
}

static void reading_gives_the_whole_file_or_says_why_not(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(freep) char *text = NULL;
    struct error err;
    size_t len;
    assert_good(file_replace(test_path(&folder, "f"), STR("a\0b"), 0600, &err), err);
    assert_content(test_path(&folder, "f"), STR("a\0b"));
    assert_error(file_read(test_path(&folder, "f"), 2, &text, &len, &err), err, ERROR_TOO_LARGE);
    assert_error(file_read(test_path(&folder, "g"), 9, &text, &len, &err), err, ERROR_NOT_FOUND);
    assert_error(file_read(folder.path, 9, &text, &len, &err), err, ERROR_INVALID);
    assert_good(file_replace(test_path(&folder, "f"), STR(""), 0600, &err), err);
    assert_content(test_path(&folder, "f"), STR(""));
    assert_null(text);
}

static void replacing_sets_the_mode(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct error err;
    struct stat st;
    assert_good(file_replace(test_path(&folder, "f"), STR("x"), 0600, &err), err);
    assert_int_equal(stat(test_path(&folder, "f"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_error(file_replace(test_path(&folder, "no/f"), STR("x"), 0600, &err), err,
                 ERROR_NOT_FOUND);
}

static void a_replacement_that_fails_leaves_the_old_file_and_no_litter(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "f");
    struct error err;
    assert_good(file_replace(path, STR("old content"), 0600, &err), err);
    unsigned hits = 0;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        fault_arm(FAULT_ALL, n);
        bool good = file_replace(path, STR("the new content"), 0600, &err);
        hit = fault_disarm();
        hits += hit ? 1 : 0;
        assert_int_equal(files_in(folder.path), 1);
        assert_true(good || hit);
        if (n <= 2) { /* the write and the flush come before the rename */
            assert_false(good);
            assert_content(path, STR("old content"));
        }
    }
    assert_int_equal(hits, 3); /* write, flush, flush of the folder */
    assert_content(path, STR("the new content"));
}

static void bytes_are_written_and_read_at_their_place(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(closep) int fd = open(test_path(&folder, "f"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct error err;
    char back[10];
    size_t len;
    assert_good(file_write_at(fd, 3, STR("defg"), &err), err);
    assert_good(file_write_at(fd, 0, STR("abc"), &err), err);
    assert_good(file_flush(fd, &err), err);
    assert_good(file_read_at(fd, 2, back, 3, &len, &err), err);
    assert_str(str_bytes(back, len), STR("cde"));
    assert_good(file_read_at(fd, 5, back, 10, &len, &err), err); /* past the end: what there is */
    assert_str(str_bytes(back, len), STR("fg"));
    assert_error(file_write_at(-1, 0, STR("x"), &err), err, ERROR_IO);
    assert_error(file_read_at(-1, 0, back, 1, &len, &err), err, ERROR_IO);
    fault_arm(FAULT_WRITE, 1);
    bool good = file_write_at(fd, 0, STR("ABCDEF"), &err);
    assert_true(fault_disarm());
    assert_false(good);
    assert_int_equal(err.code, ERROR_NO_SPACE);
}

static void a_pipe_without_reader_is_closed(void **state)
{
    (void)state;
    int ends[2];
    struct error err;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_good(file_write(ends[1], STR("x"), &err), err);
    close(ends[0]);
    assert_error(file_write(ends[1], STR("x"), &err), err, ERROR_CLOSED);
    close(ends[1]);
}

static void folders_are_made_once(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct error err;
    struct stat st;
    const char *path = test_path(&folder, "d");
    assert_good(file_make_folder(path, &err), err);
    assert_good(file_make_folder(path, &err), err);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_good(file_flush_folder(path, &err), err);
    assert_good(file_flush_parent(path, &err), err);
    assert_good(file_flush_parent("here", &err), err);
    assert_good(file_flush_parent("/root-entry", &err), err);
    assert_good(file_replace(test_path(&folder, "f"), STR("x"), 0600, &err), err);
    assert_error(file_make_folder(test_path(&folder, "f"), &err), err, ERROR_IO);
    assert_error(file_make_folder(test_path(&folder, "no/d"), &err), err, ERROR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_gives_the_whole_file_or_says_why_not),
        cmocka_unit_test(replacing_sets_the_mode),
        cmocka_unit_test(a_replacement_that_fails_leaves_the_old_file_and_no_litter),
        cmocka_unit_test(bytes_are_written_and_read_at_their_place),
        cmocka_unit_test(a_pipe_without_reader_is_closed),
        cmocka_unit_test(folders_are_made_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
