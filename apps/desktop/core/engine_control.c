/* The thread that talks with the server and moves the phases. */
#include "app_core/engine_private.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_US (300 * INT64_C(1000))
#define POLL_US (4 * SECOND_US)  /* what the server and the page say of the session */
#define BEAT_US (15 * SECOND_US) /* a quarter of what the server takes for silence */

struct control {
    struct engine *e;
    struct http *http; /* owned; NULL before there is a server */
    int64_t start_us, next_poll_us, next_beat_us;
    char told_phase[16];
    int told_percent;
    struct link_session session; /* as last heard */
    bool heard;
    bool checked_once;
    char hosted[NATIVE_ID_SIZE]; /* the plugin that may speak with the app */
};

static bool take(struct engine *e, bool *flag)
{
    pthread_mutex_lock(&e->lock);
    bool is = *flag;
    *flag = false;
    pthread_mutex_unlock(&e->lock);
    return is;
}

static void set_connected(struct engine *e, bool connected)
{
    pthread_mutex_lock(&e->lock);
    e->view.connected = connected;
    pthread_mutex_unlock(&e->lock);
}

static struct login login_of(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    struct login l = e->kept.login;
    pthread_mutex_unlock(&e->lock);
    return l;
}

static bool connect_to(struct control *c, const char *origin, struct error *err)
{
    struct http *http;
    if (!c->e->p->http(origin, &http, err))
        return false;
    http_destroy(c->http);
    c->http = http;
    return true;
}

/* The session is not known any more, or was ended from elsewhere: begin anew. */
static void forget(struct control *c, const char *why)
{
    struct engine *e = c->e;
    struct error ignored;
    pthread_mutex_lock(&e->lock);
    bool begun = e->kept.begun;
    if (!begun)
        e->view.phase = PHASE_PAIR;
    pthread_mutex_unlock(&e->lock);
    if (begun) { /* its folder stays for its 72 hours: nothing that was recorded is thrown away */
        engine_say(e, "The server does not know this session any more: %s", why);
        return;
    }
    if (!keep_remove(e->p, login_of(e).session, &ignored))
        engine_say(e, "%s", ignored.message);
    else
        engine_say(e, "%s", why);
}

/* ---- pairing ---- */

static void take_link_file(struct control *c)
{
    char path[DISK_PATH_MAX];
    CLEANUP(buf_done) struct buf link = {0};
    struct error why;
    snprintf(path, sizeof path, "%s/link", c->e->p->data);
    if (!disk_read(path, 2048, &link, NULL))
        return;
    if (!disk_remove(path, &why))
        engine_say(c->e, "%s", why.message);
    else if (link.len)
        engine_pair(c->e, buf_str(&link));
    else {
        pthread_mutex_lock(&c->e->lock);
        c->e->called = true; /* started once more: show the window */
        pthread_mutex_unlock(&c->e->lock);
    }
}

static bool adopt(struct control *c, const struct login *l, struct error *err)
{
    struct engine *e = c->e;
    struct kept k = {.login = *l, .made_us = clock_wall_us()};
    pthread_mutex_lock(&e->lock);
    bool same = strcmp(e->kept.login.session, l->session) == 0 && e->view.phase > PHASE_PAIR;
    bool held = e->kept.begun && e->view.phase < PHASE_DONE;
    if (same) {
        k.key = e->kept.key;
        k.begun = e->kept.begun;
        k.made_us = e->kept.made_us;
    }
    pthread_mutex_unlock(&e->lock);
    if (held && !same)
        return error_set(err, ERROR_CONFLICT,
                         "the recording of another exam is still here; it must be sent first");
    if (!same)
        vault_key_create(&k.key);
    if (!keep_write(e->p, &k, err))
        return false;
    pthread_mutex_lock(&e->lock);
    e->kept = k;
    if (!same) {
        e->view.phase = PHASE_CONSENT;
        memset(e->view.points, 0, sizeof e->view.points);
        c->checked_once = false;
    }
    pthread_mutex_unlock(&e->lock);
    vault_wipe(&k, sizeof k);
    c->next_poll_us = 0;
    c->told_phase[0] = '\0';
    return true;
}

