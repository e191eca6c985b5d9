#include "data.h"

#include "base/file.h"
#include "campus/staff.h"
#include "server/server.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define READERS_MIN 4 /* a slow read must not hold up the others */

static bool join(char ret[PATH_MAX], const char *folder, const char *name, struct error *err)
{
    int len = snprintf(ret, PATH_MAX, "%s/%s", folder, name);
    return (len > 0 && len < PATH_MAX) ||
           error_set(err, ERROR_INVALID, "%s: name too long", folder);
}

/* On a connection of its own: the store's pool begins with the tables as they shall be. */
static bool migrate(const char *path, struct error *err)
{
    static const struct db_migrations *const owners[] = {&proctor_migrations, &campus_migrations,
                                                         &server_migrations};
    CLEANUP(db_closep) struct db *db = NULL;
    if (!db_open(path, &db, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(owners); i++)
        if (!db_migrate(db, owners[i], err))
            return error_wrap(err, "%s: tables of %s", path, owners[i]->owner);
    return true;
}

static bool open_parts(const char *folder, struct data *d, struct error *err)
{
    char database[PATH_MAX], blobs[PATH_MAX], deployment[PATH_MAX], signing[PATH_MAX];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t readers = processors > READERS_MIN ? (size_t)processors : READERS_MIN;
    return join(database, folder, DATA_DATABASE, err) && join(blobs, folder, DATA_BLOBS, err) &&
           join(deployment, folder, DATA_DEPLOYMENT_KEY, err) &&
           join(signing, folder, DATA_SIGNING_KEY, err) &&
           seal_key_load_or_create(deployment, &d->proctor.deployment_key, err) &&
           sign_key_load_or_create(signing, &d->proctor.sign_key, err) && migrate(database, err) &&
           db_store_open(database, readers, &d->store, err) &&
           blob_store_open(blobs, &d->blobs, err);
}

bool data_open(const char *folder, struct data *ret, struct error *err)
{
    *ret = (struct data){0};
    if (!file_make_folder(folder, err) || !open_parts(folder, ret, err)) {
        data_close(ret);
        return false;
    }
    ret->proctor.store = ret->store;
    ret->proctor.blobs = ret->blobs;
    if (!campus_open(ret->store, &ret->proctor, &ret->campus, err) ||
        !campus_staff_adopt(ret->campus, err)) {
        data_close(ret);
        return false;
    }
    return true;
}

void data_close(struct data *d)
{
    campus_close(d->campus);
    db_store_close(d->store);
    blob_store_close(d->blobs);
    seal_key_wipe(&d->proctor.deployment_key);
    sign_key_wipe(&d->proctor.sign_key);
    *d = (struct data){0};
}
