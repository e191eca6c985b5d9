/* The child: models first, then the sandbox, then the recording on descriptor 0. It has the rules,
 * too, only to know which looks are worth a thumbnail; the parent decides by its own. */
#include "analysis/follow.h"
#include "analysis/message.h"
#include "analysis/sandbox.h"
#include "analysis/who.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/stages.h"
#include "media/reader.h"
#include "media/webm_index.h"
#include "nn/nn.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRESS_EVERY 8               /* looks */
#define STILL_US (5 * SECOND_US)       /* of the recording between two stills... */
#define STILL_CLOCK_US (2 * SECOND_US) /* ...and no more often than that */

/* Stages of the work beside those of the detectors, which have their names (base/stages.h). */
#define STAGE_START "start: models, sandbox"
#define STAGE_DECODE "demux, decode"
#define STAGE_SOUND "sound"
#define STAGE_IDENTITY "identity"
#define STAGE_THUMBNAIL "thumbnail"
#define STAGE_RULES "rules, pipe"

struct decoder {
    struct stages *stages;       /* owned; NULL: times are not taken */
    struct detect *detect;       /* owned */
    struct who *who;             /* owned; NULL of a screen */
    struct sound_detect *sound;  /* owned; NULL when no rule needs it */
    struct frame_scaler *scaler; /* owned */
    struct rules *rules;         /* owned */
    struct webm_index *index;    /* owned; NULL when the recording is a file */
    struct reader *reader;       /* owned */
    struct buf jpeg;             /* owned */
    uint64_t bytes;              /* read in sequence */
    int64_t interval_us;         /* from look to look */
    size_t still_side;           /* pixels; 0: nobody watches */
    int64_t next_still_us;       /* of the recording */
    int64_t next_still_clock_us; /* monotonic */
};

static void decoder_done(struct decoder *d)
{
    reader_close(d->reader);
    webm_index_destroy(d->index);
    rules_destroy(d->rules);
    frame_scaler_destroy(d->scaler);
    sound_detect_destroy(d->sound);
    who_destroy(d->who);
    detect_destroy(d->detect);
    buf_done(&d->jpeg);
    stages_destroy(d->stages);
}

/* The options the parent gives; nobody else calls this. */
struct decoder_options {
    const char *models; /* borrowed */
    struct policy policy;
    bool enrolled, screen, stages, stills;
};

static bool read_options(int argc, char **argv, struct decoder_options *ret, struct error *err)
{
    ret->enrolled = argc > 3 && strcmp(argv[3], "enrolled") == 0;
    ret->screen = argc > 3 && strcmp(argv[3], "screen") == 0;
    bool known = argc > 3 && (ret->enrolled || ret->screen || strcmp(argv[3], "camera") == 0);
    for (int i = 4; i < argc; i++) {
        bool stages = strcmp(argv[i], "stages") == 0, stills = strcmp(argv[i], "stills") == 0;
        ret->stages = ret->stages || stages;
        ret->stills = ret->stills || stills;
        known = known && (stages || stills);
    }
    if (!known)
        return error_set(err, ERROR_INVALID, "decoder is started by analyze and worker only");
    ret->models = argv[1];
    return policy_parse(str_from(argv[2]), &ret->policy, err);
}

static void ignore_flag(void *context, uint32_t index, const struct flag *flag)
{
    (void)context;
    (void)index;
    (void)flag;
}

static bool tell_sound(void *context, const struct sound_observation *heard, struct error *err)
{
    const struct decoder *d = context;
    struct sound_observation o = *heard;
    const char *wrong;
    if (!sound_fields_tidy(&o, &wrong)) /* the parent's rules see the same rounded numbers */
        return error_set(err, ERROR_INTERNAL, "a detector gave %s out of its range", wrong);
    return rules_hear(d->rules, &o, ignore_flag, NULL, err) &&
           message_send(STDOUT_FILENO, MESSAGE_SOUND, str_bytes(&o, sizeof o), STR(""), err);
}

static bool take_sound(void *context, const struct sound *s, struct error *err)
{
    struct decoder *d = context;
    if (s->time_us > MESSAGE_TIME_MAX_US - SECOND_US)
        return error_set(err, ERROR_TOO_LARGE, "it is longer than two days");
    const char *before = stages_enter(d->stages, STAGE_SOUND);
    bool ok = sound_detect_take(d->sound, s->time_us, s->samples, s->len, err);
    stages_enter(d->stages, before);
    return ok;
}

