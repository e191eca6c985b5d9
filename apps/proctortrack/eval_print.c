/* What eval shows: a table for people, JSON for programs, and the floors that must not be lost. */
#include "eval.h"

#include "analysis/report.h"
#include "base/json.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

/* ---- metrics ---- */

static void PRINTF_LIKE(3, 4) metric(struct eval *e, double value, const char *format, ...)
{
    va_list args;
    if (e->metrics_len == EVAL_METRICS_MAX)
        return;
    struct eval_metric *m = &e->metrics[e->metrics_len++];
    va_start(args, format);
    vsnprintf(m->name, sizeof m->name, format, args);
    va_end(args);
    m->value = value;
}

static void measure_rule(struct eval *e, const struct score_rule *r)
{
    if (r->id == RULE_NONE || !r->on || !r->label[0])
        return;
    if (r->clean_s > 0) {
        metric(e, score_wrong_per_hour(r), "rule.%s.false_per_hour", r->rule);
        metric(e, r->wrong, "rule.%s.false", r->rule);
    }
    if (r->right + r->wrong)
        metric(e, score_precision(r), "rule.%s.precision", r->rule);
    if (!r->events)
        return;
    metric(e, score_recall(r), "rule.%s.recall", r->rule);
    metric(e, score_f1(r), "rule.%s.f1", r->rule);
    if (r->starts) {
        metric(e, r->start_error_s, "rule.%s.start_error_s", r->rule);
        metric(e, r->end_error_s, "rule.%s.end_error_s", r->rule);
    }
}

static double ratio(unsigned of, unsigned all) { return all ? (double)of / all : 1; }

/* Without those that got past the first prompt nothing was tried. */
static void measure_scans(struct eval *e, const struct eval_scans *s, const char *name)
{
    if (!s->scans)
        return;
    metric(e, s->begun, "liveness.%s.begun", name);
    if (s->begun)
        metric(e, ratio(s->passed, s->begun), "liveness.%s.passed", name);
}

void eval_measure(struct eval *e)
{
    const struct score_rule *rules;
    size_t len = score_rules(e->score, &rules);
    e->metrics_len = 0;
    for (size_t i = 0; i < len; i++)
        measure_rule(e, &rules[i]);
    for (enum score_stage stage = SCORE_CAMERA; stage <= SCORE_SCREEN; stage++) {
        struct score_clean clean = score_clean(e->score, stage);
        if (clean.hours <= 0)
            continue;
        metric(e, clean.wrong, "clean.%s.false", score_stage_name(stage));
        metric(e, clean.wrong / clean.hours, "clean.%s.false_per_hour", score_stage_name(stage));
    }
    for (size_t i = 0; i < e->pictures_len; i++) {
        const struct eval_pictures *p = &e->pictures[i];
        if (!p->pictures)
            continue;
        metric(e, ratio(p->right, p->pictures), "pictures.%s.right", p->kind);
        if (p->found + p->wrong)
            metric(e, ratio(p->found, p->found + p->wrong), "pictures.%s.precision", p->kind);
        if (p->found + p->missed)
            metric(e, ratio(p->found, p->found + p->missed), "pictures.%s.recall", p->kind);
    }
    if (e->identity.same && e->identity.other) {
        metric(e, e->identity.eer, "identity.eer");
        metric(e, e->identity.false_accept, "identity.false_accept");
        metric(e, e->identity.false_reject, "identity.false_reject");
    }
    const struct eval_documents *d = &e->documents;
    if (d->zones) {
        metric(e, ratio(d->zones_right, d->zones), "documents.zones.right");
        metric(e, d->zones_wrong, "documents.zones.misread");
    }
    if (d->honest) {
        metric(e, ratio(d->honest_approved, d->honest), "documents.honest.approved");
        metric(e, d->honest_rejected, "documents.honest.rejected");
    }
    if (d->impostors)
        metric(e, d->impostors_approved, "documents.impostors.approved");
    measure_scans(e, &e->liveness.photos, "photos");
    measure_scans(e, &e->liveness.albums, "albums");
    measure_scans(e, &e->liveness.replays, "replays");
    measure_scans(e, &e->liveness.earlier, "earlier");
    measure_scans(e, &e->liveness.honest, "honest");
    if (e->voice.auc >= 0)
        metric(e, e->voice.auc, "voice.auc");
    metric(e, (double)e->problems_len, "files.failed");
}

/* ---- for people ---- */

