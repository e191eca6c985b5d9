/* Facts made up as an examiner would tell them. */
#include "identity/document.h"

#include "support/test.h"

#include <string.h>

#define ZONE                                                                                       \
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n"

static struct document_facts facts;
static struct template face;
static struct document_candidate anna;

static void put_word(const char *text, int line, float sure)
{
    struct document_word *w = &facts.words[facts.words_len++];
    memset(w, 0, sizeof *w);
    assert_true(str_into(str_from(text), w->text, sizeof w->text));
    w->sure = sure;
    w->line = line;
}

/* A face of a likeness to the scan's. */
static void put_face(float like)
{
    facts.faces = 1;
    facts.embedded = 1;
    facts.embedding = (struct face_embedding){0};
    facts.embedding.values[0] = like;
    facts.embedding.values[1] = 1;
    float rest = 1 - like * like;
    float root = 1;
    for (int i = 0; i < 30; i++) /* Newton's square root */
        root = (root + rest / root) / 2;
    facts.embedding.values[1] = root;
}

static int set_up(void **state)
{
    (void)state;
    struct face_embedding e = {.values = {1}};
    memset(&facts, 0, sizeof facts);
    facts.guidance = DOCUMENT_OK;
    facts.luma = 0.5f;
    put_face(0.8f);
    memset(&face, 0, sizeof face);
    template_add(&face, &e);
    anna = (struct document_candidate){STR("Anna Maria Eriksson"), &face, {2012, 4, 1}};
    return 0;
}

static void put_zone(void)
{
    facts.mrz_found = 1;
    strcpy(facts.mrz, ZONE);
}

static struct document_reading judge(void)
{
    struct document_reading r;
    document_judge(&facts, &anna, &r);
    return r;
}

static void a_zone_a_name_and_a_face_that_agree_are_approved(void **state)
{
    (void)state;
    put_zone();
    struct document_reading r = judge();
    assert_int_equal(r.verdict, DOCUMENT_APPROVED);
    assert_int_equal(r.reasons_len, 0);
    assert_true(r.mrz);
    assert_int_equal(r.kind, DOCUMENT_PASSPORT);
    assert_string_equal(r.name, "ANNA MARIA ERIKSSON");
    assert_int_equal(r.expires.year, 2012);
    assert_true(r.face_score > 0.79f && r.name_score > 0.99f);
}

static void a_zone_is_not_believed_for_the_examiners_word(void **state)
{
    (void)state;
    put_zone();
    facts.mrz[strlen(facts.mrz) - 2] = '7'; /* the composite check digit */
    struct document_reading r = judge();
    assert_false(r.mrz);
    assert_int_equal(r.verdict, DOCUMENT_UNSURE);
}

static void another_face_goes_to_a_person(void **state)
{
    (void)state;
    put_zone();
    put_face(0.55f);
    assert_int_equal(judge().verdict, DOCUMENT_UNSURE);
    put_face(0.2f);
    struct document_reading r = judge();
    assert_int_equal(r.verdict, DOCUMENT_UNSURE);
    assert_non_null(strstr(r.reasons[0], "does not look like"));
    facts.embedded = 0;
    assert_int_equal(judge().verdict, DOCUMENT_UNSURE);
    put_face(0.9f);
    anna.face = NULL;
    assert_int_equal(judge().verdict, DOCUMENT_UNSURE);
}

static void another_name_goes_to_a_person(void **state)
{
    (void)state;
    put_zone();
    anna.name = STR("Peter Smith");
    struct document_reading r = judge();
    assert_int_equal(r.verdict, DOCUMENT_UNSURE);
    assert_int_equal(r.name_verdict, NAME_MISMATCH);
}

