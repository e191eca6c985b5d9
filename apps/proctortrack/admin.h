/* Private to admin*.c: what the command line said. */
#pragma once
#include "data.h"

struct admin_settings {
    const char *data, *role, *name, *email;        /* NULL: not said */
    const char *exam, *percent, *minutes, *policy; /* likewise */
    const char *recordings_days, *derived_days, *identity_days, *appeal_days, *staff_names;
    char **words; /* what is not an option */
    int words_len;
};

/* An exam is named by its title: its number is nowhere to be read. NULL is 0, for all exams. */
MUST_USE bool admin_exam_of(struct data *d, const char *title, int64_t *ret, struct error *err);
/* `admin exam policy TITLE FILE` */
MUST_USE bool admin_exam_policy(struct data *d, const struct admin_settings *s, struct error *err);

/* `admin user erase USERNAME` and `admin compact` */
MUST_USE bool admin_user_erase(struct data *d, const struct admin_settings *s, struct error *err);
MUST_USE bool admin_compact(struct data *d, const struct admin_settings *s, struct error *err);

/* `admin staff add TITLE USERNAME`, `... remove`, `admin staff list TITLE` */
MUST_USE bool admin_staff_add(struct data *d, const struct admin_settings *s, struct error *err);
MUST_USE bool admin_staff_remove(struct data *d, const struct admin_settings *s, struct error *err);
MUST_USE bool admin_staff_list(struct data *d, const struct admin_settings *s, struct error *err);

/* `admin terms ...` */
MUST_USE bool admin_terms_set(struct data *d, const struct admin_settings *s, struct error *err);
MUST_USE bool admin_terms_list(struct data *d, const struct admin_settings *s, struct error *err);

/* `admin accommodation ...` */
MUST_USE bool admin_accommodation_set(struct data *d, const struct admin_settings *s,
                                      struct error *err);
MUST_USE bool admin_accommodation_list(struct data *d, const struct admin_settings *s,
                                       struct error *err);
MUST_USE bool admin_accommodation_remove(struct data *d, const struct admin_settings *s,
                                         struct error *err);
