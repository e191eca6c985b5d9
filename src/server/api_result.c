/* The candidate's side of a review: their sittings and how far each is, and once a result is
 * released the decision, their own flags and recordings, remarks and an appeal. Never notes of
 * reviewers; names of staff only where the terms say so. */
#include "base/clock.h"
#include "proctor/appeal.h"
#include "proctor/deletion.h"
#include "proctor/exam.h"
#include "proctor/flag.h"
#include "proctor/keep.h"
#include "proctor/provider.h"
#include "proctor/session.h"
#include "proctor/stream.h"
#include "server/api_media.h"
#include "server/router.h"
#include "server/server.h"

#define BODY_MAX ((size_t)32 << 10)

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

/* The session if it is the candidate's, and its release, which must be there. */
static bool find_released(struct server *s, struct request *q, struct session *ret_session,
                          struct release *ret, struct error *err)
{
    if (!session_find_own(s->proctor, q->params[0], q->user.id, ret_session, err) ||
        !release_find(s->proctor, q->params[0], q->arena, ret, err))
        return false;
    return ret->made ||
           error_set(err, ERROR_CONFLICT, "the result of this session is not released yet");
}

/* ---- what is kept, and what was deleted ---- */

struct hold {
    struct str session_id;
    int64_t until_us;
};

static bool hold_body(struct db *db, void *context, struct error *err)
{
    struct hold *h = context;
    return appeal_hold_in(db, h->session_id, clock_wall_us(), &h->until_us, err);
}

static json_t *deletions_json(const struct deletion *list, size_t len)
{
    json_t *array = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(array,
                              json_pack("{s:o, s:o, s:I, s:b}", "id", text_json(list[i].id), "what",
                                        text_json(list[i].what), "time_us",
                                        (json_int_t)list[i].made_us, "signed", list[i].is_signed));
    return array;
}

static bool keep_json(struct server *s, struct request *q, struct str session_id, json_t **ret,
                      struct error *err)
{
    struct keep keep;
    struct deletion *deletions;
    size_t len;
    struct hold hold = {.session_id = session_id};
    if (!keep_find(s->proctor, session_id, &keep, err) ||
        !db_store_read(s->proctor->store, hold_body, &hold, err) ||
        !deletion_list(s->proctor, session_id, q->arena, &deletions, &len, err))
        return false;
    json_t *parts = json_object();
    for (int i = 0; i < TERMS_PARTS; i++)
        json_object_set_new(parts, terms_part_name((enum terms_part)i),
                            json_pack("{s:I, s:o}", "until_us", (json_int_t)keep.due_us[i],
                                      "gone_us", time_json(keep.gone_us[i])));
    *ret = json_pack("{s:o, s:b, s:o}", "parts", parts, "held", hold.until_us != 0, "deletions",
                     deletions_json(deletions, len));
    return *ret || error_no_memory(err);
}

/* ---- the list ---- */

static const char *stage_name(const struct session *s, enum provider_stage stage)
{
    return s->state < SESSION_ENDED ? "none" : provider_stage_name(stage);
}

static bool row_json(struct server *s, struct request *q, const struct session *session,
                     json_t **ret, struct error *err)
{
    struct proctored_exam exam;
    struct release release;
    struct appeal appeal;
    enum provider_stage stage;
    json_t *keep;
    struct str id = str_from(session->id);
    if (!proctored_exam_find(s->proctor, str_from(session->exam_id), &exam, err) ||
        !provider_stage(s->proctor, id, &stage, err) ||
        !release_find(s->proctor, id, q->arena, &release, err) ||
        !appeal_find(s->proctor, id, q->arena, &appeal, err) || !keep_json(s, q, id, &keep, err))
        return false;
    *ret = json_pack("{s:s, s:s, s:s, s:I, s:s, s:o, s:o, s:s, s:o}", "session", session->id,
                     "title", exam.title, "kind", exam.practice ? "practice" : "exam", "ended_us",
                     (json_int_t)session->ended_us, "stage", stage_name(session, stage),
                     "released_us", time_json(release.made ? release.released_us : 0),
                     "appeal_until_us", time_json(release.made ? release.appeal_until_us : 0),
                     "appeal", appeal_state_name(appeal.state), "keep", keep);
    return *ret || error_no_memory(err);
}

