#include "base/id.h"
#include "blob/blob.h"
#include "crypto/crypto.h"
#include "support/fault.h"
#include "support/test.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    struct test_folder folder;
    struct blob_store *store;
    char name[ID_TEXT_SIZE];
};

static void place_done(struct place *p)
{
    blob_store_close(p->store);
    test_folder_done(&p->folder);
}

static void place_init(struct place *p)
{
    struct error err;
    test_folder_init(&p->folder);
    assert_good(blob_store_open(test_path(&p->folder, "blobs"), &p->store, &err), err);
    id_create(p->name);
}

static void assert_holds(struct place *p, struct str expected)
{
    CLEANUP(blob_closep) struct blob *b = NULL;
    struct error err;
    char bytes[256] = "";
    assert_good(blob_open_read(p->store, str_from(p->name), &b, &err), err);
    assert_int_equal(blob_len(b), expected.len);
    assert_good(blob_read(b, 0, bytes, expected.len, &err), err);
    assert_str(str_bytes(bytes, expected.len), expected);
}

static void appended_bytes_are_read_by_range(void **state)
{
    (void)state;
    CLEANUP(place_done) struct place p;
    place_init(&p);
    CLEANUP(blob_closep) struct blob *b = NULL;
    CLEANUP(blob_closep) struct blob *reader = NULL;
    struct error err;
    char bytes[16] = "";
    assert_good(blob_create(p.store, str_from(p.name), &b, &err), err);
    assert_int_equal(blob_len(b), 0);
    assert_good(blob_append(b, STR("hello "), &err), err);
    assert_good(blob_append(b, STR(""), &err), err);
    assert_good(blob_open_read(p.store, str_from(p.name), &reader, &err), err);
    assert_good(blob_append(b, STR("world"), &err), err);
    assert_good(blob_flush(b, &err), err);
    assert_int_equal(blob_len(b), 11);
    assert_good(blob_read(b, 4, bytes, 3, &err), err); /* the writer reads too */
    assert_string_equal(bytes, "o w");
    assert_int_equal(blob_len(reader), 6);
    assert_good(blob_read(reader, 6, bytes, 5, &err), err); /* it grew meanwhile */
    assert_string_equal(bytes, "world");
    assert_error(blob_read(reader, 6, bytes, 6, &err), err, ERROR_IO);
    assert_error(blob_read(reader, UINT64_MAX, bytes, 6, &err), err, ERROR_INVALID);
    assert_error(blob_append(reader, STR("x"), &err), err, ERROR_INTERNAL);
    assert_error(blob_cut(reader, 0, &err), err, ERROR_INTERNAL);
}

static void names_are_ids_and_are_made_once(void **state)
{
    (void)state;
    CLEANUP(place_done) struct place p;
    place_init(&p);
    struct blob *b = NULL;
    struct error err;
    static const char *const bad[] = {"", "x", "../../../../etc/passwd", "0123456789ABCDEFabcde/",
                                      "......................"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_error(blob_create(p.store, str_from(bad[i]), &b, &err), err, ERROR_INVALID);
        assert_error(blob_open(p.store, str_from(bad[i]), 0, &b, &err), err, ERROR_INVALID);
        assert_error(blob_open_read(p.store, str_from(bad[i]), &b, &err), err, ERROR_INVALID);
        assert_error(blob_remove(p.store, str_from(bad[i]), &err), err, ERROR_INVALID);
    }
    struct str name = str_from(p.name);
    assert_error(blob_open(p.store, name, 0, &b, &err), err, ERROR_NOT_FOUND);
    assert_error(blob_open_read(p.store, name, &b, &err), err, ERROR_NOT_FOUND);
    assert_error(blob_remove(p.store, name, &err), err, ERROR_NOT_FOUND);
    assert_good(blob_create(p.store, name, &b, &err), err);
    blob_close(b);
    b = NULL;
    assert_error(blob_create(p.store, name, &b, &err), err, ERROR_CONFLICT);
    assert_good(blob_remove(p.store, name, &err), err);
    assert_error(blob_open_read(p.store, name, &b, &err), err, ERROR_NOT_FOUND);
    assert_null(b);
}

