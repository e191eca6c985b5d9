#include "proctor/app_build.h"

#include "base/clock.h"

#include <string.h>

static const char *const names[APP_BUILDS] = {
    [APP_BUILD_UNKNOWN] = "unknown",
    [APP_BUILD_CURRENT] = "current",
    [APP_BUILD_OLDER] = "older",
    [APP_BUILD_OTHER] = "other",
};

const char *app_build_name(enum app_build build)
{
    return (size_t)build < ARRAY_LEN(names) ? names[build] : "unknown";
}

struct given {
    struct str platform;
    const unsigned char *sha256;
};

static bool given_body(struct db *db, void *context, struct error *err)
{
    const struct given *g = context;
    return db_run(db,
                  "INSERT INTO app_build (platform, sha256, first_us) VALUES ($1, $2, $3)"
                  " ON CONFLICT (platform, sha256) DO NOTHING",
                  DB_ARGS(DB_TEXT(g->platform), DB_BLOB(str_bytes(g->sha256, SHA256_SIZE)),
                          DB_I64(clock_wall_us())),
                  NULL, err);
}

bool app_build_given(struct proctor *p, struct str platform,
                     const unsigned char sha256[SHA256_SIZE], struct error *err)
{
    struct given g = {platform, sha256};
    return db_store_write(p->store, given_body, &g, err);
}

static bool was_given(struct db *db, struct str platform, const unsigned char *sha256, bool *ret,
                      struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM app_build WHERE platform = $1 AND sha256 = $2",
                        DB_ARGS(DB_TEXT(platform), DB_BLOB(str_bytes(sha256, SHA256_SIZE))), ret,
                        &rows, err);
}

bool app_build_compare_in(struct db *db, const struct app_build_word *word, enum app_build *ret,
                          struct error *err)
{
    unsigned char said[SHA256_SIZE];
    bool older = false, is_hash = str_from_hex(word->sha256, said, sizeof said);
    *ret = APP_BUILD_UNKNOWN;
    if (!word->offered || !word->sha256.len)
        return true;
    bool same = is_hash && memcmp(said, word->offered, sizeof said) == 0;
    if (is_hash && !same && !was_given(db, word->platform, said, &older, err))
        return false;
    *ret = same ? APP_BUILD_CURRENT : older ? APP_BUILD_OLDER : APP_BUILD_OTHER;
    return true;
}
