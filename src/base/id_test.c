#include "base/id.h"
#include "support/test.h"

#include <string.h>

static void made_ids_are_valid_and_differ(void **state)
{
    (void)state;
    char ids[200][ID_TEXT_SIZE];
    unsigned seen[256] = {0};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        id_create(ids[i]);
        assert_int_equal(strlen(ids[i]), ID_TEXT_LEN);
        assert_true(id_is_valid(str_from(ids[i])));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(ids[i], ids[k]);
        for (size_t k = 0; k < ID_TEXT_LEN; k++)
            seen[(unsigned char)ids[i][k]]++;
    }
    /* 4400 letters of 62: 71 of each are expected, with a deviation of 8.4. */
    for (const char *c = "0aAzZ9m"; *c; c++)
        assert_in_range(seen[(unsigned char)*c], 15, 130);
}

static void other_texts_are_no_ids(void **state)
{
    (void)state;
    assert_true(id_is_valid(STR("0123456789ABCDEFabcdef")));
    assert_false(id_is_valid(STR("")));
    assert_false(id_is_valid(STR("0123456789ABCDEFabcde")));
    assert_false(id_is_valid(STR("0123456789ABCDEFabcdefg")));
    assert_false(id_is_valid(STR("../3456789ABCDEFabcdef")));
    assert_false(id_is_valid(STR("0123456789ABCDEFabcde\0")));
    assert_false(id_is_valid(STR("0123456789ABCDEFabcd\xc3\xa9")));
}

static void random_bytes_fill_all_of_it(void **state)
{
    (void)state;
    unsigned char bytes[1000] = {0};
    unsigned distinct = 0;
    bool seen[256] = {0};
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        distinct += seen[bytes[i]] ? 0 : 1;
        seen[bytes[i]] = true;
    }
    assert_true(distinct > 200); /* 251 expected */
    random_bytes(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_ids_are_valid_and_differ),
        cmocka_unit_test(other_texts_are_no_ids),
        cmocka_unit_test(random_bytes_fill_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
