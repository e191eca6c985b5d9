/* What people and the candidate said: decisions, notes, the result and the appeal against it. */
#include "paper/parts.h"

static struct str by(struct parts *s, struct str name, int64_t us)
{
    return doc_fill(s->d, s->w->by, name, words_time(s->d, s->language, us));
}

/* Notes are records of the evidence and nothing else. */
static void add_notes(struct parts *s)
{
    for (size_t i = 0; i < s->m->events_len; i++) {
        const struct event *e = &s->m->events[i];
        CLEANUP(json_decrefp) json_t *detail = NULL;
        struct str name, note;
        if (!str_eq(e->kind, STR("note")) || !json_parse(e->detail, &detail, NULL) ||
            !review_seen_event(&s->m->seen, e->kind, detail) ||
            !json_get_str(detail, "", "name", REVIEW_NAME_MAX, &name, NULL) ||
            !json_get_str(detail, "", "note", REVIEW_NOTE_MAX, &note, NULL))
            continue;
        doc_said(s->d, DOC_PERSON, by(s, name, e->time_us), str_from(s->w->note_of), note);
    }
}

/* Did the same person say something else later? */
static bool was_changed(const struct review_seen *seen, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (seen->decisions[i].user_ref == seen->decisions[at].user_ref)
            return true;
    return false;
}

static struct str decision_words(struct parts *s, size_t at)
{
    const struct review_seen *seen = &s->m->seen;
    const struct review_entry *e = &seen->decisions[at];
    const char *pattern = was_changed(seen, at)           ? s->w->decision_earlier
                          : seen->state != REVIEW_SETTLED ? "{a}"
                          : e->outcome == seen->outcome   ? s->w->decision_holds
                                                          : s->w->decision_not;
    struct str words = doc_fill(s->d, pattern, str_from(s->w->outcome[e->outcome]), STR(""));
    return e->overrules ? doc_fill(s->d, s->w->after_appeal, words, STR(""))
           : e->settles ? doc_fill(s->d, s->w->settled_between, words, STR(""))
                        : words;
}

void parts_decisions(struct parts *s)
{
    const struct review_seen *seen = &s->m->seen;
    doc_heading(s->d, 2, str_from(s->w->decisions));
    doc_text(s->d, str_from(parts_standing(s)));
    for (size_t i = 0; i < seen->decisions_len; i++) {
        const struct review_entry *e = &seen->decisions[i];
        doc_said(s->d, DOC_PERSON, by(s, e->name, e->time_us), decision_words(s, i), e->note);
    }
    add_notes(s);
}

const char *parts_standing(const struct parts *s)
{
    const struct review_seen *seen = &s->m->seen;
    if (seen->blind)
        return s->w->blind;
    if (seen->state == REVIEW_WAITING)
        return s->w->second_waits;
    if (seen->state == REVIEW_DIFFERS)
        return s->w->second_differs;
    return seen->outcome == REVIEW_NONE ? s->w->undecided : s->w->decided;
}

static void add_release(struct parts *s)
{
    const struct release *r = &s->m->release;
    doc_said(s->d, DOC_PERSON,
             doc_fill(s->d, s->w->released_by, r->staff_name,
                      words_time(s->d, s->language, r->released_us)),
             doc_fill(s->d, s->w->released, str_from(s->w->outcome[r->outcome]), STR("")), STR(""));
    doc_text(s->d, r->appeal_until_us
                       ? doc_fill(s->d, s->w->appeal_until,
                                  words_time(s->d, s->language, r->appeal_until_us), STR(""))
                       : str_from(s->w->no_appeal));
}

void parts_appeal(struct parts *s)
{
    const struct appeal *a = &s->m->appeal;
    doc_heading(s->d, 2, str_from(s->w->appeal));
    if (s->m->seen.blind) {
        doc_text(s->d, str_from(s->w->blind));
        return;
    }
    if (!s->m->release.made) {
        doc_text(s->d, str_from(s->w->not_released));
        return;
    }
    add_release(s);
    if (a->state == APPEAL_NONE) {
        doc_text(s->d, str_from(s->w->appeal_none));
        return;
    }
    doc_said(s->d, DOC_CANDIDATE,
             doc_fill(s->d, s->w->appeal_made, words_time(s->d, s->language, a->made_us), STR("")),
             STR(""), a->reason);
    if (a->state == APPEAL_ANSWERED)
        doc_said(s->d, DOC_PERSON, by(s, a->staff_name, a->answered_us),
                 doc_fill(s->d, s->w->appeal_answer, str_from(s->w->outcome[a->outcome]), STR("")),
                 a->answer);
    else
        doc_text(s->d, str_from(s->w->appeal_waits));
}

/* ---- while the exam went on ---- */

static void add_warnings(struct parts *s)
{
    for (size_t i = 0; i < s->m->warnings_len; i++) {
        const struct live_warning *x = &s->m->warnings[i];
        struct str read = x->acknowledged_us
                              ? doc_fill(s->d, s->w->acknowledged,
                                         words_time(s->d, s->language, x->acknowledged_us), STR(""))
                              : str_from(s->w->not_acknowledged);
        doc_said(s->d, DOC_PERSON, by(s, x->by, x->made_us),
                 doc_format(s->d, "%s (" STR_FMT ")", s->w->warning_text, STR_ARG(read)), x->text);
    }
}

void parts_live(struct parts *s)
{
    const struct material *m = s->m;
    const struct doc_column columns[] = {{.title = s->w->time, .weight = 26},
                                         {.title = s->w->act, .weight = 27},
                                         {.title = s->w->who, .weight = 20},
                                         {.title = s->w->reason, .weight = 40}};
    doc_heading(s->d, 2, str_from(s->w->live));
    doc_table(s->d, STR(""), columns, 4, s->w->live_none);
    for (size_t i = m->actions_len; i > 0; i--) { /* oldest first */
        const struct audit_entry *a = &m->actions[i - 1];
        const char *act = words_act(s->language, a->action);
        doc_row(s->d, (const struct str[]){words_time(s->d, s->language, a->time_us),
                                           act ? str_from(act) : a->action, a->actor, a->reason});
    }
    add_warnings(s);
}
