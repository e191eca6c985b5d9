#include "campus/view.h"

#include "campus/accommodation.h"
#include "campus/campus_private.h"
#include "proctor/provider.h"

static struct attempt *attempt_at(struct attempt *attempts, size_t len, int64_t exam_id)
{
    for (size_t i = 0; i < len; i++)
        if (attempts[i].exam_id == exam_id)
            return &attempts[i];
    return NULL;
}

bool view_assessments(struct campus *c, int64_t user_id, struct arena *arena,
                      struct assessment **ret, size_t *ret_len, struct error *err)
{
    struct exam *exams;
    struct attempt *attempts;
    size_t exams_len, attempts_len;
    if (!exam_list(c, arena, &exams, &exams_len, err) ||
        !attempt_list(c, user_id, arena, &attempts, &attempts_len, err))
        return false;
    struct assessment *list = arena_alloc(arena, sizeof *list * MAX(exams_len, 1));
    if (!list)
        return error_no_memory(err);
    for (size_t i = 0; i < exams_len; i++) {
        const struct attempt *a = attempt_at(attempts, attempts_len, exams[i].id);
        list[i].exam = exams[i];
        list[i].tried = a != NULL;
        if (a)
            list[i].attempt = *a;
        if (a && a->state == ATTEMPT_SUBMITTED &&
            !provider_stage(c->proctor, a->session_id, &list[i].stage, err))
            return false;
    }
    *ret = list;
    *ret_len = exams_len;
    return true;
}

struct attempt_read {
    struct attempt_view *view;
    struct arena *arena;
    bool any; /* for staff: `attempt_id` is looked up here */
    int64_t attempt_id;
};

static bool attempt_body(struct db *db, void *context, struct error *err)
{
    struct attempt_read *r = context;
    struct attempt_view *v = r->view;
    struct accommodation own;
    if (r->any && !attempt_get_in(db, r->attempt_id, r->arena, &v->attempt, err))
        return false;
    if (!exam_find_in(db, v->attempt.exam_id, r->arena, &v->exam, err) ||
        !accommodation_find_in(db, v->attempt.user_id, v->attempt.exam_id, r->arena, &own, err) ||
        !attachment_list_in(db, v->attempt.id, r->arena, &v->files, &v->files_len, err) ||
        !ledger_list_in(db, v->attempt.id, r->arena, &v->times, &v->times_len, err))
        return false;
    v->extra_s = v->attempt.state == ATTEMPT_CREATED
                     ? accommodation_extra_s(&own, v->exam.duration_s)
                     : v->attempt.extra_s; /* what is set now is too late for it */
    return r->any || v->attempt.state != ATTEMPT_RUNNING || v->attempt.paused_us ||
           (exam_items_in(db, v->attempt.exam_id, r->arena, &v->items, &v->items_len, err) &&
            answer_list_in(db, v->attempt.id, r->arena, &v->answers, &v->answers_len, err) &&
            item_state_list_in(db, v->attempt.id, r->arena, &v->states, &v->states_len, err));
}

bool view_attempt(struct campus *c, int64_t attempt_id, int64_t user_id, struct arena *arena,
                  struct attempt_view *ret, struct error *err)
{
    struct attempt_view v = {0};
    struct attempt_read r = {.view = &v, .arena = arena};
    if (!attempt_find(c, attempt_id, user_id, arena, &v.attempt, err) ||
        !db_store_read(c->store, attempt_body, &r, err))
        return false;
    if (v.attempt.state == ATTEMPT_CREATED && v.attempt.session_id.len &&
        !provider_may_show_exam(c->proctor, v.attempt.session_id, &v.may_start, err))
        return false;
    *ret = v;
    return true;
}

bool view_any_attempt(struct campus *c, int64_t attempt_id, struct arena *arena,
                      struct attempt_view *ret, struct error *err)
{
    struct attempt_view v = {0};
    struct attempt_read r = {.view = &v, .arena = arena, .any = true, .attempt_id = attempt_id};
    if (!db_store_read(c->store, attempt_body, &r, err))
        return false;
    *ret = v;
    return true;
}

