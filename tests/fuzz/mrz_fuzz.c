/* modules: identity
 *
 * A machine-readable zone is printed by a stranger and read by a camera. What is read keeps its
 * promises: fields are text, dates are dates, what is valid stays valid when it is read again. */
#include "identity/mrz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_date(const struct mrz_date *d)
{
    if (d->month < 0 || d->month > 12 || d->day < 0 || d->day > 31 ||
        (d->year != 0 && (d->year < 1926 || d->year > 2075)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mrz m, again;
    struct error err;
    char text[3 * (MRZ_LINE_MAX + 1) + 1] = "";
    if (!mrz_parse(str_bytes(data, size), 2026, &m, &err))
        return 0;
    check_date(&m.birth);
    check_date(&m.expiry);
    for (int i = 0; i < mrz_format_lines(m.format); i++) {
        if (strlen(m.lines[i]) != (size_t)mrz_format_columns(m.format))
            abort();
        strcat(strcat(text, m.lines[i]), "\n");
    }
    if (!mrz_parse(str_from(text), 2026, &again, &err))
        abort();
    if (m.valid && (!again.valid || again.repaired != 0 || strcmp(m.number, again.number) != 0 ||
                    strcmp(m.surname, again.surname) != 0 || !m.surname[0]))
        abort();
    return 0;
}
