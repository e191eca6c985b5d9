/* A graph compiled for this machine: one oneDNN primitive or one plain kernel per operation, with
 * its weights in the layout the primitive wants. Compiling makes machine code and so needs memory
 * that may be executed; running does not. oneDNN's types stay in program.c and compile.c. */
#pragma once
#include "nn/graph.h"

struct program;     /* read-only once made: any thread */
struct program_run; /* the memory of one runner: one thread at a time */

/* Borrows `g`, which must outlive it; g's weights are copied and may be dropped. `beside`: one of the
 * same model with another input, whose weights are used where they are the same; it must outlive
 * this one, too. NULL: none. */
MUST_USE bool program_create(struct graph *g, const struct program *beside, struct program **ret,
                             struct error *err);
void program_destroy(struct program *p);
void program_destroyp(struct program **p);

/* Borrows `p`. */
MUST_USE bool program_run_create(const struct program *p, struct program_run **ret,
                                 struct error *err);
MUST_USE bool program_run(struct program_run *run, struct error *err);
float *program_run_value(const struct program_run *run, size_t op); /* borrowed */
void program_run_destroy(struct program_run *run);
void program_run_destroyp(struct program_run **run);

const char *program_isa(void); /* static */