static bool get_results(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct session *sessions;
    size_t len;
    CLEANUP(json_decrefp) json_t *list = json_array();
    if (!session_list_own(s->proctor, q->user.id, q->arena, &sessions, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        json_t *row;
        if (sessions[i].state < SESSION_ENDED)
            continue;
        if (!row_json(s, q, &sessions[i], &row, err))
            return false;
        if (json_array_append_new(list, row))
            return error_no_memory(err);
    }
    return response_json(
        r, 200, json_pack("{s:O, s:I}", "sessions", list, "server_us", (json_int_t)clock_wall_us()),
        err);
}

/* ---- one ---- */

static struct str note_of(const struct annotation *notes, size_t len, int64_t flag_id)
{
    for (size_t i = 0; i < len; i++)
        if (notes[i].flag_id == flag_id)
            return notes[i].note;
    return STR("");
}

static json_t *flags_json(const struct flag_row *flags, size_t len, const struct annotation *notes,
                          size_t notes_len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct flag_row *row = &flags[i];
        const struct flag *f = &row->flag;
        json_array_append_new(
            list,
            json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:b, s:o}", "id",
                      (json_int_t)row->id, "stream", row->stream_id, "rule", rule_name(f->rule),
                      "title", rule_title(f->rule), "meaning", rule_meaning(f->rule), "from_us",
                      (json_int_t)(row->start_us + f->from_us), "to_us",
                      (json_int_t)(row->start_us + f->to_us), "numbers", f->numbers, "picture",
                      row->picture, "note", text_json(note_of(notes, notes_len, row->id))));
    }
    return list;
}

/* What a reviewer's player plays, too; files are no recordings. */
static json_t *streams_json(const struct stream *streams, size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++)
        if (stream_is_recording(&streams[i]) && !streams[i].deleted_us && streams[i].size)
            json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "id", streams[i].id, "kind",
                                                  stream_kind_name(streams[i].kind), "start_us",
                                                  (json_int_t)streams[i].start_us));
    return list;
}

static json_t *name_json(const struct keep *keep, struct str name)
{
    return keep->terms.staff_names && name.len ? text_json(name) : json_null();
}

static json_t *appeal_json(const struct appeal *a, const struct release *release,
                           const struct keep *keep)
{
    bool answered = a->state == APPEAL_ANSWERED;
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "state", appeal_state_name(a->state),
        "until_us", time_json(release->appeal_until_us), "reason",
        a->state ? text_json(a->reason) : json_null(), "made_us", time_json(a->made_us), "outcome",
        answered ? json_string(review_outcome_name(a->outcome)) : json_null(), "answer",
        answered ? text_json(a->answer) : json_null(), "answered_us", time_json(a->answered_us),
        "by", answered ? name_json(keep, a->staff_name) : json_null());
}

static bool answer_result(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    struct proctor *p = s->proctor;
    struct str id = q->params[0];
    struct session session;
    struct proctored_exam exam;
    struct release release;
    struct appeal appeal;
    struct keep keep;
    struct flag_row *flags;
    struct stream *streams;
    struct annotation *notes;
    size_t flags_len, streams_len, notes_len;
    json_t *kept;
    if (!find_released(s, q, &session, &release, err) ||
        !proctored_exam_find(p, str_from(session.exam_id), &exam, err) ||
        !appeal_find(p, id, q->arena, &appeal, err) || !keep_find(p, id, &keep, err) ||
        !flag_list(p, id, q->arena, &flags, &flags_len, err) ||
        !stream_list(p, id, q->arena, &streams, &streams_len, err) ||
        !appeal_annotations(p, id, q->arena, &notes, &notes_len, err) ||
        !keep_json(s, q, id, &kept, err))
        return false;
    return response_json(
        r, 200,
        json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:I}", "session",
                  session.id, "title", exam.title, "kind", exam.practice ? "practice" : "exam",
                  "started_us", (json_int_t)session.started_us, "ended_us",
                  (json_int_t)session.ended_us, "released_us", (json_int_t)release.released_us,
                  "outcome", review_outcome_name(appeal_holding(&release, &appeal)), "by",
                  name_json(&keep, release.decided_by), "flags",
                  flags_json(flags, flags_len, notes, notes_len), "streams",
                  streams_json(streams, streams_len), "appeal",
                  appeal_json(&appeal, &release, &keep), "keep", kept, "server_us",
                  (json_int_t)clock_wall_us()),
        err);
}

