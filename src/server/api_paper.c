/* Reports on paper, for staff: of a session and of an exam. Each is made when it is asked for. */
#include "paper/doc.h"
#include "paper/paper.h"
#include "proctor/exam.h"
#include "proctor/session.h"
#include "server/router.h"
#include "server/server.h"

#include <string.h>

/* Whose object it is was asked by server/access.h. */
static bool may_see_session(struct server *server, const struct request *q, struct error *err)
{
    struct session session;
    return session_find(server->proctor, q->params[0], &session, err);
}

static bool may_see_exam(struct server *server, const struct request *q, struct error *err)
{
    struct proctored_exam exam;
    return proctored_exam_find(server->proctor, q->params[0], &exam, err);
}

static bool read_wish(const struct request *q, enum paper_format format, struct paper_wish *ret,
                      struct error *err)
{
    *ret = (struct paper_wish){.format = format, .reader_ref = q->user.id};
    return paper_language_from_name(request_query(q, "lang"), &ret->language) ||
           error_set(err, ERROR_INVALID, "lang: must be en or de");
}

/* A page is shown, whatever else is kept; a name that nobody chose needs no quoting. */
static bool describe(struct request *q, struct response *r, const char *type, const char *what,
                     const char *ending, bool shown, struct error *err)
{
    const char *disposition =
        arena_printf(q->arena, "%s; filename=\"%s-" STR_FMT ".%s\"",
                     shown ? "inline" : "attachment", what, STR_ARG(q->params[0]), ending);
    if (!disposition)
        return error_no_memory(err);
    response_header(r, "Content-Type", type);
    response_header(r, "Content-Disposition", disposition);
    response_header(r, "Cache-Control", "no-store");
    return buf_ok(&r->body, err);
}

static bool answer(struct request *q, struct response *r, enum paper_format format,
                   const char *what, struct error *err)
{
    if (format == PAPER_PDF)
        return describe(q, r, "application/pdf", what, "pdf", false, err);
    char *policy = arena_alloc(q->arena, DOC_POLICY_MAX);
    if (!policy)
        return error_no_memory(err);
    doc_html_policy(policy);
    response_header(r, "Content-Security-Policy", policy);
    return describe(q, r, "text/html; charset=utf-8", what, "html", true, err);
}

/* ---- of a session ---- */

static bool answer_session(struct server *server, struct request *q, struct response *r,
                           enum paper_format format, struct error *err)
{
    struct paper_wish wish;
    return read_wish(q, format, &wish, err) && may_see_session(server, q, err) &&
           paper_session(server->proctor, q->params[0], &wish, &r->body, err) &&
           answer(q, r, format, "report", err);
}

static bool get_html(struct server *server, struct request *q, struct response *r,
                     struct error *err)
{
    return answer_session(server, q, r, PAPER_HTML, err);
}

static bool get_pdf(struct server *server, struct request *q, struct response *r, struct error *err)
{
    return answer_session(server, q, r, PAPER_PDF, err);
}

static bool read_format(const struct request *q, enum paper_format *ret, struct error *err)
{
    struct str given = request_query(q, "format");
    for (int i = PAPER_HTML; i < PAPER_FORMATS; i++)
        if (str_eq(given, str_from(paper_format_name((enum paper_format)i)))) {
            *ret = (enum paper_format)i;
            return true;
        }
    return error_set(err, ERROR_INVALID, "format: must be html or pdf");
}

static bool get_signature(struct server *server, struct request *q, struct response *r,
                          struct error *err)
{
    struct paper_wish wish;
    enum paper_format format;
    struct str sha256 = request_query(q, "sha256");
    CLEANUP(freep) char *text = NULL;
    if (!read_format(q, &format, err) || !read_wish(q, format, &wish, err) ||
        !may_see_session(server, q, err) ||
        !paper_signature(server->proctor, q->params[0], &wish, sha256, &text, err))
        return false;
    buf_add_c(&r->body, text); /* the very bytes that are signed but for the signature */
    return describe(q, r, "application/json", "report",
                    format == PAPER_PDF ? "pdf.sig.json" : "html.sig.json", false, err);
}

/* ---- of an exam ---- */

static bool answer_exam(struct server *server, struct request *q, struct response *r,
                        enum paper_format format, struct error *err)
{
    struct paper_wish wish;
    return read_wish(q, format, &wish, err) && may_see_exam(server, q, err) &&
           paper_exam(server->proctor, q->params[0], &wish, &r->body, err) &&
           answer(q, r, format, "exam", err);
}

static bool get_exam_html(struct server *server, struct request *q, struct response *r,
                          struct error *err)
{
    return answer_exam(server, q, r, PAPER_HTML, err);
}

static bool get_exam_pdf(struct server *server, struct request *q, struct response *r,
                         struct error *err)
{
    return answer_exam(server, q, r, PAPER_PDF, err);
}

static bool get_exam_csv(struct server *server, struct request *q, struct response *r,
                         struct error *err)
{
    return may_see_exam(server, q, err) &&
           paper_exam_csv(server->proctor, q->params[0], q->user.id, &r->body, err) &&
           describe(q, r, "text/csv; charset=utf-8", "exam", "csv", false, err);
}

/* Hundreds of flags take part of a second to draw, a large exam seconds to count: on a lane of
 * their own, so that nobody who sits an exam waits for it. */
#define STAFF_SLOWLY (ROLE_STAFF | ROUTE_SLOW)

const struct route paper_routes[] = {
    {HTTP_GET, "/api/review/sessions/:session/report/html", STAFF_SLOWLY, 0, get_html, NULL},
    {HTTP_GET, "/api/review/sessions/:session/report/pdf", STAFF_SLOWLY, 0, get_pdf, NULL},
    {HTTP_GET, "/api/review/sessions/:session/report/signature", STAFF_SLOWLY, 0, get_signature,
     NULL},
    {HTTP_GET, "/api/review/exams/:exam/summary/html", STAFF_SLOWLY, 0, get_exam_html, NULL},
    {HTTP_GET, "/api/review/exams/:exam/summary/pdf", STAFF_SLOWLY, 0, get_exam_pdf, NULL},
    {HTTP_GET, "/api/review/exams/:exam/summary/csv", STAFF_SLOWLY, 0, get_exam_csv, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
