/* Everything that the report of a session says, read once. Only for this folder. */
#pragma once
#include "paper/paper.h"
#include "proctor/analysis_job.h"
#include "proctor/appeal.h"
#include "proctor/audit.h"
#include "proctor/check.h"
#include "proctor/event.h"
#include "proctor/exam.h"
#include "proctor/flag.h"
#include "proctor/live.h"
#include "proctor/profile.h"
#include "proctor/release.h"
#include "proctor/review.h"
#include "proctor/session.h"
#include "proctor/stream.h"

#define MATERIAL_ACTIONS_MAX 200

/* The last record of the evidence that is about the session, and how many there are up to it. */
struct material_state {
    uint64_t records;
    int64_t time_us;
    char head[STR_HEX_MAX(CHAIN_HASH_SIZE)];
};

struct material {
    struct proctor *p;   /* borrowed */
    struct arena *arena; /* borrowed */
    struct session session;
    struct proctored_exam exam;
    struct policy policy;
    char policy_sha256[STR_HEX_MAX(SHA256_SIZE)];
    struct str accommodations; /* JSON as the evidence has it; empty: none, or deleted since */
    struct stream *streams;
    size_t streams_len;
    struct analysis_job *jobs;
    size_t jobs_len;
    struct flag_row *flags;
    size_t flags_len;
    struct incident *incidents;
    size_t incidents_len;
    struct event *events;
    size_t events_len;
    struct session_consent_row *consents;
    size_t consents_len;
    struct review_seen seen; /* what the reader may see of what reviewers said */
    struct release release;
    struct appeal appeal;
    struct annotation *remarks;
    size_t remarks_len;
    struct check checks[CHECK_POINTS - 1];
    struct profile profile;
    struct audit_entry *actions; /* the newest first */
    size_t actions_len;
    struct live_warning *warnings;
    size_t warnings_len;
    char receipt_sha256[STR_HEX_MAX(SHA256_SIZE)], report_sha256[STR_HEX_MAX(SHA256_SIZE)];
    struct material_state state;
    char chain_problem[ERROR_MESSAGE_MAX]; /* empty: every record follows from those before it */
};

/* In the arena. */
MUST_USE bool material_read(struct proctor *p, struct str session_id, const struct paper_wish *wish,
                            struct arena *arena, struct material *ret, struct error *err);
MUST_USE bool material_state_in(struct db *db, struct str session_id, struct material_state *ret,
                                struct error *err);

const struct analysis_job *material_job(const struct material *m, const char *stream_id);
const struct stream *material_stream(const struct material *m, const char *stream_id);
/* Has every analysis ended, so that nothing more will be found? */
bool material_is_final(const struct material *m);
