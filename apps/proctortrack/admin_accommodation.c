/* `proctortrack admin accommodation`: who has more time, or another policy of the proctoring. */
#include "admin.h"

#include "base/file.h"
#include "campus/accommodation.h"
#include "campus/exam.h"
#include "campus/user.h"

#include <stdio.h>

bool admin_exam_of(struct data *d, const char *title, int64_t *ret, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct exam *exams;
    size_t len;
    *ret = 0;
    if (!title)
        return true;
    if (!exam_list(d->campus, &arena, &exams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (str_eq(str_from(exams[i].title), str_from(title)))
            *ret = exams[i].id;
    return *ret || error_set(err, ERROR_NOT_FOUND, "no exam has the title \"%s\"", title);
}

static bool number(const char *text, const char *what, int64_t *ret, struct error *err)
{
    *ret = 0;
    return !text || str_to_i64(str_from(text), ret) ||
           error_set(err, ERROR_INVALID, "%s: must be a whole number", what);
}

bool admin_accommodation_set(struct data *d, const struct admin_settings *s, struct error *err)
{
    CLEANUP(freep) char *patch = NULL;
    size_t patch_len = 0;
    struct accommodation a = {0};
    struct user user;
    int64_t id;
    if (!user_find_name(d->campus, str_from(s->words[2]), &user, err) ||
        !admin_exam_of(d, s->exam, &a.exam_id, err) ||
        !number(s->percent, "--extra-percent", &a.extra_percent, err) ||
        !number(s->minutes, "--extra-minutes", &a.extra_minutes, err) ||
        (s->policy && !file_read(s->policy, ACCOMMODATION_PATCH_MAX, &patch, &patch_len, err)))
        return false;
    a.user_id = user.id;
    a.patch = str_bytes(patch, patch_len);
    if (!accommodation_set(d->campus, &a, &id, err))
        return false;
    printf("%" PRId64 "\n", id);
    return true;
}

static const char *title_of(const struct exam *exams, size_t len, int64_t id)
{
    for (size_t i = 0; i < len; i++)
        if (exams[i].id == id)
            return exams[i].title;
    return "all exams";
}

bool admin_accommodation_list(struct data *d, const struct admin_settings *s, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct accommodation *list;
    struct exam *exams;
    size_t len, exams_len;
    (void)s;
    if (!exam_list(d->campus, &arena, &exams, &exams_len, err) ||
        !accommodation_list(d->campus, &arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        const struct accommodation *a = &list[i];
        struct user user;
        if (!user_find(d->campus, a->user_id, &user, err))
            return false;
        printf("%-4" PRId64 " %-20s %-24s +%" PRId64 " %% +%" PRId64 " min " STR_FMT "\n", a->id,
               user.username, title_of(exams, exams_len, a->exam_id), a->extra_percent,
               a->extra_minutes, STR_ARG(a->patch));
    }
    return true;
}

bool admin_accommodation_remove(struct data *d, const struct admin_settings *s, struct error *err)
{
    int64_t id;
    if (!number(s->words[2], "the accommodation", &id, err))
        return false;
    return accommodation_remove(d->campus, id, err);
}
