/* From a picture to facts: which way is up, whose face, which letters.
 *
 * Up is where the zone's or the face's is; text is read that way only. */
#include "identity/document.h"

#include "base/json.h"
#include "detect/ocr.h"
#include "identity/barcode.h"
#include "identity/card_edges.h"
#include "identity/mrz_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIDE                                                                                  \
    1500             /* pixels: letters of a card that fills the picture are 20 to 30 high then    \
                      */
#define EVEN_SIDE 32 /* two letters each way */
#define GLANCE_SIDE 800
/* Mean of the middle of the picture: 0.25 of the dark card of the media, 0.47 and more of all
 * others.
 */
#define DARK 0.3f
/* Fine detail against coarse detail in the parts that have most of it; see measure(). */
#define BLURRED 0.35f
#define GLARE 0.12f /* of the middle: white paper is not as white as this to its edges */
/* A picture without a document had at most one word of three sure letters; documents 3 and more. */
#define WORDS_OF_A_DOCUMENT 3
#define SURE_WORD 0.6f
#define FACE_OF_A_DOCUMENT                                                                         \
    0.4f /* of the picture's width; a wider one is a person's, not a card's */

struct document_reader {
    struct detect *detect;    /* owned; faces only */
    struct face_reader *face; /* owned */
    struct mrz_reader *mrz;   /* owned */
    struct ocr *ocr;          /* owned */
    struct ocr_word *words;   /* owned; DOCUMENT_WORDS_MAX */
};

void document_reader_destroy(struct document_reader *r)
{
    if (!r)
        return;
    detect_destroy(r->detect);
    face_reader_destroy(r->face);
    mrz_reader_destroy(r->mrz);
    ocr_destroy(r->ocr);
    free(r->words);
    free(r);
}

void document_reader_destroyp(struct document_reader **r) { document_reader_destroy(*r); }

bool document_reader_create(const char *models_folder, struct document_reader **ret,
                            struct error *err)
{
    CLEANUP(document_reader_destroyp) struct document_reader *r = calloc(1, sizeof *r);
    CLEANUP(json_decrefp) json_t *models = json_object();
    if (!r || !models || !(r->words = calloc(DOCUMENT_WORDS_MAX, sizeof *r->words)))
        return error_no_memory(err);
    if (!detect_create_faces(models_folder, &r->detect, err) ||
        !face_reader_create(models_folder, &r->face, err) || !mrz_reader_create(&r->mrz, err) ||
        !ocr_create(models_folder, models, &r->ocr, err))
        return false;
    *ret = TAKE(r);
    return true;
}

/* ---- turning ---- */

static bool turn_plane(const struct frame *f, int plane, int quarters, struct grey *ret,
                       struct error *err)
{
    CLEANUP(grey_done) struct grey upright = {0};
    int width = plane ? (f->width + 1) / 2 : f->width;
    int height = plane ? (f->height + 1) / 2 : f->height;
    if (!grey_create(width, height, &upright, err))
        return false;
    for (int y = 0; y < height; y++)
        memcpy(upright.pixels + (size_t)y * (size_t)width,
               f->planes[plane] + (ptrdiff_t)y * f->strides[plane], (size_t)width);
    return grey_turn(&upright, quarters, ret, err);
}

static bool turn_frame(struct frame *f, int quarters, struct frame **ret, struct error *err)
{
    CLEANUP(grey_done) struct grey y = {0};
    CLEANUP(grey_done) struct grey u = {0};
    CLEANUP(grey_done) struct grey v = {0};
    if (quarters == 0) {
        *ret = frame_ref(f);
        return true;
    }
    if (!turn_plane(f, 0, quarters, &y, err) || !turn_plane(f, 1, quarters, &u, err) ||
        !turn_plane(f, 2, quarters, &v, err))
        return false;
    const struct frame turned = {.width = y.width,
                                 .height = y.height,
                                 .planes = {y.pixels, u.pixels, v.pixels},
                                 .strides = {y.width, u.width, v.width},
                                 .full_range = f->full_range};
    return frame_create(&turned, ret, err);
}

/* ---- light ---- */

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* In tiles: how steep edges are to the next pixel, against how much differs over four. A sharp edge
 * does half of it and more in one step, a blurred one a quarter. Of the tiles with most contrast
 * the upper third counts: patterns are faint, and a photograph is soft. */
