/* A track may be a stranger's. It is decoded with limits: a block can be no longer than what is in
 * it can need, and every number must be in its range. */
#include "analysis/track_format.h"

#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define COLUMNS_MAX 1000
#define VARINT_MAX 10 /* bytes */

/* ---- columns ---- */

static int64_t unfold_sign(uint64_t folded)
{
    return (int64_t)(folded >> 1) ^ -(int64_t)(folded & 1);
}

/* Past its end gives 0 and sets `bad`. */
struct cursor {
    struct str rest;
    bool bad;
};

static uint64_t take_varint(struct cursor *c)
{
    uint64_t value = 0;
    for (size_t i = 0; i < VARINT_MAX && i < c->rest.len; i++) {
        uint64_t byte = (unsigned char)c->rest.ptr[i];
        value |= (byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            c->rest = str_slice(c->rest, i + 1, c->rest.len);
            return value;
        }
    }
    c->bad = true;
    c->rest = STR("");
    return 0;
}

static uint32_t u32le(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)(unsigned char)at[i] << (8 * i);
    return value;
}

/* ---- the reader ---- */

struct in_column {
    const struct field *field; /* NULL: not known here, passed over */
    int bits;
    int64_t *last; /* owned */
    struct cursor cursor;
};
struct in_strand {
    struct in_column *columns; /* owned */
    size_t len;
    int64_t last_us;
};

struct track_reader {
    struct str blocks; /* borrowed: from the next one on */
    struct in_strand strands[TRACK_KINDS];
    unsigned char *raw;   /* owned: of the block that is being read */
    enum track_kind kind; /* of it */
    uint32_t items;       /* left in it */
    json_t *about;        /* owned */
};

static bool damaged(struct error *err, const char *what)
{
    return error_set(err, ERROR_INVALID, "this is no track of looks, or it is damaged: %s", what);
}

static const struct field *field_named(const struct track_strand *s, struct str name)
{
    for (size_t i = 0; i < *s->len; i++)
        if (str_eq(name, str_from(s->fields[i].name)))
            return &s->fields[i];
    return NULL;
}

/* "name bits count len-column" of a strand. */
static bool read_column(const struct track_strand *s, struct str line, struct in_column *ret,
                        struct error *err)
{
    struct str name, bits_text, count_text, len_column = line;
    uint64_t bits, count;
    if (!str_split(&len_column, ' ', &name) || !str_split(&len_column, ' ', &bits_text) ||
        !str_split(&len_column, ' ', &count_text) || !str_to_u64(bits_text, &bits) || bits > 40 ||
        !str_to_u64(count_text, &count))
        return damaged(err, "its directory");
    const struct field *f = field_named(s, name);
    if (f && (f->count != count || !str_eq(len_column, str_from(track_len_name(s, f)))))
        f = NULL; /* of the same name, but another thing */
    struct in_column column = {.field = f, .bits = (int)bits};
    if (f && !(column.last = calloc(track_numbers(f), sizeof *column.last)))
        return error_no_memory(err);
    *ret = column;
    return true;
}

/* "kind column" */
static bool read_line(struct track_reader *r, struct str line, size_t room, struct error *err)
{
    struct str text;
    uint64_t kind;
    if (!str_split(&line, ' ', &text) || !str_to_u64(text, &kind) || kind == TRACK_END ||
        kind >= TRACK_KINDS)
        return damaged(err, "its directory");
    struct in_strand *in = &r->strands[kind];
    if (!in->columns && !(in->columns = calloc(room, sizeof *in->columns)))
        return error_no_memory(err);
    struct in_column *c = &in->columns[in->len];
    if (!read_column(&track_strands[kind], line, c, err))
        return false;
    in->len++;
    for (size_t i = 0; c->field && i + 1 < in->len; i++)
        if (in->columns[i].field == c->field)
            return damaged(err, "a column twice");
    return true;
}

static bool read_directory(struct track_reader *r, struct str text, struct error *err)
{
    struct str rest = text, line;
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    if (lines == 0 || lines > COLUMNS_MAX || !str_ends(text, STR("\n")))
        return damaged(err, "its directory");
    for (size_t i = 0; i < lines && str_split(&rest, '\n', &line); i++)
        if (!read_line(r, line, lines, err))
            return false;
    return true;
}

struct block {
    enum track_kind kind;
    uint32_t items, raw_len;
    struct str packed;
    size_t size; /* in all */
};

