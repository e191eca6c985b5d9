#include "proctor/receipt.h"

#include "base/arena.h"
#include "base/json.h"
#include "proctor/evidence.h"
#include "proctor/exam.h"
#include "proctor/session.h"
#include "proctor/signed_text.h"
#include "proctor/stream.h"

static json_t *stream_lines(const struct stream *streams, size_t len)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        char hex[STR_HEX_MAX(SHA256_SIZE)];
        const struct stream *s = &streams[i];
        if (s->kind == STREAM_FILE && s->state == STREAM_CLOSED)
            continue; /* a file that was removed */
        str_to_hex(str_bytes(s->sha256, sizeof s->sha256), hex);
        if (json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:s}", "id", s->id, "kind",
                                                  stream_kind_name(s->kind), "bytes",
                                                  (json_int_t)s->size, "sha256", hex)))
            return NULL;
    }
    return TAKE(list);
}

/* ---- what the portal told ---- */

#define TOLD_MAX ((size_t)1 << 20) /* records: more than any exam has */

/* Milestones of the portal, and what each says of a list: of things with the same `key` the last
 * one told counts, until it is told to be gone. */
static const char *const kinds[] = {"answered", "attachment-complete", "attachment-removed"};
static const struct {
    const char *key;
    bool file, gone;
} meanings[ARRAY_LEN(kinds)] = {
    {"item", false, false}, {"file", true, false}, {"file", true, true}};

static bool take(json_t *list, const char *key, json_t *payload, bool gone, struct error *err)
{
    const json_t *name = json_object_get(payload, key);
    size_t i = 0, len = json_array_size(list);
    while (i < len && !json_equal(json_object_get(json_array_get(list, i), key), name))
        i++;
    int failed = 0;
    if (gone)
        failed = i < len ? json_array_remove(list, i) : 0;
    else
        failed = i < len ? json_array_set(list, i, payload) : json_array_append(list, payload);
    return !failed || error_no_memory(err);
}

static bool collect(struct db *db, struct str session_id, json_t *answers, json_t *files,
                    struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct evidence_record *records;
    size_t len;
    if (!evidence_list_kinds_in(db, session_id, kinds, ARRAY_LEN(kinds), TOLD_MAX, &arena, &records,
                                &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        CLEANUP(json_decrefp) json_t *payload = NULL;
        size_t k = 0;
        while (!str_eq(records[i].kind, str_from(kinds[k])))
            k++;
        if (!json_parse(records[i].payload, &payload, err) ||
            !take(meanings[k].file ? files : answers, meanings[k].key, payload, meanings[k].gone,
                  err))
            return error_wrap(err, "record %" PRIu64, records[i].seq);
    }
    return true;
}

/* ---- */

bool receipt_make_in(struct proctor *p, struct db *db, struct str session_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(json_decrefp) json_t *answers = json_array();
    CLEANUP(json_decrefp) json_t *files = json_array();
    struct session s;
    struct proctored_exam exam;
    struct stream *streams;
    size_t len;
    uint64_t records;
    unsigned char head[CHAIN_HASH_SIZE];
    char head_hex[STR_HEX_MAX(CHAIN_HASH_SIZE)];
    CLEANUP(freep) char *text = NULL;
    if (!answers || !files)
        return error_no_memory(err);
    if (!session_find_in(db, session_id, &s, err) ||
        !proctored_exam_find_in(db, str_from(s.exam_id), &exam, err) ||
        !stream_list_in(db, session_id, &arena, &streams, &len, err) ||
        !collect(db, session_id, answers, files, err) ||
        !evidence_head_in(db, session_id, &records, head, err))
        return false;
    str_to_hex(str_bytes(head, sizeof head), head_hex);
    CLEANUP(json_decrefp)
    json_t *receipt =
        json_pack("{s:s, s:s, s:s, s:I, s:o, s:O, s:O, s:I, s:s}", "session", s.id, "candidate",
                  s.candidate, "exam", exam.title, "uploaded_us", (json_int_t)s.uploaded_us,
                  "streams", stream_lines(streams, len), "answers", answers, "files", files,
                  "chain_records", (json_int_t)records, "chain_head", head_hex);
    return signed_text(&p->sign_key, receipt, &text, err) &&
           session_set_text_in(db, session_id, SESSION_RECEIPT, str_from(text), err);
}
