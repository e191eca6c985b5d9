/* `proctortrack admin terms`: how long things are kept, and until when one can appeal. */
#include "admin.h"

#include "proctor/exam.h"
#include "proctor/staff.h"
#include "proctor/terms.h"

#include <stdio.h>
#include <string.h>

static bool exam_of(struct data *d, const char *title, char ret[ID_TEXT_SIZE], struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct proctored_exam *exams;
    size_t len;
    ret[0] = 0;
    if (!title)
        return true;
    if (!proctored_exam_list(&d->proctor, STAFF_SEES_ALL, &arena, &exams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (strcmp(exams[i].title, title) == 0)
            memcpy(ret, exams[i].id, ID_TEXT_SIZE);
    return ret[0] || error_set(err, ERROR_NOT_FOUND, "no exam has the title \"%s\"", title);
}

static bool days(const char *text, const char *what, int64_t *ret, struct error *err)
{
    uint64_t n;
    *ret = -1;
    if (!text)
        return true;
    if (!str_to_u64(str_from(text), &n) || n > TERMS_DAYS_MAX)
        return error_set(err, ERROR_INVALID, "%s: must be a number of days, at most %d", what,
                         TERMS_DAYS_MAX);
    *ret = (int64_t)n;
    return true;
}

static bool yes_or_no(const char *text, int *ret, struct error *err)
{
    *ret = !text ? -1 : strcmp(text, "yes") == 0;
    return *ret != 0 || strcmp(text, "no") == 0 ||
           error_set(err, ERROR_INVALID, "--staff-names is yes or no");
}

bool admin_terms_set(struct data *d, const struct admin_settings *s, struct error *err)
{
    struct terms_change c;
    char exam[ID_TEXT_SIZE];
    return exam_of(d, s->exam, exam, err) &&
           days(s->recordings_days, "--recordings-days", &c.keep_days[TERMS_RECORDINGS], err) &&
           days(s->derived_days, "--derived-days", &c.keep_days[TERMS_DERIVED], err) &&
           days(s->identity_days, "--identity-days", &c.keep_days[TERMS_IDENTITY], err) &&
           days(s->appeal_days, "--appeal-days", &c.appeal_days, err) &&
           yes_or_no(s->staff_names, &c.staff_names, err) &&
           terms_set(&d->proctor, str_from(exam), &c, err);
}

static bool print(struct data *d, const char *title, struct str exam_id, struct error *err)
{
    struct terms t;
    if (!terms_find(&d->proctor, exam_id, &t, err))
        return false;
    printf("%-44s", title);
    for (int i = 0; i < TERMS_PARTS; i++)
        printf(" %s %" PRId64 " days,", terms_part_name((enum terms_part)i), t.keep_days[i]);
    printf(" appeal %" PRId64 " days, staff names %s\n", t.appeal_days,
           t.staff_names ? "yes" : "no");
    return true;
}

bool admin_terms_list(struct data *d, const struct admin_settings *s, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct proctored_exam *exams;
    size_t len;
    (void)s;
    if (!print(d, "(the deployment)", STR(""), err) ||
        !proctored_exam_list(&d->proctor, STAFF_SEES_ALL, &arena, &exams, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!print(d, exams[i].title, str_from(exams[i].id), err))
            return false;
    return true;
}
