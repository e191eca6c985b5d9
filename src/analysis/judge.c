#include "analysis/judge.h"

#include "analysis/report.h"

#include <stdlib.h>

void findings_take(void *findings, uint32_t index, const struct flag *flag)
{
    struct findings *f = findings;
    if (index == f->len && f->len == f->room) {
        size_t room = MAX(f->room * 2, 16);
        struct flag *more = reallocarray(f->flags, room, sizeof *more);
        f->no_memory = f->no_memory || !more;
        f->flags = more ? more : f->flags;
        f->room = more ? room : f->room;
    }
    if (index == f->len && f->len < f->room)
        f->len++;
    if (index < f->len)
        f->flags[index] = *flag;
}

static int compare(const void *a, const void *b) { return report_flag_order(a, b); }

bool findings_arrange(struct findings *f, struct error *err)
{
    if (f->no_memory)
        return error_no_memory(err);
    if (f->len)
        qsort(f->flags, f->len, sizeof *f->flags, compare);
    return true;
}

void findings_done(struct findings *f)
{
    free(f->flags);
    *f = (struct findings){0};
}

static bool run(struct track_reader *track, const struct policy *policy, struct findings *found,
                struct error *err)
{
    CLEANUP(rules_destroyp) struct rules *rules = NULL;
    struct track_item item;
    if (!rules_create(policy, &rules, err))
        return false;
    do {
        if (!track_next(track, &item, err) ||
            (item.kind == TRACK_LOOK &&
             !rules_feed(rules, &item.look, findings_take, found, err)) ||
            (item.kind == TRACK_SOUND &&
             !rules_hear(rules, &item.sound, findings_take, found, err)))
            return false;
    } while (item.kind != TRACK_END);
    return rules_end(rules, track_about(track).duration_us, findings_take, found, err) &&
           findings_arrange(found, err);
}

bool judge_track(struct track_reader *track, const struct policy *policy, struct findings *ret,
                 struct error *err)
{
    struct findings found = {0};
    if (!run(track, policy, &found, err)) {
        findings_done(&found);
        return false;
    }
    *ret = found;
    return true;
}
