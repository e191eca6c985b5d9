#include "analysis/mouth.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEXT_MAX_US (2 * SECOND_US) /* further apart two looks say nothing of what was between */

bool mouth_note(struct mouth_watch *w, const struct observation *o, struct error *err)
{
    if (w->len == w->room) {
        size_t room = MAX(w->room * 2, 256);
        struct mouth_look *more = reallocarray(w->looks, room, sizeof *more);
        if (!more)
            return error_no_memory(err);
        w->looks = more;
        w->room = room;
    }
    w->looks[w->len++] = (struct mouth_look){o->time_us, o->head.known ? o->head.mouth : -1};
    return true;
}

void mouth_done(struct mouth_watch *w)
{
    free(w->looks);
    *w = (struct mouth_watch){0};
}

/* The first look at `time_us` or later. */
static size_t first_from(const struct mouth_watch *w, int64_t time_us)
{
    size_t low = 0, high = w->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->looks[middle].time_us < time_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct mouth_moves mouth_between(const struct mouth_watch *w, int64_t from_us, int64_t to_us)
{
    struct mouth_moves m = {0, 0};
    for (size_t i = MAX(first_from(w, from_us), 1); i < w->len; i++) {
        const struct mouth_look *now = &w->looks[i], *before = now - 1;
        if (now->time_us >= to_us)
            break;
        if (now->opening < 0 || before->opening < 0 || now->time_us - before->time_us > NEXT_MAX_US)
            continue;
        m.looks++;
        m.moved += fabsf(now->opening - before->opening) >= MOUTH_MOVED;
    }
    return m;
}

void mouth_words(struct mouth_moves m, char *to, size_t size)
{
    size_t len = strlen(to);
    if (m.looks < MOUTH_LOOKS_MIN || len >= size)
        return;
    double share = (double)m.moved / m.looks;
    snprintf(to + len, size - len, "; the mouth in view moved in %u of %u looks%s", m.moved,
             m.looks,
             share >= MOUTH_SPEAKS  ? ", as of somebody who speaks"
             : share <= MOUTH_RESTS ? ": another voice is likelier"
                                    : "");
}
