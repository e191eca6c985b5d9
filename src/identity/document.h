/* An identity document held to a camera: what was read of it (facts, found in the sandbox), and
 * what that means for one candidate (a reading, judged outside of it, pure).
 *
 * The judgement is careful both ways: only what a face, a name and a date say for sure is approved;
 * only what a retake mends, and a document that is certainly expired, is rejected; all else goes to
 * a person. */
#pragma once
#include "base/buf.h"
#include "identity/mrz.h"
#include "identity/name_match.h"
#include "identity/template.h"

enum document_kind {
    DOCUMENT_UNKNOWN = 0,
    DOCUMENT_PASSPORT,
    DOCUMENT_ID_CARD,
    DOCUMENT_DRIVING_LICENCE,
    DOCUMENT_OTHER, /* a student card, a residence permit, a visa */
    DOCUMENT_KINDS,
};
enum document_guidance {
    DOCUMENT_GUIDANCE_NONE = 0,
    DOCUMENT_NO_CARD,
    DOCUMENT_CLOSER,
    DOCUMENT_WHOLE_CARD, /* it is cut off */
    DOCUMENT_BLURRED,
    DOCUMENT_GLARE,
    DOCUMENT_MORE_LIGHT,
    DOCUMENT_TURN_OVER, /* no photo on this side */
    DOCUMENT_HOLD,
    DOCUMENT_OK,
    DOCUMENT_GUIDANCES,
};
enum document_verdict {
    DOCUMENT_NOT_JUDGED = 0,
    DOCUMENT_APPROVED,
    DOCUMENT_REJECTED, /* the candidate can mend it: the reasons say how */
    DOCUMENT_UNSURE,   /* a person has to look */
    DOCUMENT_VERDICTS,
};
/* As in the protocol: "id-card", "whole-card", "approved"; static. */
const char *document_kind_name(enum document_kind kind);
const char *document_guidance_name(enum document_guidance guidance);
const char *document_verdict_name(enum document_verdict verdict);

/* ---- facts: plain data without pointers, so that they cross a pipe ---- */

#define DOCUMENT_WORDS_MAX 240
#define DOCUMENT_WORD_MAX 40 /* bytes, with the NUL */
struct document_word {
    char text[DOCUMENT_WORD_MAX]; /* UTF-8 without spaces */
    float sure;                   /* 0..1 */
    float x, y, width, height;    /* of the upright document: 0..1 */
    int32_t line;                 /* words of one line follow each other */
};
#define DOCUMENT_BARCODE_MAX 2048
enum document_barcode {
    DOCUMENT_BARCODE_NONE = 0,
    DOCUMENT_BARCODE_QR,
    DOCUMENT_BARCODE_PDF417,
    DOCUMENT_BARCODE_OTHER,
    DOCUMENT_BARCODES,
};
struct document_facts {
    int32_t guidance;    /* enum document_guidance: what the picture lacks; OK: nothing */
    int32_t card;        /* 1: the edges of a card were found; 0: the picture was read as a whole */
    float corners[4][2]; /* of the card, clockwise from its upper left, of the picture: 0..1 */
    int32_t quarters;    /* the picture had to be turned so often, clockwise, to be upright */
    float sharpness, luma, glare;
    int32_t faces;
    int32_t face_fault; /* enum face_fault, of the largest */
    int32_t embedded;   /* 1: it has an embedding */
    struct face_embedding embedding;
    int32_t mrz_found;
    char mrz[MRZ_LINES_MAX * (MRZ_LINE_MAX + 1) + 1]; /* lines; its check digits are not believed */
    int32_t barcode;                                  /* enum document_barcode */
    int32_t barcode_len;
    char barcode_bytes[DOCUMENT_BARCODE_MAX];
    int32_t words_len;
    struct document_word words[DOCUMENT_WORDS_MAX];
};
/* Everything in its range, texts UTF-8 with a NUL, as of facts read from a stranger's bytes. */
bool document_facts_are_sound(const struct document_facts *facts, const char **ret_wrong);

struct document_reader; /* one thread at a time */
/* Loads all models: before a sandbox is closed. */
MUST_USE bool document_reader_create(const char *models_folder, struct document_reader **ret,
                                     struct error *err);
/* All there is to read: some seconds. ~60 KB of facts are wiped by who holds them. */
MUST_USE bool document_read(struct document_reader *r, struct frame *f, int this_year,
                            struct document_facts *ret, struct error *err);
/* Only whether the picture would do: 0.1 s. */
MUST_USE bool document_guide(struct document_reader *r, struct frame *f,
                             enum document_guidance *ret, struct error *err);
void document_reader_destroy(struct document_reader *r); /* NULL is fine */
void document_reader_destroyp(struct document_reader **r);

/* ---- the judgement ---- */

#define DOCUMENT_NAME_MAX 128
#define DOCUMENT_REASONS_MAX 6
#define DOCUMENT_REASON_MAX 352
struct document_reading {
    enum document_verdict verdict;
    enum document_guidance guidance;
    enum document_kind kind;
    char name[DOCUMENT_NAME_MAX]; /* as read; empty when none was */
    struct mrz_date expires;      /* year 0: not read */
    bool mrz;                     /* there is a zone, and all its check digits agree */
    bool barcode;                 /* with fields that could be read */
    float face_score;             /* likeness to the face scan, -1..1; -2: not compared */
    float name_score;             /* 0..1; -1: not compared */
    enum name_verdict name_verdict;
    char name_reason[NAME_REASON_MAX];
    int reasons_len;
    char reasons[DOCUMENT_REASONS_MAX][DOCUMENT_REASON_MAX]; /* for the candidate and for staff */
};
struct document_candidate {      /* borrowed */
    struct str name;             /* the account's full name */
    const struct template *face; /* of the face scan; NULL: there is none (yet) */
    struct mrz_date today;
};
void document_judge(const struct document_facts *facts, const struct document_candidate *candidate,
                    struct document_reading *ret);