static void print_rule(const struct score_rule *r, FILE *to)
{
    fprintf(to, "%-20s %-34s ", r->rule, r->label[0] ? r->label : "(no label)");
    if (r->id == RULE_NONE || !r->on) {
        fprintf(to, "%3u %s  %s\n", r->events, r->events == 1 ? "event " : "events",
                r->id == RULE_NONE ? "no rule" : "off in this policy");
        return;
    }
    fprintf(to, "%3u of %-3u", r->found, r->events);
    if (r->events)
        fprintf(to, " %6.3f", score_recall(r));
    else
        fprintf(to, " %6s", "-");
    if (r->right + r->wrong)
        fprintf(to, " %6.3f %6.3f", score_precision(r), score_f1(r));
    else
        fprintf(to, " %6s %6s", "-", r->events ? "0.000" : "-");
    if (r->starts)
        fprintf(to, "  %4.2f (%4.2f)  %4.2f (%4.2f)", r->start_error_s, r->start_error_max_s,
                r->end_error_s, r->end_error_max_s);
    else
        fprintf(to, "  %11s  %11s", "-", "-");
    fprintf(to, "  %3u in %5.1f min", r->wrong, r->clean_s / 60);
    if (r->unknown)
        fprintf(to, "  (%u more where nothing is known)", r->unknown);
    if (r->too_short)
        fprintf(to, "  (%u too short for the policy)", r->too_short);
    fputc('\n', to);
}

static void print_notes(const struct eval *e, FILE *to)
{
    const struct score_note *notes;
    size_t len = score_notes(e->score, &notes);
    if (len)
        fputs("\nmissed and false:\n", to);
    for (size_t i = 0; i < len; i++) {
        char from[REPORT_TIME_MAX], until[REPORT_TIME_MAX];
        report_time((int64_t)(notes[i].from_s * 1e6), from);
        report_time((int64_t)(notes[i].to_s * 1e6), until);
        fprintf(to, "  %s: %s %s, %s to %s%s%s\n", notes[i].path,
                notes[i].kind == SCORE_MISSED ? "missed" : "false", notes[i].rule, from, until,
                notes[i].numbers[0] ? ": " : "", notes[i].numbers);
    }
    if (e->picture_notes.len) {
        fputs("\npictures:\n", to);
        fwrite(e->picture_notes.ptr, 1, e->picture_notes.len, to);
    }
    if (e->problems_len)
        fputs("\nnot analysed:\n", to);
    for (size_t i = 0; i < e->problems_len; i++)
        fprintf(to, "  %s: %s\n", e->problems[i].path, e->problems[i].why);
}

static void print_scans(const struct eval_scans *s, const char *what, FILE *to)
{
    if (s->scans)
        fprintf(to, "  %s: %u of %u passed (%u got past the first prompt)\n", what, s->passed,
                s->scans, s->begun);
}

void eval_print(const struct eval *e, FILE *to)
{
    const struct score_rule *rules;
    size_t len = score_rules(e->score, &rules);
    fprintf(to, "%zu recordings, %zu s\n\n", e->recordings, e->seconds);
    fprintf(to, "%-20s %-34s %-10s %6s %6s %6s  %-11s  %-11s  %s\n", "rule", "label", "found",
            "recall", "prec.", "F1", "start off", "end off", "false in clean time");
    for (size_t i = 0; i < len; i++)
        print_rule(&rules[i], to);
    fputs("(times off in seconds: mean, and the worst in brackets)\n\n", to);
    for (enum score_stage stage = SCORE_CAMERA; stage <= SCORE_SCREEN; stage++) {
        struct score_clean clean = score_clean(e->score, stage);
        if (clean.hours > 0)
            fprintf(to, "clean %s: %.1f min, %u false %s (%.2f an hour)\n", score_stage_name(stage),
                    clean.hours * 60, clean.wrong, clean.wrong == 1 ? "flag" : "flags",
                    clean.wrong / clean.hours);
    }
    for (size_t i = 0; i < e->pictures_len; i++) {
        const struct eval_pictures *p = &e->pictures[i];
        if (p->pictures)
            fprintf(to, "pictures, %s: %u of %u right; %u found, %u missed, %u that are none\n",
                    p->kind, p->right, p->pictures, p->found, p->missed, p->wrong);
    }
    const struct eval_identity *id = &e->identity;
    if (id->same && id->other)
        fprintf(to,
                "identity: equal error rate %.2f %% at %.3f (%u pairs of one person, %u of two;\n"
                "  %u of %u pictures too poor); at the threshold in force %.3f: %.2f %% of others\n"
                "  accepted, %.2f %% of the same refused\n",
                100 * id->eer, id->eer_threshold, id->same, id->other, id->unusable, id->pictures,
                id->threshold, 100 * id->false_accept, 100 * id->false_reject);
    const struct eval_documents *d = &e->documents;
    if (d->documents) {
        fprintf(to,
                "documents: %u of %u machine-readable zones exact, %u misread; %u honest: %u\n"
                "  approved, %u rejected, the rest to a person; %u impostors, %u approved\n",
                d->zones_right, d->zones, d->zones_wrong, d->honest, d->honest_approved,
                d->honest_rejected, d->impostors, d->impostors_approved);
        fwrite(d->table.ptr, 1, d->table.len, to);
    }
    const struct eval_liveness *live = &e->liveness;
    if (live->table.len)
        fputs("liveness: face scans\n", to);
    print_scans(&live->photos, "with a photo that is turned as asked", to);
    print_scans(&live->albums, "with several photos of one person, the best for each prompt", to);
    print_scans(&live->replays, "with a recording that is played again and again", to);
    print_scans(&live->earlier, "with a recording of a scan that passed", to);
    print_scans(&live->honest, "of a person who does as asked", to);
    fwrite(live->table.len ? live->table.ptr : "", 1, live->table.len, to);
    if (e->voice.auc >= 0)
        fprintf(to, "voice: area under the curve %.4f (%zu half seconds of speech, %zu without)\n",
                e->voice.auc, e->voice.speech_len, e->voice.other_len);
    print_notes(e, to);
}

