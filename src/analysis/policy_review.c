#include "analysis/policy_review.h"

#include <string.h>

static const char *const seconds[] = {
    [REVIEW_SECOND_NEVER] = "never",
    [REVIEW_SECOND_VIOLATIONS] = "violations",
    [REVIEW_SECOND_ALWAYS] = "always",
};

void policy_review_builtin(struct policy_review *ret)
{
    *ret = (struct policy_review){.second = REVIEW_SECOND_NEVER};
}

const char *review_second_name(enum review_second second)
{
    return second > REVIEW_SECOND_NONE && (size_t)second < ARRAY_LEN(seconds) ? seconds[second]
                                                                              : "never";
}

static bool parse_second(json_t *object, enum review_second *ret, struct error *err)
{
    struct str text;
    if (!json_get_str(object, "review", "second", 16, &text, err))
        return false;
    for (enum review_second i = REVIEW_SECOND_NONE + 1; (size_t)i < ARRAY_LEN(seconds); i++)
        if (str_eq(text, str_from(seconds[i]))) {
            *ret = i;
            return true;
        }
    return error_set(err, ERROR_INVALID, "review.second: must be never, violations or always");
}

bool policy_review_parse(json_t *value, struct policy_review *ret, struct error *err)
{
    struct policy_review p = *ret;
    const char *key;
    json_t *member;
    if (!json_is_object(value))
        return error_set(err, ERROR_INVALID, "review: must be an object");
    json_object_foreach(value, key, member)
    {
        if (strcmp(key, "second") != 0)
            return error_set(err, ERROR_INVALID, "review.%.40s: is not known here (second)", key);
        if (!parse_second(value, &p.second, err))
            return false;
    }
    *ret = p;
    return true;
}

bool policy_review_json(const struct policy_review *p, json_t **ret, struct error *err)
{
    json_t *o = json_pack("{s:s}", "second", review_second_name(p->second));
    if (!o)
        return error_no_memory(err);
    *ret = o;
    return true;
}
