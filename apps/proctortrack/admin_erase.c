/* `proctortrack admin user erase` and `admin compact`: what is deleted leaves nothing behind. */
#include "admin.h"

#include "base/json.h"
#include "campus/erase.h"
#include "campus/user.h"
#include "proctor/deletion.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

/* Up to this size the database is written anew at once. VACUUM went through 120 MB a second where
 * this was measured, and who saves an answer meanwhile waits for it; after ten seconds they are
 * told to try again. */
#define COMPACT_AT_ONCE ((off_t)256 << 20)

static bool database_path(const struct admin_settings *s, char ret[PATH_MAX], struct error *err)
{
    int len = snprintf(ret, PATH_MAX, "%s/%s", s->data, DATA_DATABASE);
    return (len > 0 && len < PATH_MAX) ||
           error_set(err, ERROR_INVALID, "%s: name too long", s->data);
}

static bool scrub(const struct admin_settings *s, bool whole, struct error *err)
{
    CLEANUP(db_closep) struct db *db = NULL;
    char path[PATH_MAX];
    return database_path(s, path, err) && db_open(path, &db, err) && db_scrub(db, whole, err);
}

bool admin_compact(struct data *d, const struct admin_settings *s, struct error *err)
{
    (void)d;
    return scrub(s, true, err);
}

static bool print_receipts(struct data *d, int64_t user_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct deletion *list;
    size_t len;
    if (!deletion_list_user(&d->proctor, user_id, &arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        printf(STR_FMT "\n", STR_ARG(list[i].receipt));
    return true;
}

bool admin_user_erase(struct data *d, const struct admin_settings *s, struct error *err)
{
    char path[PATH_MAX];
    struct user user;
    struct erased erased;
    struct stat st;
    if (!user_find_name(d->campus, str_from(s->words[2]), &user, err) ||
        !database_path(s, path, err) || !campus_erase_user(d->campus, user.id, &erased, err) ||
        !deletion_account(&d->proctor, user.id,
                          json_pack("{s:I, s:s, s:I, s:I}", "user", (json_int_t)user.id, "why",
                                    "erasure", "sessions", (json_int_t)erased.sessions, "attempts",
                                    (json_int_t)erased.attempts),
                          err))
        return false;
    bool small = stat(path, &st) == 0 && st.st_size <= COMPACT_AT_ONCE;
    if (!scrub(s, small, err))
        return error_wrap(err, "all is erased, but run `proctortrack admin compact`");
    printf("erased %s: %zu session%s, %zu attempt%s\n", user.username, erased.sessions,
           erased.sessions == 1 ? "" : "s", erased.attempts, erased.attempts == 1 ? "" : "s");
    if (!small)
        fputs("the database is large: run `proctortrack admin compact` when no exam is going on\n",
              stderr);
    return print_receipts(d, user.id, err);
}
