/* RFC 4648 section 4, with padding: what tus and HTTP headers carry. */
#pragma once
#include "base/buf.h"

void base64_encode(struct buf *to, struct str bytes);
/* Appends the decoded bytes; other characters or wrong padding are ERROR_INVALID. */
MUST_USE bool base64_decode(struct buf *to, struct str text, struct error *err);
