#include "analysis/series.h"

static struct series_bucket *bucket_at(const struct series *s, int64_t time_us)
{
    if (time_us < s->from_us)
        return NULL;
    int64_t i = (time_us - s->from_us) / s->bucket_us;
    return i < (int64_t)s->len ? &s->buckets[i] : NULL;
}

static void widen(struct series_span *span, float value)
{
    span->least = span->n ? MIN(span->least, value) : value;
    span->most = span->n ? MAX(span->most, value) : value;
    span->n++;
}

static void add_likeness(struct series_span *span, const struct detect_likeness *l)
{
    bool compared =
        l->state == IDENTITY_MATCH || l->state == IDENTITY_UNSURE || l->state == IDENTITY_MISMATCH;
    if (compared && l->samples > 0)
        widen(span, l->similarity);
}

/* A look at a screen tells of no faces. */
static void add_look(struct series_bucket *b, const struct observation *o)
{
    if (o->screen.known || o->faces_len < 0)
        return;
    widen(&b->faces, (float)o->faces_len);
    if (o->faces_len == 0)
        return;
    add_likeness(&b->enrolled, &o->identity.enrolled);
    add_likeness(&b->earlier, &o->identity.earlier);
    b->unchecked += o->identity.enrolled.state == IDENTITY_UNCHECKED ||
                    o->identity.earlier.state == IDENTITY_UNCHECKED;
}

bool series_add(struct series *s, struct track_reader *track, int64_t start_us, struct error *err)
{
    struct track_item item;
    do {
        if (!track_next(track, &item, err))
            return false;
        struct series_bucket *b = NULL;
        if (item.kind == TRACK_LOOK && (b = bucket_at(s, start_us + item.look.time_us)))
            add_look(b, &item.look);
        else if (item.kind == TRACK_SOUND && (b = bucket_at(s, start_us + item.sound.time_us)))
            widen(&b->level, item.sound.rms_db);
    } while (item.kind != TRACK_END);
    return true;
}
