/* Random bytes of the kernel and the names made of them. */
#pragma once
#include "base/base.h"

void random_bytes(void *ret, size_t len); /* getrandom(2): good for keys; cannot fail */

#define ID_TEXT_LEN 22 /* 22 characters of [0-9A-Za-z], 130 bits: cannot be guessed */
#define ID_TEXT_SIZE (ID_TEXT_LEN + 1)
void id_create(char ret[ID_TEXT_SIZE]);
bool id_is_valid(struct str id); /* the right length and alphabet */
