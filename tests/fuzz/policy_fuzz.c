/* modules: analysis
 *
 * A policy file is an administrator's, but also what a client of the API sends. What is accepted
 * must survive the way through its canonical text unchanged. */
#include "analysis/policy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct policy first, second;
    struct error err;
    CLEANUP(freep) char *text = NULL;
    CLEANUP(freep) char *again = NULL;
    if (!policy_parse(str_bytes(data, size), &first, &err))
        return 0;
    if (!policy_text(&first, &text, &err) || !policy_parse(str_from(text), &second, &err) ||
        !policy_text(&second, &again, &err) || strcmp(text, again) != 0)
        abort();
    return 0;
}
