/* Policies as JSON. The built-in ones are columns of the rule table; a document names what differs.
 */
#include "analysis/permitted.h"
#include "analysis/policy_app.h"
#include "analysis/policy_checkin.h"
#include "analysis/policy_plugin.h"
#include "analysis/policy_review.h"
#include "analysis/policy_screen.h"
#include "analysis/rule_table.h"

#include <stdio.h>
#include <string.h>

#define POLICY_SECONDS_MAX 3600.0 /* an hour: longer than this a rule would never fire */

static const char *const severity_names[] = {
    [SEVERITY_NONE] = "none",
    [SEVERITY_LOW] = "low",
    [SEVERITY_MEDIUM] = "medium",
    [SEVERITY_HIGH] = "high",
};

const char *rule_name(enum rule rule)
{
    return rule > RULE_NONE && rule < RULE_COUNT ? rule_row(rule)->name : "none";
}

const char *rule_title(enum rule rule)
{
    return rule > RULE_NONE && rule < RULE_COUNT ? rule_row(rule)->title : "";
}

const char *rule_meaning(enum rule rule)
{
    return rule > RULE_NONE && rule < RULE_COUNT ? rule_row(rule)->meaning : "";
}

const char *severity_name(enum severity severity)
{
    return (size_t)severity < ARRAY_LEN(severity_names) ? severity_names[severity] : "none";
}

bool policy_judges(const struct policy *p, enum rule rule)
{
    return p->rules[rule].on && !permitted_silences(p->permitted, rule);
}

bool policy_permits(const struct policy *p, enum permitted thing)
{
    return p->permitted >> thing & 1;
}

bool policy_builtin(struct str name, struct policy *ret, struct error *err)
{
    for (size_t i = 0; i < POLICIES_LEN; i++) {
        if (!str_eq(name, str_from(policy_builtin_names[i])))
            continue;
        struct policy p = {0};
        snprintf(p.name, sizeof p.name, "%s", policy_builtin_names[i]);
        for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
            p.rules[rule] = rule_row(rule)->defaults[i];
        policy_screen_builtin(i, &p.screen);
        policy_checkin_builtin(i, &p.checkin);
        policy_app_builtin(i, &p.app);
        policy_plugin_builtin(i, &p.plugin);
        policy_review_builtin(&p.review);
        *ret = p;
        return true;
    }
    return error_set(err, ERROR_NOT_FOUND,
                     "no policy named \"" STR_FMT
                     "\": the built-in ones are open, standard, strict",
                     STR_ARG(str_slice(name, 0, 64)));
}

static bool is_plain_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return false;
    return true;
}

static bool severity_parse(struct str text, enum severity *ret)
{
    for (size_t i = SEVERITY_LOW; i < ARRAY_LEN(severity_names); i++) {
        if (str_eq(text, str_from(severity_names[i]))) {
            *ret = (enum severity)i;
            return true;
        }
    }
    return false;
}

/* `key` came from a stranger: it is cut, and jansson has checked that it is UTF-8 without NUL. */
static bool unknown_member(const char *path, const char *key, const char *known, struct error *err)
{
    return error_set(err, ERROR_INVALID, "%s%s%.40s: is not known here (%s)", path,
                     *path ? "." : "", key, known);
}

static bool parse_rule(json_t *value, const char *path, const struct rule_row *row,
                       struct policy_rule *ret, struct error *err)
{
    if (!json_is_object(value))
        return error_set(err, ERROR_INVALID, "%s: must be an object", path);
    struct policy_rule rule = *ret;
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member)
    {
        if (strcmp(key, "on") == 0) {
            if (!json_get_bool(value, path, key, &rule.on, err))
                return false;
        } else if (strcmp(key, "min_s") == 0) {
            if (!json_get_double(value, path, key, 0, POLICY_SECONDS_MAX, &rule.min_s, err))
                return false;
        } else if (strcmp(key, "threshold") == 0 && row->has_threshold) {
            if (!json_get_double(value, path, key, row->threshold_min, row->threshold_max,
                                 &rule.threshold, err))
                return false;
        } else if (strcmp(key, "severity") == 0) {
            struct str text;
            if (!json_get_str(value, path, key, 16, &text, err))
                return false;
            if (!severity_parse(text, &rule.severity))
                return error_set(err, ERROR_INVALID, "%s.severity: must be low, medium or high",
                                 path);
        } else {
            return unknown_member(
                path, key,
                row->has_threshold ? "on, min_s, severity, threshold" : "on, min_s, severity", err);
        }
    }
    *ret = rule;
    return true;
}

static bool parse_rules(json_t *rules, struct policy *p, struct error *err)
{
    if (!json_is_object(rules))
        return error_set(err, ERROR_INVALID, "rules: must be an object");
    const char *key;
    json_t *value;
    json_object_foreach(rules, key, value)
    {
        enum rule rule = RULE_NONE + 1;
        while (rule < RULE_COUNT && strcmp(rule_row(rule)->name, key) != 0)
            rule++;
        if (rule == RULE_COUNT)
            return unknown_member("rules", key, "no rule of that name", err);
        char path[64];
        snprintf(path, sizeof path, "rules.%s", key);
        if (!parse_rule(value, path, rule_row(rule), &p->rules[rule], err))
            return false;
    }
    return true;
}

static bool parse_name(json_t *root, struct policy *p, struct error *err)
{
    struct str name;
    if (!json_get_str(root, "", "name", sizeof p->name - 1, &name, err))
        return false;
    if (name.len == 0 || !is_plain_text(name))
        return error_set(err, ERROR_INVALID,
                         "name: must have 1 to %zu bytes and no control characters",
                         sizeof p->name - 1);
    snprintf(p->name, sizeof p->name, STR_FMT, STR_ARG(name));
    return true;
}

