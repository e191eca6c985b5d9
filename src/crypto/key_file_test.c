#include "base/file.h"
#include "crypto/crypto.h"
#include "crypto/key_file.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "support/fault.h"
#include "support/test.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void a_key_is_made_once_and_read_later(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "seal.key");
    struct seal_key key, again;
    struct error err;
    struct stat st;
    assert_good(seal_key_load_or_create(path, &key, &err), err);
    assert_good(seal_key_load_or_create(path, &again, &err), err);
    assert_memory_equal(key.bytes, again.bytes, sizeof key.bytes);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, SEAL_KEY_SIZE);
    assert_int_equal(files_in(folder.path), 1);
}

static void a_file_that_others_can_read_is_refused_with_the_remedy(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "seal.key");
    struct seal_key key;
    struct error err;
    assert_good(seal_key_load_or_create(path, &key, &err), err);
    static const mode_t open_modes[] = {0640, 0604, 0620, 0602};
    for (size_t i = 0; i < ARRAY_LEN(open_modes); i++) {
        assert_int_equal(chmod(path, open_modes[i]), 0);
        assert_error(seal_key_load_or_create(path, &key, &err), err, ERROR_FORBIDDEN);
        assert_non_null(strstr(err.message, "chmod 600"));
    }
    assert_int_equal(chmod(path, 0400), 0);
    assert_good(seal_key_load_or_create(path, &key, &err), err);
}

static void a_damaged_key_is_never_replaced(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "k");
    struct seal_key key;
    struct sign_key sign_key;
    struct error err;
    static const size_t sizes[] = {0, 31, 33, 63, 65};
    char bytes[65] = {0};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct stat st;
        assert_good(file_replace(path, str_bytes(bytes, sizes[i]), 0600, &err), err);
        assert_error(seal_key_load_or_create(path, &key, &err), err, ERROR_INVALID);
        assert_error(sign_key_load_or_create(path, &sign_key, &err), err, ERROR_INVALID);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_size, sizes[i]);
    }
    assert_error(seal_key_load_or_create(folder.path, &key, &err), err, ERROR_INVALID);
    assert_error(seal_key_load_or_create(test_path(&folder, "no/k"), &key, &err), err,
                 ERROR_NOT_FOUND);
}

static void processes_that_race_get_one_key(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    enum { RACERS = 6, ROUNDS = 5 };
    for (int round = 0; round < ROUNDS; round++) {
        char name[8] = {(char)('a' + round)};
        const char *path = test_path(&folder, name);
        int go[2], keys[2];
        assert_int_equal(pipe(go), 0);
        assert_int_equal(pipe(keys), 0);
        for (int i = 0; i < RACERS; i++) {
            pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0) {
                struct seal_key key = {{0}};
                char byte;
                close(go[1]);
                ssize_t ended = read(go[0], &byte, 1); /* all start when the pipe is closed */
                bool good = ended == 0 && seal_key_load_or_create(path, &key, NULL) &&
                            file_write(keys[1], str_bytes(key.bytes, sizeof key.bytes), NULL);
                _exit(good ? 0 : 1);
            }
        }
        close(go[0]);
        close(keys[1]);
        close(go[1]);
        unsigned char first[SEAL_KEY_SIZE], key[SEAL_KEY_SIZE];
        for (int i = 0; i < RACERS; i++) {
            assert_int_equal(read(keys[0], i ? key : first, SEAL_KEY_SIZE), SEAL_KEY_SIZE);
            assert_memory_equal(i ? key : first, first, SEAL_KEY_SIZE);
        }
        close(keys[0]);
        for (int i = 0, status; i < RACERS; i++) {
            assert_true(wait(&status) > 0);
            assert_int_equal(status, 0);
        }
        assert_int_equal(files_in(folder.path), round + 1);
    }
}

static void a_failure_leaves_a_whole_key_or_none(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(test_folder_done) struct test_folder folder;
        test_folder_init(&folder);
        const char *path = test_path(&folder, "k");
        struct seal_key key, again;
        struct error err;
        fault_arm(FAULT_ALL, n);
        bool good = seal_key_load_or_create(path, &key, &err);
        hit = fault_disarm();
        assert_true(good != (bool)hit);
        assert_true(files_in(folder.path) <= 1); /* no secret is left under another name */
        assert_good(seal_key_load_or_create(path, &again, &err), err);
        if (good)
            assert_memory_equal(&key, &again, sizeof key);
    }
}

static void signatures_are_those_of_rfc_8032(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "sign.key");
    struct sign_key key;
    struct error err;
    unsigned char secret[SIGN_SECRET_SIZE], expected[SIGN_SIZE], signature[SIGN_SIZE];
    /* section 7.1, test 2 */
    assert_true(
        str_from_hex(STR("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
                         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
                     secret, sizeof secret));
    assert_true(
        str_from_hex(STR("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                         "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
                     expected, sizeof expected));
    assert_good(file_replace(path, str_bytes(secret, sizeof secret), 0600, &err), err);
    assert_good(sign_key_load_or_create(path, &key, &err), err);
    assert_memory_equal(key.public_bytes, secret + 32, SIGN_PUBLIC_SIZE);
    sign_bytes(&key, STR("\x72"), signature);
    assert_memory_equal(signature, expected, sizeof expected);
    assert_true(sign_verify(key.public_bytes, STR("\x72"), signature));
    assert_false(sign_verify(key.public_bytes, STR("\x73"), signature));
    signature[10] ^= 1;
    assert_false(sign_verify(key.public_bytes, STR("\x72"), signature));

    secret[40] ^= 1; /* a public half of another key */
    assert_good(file_replace(path, str_bytes(secret, sizeof secret), 0600, &err), err);
    assert_error(sign_key_load_or_create(path, &key, &err), err, ERROR_INVALID);
}

static void a_made_signing_key_signs(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct sign_key key, again, other;
    struct error err;
    unsigned char signature[SIGN_SIZE];
    assert_good(sign_key_load_or_create(test_path(&folder, "a"), &key, &err), err);
    assert_good(sign_key_load_or_create(test_path(&folder, "a"), &again, &err), err);
    assert_good(sign_key_load_or_create(test_path(&folder, "b"), &other, &err), err);
    assert_memory_equal(&key, &again, sizeof key);
    sign_bytes(&key, STR("report"), signature);
    assert_true(sign_verify(again.public_bytes, STR("report"), signature));
    assert_false(sign_verify(other.public_bytes, STR("report"), signature));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_made_once_and_read_later),
        cmocka_unit_test(a_file_that_others_can_read_is_refused_with_the_remedy),
        cmocka_unit_test(a_damaged_key_is_never_replaced),
        cmocka_unit_test(processes_that_race_get_one_key),
        cmocka_unit_test(a_failure_leaves_a_whole_key_or_none),
        cmocka_unit_test(signatures_are_those_of_rfc_8032),
        cmocka_unit_test(a_made_signing_key_signs),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
