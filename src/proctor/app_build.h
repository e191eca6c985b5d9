/* Which program a desktop app is, by its own word (the SHA-256 of its file), beside those that this
 * deployment has given to candidates. A word is no proof: that it is another one is worth knowing.
 * Only this module touches the table `app_build`. */
#pragma once
#include "crypto/hash.h"
#include "proctor/proctor.h"

enum app_build {
    APP_BUILD_UNKNOWN = 0, /* nothing was told, or there is nothing to compare with */
    APP_BUILD_CURRENT,     /* the one that is downloaded here */
    APP_BUILD_OLDER,       /* one that was downloaded here, and is not any more */
    APP_BUILD_OTHER,       /* none of them */
    APP_BUILDS,
};

struct app_build_word {
    struct str platform, sha256;  /* what the app says, in hex; empty: nothing */
    const unsigned char *offered; /* SHA256_SIZE, for that platform; NULL: not known */
};

const char *app_build_name(enum app_build build); /* "current"; static */
/* A candidate gets this one. */
MUST_USE bool app_build_given(struct proctor *p, struct str platform,
                              const unsigned char sha256[SHA256_SIZE], struct error *err);
MUST_USE bool app_build_compare_in(struct db *db, const struct app_build_word *word,
                                   enum app_build *ret, struct error *err);