static void pair(struct control *c)
{
    struct engine *e = c->e;
    struct login l;
    struct error why = {0};
    int64_t server_us;
    pthread_mutex_lock(&e->lock);
    struct pairing p = e->pairing;
    pthread_mutex_unlock(&e->lock);
    bool good = connect_to(c, p.origin, &why) && link_pair(c->http, &p, PT_VERSION, e->p->name,
                                                           e->program_hash, &l, &server_us, &why);
    set_connected(e, good || why.code != ERROR_CLOSED);
    if (!good || !adopt(c, &l, &why))
        engine_say(e, "%s", why.message);
    vault_wipe(&l, sizeof l);
    pthread_mutex_lock(&e->lock);
    e->view.busy = false;
    pthread_mutex_unlock(&e->lock);
}

/* ---- what the server says ---- */

static bool keep_agreement(struct engine *e, const struct link_session *s)
{
    if (e->has_agreement)
        return true;
    buf_add(&e->agreement, buf_str(&s->agreement));
    buf_add_char(&e->agreement, '\0');
    struct error why;
    bool good = buf_ok(&e->agreement, &why);
    pthread_mutex_lock(&e->lock);
    e->has_agreement = good;
    pthread_mutex_unlock(&e->lock);
    return good;
}

/* Staff may let a point pass, and the page has one of its own. */
static void take_points(struct control *c)
{
    struct engine *e = c->e;
    pthread_mutex_lock(&e->lock);
    for (enum point p = POINT_NONE + 1; p < POINTS_LEN; p++) {
        enum link_check now = c->session.checks[p];
        if (now == LINK_CHECK_OVERRIDDEN)
            e->view.points[p].state = POINT_OVERRIDDEN;
        else if (p == POINT_BROWSER || c->session.recording)
            e->view.points[p].state = now == LINK_CHECK_PASSED   ? POINT_PASSED
                                      : now == LINK_CHECK_FAILED ? POINT_FAILED
                                                                 : POINT_WAITING;
        if (p == POINT_BROWSER) {
            memcpy(e->view.points[p].problem, c->session.problems[p], CHECK_TEXT_SIZE);
            memcpy(e->view.points[p].mend, c->session.mends[p], CHECK_TEXT_SIZE);
        }
    }
    pthread_mutex_unlock(&e->lock);
}

/* Not before the agreement: until then nothing is put anywhere. Tried once for a plugin, since an
 * exam goes on without it. */
static void host_plugin(struct control *c)
{
    const struct platform *p = c->e->p;
    const char *id = c->session.plugin;
    struct error why;
    if (!p->plugin_host || !id[0] || strcmp(id, c->hosted) == 0 ||
        engine_phase(c->e) < PHASE_CHECKING)
        return;
    snprintf(c->hosted, sizeof c->hosted, "%s", id);
    if (!p->plugin_host(p->context, id, &why))
        engine_say(c->e, "The browser's plugin cannot reach the app: %s", why.message);
}

static void take_session(struct control *c, int64_t asked_us)
{
    struct engine *e = c->e;
    struct link_session *s = &c->session;
    struct error why;
    int64_t now_us = clock_wall_us();
    pthread_mutex_lock(&e->lock);
    e->recording = s->recording;
    e->skew_us = asked_us + (now_us - asked_us) / 2 - s->server_us;
    pthread_mutex_unlock(&e->lock);
    if (!e->programs && !programs_create(s->policy, &e->programs, &why))
        engine_say(e, "%s", why.message);
    if (!keep_agreement(e, s))
        engine_say(e, "Out of memory.");
    take_points(c);
    host_plugin(c);
    if ((s->finished || s->over) && engine_phase(e) < PHASE_STOPPED &&
        !engine_move(e, SITTING_FINISHED, &why))
        engine_say(e, "%s", why.message);
    c->heard = true;
}

