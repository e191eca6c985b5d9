/* A portal in a temporary folder, with the provider behind it, for the tests of this folder. */
#pragma once
#include "campus/attempt.h"

#include "base/file.h"
#include "campus/user.h"
#include "campus/view.h"
#include "crypto/crypto.h"
#include "proctor/check.h"
#include "proctor/document.h"
#include "proctor/session.h"

#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct house {
    char folder[PATH_MAX];
    struct proctor p;
    struct campus *c;
    int64_t candidate, other; /* users */
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

static inline void path_in(const struct house *h, const char *name, char ret[PATH_MAX + 64])
{
    snprintf(ret, PATH_MAX + 64, "%s/%s", h->folder, name);
}

static inline int64_t add_user(struct house *h, const char *name, enum user_role role)
{
    int64_t id = 0;
    struct user_spec spec = {.username = str_from(name),
                             .full_name = STR("Amara Okafor"),
                             .email = STR("someone@campus.example"),
                             .password = STR("a long password"),
                             .role = role};
    must(user_create(h->c, &spec, &id, err));
    return id;
}

static inline int set_up(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    const char *tmp = getenv("TMPDIR");
    char path[PATH_MAX + 64];
    struct db *db;
    if (!h || !crypto_start(NULL))
        return -1;
    snprintf(h->folder, sizeof h->folder, "%s/campus-test-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(h->folder))
        return -1;
    path_in(h, "db", path);
    must(db_open(path, &db, err));
    must(db_migrate(db, &proctor_migrations, err));
    must(db_migrate(db, &campus_migrations, err));
    db_close(db);
    must(db_store_open(path, 2, &h->p.store, err));
    path_in(h, "blobs", path);
    must(blob_store_open(path, &h->p.blobs, err));
    path_in(h, "deployment.key", path);
    must(seal_key_load_or_create(path, &h->p.deployment_key, err));
    must(campus_open(h->p.store, &h->p, &h->c, err));
    *state = h;
    return 0;
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static inline int tear_down(void **state)
{
    struct house *h = *state;
    campus_close(h->c);
    db_store_close(h->p.store);
    blob_store_close(h->p.blobs);
    nftw(h->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(h);
    return 0;
}

static inline bool sql_body(struct db *db, void *context, struct error *err)
{
    return db_run(db, context, DB_NO_ARGS, NULL, err);
}

static inline void run_sql(struct house *h, char *sql)
{
    must(db_store_write(h->p.store, sql_body, sql, err));
}

/* An item of each kind; ids are looked up by position. */
static inline int64_t make_exam(struct house *h)
{
    static const struct item_option single[] = {
        {.text = {"no", sizeof("no") - 1}}, {.text = {"yes", sizeof("yes") - 1}, .correct = true}};
    static const struct item_option multiple[] = {
        {.text = {"a", sizeof("a") - 1}, .correct = true},
        {.text = {"b", sizeof("b") - 1}},
        {.text = {"c", sizeof("c") - 1}, .correct = true}};
    const struct item items[] = {
        {.kind = ITEM_SINGLE, .prompt = STR("?"), .points = 1, .options = single, .options_len = 2},
        {.kind = ITEM_MULTIPLE,
         .prompt = STR("?"),
         .points = 2,
         .options = multiple,
         .options_len = 3},
        {.kind = ITEM_NUMERIC, .prompt = STR("?"), .points = 3, .number = 2.5, .tolerance = 0.01},
        {.kind = ITEM_DESCRIPTIVE, .prompt = STR("?"), .points = 4},
    };
    struct exam_spec spec = {.title = STR("Botany"),
                             .kind = EXAM_EXAM,
                             .duration_s = 1800,
                             .items = items,
                             .items_len = ARRAY_LEN(items)};
    int64_t id = 0;
    must(exam_create(h->c, &spec, &id, err));
    must(exam_set_policy(h->c, id, STR("{\"base\":\"open\"}"), err)); /* no scans */
    return id;
}

/* As far as "Start Proctoring", in an exam without scans. */
static inline void check_in(struct house *h, struct str session, int64_t user)
{
    for (int d = DOCUMENT_INSTRUCTIONS; d <= DOCUMENT_AGREEMENT; d++) {
        CLEANUP(arena_done) struct arena arena = {0};
        char hash[STR_HEX_MAX(32)];
        struct document_text text;
        must(session_document(&h->p, session, (enum document)d, &arena, &text, err));
        must(document_hash(&text, hash, err));
        must(session_consent(&h->p, session, user, (enum document)d, str_from(text.version),
                             str_from(hash), err));
    }
    for (int i = CHECK_POINT_NONE + 1; i < CHECK_POINTS; i++) {
        struct check_claim claim = {.point = (enum check_point)i, .state = CHECK_PASSED};
        must(check_report(&h->p, session, user, &claim, err));
    }
}

/* A running attempt of a new candidate. */
static inline struct attempt_view run_attempt(struct house *h, struct arena *arena)
{
    struct attempt a;
    struct attempt_view v;
    h->candidate = add_user(h, "amara", USER_CANDIDATE);
    h->other = add_user(h, "jonas", USER_CANDIDATE);
    must(attempt_launch(h->c, make_exam(h), h->candidate, arena, &a, err));
    check_in(h, a.session_id, h->candidate);
    must(session_start(&h->p, a.session_id, h->candidate, err));
    must(attempt_start(h->c, a.id, h->candidate, err));
    must(view_attempt(h->c, a.id, h->candidate, arena, &v, err));
    return v;
}

static inline struct answer save(struct house *h, const struct attempt_view *v, size_t item,
                                 json_t *value, int64_t revision)
{
    struct answer answer = {0};
    must(answer_save(h->c, v->attempt.id, h->candidate, v->items[item].id, value, revision, &answer,
                     err));
    json_decref(value);
    return answer;
}

#define refuse(code, v, item, value, revision)                                                     \
    do {                                                                                           \
        struct answer refused;                                                                     \
        json_t *sent = (value);                                                                    \
        must_fail(code, answer_save(h->c, (v).attempt.id, h->candidate, (v).items[item].id, sent,  \
                                    revision, &refused, err));                                     \
        json_decref(sent);                                                                         \
    } while (0)
