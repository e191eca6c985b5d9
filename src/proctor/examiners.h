/* A small pool of examiners (analysis/examine.h): sandboxed children that look at candidates'
 * pictures. Each serves one session at a time, so that a child that a picture took over has nobody
 * else's to lie about; it is started when it is needed and ended when it is idle. */
#pragma once
#include "analysis/examine.h"

struct examiners; /* any thread */
struct examiner;  /* taken */

struct examiners_options {
    const char *program;       /* path of this binary; NULL is /proc/self/exe; borrowed */
    const char *models_folder; /* borrowed */
    unsigned max;              /* 0: as many as processors, 2 to 8. A child takes 250 MB */
};
MUST_USE bool examiners_create(const struct examiners_options *options, struct examiners **ret,
                               struct error *err);
void examiners_destroy(struct examiners *x); /* all were given back; NULL is fine */

/* For one question or a few. ERROR_BUSY when all serve others, or this session's is in use. */
MUST_USE bool examiners_take(struct examiners *x, struct str session_id, struct examiner **ret,
                             struct error *err);
struct examine *examiner_examine(struct examiner *e);
/* `done`: the session will ask nothing more, its child can go. NULL is fine. */
void examiners_give(struct examiners *x, struct examiner *e, bool done);
