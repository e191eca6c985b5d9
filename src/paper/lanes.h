/* A timeline as a drawing: a line for each thing that goes on, over one axis. A severity is a
 * colour and a height, so that it can be told apart in black and white. Only for this folder. */
#pragma once
#include "analysis/policy.h"
#include "paper/doc.h"

#define LANES_HEIGHT 13.0

struct lanes {
    struct doc *d;
    int64_t from_us, to_us;
    bool media;       /* times of a recording, not of a clock */
    double y, bottom; /* of the next lane; of the axis */
};

/* Begins the drawing; `count` lanes follow. `words`: what it shows. */
void lanes_begin(struct lanes *l, struct str words, size_t count);
/* The next lane. */
void lanes_name(struct lanes *l, const char *name);
/* In the lane that was named last; `text` is shown where the pointer rests. */
void lanes_bar(struct lanes *l, int64_t from_us, int64_t to_us, struct str text);
void lanes_gap(struct lanes *l, int64_t from_us, int64_t to_us, struct str text);
void lanes_flag(struct lanes *l, enum severity severity, int64_t from_us, int64_t to_us,
                struct str text);
void lanes_milestone(struct lanes *l, int64_t us, struct str mark, struct str text);

extern const enum doc_ink lanes_inks[SEVERITY_COUNT];