static void files_are_spread_and_private(void **state)
{
    (void)state;
    CLEANUP(place_done) struct place p;
    place_init(&p);
    struct error err;
    for (int i = 0; i < 40; i++) {
        CLEANUP(blob_closep) struct blob *b = NULL;
        id_create(p.name);
        assert_good(blob_create(p.store, str_from(p.name), &b, &err), err);
    }
    unsigned folders = 0;
    DIR *dir = opendir(test_path(&p.folder, "blobs"));
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        struct stat st;
        if (entry->d_name[0] == '.')
            continue;
        assert_int_equal(strlen(entry->d_name), 2);
        assert_int_equal(fstatat(dirfd(dir), entry->d_name, &st, 0), 0);
        assert_int_equal(st.st_mode & 0777, 0700);
        folders++;
    }
    closedir(dir);
    assert_in_range(folders, 20, 40); /* 37 expected of 256 */
}

static void what_the_database_does_not_know_is_cut_off(void **state)
{
    (void)state;
    CLEANUP(place_done) struct place p;
    place_init(&p);
    struct str name = str_from(p.name);
    struct blob *b = NULL;
    struct error err;
    assert_good(blob_create(p.store, name, &b, &err), err);
    assert_good(blob_append(b, STR("known, torn tail"), &err), err);
    blob_close(b);
    assert_good(blob_open(p.store, name, 5, &b, &err), err);
    assert_int_equal(blob_len(b), 5);
    assert_good(blob_append(b, STR("!"), &err), err);
    assert_good(blob_flush(b, &err), err);
    blob_close(b);
    assert_holds(&p, STR("known!"));
    b = NULL;
    assert_error(blob_open(p.store, name, 7, &b, &err), err, ERROR_IO);
    assert_non_null(strstr(err.message, "lost"));
    assert_null(b);
    assert_holds(&p, STR("known!")); /* nothing is made worse */

    assert_good(blob_open_unsettled(p.store, name, &b, &err), err);
    assert_error(blob_settle(b, 7, &err), err, ERROR_IO);
    assert_good(blob_settle(b, 3, &err), err);
    assert_error(blob_cut(b, 4, &err), err, ERROR_INVALID);
    assert_good(blob_cut(b, 1, &err), err);
    assert_good(blob_append(b, STR("x"), &err), err);
    blob_close(b);
    assert_holds(&p, STR("kx"));
}

static void a_blob_has_one_writer(void **state)
{
    (void)state;
    CLEANUP(place_done) struct place p;
    place_init(&p);
    struct str name = str_from(p.name);
    struct blob *b = NULL, *second = NULL;
    struct error err;
    assert_good(blob_create(p.store, name, &b, &err), err);
    assert_good(blob_append(b, STR("bytes"), &err), err);
    assert_error(blob_open(p.store, name, 0, &second, &err), err, ERROR_BUSY);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) { /* another process: the lock of the parent holds there too */
        struct blob_store *store;
        bool busy = blob_store_open(test_path(&p.folder, "blobs"), &store, &err) &&
                    !blob_open(store, name, 0, &second, &err) && err.code == ERROR_BUSY;
        _exit(busy ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    blob_close(b);
    assert_holds(&p, STR("bytes"));
    assert_good(blob_open(p.store, name, 5, &second, &err), err);
    blob_close(second);
}

/* ---- failures ---- */

static void a_failed_append_leaves_the_length_and_a_retry_is_clean(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(place_done) struct place p;
        place_init(&p);
        CLEANUP(blob_closep) struct blob *b = NULL;
        struct error err;
        assert_good(blob_create(p.store, str_from(p.name), &b, &err), err);
        assert_good(blob_append(b, STR("durable "), &err), err);
        assert_good(blob_flush(b, &err), err);
        fault_arm(FAULT_ALL, n);
        bool good = blob_append(b, STR("a long second piece"), &err) && blob_flush(b, &err);
        hit = fault_disarm();
        assert_true(good != (bool)hit);
        if (!good) { /* the file is as before: the next reader sees no half piece */
            assert_int_equal(blob_len(b), 8);
            assert_holds(&p, STR("durable "));
            assert_good(blob_append(b, STR("second"), &err), err);
            assert_good(blob_flush(b, &err), err);
        }
        assert_holds(&p, good ? STR("durable a long second piece") : STR("durable second"));
    }
}

