/* SESSION of docs/protocol.md, and the parts of it that others tell, too. Only for server/. */
#pragma once
#include "proctor/steps.h"
#include "server/http.h"
#include "server/server.h"

struct plugin_files;

/* SESSION of this candidate's session `q->params[0]`. */
MUST_USE bool api_answer_session(struct server *server, struct request *q, struct response *r,
                                 unsigned status, struct error *err);
MUST_USE bool api_document_json(const struct steps *steps, struct arena *arena,
                                enum document document, json_t **ret, struct error *err);
MUST_USE bool api_checks_json(const struct steps *steps, json_t **ret, struct error *err);
json_t *api_permitted_json(const struct policy *policy);
/* The id of the deployment's plugin, as it was set or as its files say; NULL: it has none. */
const char *api_plugin_id(const struct server *server, struct plugin_files *ret_files);
MUST_USE bool api_profile_json(const struct steps *steps, json_t **ret, struct error *err);
/* The network check of page and app. */
#define API_PROBE_MAX ((size_t)1 << 20) /* bytes, each way */
MUST_USE bool api_get_probe(struct server *server, struct request *q, struct response *r,
                            struct error *err);
MUST_USE bool api_post_probe(struct server *server, struct request *q, struct response *r,
                             struct error *err);
/* Reads {"point", "state", "detail", "problem", "mend"} and keeps it. */
MUST_USE bool api_take_check(struct server *server, struct request *q, struct str session_id,
                             bool from_app, struct error *err);
