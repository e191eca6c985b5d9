/* The rules of an exam: a JSON document (docs/policy.md), checked with the path of what is wrong.
 */
#pragma once
#include "base/json.h"

#define POLICY_BYTES_MAX ((size_t)64 << 10)

enum rule {
    RULE_NONE = 0,
    RULE_NO_FACE,
    RULE_SEVERAL_FACES,
    RULE_TOO_DARK,
    RULE_CAMERA_COVERED,
    RULE_CAMERA_FROZEN,
    RULE_COUNT,
};
enum severity { SEVERITY_NONE = 0, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH };

struct policy_rule {
    bool on;
    enum severity severity;
    double min_s;     /* shorter spans raise nothing */
    double threshold; /* what it means is said in the rule's row (rules.h); 0 where it has none */
};
struct policy {
    char name[64];
    struct policy_rule rules[RULE_COUNT];
};

const char *rule_name(enum rule rule);    /* "no-face": as in JSON; static */
const char *rule_title(enum rule rule);   /* "Nobody in view" */
const char *rule_meaning(enum rule rule); /* one or two sentences for a reviewer */
const char *severity_name(enum severity severity);

/* A built-in policy: "open", "standard" or "strict"; ERROR_NOT_FOUND else. */
MUST_USE bool policy_builtin(struct str name, struct policy *ret, struct error *err);
/* {"name": ..., "base": "standard", "rules": {"no-face": {"on": true, "min_s": 5}}}: what is not
 * named is as in the base. Unknown members are errors. */
MUST_USE bool policy_parse(struct str json, struct policy *ret, struct error *err);
/* The whole policy, every rule with every member. The caller ends *ret with json_decref(). */
MUST_USE bool policy_json(const struct policy *p, json_t **ret, struct error *err);
/* Its canonical text, which policy_parse() reads back to the same policy; malloc'ed. */
MUST_USE bool policy_text(const struct policy *p, char **ret, struct error *err);
