/* Time that a player could show: from the start of the recording and never back. A stranger's
 * timestamps jump when a recorder was started anew, when a clock was set, or on purpose. */
#pragma once
#include "base/base.h"

#define TIMELINE_STREAMS_MAX 16
/* Pictures are stored in decoding order, so a step back within this is no jump. */
#define TIMELINE_BACK_MAX_US INT64_C(2000000)
/* A camera or a still screen may give no picture for minutes; a silent hole beyond this in every
 * stream is no recording. */
#define TIMELINE_GAP_MAX_US INT64_C(600000000)

struct timeline {
    bool begun;
    int64_t newest_us; /* over all streams, mended */
    uint64_t jumps;
    struct timeline_stream {
        bool begun;
        int64_t offset_us; /* mended = raw + offset */
        int64_t newest_us; /* mended */
    } streams[TIMELINE_STREAMS_MAX];
};

/* The mended time of a packet of `stream` that claims `raw_us`; `step_us` is the usual distance of
 * two packets. Packets come in the order of the file. */
int64_t timeline_mend(struct timeline *t, size_t stream, int64_t raw_us, int64_t step_us);
