#include "proctor/vouch.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 72 /* what the protocol lets a version or an id have, and more */

static const char *const names[VOUCH_STATES] = {
    [VOUCH_NONE] = "none",
    [VOUCH_NOT_ASKED] = "not-asked",
    [VOUCH_NOT_REACHED] = "not-reached",
    [VOUCH_ONE_SIDED] = "one-sided",
    [VOUCH_DIFFERS] = "differs",
    [VOUCH_AGREED] = "agreed",
};

const char *vouch_state_name(enum vouch_state state)
{
    return (size_t)state < ARRAY_LEN(names) ? names[state] : "none";
}

/* What each has said of itself, as last known at an event. */
struct known {
    char plugin[TEXT_SIZE], plugin_id[TEXT_SIZE]; /* by the page */
    char app[TEXT_SIZE];                          /* when it was paired */
};

static void take(const json_t *detail, const char *key, char ret[TEXT_SIZE])
{
    const char *text = json_string_value(json_object_get(detail, key));
    struct str part = str_slice(str_from(text ? text : ""), 0, TEXT_SIZE - 1);
    while (part.len && !str_is_utf8(part)) /* cut at a whole character */
        part.len--;
    str_into(part, ret, TEXT_SIZE);
}

static void learn(struct known *k, struct str kind, const json_t *detail)
{
    if (str_eq(kind, STR("plugin-seen"))) {
        take(detail, "version", k->plugin);
        take(detail, "id", k->plugin_id);
    } else if (str_eq(kind, STR("app-paired"))) {
        take(detail, "version", k->app);
    }
}

/* The app's side of the exchange; NULL: it told none. The caller owns it. */
static bool find_other(const struct event *events, size_t len, const char *nonce, json_t **ret,
                       struct error *err)
{
    *ret = NULL;
    for (size_t i = 0; i < len && nonce[0]; i++) {
        CLEANUP(json_decrefp) json_t *detail = NULL;
        char own[TEXT_SIZE];
        if (!str_eq(events[i].kind, STR("plugin-vouched")))
            continue;
        if (!json_parse(events[i].detail, &detail, err))
            return false;
        take(detail, "nonce", own);
        if (strcmp(own, nonce) == 0) {
            *ret = TAKE(detail);
            return true;
        }
    }
    return true;
}

static bool say(struct vouch *v, enum vouch_state state, const char *words)
{
    v->state = state;
    snprintf(v->words, sizeof v->words, "%s", words);
    return true;
}

/* `said` by the one of the other; "" is nothing known to compare with. */
static bool differs(struct vouch *v, const char *what, const char *said, const char *own)
{
    if (!own[0] || strcmp(said, own) == 0)
        return false;
    v->state = VOUCH_DIFFERS;
    snprintf(v->words, sizeof v->words,
             "Plugin and app do not say the same: %s is \"%s\" by the other's word, \"%s\" by its "
             "own.",
             what, said, own);
    return true;
}

static void compare(const struct known *k, const json_t *plugin_said, const json_t *app_said,
                    struct vouch *ret)
{
    char app[TEXT_SIZE], own_app[TEXT_SIZE], own_plugin[TEXT_SIZE], plugin[TEXT_SIZE],
        id[TEXT_SIZE];
    take(plugin_said, "app", app);
    take(plugin_said, "plugin", own_plugin);
    take(app_said, "app", own_app);
    take(app_said, "plugin", plugin);
    take(app_said, "id", id);
    if (differs(ret, "the app's version", app, own_app) ||
        differs(ret, "the app's version", app, k->app) ||
        differs(ret, "the plugin's version", plugin, own_plugin) ||
        differs(ret, "the plugin's version", plugin, k->plugin) ||
        differs(ret, "the plugin's id", id, k->plugin_id))
        return;
    ret->state = VOUCH_AGREED;
    snprintf(ret->words, sizeof ret->words,
             "Plugin %s and app %s vouched for each other: they spoke with each other on one "
             "computer.",
             plugin, app);
}

/* `v` is what was known before. */
static bool judge_one(const struct event *events, size_t len, const struct known *k,
                      const json_t *said, struct vouch *v, struct error *err)
{
    CLEANUP(json_decrefp) json_t *other = NULL;
    char app[TEXT_SIZE], nonce[TEXT_SIZE];
    take(said, "app", app);
    take(said, "nonce", nonce);
    if (v->state == VOUCH_DIFFERS)
        return true;
    if (!app[0])
        return say(v, VOUCH_NOT_REACHED,
                   "Not vouched for: the plugin could not reach the app on this computer.");
    if (!json_is_true(json_object_get(said, "same_session")))
        return say(v, VOUCH_DIFFERS,
                   "The plugin reached an app that is not connected with this session: the app "
                   "that was connected may run on another computer.");
    if (!find_other(events, len, nonce, &other, err))
        return false;
    if (!other)
        return say(v, VOUCH_ONE_SIDED,
                   "Vouched for by the plugin alone: the app has not told that it was asked.");
    compare(k, said, other, v);
    return true;
}

bool vouch_judge(const struct event *events, size_t len, struct vouch *ret, struct error *err)
{
    struct known k = {.plugin = ""};
    struct vouch v = {.state = VOUCH_NONE};
    for (size_t i = 0; i < len; i++) {
        CLEANUP(json_decrefp) json_t *detail = NULL;
        if (!json_parse(events[i].detail, &detail, err))
            return false;
        learn(&k, events[i].kind, detail);
        if (str_eq(events[i].kind, STR("app-vouched")) &&
            !judge_one(events, len, &k, detail, &v, err))
            return false;
    }
    if (v.state == VOUCH_NONE && k.plugin[0] && k.app[0])
        say(&v, VOUCH_NOT_ASKED,
            "Not vouched for: the plugin has not spoken with the app; the candidate need not allow "
            "it to.");
    *ret = v;
    return true;
}
