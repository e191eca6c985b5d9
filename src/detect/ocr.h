/* Reading a line of text from its picture: tesseract with its English model, which knows Latin
 * letters, digits and signs. Nothing of tesseract is seen outside of ocr.c.
 *
 * The model is "eng.traineddata" in the folder of the models, else where Debian's package
 * tesseract-ocr-eng puts it. All is loaded by ocr_create(): later no file is opened and no thread
 * started. Measured: 0.08 s of CPU and 15 MB to create, 0.01 to 0.02 s a line. */
#pragma once
#include "base/json.h"

#define OCR_TEXT_MAX 400 /* bytes of a line, with the NUL; what is longer is cut */

struct ocr; /* one thread at a time */

/* `models` is given "tesseract-eng": SHA-256 of the model. */
MUST_USE bool ocr_create(const char *models_folder, json_t *models, struct ocr **ret,
                         struct error *err);
/* Dark text on white, one byte a pixel, `width` bytes a row; letters 15 to 60 pixels high. Appends
 * nothing: `ret` holds one line of UTF-8 without control characters, empty when nothing was read.
 * *ret_sure is 0..1. */
MUST_USE bool ocr_read(struct ocr *o, const uint8_t *pixels, int width, int height,
                       char ret[OCR_TEXT_MAX], float *ret_sure, struct error *err);
/* The words of a whole picture, in the order they are read: for pictures that are no screens, where
 * lines are not level and stand on patterns. *ret_len is at most `max`. 0.3 to 2 s. */
struct ocr_word {
    char text[64]; /* UTF-8; what is longer is cut */
    float sure;    /* 0..1 */
    int x, y, width, height, line;
};
MUST_USE bool ocr_read_words(struct ocr *o, const uint8_t *pixels, int width, int height,
                             struct ocr_word *ret, size_t max, size_t *ret_len, struct error *err);
void ocr_destroy(struct ocr *o); /* NULL is fine */
