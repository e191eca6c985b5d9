/* A scan under way is one place in a table of a fixed size: the challenge, and the pictures that
 * are worth keeping so far. `busy` marks one that a look is worked on: nobody else touches it then,
 * and the lock is never held over an examination or a write. */
#include "proctor/face_scan.h"

#include "crypto/crypto.h"
#include "proctor/evidence.h"
#include "proctor/examiners.h"
#include "proctor/steps.h"
#include "proctor/virtual_camera.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIVE_MAX 128              /* scans under way: at most six pictures each */
#define LIVE_US (120 * SECOND_US) /* one that gets no look for longer is forgotten */
#define LOOK_US (SECOND_US / 8)   /* between two looks; the page sends about three a second */
#define HOUR_US (3600 * SECOND_US)
#define STRAIGHT 0 /* of `pictures`; the others are by their prompt */

struct live {
    char id[ID_TEXT_SIZE], session[ID_TEXT_SIZE];
    struct challenge *challenge; /* owned; NULL: the place is free */
    bool busy;
    int64_t captured_ms, looked_us; /* of the last look; monotonic */
    struct buf pictures[CHALLENGE_PROMPTS];
    struct buf template;
};

struct face_scans {
    pthread_mutex_t lock;
    struct live all[LIVE_MAX];
};

static void wipe(struct buf *b)
{
    if (b->ptr)
        crypto_wipe(b->ptr, b->len);
    buf_done(b);
    *b = (struct buf){0};
}

static void forget(struct live *l)
{
    challenge_destroy(l->challenge);
    for (size_t i = 0; i < ARRAY_LEN(l->pictures); i++)
        wipe(&l->pictures[i]);
    wipe(&l->template);
    *l = (struct live){0};
}

bool face_scans_create(struct face_scans **ret, struct error *err)
{
    struct face_scans *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    pthread_mutex_init(&f->lock, NULL);
    *ret = f;
    return true;
}

void face_scans_destroy(struct face_scans *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < LIVE_MAX; i++)
        forget(&f->all[i]);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

static bool check_scanning(const struct proctor *p, struct error *err)
{
    if (!p->examiners || !p->face_scans)
        return error_set(err, ERROR_UNSUPPORTED, "nobody is scanned here");
    return true;
}

/* ---- beginning ---- */

struct beginning {
    struct proctor *p;
    struct str session_id, label;
    int64_t user_ref;
    const char *fake; /* what the camera is instead of one */
    char id[ID_TEXT_SIZE];
};

static bool check_count(struct db *db, struct str session_id, struct error *err)
{
    size_t made;
    if (!scan_count_in(db, session_id, PROFILE_FACE, clock_wall_us() - HOUR_US, &made, err))
        return false;
    if (made >= FACE_SCAN_PER_HOUR)
        return error_set(err, ERROR_THROTTLED,
                         "that were %d scans within an hour; please wait, or contact support",
                         FACE_SCAN_PER_HOUR);
    return true;
}

static bool check_step(struct proctor *p, struct db *db, struct str session_id, int64_t user_ref,
                       enum step step, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct steps steps;
    struct session s;
    if (!session_find_own_in(db, session_id, user_ref, &s, err) ||
        !steps_read_in(p, db, session_id, &arena, &steps, err) || !steps_check(&steps, step, err))
        return false;
    if (step_is_done(&steps, step))
        return error_set(err, ERROR_CONFLICT,
                         "this was scanned already; support can let you scan it again");
    return true;
}

static bool begin_body(struct db *db, void *context, struct error *err)
{
    struct beginning *b = context;
    if (!check_step(b->p, db, b->session_id, b->user_ref, STEP_FACE_SCAN, err) ||
        !session_count_event_in(db, b->session_id, err))
        return false;
    if (b->fake)
        return evidence_add_in(
            db, b->session_id, "camera-refused",
            json_pack("{s:s%, s:s}", "camera", b->label.ptr, b->label.len, "known_as", b->fake),
            err);
    return check_count(db, b->session_id, err) &&
           scan_create_in(db, b->session_id, PROFILE_FACE, SCAN_SCANNING, b->id, err) &&
           evidence_add_in(db, b->session_id, "face-scan",
                           json_pack("{s:s, s:s, s:s%}", "scan", b->id, "state", "scanning",
                                     "camera", b->label.ptr, b->label.len),
                           err);
}

