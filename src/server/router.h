/* The routes: one table says method, path, who may call, how large a body may be, and the handler.
 */
#pragma once
#include "server/http.h"

#define ROLE_CANDIDATE (1u << 0)
#define ROLE_INSTRUCTOR (1u << 1)
#define ROLE_PROCTOR (1u << 2)
#define ROLE_SUPPORT (1u << 3)
#define ROLE_ADMIN (1u << 4)
#define ROLE_STAFF (ROLE_INSTRUCTOR | ROLE_PROCTOR | ROLE_ADMIN)
#define ROLE_SIGNED_IN (ROLE_CANDIDATE | ROLE_STAFF | ROLE_SUPPORT)
#define ROLE_ANYONE (ROLE_SIGNED_IN | 1u << 5)
/* The desktop app of one session, known by its token and not by a cookie: nobody that signs in. Its
 * routes find the session in q->user. */
#define ROLE_APP (1u << 8)
/* Beside the roles: the handler takes long (a password's hash, a report's pages) and runs on a lane
 * of two threads of its own, so that a crowd that signs in does not hold up those who sit an exam.
 */
#define ROUTE_SLOW (1u << 6)
/* Beside the roles: X-HTTP-Method-Override may name the method (tus 1.0). */
#define ROUTE_OVERRIDE (1u << 7)

typedef bool route_handler(struct server *s, struct request *q, struct response *r,
                           struct error *err);

/* An upload is given to its handler in parts as they arrive, so its size has no bound in memory. */
struct route_upload {
    /* The first part, or all, of the body has arrived. True with *ret NULL means: answer `r` and
     * ignore the body. */
    bool (*begin)(struct server *s, struct request *q, struct response *r, void **ret,
                  struct error *err);
    bool (*add)(void *upload, struct str bytes, struct error *err);
    /* The body is whole: fills the answer. */
    bool (*finish)(void *upload, struct response *r, struct error *err);
    /* Always called last; `cut`: the connection broke, or the body was not whole. */
    void (*end)(void *upload, bool cut);
};

struct route {
    enum http_method method;
    const char *pattern; /* "/api/review/sessions/:session"; parts are [0-9A-Za-z_-]{1,64} */
    unsigned roles;
    size_t body_max; /* bytes; 0 is no body */
    route_handler *handle;
    const struct route_upload *upload; /* instead of handle */
};

struct router {
    const struct route *const *tables; /* ends with NULL */
    const struct route *fallback;      /* GET for what no table knows outside /api/; may be NULL */
    const char *public_origin;         /* NULL: from Host */
    /* Who sends this? ERROR_UNAUTHORIZED is not for here: nobody is id 0. May read the database. */
    bool (*identify)(struct server *s, const struct request *q, struct server_user *ret,
                     struct error *err);
    /* May this person reach the object that the path names? After the role; NULL: anybody may. */
    bool (*reach)(struct server *s, const struct route *route, const struct request *q,
                  struct error *err);
};

/* Finds the row for the path and method and fills q->params and, when it is overridden, q->method.
 * Pure. ERROR_NOT_FOUND when no row has the path; for a path without that method *ret_allow gets
 * the methods it has as bits 1u << HTTP_..., and *ret is NULL. */
MUST_USE bool router_find(const struct router *router, struct request *q, const struct route **ret,
                          unsigned *ret_allow, struct error *err);
/* Answers a method that the path does not have: OPTIONS with the list, others with 405. */
void router_answer_method(struct request *q, unsigned allow, struct response *r);
/* May this request be made? Checks where it comes from, finds q->user, checks the role. */
MUST_USE bool router_admit(const struct router *router, struct server *s, const struct route *route,
                           struct request *q, struct error *err);

/* The tables, each beside its handlers; each ends with method HTTP_NONE. */
extern const struct route sign_in_routes[];
extern const struct route tus_routes[];
extern const struct route campus_routes[];
extern const struct route proctor_routes[];
extern const struct route review_routes[];
extern const struct route review_list_routes[];
extern const struct route review_measured_routes[];
extern const struct route review_identity_routes[];
extern const struct route review_say_routes[];
extern const struct route paper_routes[];
extern const struct route rejudge_routes[];
extern const struct route accommodation_routes[];
extern const struct route support_routes[];
extern const struct route checkin_routes[];
extern const struct route checkin_staff_routes[];
extern const struct route app_routes[];
extern const struct route plugin_routes[];
extern const struct route answers_routes[];
extern const struct route attempt_routes[];
extern const struct route attachment_routes[];
extern const struct route name_routes[];
extern const struct route identity_routes[];
extern const struct route result_routes[];
extern const struct route release_routes[];
extern const struct route live_routes[];
extern const struct route staff_routes[];
extern const struct route *const server_route_tables[]; /* all of them, NULL at the end: server.c */
