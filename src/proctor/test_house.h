/* For the tests of this folder: a database, blobs and keys in a temporary folder, one exam and one
 * session of user 7. */
#pragma once
#include "base/file.h"
#include "crypto/crypto.h"
#include "proctor/check.h"
#include "proctor/document.h"
#include "proctor/provider.h"
#include "proctor/session.h"
#include "proctor/stream.h"

#include <dirent.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define USER 7
#define HOUSE_RECORDS 12 /* of the evidence after house_record() */
/* No scans: most tests of this folder are about something else. */
#define HOUSE_POLICY "{\"checkin\":{\"face_scan\":false,\"id_scan\":false,\"screen\":false}}"

struct house {
    char folder[PATH_MAX];
    struct proctor p;
    char exam[ID_TEXT_SIZE], session[ID_TEXT_SIZE];
};

#define must(call)                                                                                 \
    do {                                                                                           \
        struct error must_err = {0};                                                               \
        struct error *err = &must_err;                                                             \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, must_err.message);                                           \
    } while (0)
#define must_fail(code_wanted, call)                                                               \
    do {                                                                                           \
        struct error must_err = {0};                                                               \
        struct error *err = &must_err;                                                             \
        if (call)                                                                                  \
            fail_msg("%s went well", #call);                                                       \
        if (must_err.code != (code_wanted))                                                        \
            fail_msg("%s: %s: %s", #call, error_code_name(must_err.code), must_err.message);       \
    } while (0)

static inline const char *house_path(const struct house *h, const char *name)
{
    static __thread char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", h->folder, name);
    return path;
}

static inline void house_open(struct house *h)
{
    struct db *db;
    must(db_open(house_path(h, "db"), &db, err));
    must(db_migrate(db, &proctor_migrations, err));
    db_close(db);
    must(seal_key_load_or_create(house_path(h, "deployment.key"), &h->p.deployment_key, err));
    must(sign_key_load_or_create(house_path(h, "signing.key"), &h->p.sign_key, err));
    must(db_store_open(house_path(h, "db"), 2, &h->p.store, err));
    must(blob_store_open(house_path(h, "blobs"), &h->p.blobs, err));
}

static inline void house_close(struct house *h)
{
    db_store_close(h->p.store);
    blob_store_close(h->p.blobs);
    h->p = (struct proctor){0};
}

static inline void house_make_exam(struct house *h)
{
    struct provider_exam exam = {.external_ref = STR("test/1"),
                                 .title = STR("Botany"),
                                 .duration_s = 1800,
                                 .launch_path = STR("/launch/1"),
                                 .policy_json = STR(HOUSE_POLICY)};
    must(provider_register_exam(&h->p, &exam, h->exam, err));
}

static inline void house_make_session(struct house *h, const char *ref, int64_t user,
                                      char ret[ID_TEXT_SIZE])
{
    struct provider_attempt attempt = {.exam_id = str_from(h->exam),
                                       .attempt_ref = str_from(ref),
                                       .user_ref = user,
                                       .candidate = STR("Amara Okafor"),
                                       .exam_url = STR("/exam/?attempt=1"),
                                       .return_url = STR("/")};
    must(provider_create_session(&h->p, &attempt, ret, err));
}

static inline int house_set_up(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    struct error err;
    const char *tmp = getenv("TMPDIR");
    if (!h || !crypto_start(&err))
        return -1;
    snprintf(h->folder, sizeof h->folder, "%s/proctor-test-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(h->folder))
        return -1;
    house_open(h);
    house_make_exam(h);
    house_make_session(h, "attempt/1", USER, h->session);
    *state = h;
    return 0;
}

static inline int house_remove_one(const char *path, const struct stat *st, int flag,
                                   struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static inline int house_tear_down(void **state)
{
    struct house *h = *state;
    house_close(h);
    nftw(h->folder, house_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(h);
    return 0;
}

static inline struct str house_session(const struct house *h) { return str_from(h->session); }

static inline void house_accept_in(struct house *h, struct str session, int64_t user,
                                   enum document document)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct document_text text;
    char hash[STR_HEX_MAX(32)];
    must(session_document(&h->p, session, document, &arena, &text, err));
    must(document_hash(&text, hash, err));
    must(session_consent(&h->p, session, user, document, str_from(text.version), str_from(hash),
                         err));
}

static inline void house_accept(struct house *h, enum document document)
{
    house_accept_in(h, house_session(h), USER, document);
}

static inline void house_check(struct house *h, struct str session, int64_t user)
{
    for (int i = CHECK_POINT_NONE + 1; i < CHECK_POINTS; i++) {
        struct check_claim claim = {.point = (enum check_point)i, .state = CHECK_PASSED};
        must(check_report(&h->p, session, user, &claim, err));
    }
}

/* As far as "Start Proctoring". */
static inline void house_record(struct house *h)
{
    house_accept(h, DOCUMENT_INSTRUCTIONS);
    house_accept(h, DOCUMENT_AGREEMENT);
    house_check(h, house_session(h), USER);
    must(session_start(&h->p, house_session(h), USER, err));
}

struct house_sql {
    const char *sql;
};

static inline bool house_sql_body(struct db *db, void *context, struct error *err)
{
    const char *sql = context;
    return db_run(db, sql, DB_NO_ARGS, NULL, err);
}

/* What only the clock or somebody with a screwdriver does. */
static inline void house_run_sql(struct house *h, char *sql)
{
    must(db_store_write(h->p.store, house_sql_body, sql, err));
}

static inline struct stream house_make_stream(struct house *h, struct arena *arena,
                                              enum stream_kind kind)
{
    struct stream stream;
    struct stream_spec spec = {.kind = kind, .mime = STR("video/webm"), .metadata = STR("")};
    spec.concat_text = STR("");
    must(stream_create(&h->p, house_session(h), USER, &spec, arena, &stream, err));
    return stream;
}

/* One whole write. */
static inline bool house_write(struct house *h, const char *stream_id, uint64_t offset,
                               struct str bytes, uint64_t *ret_size, struct error *err)
{
    CLEANUP(stream_write_endp) struct stream_write *w = NULL;
    return stream_write_begin(&h->p, house_session(h), str_from(stream_id), USER, offset, &w,
                              err) &&
           stream_write_add(w, bytes, err) && stream_write_commit(w, ret_size, err);
}