static bool read_block(struct str blocks, struct block *ret, struct error *err)
{
    if (blocks.len < TRACK_BLOCK_HEADER)
        return damaged(err, "it was cut");
    uint32_t kind = u32le(blocks.ptr);
    size_t packed = u32le(blocks.ptr + 12);
    if (kind >= TRACK_KINDS)
        return damaged(err, "a block of no kind");
    struct block b = {.kind = (enum track_kind)kind,
                      .items = u32le(blocks.ptr + 4),
                      .raw_len = u32le(blocks.ptr + 8)};
    if (packed > blocks.len - TRACK_BLOCK_HEADER)
        return damaged(err, "it was cut");
    bool last = b.kind == TRACK_END;
    if (b.items > TRACK_BLOCK_ITEMS || (b.items == 0) != last ||
        b.raw_len > (last ? TRACK_ABOUT_MAX : TRACK_RAW_MAX))
        return damaged(err, "a block too large");
    b.packed = str_slice(blocks, TRACK_BLOCK_HEADER, TRACK_BLOCK_HEADER + packed);
    b.size = TRACK_BLOCK_HEADER + packed;
    *ret = b;
    return true;
}

static bool unpack(const struct block *b, unsigned char **ret, struct error *err)
{
    /* zlib makes at most 1032 bytes of one: a small block cannot ask for much. */
    if (b->raw_len / 1100 > b->packed.len)
        return damaged(err, "a block that cannot be");
    uLongf len = b->raw_len;
    CLEANUP(freep) unsigned char *raw = malloc((size_t)b->raw_len + 1);
    if (!raw)
        return error_no_memory(err);
    int result = uncompress(raw, &len, (const unsigned char *)b->packed.ptr, (uLong)b->packed.len);
    if (result == Z_MEM_ERROR)
        return error_no_memory(err);
    if (result != Z_OK || len != b->raw_len)
        return damaged(err, "a block");
    *ret = TAKE(raw);
    return true;
}

static bool is_hex(struct str text, size_t bytes)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789abcdef", text.ptr[i]))
            return false;
    return text.len == 2 * bytes;
}

static bool check_about(const json_t *root, struct error *err)
{
    static const char *const numbers[] = {"bytes", "frames", "damaged_packets", "time_jumps",
                                          "duration_us"};
    static const char *const texts[] = {"name", "isa", "program"};
    struct str text;
    int64_t number;
    CLEANUP(json_decrefp) json_t *models = NULL;
    if (!json_is_object(root))
        return damaged(err, "what it is about");
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (!json_get_i64(root, "", numbers[i], 0, INT64_MAX, &number, err))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (!json_get_str(root, "", texts[i], 4096, &text, err))
            return false;
    if (!json_get_str(root, "", "sha256", 64, &text, err))
        return false;
    if (!is_hex(text, 32))
        return damaged(err, "its digest");
    return json_get_str(root, "", "models", 4096, &text, err) && json_parse(text, &models, err) &&
           (json_is_object(models) || damaged(err, "its models"));
}

/* Walks over the blocks to the last, which is about the whole. */
static bool read_about(struct track_reader *r, struct error *err)
{
    struct block b;
    CLEANUP(freep) unsigned char *text = NULL;
    for (struct str rest = r->blocks;; rest = str_slice(rest, b.size, rest.len)) {
        if (!read_block(rest, &b, err))
            return false;
        if (b.kind != TRACK_END)
            continue;
        if (b.size != rest.len)
            return damaged(err, "something behind its end");
        break;
    }
    return unpack(&b, &text, err) && json_parse(str_bytes(text, b.raw_len), &r->about, err) &&
           check_about(r->about, err);
}

bool track_open(struct str bytes, struct track_reader **ret, struct error *err)
{
    const size_t head = sizeof TRACK_MAGIC - 1 + 4;
    CLEANUP(track_closep) struct track_reader *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    if (bytes.len > TRACK_BYTES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a track has at most %zu bytes", TRACK_BYTES_MAX);
    if (bytes.len < head || !str_starts(bytes, STR(TRACK_MAGIC)))
        return damaged(err, "its beginning");
    size_t directory = u32le(bytes.ptr + sizeof TRACK_MAGIC - 1);
    if (directory > TRACK_DIRECTORY_MAX || directory > bytes.len - head)
        return damaged(err, "its directory");
    for (int kind = TRACK_LOOK; kind < TRACK_KINDS; kind++)
        r->strands[kind].last_us = -1;
    r->blocks = str_slice(bytes, head + directory, bytes.len);
    if (!read_directory(r, str_slice(bytes, head, head + directory), err) || !read_about(r, err))
        return false;
    *ret = TAKE(r);
    return true;
}

void track_close(struct track_reader *r)
{
    if (!r)
        return;
    for (int kind = TRACK_LOOK; kind < TRACK_KINDS; kind++) {
        for (size_t i = 0; i < r->strands[kind].len; i++)
            free(r->strands[kind].columns[i].last);
        free(r->strands[kind].columns);
    }
    free(r->raw);
    json_decref(r->about);
    free(r);
}

void track_closep(struct track_reader **r) { track_close(*r); }

static struct str about_text(const struct track_reader *r, const char *key)
{
    return str_from(json_string_value(json_object_get(r->about, key)));
}

static uint64_t about_number(const struct track_reader *r, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(r->about, key));
}