/* A free place; the session's own scan before and the forgotten ones make room. Under the lock. */
static struct live *find_free(struct face_scans *f, struct str session_id)
{
    struct live *free_place = NULL;
    int64_t now = clock_monotonic_us();
    for (size_t i = 0; i < LIVE_MAX; i++) {
        struct live *l = &f->all[i];
        bool own = str_eq(str_from(l->session), session_id);
        if (l->challenge && !l->busy && (own || now - l->looked_us > LIVE_US))
            forget(l);
        if (!l->challenge && !free_place)
            free_place = l;
    }
    return free_place;
}

static bool begin_live(struct face_scans *f, const struct beginning *b, struct face_scan *ret,
                       struct error *err)
{
    struct challenge *challenge;
    uint64_t seed;
    random_bytes(&seed, sizeof seed);
    if (!challenge_create(seed, clock_wall_us(), &challenge, err))
        return false;
    challenge_ask(challenge, clock_wall_us(), &ret->step);
    pthread_mutex_lock(&f->lock);
    struct live *l = find_free(f, b->session_id);
    if (l) {
        *l = (struct live){.challenge = TAKE(challenge),
                           .captured_ms = -1,
                           .looked_us = clock_monotonic_us() - LOOK_US};
        memcpy(l->id, b->id, sizeof l->id);
        str_into(b->session_id, l->session, sizeof l->session);
    }
    pthread_mutex_unlock(&f->lock);
    challenge_destroy(challenge);
    if (!l)
        return error_set(err, ERROR_BUSY,
                         "many candidates are being scanned at the moment; please try again in a "
                         "minute");
    memcpy(ret->id, b->id, sizeof ret->id);
    ret->state = SCAN_SCANNING;
    return true;
}

bool face_scan_begin(struct proctor *p, struct str session_id, int64_t user_ref,
                     struct str camera_label, struct face_scan *ret, struct error *err)
{
    struct beginning b = {.p = p,
                          .session_id = session_id,
                          .label = camera_label,
                          .user_ref = user_ref,
                          .fake = virtual_camera_find(camera_label)};
    if (camera_label.len > FACE_SCAN_LABEL_MAX || !str_is_utf8(camera_label))
        return error_set(err, ERROR_INVALID, "camera: must be text of at most %d bytes",
                         FACE_SCAN_LABEL_MAX);
    if (!check_scanning(p, err) || !db_store_write(p->store, begin_body, &b, err))
        return false;
    if (b.fake)
        return error_set(err, ERROR_CONFLICT,
                         "this camera is a program (%s); please choose the camera of your computer",
                         b.fake);
    return begin_live(p->face_scans, &b, ret, err);
}

/* ---- the end of a scan ---- */

struct ending {
    struct proctor *p;
    struct live *live; /* busy */
    int64_t user_ref;
    enum scan_state state; /* ready or failed */
    const char *reason;
};

static bool keep_parts(struct db *db, const struct ending *e, struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key key;
    struct str id = str_from(e->live->id);
    if (!profile_open_in(e->p, db, e->user_ref, &key, err) ||
        !scan_add_part_in(db, &key, id, "picture", buf_str(&e->live->pictures[STRAIGHT]), err) ||
        !scan_add_part_in(db, &key, id, "template", buf_str(&e->live->template), err))
        return false;
    for (int i = STRAIGHT + 1; i < CHALLENGE_PROMPTS; i++) {
        const char *name = challenge_prompt_name((enum challenge_prompt)i);
        if (e->live->pictures[i].len && name &&
            !scan_add_part_in(db, &key, id, name, buf_str(&e->live->pictures[i]), err))
            return false;
    }
    return true;
}

static bool end_body(struct db *db, void *context, struct error *err)
{
    const struct ending *e = context;
    struct challenge_evidence n;
    struct str id = str_from(e->live->id);
    challenge_evidence(e->live->challenge, &n);
    return scan_move_in(db, id, e->state, err) &&
           (e->state != SCAN_READY || keep_parts(db, e, err)) &&
           evidence_add_in(db, str_from(e->live->session), "face-scan",
                           json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:f, s:f, s:f}", "scan",
                                     e->live->id, "state", scan_state_name(e->state), "reason",
                                     e->reason, "looks", n.looks, "wrong_turns", n.wrong_turns,
                                     "blinks", n.blinks, "likeness", (double)n.likeness, "relief",
                                     (double)n.relief, "stirring", (double)n.stirring),
                           err);
}

/* ---- looks ---- */

static bool not_under_way(struct proctor *p, struct str session_id, int64_t user_ref,
                          struct str scan_id, struct face_scan *ret, struct error *err);

