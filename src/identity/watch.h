/* Who is in view: compares the candidate's face, every few seconds, with the enrolled template and
 * with the face seen first in the same stream.
 *
 * It looks when it is of use: every five seconds while all is well, at once when the face jumped,
 * came back or the picture changed at a stroke, twice a second while it is not sure. */
#pragma once
#include "identity/template.h"

struct identity_watch; /* one thread at a time */

/* Loads the model: before a sandbox is closed. */
MUST_USE bool identity_watch_create(const char *models_folder, struct identity_watch **ret,
                                    struct error *err);
/* Compares with this person from now on. Copies the template, which has pictures. */
void identity_watch_enrol(struct identity_watch *w, const struct template *t);
/* After detect_look() of the same frame, whose observation it completes: fills o->identity. */
MUST_USE bool identity_watch_look(struct identity_watch *w, const struct detect *d,
                                  const struct frame *f, struct observation *o, struct error *err);
/* The reader inside, to enrol pictures with; borrowed. */
struct face_reader *identity_watch_reader(struct identity_watch *w);
void identity_watch_destroy(struct identity_watch *w);
void identity_watch_destroyp(struct identity_watch **w);

/* In one stream, before one camera, the same person is much more alike than in two pictures: the
 * median of 600 looks at 24 recordings was 0.96, and none that could be judged was under 0.63 (a
 * hand before the mouth). Strangers are more alike, too, with the same light and room: 0.36 to
 * 0.53. */
#define IDENTITY_STREAM_DIFFERENT 0.56f
