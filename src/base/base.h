/* What every file needs: attributes, ownership helpers, sizes, errors, strings. */
#pragma once
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define MUST_USE __attribute__((warn_unused_result))
/* PRINTF_LIKE stands in error.h, which comes before this. */

/* Runs `fn(&variable)` when the variable goes out of scope, on every path. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Hands an owned pointer over and disarms its CLEANUP: `*ret = TAKE(thing)`. */
#define TAKE(pointer)                                                                              \
    (__extension__({                                                                               \
        __typeof__(pointer) take_ = (pointer);                                                     \
        (pointer) = NULL;                                                                          \
        take_;                                                                                     \
    }))

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

void freep(void *pointer_to_pointer); /* CLEANUP(freep) for malloc'ed memory */
void closep(int *fd);                 /* CLEANUP(closep) for descriptors; -1 is fine */
