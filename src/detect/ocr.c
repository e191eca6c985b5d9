/* One line at a time, already found and set dark on white (text_lines.h): tesseract's own search
 * for lines lost a third of them on screens, and its reading of whole pictures costs as much.
 *
 * Tesseract asks OpenMP for four threads by number, which the sandbox forbids and which cost five
 * times the CPU for lines as short as these. No level of parallelism at all is what it obeys. */
#include "detect/ocr.h"

#include "base/file.h"
#include "crypto/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tesseract/capi.h>

#define MODEL_NAME "eng.traineddata"
#define MODEL_BYTES_MAX ((size_t)64 << 20)
#define RESOLUTION 150 /* dots an inch, as the lines are enlarged; else it is guessed, aloud */

extern void omp_set_max_active_levels(int levels); /* of libgomp */

struct ocr {
    TessBaseAPI *api; /* owned */
};

static bool read_model(const char *models_folder, char **ret, size_t *ret_len, struct error *err)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/" MODEL_NAME, models_folder);
    if (len < 0 || (size_t)len >= sizeof path)
        return error_set(err, ERROR_INVALID, "the path of the models is too long");
    struct error missing;
    if (file_read(path, MODEL_BYTES_MAX, ret, ret_len, &missing))
        return true;
    if (missing.code != ERROR_NOT_FOUND)
        return error_set(err, missing.code, "%s", missing.message);
    if (file_read(PT_TESSDATA "/" MODEL_NAME, MODEL_BYTES_MAX, ret, ret_len, &missing))
        return true;
    return error_set(err, missing.code,
                     "text cannot be read: neither %s nor " PT_TESSDATA "/" MODEL_NAME
                     " is there (Debian: tesseract-ocr-eng)",
                     path);
}

static bool note_model(json_t *models, struct str model, struct error *err)
{
    unsigned char digest[SHA256_SIZE];
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    sha256(model, digest);
    str_to_hex(str_bytes(digest, sizeof digest), hex);
    return json_object_set_new(models, "tesseract-eng", json_string(hex)) ? error_no_memory(err)
                                                                          : true;
}

/* The first reading makes what is made only when it is needed. */
static bool warm_up(struct ocr *o, struct error *err)
{
    enum { WIDTH = 120, HEIGHT = 40 };
    uint8_t *stroke = malloc(WIDTH * HEIGHT);
    char text[OCR_TEXT_MAX];
    float sure;
    if (!stroke)
        return error_no_memory(err);
    memset(stroke, 255, WIDTH * HEIGHT);
    for (int y = 8; y < 32; y++)
        for (int x = 20; x < 100; x += 20)
            memset(&stroke[y * WIDTH + x], 0, 4);
    bool ok = ocr_read(o, stroke, WIDTH, HEIGHT, text, &sure, err);
    free(stroke);
    return ok;
}

bool ocr_create(const char *models_folder, json_t *models, struct ocr **ret, struct error *err)
{
    CLEANUP(freep) char *model = NULL;
    size_t len;
    if (!read_model(models_folder, &model, &len, err) ||
        !note_model(models, str_bytes(model, len), err))
        return false;
    struct ocr *o = calloc(1, sizeof *o);
    if (!o)
        return error_no_memory(err);
    omp_set_max_active_levels(0);
    o->api = TessBaseAPICreate();
    bool ok = o->api && !TessBaseAPIInit5(o->api, model, (int)len, "eng", OEM_LSTM_ONLY, NULL, 0,
                                          NULL, NULL, 0, false);
    if (!ok)
        error_set(err, ERROR_INVALID, MODEL_NAME " is no model of tesseract 4 or later");
    if (ok)
        TessBaseAPISetPageSegMode(o->api, PSM_SINGLE_LINE);
    /* What it does not read surely it would read again as light on dark, which lines never are. */
    if (ok && !TessBaseAPISetVariable(o->api, "tessedit_do_invert", "0"))
        ok = error_set(err, ERROR_UNSUPPORTED, "this tesseract cannot be told how lines are set");
    if (!ok || !warm_up(o, err)) {
        ocr_destroy(o);
        return false;
    }
    *ret = o;
    return true;
}

