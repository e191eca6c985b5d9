/* Incidents: flags that overlap or follow each other closely are looked at together, as one thing
 * that a person judges. The one implementation, for sessions and for single recordings. */
#pragma once
#include "analysis/policy.h"

#define INCIDENT_GAP_US (5 * INT64_C(1000000))

/* What of a flag matters here; times of any one clock. */
struct incident_part {
    int64_t from_us, to_us;
    enum severity severity;
};
struct incident {
    int64_t from_us, to_us;
    enum severity severity; /* the highest of its flags */
    size_t first, len;      /* its flags in the list that it was made from */
};
/* `parts` by from_us; `ret` has room for as many incidents. Returns how many there are. */
size_t incidents_make(const struct incident_part *parts, size_t len, struct incident *ret);