struct track_about track_about(const struct track_reader *r)
{
    return (struct track_about){
        .name = about_text(r, "name"),
        .sha256 = about_text(r, "sha256"),
        .models = about_text(r, "models"),
        .isa = about_text(r, "isa"),
        .program = about_text(r, "program"),
        .bytes = about_number(r, "bytes"),
        .frames = about_number(r, "frames"),
        .damaged_packets = about_number(r, "damaged_packets"),
        .time_jumps = about_number(r, "time_jumps"),
        .duration_us = (int64_t)about_number(r, "duration_us"),
    };
}

static bool begin_block(struct track_reader *r, struct error *err)
{
    struct block b;
    unsigned char *raw;
    if (!read_block(r->blocks, &b, err))
        return false;
    r->kind = b.kind;
    if (b.kind == TRACK_END)
        return true;
    if (!unpack(&b, &raw, err))
        return false;
    free(r->raw);
    r->raw = raw;
    r->items = b.items;
    r->blocks = str_slice(r->blocks, b.size, r->blocks.len);
    struct cursor all = {.rest = str_bytes(raw, b.raw_len)};
    for (size_t i = 0; i < r->strands[b.kind].len; i++) {
        struct in_column *c = &r->strands[b.kind].columns[i];
        uint64_t len = take_varint(&all);
        if (all.bad || len > all.rest.len)
            return damaged(err, "a column");
        c->cursor = (struct cursor){.rest = str_slice(all.rest, 0, len)};
        all.rest = str_slice(all.rest, len, all.rest.len);
        if (c->field)
            memset(c->last, 0, track_numbers(c->field) * sizeof *c->last);
    }
    return true;
}

static bool read_numbers(struct in_column *c, void *o)
{
    const struct field *f = c->field;
    for (unsigned item = 0; item < field_items(f, o); item++) {
        for (unsigned i = 0; i < f->count; i++) {
            int64_t *last = &c->last[item * f->count + i], steps;
            if (__builtin_add_overflow(*last, unfold_sign(take_varint(&c->cursor)), last) ||
                *last < -FIELD_CODE_MAX || *last > FIELD_CODE_MAX)
                return false;
            steps = *last;
            if (c->bits != f->bits) /* it was kept finer or coarser than now */
                steps = (int64_t)nearbyint(ldexp((double)steps, f->bits - c->bits));
            if (!field_set(f, o, item, i, steps))
                return false;
        }
    }
    return !c->cursor.bad;
}

/* What the track does not have stays absent. */
static bool read_item(const struct track_strand *s, struct in_strand *in, void *o,
                      struct error *err)
{
    for (size_t k = 0; k < *s->len; k++) {
        const struct field *f = &s->fields[k];
        for (unsigned i = 0; f->len_at == 0 && i < f->count; i++)
            if (!field_set(f, o, 0, i, (int64_t)nearbyint(ldexp(f->absent, f->bits))))
                return damaged(err, f->name);
    }
    /* What says how many items there are comes before them, as in the table of fields. */
    for (size_t k = 0; k < in->len; k++)
        if (in->columns[k].field && !read_numbers(&in->columns[k], o))
            return damaged(err, in->columns[k].field->name);
    return true;
}

bool track_next(struct track_reader *r, struct track_item *ret, struct error *err)
{
    struct track_item item;
    if (r->items == 0 && !begin_block(r, err))
        return false;
    memset(&item, 0, sizeof item);
    item.kind = r->kind;
    if (item.kind == TRACK_END) {
        *ret = item;
        return true;
    }
    struct in_strand *in = &r->strands[item.kind];
    bool look = item.kind == TRACK_LOOK;
    if (!read_item(&track_strands[item.kind], in, look ? (void *)&item.look : (void *)&item.sound,
                   err))
        return false;
    int64_t time_us = look ? item.look.time_us : item.sound.time_us;
    if (time_us <= in->last_us)
        return damaged(err, "its times");
    in->last_us = time_us;
    r->items--;
    for (size_t k = 0; r->items == 0 && k < in->len; k++)
        if (in->columns[k].field && in->columns[k].cursor.rest.len)
            return damaged(err, "more in a column than looks");
    *ret = item;
    return true;
}
