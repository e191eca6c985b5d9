/* Time. Wall clock for what people read and what is kept; monotonic for durations. */
#pragma once
#include "base/base.h"

#define SECOND_US INT64_C(1000000)

int64_t clock_wall_us(void);      /* since 1970-01-01 UTC */
int64_t clock_monotonic_us(void); /* since some fixed point; does not jump */

#define CLOCK_HTTP_DATE_MAX 32
/* "Sun, 06 Nov 1994 08:49:37 GMT": IMF-fixdate, RFC 9110 section 5.6.7. */
void clock_http_date(int64_t wall_us, char ret[CLOCK_HTTP_DATE_MAX]);