static float tile_sharpness(const struct grey *g, int left, int top, int side, float *ret_contrast)
{
    int near = 0, wide = 0;
    for (int y = top; y < top + side; y++)
        for (int x = left; x + 4 < left + side; x++) {
            const uint8_t *p = g->pixels + (size_t)y * (size_t)g->width + (size_t)x;
            near = MAX(near, abs(p[1] - p[0]));
            wide = MAX(wide, abs(p[4] - p[0]));
        }
    *ret_contrast = (float)wide;
    return wide ? (float)near / (float)wide : 0;
}

#define TILE 24
static float sharpness_of(const struct grey *g)
{
    float found[4096];
    size_t len = 0;
    for (int y = 0; y + TILE <= g->height; y += TILE)
        for (int x = 0; x + TILE <= g->width && len < ARRAY_LEN(found); x += TILE) {
            float contrast, sharp = tile_sharpness(g, x, y, TILE, &contrast);
            if (contrast >= 40) /* of 255: letters, edges */
                found[len++] = sharp;
        }
    if (len < 8)
        return 0;
    qsort(found, len, sizeof *found, compare_floats);
    return found[len * 2 / 3];
}

static bool measure(const struct grey *whole, struct document_facts *facts, struct error *err)
{
    CLEANUP(grey_done) struct grey g = {0};
    double factor;
    int64_t sum = 0, white = 0, count = 0;
    int side = MIN(GLANCE_SIDE, MAX(whole->width, whole->height));
    if (!grey_scale_to(whole, side, &g, &factor, err))
        return false;
    for (int y = g.height / 5; y < g.height * 4 / 5; y++)
        for (int x = g.width / 5; x < g.width * 4 / 5; x++, count++) {
            int value = g.pixels[(size_t)y * (size_t)g.width + (size_t)x];
            sum += value;
            white += value >= 254;
        }
    facts->luma = count ? (float)sum / (float)(255 * count) : 0;
    facts->glare = count ? (float)white / (float)count : 0;
    facts->sharpness = sharpness_of(&g);
    return true;
}

/* ---- the face ---- */

static bool read_face(struct document_reader *r, struct frame *f, struct document_facts *facts,
                      float *ret_width, struct error *err)
{
    struct observation o;
    if (!detect_look(r->detect, f, &o, err))
        return false;
    facts->faces = MAX(o.faces_len, 0);
    *ret_width = facts->faces ? o.faces[0].width : 0;
    if (!facts->faces)
        return true;
    struct face_quality q =
        face_measure(r->face, f, detect_landmarks(r->detect, 0), o.faces[0].mesh_score);
    facts->face_fault = (int32_t)q.fault;
    if (q.fault == FACE_FAULT_NONE) {
        if (!face_embed(r->face, &facts->embedding, err))
            return false;
        facts->embedded = 1;
    }
    return true;
}

/* Upright first, then the other ways. */
static bool find_face(struct document_reader *r, struct frame *f, int first,
                      struct document_facts *facts, float *ret_width, struct error *err)
{
    for (int i = 0; i < 4; i++) {
        CLEANUP(frame_unrefp) struct frame *turned = NULL;
        int quarters = (first + i) % 4;
        if (!turn_frame(f, quarters, &turned, err) || !read_face(r, turned, facts, ret_width, err))
            return false;
        if (facts->faces && facts->face_fault != FACE_FAULT_UNCLEAR) {
            if (!facts->mrz_found)
                facts->quarters = quarters;
            return true;
        }
    }
    return true;
}

/* ---- the text ---- */

static void keep_zone(const struct mrz_reading *mrz, struct document_facts *facts)
{
    size_t len = 0;
    facts->mrz_found = mrz->found;
    if (!mrz->found)
        return;
    facts->quarters = mrz->quarters;
    for (int i = 0; i < mrz_format_lines(mrz->mrz.format); i++) {
        size_t line = strlen(mrz->mrz.lines[i]);
        memcpy(&facts->mrz[len], mrz->mrz.lines[i], line);
        len += line;
        facts->mrz[len++] = '\n';
    }
}

/* Of the second reading those that the first has read as surely at the same place are left out. */
static bool is_kept(const struct document_facts *facts, const struct document_word *w)
{
    for (int i = 0; i < facts->words_len; i++) {
        const struct document_word *k = &facts->words[i];
        if (fabsf(k->x - w->x) < 0.01f && fabsf(k->y - w->y) < 0.01f && k->sure >= w->sure)
            return true;
    }
    return false;
}

