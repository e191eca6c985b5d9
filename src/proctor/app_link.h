/* The desktop app of a session: paired by a code that the candidate types or clicks, known
 * afterwards by a token, heard of by its heartbeat. Only this module touches the tables `app_code`
 * and `app_link`, which hold hashes of codes and tokens, never themselves. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "crypto/token.h"
#include "proctor/app_build.h"
#include "proctor/proctor.h"

#define APP_CODE_LEN 8
#define APP_CODE_SIZE (APP_CODE_LEN + 1)
#define APP_CODE_US (600 * SECOND_US) /* a code may be used that long, once */
#define APP_TOPIC_MAX 64
#define APP_GONE_US (60 * SECOND_US) /* an app that is silent for longer has gone */
#define APP_TEXT_MAX 64              /* bytes of version and platform */

enum app_state { APP_NONE = 0, APP_CODE, APP_CONNECTED, APP_GONE, APP_STATES };

/* How far the app is, as it tells. */
enum app_phase {
    APP_PHASE_NONE = 0,
    APP_PHASE_CONSENT,
    APP_PHASE_CHECKING,
    APP_PHASE_READY,
    APP_PHASE_MONITORING,
    APP_PHASE_STOPPED, /* the exam is finished; "End" was not pressed yet */
    APP_PHASE_UPLOADING,
    APP_PHASE_DONE,
    APP_PHASES,
};

struct app_link {
    enum app_state state;
    struct str version, platform; /* empty until it is connected; in the arena */
    int64_t seen_us;              /* 0: never */
    enum app_phase phase;
    int percent;          /* sent of what it has */
    bool lost;            /* silent for longer than the policy allows, which is on record */
    enum app_build build; /* as it was when it was paired */
};

const char *app_state_name(enum app_state state);    /* "none"; static */
const char *app_phase_name(enum app_phase phase);    /* "none"; static */
enum app_phase app_phase_from_name(struct str name); /* APP_PHASE_NONE for another text */
/* The topic (proctor/change.h) on which a candidate's pages hear that something of their session
 * has changed: the app, or a point of the system check. */
void app_link_topic(struct str session_id, char ret[APP_TOPIC_MAX]);
MUST_USE bool app_link_changed_in(struct db *db, struct str session_id, struct error *err);

MUST_USE bool app_link_find_in(struct db *db, struct str session_id, struct arena *arena,
                               struct app_link *ret, struct error *err);
/* A new code for the candidate's own session; one that was given before is of no use any more.
 * ERROR_CONFLICT when the session has ended. */
MUST_USE bool app_link_code(struct proctor *p, struct str session_id, int64_t user_ref,
                            char ret_code[APP_CODE_SIZE], int64_t *ret_expires_us,
                            struct error *err);
/* Uses the code up; the app paired before, if any, is no longer known. ERROR_NOT_FOUND for a wrong,
 * used or expired code, all alike. Case, spaces and hyphens do not count. */
MUST_USE bool app_link_pair(struct proctor *p, struct str code, struct str version,
                            const struct app_build_word *word, char ret_token[TOKEN_TEXT_SIZE],
                            char ret_session_id[ID_TEXT_SIZE], struct error *err);
/* Whose token is this? An empty id when it is nobody's. */
MUST_USE bool app_link_whose(struct proctor *p, struct str token, char ret_session_id[ID_TEXT_SIZE],
                             int64_t *ret_user_ref, struct error *err);
/* It was heard of; a silence that is over becomes a record of the evidence. `told` NULL: it said
 * nothing of itself. */
struct app_told {
    enum app_phase phase;
    int percent;
};
MUST_USE bool app_link_seen(struct proctor *p, struct str session_id, const struct app_told *told,
                            struct error *err);
/* Is it at work, so that more of it will come? ERROR_CONFLICT says what is to be done first. */
MUST_USE bool app_link_check_end_in(struct db *db, struct str session_id, struct error *err);
/* Puts on record which apps have been silent for longer than their exam allows, while it goes on.
 */
MUST_USE bool app_link_note_silence(struct proctor *p, int64_t now_us, size_t max,
                                    struct error *err);

/* The app of this session is known no more. */
MUST_USE bool app_link_forget_in(struct db *db, struct str session_id, struct error *err);
