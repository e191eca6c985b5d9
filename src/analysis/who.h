/* Who is in view, in the decoder child: the watch over the candidate's face, and whom to compare
 * it with. The parent passes pictures or a template by a descriptor, since arguments are there for
 * all to read; pictures, a stranger's bytes, are decoded in the child's sandbox. Private to this
 * folder. */
#pragma once
#include "analysis/child.h"
#include "analysis/follow.h"

#define WHO_FD CHILD_EXTRA_FD
#define WHO_BYTES_MAX ((size_t)64 << 20)
#define WHO_PICTURES_MAX 16

/* The parent: a file without a name, from its beginning. The caller closes *ret_fd. */
MUST_USE bool who_pack(const struct follow_enrolment *e, int *ret_fd, struct error *err);

struct who; /* one thread at a time */
/* Before the sandbox: loads the models and reads all of WHO_FD when somebody is enrolled. */
MUST_USE bool who_create(const char *models_folder, const struct policy *policy, bool enrolled,
                         struct who **ret, struct error *err);
/* In the sandbox: makes the template. *ret_models is `models` with what is used here besides:
 * "faceres", and "face-template", the SHA-256 of the enrolled template, since it decides as a model
 * does; malloc'ed. ERROR_INVALID: a picture is of no use, with a sentence for people. */
MUST_USE bool who_enrol(struct who *w, const char *models, char **ret_models, struct error *err);
/* Completes the observation of detect_look(). */
MUST_USE bool who_look(struct who *w, const struct detect *d, const struct frame *f,
                       struct observation *o, struct error *err);
void who_destroy(struct who *w); /* NULL is fine */
void who_destroyp(struct who **w);
