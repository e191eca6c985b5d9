#include "detect/face_detector.h"

#include "detect/network.h"

#include <math.h>
#include <stdlib.h>

struct face_detector {
    int side;
    struct network network; /* owned; outputs 0 to 3: logits16, logits32, numbers16, numbers32 */
};

bool face_detector_create(const struct detector_setup *setup, int side, struct face_detector **ret,
                          struct error *err)
{
    static const char *const grids[] = {"Identity", "Identity_1", "Identity_2", "Identity_3"};
    int64_t fine = (int64_t)(side / 16) * (side / 16) * 2;
    int64_t coarse = (int64_t)(side / 32) * (side / 32) * 6;
    struct face_detector *d = calloc(1, sizeof *d);
    if (!d)
        return error_no_memory(err);
    d->side = side;
    struct network *n = &d->network;
    bool ok = network_load(n, setup, "blazeface", NULL, side, side, grids, ARRAY_LEN(grids), err);
    if (ok && (network_numbers(n, 0) != fine || network_numbers(n, 1) != coarse ||
               network_numbers(n, 2) != fine * 16 || network_numbers(n, 3) != coarse * 16))
        ok = error_set(err, ERROR_INVALID, "the model's outputs are not those of a face detector");
    if (!ok) {
        face_detector_destroy(d);
        return false;
    }
    *ret = d;
    return true;
}

void face_detector_destroy(struct face_detector *d)
{
    if (!d)
        return;
    network_done(&d->network);
    free(d);
}

float *face_detector_input(struct face_detector *d)
{
    return nn_runner_input(d->network.run, NULL);
}

bool face_detector_run(struct face_detector *d, float score_min, float overlap_max,
                       struct face_candidate ret[FACE_CANDIDATES_MAX], size_t *ret_len,
                       struct error *err)
{
    const struct nn_runner *run = d->network.run;
    if (!nn_run(d->network.run, err))
        return false;
    *ret_len = face_detector_decode(d->side, nn_runner_output(run, 0, NULL),
                                    nn_runner_output(run, 2, NULL), nn_runner_output(run, 1, NULL),
                                    nn_runner_output(run, 3, NULL), score_min, overlap_max, ret);
    return true;
}

/* ---- decoding ---- */

static float overlap(const struct face_candidate *a, const struct face_candidate *b)
{
    float wide = fminf(a->x + a->width / 2, b->x + b->width / 2) -
                 fmaxf(a->x - a->width / 2, b->x - b->width / 2);
    float high = fminf(a->y + a->height / 2, b->y + b->height / 2) -
                 fmaxf(a->y - a->height / 2, b->y - b->height / 2);
    if (wide <= 0 || high <= 0)
        return 0;
    float both = wide * high;
    return both / (a->width * a->height + b->width * b->height - both);
}

/* Keeps the list sorted, the best first; the worst falls off its end. */
static void insert(struct face_candidate *list, size_t *len, const struct face_candidate *c)
{
    size_t at = *len;
    while (at > 0 && list[at - 1].score < c->score)
        at--;
    if (at == FACE_CANDIDATES_MAX)
        return;
    if (*len < FACE_CANDIDATES_MAX)
        ++*len;
    for (size_t i = *len - 1; i > at; i--)
        list[i] = list[i - 1];
    list[at] = *c;
}

static void decode_grid(int side, int stride, int per_cell, const float *logits,
                        const float *numbers, float score_min, struct face_candidate *list,
                        size_t *len)
{
    int cells = side / stride, anchors = cells * cells * per_cell;
    float logit_min = logf(score_min / (1 - score_min));
    for (int i = 0; i < anchors; i++) {
        if (!(logits[i] >= logit_min)) /* not a number is no face */
            continue;
        int column = i / per_cell % cells, row = i / per_cell / cells;
        float x = ((float)column + 0.5f) * (float)stride, y = ((float)row + 0.5f) * (float)stride;
        const float *n = numbers + (ptrdiff_t)i * 16;
        struct face_candidate c = {
            .score = 1 / (1 + expf(-logits[i])),
            .x = x + n[0],
            .y = y + n[1],
            .width = n[2],
            .height = n[3],
            .eyes = {{x + n[4], y + n[5]}, {x + n[6], y + n[7]}},
        };
        float limit = 2 * (float)side;
        if (c.width >= 1 && c.height >= 1 && c.width <= limit && c.height <= limit &&
            fabsf(c.x) <= limit && fabsf(c.y) <= limit)
            insert(list, len, &c);
    }
}

size_t face_detector_decode(int side, const float *logits16, const float *numbers16,
                            const float *logits32, const float *numbers32, float score_min,
                            float overlap_max, struct face_candidate ret[FACE_CANDIDATES_MAX])
{
    struct face_candidate all[FACE_CANDIDATES_MAX];
    size_t len = 0, kept = 0;
    decode_grid(side, 16, 2, logits16, numbers16, score_min, all, &len);
    decode_grid(side, 32, 6, logits32, numbers32, score_min, all, &len);
    for (size_t i = 0; i < len; i++) {
        bool known = false;
        for (size_t k = 0; k < kept && !known; k++)
            known = overlap(&all[i], &ret[k]) > overlap_max;
        if (!known)
            ret[kept++] = all[i];
    }
    return kept;
}
