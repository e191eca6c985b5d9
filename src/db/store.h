/* The database as the server uses it: a pool of readers and one writer with group commit.
 *
 * All writes that wait at a moment are done in one transaction, each in a savepoint of its own (a
 * failed one takes nothing else with it), and are acknowledged together after one flush: so a
 * thousand candidates who save an answer cost a few flushes, not a thousand. */
#pragma once
#include "db/db.h"

struct db_store; /* any thread */

/* Makes the file when it is absent; several processes may have it open. */
MUST_USE bool db_store_open(const char *path, size_t readers, struct db_store **ret,
                            struct error *err);
/* Waits for writes under way; no other call may come after it has begun. NULL is fine. */
void db_store_close(struct db_store *store);

/* Runs `body` inside the writer's next transaction and returns when it is durable. `body` runs on
 * the writer's thread, must be short, and may run only database calls; it is run once at most. When
 * the commit of its group fails, it is reported as failed to every caller of the group, even where
 * `body` itself said true: what `body` put into `context` counts only when this returns true.
 * (So no deferred constraints in our schemas: their failure would be the whole group's.) */
MUST_USE bool db_store_write(struct db_store *store, db_body *body, void *context,
                             struct error *err);

/* Runs `body` on a reader connection inside one read transaction: a consistent picture, in which
 * every write is seen that db_store_write() has returned for. Waits while all readers are in use,
 * so `body` must not call the store again. */
MUST_USE bool db_store_read(struct db_store *store, db_body *body, void *context,
                            struct error *err);

struct db_store_stats {
    uint64_t writes;  /* bodies that were run */
    uint64_t failed;  /* of those, how many were reported as failed */
    uint64_t commits; /* transactions that became durable: one flush each */
    uint64_t largest; /* most bodies in one transaction */
    uint64_t waiting; /* now, for the writer to come to them */
};
void db_store_stats(struct db_store *store, struct db_store_stats *ret);

/* db_scrub() without `whole`, for after something was deleted that nobody may read any more. Any
 * thread but one inside a body. */
MUST_USE bool db_store_empty_log(struct db_store *store, struct error *err);
