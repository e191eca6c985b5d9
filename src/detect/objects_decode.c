/* CenterNet: one map a class whose peaks are the middles of things, and how far each reaches.
 *
 * The network's own tail (sigmoid, 3x3 maximum, the best hundred) is cut off: peaks are the same
 * before the sigmoid, which is then needed for the few that are left. */
#include "detect/objects.h"

#include <math.h>

static bool is_peak(const float *map, int columns, int rows, int x, int y)
{
    float value = map[(y * columns + x) * OBJECT_CLASSES];
    for (int down = MAX(y - 1, 0); down <= MIN(y + 1, rows - 1); down++)
        for (int right = MAX(x - 1, 0); right <= MIN(x + 1, columns - 1); right++)
            if (map[(down * columns + right) * OBJECT_CLASSES] > value)
                return false;
    return true;
}

/* Keeps the list sorted, the best first; the worst falls off its end. */
static void insert(struct object_candidate *list, size_t *len, const struct object_candidate *c)
{
    size_t at = *len;
    while (at > 0 && list[at - 1].score < c->score)
        at--;
    if (at == OBJECT_CANDIDATES_MAX)
        return;
    if (*len < OBJECT_CANDIDATES_MAX)
        ++*len;
    for (size_t i = *len - 1; i > at; i--)
        list[i] = list[i - 1];
    list[at] = *c;
}

static float overlap(const struct object_candidate *a, const struct object_candidate *b)
{
    float wide = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    float high = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    if (wide <= 0 || high <= 0)
        return 0;
    float both = wide * high;
    return both / (a->width * a->height + b->width * b->height - both);
}

static void find_peaks(int width, int height, const float *logits, const float *reach, int kind,
                       float score_min, struct object_candidate *list, size_t *len)
{
    int columns = width / OBJECT_STRIDE, rows = height / OBJECT_STRIDE;
    float logit_min = logf(score_min / (1 - score_min)), limit = 2 * (float)MAX(width, height);
    const float *map = logits + kind;
    for (int i = 0; i < columns * rows; i++) {
        float logit = map[i * OBJECT_CLASSES];
        if (!(logit >= logit_min) || /* not a number is no thing */
            !is_peak(map, columns, rows, i % columns, i / columns))
            continue;
        const float *r = reach + (ptrdiff_t)i * 4;
        float x = (float)(i % columns * OBJECT_STRIDE), y = (float)(i / columns * OBJECT_STRIDE);
        struct object_candidate c = {
            .kind = kind,
            .score = 1 / (1 + expf(-logit)),
            .x = x - r[0],
            .y = y - r[1],
            .width = r[0] + r[2],
            .height = r[1] + r[3],
        };
        if (c.width >= 1 && c.height >= 1 && c.width <= limit && c.height <= limit &&
            fabsf(c.x) <= limit && fabsf(c.y) <= limit)
            insert(list, len, &c);
    }
}

size_t objects_decode(int width, int height, const float *logits, const float *reach,
                      const int *kinds, size_t kinds_len, float score_min, float overlap_max,
                      struct object_candidate ret[OBJECT_CANDIDATES_MAX])
{
    struct object_candidate all[OBJECT_CANDIDATES_MAX];
    size_t len = 0, kept = 0;
    for (size_t i = 0; i < kinds_len; i++)
        find_peaks(width, height, logits, reach, kinds[i], score_min, all, &len);
    for (size_t i = 0; i < len; i++) {
        bool known = false;
        for (size_t k = 0; k < kept && !known; k++)
            known = ret[k].kind == all[i].kind && overlap(&all[i], &ret[k]) > overlap_max;
        if (!known)
            ret[kept++] = all[i];
    }
    return kept;
}