static void a_failed_cut_is_made_up_for(void **state)
{
    (void)state;
    CLEANUP(place_done) struct place p;
    place_init(&p);
    CLEANUP(blob_closep) struct blob *b = NULL;
    struct error err;
    assert_good(blob_create(p.store, str_from(p.name), &b, &err), err);
    assert_good(blob_append(b, STR("durable "), &err), err);
    fault_arm_from(FAULT_WRITE | FAULT_TRUNCATE, 1); /* a broken disk: half a piece stays */
    bool good = blob_append(b, STR("a long second piece"), &err);
    bool flushed = blob_flush(b, NULL);
    assert_true(fault_disarm());
    assert_false(good);
    assert_false(flushed); /* it would make the half piece durable */
    assert_good(blob_append(b, STR("!"), &err), err);
    assert_good(blob_flush(b, &err), err);
    assert_holds(&p, STR("durable !"));
}

static void creating_fails_whole(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(test_folder_done) struct test_folder folder;
        test_folder_init(&folder);
        struct blob_store *store = NULL;
        struct blob *b = NULL, *reader = NULL;
        struct error err;
        char name[ID_TEXT_SIZE];
        id_create(name);
        fault_arm(FAULT_ALL, n);
        bool opened = blob_store_open(test_path(&folder, "blobs"), &store, &err);
        bool created = opened && blob_create(store, str_from(name), &b, &err);
        hit = fault_disarm();
        assert_true(created != (bool)hit);
        assert_true((store != NULL) == opened && (b != NULL) == created);
        if (opened && !created) {
            assert_error(blob_open_read(store, str_from(name), &reader, &err), err,
                         ERROR_NOT_FOUND);
            assert_good(blob_create(store, str_from(name), &b, &err), err);
        }
        blob_close(b);
        blob_store_close(store);
    }
}

static void append_until_full(struct place *p)
{
    CLEANUP(blob_closep) struct blob *b = NULL;
    struct error err;
    static char piece[70000];
    memset(piece, 'p', sizeof piece);
    assert_good(blob_create(p->store, str_from(p->name), &b, &err), err);
    uint64_t len = 0;
    while (blob_append(b, str_bytes(piece, sizeof piece), &err) && blob_flush(b, &err)) {
        len += sizeof piece;
        assert_true(len < 4 << 20);
    }
    assert_int_equal(err.code, ERROR_NO_SPACE);
    assert_true(len > 0);
    assert_int_equal(blob_len(b), len);
    CLEANUP(blob_closep) struct blob *reader = NULL;
    assert_good(blob_open_read(p->store, str_from(p->name), &reader, &err), err);
    assert_int_equal(blob_len(reader), len);
    assert_good(blob_cut(b, 0, &err), err);
    assert_good(blob_append(b, STR("room again"), &err), err);
}

static void a_limit_on_the_file_is_no_space(void **state)
{
    (void)state;
    CLEANUP(place_done) struct place p;
    place_init(&p);
    struct rlimit before, small;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 300000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    append_until_full(&p);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}

static void a_full_disk_is_no_space(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    /* In a name space of our own: nothing stays mounted, however this test ends. */
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("tmpfs", folder.path, "tmpfs", MS_NOSUID | MS_NODEV, "size=512k")) {
        print_message("skipped: a small file system can only be mounted by root\n");
        skip();
    }
    struct place p = {.folder = folder};
    struct error err;
    id_create(p.name);
    bool opened = blob_store_open(test_path(&folder, "blobs"), &p.store, &err);
    if (opened)
        append_until_full(&p);
    blob_store_close(p.store);
    umount2(folder.path, MNT_DETACH);
    assert_good(opened, err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appended_bytes_are_read_by_range),
        cmocka_unit_test(names_are_ids_and_are_made_once),
        cmocka_unit_test(files_are_spread_and_private),
        cmocka_unit_test(what_the_database_does_not_know_is_cut_off),
        cmocka_unit_test(a_blob_has_one_writer),
        cmocka_unit_test(a_failed_append_leaves_the_length_and_a_retry_is_clean),
        cmocka_unit_test(a_failed_cut_is_made_up_for),
        cmocka_unit_test(creating_fails_whole),
        cmocka_unit_test(a_limit_on_the_file_is_no_space),
        cmocka_unit_test(a_full_disk_is_no_space),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
