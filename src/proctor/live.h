/* A session while it goes on, as a proctor watches it: what works and what does not, the newest
 * flag, a still of each camera and screen, and what a proctor does to it. A row of the table `live`
 * a session, begun with its recording; whoever changes something that the wall shows says so here,
 * in the write that it is part of. Only this module (live*.c) touches the tables `live`,
 * `live_warning` and `live_still`.
 *
 * What a wall learns comes by notices (proctor/change.h) on the topic of the exam: `row` (a LIVE of
 * docs/protocol.md), `gone`, `stills`. A light goes out by time alone, so live_tick() compares what
 * was told with what is now, for as long as somebody watches. */
#pragma once
#include "analysis/rules.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/json.h"
#include "proctor/proctor.h"
#include "proctor/provider.h"
#include "proctor/session.h"
#include "proctor/stream.h"

#define LIVE_TEXT_MAX 500    /* bytes of a warning, a reason, a note */
#define LIVE_WARNINGS_MAX 50 /* of one session */
#define LIVE_STALE_US                                                                              \
    (30 * SECOND_US)       /* pieces come every 4 s: without one so long, it is lost               \
                            */
#define LIVE_ROWS_MAX 5000 /* of one exam */
#define LIVE_STILL_MAX ((size_t)256 << 10)
#define LIVE_MUTED_US                                                                              \
    (10 * SECOND_US) /* of recorded silence; a pause in speaking is never silent */
#define LIVE_TOPIC_MAX 48

enum live_light {
    LIVE_LIGHT_NONE = 0, /* this exam does not ask for it */
    LIVE_LIGHT_WAITING,  /* it has not come yet */
    LIVE_LIGHT_ON,
    LIVE_LIGHT_LOST,
};
enum live_part {
    LIVE_CAMERA = 0,
    LIVE_MICROPHONE,
    LIVE_SCREEN,
    LIVE_APP,
    LIVE_PLUGIN,
    LIVE_CONNECTION,
    LIVE_PARTS
};

/* ---- what others say of a session; one that is not live is fine ---- */

/* It begins to record, or it has moved on. */
MUST_USE bool live_moved_in(struct db *db, struct str session_id, enum session_state to,
                            struct error *err);
MUST_USE bool live_seen_in(struct db *db, struct str session_id, int64_t now_us, struct error *err);
/* Bytes came, after which the stream has `size`. */
MUST_USE bool live_grown_in(struct db *db, const struct stream *stream, uint64_t size,
                            struct error *err);
/* What the candidate's page reports: "camera-lost", "screen-back", ...; other kinds are ignored. */
MUST_USE bool live_claimed_in(struct db *db, struct str session_id, struct str kind,
                              struct error *err);
MUST_USE bool live_app_in(struct db *db, struct str session_id, int64_t now_us, struct error *err);
MUST_USE bool live_plugin_in(struct db *db, struct str session_id, struct error *err);
/* When what its events say is to be judged again, if none comes (event_flags.h); false for a
 * session that does not record. One that was never judged is due. */
MUST_USE bool live_set_due_in(struct db *db, struct str session_id, int64_t due_us,
                              struct error *err);
MUST_USE bool live_is_due_in(struct db *db, struct str session_id, int64_t now_us, bool *ret,
                             struct error *err);
/* The one that the wall shows, which began at `at_us`; of RULE_NONE: none. */
MUST_USE bool live_flag_in(struct db *db, struct str session_id, int64_t at_us,
                           const struct flag *flag, struct error *err);
/* The microphone gives nothing at all, or something again. */
MUST_USE bool live_muted_in(struct db *db, struct str session_id, bool muted, struct error *err);

/* Nothing of it is kept any more; a session that is not live is fine. */
MUST_USE bool live_forget_in(struct db *db, struct str session_id, struct error *err);

/* ---- stills ---- */

