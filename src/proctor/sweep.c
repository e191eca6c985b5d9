#include "proctor/sweep.h"

#include "base/arena.h"
#include "proctor/app_link.h"
#include "proctor/evidence.h"
#include "proctor/provider.h"
#include "proctor/retention.h"
#include "proctor/session.h"
#include "proctor/stream.h"
#include "proctor/summary.h"
#include "proctor/upload.h"

#define SWEEP_MAX 200      /* sessions of a kind in one round */
#define APP_SWEEP_MAX 2000 /* apps: mostly of sessions that have ended */

typedef bool sweep_one(struct proctor *p, struct str session_id, struct error *err);

static const struct {
    enum session_wait what;
    sweep_one *deal;
} rounds[] = {
    {SESSION_WAIT_SILENT, session_note_silence},
    {SESSION_WAIT_ABANDONED, provider_exam_ended},
    {SESSION_WAIT_UPLOAD, upload_expire},
};

static bool sign_chains(struct proctor *p, int64_t now_us, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct str *ids;
    size_t len;
    if (!evidence_unsigned(p, now_us - EVIDENCE_SIGN_US, SWEEP_MAX, &arena, &ids, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!evidence_checkpoint(p, ids[i], err))
            return error_wrap(err, "session " STR_FMT, STR_ARG(ids[i]));
    return true;
}

bool sweep(struct proctor *p, int64_t now_us, struct error *err)
{
    struct error why;
    bool good = stream_expire(p, now_us, err);
    if (!summary_refresh_stale(p, SWEEP_MAX, &why) && good)
        good = error_set(err, why.code, "%s", why.message);
    if (!app_link_note_silence(p, now_us, APP_SWEEP_MAX, &why) && good)
        good = error_set(err, why.code, "%s", why.message);
    if (!sign_chains(p, now_us, &why) && good)
        good = error_set(err, why.code, "%s", why.message);
    for (size_t r = 0; r < ARRAY_LEN(rounds); r++) {
        CLEANUP(arena_done) struct arena arena = {0};
        struct str *ids = NULL;
        size_t len = 0;
        if (!session_waiting(p, rounds[r].what, now_us, SWEEP_MAX, &arena, &ids, &len, &why) &&
            good)
            good = error_set(err, why.code, "%s", why.message);
        for (size_t i = 0; i < len; i++)
            if (!rounds[r].deal(p, ids[i], &why) && good)
                good = error_set(err, why.code, "session " STR_FMT ": %s", STR_ARG(ids[i]),
                                 why.message);
    }
    if (!retention_sweep(p, now_us, &why) && good)
        good = error_set(err, why.code, "%s", why.message);
    return good;
}
