/* A thing is true from an event that says so to one that says it is over. Of each rule several may
 * be true at a time (two programs): each has a name of its own. docs/policy.md tells what a report
 * can and cannot show. */
#include "analysis/event_rules.h"

#include "analysis/program_table.h"
#include "analysis/report.h"
#include "analysis/rule_table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 96
#define SPANS_MAX 64   /* true at a time, of all rules together */
#define FLAGS_MAX 2000 /* of one session: who makes more has said enough */
/* An app that begins anew tells what is there in its first look, two seconds later; a busy machine
 * takes some more. */
#define FIRST_LOOK_US INT64_C(10000000)
/* What goes on is told to last longer this often: people read minutes, and each judging reads all
 * events of the session. */
#define GOES_ON_US INT64_C(30000000)

enum change { CHANGE_NONE = 0, CHANGE_BEGINS, CHANGE_ENDS, CHANGE_HAPPENS /* in a moment */ };
/* Each reports for itself: what one no longer sees another may. */
enum reporter { BY_APP, BY_PLUGIN, BY_OTHERS };

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

/* ---- the plugin ---- */

/* "example.org: Title of the page"; a page that has no host yet is a new tab. */
static void page(const struct policy *p, const json_t *detail, enum change change, struct said *ret)
{
    const char *host = json_string_value(json_object_get(detail, "host"));
    const char *title = json_string_value(json_object_get(detail, "title"));
    bool own = json_is_true(json_object_get(detail, "own")); /* of the deployment */
    if (own || (host && policy_allows_host(p, str_from(host))))
        return;
    snprintf(ret->name, sizeof ret->name, "%.48s%s%.40s", host && host[0] ? host : "a new tab",
             title && title[0] ? ": " : "", title ? title : "");
    while (ret->name[0] && !str_is_utf8(str_from(ret->name))) /* cut in a character */
        ret->name[strlen(ret->name) - 1] = '\0';
    ret->change = change;
}

static void page_opened(const struct policy *p, const json_t *detail, struct said *ret)
{
    const char *host = json_string_value(json_object_get(detail, "host"));
    if ((host && host[0]) || json_is_true(json_object_get(detail, "closed")))
        page(p, detail, CHANGE_HAPPENS, ret); /* an empty tab shows nothing yet */
}

/* A page that may be looked at is none of another site, and so ends what was before it. A tab
 * without a page shows nothing of anybody. */
static void page_shown(const struct policy *p, const json_t *detail, struct said *ret)
{
    const char *host = json_string_value(json_object_get(detail, "host"));
    bool closed = json_is_true(json_object_get(detail, "closed")); /* before anybody saw it */
    page(p, detail, CHANGE_BEGINS, ret);
    if (ret->change == CHANGE_NONE || closed || !host || !host[0])
        ret->change = CHANGE_ENDS;
}

static void pasted(const struct policy *p, const json_t *detail, struct said *ret)
{
    json_int_t chars = json_integer_value(json_object_get(detail, "chars"));
    if (json_is_true(json_object_get(detail, "own")) ||
        (double)chars < p->rules[RULE_PASTE].threshold)
        return;
    snprintf(ret->name, sizeof ret->name, "%" JSON_INTEGER_FORMAT " characters", chars);
    ret->change = CHANGE_HAPPENS;
}

static void copied(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    json_int_t chars = json_integer_value(json_object_get(detail, "chars"));
    snprintf(ret->name, sizeof ret->name, "%" JSON_INTEGER_FORMAT " characters copied", chars);
    ret->change = CHANGE_HAPPENS;
}

static void printed(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    (void)detail;
    snprintf(ret->name, sizeof ret->name, "printed");
    ret->change = CHANGE_HAPPENS;
}

static void downloaded(const struct policy *p, const json_t *detail, struct said *ret)
{
    (void)p;
    name_it(ret, detail, "host");
    ret->change = CHANGE_HAPPENS;
}

static void extension(const struct policy *p, const json_t *detail, struct said *ret)
{
    const char *id = json_string_value(json_object_get(detail, "id"));
    if (id && policy_allows_extension(p, str_from(id)))
        return;
    name_it(ret, detail, "name");
    ret->change = json_is_true(json_object_get(detail, "on")) ? CHANGE_BEGINS : CHANGE_ENDS;
}

/* ---- the table ---- */

