/* Did the browser's plugin and the desktop app speak with each other, and say the same? Each tells
 * it by its own way (the page's session, the app's token) with the nonce of the exchange. Both that
 * have it ran on one computer as one user, or somebody made up both: it is no proof of what either
 * is. Pure. */
#pragma once
#include "proctor/event.h"

enum vouch_state {
    VOUCH_NONE = 0,  /* there were not both of them */
    VOUCH_NOT_ASKED, /* the plugin may not speak with the app, or has not done so yet */
    VOUCH_NOT_REACHED,
    VOUCH_ONE_SIDED, /* the app has not told it: it was not at work */
    VOUCH_DIFFERS,
    VOUCH_AGREED,
    VOUCH_STATES,
};
#define VOUCH_WORDS_SIZE 400

struct vouch {
    enum vouch_state state;
    char words[VOUCH_WORDS_SIZE]; /* for the reviewer; empty for VOUCH_NONE */
};

const char *vouch_state_name(enum vouch_state state); /* "agreed"; static */
/* Of all events of a session. One exchange that differs counts, whatever came after it. */
MUST_USE bool vouch_judge(const struct event *events, size_t len, struct vouch *ret,
                          struct error *err);
