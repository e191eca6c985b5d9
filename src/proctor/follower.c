/* Acknowledged bytes go from the sealed stream through the decoder child; what comes back becomes
 * rows at once, so that flags are seen while the exam goes on. Every write renews the claim in the
 * same transaction: a follower that has lost its stream writes nothing any more. */
#include "proctor/follower.h"

#include "analysis/follow.h"
#include "analysis/track.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "proctor/evidence.h"
#include "proctor/flag.h"
#include "proctor/live.h"
#include "proctor/observation.h"
#include "proctor/session.h"
#include "proctor/stream.h"
#include "proctor/summary.h"

#include <stdlib.h>
#include <string.h>

#define FEED_STEP ((size_t)64 << 10) /* well under a second of decoding */
#define RENEW_US (ANALYSIS_LEASE_US / 3)
/* A microphone that is on has noise of its own, of -80 dBFS and more; one that is muted gives
 * zeros, of which the codec makes nothing louder than this. */
#define SILENT_DB (-95.0F)
#define PICTURES_KEPT 16 /* a picture comes just before the flags that name it */

struct raised {
    struct flag flag;
    bool dirty;         /* not yet written */
    int64_t picture_us; /* of the picture that is written; -1: none */
    struct buf picture; /* sealed, not yet written */
};

struct follower {
    const struct follower_options *options;
    const struct analysis_job *job;
    struct follow *follow;      /* owned */
    struct stream_read *reader; /* owned */
    struct seal_key key;
    struct policy policy;
    int64_t start_us;
    uint64_t fed, available;
    bool ended;
    int64_t renewed_us;   /* monotonic */
    struct raised *flags; /* owned; by index */
    size_t flags_len, flags_room;
    struct track_writer *track; /* owned */
    int64_t first_face_us;      /* media time of the first face; -1: none yet */
    bool first_face_written;
    struct {
        int64_t time_us;
        struct buf jpeg;
    } pictures[PICTURES_KEPT];
    size_t next_picture;
    enum stream_kind kind;
    struct buf still;       /* sealed, not yet written */
    int64_t still_us;       /* of the recording */
    int64_t silent_from_us; /* media time since when nothing at all is heard; -1: it is */
    bool muted, muted_written;
    struct error trouble; /* from an event, which cannot report it */
};

/* ---- what comes back ---- */

static void on_look(void *context, const struct observation *o)
{
    struct follower *f = context;
    if (f->trouble.code == ERROR_NONE)
        (void)!track_write_look(f->track, o, &f->trouble);
    if (f->first_face_us < 0 && o->faces_len > 0)
        f->first_face_us = o->time_us;
}

static void on_sound(void *context, const struct sound_observation *o)
{
    struct follower *f = context;
    if (f->trouble.code == ERROR_NONE)
        (void)!track_write_sound(f->track, o, &f->trouble);
    if (o->rms_db > SILENT_DB)
        f->silent_from_us = -1;
    else if (f->silent_from_us < 0)
        f->silent_from_us = o->time_us;
    f->muted = f->silent_from_us >= 0 && o->time_us - f->silent_from_us >= LIVE_MUTED_US;
}

static void on_still(void *context, const struct follow_picture *still)
{
    struct follower *f = context;
    buf_clear(&f->still);
    if (still->jpeg.len <= LIVE_STILL_MAX && f->trouble.code == ERROR_NONE &&
        live_still_seal(&f->key, str_from(f->job->stream_id), still->jpeg, &f->still, &f->trouble))
        f->still_us = still->time_us;
}

static void on_picture(void *context, const struct follow_picture *picture)
{
    struct follower *f = context;
    if (picture->jpeg.len > FLAG_PICTURE_MAX)
        return;
    size_t at = f->next_picture++ % PICTURES_KEPT;
    buf_clear(&f->pictures[at].jpeg);
    buf_add(&f->pictures[at].jpeg, picture->jpeg);
    f->pictures[at].time_us = picture->time_us;
}

static struct str find_picture(const struct follower *f, int64_t time_us)
{
    for (size_t i = 0; i < PICTURES_KEPT; i++)
        if (f->pictures[i].jpeg.len && f->pictures[i].time_us == time_us)
            return buf_str(&f->pictures[i].jpeg);
    return STR("");
}

static bool make_room(struct follower *f, uint32_t index)
{
    if (index < f->flags_len)
        return true;
    if (index >= f->flags_room) {
        size_t room = MAX((size_t)index + 1, f->flags_room * 2);
        struct raised *more = realloc(f->flags, room * sizeof *more);
        if (!more)
            return error_no_memory(&f->trouble);
        f->flags = more;
        f->flags_room = room;
    }
    while (f->flags_len <= index)
        f->flags[f->flags_len++] = (struct raised){.picture_us = -1};
    return true;
}