static const struct {
    enum rule rule;
    const char *kind;
    bool alone;
    says *says;
    enum reporter by;
} sources[] = {
    {RULE_PROGRAM_FORBIDDEN, "program-started", false, program_started, BY_APP},
    {RULE_PROGRAM_FORBIDDEN, "program-ended", false, program_ended, BY_APP},
    {RULE_SECOND_DISPLAY, "display-changed", true, displays, BY_APP},
    {RULE_HEADPHONES, "device-changed", true, headphones, BY_APP},
    {RULE_REMOTE_SESSION, "remote-session", true, sign, BY_APP},
    {RULE_VIRTUAL_MACHINE, "virtual-machine", true, sign, BY_APP},
    {RULE_OVERLAY_WINDOW, "overlay-window", false, overlay, BY_APP},
    {RULE_OTHER_SITE, "window-changed", true, site, BY_APP},
    {RULE_APP_LOST, "app-lost", true, begins, BY_OTHERS},
    {RULE_APP_LOST, "app-back", true, ends, BY_OTHERS},
    {RULE_APP_LOST, "app-paired", true, ends, BY_OTHERS},
    {RULE_OTHER_SITE, "tab-shown", true, page_shown, BY_PLUGIN},
    {RULE_OTHER_SITE, "exam-left", true, page_shown, BY_PLUGIN},
    {RULE_OTHER_SITE, "exam-shown", true, ends, BY_PLUGIN},
    {RULE_OTHER_SITE, "focus-lost", true, ends, BY_PLUGIN},
    {RULE_OTHER_SITE, "plugin-started", true, ends, BY_PLUGIN},
    {RULE_TAB_OPENED, "tab-opened", true, page_opened, BY_PLUGIN},
    {RULE_TAB_OPENED, "window-opened", true, page_opened, BY_PLUGIN},
    {RULE_FOCUS_LOST, "focus-lost", true, begins, BY_PLUGIN},
    {RULE_FOCUS_LOST, "tab-shown", true, ends, BY_PLUGIN},
    {RULE_FOCUS_LOST, "exam-shown", true, ends, BY_PLUGIN},
    {RULE_FOCUS_LOST, "plugin-started", true, ends, BY_PLUGIN},
    {RULE_PASTE, "pasted", true, pasted, BY_PLUGIN},
    {RULE_EXAM_COPIED, "copied", true, copied, BY_PLUGIN},
    {RULE_EXAM_COPIED, "cut", true, copied, BY_PLUGIN},
    {RULE_EXAM_COPIED, "printed", true, printed, BY_PLUGIN},
    {RULE_DOWNLOAD, "download-started", true, downloaded, BY_PLUGIN},
    {RULE_SECOND_DISPLAY, "plugin-started", true, displays, BY_PLUGIN},
    {RULE_SECOND_DISPLAY, "browser-displays", true, displays, BY_PLUGIN},
    {RULE_EXTENSION_RISK, "extension-risk", false, extension, BY_PLUGIN},
    {RULE_PLUGIN_LOST, "plugin-lost", true, begins, BY_OTHERS},
    {RULE_PLUGIN_LOST, "plugin-back", true, ends, BY_OTHERS},
    {RULE_PLUGIN_LOST, "plugin-started", true, ends, BY_OTHERS}, /* the page was loaded anew */
};

/* A reporter that ends sees nothing any more. One that begins anew knows nothing of what it saw
 * before it was ended: what it does not tell again was over by then. */