static bool parse_root(struct str json, const char *what, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    if (json.len > POLICY_BYTES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a %s has at most %zu bytes", what,
                         POLICY_BYTES_MAX);
    if (!json_parse(json, &root, err))
        return false;
    if (!json_is_object(root))
        return error_set(err, ERROR_INVALID, "a %s is a JSON object", what);
    *ret = TAKE(root);
    return true;
}

bool policy_parse(struct str json, struct policy *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct str base = STR("standard");
    struct policy p;
    if (!parse_root(json, "policy", &root, err) ||
        (json_object_get(root, "base") && !json_get_str(root, "", "base", 64, &base, err)))
        return false;
    if (!policy_builtin(base, &p, err)) {
        if (err)
            err->code = ERROR_INVALID; /* the document is wrong, not the request for it */
        return error_wrap(err, "base");
    }
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        if (strcmp(key, "name") == 0) {
            if (!parse_name(root, &p, err))
                return false;
        } else if (strcmp(key, "permitted") == 0) {
            if (!permitted_parse(value, "permitted", &p.permitted, err))
                return false;
        } else if (strcmp(key, "rules") == 0) {
            if (!parse_rules(value, &p, err))
                return false;
        } else if (strcmp(key, "screen") == 0) {
            if (!policy_screen_parse(value, &p.screen, err))
                return false;
        } else if (strcmp(key, "checkin") == 0) {
            if (!policy_checkin_parse(value, &p.checkin, err))
                return false;
        } else if (strcmp(key, "app") == 0) {
            if (!policy_app_parse(value, &p.app, err))
                return false;
        } else if (strcmp(key, "plugin") == 0) {
            if (!policy_plugin_parse(value, &p.plugin, err))
                return false;
        } else if (strcmp(key, "review") == 0) {
            if (!policy_review_parse(value, &p.review, err))
                return false;
        } else if (strcmp(key, "base") != 0) {
            return unknown_member(
                "", key, "app, base, checkin, name, permitted, plugin, review, rules, screen", err);
        }
    }
    *ret = p;
    return true;
}

bool policy_patch(const struct policy *base, struct str json, struct policy *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct policy p = *base;
    const char *key;
    json_t *value;
    if (!parse_root(json, "patch of a policy", &root, err))
        return false;
    json_object_foreach(root, key, value)
    {
        uint32_t permitted = 0;
        if (strcmp(key, "permitted") == 0) {
            if (!permitted_parse(value, "permitted", &permitted, err))
                return false;
            p.permitted |= permitted;
        } else if (strcmp(key, "rules") == 0) {
            if (!parse_rules(value, &p, err))
                return false;
        } else if (strcmp(key, "checkin") == 0) {
            if (!policy_checkin_parse(value, &p.checkin, err))
                return false;
        } else if (strcmp(key, "app") == 0) { /* a screen reader under another's name */
            if (!policy_app_parse(value, &p.app, err))
                return false;
        } else if (strcmp(key, "plugin") == 0) { /* a page, or an extension, that helps to read */
            if (!policy_plugin_parse(value, &p.plugin, err))
                return false;
        } else {
            return unknown_member("", key, "a patch has app, checkin, permitted, plugin and rules",
                                  err);
        }
    }
    *ret = p;
    return true;
}

static json_t *rule_json(const struct rule_row *row, const struct policy_rule *rule)
{
    json_t *o = json_pack("{s:b, s:f, s:s}", "on", rule->on, "min_s", rule->min_s, "severity",
                          severity_name(rule->severity));
    if (o && row->has_threshold &&
        json_object_set_new(o, "threshold", json_real(rule->threshold))) {
        json_decref(o);
        return NULL;
    }
    return o;
}

bool policy_json(const struct policy *p, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *rules = json_object();
    for (enum rule rule = RULE_NONE + 1; rules && rule < RULE_COUNT; rule++)
        if (json_object_set_new(rules, rule_name(rule), rule_json(rule_row(rule), &p->rules[rule])))
            return error_no_memory(err);
    CLEANUP(json_decrefp) json_t *permitted = NULL;
    if (p->permitted && !permitted_json(p->permitted, &permitted, err))
        return false;
    CLEANUP(json_decrefp) json_t *screen = NULL;
    if (!policy_screen_json(&p->screen, &screen, err))
        return false;
    CLEANUP(json_decrefp) json_t *checkin = NULL;
    if (!policy_checkin_json(&p->checkin, &checkin, err))
        return false;
    CLEANUP(json_decrefp) json_t *app = NULL;
    if (!policy_app_json(&p->app, &app, err))
        return false;
    CLEANUP(json_decrefp) json_t *plugin = NULL;
    if (!policy_plugin_json(&p->plugin, &plugin, err))
        return false;
    CLEANUP(json_decrefp) json_t *review = NULL;
    if (!policy_review_json(&p->review, &review, err))
        return false;
    json_t *root = rules
                       ? json_pack("{s:s, s:O, s:O, s:O*, s:O, s:O, s:O, s:O}", "name", p->name,
                                   "app", app, "checkin", checkin, "permitted", permitted, "plugin",
                                   plugin, "review", review, "rules", rules, "screen", screen)
                       : NULL;
    if (!root)
        return error_no_memory(err);
    *ret = root;
    return true;
}

bool policy_text(const struct policy *p, char **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    return policy_json(p, &root, err) && json_text(root, ret, err);
}