static void on_flag(void *context, uint32_t index, const struct flag *flag)
{
    struct follower *f = context;
    if (index >= FLAG_PER_STREAM_MAX || !make_room(f, index))
        return;
    struct raised *r = &f->flags[index];
    r->flag = *flag;
    r->dirty = true;
    struct str jpeg = find_picture(f, flag->best_us);
    if (jpeg.len == 0 || r->picture_us == flag->best_us)
        return;
    buf_clear(&r->picture);
    if (flag_picture_seal(&f->key, str_from(f->job->stream_id), index, jpeg, &r->picture,
                          &f->trouble))
        r->picture_us = flag->best_us;
}

/* ---- writing ---- */

static bool put_flags(struct db *db, struct follower *f, struct error *err)
{
    struct str stream_id = str_from(f->job->stream_id), session_id = str_from(f->job->session_id);
    for (size_t i = 0; i < f->flags_len; i++) {
        struct raised *r = &f->flags[i];
        if (r->dirty &&
            !flag_put_in(db, session_id, stream_id, f->start_us, (uint32_t)i, &r->flag, err))
            return false;
        if (r->picture.len &&
            !flag_put_picture_in(db, stream_id, (uint32_t)i, buf_str(&r->picture), err))
            return false;
    }
    return true;
}

static void flags_written(struct follower *f)
{
    for (size_t i = 0; i < f->flags_len; i++) {
        f->flags[i].dirty = false;
        buf_done(&f->flags[i].picture);
    }
}

/* A milestone of the session: the first of its streams that shows somebody. */
static bool put_first_face(struct db *db, struct follower *f, struct error *err)
{
    struct str session_id = str_from(f->job->session_id);
    bool known;
    if (f->first_face_us < 0 || f->first_face_written)
        return true;
    return evidence_has_in(db, session_id, "first-face", &known, err) &&
           (known || evidence_add_in(db, session_id, "first-face",
                                     json_pack("{s:s, s:I}", "stream", f->job->stream_id, "at_us",
                                               (json_int_t)(f->start_us + f->first_face_us)),
                                     err));
}

/* What those who watch see. */
static bool put_live(struct db *db, struct follower *f, struct error *err)
{
    struct str session_id = str_from(f->job->session_id);
    const struct live_still still = {.session_id = session_id,
                                     .stream_id = str_from(f->job->stream_id),
                                     .kind = f->kind,
                                     .taken_us = f->start_us + f->still_us,
                                     .sealed = buf_str(&f->still)};
    return (f->still.len == 0 || live_still_put_in(db, &still, err)) &&
           (f->muted == f->muted_written || live_muted_in(db, session_id, f->muted, err));
}

static bool flush_body(struct db *db, void *context, struct error *err)
{
    struct follower *f = context;
    return analysis_job_renew_in(db, str_from(f->job->stream_id), f->options->owner, f->fed, err) &&
           put_flags(db, f, err) && flag_tell_live_in(db, str_from(f->job->session_id), err) &&
           put_first_face(db, f, err) && put_live(db, f, err) &&
           summary_refresh_in(db, str_from(f->job->session_id), err);
}

/* Writes what is new; without news only now and then, for the claim's sake. */
static bool flush(struct follower *f, struct error *err)
{
    int64_t now = clock_monotonic_us();
    bool news =
        now - f->renewed_us >= RENEW_US || (f->first_face_us >= 0 && !f->first_face_written);
    if (f->trouble.code != ERROR_NONE)
        return error_set(err, f->trouble.code, "%s", f->trouble.message);
    for (size_t i = 0; i < f->flags_len; i++)
        news = news || f->flags[i].dirty;
    news = news || f->still.len > 0 || f->muted != f->muted_written;
    if (!news)
        return true;
    if (!db_store_write(f->options->p->store, flush_body, f, err))
        return false;
    f->renewed_us = now;
    f->first_face_written = f->first_face_us >= 0;
    f->muted_written = f->muted;
    buf_clear(&f->still);
    flags_written(f);
    return true;
}

struct ending {
    struct follower *follower;
    const struct analysis_end *end;
    struct str sealed_head, sealed_track;
};

static bool end_body(struct db *db, void *context, struct error *err)
{
    struct ending *e = context;
    struct follower *f = e->follower;
    struct str stream_id = str_from(f->job->stream_id);
    return analysis_job_end_in(db, stream_id, f->options->owner, e->end, e->sealed_head, err) &&
           (e->sealed_track.len == 0 || observation_put_in(db, stream_id, e->sealed_track, err)) &&
           put_flags(db, f, err) && put_first_face(db, f, err) &&
           flag_drop_from_in(db, stream_id, (uint32_t)f->flags_len, err) &&
           flag_tell_live_in(db, str_from(f->job->session_id), err) &&
           summary_refresh_in(db, str_from(f->job->session_id), err);
}

