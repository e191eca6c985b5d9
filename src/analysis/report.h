/* The report of one analysed recording or session, as canonical JSON (sorted keys, no spaces: equal
 * findings give equal bytes). For people: paper/paper.h. */
#pragma once
#include "analysis/follow.h"
#include "analysis/incidents.h"

struct report_picture {
    int64_t time_us;
    struct str jpeg; /* borrowed */
};
struct report_recording {
    const char *name;   /* file name or stream id */
    const char *sha256; /* hex, of the bytes */
    uint64_t bytes;
    int64_t duration_us;
    const struct flag *flags; /* by from_us, then rule */
    size_t flags_len;
    const struct report_picture *pictures; /* one per flag, jpeg empty when there is none */
    const char *models, *isa;
    uint64_t frames, damaged_packets, time_jumps;
};

/* Text that is not UTF-8 (a file's name) is shown with '?' for what is wrong with it. */
MUST_USE bool report_json(const struct policy *policy, const struct report_recording *recordings,
                          size_t len, json_t **ret, struct error *err);

/* The flags of a recording as incidents, in media time; malloc'ed. */
MUST_USE bool report_incidents(const struct report_recording *r, struct incident **ret,
                               size_t *ret_len, struct error *err);

#define REPORT_TIME_MAX 24
/* "1:02:05.5" or "0:07.0": a media time as people read it, to a tenth of a second. */
void report_time(int64_t us, char ret[REPORT_TIME_MAX]);
/* Puts flags in the order of a report: by beginning, then rule. */
int report_flag_order(const struct flag *a, const struct flag *b);
