#include "app_core/programs.h"

#include <stdlib.h>
#include <string.h>

#define PROGRAMS_MAX 2000
#define KIND_MAX 32
#define ALLOWED_MAX 64

struct program {
    char kind[KIND_MAX];
    char name[FACT_TEXT];
};
struct programs {
    bool unknown; /* are told */
    size_t allowed_len;
    char allowed[ALLOWED_MAX][FACT_TEXT];
    size_t len;
    struct program list[];
};

static size_t count(const json_t *list)
{
    size_t len = 0, i;
    json_t *kind;
    json_array_foreach(list, i, kind) len += json_array_size(json_object_get(kind, "names"));
    return len;
}

static bool add_kind(struct programs *p, const json_t *kind, struct error *err)
{
    struct str title;
    size_t i;
    json_t *name;
    if (!json_get_str(kind, "programs", "kind", KIND_MAX - 1, &title, err))
        return false;
    json_array_foreach(json_object_get(kind, "names"), i, name)
    {
        struct program *one = &p->list[p->len];
        if (!json_is_string(name))
            return error_set(err, ERROR_INVALID, "programs: a name must be text");
        fact_text(one->kind, sizeof one->kind, title);
        fact_program_name(one->name, sizeof one->name, str_from(json_string_value(name)));
        p->len++;
    }
    return true;
}

static void add_allowed(struct programs *p, const json_t *policy)
{
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(policy, "allowed"), i, name)
    {
        if (p->allowed_len < ALLOWED_MAX && json_is_string(name))
            fact_program_name(p->allowed[p->allowed_len++], FACT_TEXT,
                              str_from(json_string_value(name)));
    }
    p->unknown = json_is_true(json_object_get(policy, "unknown"));
}

bool programs_create(const json_t *policy, struct programs **ret, struct error *err)
{
    const json_t *list = json_object_get(policy, "programs");
    size_t len = count(list), i;
    json_t *kind;
    if (list && !json_is_array(list))
        return error_set(err, ERROR_INVALID, "programs: must be a list");
    if (len > PROGRAMS_MAX)
        return error_set(err, ERROR_TOO_LARGE, "programs: at most %d", PROGRAMS_MAX);
    struct programs *p = calloc(1, sizeof *p + len * sizeof p->list[0]);
    if (!p)
        return error_no_memory(err);
    json_array_foreach(list, i, kind)
    {
        if (!add_kind(p, kind, err)) {
            free(p);
            return false;
        }
    }
    add_allowed(p, policy);
    *ret = p;
    return true;
}

void programs_destroy(struct programs *p) { free(p); }

const char *programs_kind(const struct programs *p, const char *name)
{
    for (size_t i = 0; p && i < p->len; i++)
        if (strcmp(p->list[i].name, name) == 0)
            return p->list[i].kind;
    return NULL;
}

bool programs_tell_unknown(const struct programs *p) { return p && p->unknown; }

bool programs_unknown(const struct programs *p, const struct fact_program *program)
{
    bool allowed = false;
    for (size_t i = 0; p && i < p->allowed_len; i++)
        allowed = allowed || strcmp(p->allowed[i], program->name) == 0;
    return programs_tell_unknown(p) && program->own_place && !allowed &&
           !programs_kind(p, program->name);
}