/* What is said of the stream in its track comes from the row: only now is its digest final. */
static bool seal_track(struct follower *f, const struct analysis_end *end, struct buf *to,
                       struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf track = {0};
    char sha256[STR_HEX_MAX(SHA256_SIZE)];
    struct stream stream;
    if (!stream_get(f->options->p, str_from(f->job->session_id), str_from(f->job->stream_id),
                    &arena, &stream, err))
        return false;
    str_to_hex(str_bytes(stream.sha256, sizeof stream.sha256), sha256);
    const struct track_about about = {
        .name = str_from(f->job->stream_id),
        .sha256 = str_from(sha256),
        .models = end->models,
        .isa = end->isa,
        .bytes = end->fed,
        .frames = end->frames,
        .damaged_packets = end->damaged_packets,
        .time_jumps = end->time_jumps,
        .duration_us = end->duration_us,
    };
    return track_finish(f->track, &about, &track, err) &&
           observation_seal(&f->key, str_from(f->job->stream_id), buf_str(&track), to, err);
}

static bool end_job(struct follower *f, const struct analysis_end *end, struct error *err)
{
    CLEANUP(buf_done) struct buf head = {0};
    CLEANUP(buf_done) struct buf track = {0};
    if (end->head.len &&
        !analysis_head_seal(&f->key, str_from(f->job->stream_id), end->head, &head, err))
        return false;
    if (!end->problem && !seal_track(f, end, &track, err))
        return false;
    struct ending e = {
        .follower = f, .end = end, .sealed_head = buf_str(&head), .sealed_track = buf_str(&track)};
    return db_store_write(f->options->p->store, end_body, &e, err);
}

/* ---- feeding ---- */

static bool look(struct follower *f, struct error *err)
{
    struct analysis_job now;
    if (!analysis_job_find(f->options->p, str_from(f->job->stream_id), &now, err))
        return false;
    f->available = now.available;
    f->ended = now.ended;
    return stream_read_size(f->reader) >= f->available || stream_read_refresh(f->reader, err);
}

static bool feed_step(struct follower *f, struct buf *bytes, struct error *err)
{
    buf_clear(bytes);
    if (!stream_read_at(f->reader, f->fed, (size_t)MIN(f->available - f->fed, FEED_STEP), bytes,
                        err))
        return false;
    if (!follow_feed(f->follow, buf_str(bytes), err))
        return false;
    f->fed += bytes->len;
    return flush(f, err);
}

enum feed_result { FEED_FAILED = 0, FEED_ENDED, FEED_STOPPED };

static enum feed_result feed(struct follower *f, struct error *err)
{
    CLEANUP(buf_done) struct buf bytes = {0};
    for (;;) {
        if (!look(f, err))
            return FEED_FAILED;
        while (f->fed < f->available) {
            if (!feed_step(f, &bytes, err))
                return FEED_FAILED;
            if (f->options->stopping(f->options->context))
                return FEED_STOPPED;
        }
        if (f->ended)
            return FEED_ENDED;
        /* The child may have answered since: an empty feed hears it. */
        if (!follow_feed(f->follow, STR(""), err) || !flush(f, err))
            return FEED_FAILED;
        if (!f->options->wait(f->options->context))
            return FEED_STOPPED;
    }
}

static bool finish(struct follower *f, struct error *err)
{
    struct follow_end end;
    if (!follow_finish(f->follow, &end, err))
        return false;
    if (f->trouble.code != ERROR_NONE)
        return error_set(err, f->trouble.code, "%s", f->trouble.message);
    struct analysis_end row = {
        .fed = f->fed,
        .duration_us = end.duration_us,
        .frames = end.frames,
        .damaged_packets = end.damaged_packets,
        .time_jumps = end.time_jumps,
        .head_skip = end.head_skip,
        .head = end.head,
        .models = str_from(follow_models(f->follow)),
        .isa = str_from(follow_isa(f->follow)),
    };
    return end_job(f, &row, err);
}

/* ---- beginning and end ---- */

struct setup {
    struct follower *follower;
    struct arena *arena;
    struct str policy;
};

static bool setup_body(struct db *db, void *context, struct error *err)
{
    struct setup *s = context;
    struct follower *f = s->follower;
    struct str session_id = str_from(f->job->session_id);
    return session_key_in(db, &f->options->p->deployment_key, session_id, &f->key, err) &&
           session_policy_in(db, session_id, s->arena, &s->policy, err);
}

static void wipe_buf(struct buf *b)
{
    if (b->ptr)
        crypto_wipe(b->ptr, b->len);
    buf_done(b);
}

