/* One spool, sent by tus 1.0: made on the server when it may be, then piece by piece from the
 * offset that the server tells, to the end. After any cut it asks for the offset again, so nothing
 * is sent twice or left out. One thread. */
#pragma once
#include "app_core/http.h"
#include "app_core/spool.h"

#define UPLOAD_PIECE_MAX ((size_t)1 << 20) /* bytes of one request */

struct upload;

enum upload_state {
    UPLOAD_NONE = 0,
    UPLOAD_WAITING, /* all that there is was acknowledged, more may come */
    UPLOAD_SENDING, /* there is more to send now */
    UPLOAD_DONE,    /* the spool has ended and the server has all of it */
    UPLOAD_REFUSED, /* the server takes nothing of it any more */
};

/* `spool` and `http` are borrowed, `token` copied. `place_path` keeps where on the server it is. */
MUST_USE bool upload_create(struct spool *spool, struct http *http, const char *token,
                            const char *place_path, struct upload **ret, struct error *err);
void upload_destroy(struct upload *u); /* NULL is fine */
/* One request's worth. ERROR_CLOSED, ERROR_BUSY, ERROR_NO_SPACE and the like: try again later.
 * ERROR_CONFLICT: the session does not record yet. */
MUST_USE bool upload_step(struct upload *u, enum upload_state *ret, struct error *err);
uint64_t upload_sent(const struct upload *u); /* bytes that the server has acknowledged */
struct spool *upload_spool(const struct upload *u);
