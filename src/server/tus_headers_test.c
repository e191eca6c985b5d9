#include "support/fault.h"
#include "support/test.h"

#include "base/buf.h"
#include "server/tus_headers.h"

#include <string.h>

static void metadata_is_decoded_and_flags_have_no_value(void **state)
{
    (void)state;
    struct arena arena;
    struct tus_pair pairs[TUS_PAIRS_MAX];
    size_t len = 99;
    struct error err;
    arena_init(&arena, 0);
    assert_good(
        tus_parse_metadata(STR("kind Y2FtZXJh,is_confidential, mime dmlkZW8vd2VibQ==,empty "),
                           &arena, pairs, &len, &err),
        err);
    assert_int_equal(len, 4);
    assert_str(tus_metadata_find(pairs, len, STR("kind")), STR("camera"));
    assert_str(tus_metadata_find(pairs, len, STR("mime")), STR("video/webm"));
    assert_str(tus_metadata_find(pairs, len, STR("is_confidential")), STR(""));
    assert_non_null(tus_metadata_find(pairs, len, STR("empty")).ptr);
    assert_null(tus_metadata_find(pairs, len, STR("kin")).ptr);
    assert_good(tus_parse_metadata(STR(" "), &arena, pairs, &len, &err), err);
    assert_int_equal(len, 0);
    arena_done(&arena);
}

static void broken_metadata_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        ",",
        "a,",
        "a YQ==,,b YQ==",
        " ,a",
        "k Y2FtZX",
        "k ====",
        "a YQ==,a YQ==",
        "k Y2Ft ZXJh",
        "\xc3\xb6 YQ==",
    };
    struct arena arena;
    struct tus_pair pairs[TUS_PAIRS_MAX];
    size_t len;
    struct error err;
    arena_init(&arena, 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_error(tus_parse_metadata(str_from(texts[i]), &arena, pairs, &len, &err), err,
                     ERROR_INVALID);
    CLEANUP(buf_done) struct buf many = {0};
    for (int i = 0; i <= TUS_PAIRS_MAX; i++)
        buf_printf(&many, "%sk%d", i ? "," : "", i);
    assert_error(tus_parse_metadata(buf_str(&many), &arena, pairs, &len, &err), err, ERROR_INVALID);
    buf_clear(&many);
    for (int i = 0; i <= TUS_METADATA_MAX; i++)
        buf_add_char(&many, 'k');
    assert_error(tus_parse_metadata(buf_str(&many), &arena, pairs, &len, &err), err, ERROR_INVALID);
    arena_done(&arena);
}

static void a_checksum_has_a_known_algorithm_and_a_whole_digest(void **state)
{
    (void)state;
    struct tus_checksum sum;
    struct error err;
    unsigned char expected[SHA256_SIZE];
    assert_good(tus_parse_checksum(STR("sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00="), &sum, &err), err);
    assert_int_equal(sum.kind, HASH_SHA1);
    assert_int_equal(sum.len, SHA1_SIZE);
    sha256(STR(""), expected);
    assert_good(
        tus_parse_checksum(STR("sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), &sum, &err),
        err);
    assert_int_equal(sum.kind, HASH_SHA256);
    assert_memory_equal(sum.digest, expected, SHA256_SIZE);
    static const char *const texts[] = {"",
                                        "sha1",
                                        "sha1 ",
                                        "md5 1B2M2Y8AsgTpgAmY7PhCfg==",
                                        "sha1 !!!!",
                                        "sha1 YQ==",
                                        "sha256 qvTGHdzF6KLavt4PO0gs2a6pQ00=",
                                        "SHA1 qvTGHdzF6KLavt4PO0gs2a6pQ00="};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_error(tus_parse_checksum(str_from(texts[i]), &sum, &err), err, ERROR_INVALID);
}

static void a_concatenation_names_its_parts_by_any_form_of_address(void **state)
{
    (void)state;
    struct tus_concat concat;
    struct error err;
    assert_good(tus_parse_concat(STR("partial"), &concat, &err), err);
    assert_int_equal(concat.kind, TUS_CONCAT_PARTIAL);
    assert_good(tus_parse_concat(STR("final;http://proxy.test:81/x/uploads/aaaaaaaaaaaaaaaaaaaaaa "
                                     " /uploads/bbbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccccc"),
                                 &concat, &err),
                err);
    assert_int_equal(concat.kind, TUS_CONCAT_FINAL);
    assert_int_equal(concat.parts_len, 3);
    assert_str(concat.parts[0], STR("aaaaaaaaaaaaaaaaaaaaaa"));
    assert_str(concat.parts[1], STR("bbbbbbbbbbbbbbbbbbbbbb"));
    assert_str(concat.parts[2], STR("cccccccccccccccccccccc"));
    static const char *const texts[] = {"",
                                        "Partial",
                                        "final",
                                        "final;",
                                        "final;  ",
                                        "final;/x/",
                                        "final;/uploads/short",
                                        "final;/uploads/aaaaaaaaaaaaaaaaaaaaaa?x"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_error(tus_parse_concat(str_from(texts[i]), &concat, &err), err, ERROR_INVALID);
    CLEANUP(buf_done) struct buf many = {0};
    buf_add_c(&many, "final;");
    for (int i = 0; i <= TUS_PARTS_MAX; i++)
        buf_add_c(&many, "aaaaaaaaaaaaaaaaaaaaaa ");
    assert_error(tus_parse_concat(buf_str(&many), &concat, &err), err, ERROR_INVALID);
}

static void a_size_is_a_whole_number_that_a_database_can_hold(void **state)
{
    (void)state;
    uint64_t size = 0;
    struct error err;
    assert_good(tus_parse_size(STR("9223372036854775807"), "Upload-Offset", &size, &err), err);
    assert_true(size == INT64_MAX);
    static const char *const texts[] = {
        "", "-1", "+1", "1.5", "0x1", "1 2", "9223372036854775808", "99999999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_error(tus_parse_size(str_from(texts[i]), "Upload-Offset", &size, &err), err,
                     ERROR_INVALID);
    assert_error(tus_parse_size((struct str){NULL, 0}, "Upload-Offset", &size, &err), err,
                 ERROR_INVALID);
    assert_string_equal(err.message, "Upload-Offset: is missing");
}

static void without_memory_metadata_is_an_error_and_not_half_read(void **state)
{
    (void)state;
    bool hit = true;
    for (uint64_t n = 1; hit; n++) {
        struct arena arena;
        struct tus_pair pairs[TUS_PAIRS_MAX];
        size_t len = 99;
        struct error err = {0};
        arena_init(&arena, 0);
        fault_arm(FAULT_MEMORY, n);
        bool good = tus_parse_metadata(STR("kind Y2FtZXJh,mime dmlkZW8vd2VibQ=="), &arena, pairs,
                                       &len, &err);
        hit = fault_disarm();
        assert_int_equal(good, !hit);
        assert_int_equal(len, good ? 2 : 99);
        if (!good)
            assert_int_equal(err.code, ERROR_NO_MEMORY);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_is_decoded_and_flags_have_no_value),
        cmocka_unit_test(broken_metadata_is_refused),
        cmocka_unit_test(a_checksum_has_a_known_algorithm_and_a_whole_digest),
        cmocka_unit_test(a_concatenation_names_its_parts_by_any_form_of_address),
        cmocka_unit_test(a_size_is_a_whole_number_that_a_database_can_hold),
        cmocka_unit_test(without_memory_metadata_is_an_error_and_not_half_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
