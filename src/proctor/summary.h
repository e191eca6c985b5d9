/* What lists of sessions show: a row a session with its state and how much was found, so that a
 * list of 100,000 is read by index and not made from their flags. Everything in it is told by other
 * tables; summary_refresh_in() makes the row anew from them. Only this module touches the table
 * `session_summary`. */
#pragma once
#include "analysis/policy.h"
#include "base/arena.h"
#include "proctor/analysis_job.h"
#include "proctor/profile.h"
#include "proctor/review.h"
#include "proctor/session.h"

#define SUMMARY_PAGE_MAX 500
#define SUMMARY_CURSOR_SIZE 512
#define SUMMARY_SEARCH_MAX 100 /* bytes */

struct summary {
    char session_id[ID_TEXT_SIZE];
    char candidate[SESSION_CANDIDATE_MAX + 1];
    enum session_state state;
    int64_t created_us, started_us, ended_us; /* 0: not yet */
    size_t incidents[SEVERITY_COUNT];         /* by severity */
    size_t rules[RULE_COUNT];                 /* flags of each rule */
    enum analysis_state analysis;
    enum review_outcome outcome; /* REVIEW_NONE: nothing is decided */
    struct review_standing review;
    enum profile_state identity; /* of the candidate's profile, as it was decided last */
};

/* Inside the write that changed something of the session. */
MUST_USE bool summary_refresh_in(struct db *db, struct str session_id, struct error *err);
/* The identity profile of this user has another state: told by profile.c inside its write. */
MUST_USE bool summary_identity_in(struct db *db, int64_t user_ref, enum profile_state state,
                                  struct error *err);
/* Rows that an earlier version left to be made; at most `max` at a time. */
MUST_USE bool summary_refresh_stale(struct proctor *p, size_t max, struct error *err);

enum summary_sort { SUMMARY_NEWEST = 0, SUMMARY_CANDIDATE, SUMMARY_SEVERITY, SUMMARY_SORTS };
const char *summary_sort_name(enum summary_sort sort); /* "newest"; static */

struct summary_query {
    struct str exam_id;
    enum summary_sort sort;
    struct str search;           /* in the candidate's name; empty: all */
    enum session_state state;    /* SESSION_STATE_NONE: all */
    enum severity severity;      /* with an incident of at least this; SEVERITY_NONE: all */
    enum review_outcome outcome; /* with `reviewed` */
    /* Only those in this state that the viewer has not decided on: what waits for their look.
     * REVIEW_STATE_NONE: all. */
    enum review_state review;
    int64_t viewer;
    bool by_outcome; /* only those with this outcome (REVIEW_NONE: not decided) */
    enum profile_state identity;
    bool by_identity; /* only those with this one */
    struct str after; /* ret_next of the page before; empty: from the beginning */
    size_t limit;     /* 1..SUMMARY_PAGE_MAX */
};
/* One page, in the arena. *ret_total counts all that the filters leave, which takes longer than
 * the page (NULL: not counted); `ret_next` is "" at the end. ERROR_INVALID: `after` is not of this
 * sort. */
MUST_USE bool summary_list(struct proctor *p, const struct summary_query *query,
                           struct arena *arena, struct summary **ret, size_t *ret_len,
                           int64_t *ret_total, char ret_next[SUMMARY_CURSOR_SIZE],
                           struct error *err);
/* Sessions of an exam and incidents in them. */
MUST_USE bool summary_count(struct proctor *p, struct str exam_id, int64_t *ret_sessions,
                            int64_t *ret_incidents, struct error *err);