/* ---- for programs ---- */

static double thousandths(double x) { return round(x * 1000) / 1000; }

static json_t *note_json(const struct score_note *n)
{
    return json_pack("{s:s, s:s, s:s, s:f, s:f, s:s}", "path", n->path, "what",
                     n->kind == SCORE_MISSED ? "missed" : "false", "rule", n->rule, "from_s",
                     thousandths(n->from_s), "to_s", thousandths(n->to_s), "numbers", n->numbers);
}

bool eval_json(const struct eval *e, char **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *metrics = json_object();
    CLEANUP(json_decrefp) json_t *list = json_array();
    CLEANUP(json_decrefp) json_t *problems = json_array();
    const struct score_note *notes;
    size_t len = score_notes(e->score, &notes);
    bool good = metrics && list && problems;
    for (size_t i = 0; good && i < e->metrics_len; i++)
        good = json_object_set_new(metrics, e->metrics[i].name,
                                   json_real(round(e->metrics[i].value * 1e6) / 1e6)) == 0;
    for (size_t i = 0; good && i < len; i++)
        good = json_array_append_new(list, note_json(&notes[i])) == 0;
    for (size_t i = 0; good && i < e->problems_len; i++)
        good = json_array_append_new(problems, json_pack("{s:s, s:s}", "path", e->problems[i].path,
                                                         "why", e->problems[i].why)) == 0;
    CLEANUP(json_decrefp)
    json_t *root = good ? json_pack("{s:I, s:I, s:O, s:O, s:O}", "recordings",
                                    (json_int_t)e->recordings, "seconds", (json_int_t)e->seconds,
                                    "metrics", metrics, "notes", list, "not_analysed", problems)
                        : NULL;
    return root ? json_text(root, ret, err) : error_no_memory(err);
}

/* ---- floors ---- */

static const struct eval_metric *metric_named(const struct eval *e, const char *name)
{
    for (size_t i = 0; i < e->metrics_len; i++)
        if (strcmp(e->metrics[i].name, name) == 0)
            return &e->metrics[i];
    return NULL;
}

/* {"at_least": 0.9} or {"at_most": 0.1} */
static bool read_floor(const char *name, json_t *floor, bool *ret_least, double *ret_value,
                       struct error *err)
{
    bool least = json_object_get(floor, "at_least") != NULL;
    if (!json_is_object(floor) || json_object_size(floor) != 1)
        return error_set(err, ERROR_INVALID, "%s: must be {\"at_least\": x} or {\"at_most\": x}",
                         name);
    *ret_least = least;
    return json_get_double(floor, name, least ? "at_least" : "at_most", -1e9, 1e9, ret_value, err);
}

bool eval_floors(const struct eval *e, struct str json, FILE *to, bool *ret_good, struct error *err)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    unsigned passed = 0, failed = 0;
    const char *name;
    json_t *floor;
    if (!json_parse(json, &root, err))
        return false;
    json_t *floors = json_object_get(root, "floors");
    if (!json_is_object(floors))
        return error_set(err, ERROR_INVALID, "floors: must be an object");
    json_object_foreach(floors, name, floor)
    {
        bool least;
        double value;
        if (!read_floor(name, floor, &least, &value, err))
            return false;
        const struct eval_metric *m = metric_named(e, name);
        bool holds = m && (least ? m->value >= value - 1e-9 : m->value <= value + 1e-9);
        passed += holds;
        failed += !holds;
        if (m)
            fprintf(to, "%s %s: %.4f, at %s %.4f\n", holds ? "ok    " : "FAILED", name, m->value,
                    least ? "least" : "most", value);
        else
            fprintf(to, "FAILED %s: was not measured\n", name);
    }
    fprintf(to, "%u passed, %u failed, 0 skipped\n", passed, failed);
    *ret_good = failed == 0;
    return true;
}