void ocr_destroy(struct ocr *o)
{
    if (!o)
        return;
    if (o->api) {
        TessBaseAPIEnd(o->api);
        TessBaseAPIDelete(o->api);
    }
    free(o);
}

static void tidy(const char *text, char ret[OCR_TEXT_MAX])
{
    struct str line = str_from(text);
    size_t len = 0;
    for (size_t i = 0; i < line.len && len < OCR_TEXT_MAX - 1; i++) {
        unsigned char c = (unsigned char)line.ptr[i];
        ret[len++] = c < ' ' || c == 0x7f ? ' ' : (char)c;
    }
    while (len && ret[len - 1] == ' ')
        len--;
    while (len && !str_is_utf8(str_bytes(ret, len))) /* cut within a letter */
        len--;
    ret[len] = '\0';
}

bool ocr_read(struct ocr *o, const uint8_t *pixels, int width, int height, char ret[OCR_TEXT_MAX],
              float *ret_sure, struct error *err)
{
    omp_set_max_active_levels(0);
    TessBaseAPISetImage(o->api, pixels, width, height, 1, width);
    TessBaseAPISetSourceResolution(o->api, RESOLUTION);
    char *text = TessBaseAPIGetUTF8Text(o->api);
    if (!text)
        return error_set(err, ERROR_INTERNAL, "tesseract read nothing");
    tidy(text, ret);
    TessDeleteText(text);
    int sure = TessBaseAPIMeanTextConf(o->api);
    *ret_sure = (float)MIN(MAX(sure, 0), 100) / 100;
    TessBaseAPIClear(o->api);
    return true;
}

static void take_word(const TessResultIterator *at, const char *text, int line,
                      struct ocr_word *ret)
{
    char tidied[OCR_TEXT_MAX];
    int right = 0, bottom = 0;
    memset(ret, 0, sizeof *ret);
    tidy(text, tidied);
    size_t len = MIN(strlen(tidied), sizeof ret->text - 1);
    while (len && !str_is_utf8(str_bytes(tidied, len))) /* cut within a letter */
        len--;
    memcpy(ret->text, tidied, len);
    float sure = TessResultIteratorConfidence(at, RIL_WORD) / 100;
    ret->sure = sure > 0 ? MIN(sure, 1) : 0;
    if (TessPageIteratorBoundingBox(TessResultIteratorGetPageIteratorConst(at), RIL_WORD, &ret->x,
                                    &ret->y, &right, &bottom)) {
        ret->width = right - ret->x;
        ret->height = bottom - ret->y;
    }
    ret->line = line;
}

bool ocr_read_words(struct ocr *o, const uint8_t *pixels, int width, int height,
                    struct ocr_word *ret, size_t max, size_t *ret_len, struct error *err)
{
    size_t len = 0;
    int line = -1;
    omp_set_max_active_levels(0);
    TessBaseAPISetPageSegMode(o->api, PSM_SPARSE_TEXT);
    TessBaseAPISetImage(o->api, pixels, width, height, 1, width);
    TessBaseAPISetSourceResolution(o->api, 2 * RESOLUTION);
    bool ok = !TessBaseAPIRecognize(o->api, NULL);
    TessResultIterator *at = ok ? TessBaseAPIGetIterator(o->api) : NULL;
    for (bool more = at != NULL; more && len < max; more = TessResultIteratorNext(at, RIL_WORD)) {
        const TessPageIterator *place = TessResultIteratorGetPageIteratorConst(at);
        line += TessPageIteratorIsAtBeginningOf(place, RIL_TEXTLINE);
        char *text = TessResultIteratorGetUTF8Text(at, RIL_WORD);
        if (text)
            take_word(at, text, MAX(line, 0), &ret[len]);
        len += text && ret[len].text[0];
        TessDeleteText(text);
    }
    if (at)
        TessResultIteratorDelete(at);
    TessBaseAPIClear(o->api);
    TessBaseAPISetPageSegMode(o->api, PSM_SINGLE_LINE);
    if (!ok)
        return error_set(err, ERROR_INTERNAL, "tesseract read nothing");
    *ret_len = len;
    return true;
}
