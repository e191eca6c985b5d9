#include "analysis/truth.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *copy(struct truth *t, struct str text)
{
    return arena_copy(&t->arena, text).ptr;
}

/* The lines of a machine-readable zone: the one list that is a label. */
static bool join_lines(json_t *lines, char ret[TRUTH_TEXT_MAX])
{
    size_t len = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const char *line = json_string_value(json_array_get(lines, i));
        if (!line || strlen(line) + 2 > TRUTH_TEXT_MAX - len)
            return false;
        len += (size_t)snprintf(ret + len, TRUTH_TEXT_MAX - len, "%s\n", line);
    }
    return len > 0;
}

/* Numbers, texts, true and false are labels; lists and objects are notes for people. */
static bool read_labels(struct truth *t, json_t *from, const char *path, struct truth_labels *ret,
                        struct error *err)
{
    const char *key;
    json_t *value;
    size_t len = 0;
    struct truth_label *list =
        arena_alloc(&t->arena, sizeof *list * MIN(json_object_size(from) + 1, TRUTH_LABELS_MAX));
    if (!list)
        return error_no_memory(err);
    json_object_foreach(from, key, value)
    {
        struct truth_label label = {.number = json_is_true(value) ? 1 : json_number_value(value)};
        char lines[TRUTH_TEXT_MAX];
        bool zone = json_is_array(value) && strcmp(key, "mrz") == 0 && join_lines(value, lines);
        if (!zone && (json_is_array(value) || json_is_object(value) || json_is_null(value)))
            continue;
        if (len == TRUTH_LABELS_MAX || strlen(key) > TRUTH_TEXT_MAX)
            return error_set(err, ERROR_TOO_LARGE, "%s: more than %d labels, or a very long one",
                             path, TRUTH_LABELS_MAX);
        if (json_is_string(value)) {
            if (json_string_length(value) > TRUTH_TEXT_MAX)
                return error_set(err, ERROR_TOO_LARGE, "%s.%.40s: longer than %d bytes", path, key,
                                 TRUTH_TEXT_MAX);
            label.text = copy(t, str_from(json_string_value(value)));
        }
        if (zone)
            label.text = copy(t, str_from(lines));
        label.key = copy(t, str_from(key));
        if (!label.key || ((zone || json_is_string(value)) && !label.text))
            return error_no_memory(err);
        list[len++] = label;
    }
    *ret = (struct truth_labels){list, len};
    return true;
}

static bool read_span(struct truth *t, json_t *from, const char *path, bool sound,
                      struct truth_span *ret, struct error *err)
{
    struct truth_span span = {.sound = sound};
    if (!json_is_object(from))
        return error_set(err, ERROR_INVALID, "%s: must be an object", path);
    if (!json_get_double(from, path, "from_s", 0, TRUTH_SECONDS_MAX, &span.from_s, err) ||
        !json_get_double(from, path, "to_s", 0, TRUTH_SECONDS_MAX, &span.to_s, err))
        return false;
    if (span.to_s < span.from_s)
        return error_set(err, ERROR_INVALID, "%s: ends before it begins", path);
    if (!read_labels(t, from, path, &span.labels, err))
        return false;
    *ret = span;
    return true;
}

static bool read_spans(struct truth *t, json_t *labels, const char *key, const char *path,
                       bool sound, struct truth_file *file, struct truth_span *list,
                       struct error *err)
{
    json_t *from = json_object_get(labels, key);
    if (!from)
        return true;
    if (!json_is_array(from))
        return error_set(err, ERROR_INVALID, "%s.%s: must be a list", path, key);
    for (size_t i = 0; i < json_array_size(from); i++) {
        char place[200];
        snprintf(place, sizeof place, "%s.%s[%zu]", path, key, i);
        if (!read_span(t, json_array_get(from, i), place, sound, &list[file->spans_len], err))
            return false;
        file->spans_len++;
    }
    return true;
}

/* Relative, and down only: what is read are files beside the truth. */
static bool is_inside(struct str path)
{
    struct str rest = path, part;
    if (path.len == 0 || path.len > TRUTH_TEXT_MAX || path.ptr[0] == '/')
        return false;
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] < ' ' || path.ptr[i] == 0x7f || path.ptr[i] == '\\')
            return false;
    while (str_split(&rest, '/', &part))
        if (part.len == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
            return false;
    return path.ptr[path.len - 1] != '/';
}

static bool read_member(struct truth *t, json_t *from, const char *path, const char *key,
                        struct str otherwise, const char **ret, struct error *err)
{
    struct str text = otherwise;
    if (json_object_get(from, key) && !json_get_str(from, path, key, 64, &text, err))
        return false;
    *ret = copy(t, text);
    return *ret ? true : error_no_memory(err);
}

static bool read_file(struct truth *t, const char *path, json_t *from, double tolerance_s,
                      struct truth_file *ret, struct error *err)
{
    struct str folder, rest = str_from(path);
    char place[100];
    if (!is_inside(rest))
        return error_set(err, ERROR_INVALID,
                         "files: %.60s: must be a path below the folder of this file", path);
    snprintf(place, sizeof place, "files.%.80s", path);
    json_t *labels = json_object_get(from, "truth");
    if (!json_is_object(from) || (labels && !json_is_object(labels)))
        return error_set(err, ERROR_INVALID, "%s: must be an object, and its truth, too", place);
    struct truth_file file = {.path = copy(t, rest), .tolerance_s = tolerance_s};
    (void)str_split(&rest, '/', &folder);
    if (!file.path)
        return error_no_memory(err);
    if (!read_member(t, from, place, "category", rest.len ? folder : STR(""), &file.category,
                     err) ||
        !read_member(t, from, place, "type", STR(""), &file.type, err))
        return false;
    if (json_object_get(labels, "tolerance_s") &&
        !json_get_double(labels, place, "tolerance_s", 0, 60, &file.tolerance_s, err))
        return false;

