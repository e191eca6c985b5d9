/* modules: server */
/* A request's target as a stranger sends it, through splitting, decoding, matching and a query
 * look-up; what follows a newline is a Range header. */
#include "server/range.h"
#include "server/router.h"
#include "server/uri.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct route rows[] = {
    {HTTP_GET, "/api/me", ROLE_ANYONE, 0, NULL, NULL},
    {HTTP_PUT, "/api/campus/attempts/:attempt/answers/:item", ROLE_CANDIDATE, 1000, NULL, NULL},
    {HTTP_PATCH, "/api/proctor/sessions/:session/uploads/:stream", ROLE_CANDIDATE, 1000, NULL,
     NULL},
    {HTTP_GET, "/:one/:two/:three/:four", ROLE_ANYONE, 0, NULL, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
static const struct route *const tables[] = {rows, NULL};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void route(struct str raw)
{
    struct arena arena;
    struct request q = {.method = HTTP_GET, .arena = &arena};
    struct router router = {.tables = tables};
    const struct route *found = NULL;
    struct str query;
    unsigned allow = 0;
    arena_init(&arena, 1 << 20);
    if (uri_parse(raw, &arena, &q.path, &query, NULL)) {
        check(q.path.len > 0 && q.path.ptr[0] == '/' && str_is_utf8(q.path));
        struct str value = uri_query_find(query, STR("name"), &arena);
        check(!value.ptr || str_is_utf8(value));
        for (unsigned m = HTTP_GET; m <= HTTP_OPTIONS; m++) {
            q.method = (enum http_method)m;
            if (!router_find(&router, &q, &found, &allow, NULL))
                break;
            check(found || allow);
            for (size_t i = 0; found && i < HTTP_PARAMS_MAX; i++)
                check(q.params[i].len <= URI_PARAM_MAX);
        }
    }
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_bytes(data, size), uri;
    if (!str_split(&text, '\n', &uri))
        return 0;
    route(uri);
    uint64_t from, to, sizes[] = {0, 1, 100, UINT64_MAX};
    for (size_t i = 0; text.ptr && i < sizeof sizes / sizeof *sizes; i++)
        if (range_parse(text, sizes[i], &from, &to) == RANGE_PART)
            check(from < to && to <= sizes[i]);
    return 0;
}
