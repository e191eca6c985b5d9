#include "support/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

void test_folder_init(struct test_folder *ret)
{
    const char *where = getenv("TMPDIR");
    int len = snprintf(ret->path, sizeof ret->path, "%s/pt-test-XXXXXX", where ? where : "/tmp");
    assert_true(len > 0 && (size_t)len < sizeof ret->path);
    assert_non_null(mkdtemp(ret->path));
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

void test_folder_done(struct test_folder *folder)
{
    if (folder->path[0])
        nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    folder->path[0] = '\0';
}

const char *test_path(const struct test_folder *folder, const char *name)
{
    static _Thread_local char paths[4][512];
    static _Thread_local unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder->path, name);
    return path;
}
