/* Incidents with all their flags: what the program measured, the still that shows it, and below it
 * what people and the candidate said. */
#include "paper/item.h"
#include "paper/parts.h"

#include <string.h>

size_t parts_judgements(const struct material *m, int64_t flag_id)
{
    size_t count = 0;
    for (size_t i = 0; i < m->seen.answers_len; i++)
        count +=
            m->seen.answers[i].flag_id == flag_id && m->seen.answers[i].answer != REVIEW_UNANSWERED;
    return count;
}

const char *parts_stream(const struct parts *s, const char *stream_id)
{
    const struct stream *stream = material_stream(s->m, stream_id);
    return stream ? s->w->streams[stream->kind] : s->w->no_recording;
}

/* ---- a flag ---- */

static struct str why_no_picture(const struct parts *s, const struct error *why)
{
    return str_from(why->code == ERROR_GONE        ? s->w->picture_gone
                    : why->code == ERROR_NOT_FOUND ? s->w->no_picture
                                                   : s->w->picture_altered);
}

/* The evidence is told as it is: a picture that cannot be read is said to be unreadable, and the
 * report is made all the same. */
static bool read_picture(struct parts *s, const struct flag_row *row, struct str *ret,
                         struct str *ret_why, struct error *err)
{
    CLEANUP(buf_done) struct buf jpeg = {0};
    struct error why = {0};
    *ret = STR("");
    *ret_why = str_from(s->w->no_picture);
    if (!row->picture)
        return true;
    if (s->picture_bytes >= PARTS_PICTURES_MAX) {
        *ret_why = str_from(s->w->picture_left_out);
        return true;
    }
    if (!flag_picture(s->m->p, str_from(s->m->session.id), row->id, &jpeg, &why)) {
        if (why.code != ERROR_GONE && why.code != ERROR_NOT_FOUND && why.code != ERROR_CHECKSUM &&
            why.code != ERROR_INVALID)
            return error_set(err, why.code, "%s", why.message);
        *ret_why = why_no_picture(s, &why);
        return true;
    }
    if (!buf_ok(&jpeg, err))
        return false;
    *ret = arena_copy(s->m->arena, buf_str(&jpeg));
    s->picture_bytes += ret->len;
    return ret->ptr || error_no_memory(err);
}

static struct str place_of(struct parts *s, const struct flag_row *row)
{
    char from[REPORT_TIME_MAX];
    struct str name = str_from(parts_stream(s, row->stream_id));
    report_time(row->flag.from_us, from);
    return row->stream_id[0] ? doc_fill(s->d, s->w->in_recording, name, str_from(from)) : name;
}

static bool add_flag(struct parts *s, const struct flag_row *row, struct error *err)
{
    const struct flag *f = &row->flag;
    struct item item = {
        .flag = f,
        .policy = &s->m->policy,
        .when = words_span(s->d, row->start_us + f->from_us, row->start_us + f->to_us),
        .place = place_of(s, row),
        .seen = words_clock(s->d, row->start_us + f->best_us),
    };
    if (!read_picture(s, row, &item.jpeg, &item.why_none, err))
        return false;
    item_add(s->d, s->language, &item);
    return true;
}

/* ---- what was said of it ---- */

static void add_judgements(struct parts *s, int64_t flag_id)
{
    for (size_t i = 0; i < s->m->seen.answers_len; i++) {
        const struct review_answer_row *a = &s->m->seen.answers[i];
        if (a->flag_id == flag_id && a->answer != REVIEW_UNANSWERED)
            doc_said(s->d, DOC_PERSON,
                     doc_fill(s->d, s->w->by, a->name, words_time(s->d, s->language, a->time_us)),
                     str_from(s->w->answer[a->answer]), a->note);
    }
    if (!s->m->seen.blind && parts_judgements(s->m, flag_id) == 0)
        doc_note(s->d, str_from(s->w->not_judged));
}

static void add_remarks(struct parts *s, const struct flag_row *row)
{
    for (size_t i = 0; i < s->m->remarks_len; i++)
        if (s->m->remarks[i].flag_id == row->id)
            doc_said(s->d, DOC_CANDIDATE,
                     doc_fill(s->d, s->w->remark,
                              str_from(words_rule_title(s->language, row->flag.rule)), STR("")),
                     STR(""), s->m->remarks[i].note);
}

static bool add_incident(struct parts *s, size_t at, struct error *err)
{
    const struct incident *x = &s->m->incidents[at];
    struct str span = words_span(s->d, x->from_us, x->to_us);
    struct str when =
        doc_format(s->d, STR_FMT " \xc2\xb7 %s", STR_ARG(span), s->w->severities[x->severity]);
    doc_heading(s->d, 3, doc_fill(s->d, s->w->incident, doc_number(s->d, (int64_t)at + 1), when));
    for (size_t i = x->first; i < x->first + x->len; i++)
        if (!add_flag(s, &s->m->flags[i], err))
            return false;
    for (size_t i = x->first; i < x->first + x->len; i++)
        add_remarks(s, &s->m->flags[i]);
    add_judgements(s, s->m->flags[x->first].id);
    return true;
}

bool parts_incidents(struct parts *s, struct error *err)
{
    const struct material *m = s->m;
    size_t printed = 0, at = 0;
    doc_heading(s->d, 2, str_from(s->w->incidents));
    if (m->flags_len == 0) {
        doc_text(s->d,
                 str_from(material_is_final(m) ? s->w->no_incidents : s->w->no_incidents_yet));
        return true;
    }
    doc_note(s->d, str_from(s->w->incidents_intro));
    for (; at < m->incidents_len && printed + m->incidents[at].len <= PARTS_FLAGS_MAX; at++) {
        if (!add_incident(s, at, err))
            return false;
        printed += m->incidents[at].len;
    }
    if (printed < m->flags_len)
        doc_notice(s->d, doc_fill(s->d, s->w->incidents_more,
                                  doc_number(s->d, (int64_t)(m->flags_len - printed)), STR("")));
    return true;
}
