/* Each stream has an offset of its own; a jump changes it so that the packet follows the one
 * before. The first packet of the recording is time 0. Sums saturate: a claimed time may be any 64
 * bits. */
#include "media/timeline.h"

static int64_t sum(int64_t a, int64_t b)
{
    int64_t result;
    if (__builtin_add_overflow(a, b, &result))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return result;
}

static int64_t difference(int64_t a, int64_t b)
{
    int64_t result;
    if (__builtin_sub_overflow(a, b, &result))
        return b > 0 ? INT64_MIN : INT64_MAX;
    return result;
}

int64_t timeline_mend(struct timeline *t, size_t stream, int64_t raw_us, int64_t step_us)
{
    struct timeline_stream *s = &t->streams[stream % TIMELINE_STREAMS_MAX];
    if (!t->begun) {
        for (size_t i = 0; i < TIMELINE_STREAMS_MAX; i++)
            t->streams[i].offset_us = difference(0, raw_us);
        t->begun = true;
    }
    int64_t time_us = sum(raw_us, s->offset_us);
    int64_t earliest_us = s->newest_us - TIMELINE_BACK_MAX_US;
    if (time_us > t->newest_us + TIMELINE_GAP_MAX_US || time_us < earliest_us) {
        int64_t wanted_us = s->begun ? s->newest_us + step_us : t->newest_us;
        s->offset_us = difference(wanted_us, raw_us);
        time_us = wanted_us;
        t->jumps++;
    }
    time_us = MAX(time_us, 0); /* sound is often said to begin some milliseconds early */
    s->begun = true;
    s->newest_us = MAX(s->newest_us, time_us);
    t->newest_us = MAX(t->newest_us, time_us);
    return time_us;
}