static void keep_words(const struct ocr_word *words, size_t len, const struct grey *g,
                       int first_line, struct document_facts *facts)
{
    for (size_t i = 0; i < len && facts->words_len < DOCUMENT_WORDS_MAX; i++) {
        struct document_word *w = &facts->words[facts->words_len];
        size_t bytes = strlen(words[i].text);
        if (bytes >= DOCUMENT_WORD_MAX || memchr(words[i].text, ' ', bytes))
            continue;
        memcpy(w->text, words[i].text, bytes + 1);
        w->sure = words[i].sure;
        w->x = (float)words[i].x / (float)g->width;
        w->y = (float)words[i].y / (float)g->height;
        w->width = (float)words[i].width / (float)g->width;
        w->height = (float)words[i].height / (float)g->height;
        w->line = MIN(first_line + words[i].line, DOCUMENT_WORDS_MAX);
        if (first_line && is_kept(facts, w))
            memset(w, 0, sizeof *w);
        else
            facts->words_len++;
    }
}

static bool read_once(struct document_reader *r, const struct grey *g, struct document_facts *facts,
                      struct error *err)
{
    size_t len;
    int first = facts->words_len ? facts->words[facts->words_len - 1].line + 1 : 0;
    if (!ocr_read_words(r->ocr, g->pixels, g->width, g->height, r->words, DOCUMENT_WORDS_MAX, &len,
                        err))
        return false;
    keep_words(r->words, len, g, first, facts);
    explicit_bzero(r->words, DOCUMENT_WORDS_MAX * sizeof *r->words);
    return true;
}

/* As it is, and with its light made even, which brings out letters on coloured grounds. */
static bool read_words(struct document_reader *r, const struct grey *whole,
                       struct document_facts *facts, struct error *err)
{
    CLEANUP(grey_done) struct grey turned = {0};
    CLEANUP(grey_done) struct grey g = {0};
    CLEANUP(grey_done) struct grey even = {0};
    double factor;
    return grey_turn(whole, facts->quarters, &turned, err) &&
           grey_scale_to(&turned, TEXT_SIDE, &g, &factor, err) && read_once(r, &g, facts, err) &&
           grey_even(&g, EVEN_SIDE, &even, err) && read_once(r, &even, facts, err);
}

/* ---- the card ---- */

/* A smaller one may be a frame on a card that fills the picture: of 24 pictures photographs on
 * cards were up to 0.22, cards 0.37 and more. */
#define CARD_PART_MIN 0.28
#define CARD_FAR 0.12 /* a card is hardly to be read from there: letters of 6 pixels in 1280 */
#define SLANTED 0.03  /* of the card's width: how far off a corner is from upright */

static bool is_slanted(const struct card_edges *card)
{
    double width =
        hypot(card->corners[1][0] - card->corners[0][0], card->corners[1][1] - card->corners[0][1]);
    return fabs(card->corners[1][1] - card->corners[0][1]) > SLANTED * width ||
           fabs(card->corners[2][1] - card->corners[3][1]) > SLANTED * width ||
           fabs(card->corners[3][0] - card->corners[0][0]) > SLANTED * width ||
           fabs(card->corners[2][0] - card->corners[1][0]) > SLANTED * width;
}

/* The edges, and where they are slanted the card without its desk, else nothing in *ret_flat. */
static bool find_card(const struct grey *g, struct document_facts *facts, bool *ret_cut,
                      struct grey *ret_flat, struct error *err)
{
    struct card_edges card;
    if (!card_edges_find(g, &card, err))
        return false;
    *ret_cut = card.cut;
    facts->card = card.found;
    for (int i = 0; i < 4 && card.found; i++) {
        facts->corners[i][0] = (float)(card.corners[i][0] / g->width);
        facts->corners[i][1] = (float)(card.corners[i][1] / g->height);
    }
    return !card.found || card.part < CARD_PART_MIN || !is_slanted(&card) ||
           card_rectify(g, &card, TEXT_SIDE, ret_flat, err);
}

static float card_part(const struct document_facts *facts)
{
    float area = 0;
    for (int i = 0; i < 4; i++) {
        const float *a = facts->corners[i], *b = facts->corners[(i + 1) % 4];
        area += (a[0] * b[1] - b[0] * a[1]) / 2;
    }
    return area;
}

/* ---- barcodes ---- */

/* The library reads what is slanted by up to four degrees, so two turns more make it eleven. */
#define BARCODE_TILT 0.12 /* radians */

static bool find_barcode(const struct grey *g, struct barcode *ret, struct error *err)
{
    if (!barcode_find(g->pixels, g->width, g->height, ret, err))
        return false;
    for (int way = -1; way <= 1 && ret->kind == BARCODE_NONE; way += 2) {
        CLEANUP(grey_done) struct grey tilted = {0};
        if (!grey_tilt(g, way * BARCODE_TILT, &tilted, err) ||
            !barcode_find(tilted.pixels, tilted.width, tilted.height, ret, err))
            return false;
    }
    return true;
}

