/* When the object model looks, and what is told between its looks.
 *
 * It looks on a slow beat, sooner when the picture has changed since its last look, and at once
 * again while the last look disagrees with what is told. All looks are paid from a purse that fills
 * slowly, so an hour costs the same at most whatever happens in it; a part of the purse is kept for
 * confirming what a look on the beat has found.
 *
 * A thing comes into view when two of three looks saw it, and leaves when three in a row did not
 * (two of what was plain to see): a phone in a hand is seen in some looks only, while a false sight
 * rarely comes twice. The number of people is the middle one of the last three looks, and not more
 * than the last one saw: somebody new is told when confirmed, somebody who went at once. */
#include "base/clock.h"
#include "detect/objects.h"

#include <math.h>
#include <string.h>

/* An hour of somebody sitting quietly is 720 looks, of somebody lively 1200. */
#define BEAT_US (5 * SECOND_US)
#define FILL_US (3 * SECOND_US) /* one look more in the purse */
#define PURSE_MAX 12.0
#define PURSE_RESERVE 6.0 /* not for mere changes and guesses */
#define CHANGE_GAP_US SECOND_US
/* A cell is a sixteenth of the picture's width. A hand with a phone that came into view, or
 * somebody who did, changed one by 0.3 to 0.6 within two seconds; a head that talks by 0.02 to 0.1
 * where the person is calm, by 0.3 and more where not. */
#define CHANGE_MIN 0.12F
#define AGE_MAX_US (60 * SECOND_US)
#define SURE_SCORE 0.5F
#define DENIED_US (30 * SECOND_US)
#define DENIED_SCORE_STEP 0.10F /* a clearly better sight is worth a second look all the same */

float object_overlap(const struct detect_object *a, const struct detect_object *b)
{
    float wide = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    float high = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    if (wide <= 0 || high <= 0)
        return 0;
    float both = wide * high;
    return both / (a->width * a->height + b->width * b->height - both);
}

float object_inside(const struct detect_object *a, const struct detect_object *b)
{
    float wide = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    float high = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    return wide <= 0 || high <= 0 ? 0 : wide * high / (a->width * a->height);
}

void objects_watch_init(struct objects_watch *w)
{
    memset(w, 0, sizeof *w);
    w->purse = PURSE_MAX;
}

static double purse_at(const struct objects_watch *w, int64_t time_us)
{
    return fmin(PURSE_MAX, w->purse + (double)(time_us - w->purse_us) / (double)FILL_US);
}

static int clamp_count(enum object_kind kind, int count)
{
    return kind == OBJECT_PERSON ? count : MIN(count, 1); /* one phone is as good as two */
}

/* Does the last look say something else than what is told? */
static bool is_unsettled(const struct objects_watch *w)
{
    if (w->looks < 2)
        return true;
    for (enum object_kind kind = OBJECT_PERSON; kind < OBJECT_KINDS; kind++)
        if (clamp_count(kind, w->kinds[kind].counts[0]) != clamp_count(kind, w->kinds[kind].told))
            return true;
    return false;
}

/* The camera's exposure swings all cells alike: that is no change. */
static bool has_changed(const struct objects_watch *w, const float cells[OBJECT_CELLS])
{
    float shift = 0;
    for (int i = 0; i < OBJECT_CELLS; i++)
        shift += (cells[i] - w->cells[i]) / OBJECT_CELLS;
    for (int i = 0; i < OBJECT_CELLS; i++)
        if (fabsf(cells[i] - w->cells[i] - shift) >= CHANGE_MIN)
            return true;
    return false;
}

bool objects_watch_due(const struct objects_watch *w, int64_t time_us,
                       const float cells[OBJECT_CELLS])
{
    double purse = purse_at(w, time_us);
    int64_t since_us = time_us - w->last_us;
    if (!w->begun)
        return true;
    if (purse < 1)
        return false;
    if (since_us >= BEAT_US || is_unsettled(w))
        return true;
    return purse >= PURSE_RESERVE &&
           (w->curious || (since_us >= CHANGE_GAP_US && has_changed(w, cells)));
}

