#include "server/access.h"

#include "campus/accommodation.h"
#include "campus/attachment.h"
#include "campus/attempt.h"
#include "campus/name_request.h"
#include "campus/view.h"
#include "proctor/profile.h"
#include "proctor/session.h"
#include "proctor/staff.h"
#include "proctor/support.h"
#include "server/server.h"

#include <string.h>

/* Whose an object is: of an exam, or of a candidate with all their exams. Both empty: it does not
 * exist, or belongs to no exam. */
struct owner {
    char exam_id[ID_TEXT_SIZE];
    int64_t user_ref;
};

typedef bool find_owner(struct server *s, const struct request *q, struct str id, struct owner *ret,
                        struct error *err);

/* What is not there has no owner; other errors are errors. */
static bool missing_is_fine(bool found, struct error *err)
{
    if (found || err->code == ERROR_NOT_FOUND || err->code == ERROR_GONE) {
        *err = (struct error){0};
        return true;
    }
    return false;
}

static bool of_exam(struct server *s, const struct request *q, struct str id, struct owner *ret,
                    struct error *err)
{
    (void)s;
    (void)q;
    (void)err;
    if (id.len < sizeof ret->exam_id) /* a longer one is no exam's */
        str_into(id, ret->exam_id, sizeof ret->exam_id);
    return true;
}

static bool of_session(struct server *s, const struct request *q, struct str id, struct owner *ret,
                       struct error *err)
{
    struct session session;
    (void)q;
    bool found = session_find(s->proctor, id, &session, err);
    if (found)
        memcpy(ret->exam_id, session.exam_id, sizeof ret->exam_id);
    return missing_is_fine(found, err);
}

struct campus_exam {
    int64_t id;
    struct arena *arena;
    struct exam exam;
};

static bool exam_body(struct db *db, void *context, struct error *err)
{
    struct campus_exam *e = context;
    return exam_find_in(db, e->id, e->arena, &e->exam, err);
}

static bool by_campus_exam(struct server *s, const struct request *q, int64_t id, struct owner *ret,
                           struct error *err)
{
    struct campus_exam e = {.id = id, .arena = q->arena};
    bool found = db_store_read(s->store, exam_body, &e, err);
    return missing_is_fine(found, err) && (!found || of_exam(s, q, e.exam.proctored_id, ret, err));
}

static bool of_campus_exam(struct server *s, const struct request *q, struct str id,
                           struct owner *ret, struct error *err)
{
    int64_t number;
    return !str_to_i64(id, &number) || by_campus_exam(s, q, number, ret, err);
}

static bool by_attempt(struct server *s, const struct request *q, int64_t id, struct owner *ret,
                       struct error *err)
{
    struct attempt_view view;
    bool found = view_any_attempt(s->campus, id, q->arena, &view, err);
    return missing_is_fine(found, err) &&
           (!found || of_exam(s, q, view.exam.proctored_id, ret, err));
}

static bool of_attempt(struct server *s, const struct request *q, struct str id, struct owner *ret,
                       struct error *err)
{
    int64_t number;
    return !str_to_i64(id, &number) || by_attempt(s, q, number, ret, err);
}

static bool of_attachment(struct server *s, const struct request *q, struct str id,
                          struct owner *ret, struct error *err)
{
    struct attachment x;
    bool found = attachment_get(s->campus, id, &x, err);
    return missing_is_fine(found, err) && (!found || by_attempt(s, q, x.attempt_id, ret, err));
}

static bool of_profile(struct server *s, const struct request *q, struct str id, struct owner *ret,
                       struct error *err)
{
    struct profile profile;
    bool found = profile_find_by_id(s->proctor, id, q->arena, &profile, err);
    if (found)
        ret->user_ref = profile.user_ref;
    return missing_is_fine(found, err);
}

static bool of_thread(struct server *s, const struct request *q, struct str id, struct owner *ret,
                      struct error *err)
{
    struct support_thread thread;
    int64_t number;
    if (!str_to_i64(id, &number))
        return true;
    bool found = support_thread_find(s->proctor, number, q->arena, &thread, err);
    return missing_is_fine(found, err) &&
           (!found || thread.session_id.len == 0 || of_session(s, q, thread.session_id, ret, err));
}

