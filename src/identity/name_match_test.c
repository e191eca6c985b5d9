#include "identity/name_match.h"

#include "support/test.h"

#include <string.h>

struct example {
    const char *account, *surname, *given;
    enum name_verdict verdict;
    float least, most;  /* of the score */
    const char *reason; /* a part of it; NULL: any */
};

static void check(const struct example *e)
{
    struct name_result r;
    struct name_on_document d = {str_from(e->surname), str_from(e->given), false};
    name_match(str_from(e->account), &d, &r);
    if (r.verdict != e->verdict || r.score < e->least || r.score > e->most ||
        (e->reason && !strstr(r.reason, e->reason)))
        fail_msg("\"%s\" and \"%s, %s\": %s, %.2f, %s", e->account, e->surname, e->given,
                 name_verdict_text(r.verdict), (double)r.score, r.reason);
}

#define CHECK_ALL(examples)                                                                        \
    for (size_t i = 0; i < ARRAY_LEN(examples); i++)                                               \
    check(&(examples)[i])

static void the_same_name_matches_in_any_order(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"Anna Maria Eriksson", "ERIKSSON", "ANNA MARIA", NAME_MATCH, 1, 1, "is on the document"},
        {"Eriksson, Anna Maria", "ERIKSSON", "ANNA MARIA", NAME_MATCH, 1, 1, "another order"},
        {"ERIKSSON ANNA MARIA", "", "ANNA MARIA ERIKSSON", NAME_MATCH, 1, 1, "another order"},
        {"Mei-Hua Lin", "LIN", "MEI HUA", NAME_MATCH, 1, 1, NULL},
        {"Lin Meihua", "LIN", "MEI<HUA", NAME_MATCH, 0.97f, 1, NULL},
        {"Madonna", "MADONNA", "", NAME_MATCH, 1, 1, NULL},
        {"Dr. Daniel Martins", "MARTINS", "DANIEL", NAME_MATCH, 1, 1, NULL},
    };
    CHECK_ALL(examples);
}

static void accents_and_other_letters_do_not_count(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"Jürgen Müller", "MUELLER", "JUERGEN", NAME_MATCH, 0.97f, 1, "another spelling"},
        {"Jürgen Müller", "MULLER", "JURGEN", NAME_MATCH, 1, 1, NULL},
        {"Jurgen Muller", "MUELLER", "JUERGEN", NAME_MATCH, 0.94f, 1, NULL},
        {"Ju\xcc\x88rgen Mu\xcc\x88ller", "MUELLER", "JUERGEN", NAME_MATCH, 0.97f, 1, NULL},
        {"Þuríður Ösp Ævarsdóttir", "AEVARSDOTTIR", "THURIDUR OESP", NAME_MATCH, 0.97f, 1, NULL},
        {"Łukasz Żółć", "ZOLC", "LUKASZ", NAME_MATCH, 1, 1, NULL},
        {"Nguyễn Thị Hồng", "NGUYEN", "THI HONG", NAME_MATCH, 1, 1, NULL},
        {"Søren Ågård", "AAGAARD", "SOEREN", NAME_MATCH, 0.94f, 1, NULL},
        {"Straße Weiß", "STRASSE", "WEISS", NAME_MATCH, 1, 1, NULL},
        {"Şebnem Gülşen", "GUELSEN", "SEBNEM", NAME_MATCH, 0.97f, 1, NULL},
        {"Юлия Щербакова", "SHCHERBAKOVA", "IULIIA", NAME_MATCH, 0.97f, 1, NULL},
        {"Юлия Щербакова", "SHCHERBAKOVA", "YULIYA", NAME_MATCH, 0.97f, 1, NULL},
        {"Γιώργος Παππάς", "PAPPAS", "GIORGOS", NAME_MATCH, 1, 1, NULL},
        {"Sinéad O’Connor", "OCONNOR", "SINEAD", NAME_MATCH, 1, 1, NULL},
        {"Sinead O'Connor", "O'CONNOR", "SINÉAD", NAME_MATCH, 1, 1, NULL},
        {"Sinead O Connor", "OCONNOR", "SINEAD", NAME_MATCH, 0.97f, 1, NULL},
    };
    CHECK_ALL(examples);
}

static void more_names_on_the_document_are_usual(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"Anna Eriksson", "ERIKSSON", "ANNA MARIA", NAME_MATCH, 0.9f, 0.99f, "also has MARIA"},
        {"Maria Eriksson", "ERIKSSON", "ANNA MARIA", NAME_MATCH, 0.9f, 0.99f, "also has ANNA"},
        {"Maria García", "GARCIA LOPEZ", "MARIA DEL CARMEN", NAME_MATCH, 0.85f, 0.99f, NULL},
        {"Ludwig van Beethoven", "BEETHOVEN", "LUDWIG", NAME_MATCH, 0.85f, 0.99f, NULL},
        {"Ludwig Beethoven", "VAN BEETHOVEN", "LUDWIG", NAME_MATCH, 1, 1, NULL},
        {"Anna M. Eriksson", "ERIKSSON", "ANNA MARIA", NAME_MATCH, 0.97f, 1, "initials"},
    };
    CHECK_ALL(examples);
}