/* The picture of this look, where it is worth keeping. */
static bool keep_picture(struct live *l, const struct challenge_step *step, struct str jpeg,
                         struct error *err)
{
    if (step->keep == CHALLENGE_KEEP_NONE)
        return true;
    struct buf *to =
        &l->pictures[step->keep == CHALLENGE_KEEP_STRAIGHT ? STRAIGHT : (int)step->prompt_kept];
    wipe(to);
    buf_add(to, jpeg);
    return buf_ok(to, err);
}

static bool make_template(struct live *l, struct examine *e, struct error *err)
{
    struct template template;
    struct face_embedding embedding;
    if (!challenge_embedding(l->challenge, &embedding))
        return error_set(err, ERROR_INTERNAL, "a scan that is ready has no face");
    examine_template(e, &template);
    template_add(&template, &embedding);
    wipe(&l->template);
    template_write(&template, &l->template);
    template_wipe(&template);
    crypto_wipe(&embedding, sizeof embedding);
    return buf_ok(&l->template, err);
}

static bool look(struct proctor *p, struct live *l, struct str jpeg, struct challenge_step *ret,
                 struct error *err)
{
    struct examiner *e;
    struct face_look found;
    if (!examiners_take(p->examiners, str_from(l->session), &e, err))
        return false;
    bool good = examine_face(examiner_examine(e), jpeg, &found, err);
    if (good) {
        challenge_take(l->challenge, clock_wall_us(), &found, ret);
        good = keep_picture(l, ret, jpeg, err) &&
               (ret->state != CHALLENGE_READY || make_template(l, examiner_examine(e), err));
    }
    examiners_give(p->examiners, e, false);
    crypto_wipe(&found, sizeof found);
    return good;
}

static bool look_and_end(struct proctor *p, struct live *l, int64_t user_ref, struct str jpeg,
                         struct face_scan *ret, struct error *err)
{
    if (!look(p, l, jpeg, &ret->step, err))
        return false;
    memcpy(ret->id, l->id, sizeof ret->id);
    ret->state = SCAN_SCANNING;
    if (ret->step.state == CHALLENGE_SCANNING)
        return true;
    ret->state = ret->step.state == CHALLENGE_READY ? SCAN_READY : SCAN_FAILED;
    struct ending e = {p, l, user_ref, ret->state, ret->step.reason};
    return db_store_write(p->store, end_body, &e, err);
}

enum claim { CLAIM_NONE = 0, CLAIM_MINE, CLAIM_ABSENT, CLAIM_BUSY, CLAIM_FAST, CLAIM_OLD };

static enum claim claim(struct face_scans *f, struct str session_id, struct str scan_id,
                        int64_t captured_ms, struct face_scan *now, struct live **ret)
{
    enum claim found = CLAIM_ABSENT;
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < LIVE_MAX && found == CLAIM_ABSENT; i++) {
        struct live *l = &f->all[i];
        if (!l->challenge || !str_eq(str_from(l->id), scan_id) ||
            !str_eq(str_from(l->session), session_id))
            continue;
        int64_t at = clock_monotonic_us();
        if (l->busy) {
            found = CLAIM_BUSY;
        } else if (at - l->looked_us < LOOK_US) {
            found = CLAIM_FAST;
        } else if (captured_ms <= l->captured_ms) {
            found = CLAIM_OLD;
            challenge_ask(l->challenge, clock_wall_us(), &now->step);
            memcpy(now->id, l->id, sizeof now->id);
            now->state = SCAN_SCANNING;
        } else {
            found = CLAIM_MINE;
            l->busy = true;
            l->looked_us = at;
            l->captured_ms = captured_ms;
            *ret = l;
        }
    }
    pthread_mutex_unlock(&f->lock);
    return found;
}

static void release(struct face_scans *f, struct live *l, bool over)
{
    pthread_mutex_lock(&f->lock);
    l->busy = false;
    if (over)
        forget(l);
    pthread_mutex_unlock(&f->lock);
}