static bool read_barcode(const struct grey *g, struct document_facts *facts, struct error *err)
{
    struct barcode found;
    if (!find_barcode(g, &found, err))
        return false;
    _Static_assert(BARCODE_BYTES_MAX == DOCUMENT_BARCODE_MAX, "as kept");
    facts->barcode = found.kind == BARCODE_PDF417 ? DOCUMENT_BARCODE_PDF417
                     : found.kind == BARCODE_QR   ? DOCUMENT_BARCODE_QR
                                                  : DOCUMENT_BARCODE_NONE;
    facts->barcode_len = (int32_t)found.len;
    memcpy(facts->barcode_bytes, found.bytes, found.len);
    explicit_bzero(&found, sizeof found);
    return true;
}

/* ---- the whole ---- */

static bool has_words(const struct document_facts *facts)
{
    int found = 0;
    for (int i = 0; i < facts->words_len; i++) {
        int letters = 0;
        for (const char *c = facts->words[i].text; *c; c++)
            letters += (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z');
        found += letters >= 3 && facts->words[i].sure >= SURE_WORD;
    }
    return found >= WORDS_OF_A_DOCUMENT;
}

/* `cut`: three edges of a card were found, and the fourth lies beyond the picture. */
static enum document_guidance guidance_of(const struct document_facts *facts, bool has_text,
                                          bool cut)
{
    bool read = facts->mrz_found && facts->faces; /* what could be read was light enough */
    if (facts->luma < DARK && !read)
        return DOCUMENT_MORE_LIGHT;
    if (facts->sharpness < BLURRED && !read)
        return DOCUMENT_BLURRED;
    if (!has_text)
        return cut                                          ? DOCUMENT_WHOLE_CARD
               : facts->card && card_part(facts) < CARD_FAR ? DOCUMENT_CLOSER
                                                            : DOCUMENT_NO_CARD;
    if (facts->glare > GLARE && !read && !facts->embedded)
        return DOCUMENT_GLARE;
    if (!facts->faces) /* a passport's zone is on the side of the photo: one too pale to be seen */
        return facts->mrz_found && facts->mrz[0] == 'P' ? DOCUMENT_OK
               : cut && !facts->mrz_found               ? DOCUMENT_WHOLE_CARD
                                                        : DOCUMENT_TURN_OVER;
    return facts->face_fault == FACE_FAULT_SMALL ? DOCUMENT_CLOSER : DOCUMENT_OK;
}

bool document_read(struct document_reader *r, struct frame *f, int this_year,
                   struct document_facts *ret, struct error *err)
{
    CLEANUP(grey_done) struct grey grey = {0};
    CLEANUP(grey_done) struct grey flat = {0};
    struct mrz_reading mrz;
    bool cut;
    float width;
    memset(ret, 0, sizeof *ret);
    if (!grey_from_frame(f, &grey, err) || !measure(&grey, ret, err) ||
        !mrz_read(r->mrz, &grey, this_year, &mrz, err) || !read_barcode(&grey, ret, err) ||
        !find_card(&grey, ret, &cut, &flat, err) ||
        (!mrz.found && flat.pixels && !mrz_read(r->mrz, &flat, this_year, &mrz, err)))
        return false;
    keep_zone(&mrz, ret);
    if (!find_face(r, f, ret->quarters, ret, &width, err) ||
        !read_words(r, flat.pixels ? &flat : &grey, ret, err))
        return false;
    ret->guidance = (int32_t)guidance_of(
        ret, ret->mrz_found || ret->barcode == DOCUMENT_BARCODE_PDF417 || has_words(ret), cut);
    return true;
}

bool document_guide(struct document_reader *r, struct frame *f, enum document_guidance *ret,
                    struct error *err)
{
    CLEANUP(grey_done) struct grey grey = {0};
    CLEANUP(grey_done) struct grey flat = {0};
    struct document_facts *facts = calloc(1, sizeof *facts);
    bool cut = false;
    float width = 0;
    if (!facts)
        return error_no_memory(err);
    bool ok = grey_from_frame(f, &grey, err) && measure(&grey, facts, err) &&
              find_card(&grey, facts, &cut, &flat, err) && find_face(r, f, 0, facts, &width, err);
    if (ok) /* nothing is read for a glance: a face too wide for a card is the person */
        *ret = guidance_of(facts, facts->sharpness > 0 && width < FACE_OF_A_DOCUMENT, cut);
    explicit_bzero(facts, sizeof *facts);
    free(facts);
    return ok;
}
