/* Starts the cryptographic library; every process calls it once, before any thread. */
#pragma once
#include "base/base.h"

MUST_USE bool crypto_start(struct error *err);
void crypto_wipe(void *secret, size_t len);
bool crypto_equal(struct str a, struct str b); /* constant time for equal lengths */
