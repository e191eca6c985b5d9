/* What a candidate answered, for those who review the sitting: the portal's side of it. The
 * proctoring half knows when something was saved (its milestones), never what; so this is a route
 * of the portal, and another portal has none. Points and right answers are not told: whoever judges
 * a sitting does not need them. */
#include "campus/view.h"
#include "server/router.h"
#include "server/server.h"

static json_t *options_json(const struct item *item)
{
    json_t *list = json_array();
    for (size_t i = 0; i < item->options_len; i++)
        json_array_append_new(list, json_pack("{s:I, s:s%}", "id", (json_int_t)item->options[i].id,
                                              "text", item->options[i].text.ptr,
                                              item->options[i].text.len));
    return list;
}

static bool answer_json(const struct answers_view *v, int64_t item_id, json_t **ret,
                        struct error *err)
{
    for (size_t i = 0; i < v->answers_len; i++) {
        const struct answer *a = &v->answers[i];
        json_t *value;
        if (a->item_id != item_id)
            continue;
        if (!json_parse(a->value, &value, err))
            return error_wrap(err, "an answer");
        *ret = json_pack("{s:o, s:I, s:I}", "value", value, "revision", (json_int_t)a->revision,
                         "saved_us", (json_int_t)a->saved_us);
        return *ret || error_no_memory(err);
    }
    *ret = json_null();
    return true;
}

static json_t *seen_json(const struct answers_view *v, int64_t item_id)
{
    for (size_t i = 0; i < v->states_len; i++)
        if (v->states[i].item_id == item_id && v->states[i].seen_us)
            return json_integer(v->states[i].seen_us);
    return json_null();
}

static bool get_answers(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct answers_view v;
    CLEANUP(json_decrefp) json_t *list = json_array();
    if (!view_answers_of_session(s->campus, q->params[0], q->arena, &v, err))
        return false;
    for (size_t i = 0; i < v.items_len; i++) {
        const struct item *item = &v.items[i];
        json_t *answer;
        if (!answer_json(&v, item->id, &answer, err))
            return false;
        if (json_array_append_new(
                list, json_pack("{s:I, s:I, s:s, s:s%, s:o, s:o, s:o}", "id", (json_int_t)item->id,
                                "position", (json_int_t)item->position, "kind",
                                item_kind_name(item->kind), "prompt", item->prompt.ptr,
                                item->prompt.len, "options", options_json(item), "answer", answer,
                                "seen_us", seen_json(&v, item->id))))
            return error_no_memory(err);
    }
    response_header(r, "Cache-Control", "no-store");
    return response_json(r, 200, json_pack("{s:O}", "items", list), err);
}

const struct route answers_routes[] = {
    {HTTP_GET, "/api/campus/sessions/:session/answers", ROLE_STAFF, 0, get_answers, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