static const struct {
    const char *kind;
    enum reporter by;
    bool anew;
} watches[] = {
    {"app-started", BY_APP, true},
    {"app-closed", BY_APP, false},
    {"plugin-ended", BY_PLUGIN, false},
};

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
                       "one that is shared wirelessly. Where the app runs, it recorded each.",
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
                "The window in front was a browser's, and what it showed was not the exam. A title "
                "is the page's own words: look at the recording of the screen.",
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
    ROW(RULE_TAB_OPENED) =
        {
            .name = "tab-opened",
            .title = "A tab or window was opened",
            .meaning = "A tab or a window of the browser was opened beside the exam. Where the "
                       "exam blocks that, it was closed at once and nothing of it was seen.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_MEDIUM, 0, 0)},
            .event = true,
        },
    ROW(RULE_FOCUS_LOST) =
        {
            .name = "focus-lost",
            .title = "The browser was not in front",
            .meaning = "Another program had the keyboard: one of the candidate's, but also a "
                       "message of the system or a screen reader. Look at the recording of the "
                       "screen.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 30, 0), RULE_ON(SEVERITY_LOW, 5, 0),
                         RULE_ON(SEVERITY_MEDIUM, 2, 0)},
            .event = true,
        },
    ROW(RULE_PASTE) =
        {
            .name = "paste",
            .title = "Text was pasted",
            .meaning = "Text was pasted into the exam that had not been copied from it. What it "
                       "was is in the answers; where it came from nobody knows.",
            .has_threshold = true,
            .threshold_min = 1,
            .threshold_max = 100000,
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 200), RULE_ON(SEVERITY_LOW, 0, 20),
                         RULE_ON(SEVERITY_MEDIUM, 0, 1)},
            .event = true,
        },
    ROW(RULE_EXAM_COPIED) =
        {
            .name = "exam-copied",
            .title = "The exam was copied or printed",
            .meaning = "Text of the exam's page was copied or cut, or the page was printed. Who "
                       "moves a sentence within an answer does that, too.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_OFF(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_LOW, 0, 0)},
            .event = true,
        },
    ROW(RULE_DOWNLOAD) =
        {
            .name = "download",
            .title = "Something was downloaded",
            .meaning = "The browser began a download that did not come from the exam.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_MEDIUM, 0, 0)},
            .event = true,
        },
    ROW(RULE_EXTENSION_RISK) =
        {
            .name = "extension-risk",
            .title = "Another extension could see the exam",
            .meaning = "An extension was on that may read every page, or record the screen. Most "
                       "password managers, translators and helpers for reading may, too: it says "
                       "what was possible, not what was done.",
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0), RULE_ON(SEVERITY_LOW, 0, 0),
                         RULE_ON(SEVERITY_LOW, 0, 0)},
            .event = true,
        },
    ROW(RULE_PLUGIN_LOST) =
        {
            .name = "plugin-lost",
            .title = "The plugin did not answer",
            .meaning = "While the exam went on its page could not reach the browser's plugin: it "
                       "was switched off or removed, or the browser replaced it by a new version.",
            .defaults = {RULE_ON(SEVERITY_LOW, 30, 0), RULE_ON(SEVERITY_MEDIUM, 15, 0),
                         RULE_ON(SEVERITY_HIGH, 5, 0)},
            .event = true,
        },
};

bool event_rules_use(struct str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        if (str_eq(kind, str_from(sources[i].kind)))
            return true;
    for (size_t i = 0; i < ARRAY_LEN(watches); i++)
        if (str_eq(kind, str_from(watches[i].kind)))
            return true;
    return false;
}

size_t event_rules_kinds(const char *ret[EVENT_RULES_KINDS_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < ARRAY_LEN(watches); i++)
        ret[len++] = watches[i].kind;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        bool known = false;
        for (size_t k = 0; k < len; k++)
            known = known || strcmp(ret[k], sources[i].kind) == 0;
        if (known)
            continue;
        assert(len < EVENT_RULES_KINDS_MAX);
        ret[len++] = sources[i].kind;
    }
    return len;
}

/* ---- judging ---- */

