/* Serving a recording by range, opened as it is read: plain recordings never lie on the disk. */
#pragma once
#include "server/router.h"

/* GET .../sessions/:session/streams/:stream/media */
bool api_media(struct server *s, struct request *q, struct response *r, struct error *err);
/* The same for the candidate's own; the caller has checked whose it is, and that they may. */
bool api_media_own(struct server *s, struct request *q, struct response *r, struct error *err);
