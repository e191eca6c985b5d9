/* Analyses recordings while they grow: follower threads, each with a sandboxed decoder child for
 * the stream it has claimed (analysis/follow.h), and one keeper thread that makes the reports of
 * sessions that are complete and closes what has run out of time (proctor/sweep.h).
 *
 * The queue is the table `analysis`: any number of workers, in any number of processes, share it.
 */
#pragma once
#include "base/buf.h"
#include "proctor/proctor.h"

struct worker;

/* Appends the face template of the session's candidate, nothing where nobody is enrolled. (The type
 * of a function, as db_body is.) */
typedef bool find_enrolled(struct proctor *p, struct str session_id, struct buf *ret_template,
                           struct error *err);

struct worker_options {
    const char *models_folder;
    const char *program;     /* the binary that is started as decoder; NULL is /proc/self/exe */
    find_enrolled *enrolled; /* NULL is enrolment_find() (proctor/enrolment.h) */
    unsigned followers;      /* streams followed at the same time; 0 is WORKER_FOLLOWERS_DEFAULT */
};
#define WORKER_FOLLOWERS_DEFAULT 8 /* each child holds its models: some tens of MB */
#define WORKER_FOLLOWERS_MAX 256

/* Sets p->grown, so start it before any other thread uses `p`. The options' texts are borrowed
 * until worker_stop(). */
MUST_USE bool worker_start(struct proctor *p, const struct worker_options *options,
                           struct worker **ret, struct error *err);
/* Gives what is under way back to the queue and ends all threads and children. Call it after every
 * other thread that uses `p` has ended. NULL is fine. */
void worker_stop(struct worker *w);
