/* That a report was made is a record of the evidence, with its hash; a signature is made for what
 * such a record tells of, so there is none for bytes that this deployment never made. */
#include "paper/record.h"

#include "base/clock.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "proctor/evidence.h"
#include "proctor/signed_text.h"

#define DRAWN_AGAIN_US (600 * SECOND_US)
#define DRAWN_MAX 500 /* looked through for a signature: the newest */

struct drawn {
    struct proctor *p;
    struct str session_id, sha256;
    const struct paper_wish *wish;
    const struct material_state *state;
    bool recent;
    json_t *found; /* owned: the payload of a record */
};

static bool fits(const struct drawn *x, const json_t *payload)
{
    struct str sha, format, lang;
    int64_t user;
    if (!json_get_str(payload, "", "sha256", 64, &sha, NULL))
        return false;
    if (x->sha256.len)
        return str_eq(sha, x->sha256);
    return json_get_str(payload, "", "format", 8, &format, NULL) &&
           json_get_str(payload, "", "lang", 8, &lang, NULL) &&
           json_get_i64(payload, "", "user", 0, INT64_MAX, &user, NULL) &&
           str_eq(format, str_from(paper_format_name(x->wish->format))) &&
           str_eq(lang, str_from(paper_language_name(x->wish->language))) &&
           user == x->wish->reader_ref;
}

static bool find_body(struct db *db, void *context, struct error *err)
{
    static const char *const kinds[] = {EVIDENCE_REPORT_DRAWN};
    struct drawn *x = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct evidence_record *records;
    size_t len;
    if (!evidence_list_kinds_in(db, x->session_id, kinds, 1, DRAWN_MAX, &arena, &records, &len,
                                err))
        return false;
    for (size_t i = len; i > 0 && !x->found; i--) {
        CLEANUP(json_decrefp) json_t *payload = NULL;
        if (!json_parse(records[i - 1].payload, &payload, err))
            return error_wrap(err, "record %" PRIu64, records[i - 1].seq);
        if (!fits(x, payload))
            continue;
        x->recent = records[i - 1].time_us > clock_wall_us() - DRAWN_AGAIN_US;
        x->found = TAKE(payload);
    }
    return true;
}

static bool is_same(const struct drawn *x, struct str sha256)
{
    struct str sha;
    return x->found && x->recent && json_get_str(x->found, "", "sha256", 64, &sha, NULL) &&
           str_eq(sha, sha256);
}

static bool note_body(struct db *db, void *context, struct error *err)
{
    const struct drawn *x = context;
    return evidence_add_in(
        db, x->session_id, EVIDENCE_REPORT_DRAWN,
        json_pack("{s:s, s:s, s:I, s:s%, s:I, s:s}", "format", paper_format_name(x->wish->format),
                  "lang", paper_language_name(x->wish->language), "user",
                  (json_int_t)x->wish->reader_ref, "sha256", x->sha256.ptr, x->sha256.len,
                  "records", (json_int_t)x->state->records, "head", x->state->head),
        err);
}

bool record_drawn(const struct material *m, const struct paper_wish *wish, struct str bytes,
                  struct error *err)
{
    unsigned char hash[SHA256_SIZE];
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    struct drawn x = {
        .p = m->p, .session_id = str_from(m->session.id), .wish = wish, .state = &m->state};
    sha256(bytes, hash);
    str_to_hex(str_bytes(hash, sizeof hash), hex);
    bool good = db_store_read(m->p->store, find_body, &x, err);
    bool same = good && is_same(&x, str_from(hex));
    json_decref(x.found);
    x.sha256 = str_from(hex);
    return good && (same || db_store_write(m->p->store, note_body, &x, err));
}

/* ---- the signature ---- */

#define SIGNED_KIND "proctortrack report"

/* The record that it is for; NULL: there is none. */
static bool find(struct proctor *p, struct str session_id, const struct paper_wish *wish,
                 struct str sha256_hex, json_t **ret, struct error *err)
{
    struct drawn x = {.p = p, .session_id = session_id, .sha256 = sha256_hex, .wish = wish};
    bool good = db_store_read(p->store, find_body, &x, err);
    if (good)
        *ret = x.found;
    else
        json_decref(x.found);
    return good;
}

bool paper_signature(struct proctor *p, struct str session_id, const struct paper_wish *wish,
                     struct str sha256_hex, char **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *found = NULL;
    if (!find(p, session_id, wish, sha256_hex, &found, err))
        return false;
    if (!found && sha256_hex.len)
        return error_set(err, ERROR_NOT_FOUND, "no report of this session has that SHA-256");
    if (!found) { /* the signature is asked for first: the report will be the same */
        CLEANUP(buf_done) struct buf bytes = {0};
        if (!paper_session(p, session_id, wish, &bytes, err) ||
            !find(p, session_id, wish, sha256_hex, &found, err))
            return false;
    }
    if (!found)
        return error_set(err, ERROR_INTERNAL, "the record of the report is missing");
    json_object_del(found, "user"); /* who downloaded it is nobody's business but the evidence's */
    if (json_object_set_new(found, "kind", json_string(SIGNED_KIND)) ||
        json_object_set_new(found, "session", json_stringn(session_id.ptr, session_id.len)))
        return error_no_memory(err);
    return signed_text(&p->sign_key, found, ret, err);
}

static bool read_signed(const json_t *object, struct str *ret_sha, struct paper_signed *ret,
                        struct error *err)
{
    struct str kind, session, format, head;
    int64_t records;
    if (!json_get_str(object, "", "kind", 32, &kind, err) ||
        !json_get_str(object, "", "session", sizeof ret->session - 1, &session, err) ||
        !json_get_str(object, "", "format", sizeof ret->format - 1, &format, err) ||
        !json_get_str(object, "", "head", sizeof ret->head - 1, &head, err) ||
        !json_get_str(object, "", "sha256", (size_t)2 * SHA256_SIZE, ret_sha, err) ||
        !json_get_i64(object, "", "records", 0, INT64_MAX, &records, err))
        return false;
    if (!str_eq(kind, STR(SIGNED_KIND))) /* a receipt is signed by the same key */
        return error_set(err, ERROR_INVALID, "this is the signature of something else");
    str_into(session, ret->session, sizeof ret->session);
    str_into(format, ret->format, sizeof ret->format);
    str_into(head, ret->head, sizeof ret->head);
    ret->records = (uint64_t)records;
    return true;
}

bool paper_verify(const unsigned char key[SIGN_PUBLIC_SIZE], struct str bytes, struct str signature,
                  struct paper_signed *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *object = NULL;
    unsigned char hash[SHA256_SIZE];
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    struct paper_signed found = {0};
    struct str sha;
    if (!signed_text_verify(key, signature, err) || !json_parse(signature, &object, err) ||
        !read_signed(object, &sha, &found, err))
        return error_wrap(err, "the signature");
    sha256(bytes, hash);
    str_to_hex(str_bytes(hash, sizeof hash), hex);
    if (!str_eq(sha, str_from(hex)))
        return error_set(err, ERROR_CHECKSUM,
                         "the report was changed, or is another than the one "
                         "that was signed");
    *ret = found;
    return true;
}
