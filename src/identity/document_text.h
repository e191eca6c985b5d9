/* What the printed words of a document say: is the candidate's name among them, until when is it
 * valid, what is it? Pure. For the files of this folder only. */
#pragma once
#include "identity/document.h"

/* The best of all stretches of words. `ret_name` are those of the document that are in the
 * account's name, in its order; empty when there are none. */
void document_text_name(const struct document_facts *facts, struct str account,
                        struct name_result *ret, char ret_name[DOCUMENT_NAME_MAX]);
/* Year 0: none was found. A date that lies ahead can only be that of expiry; one that is past only
 * where the word for it stands beside or above it. */
struct mrz_date document_text_expiry(const struct document_facts *facts,
                                     const struct mrz_date *today);
enum document_kind document_text_kind(const struct document_facts *facts);
/* < 0: a is before b. */
int document_compare_dates(const struct mrz_date *a, const struct mrz_date *b);