static bool put_note(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str note;
    int64_t flag_id;
    if (!request_param_i64(q, 1, &flag_id, err) || !request_json(q, &body, err) ||
        !request_json_only(body, "note", err) ||
        !json_get_str(body, "", "note", APPEAL_NOTE_MAX, &note, err) ||
        !appeal_annotate(s->proctor, q->params[0], q->user.id, flag_id, note, err))
        return false;
    r->status = 204;
    return true;
}

static bool post_appeal(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str reason;
    if (!request_json(q, &body, err) || !request_json_only(body, "reason", err) ||
        !json_get_str(body, "", "reason", APPEAL_TEXT_MAX, &reason, err) ||
        !appeal_make(s->proctor, q->params[0], q->user.id, reason, err))
        return false;
    return answer_result(s, q, r, err);
}

static bool get_media(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct session session;
    struct release release;
    struct stream stream;
    if (!find_released(s, q, &session, &release, err) ||
        !stream_get(s->proctor, q->params[0], q->params[1], q->arena, &stream, err))
        return false;
    if (!stream_is_recording(&stream))
        return error_set(err, ERROR_NOT_FOUND, "no such recording");
    return api_media_own(s, q, r, err);
}

static bool get_picture(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct session session;
    struct release release;
    int64_t flag_id;
    if (!request_param_i64(q, 1, &flag_id, err) || !find_released(s, q, &session, &release, err) ||
        !flag_picture(s->proctor, q->params[0], flag_id, &r->body, err))
        return false;
    response_header(r, "Content-Type", "image/jpeg");
    response_header(r, "Cache-Control", "no-store");
    return buf_ok(&r->body, err);
}

/* ---- receipts of deletion ---- */

static bool answer_deletion(struct server *s, struct request *q, struct response *r,
                            struct error *err)
{
    struct deletion *list;
    size_t len;
    if (!deletion_list(s->proctor, q->params[0], q->arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!str_eq(list[i].id, q->params[1]))
            continue;
        if (!list[i].is_signed)
            return error_set(err, ERROR_CONFLICT, "the files are being removed; come back soon");
        response_header(r, "Content-Type", "application/json");
        response_header(r, "Content-Disposition", "attachment; filename=\"deletion.json\"");
        buf_add(&r->body, list[i].receipt); /* the very bytes that were signed */
        return buf_ok(&r->body, err);
    }
    return error_set(err, ERROR_NOT_FOUND, "no such receipt");
}

static bool get_own_deletion(struct server *s, struct request *q, struct response *r,
                             struct error *err)
{
    struct session session;
    return session_find_own(s->proctor, q->params[0], q->user.id, &session, err) &&
           answer_deletion(s, q, r, err);
}

static bool get_deletions(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    struct session session;
    json_t *keep;
    return session_find(s->proctor, q->params[0], &session, err) &&
           keep_json(s, q, q->params[0], &keep, err) && response_json(r, 200, keep, err);
}

const struct route result_routes[] = {
    {HTTP_GET, "/api/proctor/results", ROLE_CANDIDATE, 0, get_results, NULL},
    {HTTP_GET, "/api/proctor/sessions/:session/result", ROLE_CANDIDATE, 0, answer_result, NULL},
    {HTTP_PUT, "/api/proctor/sessions/:session/result/flags/:flag", ROLE_CANDIDATE, BODY_MAX,
     put_note, NULL},
    {HTTP_GET, "/api/proctor/sessions/:session/result/flags/:flag/picture", ROLE_CANDIDATE, 0,
     get_picture, NULL},
    {HTTP_GET, "/api/proctor/sessions/:session/result/streams/:stream/media", ROLE_CANDIDATE, 0,
     get_media, NULL},
    {HTTP_POST, "/api/proctor/sessions/:session/appeal", ROLE_CANDIDATE, BODY_MAX, post_appeal,
     NULL},
    {HTTP_GET, "/api/proctor/sessions/:session/deletions/:deletion", ROLE_CANDIDATE, 0,
     get_own_deletion, NULL},
    {HTTP_GET, "/api/review/sessions/:session/deletions", ROLE_STAFF, 0, get_deletions, NULL},
    {HTTP_GET, "/api/review/sessions/:session/deletions/:deletion", ROLE_STAFF, 0, answer_deletion,
     NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