struct span {
    bool active;
    enum rule rule;
    enum reporter by;
    int64_t from_us;
    int64_t asked_us; /* its reporter began anew then, and has not told it again; 0: no */
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
    char from[REPORT_TIME_MAX], to[REPORT_TIME_MAX], what[NAME_MAX_BYTES + 64];
    enum program_kind kind = s->rule == RULE_PROGRAM_FORBIDDEN
                                 ? program_forbidden(j->policy, str_from(s->name))
                                 : PROGRAM_NONE;
    report_time(f->from_us, from);
    report_time(f->to_us, to);
    snprintf(what, sizeof what, "%s%s%s%s%s", s->name, kind ? " (" : "",
             kind ? program_kind_row(kind)->title : "", kind ? ")" : "", s->name[0] ? ", " : "");
    if (f->open)
        snprintf(f->numbers, sizeof f->numbers, "%sfrom %s of the exam, still going on", what,
                 from);
    else if (f->from_us == f->to_us)
        snprintf(f->numbers, sizeof f->numbers, "%sat %s of the exam", what, from);
    else
        snprintf(f->numbers, sizeof f->numbers, "%sfrom %s to %s of the exam, %.0f s", what, from,
                 to, (double)(f->to_us - f->from_us) / 1e6);
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

static struct span *find(struct judging *j, enum rule rule, enum reporter by, const char *name)
{
    for (size_t i = 0; i < SPANS_MAX; i++)
        if (j->spans[i].active && j->spans[i].rule == rule && j->spans[i].by == by &&
            (!name || strcmp(j->spans[i].name, name) == 0))
            return &j->spans[i];
    return NULL;
}

static void begin_span(struct judging *j, enum rule rule, enum reporter by, const struct said *said,
                       int64_t at_us)
{
    struct span *known = find(j, rule, by, said->name);
    if (known) {
        known->asked_us = 0;
        return;
    }
    for (size_t i = 0; i < SPANS_MAX; i++) {
        if (j->spans[i].active)
            continue;
        j->spans[i] = (struct span){.active = true, .rule = rule, .by = by, .from_us = at_us};
        memcpy(j->spans[i].name, said->name, sizeof said->name);
        return;
    }
}

static void take(struct judging *j, size_t source, const struct event_fact *e)
{
    enum rule rule = sources[source].rule;
    enum reporter by = sources[source].by;
    struct said said = {.change = CHANGE_NONE};
    struct span *s;
    sources[source].says(j->policy, e->detail, &said);
    if (said.change == CHANGE_NONE)
        return;
    if (said.change == CHANGE_HAPPENS) {
        struct span moment = {.active = true, .rule = rule, .by = by, .from_us = e->time_us};
        memcpy(moment.name, said.name, sizeof said.name);
        end_span(j, &moment, e->time_us, false);
        return;
    }
    bool begins_now = said.change == CHANGE_BEGINS;
    s = find(j, rule, by, sources[source].alone ? NULL : said.name);
    if (s && (!begins_now || strcmp(s->name, said.name) != 0))
        end_span(j, s, e->time_us, false);
    if (begins_now)
        begin_span(j, rule, by, &said, e->time_us);
}

/* What was not told again in time was over when its reporter began anew. */
static void end_unconfirmed(struct judging *j, int64_t now_us)
{
    for (size_t i = 0; i < SPANS_MAX; i++) {
        struct span *s = &j->spans[i];
        if (s->active && s->asked_us && now_us - s->asked_us > FIRST_LOOK_US)
            end_span(j, s, s->asked_us, false);
    }
}

static void watch_changes(struct judging *j, size_t watch, int64_t at_us)
{
    for (size_t i = 0; i < SPANS_MAX; i++) {
        struct span *s = &j->spans[i];
        if (!s->active || s->by != watches[watch].by)
            continue;
        if (!watches[watch].anew)
            end_span(j, s, at_us, false);
        else if (!s->asked_us)
            s->asked_us = at_us;
    }
}

static void take_event(struct judging *j, const struct event_fact *e)
{
    end_unconfirmed(j, e->time_us);
    for (size_t i = 0; i < ARRAY_LEN(watches); i++)
        if (str_eq(e->kind, str_from(watches[i].kind)))
            watch_changes(j, i, e->time_us);
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        if (str_eq(e->kind, str_from(sources[i].kind)) && policy_judges(j->policy, sources[i].rule))
            take(j, i, e);
}

/* When time alone may change something about a thing that goes on. */
static int64_t span_due(const struct judging *j, const struct span *s)
{
    double min_us = j->policy->rules[s->rule].min_s * 1e6;
    int64_t flag_us = MAX(s->from_us, j->from_us) + (int64_t)min_us;
    int64_t due_us = flag_us > j->to_us ? flag_us : j->to_us + GOES_ON_US;
    return s->asked_us ? MIN(due_us, s->asked_us + FIRST_LOOK_US + 1) : due_us;
}

static int64_t next_due(const struct judging *j)
{
    int64_t due_us = EVENT_RULES_NEVER;
    for (size_t i = 0; j->open && i < SPANS_MAX; i++)
        if (j->spans[i].active)
            due_us = MIN(due_us, span_due(j, &j->spans[i]));
    return due_us;
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
                       struct event_judged *ret, struct error *err)
{
    struct judging *j = ARENA_NEW(arena, struct judging);
    struct flag *flags = arena_alloc(arena, sizeof *flags * FLAGS_MAX);
    if (!j || !flags)
        return error_no_memory(err);
    *j = (struct judging){
        .policy = policy, .from_us = from_us, .to_us = to_us, .open = open, .flags = flags};
    for (size_t i = 0; i < len; i++)
        take_event(j, &events[i]);
    end_unconfirmed(j, to_us);
    int64_t due_us = next_due(j);
    for (size_t i = 0; i < SPANS_MAX; i++)
        if (j->spans[i].active)
            end_span(j, &j->spans[i], to_us, open);
    qsort(flags, j->len, sizeof *flags, by_beginning);
    *ret = (struct event_judged){.flags = flags, .len = j->len, .due_us = due_us};
    return true;
}