static void an_expired_zone_is_rejected_and_an_expired_print_is_not(void **state)
{
    (void)state;
    put_zone();
    anna.today = (struct mrz_date){2012, 4, 15}; /* its last day */
    assert_int_equal(judge().verdict, DOCUMENT_APPROVED);
    anna.today.day = 16;
    struct document_reading r = judge();
    assert_int_equal(r.verdict, DOCUMENT_REJECTED);
    assert_non_null(strstr(r.reasons[0], "2012-04-15"));
    facts.mrz_found = 0;
    put_word("ANNA", 0, 0.9f);
    put_word("MARIA", 0, 0.9f);
    put_word("ERIKSSON", 1, 0.9f);
    put_word("Valid", 2, 0.9f);
    put_word("until", 2, 0.9f);
    put_word("15.04.2012", 2, 0.9f);
    r = judge();
    assert_int_equal(r.verdict, DOCUMENT_UNSURE);
    assert_int_equal(r.expires.year, 2012);
}

static void what_a_retake_mends_is_rejected_with_what_to_do(void **state)
{
    (void)state;
    static const enum document_guidance mend[] = {
        DOCUMENT_NO_CARD, DOCUMENT_CLOSER,     DOCUMENT_WHOLE_CARD, DOCUMENT_BLURRED,
        DOCUMENT_GLARE,   DOCUMENT_MORE_LIGHT, DOCUMENT_TURN_OVER};
    put_zone();
    for (size_t i = 0; i < ARRAY_LEN(mend); i++) {
        facts.guidance = (int32_t)mend[i];
        struct document_reading r = judge();
        assert_int_equal(r.verdict, DOCUMENT_REJECTED);
        assert_non_null(strchr(r.reasons[0], ':'));
    }
}

static void printed_names_and_dates_are_enough_when_they_are_sure(void **state)
{
    (void)state;
    put_word("SURNAME", 0, 0.95f);
    put_word("Eriksson", 1, 0.95f);
    put_word("Given", 2, 0.95f);
    put_word("names", 2, 0.95f);
    put_word("ANNA", 3, 0.95f);
    put_word("MARIA", 3, 0.95f);
    put_word("EXPIRY", 4, 0.95f);
    put_word("11", 5, 0.95f);
    put_word("APR/AVR", 5, 0.95f);
    put_word("2019", 5, 0.95f);
    struct document_reading r = judge();
    assert_int_equal(r.name_verdict, NAME_MATCH);
    assert_string_equal(r.name, "Eriksson ANNA MARIA");
    facts.words[8].text[3] = '\0'; /* without the second language */
    r = judge();
    assert_int_equal(r.verdict, DOCUMENT_APPROVED);
    assert_int_equal(r.expires.year, 2019);
    assert_int_equal(r.expires.month, 4);
    facts.words[9].sure = 0.2f; /* a year that is hardly read approves nobody */
    assert_int_equal(judge().verdict, DOCUMENT_UNSURE);
}

static void a_part_of_a_name_is_not_the_name(void **state)
{
    (void)state;
    put_word("ANNA", 0, 0.95f);
    put_word("LINDQVIST", 1, 0.95f);
    put_word("Expires", 2, 0.9f);
    put_word("2030-04-11", 2, 0.9f);
    struct document_reading r = judge();
    assert_int_equal(r.verdict, DOCUMENT_UNSURE);
    assert_int_equal(r.expires.year, 2030);
    assert_true(r.reasons_len > 0);
}

static void a_month_beside_its_label_is_an_expiry(void **state)
{
    (void)state;
    put_word("ANNA", 0, 0.95f);
    put_word("MARIA", 0, 0.95f);
    put_word("ERIKSSON", 0, 0.95f);
    put_word("Student", 1, 0.9f);
    put_word("12/2029", 1, 0.9f); /* no label */
    struct document_reading r = judge();
    assert_int_equal(r.expires.year, 0);
    put_word("Valid", 3, 0.9f);
    put_word("until", 3, 0.9f);
    put_word("09/2027", 3, 0.9f);
    r = judge();
    assert_int_equal(r.expires.year, 2027);
    assert_int_equal(r.expires.month, 9);
    assert_int_equal(r.verdict, DOCUMENT_APPROVED);
    facts.words_len = 0;
    put_word("EXP", 0, 0.9f);
    put_word("SEP", 0, 0.9f);
    put_word("2027", 0, 0.9f);
    r = judge();
    assert_int_equal(r.expires.month, 9);
}

