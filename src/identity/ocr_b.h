/* OCR-B, the typeface of machine-readable zones: which character is in a cell? The cells of a zone
 * have one width, so that characters need not be told apart first, and its letters have one shape,
 * so that each can be laid over the picture and compared. For the files of this folder only. */
#pragma once
#include "base/base.h"

#define OCR_B_CHARACTERS 37
#define OCR_B_ORDER "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
#define OCR_B_PITCH 16 /* pixels from character to character in the pictures compared */
#define OCR_B_WIDTH 16 /* of the window a character is compared in */
#define OCR_B_HEIGHT 22

/* How a printer and a camera made the letters look; width and height 1 are the typeface's own. */
#define OCR_B_BLURS 4
struct ocr_b_look {
    float width, height;
    int blur; /* 0 .. OCR_B_BLURS - 1: from sharp to as soft as can still be read */
};
struct ocr_b_shapes { /* as compared: of mean 0 and length 1 */
    float values[OCR_B_CHARACTERS][OCR_B_WIDTH * OCR_B_HEIGHT];
};
struct ocr_b; /* read-only once made: any thread */
MUST_USE bool ocr_b_create(struct ocr_b **ret, struct error *err);
void ocr_b_destroy(struct ocr_b *o); /* NULL is fine */
void ocr_b_draw(const struct ocr_b *o, const struct ocr_b_look *look, struct ocr_b_shapes *ret);
/* How alike each character is to the window at left, top of a picture of `stride` a row: -1..1, 1
 * is the same. Dark ink. The window lies in the picture. */
void ocr_b_compare(const struct ocr_b_shapes *s, const float *window, ptrdiff_t stride,
                   float ret[OCR_B_CHARACTERS]);

/* The table of shapes, 32 dots to a pitch. */
#define OCR_B_GLYPH_WIDTH 32
#define OCR_B_GLYPH_HEIGHT 44
extern const uint32_t ocr_b_glyphs[OCR_B_CHARACTERS][OCR_B_GLYPH_HEIGHT];