static void what_is_nearly_the_same_goes_to_a_person(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"Jon Milller", "MILLER", "JON", NAME_UNSURE, 0.8f, 0.95f, "MILLER for MILLLER"},
        {"Hiroshi Tanaka", "TANAKA", "HIROSHl", NAME_UNSURE, 0.8f, 0.95f, NULL},
        {"Sara Winter", "WINDER", "LARA", NAME_UNSURE, 0.5f, 0.7f, "LARA for SARA"},
        {"A. Eriksson", "ERIKSSON", "ANNA", NAME_UNSURE, 0.5f, 1, "initials"},
        {"Anna Maria Lindqvist", "ERIKSSON", "ANNA MARIA", NAME_UNSURE, 0.5f, 0.7f,
         "LINDQVIST is not on the document, which has ERIKSSON"},
        {"Anna Lindqvist", "ERIKSSON", "ANNA", NAME_UNSURE, 0.45f, 0.6f, NULL},
        {"Peter Eriksson", "ERIKSSON", "ANNA", NAME_UNSURE, 0.45f, 0.6f, "PETER"},
        {"Anna Maria", "ERIKSSON", "ANNA MARIA", NAME_UNSURE, 0.8f, 1, "only a part"},
        {"Anna Karin Maria Eriksson", "ERIKSSON", "ANNA MARIA", NAME_UNSURE, 0.7f, 0.8f, "KARIN"},
    };
    CHECK_ALL(examples);
}

static void another_name_is_a_mismatch(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"John Miller", "TANAKA", "HIROSHI", NAME_MISMATCH, 0, 0.1f, "JOHN is not on the document"},
        {"Sara Winter", "WEBER", "LENA", NAME_MISMATCH, 0, 0.1f, NULL},
        {"Li Wu", "WANG", "LEI", NAME_MISMATCH, 0, 0.1f, NULL},
        {"Maria del Mar", "ERIKSSON", "ANNA", NAME_MISMATCH, 0, 0.1f, NULL},
    };
    CHECK_ALL(examples);
}

static void a_name_that_was_cut_matches_as_far_as_it_goes(void **state)
{
    (void)state;
    struct name_result r;
    struct name_on_document d = {STR("NILAVADHANANANDA"), STR("CHAYAPA DEJTHAMRONG KRASUA"), true};
    name_match(STR("Chayapa Dejthamrong Krasuang Nilavadhanananda"), &d, &r);
    assert_int_equal(r.verdict, NAME_MATCH);
    d.cut = false;
    name_match(STR("Chayapa Dejthamrong Krasuangthong Nilavadhanananda"), &d, &r);
    assert_int_not_equal(r.verdict, NAME_MATCH);
}

static void what_cannot_be_compared_is_said(void **state)
{
    (void)state;
    static const struct example examples[] = {
        {"林美華", "LIN", "MEI HUA", NAME_NOT_COMPARED, 0, 0, "script"},
        {"", "LIN", "MEI HUA", NAME_NOT_COMPARED, 0, 0, "account"},
        {"Mei Hua Lin", "", "", NAME_NOT_COMPARED, 0, 0, "no name on the document"},
        {"Mei Hua Lin", "", "<<<<", NAME_NOT_COMPARED, 0, 0, NULL},
        {"\xff\xfe", "LIN", "MEI", NAME_NOT_COMPARED, 0, 0, NULL},
    };
    CHECK_ALL(examples);
}

static void long_names_are_a_matter_for_people(void **state)
{
    (void)state;
    struct name_result r;
    struct name_on_document d = {STR("A"), STR("B C D E F G H I J K L M N O P Q R S T U V W"),
                                 false};
    name_match(
        STR("Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnop B C D E F"), &d,
        &r);
    assert_int_not_equal(r.verdict, NAME_MATCH);
    d = (struct name_on_document){
        STR("Eins Zwei Drei Vier Fuenf Sechs Sieben Acht Neun Zehn Elf Zwoelf Dreizehn"),
        STR("A B"), false};
    name_match(STR("A Eins"), &d, &r);
    assert_int_not_equal(r.verdict, NAME_MATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_name_matches_in_any_order),
        cmocka_unit_test(accents_and_other_letters_do_not_count),
        cmocka_unit_test(more_names_on_the_document_are_usual),
        cmocka_unit_test(what_is_nearly_the_same_goes_to_a_person),
        cmocka_unit_test(another_name_is_a_mismatch),
        cmocka_unit_test(a_name_that_was_cut_matches_as_far_as_it_goes),
        cmocka_unit_test(what_cannot_be_compared_is_said),
        cmocka_unit_test(long_names_are_a_matter_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
