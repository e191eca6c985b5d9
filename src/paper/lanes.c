#include "paper/lanes.h"

#include "base/clock.h"
#include "paper/words.h"

#define LABELS 118.0 /* width of the names at the left */
#define MARK_MIN 1.6 /* a flag of a second in three hours is seen, too */
#define TICKS_MAX 8
#define TOP 4.0
#define FOOT 16.0 /* of the axis and its times */

const enum doc_ink lanes_inks[SEVERITY_COUNT] = {DOC_INK_SOFT, DOC_INK_LOW, DOC_INK_MEDIUM,
                                                 DOC_INK_HIGH};

static double x_of(const struct lanes *l, int64_t us)
{
    double part = (double)(us - l->from_us) / (double)MAX(l->to_us - l->from_us, 1);
    return LABELS + (DOC_DRAWING_WIDTH - LABELS) * MIN(MAX(part, 0), 1);
}

static int64_t step_of(int64_t span_us)
{
    static const int seconds[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200};
    for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
        if (span_us / (seconds[i] * SECOND_US) <= TICKS_MAX)
            return seconds[i] * SECOND_US;
    int64_t hours = span_us / (3600 * SECOND_US) / TICKS_MAX + 1;
    return hours * 3600 * SECOND_US;
}

/* Seconds only where the steps have some. */
static struct str tick_text(struct lanes *l, int64_t us, int64_t step)
{
    if (l->media)
        return doc_format(l->d, "%" PRId64 ":%02d", us / (60 * SECOND_US),
                          (int)(us / SECOND_US % 60));
    struct str clock = words_clock(l->d, us);
    return step < 60 * SECOND_US ? clock : str_slice(clock, 0, 5);
}

static void add_tick(struct lanes *l, int64_t at, int64_t step)
{
    double x = x_of(l, at), right = DOC_DRAWING_WIDTH;
    bool first = x<LABELS + 12, last = x> right - 18;
    doc_shape(l->d,
              (struct doc_shape){
                  .ink = DOC_INK_LINE, .x = x - 0.2, .y = TOP, .w = 0.4, .h = l->bottom - TOP + 3});
    doc_shape(l->d, (struct doc_shape){.kind = DOC_LABEL,
                                       .ink = DOC_INK_SOFT,
                                       .x = last    ? right
                                            : first ? MAX(x, LABELS)
                                                    : x,
                                       .y = l->bottom + 10,
                                       .anchor = last    ? DOC_END
                                                 : first ? DOC_START
                                                         : DOC_MIDDLE,
                                       .text = tick_text(l, at, step)});
}

void lanes_begin(struct lanes *l, struct str words, size_t count)
{
    l->to_us = MAX(l->to_us, l->from_us + SECOND_US);
    int64_t step = step_of(l->to_us - l->from_us);
    l->y = TOP - LANES_HEIGHT;
    l->bottom = TOP + LANES_HEIGHT * (double)count + 2;
    doc_drawing(l->d, words, l->bottom + FOOT);
    doc_shape(l->d, (struct doc_shape){.ink = DOC_INK_SOFT,
                                       .x = LABELS,
                                       .y = l->bottom,
                                       .w = DOC_DRAWING_WIDTH - LABELS,
                                       .h = 0.6});
    for (int64_t at = (l->from_us + step - 1) / step * step; at <= l->to_us; at += step)
        add_tick(l, at, step);
}

void lanes_name(struct lanes *l, const char *name)
{
    l->y += LANES_HEIGHT;
    doc_shape(l->d, (struct doc_shape){.kind = DOC_LABEL,
                                       .y = l->y + LANES_HEIGHT - 4.5,
                                       .w = LABELS - 8,
                                       .text = str_from(name)});
}

static void mark(struct lanes *l, int64_t from_us, int64_t to_us, struct doc_shape shape)
{
    shape.x = MIN(x_of(l, from_us), DOC_DRAWING_WIDTH - MARK_MIN);
    shape.w = MAX(x_of(l, to_us) - shape.x, MARK_MIN);
    doc_shape(l->d, shape);
}

void lanes_bar(struct lanes *l, int64_t from_us, int64_t to_us, struct str text)
{
    mark(l, from_us, to_us,
         (struct doc_shape){.ink = DOC_INK_BAR, .y = l->y + 2.5, .h = 8, .text = text});
}

void lanes_gap(struct lanes *l, int64_t from_us, int64_t to_us, struct str text)
{
    struct doc_shape shape = {.ink = DOC_INK_GAP, .y = l->y + 2.5, .h = 8, .text = text};
    mark(l, from_us, to_us, shape);
    shape.kind = DOC_OUTLINE;
    mark(l, from_us, to_us, shape);
}

void lanes_flag(struct lanes *l, enum severity severity, int64_t from_us, int64_t to_us,
                struct str text)
{
    static const double heights[SEVERITY_COUNT] = {3, 4, 7, 10};
    mark(l, from_us, to_us,
         (struct doc_shape){.ink = lanes_inks[severity],
                            .y = l->y + LANES_HEIGHT - 1.5 - heights[severity],
                            .h = heights[severity],
                            .text = text});
}

void lanes_milestone(struct lanes *l, int64_t us, struct str mark, struct str text)
{
    double x = x_of(l, us);
    bool right = x < DOC_DRAWING_WIDTH - 12;
    doc_shape(l->d, (struct doc_shape){.kind = DOC_DIAMOND,
                                       .x = MIN(x - 3, DOC_DRAWING_WIDTH - 6),
                                       .y = l->y + 3.5,
                                       .w = 6,
                                       .h = 6,
                                       .text = text});
    doc_shape(l->d, (struct doc_shape){.kind = DOC_LABEL,
                                       .x = right ? x + 5 : x - 5,
                                       .y = l->y + LANES_HEIGHT - 4,
                                       .text = mark,
                                       .anchor = right ? DOC_START : DOC_END});
}
