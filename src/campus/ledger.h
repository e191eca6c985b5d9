/* The time ledger: every minute that an attempt has beyond its exam's length, and why. Both sides
 * read it: the candidate is told what was given, staff see who gave it. Only this module touches
 * the table `time_entry`; nothing in it is ever changed or taken away.
 *
 * A deadline is moved together with its entry, in one write (attempt_time.c). */
#pragma once
#include "campus/attempt.h"

enum time_kind {
    TIME_KIND_NONE = 0,
    TIME_EXTRA,   /* an accommodation: more time from the beginning */
    TIME_OUTAGE,  /* the server was away, or could not save */
    TIME_PAUSE,   /* staff held the exam */
    TIME_SUPPORT, /* given by a person who helped */
};

#define TIME_GIVEN_MAX_US (24 * 3600 * INT64_C(1000000)) /* by a person, at once */
#define TIME_REASON_MAX 500                              /* bytes */
#define TIME_WHO_MAX 128                                 /* bytes */

struct time_entry {
    int64_t id, attempt_id;
    enum time_kind kind;
    int64_t given_us;       /* how much later the attempt ends */
    int64_t from_us, to_us; /* the span that was lost; 0 where there is none */
    int64_t made_us;
    struct str reason; /* in words; the candidate reads it */
    struct str who;    /* a person's name; empty: the server itself */
};

const char *time_kind_name(enum time_kind kind); /* "outage"; static */

/* What a caller says of an entry: kind, given_us, from_us and to_us, reason, who. */
/* ERROR_CONFLICT once the attempt is finished (its state moves only forward), ERROR_INVALID for a
 * time that is not from 1 us to TIME_GIVEN_MAX_US or a reason that is no text. The candidate's page
 * learns of it within seconds; it is in the session's evidence. */
MUST_USE bool attempt_add_time(struct campus *c, int64_t attempt_id, const struct time_entry *given,
                               struct error *err);
MUST_USE bool attempt_add_time_in(struct db *db, int64_t attempt_id, const struct time_entry *given,
                                  struct error *err);

/* For attempt_time.c: the row alone, without the deadline. */
MUST_USE bool ledger_add_in(struct db *db, const struct time_entry *entry, struct error *err);
/* All that was given to this attempt. */
MUST_USE bool ledger_sum_in(struct db *db, int64_t attempt_id, int64_t *ret_us, struct error *err);
/* In the order of their making; in the arena. */
MUST_USE bool ledger_list_in(struct db *db, int64_t attempt_id, struct arena *arena,
                             struct time_entry **ret, size_t *ret_len, struct error *err);
/* For erasing: how much was given stays, why goes. */
MUST_USE bool ledger_forget_in(struct db *db, int64_t attempt_id, struct error *err);
