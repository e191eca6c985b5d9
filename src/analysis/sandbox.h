/* Closes the calling process in for good: from here on it may read descriptor 0, write descriptor
 * 1 (and 2, which the caller has made /dev/null), manage its own memory, and end. Anything else
 * kills it at once. Private to this folder.
 *
 * Before: everything is loaded, every machine code is made, there is one thread. */
#pragma once
#include "base/base.h"

/* ERROR_UNSUPPORTED where the kernel cannot do it: then nothing of a stranger's may be decoded. */
MUST_USE bool sandbox_close(struct error *err);
