#include "analysis/incidents.h"

size_t incidents_make(const struct incident_part *parts, size_t len, struct incident *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        const struct incident_part *p = &parts[i];
        struct incident *last = n ? &ret[n - 1] : NULL;
        if (last && p->from_us - last->to_us <= INCIDENT_GAP_US) {
            last->to_us = MAX(last->to_us, p->to_us);
            last->severity = MAX(last->severity, p->severity);
            last->len++;
        } else {
            ret[n++] = (struct incident){p->from_us, p->to_us, p->severity, i, 1};
        }
    }
    return n;
}
