#include "server/static.h"

/* Which page shows which paths; the page's script reads the rest of the path. */
static const struct {
    const char *path; /* itself and all below it */
    const char *page;
} pages[] = {
    {"/profile", "/index.html"}, {"/assessments", "/index.html"},    {"/results", "/index.html"},
    {"/support", "/index.html"}, {"/proctortrack", "/proctor.html"}, {"/exam", "/exam.html"},
    {"/review", "/review.html"}, {"/support-desk", "/support.html"},
};

static const struct asset *find_exact(const struct asset *table, size_t len, struct str path)
{
    for (size_t i = 0; i < len; i++)
        if (str_eq(path, str_from(table[i].path)))
            return &table[i];
    return NULL;
}

static const char *page_of(struct str path)
{
    if (str_eq(path, STR("/")))
        return "/index.html";
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        struct str folder = str_from(pages[i].path);
        if (str_starts(path, folder) && (path.len == folder.len || path.ptr[folder.len] == '/'))
            return pages[i].page;
    }
    return NULL;
}

bool static_is_page(struct str path) { return page_of(path) != NULL; }

const struct asset *static_find(const struct asset *table, size_t len, struct str path)
{
    const struct asset *found = find_exact(table, len, path);
    const char *page = page_of(path);
    return found || !page ? found : find_exact(table, len, str_from(page));
}

bool static_takes_gzip(struct str accept_encoding)
{
    struct str rest = accept_encoding, part, name;
    while (str_split(&rest, ',', &part)) {
        if (!str_split(&part, ';', &name) || !str_eq_nocase(str_trim(name), STR("gzip")))
            continue;
        struct str weight = str_trim(part);
        double q = 1;
        if (str_starts(weight, STR("q=")) && !str_to_double(str_slice(weight, 2, weight.len), &q))
            return false;
        return q > 0;
    }
    return false;
}

bool static_matches(struct str if_none_match, const char *etag)
{
    struct str rest = if_none_match, part;
    while (str_split(&rest, ',', &part)) {
        part = str_trim(part);
        if (str_starts(part, STR("W/")))
            part = str_slice(part, 2, part.len);
        if (str_eq(part, str_from(etag)) || str_eq(part, STR("*")))
            return true;
    }
    return false;
}

static bool serve(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    const struct asset *a = static_find(assets, assets_len, q->path);
    if (!a && assets_len == 0 && static_is_page(q->path)) {
        r->status = 503;
        response_header(r, "Content-Type", "text/plain; charset=utf-8");
        r->constant = STR("The web pages are not part of this program: web/dist was not there when "
                          "it was built. Build the pages first, then the program (./dev build does "
                          "both). The API works.\n");
        return true;
    }
    if (!a)
        return error_set(err, ERROR_NOT_FOUND, "there is nothing at this address");
    /* Names below /assets/ carry a hash of the content: what has that name never changes. */
    bool hashed = str_starts(q->path, STR("/assets/"));
    response_header(r, "Cache-Control",
                    hashed ? "public, max-age=31536000, immutable" : "no-cache");
    response_header(r, "ETag", a->etag);
    if (a->gzip.ptr)
        response_header(r, "Vary", "Accept-Encoding");
    if (static_matches(request_header(q, "If-None-Match"), a->etag)) {
        r->status = 304;
        return true;
    }
    response_header(r, "Content-Type", a->type);
    r->constant = a->bytes;
    if (a->gzip.ptr && static_takes_gzip(request_header(q, "Accept-Encoding"))) {
        response_header(r, "Content-Encoding", "gzip");
        r->constant = a->gzip;
    }
    return true;
}

const struct route static_route = {HTTP_GET, "/", ROLE_ANYONE, 0, serve, NULL};
