#include "proctor/steps.h"

#include "proctor/exam.h"
#include "proctor/scan.h"
#include "proctor/screen_consent.h"

#include <string.h>

/* ---- what each step needs ---- */

static bool started(const struct steps *s) { return s->session.state >= SESSION_RECORDING; }

static bool plugin_needed(const struct steps *s) { return s->policy.checkin.plugin; }
static bool plugin_done(const struct steps *s) { return started(s) || s->plugin.seen_us; }

static bool instructions_done(const struct steps *s)
{
    return s->session.accepted_us[DOCUMENT_INSTRUCTIONS] || s->session.state >= SESSION_AGREED;
}
static bool agreement_done(const struct steps *s) { return s->session.state >= SESSION_AGREED; }

/* A practice test makes the profile; a real exam does where none counts. What was scanned in this
 * session stays a step of it, so that the list does not change under the candidate. */
static bool scans_needed(const struct steps *s, enum profile_part part)
{
    return s->practice || s->scanned[part] || !profile_counts(&s->profile, &s->policy);
}
static bool part_done(const struct steps *s, enum profile_part part)
{
    return started(s) || s->profile.parts[part].state == PROFILE_PART_KEPT;
}
static bool face_needed(const struct steps *s)
{
    return s->policy.checkin.face_scan && scans_needed(s, PROFILE_FACE);
}
static bool face_done(const struct steps *s) { return part_done(s, PROFILE_FACE); }
static bool id_needed(const struct steps *s)
{
    return s->policy.checkin.id_scan && scans_needed(s, PROFILE_ID);
}
static bool id_done(const struct steps *s) { return part_done(s, PROFILE_ID); }

static bool app_needed(const struct steps *s) { return s->policy.checkin.app; }
static bool app_done(const struct steps *s) { return started(s) || s->app.state == APP_CONNECTED; }

static bool check_done(const struct steps *s)
{
    bool done = true;
    for (size_t i = 0; i < ARRAY_LEN(s->checks); i++)
        done = done && check_is_done(&s->checks[i]);
    return started(s) || done;
}

static bool screen_needed(const struct steps *s) { return s->policy.checkin.screen; }
static bool screen_done(const struct steps *s) { return started(s) || s->screen_us; }

static bool exam_done(const struct steps *s) { return s->session.state >= SESSION_ENDED; }
static bool upload_done(const struct steps *s) { return s->session.state >= SESSION_UPLOADED; }
static bool receipt_done(const struct steps *s)
{
    (void)s;
    return false; /* it can be looked at for ever */
}

/* In the guide's order. Without `needed` every session has it. */
static const struct {
    const char *name;
    bool (*needed)(const struct steps *s);
    bool (*done)(const struct steps *s);
    const char *todo; /* for who comes to a later one too early */
} rows[STEPS] = {
    [STEP_PLUGIN] = {"plugin", plugin_needed, plugin_done, "add the plugin to the browser"},
    [STEP_INSTRUCTIONS] = {"instructions", NULL, instructions_done, "accept the instructions"},
    [STEP_AGREEMENT] = {"agreement", NULL, agreement_done, "accept the agreement"},
    [STEP_FACE_SCAN] = {"face-scan", face_needed, face_done, "scan your face"},
    [STEP_ID_SCAN] = {"id-scan", id_needed, id_done, "scan your photo ID"},
    [STEP_APP] = {"app", app_needed, app_done, "run the desktop app"},
    [STEP_SYSTEM_CHECK] = {"system-check", NULL, check_done, "finish the system check"},
    [STEP_SCREEN] = {"screen", screen_needed, screen_done, "share your entire screen"},
    [STEP_CAMERA] = {"camera", NULL, started, "press \"Start Proctoring\""},
    [STEP_EXAM] = {"exam", NULL, exam_done, "sit the exam"},
    [STEP_UPLOAD] = {"upload", NULL, upload_done, "upload what was recorded"},
    [STEP_RECEIPT] = {"receipt", NULL, receipt_done, ""},
};

