/* Canonical JSON with the deployment's signature in it: receipts and reports. */
#pragma once
#include "base/json.h"
#include "crypto/sign.h"

/* Adds "public_key" and "signature" (hex) to `object`; the signature is over the canonical JSON of
 * the object without the member "signature". Gives the canonical text of the whole; malloc'ed. */
MUST_USE bool signed_text(const struct sign_key *key, json_t *object, char **ret,
                          struct error *err);
/* ERROR_CHECKSUM unless the text was signed by this key and not changed. */
MUST_USE bool signed_text_verify(const unsigned char public_bytes[SIGN_PUBLIC_SIZE],
                                 struct str text, struct error *err);
