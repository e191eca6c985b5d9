/* A session: the supervised sitting of one attempt, from check-in to the last uploaded byte. Only
 * this module touches the tables `session` and `consent`. States move only forward, and every move
 * is checked in session_move_in().
 *
 * Functions that end in _in are for use inside a transaction of the caller (db/store.h). */
#pragma once
#include "analysis/policy.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "proctor/document.h"
#include "proctor/proctor.h"

enum session_state {
    SESSION_STATE_NONE = 0,
    SESSION_CREATED,
    SESSION_AGREED,
    SESSION_RECORDING,
    SESSION_EXAM,
    SESSION_ENDED,
    SESSION_UPLOADED,
    SESSION_REPORTED,
};

#define SESSION_LEASE_US (20 * SECOND_US)         /* a tab that is silent for longer has gone */
#define SESSION_KEEP_US (72 * 3600 * SECOND_US)   /* uploading may go on that long after the end */
#define SESSION_TAB_MAX 64                        /* bytes of a tab's name */
#define SESSION_CLIENT_EVENTS_MAX 5000            /* of one session */
#define SESSION_CANDIDATE_MAX 128                 /* bytes */
#define SESSION_ACCOMMODATIONS_MAX ((size_t)4096) /* bytes: they are one record of evidence */
#define SESSION_URL_MAX 255                       /* bytes */

struct session {
    char id[ID_TEXT_SIZE];
    char exam_id[ID_TEXT_SIZE];
    int64_t user_ref;
    enum session_state state;
    char candidate[SESSION_CANDIDATE_MAX + 1];
    char exam_url[SESSION_URL_MAX + 1], return_url[SESSION_URL_MAX + 1];
    /* when each state began; 0 while it has not */
    int64_t created_us, agreed_us, started_us, exam_us, ended_us, uploaded_us, reported_us;
    int64_t seen_us;                     /* the candidate's page was last heard of */
    int64_t accepted_us[DOCUMENT_COUNT]; /* when each document was agreed to; 0 not yet */
};

const char *session_state_name(enum session_state state); /* "created"; static */

/* What the portal says of a new session. */
struct session_spec {
    struct str exam_id, attempt_ref, candidate, exam_url, return_url;
    struct str accommodations_json; /* a policy_patch(); empty: none */
    int64_t user_ref;
};
/* Makes a session with a key of its own, or gives the one that this attempt has already.
 * ERROR_CONFLICT, with what to do, where the exam's policy wants an approved profile before. */
MUST_USE bool session_create(struct proctor *p, const struct session_spec *spec,
                             char ret_id[ID_TEXT_SIZE], struct error *err);

MUST_USE bool session_find_in(struct db *db, struct str id, struct session *ret, struct error *err);
MUST_USE bool session_find(struct proctor *p, struct str id, struct session *ret,
                           struct error *err);
/* The same for a candidate: somebody else's session is ERROR_NOT_FOUND. */
MUST_USE bool session_find_own_in(struct db *db, struct str id, int64_t user_ref,
                                  struct session *ret, struct error *err);
MUST_USE bool session_find_own(struct proctor *p, struct str id, int64_t user_ref,
                               struct session *ret, struct error *err);

/* The one place where a state changes. Being there already is fine and changes nothing (*ret_moved
 * false); every other move than to the next state (or recording to ended) is ERROR_CONFLICT. The
 * move is a record of the evidence. `ret_moved` may be NULL. */
MUST_USE bool session_move_in(struct db *db, struct str id, enum session_state to, bool *ret_moved,
                              struct error *err);
/* Is the move one of those that are allowed? */
bool session_may_move(enum session_state from, enum session_state to);

/* The candidate's steps. All give ERROR_NOT_FOUND for somebody else's session. */
/* ERROR_CONFLICT while another tab holds the session. Renewing it is the heartbeat, too. */
MUST_USE bool session_lease(struct proctor *p, struct str id, int64_t user_ref, struct str tab,
                            struct error *err);
/* ERROR_CONFLICT when version or hash are not of the text that is shown now. */
MUST_USE bool session_consent(struct proctor *p, struct str id, int64_t user_ref,
                              enum document document, struct str version, struct str sha256_hex,
                              struct error *err);
/* "Start Proctoring". ERROR_CONFLICT while an earlier step (proctor/steps.h) is open, naming it. */
MUST_USE bool session_start(struct proctor *p, struct str id, int64_t user_ref, struct error *err);

