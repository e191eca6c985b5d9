/* A thing is true from an event that says so to one that says it is over. Of each rule several may
 * be true at a time (two programs): each has a name of its own. docs/policy.md tells what a report
 * can and cannot show. */
#include "analysis/event_rules.h"

#include "analysis/program_table.h"
#include "analysis/report.h"
#include "analysis/rule_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 96
#define SPANS_MAX 64   /* true at a time, of all rules together */
#define FLAGS_MAX 2000 /* of one session: who makes more has said enough */

enum change { CHANGE_NONE = 0, CHANGE_BEGINS, CHANGE_ENDS };

/* What an event says about a rule: that something of `name` begins or ends. A rule with `alone` has
 * one thing at a time: what begins ends the one before. */
struct said {
    enum change change;
    char name[NAME_MAX_BYTES];
};
typedef void says(const struct policy *p, const json_t *detail, struct said *ret);

static void name_it(struct said *ret, const json_t *detail, const char *key)
{
    const char *text = json_string_value(json_object_get(detail, key));
    struct str name = str_slice(str_from(text), 0, NAME_MAX_BYTES - 1);
    while (name.len && !str_is_utf8(name)) /* cut at a whole character */
        name.len--;
    str_into(name, ret->name, sizeof ret->name);
}

/* ---- programs ---- */

static void program(const struct policy *p, const json_t *detail, enum change change,
                    struct said *ret)
{
    name_it(ret, detail, "name");
    if (program_forbidden(p, str_from(ret->name)))
        ret->change = change;
}

static void program_started(const struct policy *p, const json_t *detail, struct said *ret)
{
    program(p, detail, CHANGE_BEGINS, ret);
}

static void program_ended(const struct policy *p, const json_t *detail, struct said *ret)
{
    program(p, detail, CHANGE_ENDS, ret);
}

/* ---- what is there or not ---- */

static void displays(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    json_int_t count = json_integer_value(json_object_get(detail, "count"));
    ret->change = count > 1 ? CHANGE_BEGINS : CHANGE_ENDS;
    snprintf(ret->name, sizeof ret->name, "%d displays", (int)MIN(MAX(count, 0), 99));
}

static void headphones(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    name_it(ret, detail, "headphones");
    ret->change = ret->name[0] ? CHANGE_BEGINS : CHANGE_ENDS;
}

static void sign(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    name_it(ret, detail, "sign");
    ret->change = ret->name[0] ? CHANGE_BEGINS : CHANGE_ENDS;
}

static void overlay(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    const char *program = json_string_value(json_object_get(detail, "program"));
    const char *title = json_string_value(json_object_get(detail, "title"));
    json_int_t window = json_integer_value(json_object_get(detail, "window"));
    ret->change = json_is_true(json_object_get(detail, "shown")) ? CHANGE_BEGINS : CHANGE_ENDS;
    snprintf(ret->name, sizeof ret->name, "%.40s \"%.30s\" (%" PRIx64 ")", program ? program : "",
             title ? title : "", (uint64_t)window);
    while (ret->name[0] && !str_is_utf8(str_from(ret->name))) /* cut in a character */
        ret->name[strlen(ret->name) - 1] = '\0';
}

/* A browser's window whose title is not of our pages. Browsers put their own name behind the
 * page's: "Weather - Chromium". Our titles end, before that, in the product's name. */
static bool is_browser(const char *program)
{
    static const char *const names[] = {"chrome",  "chromium",       "google-chrome",
                                        "msedge",  "microsoft-edge", "chromium-browser",
                                        "firefox", "firefox-esr",    "firefox-bin",
                                        "brave",   "opera",          "vivaldi-bin",
                                        "vivaldi", "safari",         NULL};
    for (int i = 0; program && names[i]; i++)
        if (strcmp(program, names[i]) == 0)
            return true;
    return false;
}

static void site(const struct policy *p, const json_t *detail, struct said *ret)
{
    const char *program_name = json_string_value(json_object_get(detail, "program"));
    const char *title = json_string_value(json_object_get(detail, "title"));
    (void)p;
    name_it(ret, detail, "title");
    bool own = !title || !title[0] || strstr(title, "Proctortrack") || strstr(title, "myCamu");
    ret->change = is_browser(program_name) && !own ? CHANGE_BEGINS : CHANGE_ENDS;
}

static void begins(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    (void)detail;
    ret->change = CHANGE_BEGINS;
}

static void ends(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    (void)detail;
    ret->change = CHANGE_ENDS;
}

/* ---- the table ---- */