const char *step_name(enum step step)
{
    return step > STEP_NONE && step < STEPS ? rows[step].name : "none";
}

bool step_is_needed(const struct steps *s, enum step step)
{
    return step > STEP_NONE && step < STEPS && (!rows[step].needed || rows[step].needed(s));
}

bool step_is_done(const struct steps *s, enum step step) { return rows[step].done(s); }

enum step steps_current(const struct steps *s)
{
    enum step step = STEP_NONE + 1;
    while (step < STEP_RECEIPT && (!step_is_needed(s, step) || step_is_done(s, step)))
        step++;
    return step;
}

/* Where a profile must be approved before an exam, having scanned is not enough. */
static bool check_approval(const struct steps *s, struct error *err)
{
    bool scans = s->policy.checkin.face_scan || s->policy.checkin.id_scan;
    if (s->practice || !scans || profile_counts(&s->profile, &s->policy))
        return true;
    return error_set(err, ERROR_CONFLICT,
                     "id-scan: your identity profile has to be approved before this exam; a person "
                     "looks at it, please come back later or contact support");
}

bool steps_check(const struct steps *s, enum step step, struct error *err)
{
    if (!step_is_needed(s, step))
        return error_set(err, ERROR_CONFLICT, "%s: this session does not have this step",
                         step_name(step));
    for (enum step i = STEP_NONE + 1; i < step; i++)
        if (step_is_needed(s, i) && !step_is_done(s, i))
            return error_set(err, ERROR_CONFLICT, "%s: please %s first", rows[i].name,
                             rows[i].todo);
    return step < STEP_CAMERA || check_approval(s, err);
}

/* ---- reading ---- */

bool steps_read_in(struct proctor *p, struct db *db, struct str session_id, struct arena *arena,
                   struct steps *ret, struct error *err)
{
    struct proctored_exam exam;
    struct steps *s = ret;
    if (!session_find_in(db, session_id, &s->session, err) ||
        !proctored_exam_find_in(db, str_from(s->session.exam_id), &exam, err) ||
        !session_read_policy_in(db, session_id, arena, &s->policy, err) ||
        !profile_find_in(p, db, s->session.user_ref, arena, &s->profile, err) ||
        !scan_confirmed_in(db, session_id, PROFILE_FACE, &s->scanned[PROFILE_FACE], err) ||
        !scan_confirmed_in(db, session_id, PROFILE_ID, &s->scanned[PROFILE_ID], err) ||
        !check_list_in(db, session_id, arena, s->checks, err) ||
        !app_link_find_in(db, session_id, arena, &s->app, err) ||
        !plugin_find_in(db, session_id, arena, &s->plugin, err) ||
        !screen_consent_find_in(db, session_id, &s->screen_us, err))
        return false;
    s->practice = exam.practice;
    return true;
}

struct read_steps {
    struct proctor *p;
    struct str session_id;
    int64_t user_ref; /* of steps_read_own() */
    struct arena *arena;
    struct steps *ret;
};

static bool read_body(struct db *db, void *context, struct error *err)
{
    struct read_steps *r = context;
    return steps_read_in(r->p, db, r->session_id, r->arena, r->ret, err);
}

bool steps_read(struct proctor *p, struct str session_id, struct arena *arena, struct steps *ret,
                struct error *err)
{
    struct read_steps r = {p, session_id, 0, arena, ret};
    return db_store_read(p->store, read_body, &r, err);
}

static bool read_own_body(struct db *db, void *context, struct error *err)
{
    struct read_steps *r = context;
    struct session s;
    return session_find_own_in(db, r->session_id, r->user_ref, &s, err) &&
           steps_read_in(r->p, db, r->session_id, r->arena, r->ret, err);
}

bool steps_read_own(struct proctor *p, struct str session_id, int64_t user_ref, struct arena *arena,
                    struct steps *ret, struct error *err)
{
    struct read_steps r = {p, session_id, user_ref, arena, ret};
    return db_store_read(p->store, read_own_body, &r, err);
}