static int middle(const int8_t counts[3])
{
    int low = MIN(counts[0], counts[1]), high = MAX(counts[0], counts[1]);
    return MAX(low, MIN(high, counts[2]));
}

static void note_kind(struct objects_kind *k, enum object_kind kind,
                      const struct detect_object *seen, size_t len)
{
    int count = 0;
    for (size_t i = 0; i < len; i++)
        count += seen[i].kind == (int32_t)kind;
    memmove(k->counts + 1, k->counts, sizeof k->counts - sizeof k->counts[0]);
    k->counts[0] = (int8_t)MIN(count, DETECT_OBJECTS_MAX);
    int looks = (k->counts[0] > 0) + (k->counts[1] > 0) + (k->counts[2] > 0);
    bool sure = k->list[0].score >= SURE_SCORE;
    bool in_view = k->told == 0 ? looks >= 2 : sure ? k->counts[0] + k->counts[1] > 0 : looks > 0;
    int told = kind == OBJECT_PERSON ? middle(k->counts) : in_view ? MAX(k->counts[0], 1) : 0;
    k->told = (int8_t)told;
    if (told > k->counts[0])
        return; /* not seen now, so it was told before: where it was seen last */
    for (size_t i = 0, at = 0; i < len && (int)at < told; i++)
        if (seen[i].kind == (int32_t)kind)
            k->list[at++] = seen[i];
}

void objects_watch_note(struct objects_watch *w, int64_t time_us, const float cells[OBJECT_CELLS],
                        const struct detect_object *seen, size_t len, bool curious, double cost)
{
    w->purse = fmax(0, purse_at(w, time_us) - cost);
    w->purse_us = w->last_us = time_us;
    w->begun = true;
    w->curious = curious;
    w->looks = MIN(w->looks + 1, 3);
    memcpy(w->cells, cells, sizeof w->cells);
    for (enum object_kind kind = OBJECT_PERSON; kind < OBJECT_KINDS; kind++)
        note_kind(&w->kinds[kind], kind, seen, len);
}

bool objects_watch_is_denied(const struct objects_watch *w, int64_t time_us,
                             const struct detect_object *what)
{
    for (int i = 0; i < OBJECT_DENIED_MAX; i++)
        if (w->denied[i].what.kind == what->kind && time_us < w->denied[i].until_us &&
            what->score < w->denied[i].what.score + DENIED_SCORE_STEP &&
            object_overlap(&w->denied[i].what, what) >= 0.3F)
            return true;
    return false;
}

void objects_watch_deny(struct objects_watch *w, int64_t time_us, const struct detect_object *what)
{
    int at = 0; /* the place that is free soonest */
    for (int i = 1; i < OBJECT_DENIED_MAX; i++)
        if (w->denied[i].until_us < w->denied[at].until_us)
            at = i;
    w->denied[at].what = *what;
    w->denied[at].until_us = time_us + DENIED_US;
}

void objects_watch_tell(const struct objects_watch *w, int64_t time_us, struct detect_objects *ret)
{
    ret->len = -1;
    ret->age_s = -1;
    if (w->looks < 2)
        return;
    ret->len = 0;
    ret->age_s = (float)MIN(time_us - w->last_us, AGE_MAX_US) / (float)SECOND_US;
    for (enum object_kind kind = OBJECT_PERSON; kind < OBJECT_KINDS; kind++) {
        const struct objects_kind *k = &w->kinds[kind];
        int count = kind == OBJECT_PERSON ? MIN(k->told, k->counts[0]) : k->told;
        for (int i = 0; i < count && ret->len < DETECT_OBJECTS_MAX; i++)
            ret->list[ret->len++] = k->list[i];
    }
}
