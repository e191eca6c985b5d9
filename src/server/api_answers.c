/* What a candidate answered, for those who review the sitting: the portal's side of it. The
 * proctoring half knows when something was saved (its milestones), never what; so this is a route
 * of the portal, and another portal has none. Points and right answers are not told: whoever judges
 * a sitting does not need them. */
#include "campus/view.h"
#include "server/api_attempt.h"
#include "server/router.h"
#include "server/server.h"

static bool get_answers(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct answers_view v;
    CLEANUP(json_decrefp) json_t *list = json_array();
    if (!view_answers_of_session(s->campus, q->params[0], q->arena, &v, err))
        return false;
    for (size_t i = 0; i < v.items_len; i++) {
        const struct item *item = &v.items[i];
        const struct item_state *state = api_item_state(v.states, v.states_len, item->id);
        json_t *answer;
        if (!api_answer_json(v.answers, v.answers_len, item->id, &answer, err))
            return false;
        if (json_array_append_new(
                list,
                json_pack("{s:I, s:I, s:s, s:s%, s:o, s:o, s:o}", "id", (json_int_t)item->id,
                          "position", (json_int_t)item->position, "kind",
                          item_kind_name(item->kind), "prompt", item->prompt.ptr, item->prompt.len,
                          "options", api_options_json(item), "answer", answer, "seen_us",
                          state && state->seen_us ? json_integer(state->seen_us) : json_null())))
            return error_no_memory(err);
    }
    response_header(r, "Cache-Control", "no-store");
    return response_json(r, 200, json_pack("{s:O}", "items", list), err);
}

const struct route answers_routes[] = {
    {HTTP_GET, "/api/campus/sessions/:session/answers", ROLE_STAFF, 0, get_answers, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