/* What was agreed to, with the version and hash of then; in the arena, at most DOCUMENT_COUNT. */
struct session_consent_row {
    enum document document;
    struct str version, sha256_hex;
    int64_t accepted_us;
};
MUST_USE bool session_consents(struct proctor *p, struct str id, struct arena *arena,
                               struct session_consent_row **ret, size_t *ret_len,
                               struct error *err);

/* The sessions of an exam, by when they were made. */
MUST_USE bool session_list(struct proctor *p, struct str exam_id, struct arena *arena,
                           struct session **ret, size_t *ret_len, struct error *err);
/* This candidate's sessions, newest first. */
MUST_USE bool session_list_own(struct proctor *p, int64_t user_ref, struct arena *arena,
                               struct session **ret, size_t *ret_len, struct error *err);
/* Those of exams that the viewer sees (proctor/staff.h) and somebody may need help with: not yet
 * uploaded, made or heard of since `since_us`; heard of last comes first; at most `max`. */
MUST_USE bool session_list_active(struct proctor *p, int64_t viewer, int64_t since_us, size_t max,
                                  struct arena *arena, struct session **ret, size_t *ret_len,
                                  struct error *err);

/* The key that seals everything of the session; ERROR_GONE once it was erased. */
MUST_USE bool session_key_in(struct db *db, const struct seal_key *deployment, struct str id,
                             struct seal_key *ret, struct error *err);
/* Deletes the key, and with it the recordings, for ever. */
MUST_USE bool session_erase_key(struct proctor *p, struct str id, struct error *err);
/* Another key takes its place (NULL: none): what the old one sealed is lost. */
MUST_USE bool session_change_key_in(struct db *db, const struct seal_key *deployment, struct str id,
                                    const struct seal_key *now, struct error *err);
/* The texts that were made of it go: receipt, report, accommodations, consents. With `name` what
 * the candidate is called, too; state and times stay. */
MUST_USE bool session_forget_in(struct db *db, struct str id, bool name, struct error *err);
/* The candidate's sessions, as session_list_own(). */
MUST_USE bool session_list_own_in(struct db *db, int64_t user_ref, struct arena *arena,
                                  struct session **ret, size_t *ret_len, struct error *err);
#define SESSION_ERASED_NAME "(erased)" /* instead of a candidate's name */
/* The exam's policy as it was when the session was made, with the candidate's accommodations; in
 * the arena. */
MUST_USE bool session_policy_in(struct db *db, struct str id, struct arena *arena, struct str *ret,
                                struct error *err);
/* The same, read. */
MUST_USE bool session_read_policy_in(struct db *db, struct str id, struct arena *arena,
                                     struct policy *ret, struct error *err);
/* A document as it is drawn for this session; in the arena. */
MUST_USE bool session_document(struct proctor *p, struct str id, enum document document,
                               struct arena *arena, struct document_text *ret, struct error *err);
/* The account has another name now: sessions that have not begun to record take it over. */
MUST_USE bool session_rename_in(struct db *db, int64_t user_ref, struct str name,
                                struct error *err);
/* Counts an event that the candidate's page reported; ERROR_THROTTLED over the limit. */
MUST_USE bool session_count_event_in(struct db *db, struct str id, struct error *err);

/* Signed texts, kept as they were when the session got there; empty before. */
enum session_text { SESSION_TEXT_NONE = 0, SESSION_RECEIPT, SESSION_REPORT };
MUST_USE bool session_set_text_in(struct db *db, struct str id, enum session_text which,
                                  struct str text, struct error *err);
MUST_USE bool session_text(struct proctor *p, struct str id, enum session_text which,
                           struct arena *arena, struct str *ret, struct error *err);

/* For the sweeper and the keeper: ids in the arena, at most `max`. */
enum session_wait {
    SESSION_WAIT_NONE = 0,
    SESSION_WAIT_REPORT,    /* uploaded, not reported */
    SESSION_WAIT_UPLOAD,    /* ended longer than SESSION_KEEP_US ago */
    SESSION_WAIT_ABANDONED, /* recording or exam, and nothing was heard for SESSION_KEEP_US */
    SESSION_WAIT_SILENT, /* recording or exam, the lease ran out, and that is not yet on record */
};
MUST_USE bool session_waiting(struct proctor *p, enum session_wait what, int64_t now_us, size_t max,
                              struct arena *arena, struct str **ret_ids, size_t *ret_len,
                              struct error *err);
/* Puts on record that the page has gone silent, once a silence. */
MUST_USE bool session_note_silence(struct proctor *p, struct str id, struct error *err);
