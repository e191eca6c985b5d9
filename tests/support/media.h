/* Where tests find the models and the real media, neither of which lies in the repository. A test
 * that needs what is not there says so and is skipped. */
#pragma once
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEST_PATH_MAX 1024

static inline const char *test_source_folder(void)
{
    const char *source = getenv("PT_SOURCE_DIR");
    return source ? source : ".";
}

static inline void test_find(const char *variable, const char *beside, const char *name,
                             char ret[TEST_PATH_MAX])
{
    const char *given = getenv(variable);
    snprintf(ret, TEST_PATH_MAX, "%s%s%s", given ? given : test_source_folder(),
             given ? "" : beside, name);
}

static inline bool test_has(const char *path, const char *variable)
{
    if (access(path, R_OK) == 0)
        return true;
    print_message("skipped: no %s (%s names the folder)\n", path, variable);
    return false;
}

/* The folder of the models; false, and said, when it is not there. */
static inline bool test_find_models(char ret[TEST_PATH_MAX])
{
    test_find("PT_MODELS", "/build/models", "", ret);
    return test_has(ret, "PT_MODELS");
}

/* `name` from the folder of the media on, "video/talk.webm". */
static inline bool test_find_media(const char *name, char ret[TEST_PATH_MAX])
{
    char under[TEST_PATH_MAX];
    snprintf(under, sizeof under, "/media/%s", name);
    test_find("PT_SHARED", "/../shared", under, ret);
    return test_has(ret, "PT_SHARED");
}

/* The same for one test, which is to ask before it makes anything: who is skipped frees nothing. */
static inline void test_need_models(char ret[TEST_PATH_MAX])
{
    if (!test_find_models(ret))
        skip();
}
static inline void test_need_media(const char *name, char ret[TEST_PATH_MAX])
{
    if (!test_find_media(name, ret))
        skip();
}
/* Both, before what needs the models is made. */
static inline void test_need_models_and_media(char ret[TEST_PATH_MAX])
{
    char truth[TEST_PATH_MAX];
    test_need_models(ret);
    test_need_media("truth.json", truth);
}
