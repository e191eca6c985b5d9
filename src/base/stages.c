/* Times are kept in nanoseconds: a stage may be shorter than a microsecond, ten thousand times. */
#include "base/stages.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

struct stages {
    size_t len, now; /* of the list; the one the thread is in */
    int64_t since_ns;
    struct {
        const char *name; /* borrowed */
        uint64_t entries;
        int64_t cpu_ns;
    } list[STAGES_MAX];
};

static int64_t cpu_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

bool stages_create(const char *first, struct stages **ret, struct error *err)
{
    struct stages *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err);
    s->list[0].name = first;
    s->list[0].entries = 1;
    s->len = 1;
    s->since_ns = cpu_ns();
    *ret = s;
    return true;
}

void stages_destroy(struct stages *s) { free(s); }

void stages_destroyp(struct stages **s) { stages_destroy(*s); }

static size_t find(struct stages *s, const char *name)
{
    for (size_t i = 0; i < s->len; i++)
        if (s->list[i].name == name || strcmp(s->list[i].name, name) == 0)
            return i;
    if (s->len < STAGES_MAX)
        s->list[s->len++].name = name;
    return s->len - 1;
}

static void settle(struct stages *s)
{
    int64_t now_ns = cpu_ns();
    s->list[s->now].cpu_ns += now_ns - s->since_ns;
    s->since_ns = now_ns;
}

const char *stages_enter(struct stages *s, const char *name)
{
    if (!s)
        return name;
    settle(s);
    const char *before = s->list[s->now].name;
    s->now = find(s, name);
    s->list[s->now].entries++;
    return before;
}

bool stages_get(struct stages *s, size_t i, struct stage *ret)
{
    if (!s || i >= s->len)
        return false;
    settle(s);
    *ret = (struct stage){s->list[i].name, s->list[i].entries, s->list[i].cpu_ns / 1000};
    return true;
}
