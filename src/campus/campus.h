/* The portal: people, exams, attempts, answers and grades. It meets the proctoring half only
 * through proctor/provider.h. */
#pragma once
#include "db/store.h"

struct proctor;
struct campus; /* any thread */

/* Tables of this half; runs at every start. */
extern const struct db_migrations campus_migrations;

/* Both are borrowed and must outlive *ret. `proctor` may be NULL where only people are looked
 * after. */
MUST_USE bool campus_open(struct db_store *store, struct proctor *proctor, struct campus **ret,
                          struct error *err);
void campus_close(struct campus *c); /* ends the sweeper too; NULL is fine */

/* Credits the time that the server was away, then starts a thread that finishes attempts at their
 * deadline and hands them in ten minutes later. The
 * clock decides without it as well: an answer after the deadline is refused in any case. Of several
 * processes that run one each, whichever comes first does the work. */
MUST_USE bool campus_sweeper_start(struct campus *c, struct error *err);
