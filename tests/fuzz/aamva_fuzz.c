/* modules: identity
 *
 * A licence's barcode is printed by a stranger: whatever it holds, names are text and dates are
 * dates. */
#include "identity/aamva.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char name[AAMVA_NAME_MAX])
{
    size_t len = strnlen(name, AAMVA_NAME_MAX);
    if (len == AAMVA_NAME_MAX || !str_is_utf8(str_bytes(name, len)))
        abort();
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)name[i] < ' ')
            abort();
}

static void check_date(const struct mrz_date *d)
{
    if (d->year && (d->year < 1900 || d->year > 2200 || d->month < 1 || d->month > 12 ||
                    d->day < 1 || d->day > 31))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aamva a;
    bool read = aamva_parse(str_bytes(data, size), &a);
    check_name(a.family);
    check_name(a.given);
    check_date(&a.expiry);
    check_date(&a.birth);
    if (read != (a.family[0] || a.given[0]))
        abort();
    return 0;
}