struct rows_read {
    int64_t exam_id;
    struct arena *arena;
    struct attempt_row *list;
    size_t len;
};

static bool rows_body(struct db *db, void *context, struct error *err)
{
    struct rows_read *r = context;
    struct exam exam;
    struct attempt *attempts;
    if (!exam_find_in(db, r->exam_id, r->arena, &exam, err) ||
        !attempt_list_of_exam_in(db, r->exam_id, r->arena, &attempts, &r->len, err))
        return false;
    r->list = arena_alloc(r->arena, sizeof *r->list * MAX(r->len, 1));
    if (!r->list)
        return error_no_memory(err);
    for (size_t i = 0; i < r->len; i++) {
        struct attempt_row *row = &r->list[i];
        struct attachment *files;
        size_t len;
        row->attempt = attempts[i];
        if (!user_find_in(db, attempts[i].user_id, &row->user, err) ||
            !ledger_sum_in(db, attempts[i].id, &row->given_us, err) ||
            !attachment_list_in(db, attempts[i].id, r->arena, &files, &len, err))
            return false;
        for (size_t k = 0; k < len; k++)
            row->files += files[k].state == ATTACHMENT_COMPLETE;
    }
    return true;
}

bool view_attempts_of_exam(struct campus *c, int64_t exam_id, struct arena *arena,
                           struct attempt_row **ret, size_t *ret_len, struct error *err)
{
    struct rows_read r = {.exam_id = exam_id, .arena = arena};
    if (!db_store_read(c->store, rows_body, &r, err))
        return false;
    *ret = r.list;
    *ret_len = r.len;
    return true;
}

struct answers_read {
    struct str session_id;
    struct arena *arena;
    struct answers_view view;
};

static bool answers_body(struct db *db, void *context, struct error *err)
{
    struct answers_read *r = context;
    struct answers_view *v = &r->view;
    return attempt_of_session_in(db, r->session_id, r->arena, &v->attempt, err) &&
           exam_items_in(db, v->attempt.exam_id, r->arena, &v->items, &v->items_len, err) &&
           answer_list_in(db, v->attempt.id, r->arena, &v->answers, &v->answers_len, err) &&
           item_state_list_in(db, v->attempt.id, r->arena, &v->states, &v->states_len, err);
}

bool view_answers_of_session(struct campus *c, struct str session_id, struct arena *arena,
                             struct answers_view *ret, struct error *err)
{
    struct answers_read r = {.session_id = session_id, .arena = arena};
    if (!db_store_read(c->store, answers_body, &r, err))
        return false;
    *ret = r.view;
    return true;
}

struct results_read {
    struct arena *arena;
    const struct attempt *attempts;
    size_t attempts_len;
    struct result *list;
    size_t len;
};

static bool results_body(struct db *db, void *context, struct error *err)
{
    struct results_read *r = context;
    for (size_t i = 0; i < r->attempts_len; i++) {
        const struct attempt *a = &r->attempts[i];
        struct result *result = &r->list[r->len];
        if (a->state != ATTEMPT_SUBMITTED)
            continue;
        result->submitted_us = a->submitted_us;
        if (!exam_find_in(db, a->exam_id, r->arena, &result->exam, err) ||
            !grade_sum_in(db, a->id, a->exam_id, &result->sum, err))
            return false;
        r->len++;
    }
    return true;
}

bool view_results(struct campus *c, int64_t user_id, struct arena *arena, struct result **ret,
                  size_t *ret_len, struct error *err)
{
    struct attempt *attempts;
    struct results_read r = {.arena = arena};
    if (!attempt_list(c, user_id, arena, &attempts, &r.attempts_len, err))
        return false;
    r.attempts = attempts;
    r.list = arena_alloc(arena, sizeof *r.list * MAX(r.attempts_len, 1));
    if (!r.list)
        return error_no_memory(err);
    if (!db_store_read(c->store, results_body, &r, err))
        return false;
    *ret = r.list;
    *ret_len = r.len;
    return true;
}
