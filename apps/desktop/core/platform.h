/* What a platform gives: a table of functions. Linux and Windows each have one; the tests have one
 * that is made up. Functions that look at the machine are only called while phases say so
 * (sitting.h). `context` is the platform's own. */
#pragma once
#include "app_core/facts.h"
#include "app_core/http.h"

/* Pixels as a screen has them: blue, green, red, unused. Valid until the next call of grab. */
struct picture {
    const unsigned char *pixels;
    int width, height;
    size_t stride; /* bytes from row to row */
};

struct encoder; /* one recording; one thread */

struct platform {
    const char *name;    /* "linux": what the server is told */
    const char *data;    /* folder of the app's own, there and private */
    const char *program; /* path of the running program */
    void *context;

    bool (*http)(const char *origin, struct http **ret, struct error *err);
    /* Fills *ret, which is zeroed. What cannot be told is left as it is. */
    bool (*facts)(void *context, struct facts *ret, struct error *err);
    bool (*camera)(void *context, struct camera_look *ret, struct error *err);
    bool (*microphone)(void *context, struct sound_look *ret, struct error *err);
    bool (*grab)(void *context, const struct fact_display *display, struct picture *ret,
                 struct error *err);

    /* WebM: what is added to `to` is whole blocks. */
    bool (*encoder_create)(int width, int height, struct encoder **ret, struct error *err);
    bool (*encode)(struct encoder *e, const struct picture *p, int64_t at_ms, struct buf *to,
                   struct error *err);
    void (*encoder_destroy)(struct encoder *e);

    /* Lets the browser's plugin of this id start `program` as its native host, for this user; NULL:
     * not here. The one that was let before is no more. */
    bool (*plugin_host)(void *context, const char *plugin_id, struct error *err);

    /* Ties a secret to this user of this machine, and back; NULL: files that are only this user's
     * must do. */
    bool (*protect)(struct str plain, struct buf *to, struct error *err);
    bool (*unprotect)(struct str kept, struct buf *to, struct error *err);
};
