/* Bearer secrets: 256 random bits as text. Only the SHA-256 of a token is ever stored. */
#pragma once
#include "base/base.h"

#define TOKEN_TEXT_SIZE 65 /* 64 hex digits and NUL */
#define TOKEN_HASH_SIZE 32

void token_create(char ret_text[TOKEN_TEXT_SIZE], unsigned char ret_hash[TOKEN_HASH_SIZE]);
/* False when the text is not of a token's form. */
bool token_hash(struct str text, unsigned char ret_hash[TOKEN_HASH_SIZE]);
