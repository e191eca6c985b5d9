/* All routes as a table for people: what docs/roles.md holds, and a test compares. */
#include "server/server.h"

#include "base/buf.h"
#include "server/router.h"

static const unsigned columns[] = {ROLE_CANDIDATE, ROLE_INSTRUCTOR, ROLE_PROCTOR,
                                   ROLE_SUPPORT,   ROLE_ADMIN,      ROLE_APP};

void server_routes_text(struct buf *to)
{
    buf_add_c(to,
              "| request | candidate | instructor | proctor | support | admin | app | nobody |\n"
              "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t t = 0; server_route_tables[t]; t++)
        for (const struct route *row = server_route_tables[t]; row->method != HTTP_NONE; row++) {
            buf_printf(to, "| `%s %s` |", http_method_name(row->method), row->pattern);
            for (size_t i = 0; i < ARRAY_LEN(columns); i++)
                buf_add_c(to, row->roles & columns[i] ? " yes |" : " |");
            buf_add_c(to, (row->roles & ROLE_ANYONE) == ROLE_ANYONE ? " yes |\n" : " |\n");
        }
}