static const struct {
    enum rule rule;
    const char *kind;
    bool alone;
    says *says;
} sources[] = {
    {RULE_PROGRAM_FORBIDDEN, "program-started", false, program_started},
    {RULE_PROGRAM_FORBIDDEN, "program-ended", false, program_ended},
    {RULE_SECOND_DISPLAY, "display-changed", true, displays},
    {RULE_HEADPHONES, "device-changed", true, headphones},
    {RULE_REMOTE_SESSION, "remote-session", true, sign},
    {RULE_VIRTUAL_MACHINE, "virtual-machine", true, sign},
    {RULE_OVERLAY_WINDOW, "overlay-window", false, overlay},
    {RULE_OTHER_SITE, "window-changed", true, site},
    {RULE_APP_LOST, "app-lost", true, begins},
    {RULE_APP_LOST, "app-back", true, ends},
    {RULE_APP_LOST, "app-paired", true, ends},
};

_Static_assert(ARRAY_LEN(sources) <= EVENT_RULES_KINDS_MAX, "room for all kinds");

#define ROW(rule) [(rule)-RULE_EVENTS_FIRST]

const struct rule_row rule_events[RULE_EVENTS_LEN] = {
    ROW(RULE_PROGRAM_FORBIDDEN) =
        {
            .name = "program-forbidden",
            .title = "A forbidden program ran",
            .meaning = "The app saw a program running that this exam does not allow. It tells that "
                       "it ran, not that it was used: look at the recordings of the screen.",
            .defaults = {RULE_ON(SEVERITY_MEDIUM, 5, 0), RULE_ON(SEVERITY_HIGH, 2, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_SECOND_DISPLAY) =
        {
            .name = "second-display",
            .title = "More than one display",
            .meaning = "The computer had more than one display: another monitor, a projector, or "
                       "one that is shared wirelessly. The app recorded each of them.",
            .defaults = {RULE_ON(SEVERITY_LOW, 10, 0), RULE_ON(SEVERITY_HIGH, 2, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_HEADPHONES) =
        {
            .name = "headphones",
            .title = "Headphones in use",
            .meaning = "Sound went to something that is worn on the ears, by what the device tells "
                       "of itself. Loudspeakers with such a name exist.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 10, 0), RULE_ON(SEVERITY_MEDIUM, 2, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_REMOTE_SESSION) =
        {
            .name = "remote-session",
            .title = "Remote session",
            .meaning = "There were signs that this desktop was shown on another computer, so "
                       "somebody else may have seen or moved it. Some universities' computers are "
                       "used in this way by design.",
            .defaults = {RULE_ON(SEVERITY_HIGH, 0, 0), RULE_ON(SEVERITY_HIGH, 0, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
    ROW(RULE_VIRTUAL_MACHINE) =
        {
            .name = "virtual-machine",
            .title = "Virtual machine",
            .meaning =
                "There were signs that the exam was sat inside of a virtual machine: what "
                "happens outside of it the app does not see. Windows itself gives such a sign "
                "with some of its security settings.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_MEDIUM, 0, 0)},
            .event = true,
        },
    ROW(RULE_OVERLAY_WINDOW) =
        {
            .name = "overlay-window",
            .title = "Window over all others",
            .meaning = "A window lay above all others without taking clicks, or was shut out of "
                       "recordings of the screen. Tools that whisper answers do that; so do some "
                       "harmless ones, which show a clock or a magnified pointer.",
            .defaults = {RULE_ON(SEVERITY_LOW, 10, 0), RULE_ON(SEVERITY_MEDIUM, 3, 0),
                         RULE_ON(SEVERITY_HIGH, 2, 0)},
            .event = true,
        },
    ROW(RULE_OTHER_SITE) =
        {
            .name = "other-site",
            .title = "Another page in the browser",
            .meaning =
                "The window in front was a browser's, and its title was not that of the exam. "
                "A title is the page's own words: look at the recording of the screen.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 10, 0), RULE_ON(SEVERITY_MEDIUM, 3, 0),
                         RULE_ON(SEVERITY_HIGH, 2, 0)},
            .event = true,
        },
    ROW(RULE_APP_LOST) =
        {
            .name = "app-lost",
            .title = "The app was not heard of",
            .meaning = "For longer than the exam allows the server heard nothing of the desktop "
                       "app: it was ended, or the network was cut. What it recorded meanwhile "
                       "arrives afterwards.",
            .defaults = {RULE_ON(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_MEDIUM, 0, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .event = true,
        },
};

bool event_rules_use(struct str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        if (str_eq(kind, str_from(sources[i].kind)))
            return true;
    return false;
}

size_t event_rules_kinds(const char *ret[EVENT_RULES_KINDS_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        bool known = false;
        for (size_t k = 0; k < len; k++)
            known = known || strcmp(ret[k], sources[i].kind) == 0;
        if (!known)
            ret[len++] = sources[i].kind;
    }
    return len;
}

/* ---- judging ---- */

struct span {
    bool active;
    enum rule rule;
    int64_t from_us;
    char name[NAME_MAX_BYTES];
};
struct judging {
    const struct policy *policy;
    struct span spans[SPANS_MAX];
    int64_t from_us, to_us;
    bool open;
    struct flag *flags; /* FLAGS_MAX */
    size_t len;
};

static void words(const struct judging *j, const struct span *s, struct flag *f)
{
    char from[REPORT_TIME_MAX], to[REPORT_TIME_MAX];
    enum program_kind kind = s->rule == RULE_PROGRAM_FORBIDDEN
                                 ? program_forbidden(j->policy, str_from(s->name))
                                 : PROGRAM_NONE;
    report_time(f->from_us, from);
    report_time(f->to_us, to);
    snprintf(f->numbers, sizeof f->numbers, "%s%s%s%s%sfrom %s to %s of the exam, %.0f s", s->name,
             kind ? " (" : "", kind ? program_kind_row(kind)->title : "", kind ? ")" : "",
             s->name[0] ? ", " : "", from, to, (double)(f->to_us - f->from_us) / 1e6);
}

/* What is over before the exam began, or is too short, is no flag. */
static void end_span(struct judging *j, struct span *s, int64_t at_us, bool open)
{
    const struct policy_rule *rule = &j->policy->rules[s->rule];
    int64_t from_us = MAX(s->from_us, j->from_us), to_us = MIN(at_us, j->to_us);
    s->active = false;
    if (to_us < from_us || at_us <= j->from_us || s->from_us >= j->to_us ||
        (double)(to_us - from_us) < rule->min_s * 1e6 || j->len == FLAGS_MAX)
        return;
    struct flag *f = &j->flags[j->len++];
    *f = (struct flag){.rule = s->rule,
                       .severity = rule->severity,
                       .from_us = from_us - j->from_us,
                       .to_us = to_us - j->from_us,
                       .open = open,
                       .confidence = 1,
                       .samples = 1,
                       .hits = 1};
    words(j, s, f);
}

static struct span *find(struct judging *j, enum rule rule, const char *name)
{
    for (size_t i = 0; i < SPANS_MAX; i++)
        if (j->spans[i].active && j->spans[i].rule == rule &&
            (!name || strcmp(j->spans[i].name, name) == 0))
            return &j->spans[i];
    return NULL;
}

static void begin_span(struct judging *j, enum rule rule, const struct said *said, int64_t at_us)
{
    if (find(j, rule, said->name))
        return;
    for (size_t i = 0; i < SPANS_MAX; i++) {
        if (j->spans[i].active)
            continue;
        j->spans[i] = (struct span){.active = true, .rule = rule, .from_us = at_us};
        memcpy(j->spans[i].name, said->name, sizeof said->name);
        return;
    }
}

static void take(struct judging *j, size_t source, const struct event_fact *e)
{
    enum rule rule = sources[source].rule;
    struct said said = {.change = CHANGE_NONE};
    struct span *s;
    sources[source].says(j->policy, e->detail, &said);
    if (said.change == CHANGE_NONE)
        return;
    bool begins_now = said.change == CHANGE_BEGINS;
    s = find(j, rule, sources[source].alone ? NULL : said.name);
    if (s && (!begins_now || strcmp(s->name, said.name) != 0))
        end_span(j, s, e->time_us, false);
    if (begins_now)
        begin_span(j, rule, &said, e->time_us);
}

static int by_beginning(const void *a, const void *b)
{
    const struct flag *x = a, *y = b;
    if (x->from_us != y->from_us)
        return x->from_us < y->from_us ? -1 : 1;
    return x->rule != y->rule ? (x->rule < y->rule ? -1 : 1) : strcmp(x->numbers, y->numbers);
}

bool event_rules_judge(const struct policy *policy, const struct event_fact *events, size_t len,
                       int64_t from_us, int64_t to_us, bool open, struct arena *arena,
                       struct flag **ret, size_t *ret_len, struct error *err)
{
    struct judging *j = ARENA_NEW(arena, struct judging);
    struct flag *flags = arena_alloc(arena, sizeof *flags * FLAGS_MAX);
    if (!j || !flags)
        return error_no_memory(err);
    *j = (struct judging){
        .policy = policy, .from_us = from_us, .to_us = to_us, .open = open, .flags = flags};
    for (size_t i = 0; i < len; i++)
        for (size_t k = 0; k < ARRAY_LEN(sources); k++)
            if (str_eq(events[i].kind, str_from(sources[k].kind)) &&
                policy_judges(policy, sources[k].rule))
                take(j, k, &events[i]);
    for (size_t i = 0; i < SPANS_MAX; i++)
        if (j->spans[i].active)
            end_span(j, &j->spans[i], to_us, open);
    qsort(flags, j->len, sizeof *flags, by_beginning);
    *ret = flags;
    *ret_len = j->len;
    return true;
}
