/* Native messaging: the browser's plugin asks the app for its version, and tells its own. Chromium
 * starts the program with the plugin's origin as argument and speaks through its standard input and
 * output; this process only answers. What it was told it leaves in the session's folder, and the
 * app that monitors reports it (native_take()): so the server hears of one exchange from both
 * sides, with the same nonce (docs/protocol.md, "With the desktop app"). */
#pragma once
#include "app_core/platform.h"
#include "base/json.h"

#include <stdio.h>

#define NATIVE_HOST "org.proctortrack.app"
#define NATIVE_MESSAGE_MAX 2048 /* bytes; a hello has some 200 */
#define NATIVE_MESSAGES_MAX 16  /* of one process: the plugin sends one */
#define NATIVE_TEXT_SIZE 65     /* of a version, a session or a nonce, with the NUL */
#define NATIVE_ID_SIZE 33

struct native_hello {
    char version[NATIVE_TEXT_SIZE]; /* the plugin's */
    char id[NATIVE_ID_SIZE];
    char session[NATIVE_TEXT_SIZE]; /* letters, digits, '-' and '_': it names a folder */
    char nonce[NATIVE_TEXT_SIZE];
};

/* Is it a plugin's id, as Chromium makes them: 32 letters from a to p? */
bool native_is_id(struct str text);
/* "chrome-extension://ID/", as the browser starts us; false when it is something else. */
bool native_origin(struct str argument, char ret_id[NATIVE_ID_SIZE]);
MUST_USE bool native_hello_parse(struct str message, struct native_hello *ret, struct error *err);
/* What lies where the browser looks for hosts: only the plugin `id` may speak with `program`. */
MUST_USE bool native_manifest(const char *program, const char *id, struct buf *to,
                              struct error *err);
/* Answers until `in` ends. A message that is none of the protocol ends it: ERROR_INVALID. Needs
 * `name`, `data` and `unprotect` of the platform. */
MUST_USE bool native_serve(const struct platform *p, const char *id, FILE *in, FILE *out,
                           struct error *err);
/* What a plugin has told since the last call, as the event's detail; NULL in *ret: nothing. */
MUST_USE bool native_take(const struct platform *p, const char *session, json_t **ret,
                          struct error *err);
