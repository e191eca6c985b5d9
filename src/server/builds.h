/* Which program each platform's download holds: its SHA-256, to compare an app's own word with.
 * Made out once a file, and again when another lies there. Any thread. Only for server/. */
#pragma once
#include "crypto/hash.h"

struct builds;

/* `folder` is borrowed; it may be NULL. */
MUST_USE bool builds_create(const char *folder, struct builds **ret, struct error *err);
void builds_destroy(struct builds *b); /* NULL is fine */
/* False: there is no download for that platform, or none that can be looked into (a .deb, an .msi,
 * a damaged archive). */
bool builds_find(struct builds *b, struct str platform, unsigned char ret[SHA256_SIZE]);
