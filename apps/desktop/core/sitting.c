#include "app_core/sitting.h"

static const char *const names[] = {
    [PHASE_NONE] = "none",       [PHASE_PAIR] = "none",
    [PHASE_CONSENT] = "consent", [PHASE_CHECKING] = "checking",
    [PHASE_READY] = "ready",     [PHASE_MONITORING] = "monitoring",
    [PHASE_STOPPED] = "stopped", [PHASE_UPLOADING] = "uploading",
    [PHASE_DONE] = "done",
};

/* From which phase to which; an exam can also be over before monitoring began. */
static const struct {
    enum sitting_input input;
    enum phase first, last, to;
} moves[] = {
    {SITTING_PAIRED, PHASE_PAIR, PHASE_PAIR, PHASE_CONSENT},
    {SITTING_AGREED, PHASE_CONSENT, PHASE_CONSENT, PHASE_CHECKING},
    {SITTING_CHECKED, PHASE_CHECKING, PHASE_CHECKING, PHASE_READY},
    {SITTING_BEGIN, PHASE_READY, PHASE_READY, PHASE_MONITORING},
    {SITTING_FINISHED, PHASE_CONSENT, PHASE_MONITORING, PHASE_STOPPED},
    {SITTING_UPLOAD, PHASE_MONITORING, PHASE_STOPPED, PHASE_UPLOADING},
    {SITTING_SENT, PHASE_UPLOADING, PHASE_UPLOADING, PHASE_DONE},
};

const char *phase_name(enum phase p) { return (size_t)p < ARRAY_LEN(names) ? names[p] : "none"; }

bool phase_monitors(enum phase p) { return p == PHASE_MONITORING; }

bool sitting_move(enum phase *phase, enum sitting_input input, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        if (moves[i].input != input)
            continue;
        if (*phase >= moves[i].to)
            return true;
        if (*phase < moves[i].first || *phase > moves[i].last)
            break;
        *phase = moves[i].to;
        return true;
    }
    return error_set(err, ERROR_CONFLICT, "this is not what comes now");
}
