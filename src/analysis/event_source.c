/* Readers of events, and the table of which event begins and ends what of which rule. An event is a
 * stranger's word: what it lacks is taken as not said. */
#include "analysis/event_source.h"

#include "analysis/program_table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A name that was cut ends with a whole character. */
static void cut_whole(struct event_said *s)
{
    while (s->name[0] && !str_is_utf8(str_from(s->name)))
        s->name[strlen(s->name) - 1] = '\0';
}

static void name_it(struct event_said *ret, const json_t *detail, const char *key)
{
    str_into(str_from(json_string_value(json_object_get(detail, key))), ret->name,
             sizeof ret->name);
    cut_whole(ret);
}

/* ---- programs ---- */

static void program(const struct policy *p, const json_t *detail, enum event_change change,
                    struct event_said *ret)
{
    name_it(ret, detail, "name");
    if (program_forbidden(p, str_from(ret->name)))
        ret->change = change;
}

static void program_started(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    program(p, detail, EVENT_BEGINS, ret);
}

static void program_ended(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    program(p, detail, EVENT_ENDS, ret);
}

/* ---- what is there or not ---- */

static void displays(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    json_int_t count = json_integer_value(json_object_get(detail, "count"));
    ret->change = count > 1 ? EVENT_BEGINS : EVENT_ENDS;
    snprintf(ret->name, sizeof ret->name, "%d displays", (int)MIN(MAX(count, 0), 99));
}

static void headphones(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    name_it(ret, detail, "headphones");
    ret->change = ret->name[0] ? EVENT_BEGINS : EVENT_ENDS;
}

static void sign(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    name_it(ret, detail, "sign");
    ret->change = ret->name[0] ? EVENT_BEGINS : EVENT_ENDS;
}