static bool of_name_request(struct server *s, const struct request *q, struct str id,
                            struct owner *ret, struct error *err)
{
    int64_t number;
    (void)q;
    return !str_to_i64(id, &number) || name_request_whose(s->campus, number, &ret->user_ref, err);
}

static bool of_accommodation(struct server *s, const struct request *q, struct str id,
                             struct owner *ret, struct error *err)
{
    int64_t number, exam_id;
    return !str_to_i64(id, &number) || (accommodation_exam(s->campus, number, &exam_id, err) &&
                                        by_campus_exam(s, q, exam_id, ret, err));
}

/* The first parameter of a route is its object; what follows is looked for within it by the
 * handler. */
static const struct {
    const char *prefix;
    find_owner *find; /* NULL: nothing of a person */
} objects[] = {
    {"/api/review/sessions/:session", of_session},
    {"/api/support/sessions/:session", of_session},
    {"/api/campus/sessions/:session", of_session},
    {"/api/review/exams/:exam", of_exam},
    {"/api/review/profiles/:profile", of_profile},
    {"/api/support/threads/:thread", of_thread},
    {"/api/campus/exams/:exam", of_campus_exam},
    {"/api/campus/attempts/:attempt", of_attempt},
    {"/api/campus/attachments/:attachment", of_attachment},
    {"/api/campus/name-requests/:id", of_name_request},
    {"/api/campus/accommodations/:id", of_accommodation},
    {"/api/proctor/downloads/:platform", NULL},
};

static bool nothing(struct error *err)
{
    return error_set(err, ERROR_NOT_FOUND, "there is nothing of that name");
}

static bool sees_owner(struct server *s, const struct request *q, const struct owner *owner,
                       bool *ret, struct error *err)
{
    return owner->user_ref
               ? staff_sees_candidate(s->proctor, q->user.id, owner->user_ref, ret, err)
               : staff_sees_exam(s->proctor, q->user.id, str_from(owner->exam_id), ret, err);
}

/* Of the two that are kept to their exams; administrators leave a trace. */
static bool check(struct server *s, const struct request *q, const struct owner *owner,
                  struct error *err)
{
    bool seen;
    if (q->user.role == ROLE_ADMIN) {
        const struct provider_person by = {q->user.id, q->user.full_name};
        return owner->exam_id[0] == '\0' ||
               missing_is_fine(staff_looked(s->proctor, str_from(owner->exam_id), &by, err), err);
    }
    return sees_owner(s, q, owner, &seen, err) && (seen || nothing(err));
}

int64_t access_viewer(const struct request *q)
{
    return q->user.role & (ROLE_INSTRUCTOR | ROLE_PROCTOR) ? q->user.id : STAFF_SEES_ALL;
}

bool access_object(struct server *s, const struct route *route, const struct request *q,
                   struct error *err)
{
    struct owner owner = {0};
    if (!(q->user.role & ROLE_STAFF) || !strchr(route->pattern, ':'))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(objects); i++)
        if (str_starts(str_from(route->pattern), str_from(objects[i].prefix)))
            return !objects[i].find ||
                   (objects[i].find(s, q, q->params[0], &owner, err) && check(s, q, &owner, err));
    return q->user.role == ROLE_ADMIN || nothing(err);
}

bool access_campus_exam(struct server *s, const struct request *q, int64_t exam_id,
                        struct error *err)
{
    struct owner owner = {0};
    return by_campus_exam(s, q, exam_id, &owner, err) && check(s, q, &owner, err);
}

bool access_thread(struct server *s, const struct request *q, int64_t thread, struct error *err)
{
    struct owner owner = {0};
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, thread);
    return !(q->user.role & ROLE_STAFF) ||
           (of_thread(s, q, str_from(text), &owner, err) && check(s, q, &owner, err));
}

bool access_sees_candidate(struct server *s, const struct request *q, int64_t user_id, bool *ret,
                           struct error *err)
{
    return staff_sees_candidate(s->proctor, access_viewer(q), user_id, ret, err);
}

bool access_sees_campus_exam(struct server *s, const struct request *q, int64_t exam_id, bool *ret,
                             struct error *err)
{
    struct owner owner = {0};
    return by_campus_exam(s, q, exam_id, &owner, err) &&
           staff_sees_exam(s->proctor, access_viewer(q), str_from(owner.exam_id), ret, err);
}
