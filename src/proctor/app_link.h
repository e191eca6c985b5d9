/* The desktop app of a session: paired by a code that the candidate types or clicks, known
 * afterwards by a token, heard of by its heartbeat. Only this module touches the tables `app_code`
 * and `app_link`, which hold hashes of codes and tokens, never themselves. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "crypto/token.h"
#include "proctor/proctor.h"

#define APP_CODE_LEN 8
#define APP_CODE_SIZE (APP_CODE_LEN + 1)
#define APP_CODE_US (600 * SECOND_US) /* a code may be used that long, once */
#define APP_GONE_US (60 * SECOND_US)  /* an app that is silent for longer has gone */
#define APP_TEXT_MAX 64               /* bytes of version and platform */

enum app_state { APP_NONE = 0, APP_CODE, APP_CONNECTED, APP_GONE, APP_STATES };

struct app_link {
    enum app_state state;
    struct str version, platform; /* empty until it is connected; in the arena */
    int64_t seen_us;              /* 0: never */
};

const char *app_state_name(enum app_state state); /* "none"; static */

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
                            struct str platform, char ret_token[TOKEN_TEXT_SIZE],
                            char ret_session_id[ID_TEXT_SIZE], struct error *err);
/* Whose token is this? An empty id when it is nobody's. */
MUST_USE bool app_link_whose(struct proctor *p, struct str token, char ret_session_id[ID_TEXT_SIZE],
                             int64_t *ret_user_ref, struct error *err);
/* It was heard of; a silence that is over becomes a record of the evidence. */
MUST_USE bool app_link_seen(struct proctor *p, struct str session_id, struct error *err);

/* The app of this session is known no more. */
MUST_USE bool app_link_forget_in(struct db *db, struct str session_id, struct error *err);
