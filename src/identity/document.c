/* Names of things, and the checking of facts that come from a stranger's hands. */
#include "identity/document.h"

#include "identity/face_look.h"

#include <string.h>

const char *document_kind_name(enum document_kind kind)
{
    static const char *const names[DOCUMENT_KINDS] = {
        [DOCUMENT_PASSPORT] = "passport",
        [DOCUMENT_ID_CARD] = "id-card",
        [DOCUMENT_DRIVING_LICENCE] = "driving-licence",
        [DOCUMENT_OTHER] = "other",
    };
    return (unsigned)kind < DOCUMENT_KINDS ? names[kind] : NULL;
}

const char *document_guidance_name(enum document_guidance guidance)
{
    static const char *const names[DOCUMENT_GUIDANCES] = {
        [DOCUMENT_NO_CARD] = "no-card",
        [DOCUMENT_CLOSER] = "closer",
        [DOCUMENT_WHOLE_CARD] = "whole-card",
        [DOCUMENT_BLURRED] = "blurred",
        [DOCUMENT_GLARE] = "glare",
        [DOCUMENT_MORE_LIGHT] = "more-light",
        [DOCUMENT_TURN_OVER] = "turn-over",
        [DOCUMENT_HOLD] = "hold",
        [DOCUMENT_OK] = "ok",
    };
    return (unsigned)guidance < DOCUMENT_GUIDANCES ? names[guidance] : NULL;
}

const char *document_verdict_name(enum document_verdict verdict)
{
    static const char *const names[DOCUMENT_VERDICTS] = {
        [DOCUMENT_APPROVED] = "approved",
        [DOCUMENT_REJECTED] = "rejected",
        [DOCUMENT_UNSURE] = "unsure",
    };
    return (unsigned)verdict < DOCUMENT_VERDICTS ? names[verdict] : NULL;
}

/* ---- checking ---- */

static bool in_range(float value, float min, float max)
{
    return value >= min && value <= max; /* not-a-number is not */
}

static bool is_text(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    if (len == size || !str_is_utf8(str_bytes(text, len)))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return false;
    return true;
}

static bool words_are_sound(const struct document_facts *facts)
{
    if (facts->words_len < 0 || facts->words_len > DOCUMENT_WORDS_MAX)
        return false;
    for (int i = 0; i < facts->words_len; i++) {
        const struct document_word *w = &facts->words[i];
        if (!is_text(w->text, sizeof w->text) || !in_range(w->sure, 0, 1) ||
            !in_range(w->x, -1, 2) || !in_range(w->y, -1, 2) || !in_range(w->width, 0, 2) ||
            !in_range(w->height, 0, 2) || w->line < 0 || w->line > DOCUMENT_WORDS_MAX)
            return false;
    }
    return true;
}

static bool zone_is_sound(const struct document_facts *facts)
{
    size_t len = strnlen(facts->mrz, sizeof facts->mrz);
    for (size_t i = 0; i < len && len < sizeof facts->mrz; i++) {
        char c = facts->mrz[i];
        if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '<' && c != '\n')
            return false;
    }
    return len < sizeof facts->mrz && (facts->mrz_found == 0 || facts->mrz_found == 1);
}

static bool is_flag(int32_t value) { return value == 0 || value == 1; }

bool document_facts_are_sound(const struct document_facts *facts, const char **ret_wrong)
{
    bool corners = true;
    for (int i = 0; i < 4; i++)
        corners = corners && in_range(facts->corners[i][0], -1, 2) &&
                  in_range(facts->corners[i][1], -1, 2);
    bool guidance =
        facts->guidance > DOCUMENT_GUIDANCE_NONE && facts->guidance < DOCUMENT_GUIDANCES;
    bool light = in_range(facts->sharpness, 0, 16) && in_range(facts->luma, 0, 1) &&
                 in_range(facts->glare, 0, 1);
    bool faces = facts->faces >= 0 && facts->faces <= DETECT_FACES_MAX && facts->face_fault >= 0 &&
                 facts->face_fault < FACE_FAULTS && is_flag(facts->embedded) &&
                 (!facts->embedded || face_embedding_is_sound(&facts->embedding));
    bool barcode = facts->barcode >= 0 && facts->barcode < DOCUMENT_BARCODES &&
                   facts->barcode_len >= 0 && facts->barcode_len <= DOCUMENT_BARCODE_MAX;
    *ret_wrong = !guidance                                    ? "guidance"
                 : !is_flag(facts->card) || !corners          ? "card"
                 : facts->quarters < 0 || facts->quarters > 3 ? "quarters"
                 : !light                                     ? "light"
                 : !faces                                     ? "faces"
                 : !zone_is_sound(facts)                      ? "mrz"
                 : !barcode                                   ? "barcode"
                 : !words_are_sound(facts)                    ? "words"
                                                              : NULL;
    return !*ret_wrong;
}
