/* The database as the server uses it: a pool of readers and one writer with group commit.
 *
 * All writes that wait at a moment are done in one transaction, each in a savepoint of its own (a
 * failed one takes nothing else with it), and are acknowledged together after one flush: so a
 * thousand candidates who save an answer cost a few flushes, not a thousand. */
#pragma once
#include "db/db.h"

struct db_store; /* any thread */

MUST_USE bool db_store_open(const char *path, size_t readers, struct db_store **ret,
                            struct error *err);
void db_store_close(struct db_store *store); /* waits for writes under way; NULL is fine */

/* Runs `body` inside the writer's next transaction and returns when it is durable. `body` runs on
 * the writer's thread, must be short, and may run only database calls; it is run once, or (when the
 * commit of the group fails) reported as failed to every caller. */
MUST_USE bool db_store_write(struct db_store *store, db_body *body, void *context,
                             struct error *err);

/* Runs `body` on a reader connection inside one read transaction: a consistent picture. */
MUST_USE bool db_store_read(struct db_store *store, db_body *body, void *context,
                            struct error *err);
