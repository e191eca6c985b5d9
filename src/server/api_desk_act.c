/* What a support agent does for a candidate. Each act is one write together with its audit entry.
 */
#include "campus/ledger.h"
#include "proctor/audit.h"
#include "proctor/session.h"
#include "server/api_desk.h"
#include "server/server.h"

#define MINUTES_MAX 180

struct giving {
    struct request *q;
    struct str reason;
    int64_t minutes;
};

static bool give_body(struct db *db, void *context, struct error *err)
{
    const struct giving *g = context;
    struct attempt attempt;
    struct session session;
    if (!session_find_in(db, g->q->params[0], &session, err) ||
        !attempt_of_session_in(db, g->q->params[0], g->q->arena, &attempt, err))
        return false;
    const struct time_entry given = {.attempt_id = attempt.id,
                                     .kind = TIME_SUPPORT,
                                     .given_us = g->minutes * 60 * SECOND_US,
                                     .reason = g->reason,
                                     .who = g->q->user.full_name};
    const struct audit_entry entry = {.actor_ref = g->q->user.id,
                                      .actor = g->q->user.full_name,
                                      .action = STR("time-added"),
                                      .session_id = g->q->params[0],
                                      .user_ref = session.user_ref,
                                      .candidate = str_from(session.candidate),
                                      .reason = g->reason};
    return attempt_add_time_in(db, attempt.id, &given, err) &&
           audit_add_in(db, &entry, json_pack("{s:I}", "minutes", (json_int_t)g->minutes), err);
}

bool desk_post_time(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct giving g = {.q = q};
    return request_json(q, &body, err) && request_json_only(body, "minutes reason", err) &&
           json_get_i64(body, "", "minutes", 1, MINUTES_MAX, &g.minutes, err) &&
           json_get_str(body, "", "reason", AUDIT_REASON_MAX, &g.reason, err) &&
           audit_check_reason(g.reason, err) && db_store_write(s->store, give_body, &g, err) &&
           response_json(r, 201, json_object(), err);
}
