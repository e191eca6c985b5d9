/* It reads nothing but what cairo wrote just before: the end of the file, and the one object that
 * the trailer names as its root. */
#include "paper/pdf_catalog.h"

#include <string.h>

#define TAIL_MAX 512 /* bytes: trailer and startxref are about 120 */

/* Where `what` begins, looking from the end; false when it is not there. */
static bool find_last(struct str in, struct str what, size_t *ret)
{
    for (size_t at = in.len >= what.len ? in.len - what.len + 1 : 0; at > 0; at--)
        if (memcmp(in.ptr + at - 1, what.ptr, what.len) == 0) {
            *ret = at - 1;
            return true;
        }
    return false;
}

/* The number behind the last `name` of the text. */
static bool number_after(struct str in, struct str name, uint64_t *ret)
{
    size_t at;
    if (!find_last(in, name, &at))
        return false;
    struct str rest = str_trim(str_slice(in, at + name.len, in.len));
    size_t len = 0;
    while (len < rest.len && rest.ptr[len] >= '0' && rest.ptr[len] <= '9')
        len++;
    return str_to_u64(str_slice(rest, 0, len), ret);
}

struct ending {
    uint64_t table, size, root, info; /* offset of the table; numbers of objects */
};

static bool read_ending(struct str pdf, struct ending *ret)
{
    struct str tail = str_slice(pdf, pdf.len - MIN(pdf.len, TAIL_MAX), pdf.len);
    return number_after(tail, STR("startxref"), &ret->table) &&
           number_after(tail, STR("/Size"), &ret->size) &&
           number_after(tail, STR("/Root"), &ret->root) &&
           number_after(tail, STR("/Info"), &ret->info) && ret->table < pdf.len &&
           str_starts(str_slice(pdf, ret->table, pdf.len), STR("xref"));
}

/* What stands between the brackets of the catalog. */
static bool read_catalog(struct str pdf, struct str *ret)
{
    size_t at, end;
    if (!find_last(pdf, STR("<< /Type /Catalog"), &at))
        return false;
    struct str rest = str_slice(pdf, at, pdf.len);
    for (end = 0; end + 6 <= rest.len && memcmp(rest.ptr + end, "endobj", 6) != 0;)
        end++;
    struct str object = str_trim(str_slice(rest, 0, end));
    if (!str_ends(object, STR(">>")))
        return false;
    *ret = str_slice(object, 2, object.len - 2);
    return true;
}

bool pdf_catalog_complete(struct buf *to, size_t from, const char *lang, struct error *err)
{
    struct str pdf = str_slice(buf_str(to), from, to->len), catalog;
    CLEANUP(buf_done) struct buf more = {0};
    struct ending e;
    size_t ignored;
    if (!read_ending(pdf, &e) || !read_catalog(pdf, &catalog) ||
        find_last(catalog, STR("/MarkInfo"), &ignored) ||
        find_last(catalog, STR("/Lang"), &ignored))
        return buf_ok(to, err);
    buf_printf(&more, "%" PRIu64 " 0 obj\n<<" STR_FMT, e.root, STR_ARG(catalog));
    buf_printf(&more,
               "   /MarkInfo << /Marked true >>\n   /Lang (%s)\n"
               "   /ViewerPreferences << /DisplayDocTitle true >>\n>>\nendobj\n",
               lang);
    size_t table = pdf.len + more.len;
    buf_printf(&more, "xref\n%" PRIu64 " 1\n%010zu 00000 n \n", e.root, pdf.len);
    buf_printf(&more,
               "trailer\n<< /Size %" PRIu64 "\n   /Root %" PRIu64 " 0 R\n   /Info %" PRIu64
               " 0 R\n   /Prev %" PRIu64 "\n>>\nstartxref\n%zu\n%%%%EOF\n",
               e.size, e.root, e.info, e.table, table);
    if (!buf_ok(&more, err))
        return false;
    buf_add(to, buf_str(&more));
    return buf_ok(to, err);
}