static bool prepare(struct decoder *d, int argc, char **argv, struct error *err)
{
    struct decoder_options given = {0};
    struct detect_options options;
    const struct sound_ear ear = {tell_sound, d};
    struct stat st;
    int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
    /* Libraries' complaints about a stranger's bytes are of no use to anybody, but the sandbox lets
     * them be written: so it must be nowhere. */
    if (nothing < 0 || dup2(nothing, STDERR_FILENO) < 0)
        return error_errno(err, errno, "/dev/null");
    bool file = fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode);
    if (!read_options(argc, argv, &given, err) ||
        (given.stages && !stages_create(STAGE_START, &d->stages, err)))
        return false;
    const bool screen = given.screen;
    if (given.stills)
        d->still_side = screen ? MESSAGE_SCREEN_SIDE : MESSAGE_PICTURE_SIDE;
    d->interval_us = screen ? DETECT_SCREEN_INTERVAL_US : DETECT_INTERVAL_US;
    rules_ask(&given.policy, screen, &options);
    options.stages = d->stages;
    /* The largest model first: what loading it takes for a moment is used by the others again. */
    if ((!screen && !who_create(given.models, &given.policy, given.enrolled, &d->who, err)) ||
        !detect_create_wanted(given.models, &options, &d->detect, err) ||
        (!screen && rules_listen(&given.policy) && !sound_detect_create(&ear, &d->sound, err)) ||
        !frame_scaler_create(&d->scaler, err) || !rules_create(&given.policy, &d->rules, err) ||
        (!file && !webm_index_create(&d->index, err)) || !sandbox_close(err))
        return false;
    CLEANUP(freep) char *all_models = NULL;
    malloc_trim(0); /* what loading took for a moment: a fifth of all */
    if (d->who && !who_enrol(d->who, detect_models(d->detect), &all_models, err))
        return false;
    return message_send(STDOUT_FILENO, MESSAGE_READY, str_bytes(nn_isa(), strlen(nn_isa()) + 1),
                        str_from(all_models ? all_models : detect_models(d->detect)), err);
}

static void take_bytes(void *context, struct str bytes)
{
    struct decoder *d = context;
    d->bytes += bytes.len;
    if (d->index)
        webm_index_feed(d->index, bytes);
}

static bool look_at(struct decoder *d, struct frame *f, struct error *err)
{
    struct observation o;
    memset(&o, 0, sizeof o); /* the bytes between the members cross the pipe, too */
    if (!detect_look(d->detect, f, &o, err))
        return false;
    stages_enter(d->stages, STAGE_IDENTITY);
    if (d->who && !who_look(d->who, d->detect, f, &o, err))
        return false;
    stages_enter(d->stages, STAGE_RULES);
    const char *wrong;
    if (!fields_tidy(&o, &wrong)) /* the parent's rules see the same rounded numbers */
        return error_set(err, ERROR_INTERNAL, "a detector gave %s out of its range", wrong);
    if (rules_wants_picture(d->rules, &o)) {
        stages_enter(d->stages, STAGE_THUMBNAIL);
        buf_clear(&d->jpeg);
        if (!frame_to_jpeg(d->scaler, f, MESSAGE_PICTURE_SIDE, &d->jpeg, err) ||
            !buf_ok(&d->jpeg, err))
            return error_wrap(err, "thumbnail");
        stages_enter(d->stages, STAGE_RULES);
        if (d->jpeg.len <= MESSAGE_JPEG_MAX &&
            !message_send(STDOUT_FILENO, MESSAGE_PICTURE, str_bytes(&o.time_us, sizeof o.time_us),
                          buf_str(&d->jpeg), err))
            return false;
    }
    return rules_feed(d->rules, &o, ignore_flag, NULL, err) &&
           message_send(STDOUT_FILENO, MESSAGE_OBSERVATION, str_bytes(&o, sizeof o), STR(""), err);
}

/* For people who watch. What the rules see does not depend on it, so it may go by the clock, too:
 * whoever catches up with a long recording does not draw all of it. */
static bool tell_still(struct decoder *d, struct frame *f, struct error *err)
{
    if (!d->still_side || f->time_us < d->next_still_us ||
        clock_monotonic_us() < d->next_still_clock_us)
        return true;
    d->next_still_us = f->time_us + STILL_US;
    d->next_still_clock_us = clock_monotonic_us() + STILL_CLOCK_US;
    stages_enter(d->stages, STAGE_THUMBNAIL);
    buf_clear(&d->jpeg);
    if (!frame_to_jpeg(d->scaler, f, (int)d->still_side, &d->jpeg, err) || !buf_ok(&d->jpeg, err))
        return error_wrap(err, "still");
    return d->jpeg.len > MESSAGE_JPEG_MAX ||
           message_send(STDOUT_FILENO, MESSAGE_STILL, str_bytes(&f->time_us, sizeof f->time_us),
                        buf_str(&d->jpeg), err);
}

