/* A child of this very program, started anew with two pipes to it: for decoders and examiners.
 * Nothing of our environment and descriptors goes with it. Private to this folder. */
#pragma once
#include "base/base.h"

#include <sys/types.h>

struct child {
    pid_t pid; /* 0: there is none, or it is reaped */
    int in;    /* owned; a socket to its descriptor 0; -1 when closed, or when it reads a file */
    int out;   /* owned; from its descriptor 1, non-blocking; -1 when closed */
    uint64_t memory_peak; /* bytes, when it was reaped */
};
#define CHILD_NONE ((struct child){.in = -1, .out = -1})
#define CHILD_EXTRA_FD 3

struct child_options {            /* borrowed */
    const char *program;          /* NULL is /proc/self/exe */
    const char *const *arguments; /* ends with NULL */
    const char *name;             /* "decoder", for messages */
    int file_fd;                  /* its descriptor 0; -1: a socket, child->in */
    int extra_fd;                 /* its CHILD_EXTRA_FD; -1: none */
};
MUST_USE bool child_start(const struct child_options *options, struct child *ret,
                          struct error *err);
/* Waits for its end; gives its status. */
int child_reap(struct child *c);
/* Kills it, reaps it, closes both pipes. Also of one that has not been started (CHILD_NONE). */
void child_stop(struct child *c);
/* The child closed its end without a last word: reaps it and says why. `name` is the child's,
 * `input` what it was given ("recording"). */
void child_explain_end(struct child *c, const char *name, const char *input, struct error *ret);
