#include "base/arena.h"
#include "support/fault.h"
#include "support/test.h"

#include <string.h>

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena a;
    arena_init(&a, 0);
    char *pieces[300];
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) { /* over many blocks */
        size_t size = i * 7 % 97 + 1;
        pieces[i] = arena_alloc(&a, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < size; k++)
            assert_int_equal(pieces[i][k], 0);
        memset(pieces[i], (int)i, size);
    }
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
        for (size_t k = 0; k < i * 7 % 97 + 1; k++)
            assert_int_equal(pieces[i][k], (char)i);
}

static void a_large_piece_gets_a_block_of_its_own(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena a;
    arena_init(&a, 0);
    char *large = arena_alloc(&a, 1 << 20);
    assert_non_null(large);
    memset(large, 1, 1 << 20);
    assert_non_null(arena_alloc(&a, 1));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 8)); /* rounding up must not wrap */
}

static void the_limit_counts_all_pieces(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena a;
    arena_init(&a, 1024);
    assert_non_null(arena_alloc(&a, 1000));
    assert_null(arena_alloc(&a, 1000));
    assert_null(arena_copy(&a, STR("a text of more than sixteen bytes")).ptr);
    assert_non_null(arena_alloc(&a, 16));
    arena_done(&a);
    assert_non_null(arena_alloc(&a, 1000)); /* the limit stays, the use starts over */
}

static void text_is_copied_with_a_nul_behind(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena a;
    arena_init(&a, 0);
    char source[] = "text";
    struct str copy = arena_copy(&a, str_from(source));
    source[0] = 'n';
    assert_str(copy, STR("text"));
    assert_int_equal(copy.ptr[4], '\0');
    assert_non_null(arena_copy(&a, (struct str){NULL, 0}).ptr);
    assert_string_equal(arena_printf(&a, "%s-%03d", "a", 7), "a-007");
    int *number = ARENA_NEW(&a, int);
    assert_int_equal(*number, 0);
}

static void no_memory_gives_null_and_the_rest_stays(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena a;
    arena_init(&a, 0);
    struct str first = arena_copy(&a, STR("first"));
    fault_arm(FAULT_MEMORY, 1);
    assert_null(arena_alloc(&a, 10000));
    assert_true(fault_disarm());
    assert_str(first, STR("first"));
    assert_non_null(arena_alloc(&a, 10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(a_large_piece_gets_a_block_of_its_own),
        cmocka_unit_test(the_limit_counts_all_pieces),
        cmocka_unit_test(text_is_copied_with_a_nul_behind),
        cmocka_unit_test(no_memory_gives_null_and_the_rest_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