static void poll(struct control *c)
{
    struct engine *e = c->e;
    struct login l = login_of(e);
    struct link_session s = {0};
    struct error why = {0};
    int64_t asked_us = clock_wall_us();
    c->next_poll_us = clock_monotonic_us() + POLL_US;
    if (!c->http && !connect_to(c, l.origin, &why)) {
        engine_say(e, "%s", why.message);
        return;
    }
    bool good = link_session(c->http, &l, &s, &why);
    set_connected(e, good);
    vault_wipe(&l, sizeof l);
    if (good) {
        link_session_done(&c->session);
        c->session = s;
        take_session(c, asked_us);
    } else if (why.code == ERROR_UNAUTHORIZED || why.code == ERROR_NOT_FOUND) {
        forget(c, why.message);
    }
}

static void beat(struct control *c)
{
    struct engine *e = c->e;
    struct error why;
    pthread_mutex_lock(&e->lock);
    const char *phase = phase_name(e->view.phase);
    int percent = e->view.percent;
    pthread_mutex_unlock(&e->lock);
    int64_t now_us = clock_monotonic_us();
    if (!c->http || (strcmp(phase, c->told_phase) == 0 && percent == c->told_percent &&
                     now_us < c->next_beat_us))
        return;
    struct login l = login_of(e);
    c->next_beat_us = now_us + BEAT_US;
    if (link_beat(c->http, &l, phase, percent, (now_us - c->start_us) / SECOND_US, &why)) {
        snprintf(c->told_phase, sizeof c->told_phase, "%s", phase);
        c->told_percent = percent;
    }
    vault_wipe(&l, sizeof l);
}

/* ---- the seven points ---- */

static bool run_point(struct control *c, enum point p, struct facts *f, struct check *ret,
                      struct error *err)
{
    const struct platform *os = c->e->p;
    const struct check_policy policy = {c->session.second_screen, c->session.headphones,
                                        c->e->programs};
    struct camera_look camera = {.cameras = 0};
    struct sound_look sound = {.inputs = 0};
    struct network_look network;
    struct login l;
    switch (p) {
    case POINT_CAMERA:
        return os->camera(os->context, &camera, err) && check_camera(&camera, ret, err);
    case POINT_MICROPHONE:
        return os->microphone(os->context, &sound, err) &&
               check_microphone(&sound, f, &policy, ret, err);
    case POINT_DISPLAYS:
        return check_displays(f, &policy, ret, err);
    case POINT_NETWORK:
        l = login_of(c->e);
        return link_probe(c->http, &l, &network, err) && check_network(&network, ret, err);
    case POINT_MACHINE:
        return check_machine(f, ret, err);
    case POINT_PROGRAMS:
        return check_programs(f, &policy, ret, err);
    case POINT_NONE:
    case POINT_BROWSER:
    case POINTS_LEN:
        break;
    }
    return error_set(err, ERROR_INTERNAL, "no such point");
}

static void show_point(struct engine *e, enum point p, enum point_state state, const char *problem,
                       const char *mend)
{
    pthread_mutex_lock(&e->lock);
    e->view.points[p].state = state;
    fact_text(e->view.points[p].problem, CHECK_TEXT_SIZE, str_from(problem));
    fact_text(e->view.points[p].mend, CHECK_TEXT_SIZE, str_from(mend));
    pthread_mutex_unlock(&e->lock);
}

static void check_point(struct control *c, enum point p, struct facts *f)
{
    CLEANUP(check_done) struct check check = {.passed = false};
    struct login l = login_of(c->e);
    struct error why;
    show_point(c->e, p, POINT_RUNNING, "", "");
    if (!run_point(c, p, f, &check, &why))
        show_point(c->e, p, POINT_FAILED, why.message, "Please check again.");
    else if (!link_check(c->http, &l, p, &check, &why))
        show_point(c->e, p, POINT_FAILED, why.message,
                   "The result did not reach the server. Please check again.");
    else
        show_point(c->e, p, check.passed ? POINT_PASSED : POINT_FAILED, check.problem, check.mend);
    vault_wipe(&l, sizeof l);
}

static bool point_is_done(struct engine *e, enum point p)
{
    pthread_mutex_lock(&e->lock);
    enum point_state state = e->view.points[p].state;
    pthread_mutex_unlock(&e->lock);
    return state == POINT_PASSED || state == POINT_OVERRIDDEN;
}

