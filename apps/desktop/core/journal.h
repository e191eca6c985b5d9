/* Events that wait to be told to the server: kept on the disk first, told in order, each once (a
 * crash between being told and being noted as told can repeat the last one). Any thread may add;
 * one sends. */
#pragma once
#include "app_core/link.h"
#include "app_core/spool.h"

struct journal;

MUST_USE bool journal_open(const char *folder, const struct vault_key *key, struct journal **ret,
                           struct error *err);
void journal_close(struct journal *j); /* NULL is fine */
/* Takes the reference on `detail`. Durable when it returns true. */
MUST_USE bool journal_add(struct journal *j, const char *kind, json_t *detail, int64_t wall_us,
                          struct error *err);
/* Tells one; *ret_more: there are others. An event that the server will never take is passed over.
 */
MUST_USE bool journal_send(struct journal *j, struct http *h, const struct login *l, bool *ret_more,
                           struct error *err);
bool journal_is_sent(struct journal *j);