static void put_barcode(const char *text)
{
    facts.barcode = DOCUMENT_BARCODE_PDF417;
    facts.barcode_len = (int32_t)strlen(text);
    memcpy(facts.barcode_bytes, text, strlen(text));
}

static void a_licences_barcode_is_as_good_as_a_zone(void **state)
{
    (void)state;
    put_barcode(
        "@\n\x1e\rANSI 636026080102DL00410288DLDCSERIKSSON\nDACANNA\nDADMARIA\nDBA04112030\n");
    struct document_reading r = judge();
    assert_int_equal(r.verdict, DOCUMENT_APPROVED);
    assert_true(r.barcode && !r.mrz);
    assert_int_equal(r.kind, DOCUMENT_DRIVING_LICENCE);
    assert_string_equal(r.name, "ANNA MARIA ERIKSSON");
    assert_int_equal(r.expires.year, 2030);
    put_barcode("@\n\x1e\rANSI 636026080102DL00410288DLDCSERIKSSON\nDACANNA\nDBA04112010\n");
    assert_int_equal(judge().verdict, DOCUMENT_REJECTED); /* expired */
    put_barcode("@\n\x1e\rANSI 636026080102DL00410288DLDCSLINDQVIST\nDACJONAS\nDBA04112030\n");
    r = judge();
    assert_int_equal(r.verdict, DOCUMENT_UNSURE); /* somebody else's: a person looks */
    assert_int_equal(r.name_verdict, NAME_MISMATCH);
    put_barcode("parcel 1234567890");
    r = judge();
    assert_false(r.barcode);
    assert_int_equal(r.verdict, DOCUMENT_UNSURE);
}

static void facts_out_of_their_range_are_noticed(void **state)
{
    (void)state;
    const char *wrong;
    assert_true(document_facts_are_sound(&facts, &wrong));
    facts.words_len = DOCUMENT_WORDS_MAX + 1;
    assert_false(document_facts_are_sound(&facts, &wrong));
    facts.words_len = 1;
    memset(facts.words[0].text, 'A', DOCUMENT_WORD_MAX); /* no end */
    assert_false(document_facts_are_sound(&facts, &wrong));
    facts.words_len = 0;
    facts.embedding.values[0] = 7;
    assert_false(document_facts_are_sound(&facts, &wrong));
    facts.embedded = 0;
    strcpy(facts.mrz, "P<utO\n");
    assert_false(document_facts_are_sound(&facts, &wrong));
    assert_string_equal(wrong, "mrz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_zone_a_name_and_a_face_that_agree_are_approved, set_up),
        cmocka_unit_test_setup(a_zone_is_not_believed_for_the_examiners_word, set_up),
        cmocka_unit_test_setup(another_face_goes_to_a_person, set_up),
        cmocka_unit_test_setup(another_name_goes_to_a_person, set_up),
        cmocka_unit_test_setup(an_expired_zone_is_rejected_and_an_expired_print_is_not, set_up),
        cmocka_unit_test_setup(what_a_retake_mends_is_rejected_with_what_to_do, set_up),
        cmocka_unit_test_setup(printed_names_and_dates_are_enough_when_they_are_sure, set_up),
        cmocka_unit_test_setup(a_part_of_a_name_is_not_the_name, set_up),
        cmocka_unit_test_setup(a_month_beside_its_label_is_an_expiry, set_up),
        cmocka_unit_test_setup(a_licences_barcode_is_as_good_as_a_zone, set_up),
        cmocka_unit_test_setup(facts_out_of_their_range_are_noticed, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