static bool look_through(struct decoder *d, struct error *err)
{
    const struct reader_tap tap = {take_bytes, d};
    if (!reader_open(STDIN_FILENO, &tap, &d->reader, err))
        return false;
    const struct reader_info *info = reader_info(d->reader);
    const struct reader_ear ear = {take_sound, d};
    struct error deaf;
    /* Sound that cannot be decoded is no reason not to look. */
    if (d->sound && !reader_hear(d->reader, &ear, &deaf) &&
        (!info->has_video || deaf.code == ERROR_NO_MEMORY))
        return error_set(err, deaf.code, "%s", deaf.message);
    const struct message_info claims = {.duration_us = info->duration_us};
    if (!message_send(STDOUT_FILENO, MESSAGE_INFO, str_bytes(&claims, sizeof claims), STR(""), err))
        return false;

    const bool glances = detect_wants_glances(d->detect);
    int64_t next_us = 0, next_glance_us = glances ? 0 : INT64_MAX;
    for (uint64_t looks = 0;;) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        stages_enter(d->stages, STAGE_DECODE);
        if (!reader_next(d->reader, MIN(next_us, next_glance_us), &f, err))
            return false;
        if (!f)
            return !d->sound || sound_detect_end(d->sound, err);
        if (f->time_us > MESSAGE_TIME_MAX_US)
            return error_set(err, ERROR_TOO_LARGE, "it is longer than two days");
        if (glances)
            next_glance_us = (f->time_us / DETECT_GLANCE_US + 1) * DETECT_GLANCE_US;
        if (f->time_us < next_us) {
            detect_glance(d->detect, f);
            continue;
        }
        if (!look_at(d, f, err) || !tell_still(d, f, err))
            return false;
        /* On a grid, so that looks do not drift apart when pictures come a little late. */
        next_us = (f->time_us / d->interval_us + 1) * d->interval_us;
        const struct message_progress progress = {f->time_us, d->bytes};
        if (looks++ % PROGRESS_EVERY == 0 &&
            !message_send(STDOUT_FILENO, MESSAGE_PROGRESS, str_bytes(&progress, sizeof progress),
                          STR(""), err))
            return false;
    }
}

static bool tell_stages(struct decoder *d, struct error *err)
{
    struct stage stage;
    for (size_t i = 0; stages_get(d->stages, i, &stage); i++) {
        struct message_stage m = {.cpu_us = stage.cpu_us, .entries = stage.entries};
        strncpy(m.name, stage.name, sizeof m.name - 1);
        if (!message_send(STDOUT_FILENO, MESSAGE_STAGE, str_bytes(&m, sizeof m), STR(""), err))
            return false;
    }
    return true;
}

static bool say_end(struct decoder *d, struct error *err)
{
    CLEANUP(buf_done) struct buf head = {0};
    uint64_t skip;
    int64_t duration_us;
    struct error no_head;
    if (d->index && webm_index_head(d->index, &head, &skip, &duration_us, &no_head) &&
        head.len <= MESSAGE_PAYLOAD_MAX - sizeof skip &&
        !message_send(STDOUT_FILENO, MESSAGE_HEAD, str_bytes(&skip, sizeof skip), buf_str(&head),
                      err))
        return false;
    struct reader_stats stats = reader_stats(d->reader);
    const struct message_end end = {
        .duration_us = MIN(stats.last_time_us, MESSAGE_TIME_MAX_US),
        .frames = stats.frames,
        .damaged_packets = stats.damaged_packets,
        .time_jumps = stats.time_jumps,
    };
    return message_send(STDOUT_FILENO, MESSAGE_END, str_bytes(&end, sizeof end), STR(""), err);
}

int decoder_main(int argc, char **argv)
{
    struct decoder d = {0};
    struct error err = {0}, unheard;
    bool ok = prepare(&d, argc, argv, &err) && look_through(&d, &err) && tell_stages(&d, &err) &&
              say_end(&d, &err);
    if (!ok && err.code != ERROR_CLOSED) /* closed: the parent is gone */
        (void)!message_send_error(STDOUT_FILENO, &err, &unheard);
    decoder_done(&d);
    _exit(ok ? 0 : 1); /* the libraries' own farewells may need calls that are not allowed now */
}