    size_t len = json_array_size(json_object_get(labels, "intervals")) +
                 json_array_size(json_object_get(labels, "audio_intervals"));
    if (len > TRUTH_SPANS_MAX)
        return error_set(err, ERROR_TOO_LARGE, "%s: more than %d intervals", place,
                         TRUTH_SPANS_MAX);
    struct truth_span *spans = arena_alloc(&t->arena, sizeof *spans * MAX(len, 1));
    if (!spans)
        return error_no_memory(err);
    file.spans = spans;
    bool heard = strcmp(file.type, "audio") == 0 || strcmp(file.category, "audio") == 0;
    if (!read_labels(t, labels, place, &file.labels, err) ||
        !read_spans(t, labels, "intervals", place, heard, &file, spans, err) ||
        !read_spans(t, labels, "audio_intervals", place, true, &file, spans, err))
        return false;
    *ret = file;
    return true;
}

/* False when the session names no such file of its own: then there is nothing to compare. */
static bool find_file(const struct truth *t, json_t *session, const char *key, size_t *ret)
{
    const char *path = json_string_value(json_object_get(session, key));
    for (size_t i = 0; path && i < t->files_len; i++) {
        if (strcmp(t->files[i].path, path) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool read_sessions(struct truth *t, json_t *from, struct error *err)
{
    if (!from)
        return true;
    if (!json_is_array(from) || json_array_size(from) > TRUTH_SESSIONS_MAX)
        return error_set(err, ERROR_INVALID, "sessions: must be a list of at most %d",
                         TRUTH_SESSIONS_MAX);
    struct truth_session *list = arena_alloc(&t->arena, sizeof *list * (json_array_size(from) + 1));
    if (!list)
        return error_no_memory(err);
    for (size_t i = 0; i < json_array_size(from); i++) {
        json_t *session = json_array_get(from, i);
        /* true, or a sentence that says when not: then the persons of the spans tell. */
        struct truth_session s = {
            .matches = !json_is_false(json_object_get(session, "webcam_matches_scan"))};
        if (find_file(t, session, "scan", &s.scan) && find_file(t, session, "webcam", &s.camera))
            list[t->sessions_len++] = s;
    }
    t->sessions = list;
    return true;
}

static bool parse(struct truth *t, struct str json, struct error *err)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    double tolerance_s = TRUTH_TOLERANCE_S;
    if (json.len > TRUTH_BYTES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "it has more than %zu bytes", TRUTH_BYTES_MAX);
    if (!json_parse(json, &root, err))
        return false;
    json_t *files = json_object_get(root, "files");
    if (!json_is_object(files))
        return error_set(err, ERROR_INVALID, "files: must be an object of paths");
    if (json_object_size(files) > TRUTH_FILES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "files: more than %d", TRUTH_FILES_MAX);
    if (json_object_get(root, "tolerance_s") &&
        !json_get_double(root, "", "tolerance_s", 0, 60, &tolerance_s, err))
        return false;
    struct truth_file *list =
        arena_alloc(&t->arena, sizeof *list * MAX(json_object_size(files), 1));
    if (!list)
        return error_no_memory(err);
    t->files = list;
    const char *path;
    json_t *file;
    json_object_foreach(files, path, file)
    {
        if (!read_file(t, path, file, tolerance_s, &list[t->files_len], err))
            return false;
        t->files_len++;
    }
    return read_sessions(t, json_object_get(root, "sessions"), err);
}

bool truth_parse(struct str json, struct truth *ret, struct error *err)
{
    struct truth t = {0};
    if (!parse(&t, json, err)) {
        truth_done(&t);
        return false;
    }
    *ret = t;
    return true;
}

void truth_done(struct truth *t)
{
    arena_done(&t->arena);
    *t = (struct truth){0};
}

struct truth_file truth_session(const struct truth *t, size_t i)
{
    const struct truth_session *s = &t->sessions[i];
    struct truth_file file = t->files[s->camera];
    const char *person = truth_text(t->files[s->scan].labels, "person");
    file.enrolled = person ? person : "";
    file.enrolled_sits = s->matches;
    return file;
}

static const struct truth_label *find(struct truth_labels labels, const char *key)
{
    for (size_t i = 0; i < labels.len; i++)
        if (strcmp(labels.list[i].key, key) == 0)
            return &labels.list[i];
    return NULL;
}

bool truth_number(struct truth_labels labels, const char *key, double *ret)
{
    const struct truth_label *label = find(labels, key);
    if (!label || label->text)
        return false;
    *ret = label->number;
    return true;
}

const char *truth_text(struct truth_labels labels, const char *key)
{
    const struct truth_label *label = find(labels, key);
    return label ? label->text : NULL;
}

bool truth_is(struct truth_labels labels, const char *key, const char *text)
{
    const char *value = truth_text(labels, key);
    return value && strcmp(value, text) == 0;
}