/* Biometric data: it is in memory until the child has it, and no longer. A screen shows nobody. */
static bool follow_the_enrolled(struct follower *f, struct follow_options *options,
                                const struct follow_events *events, struct error *err)
{
    CLEANUP(wipe_buf) struct buf template = {0};
    if (!options->screen &&
        !f->options->enrolled(f->options->p, str_from(f->job->session_id), &template, err))
        return error_wrap(err, "the enrolled face");
    if (!buf_ok(&template, err))
        return false;
    const struct follow_enrolment enrolled = {.template = buf_str(&template)};
    options->enrolled = template.len ? &enrolled : NULL;
    return follow_start(options, events, &f->follow, err);
}

static bool set_up(struct follower *f, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct setup s = {.follower = f, .arena = &arena};
    struct stream stream;
    struct proctor *p = f->options->p;
    struct str stream_id = str_from(f->job->stream_id);
    if (!db_store_read(p->store, setup_body, &s, err) || !policy_parse(s.policy, &f->policy, err) ||
        !stream_get(p, str_from(f->job->session_id), stream_id, &arena, &stream, err) ||
        !stream_read_open(p, stream_id, &f->reader, err))
        return false;
    f->start_us = stream.start_us;
    f->kind = stream.kind;
    if (!track_writer_create(&f->track, err))
        return false;
    struct follow_events events = {.observed = on_look,
                                   .heard = on_sound,
                                   .flag = on_flag,
                                   .picture = on_picture,
                                   .still = on_still,
                                   .context = f};
    struct follow_options options = {.program = f->options->program,
                                     .models_folder = f->options->models_folder,
                                     .policy = &f->policy,
                                     .screen =
                                         stream.kind == STREAM_SCREEN || stream.kind == STREAM_APP,
                                     .stills = !f->job->ended,
                                     .file_fd = -1};
    return follow_the_enrolled(f, &options, &events, err);
}

/* Where a failure comes from decides what happens: what is in the recording stays in it, but a
 * decoder that was killed may have better luck, and a machine without models needs its owner. */
static bool give_up(struct follower *f, const struct error *why, struct error *err)
{
    struct str stream_id = str_from(f->job->stream_id);
    bool decoding = f->follow && !str_eq(str_from(follow_models(f->follow)), STR("{}"));
    bool in_recording = why->code == ERROR_UNSUPPORTED || why->code == ERROR_INVALID ||
                        why->code == ERROR_GONE || why->code == ERROR_CHECKSUM;
    struct error ignored;
    if (why->code == ERROR_CONFLICT) /* another worker has it */
        return true;
    if (in_recording && (decoding || !f->follow)) {
        struct analysis_end end = {.fed = f->fed, .problem = why->message, .duration_us = -1};
        return end_job(f, &end, err);
    }
    if (!analysis_job_release(f->options->p, stream_id, f->options->owner,
                              decoding ? why->message : NULL, &ignored))
        log_line(LOG_WARNING, "worker", "stream %s: %s", f->job->stream_id, ignored.message);
    if (!decoding)
        return error_set(err, why->code, "%s", why->message);
    log_line(LOG_WARNING, "worker", "stream %s, try %" PRId64 ": %s", f->job->stream_id,
             f->job->tries, why->message);
    return true;
}

static bool run(struct follower *f, struct error *err)
{
    struct error why = {0};
    if (f->job->ended && f->job->available == 0) {
        struct analysis_end end = {.problem = "the recording is empty"};
        return end_job(f, &end, err);
    }
    f->renewed_us = clock_monotonic_us();
    if (!set_up(f, &why))
        return give_up(f, &why, err);
    switch (feed(f, &why)) {
    case FEED_FAILED:
        return give_up(f, &why, err);
    case FEED_STOPPED:
        return analysis_job_release(f->options->p, str_from(f->job->stream_id), f->options->owner,
                                    NULL, err);
    case FEED_ENDED:
        break;
    }
    return finish(f, &why) || give_up(f, &why, err);
}

static void follower_done(struct follower *f)
{
    follow_destroy(f->follow);
    track_writer_destroy(f->track);
    stream_read_close(f->reader);
    for (size_t i = 0; i < f->flags_len; i++)
        buf_done(&f->flags[i].picture);
    free(f->flags);
    for (size_t i = 0; i < PICTURES_KEPT; i++)
        buf_done(&f->pictures[i].jpeg);
    buf_done(&f->still);
    seal_key_wipe(&f->key);
}

bool follower_run(const struct follower_options *options, const struct analysis_job *job,
                  struct error *err)
{
    struct follower *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    f->options = options;
    f->job = job;
    f->first_face_us = f->silent_from_us = -1;
    bool good = run(f, err);
    follower_done(f);
    free(f);
    return good;
}