/* One after the other, each as soon as the one before is done; a failed one stops none of them. */
static void check_all(struct control *c)
{
    CLEANUP(freep) struct facts *f = calloc(1, sizeof *f);
    const struct platform *os = c->e->p;
    struct error why;
    if (!f || !os->facts(os->context, f, &why)) {
        engine_say(c->e, "%s", f ? why.message : "Out of memory.");
        return;
    }
    for (enum point p = POINT_CAMERA; p < POINT_BROWSER; p++)
        if (!point_is_done(c->e, p))
            check_point(c, p, f);
}

static void go_on_checking(struct control *c)
{
    struct error why;
    bool all = true;
    if (!c->heard)
        return;
    if (c->session.checking && (!c->checked_once || take(c->e, &c->e->wants_again))) {
        c->checked_once = true;
        check_all(c);
    }
    for (enum point p = POINT_NONE + 1; p < POINTS_LEN; p++)
        all = all && point_is_done(c->e, p);
    if (all && !engine_move(c->e, SITTING_CHECKED, &why))
        engine_say(c->e, "%s", why.message);
}

/* ---- beginning and ending ---- */

static bool begin(struct control *c, struct error *err)
{
    struct engine *e = c->e;
    pthread_mutex_lock(&e->lock);
    struct kept k = e->kept;
    pthread_mutex_unlock(&e->lock);
    k.begun = true;
    bool good = keep_write(e->p, &k, err);
    vault_wipe(&k, sizeof k);
    if (!good)
        return false;
    pthread_mutex_lock(&e->lock);
    e->kept.begun = true;
    e->begun_us = clock_monotonic_us();
    good = e->journal || engine_open_spools(e, err);
    good = good && sitting_move(&e->view.phase, SITTING_BEGIN, err);
    pthread_cond_broadcast(&e->signal);
    pthread_mutex_unlock(&e->lock);
    return good;
}

static void end_if_sent(struct control *c)
{
    struct engine *e = c->e;
    struct error why;
    pthread_mutex_lock(&e->lock);
    bool sent = e->all_sent;
    pthread_mutex_unlock(&e->lock);
    if (!sent)
        return;
    struct login l = login_of(e);
    /* Told before anything is removed: the page waits for it. */
    if (link_beat(c->http, &l, phase_name(PHASE_DONE), 100,
                  (clock_monotonic_us() - c->start_us) / SECOND_US, &why) &&
        engine_move(e, SITTING_SENT, &why) && !keep_remove(e->p, l.session, &why))
        engine_say(e, "%s", why.message);
    vault_wipe(&l, sizeof l);
}

static void step(struct control *c)
{
    struct engine *e = c->e;
    struct error why = {0};
    enum phase phase = engine_phase(e);
    bool good = true;
    if (phase > PHASE_PAIR && phase < PHASE_DONE && clock_monotonic_us() >= c->next_poll_us)
        poll(c);
    switch (engine_phase(e)) {
    case PHASE_CONSENT:
        if (c->heard && take(e, &e->wants_agree))
            good = engine_move(e, SITTING_AGREED, &why);
        break;
    case PHASE_CHECKING:
        go_on_checking(c);
        break;
    case PHASE_READY:
        if (take(e, &e->wants_begin))
            good = begin(c, &why);
        break;
    case PHASE_MONITORING:
    case PHASE_STOPPED:
        if (take(e, &e->wants_upload))
            good = engine_move(e, SITTING_UPLOAD, &why);
        break;
    case PHASE_UPLOADING:
        end_if_sent(c);
        break;
    case PHASE_NONE:
    case PHASE_PAIR:
    case PHASE_DONE:
        break;
    }
    if (!good)
        engine_say(e, "%s", why.message);
    if (engine_phase(e) > PHASE_PAIR && engine_phase(e) < PHASE_DONE)
        beat(c);
}

void *engine_control_main(void *engine)
{
    struct control c = {.e = engine, .start_us = clock_monotonic_us(), .told_percent = -1};
    do {
        take_link_file(&c);
        if (take(c.e, &c.e->wants_pair))
            pair(&c);
        step(&c);
    } while (engine_wait(c.e, TICK_US));
    link_session_done(&c.session);
    http_destroy(c.http);
    return NULL;
}
