/* What has changed, told to every process that shares the database: a small row a change, written
 * in the same transaction as the change itself, so that there is never one without the other. Who
 * serves event streams (server/events.h) looks for new rows a few times a second. Only this module
 * touches the table `change`; rows go after some minutes.
 *
 * To tell something from any module: change_note_in(db, "exam/17", "flag", STR("{...}"), err)
 * beside the write that it is about. */
#pragma once
#include "base/arena.h"
#include "proctor/proctor.h"

#define CHANGE_TOPIC_MAX 96  /* bytes */
#define CHANGE_EVENT_MAX 32  /* bytes */
#define CHANGE_DATA_MAX 2048 /* bytes of JSON */
#define CHANGE_KEEP_US                                                                             \
    INT64_C(600000000) /* ten minutes: far longer than any process looks away                      \
                        */

struct change {
    int64_t seq;      /* in the order of being committed */
    struct str topic; /* whom it concerns */
    struct str event; /* empty: the topic's own log has something new (server/events.h) */
    struct str data;  /* JSON in one line */
};

/* `event` NULL and no data: "look into the topic's log". */
MUST_USE bool change_note_in(struct db *db, const char *topic, const char *event, struct str data,
                             struct error *err);
/* The number of the newest; 0 when there was none yet. */
MUST_USE bool change_newest(struct proctor *p, int64_t *ret_seq, struct error *err);
/* Those after `seq`, oldest first, at most `max`; in the arena. */
MUST_USE bool change_list(struct proctor *p, int64_t seq, size_t max, struct arena *arena,
                          struct change **ret, size_t *ret_len, struct error *err);
/* What the notices of this topic said is forgotten at once. Who has not been told them yet is told
 * to load the state again. */
MUST_USE bool change_forget_in(struct db *db, const char *topic, struct error *err);
/* Removes what is older than CHANGE_KEEP_US. */
MUST_USE bool change_prune(struct proctor *p, int64_t now_us, struct error *err);
