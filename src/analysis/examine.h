/* Looks at single pictures of strangers (a face scan's, an identity document's) in a sandboxed
 * child, "proctortrack examiner", as recordings are looked at in a decoder (follow.h): models
 * first, then the sandbox, then the first byte of a stranger's. What it answers is checked as a
 * stranger's, too; judging a document is done on this side.
 *
 * Each call is one question and one answer, and has a time limit. A picture that ends the child is
 * ERROR_UNSUPPORTED with a sentence for people, and the next call starts a new child; so it is for
 * a picture that is no picture: ERROR_INVALID or ERROR_TOO_LARGE, from a child that lives on.
 *
 * One thread at a time per object: have one for each thread that examines. A child takes 250 MB. */
#pragma once
#include "identity/challenge.h"
#include "identity/document.h"

#define EXAMINE_BYTES_MAX ((size_t)8 << 20) /* of a picture: ERROR_TOO_LARGE */

struct examine;

struct examine_options {
    const char *program; /* path of this binary; NULL is /proc/self/exe; copied */
    const char *models_folder;
};
/* Starts the child and waits until it is ready: half a second. */
MUST_USE bool examine_start(const struct examine_options *options, struct examine **ret,
                            struct error *err);
/* 60 ms of CPU. `jpeg` is a JPEG or PNG. */
MUST_USE bool examine_face(struct examine *e, struct str jpeg, struct face_look *ret,
                           struct error *err);

struct examine_candidate {
    struct str name;     /* the account's full name, UTF-8 */
    struct str template; /* of the face scan, as template_write() made it; empty: none */
    int64_t now_us;      /* wall clock: is the document expired? */
};
/* Some seconds. ERROR_CONFLICT: the template is of another model. */
MUST_USE bool examine_document(struct examine *e, struct str jpeg,
                               const struct examine_candidate *candidate,
                               struct document_reading *ret, struct error *err);
/* The facts alone, to be judged by document_judge(). */
MUST_USE bool examine_read(struct examine *e, struct str jpeg, int64_t now_us,
                           struct document_facts *ret, struct error *err);
/* 0.1 s: would this picture do? */
MUST_USE bool examine_guidance(struct examine *e, struct str jpeg, enum document_guidance *ret,
                               struct error *err);
/* An empty template of the examiner's model: add the embeddings of looks (template_add()). */
void examine_template(const struct examine *e, struct template *ret);
void examine_destroy(struct examine *e); /* ends the child; NULL is fine */
void examine_destroyp(struct examine **e);

/* The child's side: what `proctortrack examiner` runs. Ends the process, so it never returns. */
int examiner_main(int argc, char **argv);
