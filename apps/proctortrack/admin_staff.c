/* `proctortrack admin staff`: who sees which exam. */
#include "admin.h"

#include "campus/user.h"
#include "proctor/exam.h"
#include "proctor/staff.h"

#include <stdio.h>

static bool find_exam(struct data *d, const char *title, struct arena *arena, struct str *ret,
                      struct error *err)
{
    struct proctored_exam *exams;
    size_t len;
    if (!proctored_exam_list(&d->proctor, STAFF_SEES_ALL, arena, &exams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (str_eq(str_from(exams[i].title), str_from(title))) {
            *ret = str_from(exams[i].id);
            return true;
        }
    return error_set(err, ERROR_NOT_FOUND, "no exam has the title \"%s\"", title);
}

static bool change(struct data *d, const struct admin_settings *s, bool add, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    const struct provider_person by = {.name = STR("command line")};
    struct str exam;
    struct user user;
    if (!find_exam(d, s->words[2], &arena, &exam, err) ||
        !user_find_name(d->campus, str_from(s->words[3]), &user, err))
        return false;
    const struct provider_person who = {user.id, str_from(user.full_name)};
    if (!add)
        return staff_remove(&d->proctor, exam, &who, &by, err);
    if (!user_role_is_exam_staff(user.role))
        return error_set(err, ERROR_INVALID, "%s is neither an instructor nor a proctor",
                         user.username);
    return staff_add(&d->proctor, exam, &who, &by, err);
}

bool admin_staff_add(struct data *d, const struct admin_settings *s, struct error *err)
{
    return change(d, s, true, err);
}

bool admin_staff_remove(struct data *d, const struct admin_settings *s, struct error *err)
{
    return change(d, s, false, err);
}

bool admin_staff_list(struct data *d, const struct admin_settings *s, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct staff_member *list;
    struct str exam;
    size_t len;
    if (!find_exam(d, s->words[2], &arena, &exam, err) ||
        !staff_list(&d->proctor, exam, &arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        struct user user;
        if (!user_find(d->campus, list[i].user_ref, &user, err))
            return false;
        printf("%-20s %-10s %s\n", user.username, user_role_name(user.role), user.full_name);
    }
    return true;
}