bool face_scan_look(struct proctor *p, struct str session_id, int64_t user_ref, struct str scan_id,
                    struct str jpeg, int64_t captured_ms, struct face_scan *ret, bool *ret_locked,
                    struct error *err)
{
    struct session s;
    struct live *l = NULL;
    struct face_scan scan = {.state = SCAN_STATE_NONE};
    *ret_locked = false;
    if (!check_scanning(p, err) || !session_find_own(p, session_id, user_ref, &s, err))
        return false;
    switch (claim(p->face_scans, session_id, scan_id, captured_ms, &scan, &l)) {
    case CLAIM_ABSENT:
    case CLAIM_NONE:
        return not_under_way(p, session_id, user_ref, scan_id, ret, err);
    case CLAIM_BUSY:
        *ret_locked = true;
        return error_set(err, ERROR_BUSY, "the picture before is still being looked at");
    case CLAIM_FAST:
        return error_set(err, ERROR_THROTTLED, "pictures come too fast");
    case CLAIM_OLD:
        *ret = scan;
        return true;
    case CLAIM_MINE:
        break;
    }
    bool good = look_and_end(p, l, user_ref, jpeg, &scan, err);
    release(p->face_scans, l, good && scan.state != SCAN_SCANNING);
    if (good)
        *ret = scan;
    return good;
}

/* ---- scans that are not under way ---- */

struct access {
    struct proctor *p;
    struct str session_id, scan_id;
    int64_t user_ref;
    struct scan scan;
    struct buf *to;
};

static bool find_own_in(struct db *db, struct access *a, struct session *ret, struct error *err)
{
    return session_find_own_in(db, a->session_id, a->user_ref, ret, err) &&
           scan_find_in(db, a->session_id, a->scan_id, PROFILE_FACE, &a->scan, err);
}

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct session s;
    return find_own_in(db, context, &s, err);
}

/* The server was started anew, or another scan was begun, or it was left alone for too long. */
static bool not_under_way(struct proctor *p, struct str session_id, int64_t user_ref,
                          struct str scan_id, struct face_scan *ret, struct error *err)
{
    struct access a = {.p = p, .session_id = session_id, .scan_id = scan_id, .user_ref = user_ref};
    if (!db_store_read(p->store, find_body, &a, err))
        return false;
    bool lost = a.scan.state == SCAN_SCANNING || a.scan.state == SCAN_FAILED;
    *ret = (struct face_scan){.state = lost ? SCAN_FAILED : a.scan.state,
                              .step = {.of = CHALLENGE_OF, .done = lost ? 0 : CHALLENGE_OF}};
    memcpy(ret->id, a.scan.id, sizeof ret->id);
    if (lost)
        snprintf(ret->step.reason, sizeof ret->step.reason,
                 "This scan was broken off. Please scan again.");
    return true;
}

static bool confirm_body(struct db *db, void *context, struct error *err)
{
    struct access *a = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct policy policy;
    struct session s;
    if (!find_own_in(db, a, &s, err) ||
        !session_read_policy_in(db, a->session_id, &arena, &policy, err))
        return false;
    if (s.state >= SESSION_RECORDING)
        return error_set(err, ERROR_CONFLICT, "the check-in is over");
    if (a->scan.state == SCAN_CONFIRMED)
        return true;
    if (a->scan.state != SCAN_READY)
        return error_set(err, ERROR_CONFLICT, "this scan is not ready; please scan again");
    struct profile_scan kept = {.part = PROFILE_FACE,
                                .scan_id = a->scan_id,
                                .session_id = a->session_id,
                                .name = str_from(s.candidate),
                                .face_score = -2,
                                .name_score = -1};
    return scan_move_in(db, a->scan_id, SCAN_CONFIRMED, err) &&
           profile_keep_in(a->p, db, a->user_ref, &policy, &kept, err);
}

bool face_scan_confirm(struct proctor *p, struct str session_id, int64_t user_ref,
                       struct str scan_id, struct error *err)
{
    struct access a = {.p = p, .session_id = session_id, .scan_id = scan_id, .user_ref = user_ref};
    return db_store_write(p->store, confirm_body, &a, err);
}

static bool picture_body(struct db *db, void *context, struct error *err)
{
    struct access *a = context;
    CLEANUP(seal_key_wipe) struct seal_key key;
    struct session s;
    if (!find_own_in(db, a, &s, err))
        return false;
    if (a->scan.state != SCAN_READY && a->scan.state != SCAN_CONFIRMED)
        return error_set(err, ERROR_CONFLICT, "this scan is not ready");
    return profile_key_in(a->p, db, a->user_ref, &key, err) &&
           scan_part_in(db, &key, a->scan_id, "picture", a->to, err);
}

bool face_scan_picture(struct proctor *p, struct str session_id, int64_t user_ref,
                       struct str scan_id, struct buf *to, struct error *err)
{
    struct access a = {
        .p = p, .session_id = session_id, .scan_id = scan_id, .user_ref = user_ref, .to = to};
    return db_store_read(p->store, picture_body, &a, err);
}
