/* Private to admin*.c: what the command line said. */
#pragma once
#include "data.h"

struct admin_settings {
    const char *data, *role, *name, *email;        /* NULL: not said */
    const char *exam, *percent, *minutes, *policy; /* likewise */
    char **words;                                  /* what is not an option */
    int words_len;
};

/* `admin accommodation ...` */
MUST_USE bool admin_accommodation_set(struct data *d, const struct admin_settings *s,
                                      struct error *err);
MUST_USE bool admin_accommodation_list(struct data *d, const struct admin_settings *s,
                                       struct error *err);
MUST_USE bool admin_accommodation_remove(struct data *d, const struct admin_settings *s,
                                         struct error *err);