static void overlay(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    const char *program = json_string_value(json_object_get(detail, "program"));
    const char *title = json_string_value(json_object_get(detail, "title"));
    json_int_t window = json_integer_value(json_object_get(detail, "window"));
    ret->change = json_is_true(json_object_get(detail, "shown")) ? EVENT_BEGINS : EVENT_ENDS;
    snprintf(ret->name, sizeof ret->name, "%.40s \"%.30s\" (%" PRIx64 ")", program ? program : "",
             title ? title : "", (uint64_t)window);
    cut_whole(ret);
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

static void site(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    const char *program_name = json_string_value(json_object_get(detail, "program"));
    const char *title = json_string_value(json_object_get(detail, "title"));
    (void)p;
    name_it(ret, detail, "title");
    bool own = !title || !title[0] || strstr(title, "Proctortrack") || strstr(title, "myCamu");
    ret->change = is_browser(program_name) && !own ? EVENT_BEGINS : EVENT_ENDS;
}

static void begins(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    (void)detail;
    ret->change = EVENT_BEGINS;
}

static void ends(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    (void)detail;
    ret->change = EVENT_ENDS;
}

/* ---- the plugin ---- */

/* "example.org: Title of the page"; a page that has no host yet is a new tab. */
static void page(const struct policy *p, const json_t *detail, enum event_change change,
                 struct event_said *ret)
{
    const char *host = json_string_value(json_object_get(detail, "host"));
    const char *title = json_string_value(json_object_get(detail, "title"));
    bool own = json_is_true(json_object_get(detail, "own")); /* of the deployment */
    if (own || (host && policy_allows_host(p, str_from(host))))
        return;
    snprintf(ret->name, sizeof ret->name, "%.48s%s%.40s", host && host[0] ? host : "a new tab",
             title && title[0] ? ": " : "", title ? title : "");
    cut_whole(ret);
    ret->change = change;
}

static void page_opened(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    const char *host = json_string_value(json_object_get(detail, "host"));
    if ((host && host[0]) || json_is_true(json_object_get(detail, "closed")))
        page(p, detail, EVENT_HAPPENS, ret); /* an empty tab shows nothing yet */
}

/* A page that may be looked at is none of another site, and so ends what was before it. A tab
 * without a page shows nothing of anybody. */
static void page_shown(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    const char *host = json_string_value(json_object_get(detail, "host"));
    bool closed = json_is_true(json_object_get(detail, "closed")); /* before anybody saw it */
    page(p, detail, EVENT_BEGINS, ret);
    if (ret->change == EVENT_CHANGE_NONE || closed || !host || !host[0])
        ret->change = EVENT_ENDS;
}

static void pasted(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    json_int_t chars = json_integer_value(json_object_get(detail, "chars"));
    if (json_is_true(json_object_get(detail, "own")) ||
        (double)chars < p->rules[RULE_PASTE].threshold)
        return;
    snprintf(ret->name, sizeof ret->name, "%" JSON_INTEGER_FORMAT " characters", chars);
    ret->change = EVENT_HAPPENS;
}

static void copied(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    json_int_t chars = json_integer_value(json_object_get(detail, "chars"));
    snprintf(ret->name, sizeof ret->name, "%" JSON_INTEGER_FORMAT " characters copied", chars);
    ret->change = EVENT_HAPPENS;
}

static void printed(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    (void)detail;
    snprintf(ret->name, sizeof ret->name, "printed");
    ret->change = EVENT_HAPPENS;
}

static void downloaded(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    (void)p;
    name_it(ret, detail, "host");
    ret->change = EVENT_HAPPENS;
}

static void extension(const struct policy *p, const json_t *detail, struct event_said *ret)
{
    const char *id = json_string_value(json_object_get(detail, "id"));
    if (id && policy_allows_extension(p, str_from(id)))
        return;
    name_it(ret, detail, "name");
    ret->change = json_is_true(json_object_get(detail, "on")) ? EVENT_BEGINS : EVENT_ENDS;
}

/* ---- the tables ---- */

static const struct event_source sources[] = {
    {RULE_PROGRAM_FORBIDDEN, "program-started", false, program_started, EVENT_BY_APP},
    {RULE_PROGRAM_FORBIDDEN, "program-ended", false, program_ended, EVENT_BY_APP},
    {RULE_SECOND_DISPLAY, "display-changed", true, displays, EVENT_BY_APP},
    {RULE_HEADPHONES, "device-changed", true, headphones, EVENT_BY_APP},
    {RULE_REMOTE_SESSION, "remote-session", true, sign, EVENT_BY_APP},
    {RULE_VIRTUAL_MACHINE, "virtual-machine", true, sign, EVENT_BY_APP},
    {RULE_OVERLAY_WINDOW, "overlay-window", false, overlay, EVENT_BY_APP},
    {RULE_OTHER_SITE, "window-changed", true, site, EVENT_BY_APP},
    {RULE_APP_LOST, "app-lost", true, begins, EVENT_BY_OTHERS},
    {RULE_APP_LOST, "app-back", true, ends, EVENT_BY_OTHERS},
    {RULE_APP_LOST, "app-paired", true, ends, EVENT_BY_OTHERS},
    {RULE_OTHER_SITE, "tab-shown", true, page_shown, EVENT_BY_PLUGIN},
    {RULE_OTHER_SITE, "exam-left", true, page_shown, EVENT_BY_PLUGIN},
    {RULE_OTHER_SITE, "exam-shown", true, ends, EVENT_BY_PLUGIN},
    {RULE_OTHER_SITE, "focus-lost", true, ends, EVENT_BY_PLUGIN},
    {RULE_OTHER_SITE, "plugin-started", true, ends, EVENT_BY_PLUGIN},
    {RULE_TAB_OPENED, "tab-opened", true, page_opened, EVENT_BY_PLUGIN},
    {RULE_TAB_OPENED, "window-opened", true, page_opened, EVENT_BY_PLUGIN},
    {RULE_FOCUS_LOST, "focus-lost", true, begins, EVENT_BY_PLUGIN},
    {RULE_FOCUS_LOST, "tab-shown", true, ends, EVENT_BY_PLUGIN},
    {RULE_FOCUS_LOST, "exam-shown", true, ends, EVENT_BY_PLUGIN},
    {RULE_FOCUS_LOST, "plugin-started", true, ends, EVENT_BY_PLUGIN},
    {RULE_PASTE, "pasted", true, pasted, EVENT_BY_PLUGIN},
    {RULE_EXAM_COPIED, "copied", true, copied, EVENT_BY_PLUGIN},
    {RULE_EXAM_COPIED, "cut", true, copied, EVENT_BY_PLUGIN},
    {RULE_EXAM_COPIED, "printed", true, printed, EVENT_BY_PLUGIN},
    {RULE_DOWNLOAD, "download-started", true, downloaded, EVENT_BY_PLUGIN},
    {RULE_SECOND_DISPLAY, "plugin-started", true, displays, EVENT_BY_PLUGIN},
    {RULE_SECOND_DISPLAY, "browser-displays", true, displays, EVENT_BY_PLUGIN},
    {RULE_EXTENSION_RISK, "extension-risk", false, extension, EVENT_BY_PLUGIN},
    {RULE_PLUGIN_LOST, "plugin-lost", true, begins, EVENT_BY_OTHERS},
    {RULE_PLUGIN_LOST, "plugin-back", true, ends, EVENT_BY_OTHERS},
    {RULE_PLUGIN_LOST, "plugin-started", true, ends,
     EVENT_BY_OTHERS}, /* the page was loaded anew */
};

static const struct event_watch watches[] = {
    {"app-started", EVENT_BY_APP, true},
    {"app-closed", EVENT_BY_APP, false},
    {"plugin-ended", EVENT_BY_PLUGIN, false},
};

const struct event_source *event_source_next(struct str kind, size_t *at)
{
    while (*at < ARRAY_LEN(sources)) {
        const struct event_source *source = &sources[(*at)++];
        if (str_eq(kind, str_from(source->kind)))
            return source;
    }
    return NULL;
}

const struct event_watch *event_watch_of(struct str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(watches); i++)
        if (str_eq(kind, str_from(watches[i].kind)))
            return &watches[i];
    return NULL;
}

bool event_rules_use(struct str kind)
{
    size_t at = 0;
    return event_watch_of(kind) || event_source_next(kind, &at);
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
