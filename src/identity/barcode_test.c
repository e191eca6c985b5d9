/* Barcodes as another program draws them (zint), in every turn and slanted. */
#include "identity/barcode.h"

#include "identity/aamva.h"
#include "identity/grey.h"
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LICENCE                                                                                    \
    "@\n\x1e\rANSI 636026100102DL00410288ZA03290015DLDAQD12345678\nDCSNAVARRO\nDDEN\nDACSOFIA\n"   \
    "DDFN\nDADMAE\nDDGN\nDBB01311999\nDBA02012031\nDCGUSA\n\r"
#define MODULE 3 /* pixels */
#define QUIET 30

static int hex(char c) { return c >= 'A' ? c - 'A' + 10 : c - '0'; }

/* zint writes rows of modules in hexadecimal. */
static void draw(const char *symbology, const char *data, int row_pixels, struct grey *ret)
{
    char rows[400][300];
    char command[200];
    int len = 0;
    struct error err;
    CLEANUP(freep) char *path = strdup("/tmp/proctortrack-barcode-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    fputs(data, f);
    fclose(f);
    snprintf(command, sizeof command, "zint -b %s --binary --dump -i %s 2>/dev/null", symbology,
             path);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    while (len < 400 && fgets(rows[len], sizeof rows[0], in))
        len++;
    int status = pclose(in);
    remove(path);
    if (status != 0) {
        print_message("skipped: no zint to draw barcodes\n");
        skip();
    }
    char digits[300];
    size_t at = 0;
    for (const char *c = rows[0]; *c && *c != '\n'; c++)
        at += *c != ' ';
    int width = (int)at * 4 * MODULE + 2 * QUIET, height = len * row_pixels + 2 * QUIET;
    assert_good(grey_create(width, height, ret, &err), err);
    memset(ret->pixels, 235, (size_t)width * (size_t)height);
    for (int y = 0; y < len * row_pixels; y++) {
        size_t n = 0;
        for (const char *c = rows[y / row_pixels]; *c && *c != '\n'; c++)
            if (*c != ' ')
                digits[n++] = *c;
        for (int x = 0; x < (int)n * 4 * MODULE; x++) {
            int module = x / MODULE;
            if (hex(digits[module / 4]) >> (3 - module % 4) & 1)
                ret->pixels[(y + QUIET) * width + x + QUIET] = 25;
        }
    }
}

static void a_licence_is_read_in_every_turn(void **state)
{
    (void)state;
    CLEANUP(grey_done) struct grey g = {0};
    struct error err;
    draw("55", LICENCE, 3 * MODULE, &g);
    for (int quarters = 0; quarters < 4; quarters++) {
        CLEANUP(grey_done) struct grey turned = {0};
        struct barcode found;
        struct aamva a;
        assert_good(grey_turn(&g, quarters, &turned, &err), err);
        assert_good(barcode_find(turned.pixels, turned.width, turned.height, &found, &err), err);
        assert_int_equal(found.kind, BARCODE_PDF417);
        assert_int_equal(found.len, strlen(LICENCE));
        assert_memory_equal(found.bytes, LICENCE, found.len);
        assert_true(aamva_parse(str_bytes(found.bytes, found.len), &a));
        assert_string_equal(a.family, "NAVARRO");
    }
}

/* As held by hand: slanted a little, and soft from that. */
static void a_slanted_licence_is_read(void **state)
{
    (void)state;
    CLEANUP(grey_done) struct grey g = {0};
    struct error err;
    draw("55", LICENCE, 3 * MODULE, &g);
    for (int way = -1; way <= 1; way += 2) {
        CLEANUP(grey_done) struct grey slanted = {0};
        struct barcode found;
        assert_good(grey_tilt(&g, way * 0.06, &slanted, &err), err);
        assert_good(barcode_find(slanted.pixels, slanted.width, slanted.height, &found, &err), err);
        assert_int_equal(found.kind, BARCODE_PDF417);
        assert_memory_equal(found.bytes, LICENCE, strlen(LICENCE));
    }
}

static void a_square_code_is_told_apart_and_an_empty_picture_has_none(void **state)
{
    (void)state;
    CLEANUP(grey_done) struct grey g = {0};
    CLEANUP(grey_done) struct grey empty = {0};
    struct barcode found;
    struct error err;
    draw("58", "https://example.org/card/17", MODULE, &g);
    assert_good(barcode_find(g.pixels, g.width, g.height, &found, &err), err);
    assert_int_equal(found.kind, BARCODE_QR);
    assert_memory_equal(found.bytes, "https://example.org/card/17", found.len);
    assert_good(grey_create(64, 48, &empty, &err), err);
    memset(empty.pixels, 128, 64 * 48);
    assert_good(barcode_find(empty.pixels, 64, 48, &found, &err), err);
    assert_int_equal(found.kind, BARCODE_NONE);
    assert_good(barcode_find(empty.pixels, 1, 1, &found, &err), err);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_licence_is_read_in_every_turn),
        cmocka_unit_test(a_slanted_licence_is_read),
        cmocka_unit_test(a_square_code_is_told_apart_and_an_empty_picture_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
