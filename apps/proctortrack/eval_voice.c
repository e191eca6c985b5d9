/* Voice activity as such, apart from any threshold: each half second of sound that lies wholly in
 * speech, or wholly in something else, is a sample with the detector's score. */
#include "eval.h"

#include "analysis/track.h"
#include "base/clock.h"

#include <string.h>

enum heard { HEARD_UNKNOWN = 0, HEARD_SPEECH, HEARD_OTHER };

static enum heard what_is_heard(const struct truth_file *file, double from_s, double to_s)
{
    bool other = false;
    for (size_t i = 0; i < file->spans_len; i++) {
        const struct truth_span *s = &file->spans[i];
        double singing = 0, near = file->tolerance_s;
        if (!s->sound || to_s <= s->from_s - near || from_s >= s->to_s + near)
            continue;
        bool inside = from_s >= s->from_s && to_s <= s->to_s;
        if (truth_is(s->labels, "kind", "speech")) /* at its edges nothing is known */
            return inside ? HEARD_SPEECH : HEARD_UNKNOWN;
        if (truth_number(s->labels, "singing", &singing) && singing > 0)
            return HEARD_UNKNOWN;
        other = other || inside;
    }
    return other ? HEARD_OTHER : HEARD_UNKNOWN;
}

bool eval_hear(struct eval *e, const struct truth_file *file, struct str track, struct error *err)
{
    CLEANUP(track_closep) struct track_reader *r = NULL;
    struct track_item item;
    if (!track_open(track, &r, err))
        return false;
    for (;;) {
        if (!track_next(r, &item, err))
            return false;
        if (item.kind == TRACK_END)
            return buf_ok(&e->voice.speech, err) && buf_ok(&e->voice.other, err);
        if (item.kind != TRACK_SOUND)
            continue;
        double from_s = (double)item.sound.time_us / (double)SECOND_US;
        double to_s = from_s + (double)SOUND_OBSERVATION_US / (double)SECOND_US;
        double score = (double)item.sound.speech;
        enum heard heard = what_is_heard(file, from_s, to_s);
        if (heard != HEARD_UNKNOWN)
            buf_add(heard == HEARD_SPEECH ? &e->voice.speech : &e->voice.other,
                    str_bytes(&score, sizeof score));
    }
}

/* The bytes of a buf are as aligned as malloc() makes them. */
static double *numbers(struct buf *b, size_t *ret_len)
{
    *ret_len = b->len / sizeof(double);
    return (double *)(void *)b->ptr;
}

void eval_voice_done(struct eval *e)
{
    size_t speech_len, other_len;
    double *speech = numbers(&e->voice.speech, &speech_len);
    double *other = numbers(&e->voice.other, &other_len);
    e->voice.auc = score_auc(speech, speech_len, other, other_len);
    e->voice.speech_len = speech_len;
    e->voice.other_len = other_len;
}
