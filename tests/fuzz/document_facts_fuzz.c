/* modules: analysis
 *
 * An examiner that was taken over says whatever it likes of a document: one message, judged. Most
 * bytes of facts are words, so the input is laid over sound facts from a place it names. */
#include "analysis/message.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct document_facts *facts)
{
    struct face_embedding e = {.values = {1}};
    struct template face = {0};
    struct document_reading r;
    template_add(&face, &e);
    const struct document_candidate who = {STR("Anna Maria Eriksson"), &face, {2026, 11, 27}};
    document_judge(facts, &who, &r);
    if (r.verdict == DOCUMENT_NOT_JUDGED || r.verdict >= DOCUMENT_VERDICTS ||
        (r.verdict == DOCUMENT_APPROVED) != (r.reasons_len == 0) ||
        (r.verdict == DOCUMENT_APPROVED && r.name_verdict != NAME_MATCH) ||
        r.reasons_len > DOCUMENT_REASONS_MAX || !str_is_utf8(str_from(r.name)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct document_facts facts, read; /* 20 kB each */
    struct error err;
    uint16_t at;
    if (size < sizeof at)
        return 0;
    memcpy(&at, data, sizeof at);
    memset(&facts, 0, sizeof facts);
    facts.guidance = DOCUMENT_OK;
    size_t from = at % sizeof facts, len = MIN(size - sizeof at, sizeof facts - from);
    memcpy((char *)&facts + from, data + sizeof at, len);
    if (message_read_facts(str_bytes(&facts, sizeof facts), &read, &err))
        judge(&read);
    /* The words alone: text split at zeros, so that names and dates are tried. */
    memset(&facts, 0, sizeof facts);
    facts.guidance = DOCUMENT_OK;
    struct str rest = str_bytes(data + sizeof at, size - sizeof at), part;
    while (str_split(&rest, ' ', &part) && facts.words_len < DOCUMENT_WORDS_MAX) {
        struct document_word *w = &facts.words[facts.words_len];
        if (part.len == 0 || !str_into(part, w->text, sizeof w->text))
            continue;
        w->sure = 0.9f;
        w->line = facts.words_len++ / 3;
    }
    if (message_read_facts(str_bytes(&facts, sizeof facts), &read, &err))
        judge(&read);
    return 0;
}