struct live_still {
    struct str session_id, stream_id;
    enum stream_kind kind; /* camera, screen or app */
    int64_t taken_us;      /* of the server's clock, as far as the stream's is known */
    struct str sealed;     /* by live_still_seal() */
};
MUST_USE bool live_still_seal(const struct seal_key *session_key, struct str stream_id,
                              struct str jpeg, struct buf *to, struct error *err);
/* The newest takes the place of the one before. */
MUST_USE bool live_still_put_in(struct db *db, const struct live_still *still, struct error *err);
/* Appends the JPEG. ERROR_NOT_FOUND without one. *ret_stream_id is of its recording. */
MUST_USE bool live_still(struct proctor *p, struct str session_id, enum stream_kind kind,
                         struct buf *to, char ret_stream_id[ID_TEXT_SIZE], struct error *err);

/* ---- watching ---- */

void live_topic_exam(struct str exam_id, char ret[LIVE_TOPIC_MAX]);
void live_topic_session(struct str session_id, char ret[LIVE_TOPIC_MAX]);
/* LIVE of docs/protocol.md: all sessions of the exam that record or sit it. An array. */
MUST_USE bool live_list(struct proctor *p, struct str exam_id, json_t **ret, struct error *err);
/* One of them, also when it is over. ERROR_NOT_FOUND when it has not begun. */
MUST_USE bool live_find(struct proctor *p, struct str session_id, json_t **ret, struct error *err);
/* Tells what has changed of this exam since it was told. Stills: those that came after *since_us
 * (of the server's clock), which is moved on. *ret_told: something was. */
MUST_USE bool live_tick(struct proctor *p, struct str exam_id, int64_t *since_us, bool *ret_told,
                        struct error *err);
/* Somebody watches this session: its streams' growth is noted for the next minutes. */
MUST_USE bool live_watch(struct proctor *p, struct str session_id, struct error *err);

struct live_warning {
    int64_t id, made_us, acknowledged_us; /* 0: not yet */
    struct str text, by;
};
/* Oldest first; in the arena. */
MUST_USE bool live_warnings(struct proctor *p, struct str session_id, struct arena *arena,
                            struct live_warning **ret, size_t *ret_len, struct error *err);
/* What the candidate's page has to show; texts in the arena. */
struct live_state {
    int64_t hand_us, paused_us, ended_us; /* 0: no */
    struct str pause_reason, end_reason;
};
MUST_USE bool live_state(struct proctor *p, struct str session_id, struct arena *arena,
                         struct live_state *ret, struct error *err);

/* ---- acts of staff: each is one write with its audit entry and record of the evidence ---- */

struct live_act {
    struct str session_id;
    int64_t user_ref; /* who does it */
    struct str by;    /* their name */
    struct str text;  /* the warning, the reason, the note */
};
/* All: ERROR_CONFLICT when the session is not live, ERROR_INVALID for a text that is none. */
MUST_USE bool live_warn(struct proctor *p, const struct live_act *act, int64_t *ret_id,
                        struct error *err);
MUST_USE bool live_pause(struct proctor *p, const struct live_act *act, struct error *err);
MUST_USE bool live_resume(struct proctor *p, const struct live_act *act, struct error *err);
MUST_USE bool live_end(struct proctor *p, const struct live_act *act, struct error *err);
MUST_USE bool live_note(struct proctor *p, const struct live_act *act, struct error *err);
MUST_USE bool live_lower_hand(struct proctor *p, const struct live_act *act, struct error *err);
/* The portal ended the pause. */
MUST_USE bool live_pause_over_in(struct db *db, struct str session_id, struct error *err);

/* ---- acts of the candidate; ERROR_NOT_FOUND for somebody else's session ---- */

MUST_USE bool live_acknowledge(struct proctor *p, struct str session_id, int64_t user_ref,
                               int64_t warning, struct error *err);
MUST_USE bool live_raise_hand(struct proctor *p, struct str session_id, int64_t user_ref,
                              bool raised, struct error *err);
