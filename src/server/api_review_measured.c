/* What was measured along a session, as columns of whole numbers: a few tens of kilobytes for any
 * length, as the page says how many buckets it draws. */
#include "identity/watch.h"
#include "proctor/measured.h"
#include "proctor/session.h"
#include "server/router.h"
#include "server/server.h"

#include <math.h>

#define BUCKETS_USUAL 600

static bool read_number(const struct request *q, const char *name, uint64_t usual, uint64_t *ret,
                        struct error *err)
{
    struct str text = request_query(q, name);
    *ret = usual;
    return !text.ptr || (str_to_u64(text, ret) && *ret <= INT64_MAX) ||
           error_set(err, ERROR_INVALID, "%s: must be a number", name);
}

/* Which number of a bucket a column holds; false: there is none. */
typedef bool column(const struct series_bucket *b, double *ret);

static bool of_span(const struct series_span *s, float value, double scale, double *ret)
{
    *ret = (double)value * scale;
    return s->n > 0;
}

#define COLUMN(name, span, end, scale)                                                             \
    static bool name(const struct series_bucket *b, double *ret)                                   \
    {                                                                                              \
        return of_span(&b->span, b->span.end, scale, ret);                                         \
    }
COLUMN(level_least, level, least, 1)
COLUMN(level_most, level, most, 1)
COLUMN(faces_least, faces, least, 1)
COLUMN(faces_most, faces, most, 1)
COLUMN(enrolled_least, enrolled, least, 100)
COLUMN(enrolled_most, enrolled, most, 100)
COLUMN(earlier_least, earlier, least, 100)
COLUMN(earlier_most, earlier, most, 100)

/* Of the looks with a face, how many per cent could not be compared. */
static bool unchecked(const struct series_bucket *b, double *ret)
{
    *ret = b->faces.n ? 100.0 * b->unchecked / b->faces.n : 0;
    return b->unchecked > 0;
}

static bool column_json(const struct series *s, column *take, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < s->len; i++) {
        double value;
        json_t *one =
            take(&s->buckets[i], &value) ? json_integer((json_int_t)lround(value)) : json_null();
        if (json_array_append_new(list, one))
            return error_no_memory(err);
    }
    *ret = TAKE(list);
    return *ret || error_no_memory(err);
}

static bool columns_json(const struct series *s, column *least, column *most, json_t **ret,
                         struct error *err)
{
    CLEANUP(json_decrefp) json_t *low = NULL;
    CLEANUP(json_decrefp) json_t *high = NULL;
    if (!column_json(s, least, &low, err) || !column_json(s, most, &high, err))
        return false;
    *ret = json_pack("{s:O, s:O}", "least", low, "most", high);
    return *ret || error_no_memory(err);
}

static bool any_enrolled(const struct series *s)
{
    for (size_t i = 0; i < s->len; i++)
        if (s->buckets[i].enrolled.n)
            return true;
    return false;
}

/* To the enrolled face where there is one, else to the one first seen in the recording. */
static bool likeness_json(const struct series *s, json_t **ret, struct error *err)
{
    bool enrolled = any_enrolled(s);
    CLEANUP(json_decrefp) json_t *value = NULL;
    CLEANUP(json_decrefp) json_t *not_compared = NULL;
    if (!columns_json(s, enrolled ? enrolled_least : earlier_least,
                      enrolled ? enrolled_most : earlier_most, &value, err) ||
        !column_json(s, unchecked, &not_compared, err))
        return false;
    double different = (double)(enrolled ? IDENTITY_DIFFERENT : IDENTITY_STREAM_DIFFERENT);
    if (json_object_set_new(value, "to", json_string(enrolled ? "enrolled" : "first")) ||
        json_object_set_new(value, "same", json_integer(lround(100 * (double)IDENTITY_SAME_MIN))) ||
        json_object_set_new(value, "different", json_integer(lround(100 * different))) ||
        json_object_set(value, "unchecked", not_compared))
        return error_no_memory(err);
    *ret = TAKE(value);
    return true;
}

static bool get_measured(struct server *server, struct request *q, struct response *r,
                         struct error *err)
{
    struct session session;
    struct measured m;
    uint64_t from, to, buckets;
    CLEANUP(json_decrefp) json_t *level = NULL;
    CLEANUP(json_decrefp) json_t *faces = NULL;
    CLEANUP(json_decrefp) json_t *likeness = NULL;
    if (!session_find(server->proctor, q->params[0], &session, err) ||
        !read_number(q, "from_us", 0, &from, err) || !read_number(q, "to_us", 0, &to, err) ||
        !read_number(q, "buckets", BUCKETS_USUAL, &buckets, err))
        return false;
    const struct measured_query query = {q->params[0], (int64_t)from, (int64_t)to, buckets};
    if (!measured(server->proctor, &query, q->arena, &m, err) ||
        !columns_json(&m.series, level_least, level_most, &level, err) ||
        !columns_json(&m.series, faces_least, faces_most, &faces, err) ||
        !likeness_json(&m.series, &likeness, err))
        return false;
    response_header(r, "Cache-Control", "no-store");
    return response_json(r, 200,
                         json_pack("{s:I, s:I, s:I, s:I, s:O, s:O, s:O}", "from_us",
                                   (json_int_t)m.series.from_us, "bucket_us",
                                   (json_int_t)m.series.bucket_us, "recordings",
                                   (json_int_t)m.recordings, "without", (json_int_t)m.without,
                                   "level", level, "faces", faces, "likeness", likeness),
                         err);
}

/* On the slow lane: all tracks of a long session are read. */
const struct route review_measured_routes[] = {
    {HTTP_GET, "/api/review/sessions/:session/measured", ROLE_STAFF | ROUTE_SLOW, 0, get_measured,
     NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
