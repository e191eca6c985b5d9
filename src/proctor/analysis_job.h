/* The queue of the analysis: a row for each recording. Only this module touches the table
 * `analysis`.
 *
 * A stream is waiting until a worker claims it, running while that worker's lease lasts, and final
 * or failed at its end. A lease that ran out is taken over and the stream analysed from its start:
 * a follower's state cannot be handed on, and the same bytes give the same flags again. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "proctor/proctor.h"

enum analysis_state {
    ANALYSIS_STATE_NONE = 0,
    ANALYSIS_WAITING,
    ANALYSIS_RUNNING,
    ANALYSIS_FINAL,
    ANALYSIS_FAILED, /* problem says why, for people */
};

#define ANALYSIS_LEASE_US (30 * SECOND_US)
#define ANALYSIS_TRIES_MAX 3 /* the first and two more */
#define ANALYSIS_PROBLEM_MAX 255
#define ANALYSIS_OWNER_SIZE ID_TEXT_SIZE

struct analysis_job {
    char stream_id[ID_TEXT_SIZE], session_id[ID_TEXT_SIZE];
    enum analysis_state state;
    uint64_t available; /* acknowledged bytes */
    bool ended;         /* there will be no more */
    uint64_t fed;       /* bytes analysed so far */
    int64_t tries;
    char problem[ANALYSIS_PROBLEM_MAX + 1];
    /* once final */
    int64_t duration_us; /* -1: not known */
    uint64_t frames, damaged_packets, time_jumps;
    bool seekable; /* there is a head */
    uint64_t head_len, head_skip;
};

const char *analysis_state_name(enum analysis_state state);

/* Told by stream.c inside its writes. */
MUST_USE bool analysis_job_add_in(struct db *db, struct str stream_id, struct str session_id,
                                  struct error *err);
MUST_USE bool analysis_job_grown_in(struct db *db, struct str stream_id, uint64_t available,
                                    bool ended, struct error *err);

/* Takes a stream that has something to analyse and that nobody works at; *ret_found false for none.
 * ANALYSIS_TRIES_MAX claims without an end make it failed. */
MUST_USE bool analysis_job_claim(struct proctor *p, struct str owner, bool *ret_found,
                                 struct analysis_job *ret, struct error *err);
/* Keeps the claim alive; ERROR_CONFLICT when it was lost. */
MUST_USE bool analysis_job_renew_in(struct db *db, struct str stream_id, struct str owner,
                                    uint64_t fed, struct error *err);
MUST_USE bool analysis_job_find(struct proctor *p, struct str stream_id, struct analysis_job *ret,
                                struct error *err);
/* Gives it back to be tried again. `problem` says what went wrong; NULL takes this try off the
 * count (the worker stops, nothing went wrong). */
MUST_USE bool analysis_job_release(struct proctor *p, struct str stream_id, struct str owner,
                                   const char *problem, struct error *err);

struct analysis_end {
    uint64_t fed;
    const char *problem; /* NULL: it is final; else failed */
    int64_t duration_us;
    uint64_t frames, damaged_packets, time_jumps, head_skip;
    struct str head;   /* plain; empty for none */
    struct str models; /* JSON text */
    struct str isa;
};
/* ERROR_CONFLICT when the claim was lost. The head is sealed with the session's key by the caller.
 */
MUST_USE bool analysis_job_end_in(struct db *db, struct str stream_id, struct str owner,
                                  const struct analysis_end *end, struct str sealed_head,
                                  struct error *err);
MUST_USE bool analysis_head_seal(const struct seal_key *session_key, struct str stream_id,
                                 struct str head, struct buf *to, struct error *err);
/* Appends the plain head of a seekable stream. */
MUST_USE bool analysis_head(struct proctor *p, struct str stream_id, struct buf *to,
                            struct error *err);
/* Models (JSON text) and instruction set of the analysis; in the arena. */
MUST_USE bool analysis_job_tools(struct proctor *p, struct str stream_id, struct arena *arena,
                                 struct str *ret_models, struct str *ret_isa, struct error *err);

/* Jobs of a session, by stream id; in the arena. */
MUST_USE bool analysis_job_list(struct proctor *p, struct str session_id, struct arena *arena,
                                struct analysis_job **ret, size_t *ret_len, struct error *err);
/* Of a whole session: failed if any failed, else running, waiting, final. */
enum analysis_state analysis_of(const struct analysis_job *jobs, size_t len);
MUST_USE bool analysis_job_state_in(struct db *db, struct str session_id, enum analysis_state *ret,
                                    struct error *err);
/* Are all of them final or failed? */
bool analysis_all_done(const struct analysis_job *jobs, size_t len);

/* The recordings are deleted: nobody works at them any more (a claim is lost), the heads go. */
MUST_USE bool analysis_job_forget_in(struct db *db, struct str session_id, struct error *err);
