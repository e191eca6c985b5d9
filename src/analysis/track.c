/* Numbers are whole steps (fields.h). A column is their differences from the same number of the
 * look before, as varints of seven bits a byte, the sign in the lowest bit. Each block begins anew
 * from zero. A stranger's track is decoded with limits: a block can be no longer than the looks in
 * it can need. */
#include "analysis/track.h"

#include "analysis/fields.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAGIC "PTTRACK1"
#define PACKED_BEST 9
#define BLOCK_HEADER 12 /* looks, bytes, packed bytes: 32 bits each, little endian */
#define BLOCK_RAW_MAX ((size_t)32 << 20)
#define ABOUT_MAX ((size_t)64 << 10)
#define DIRECTORY_MAX ((size_t)64 << 10)
#define COLUMNS_MAX 1000
#define VARINT_MAX 10 /* bytes */

/* ---- columns ---- */

static void add_varint(struct buf *to, uint64_t value)
{
    while (value >= 0x80) {
        buf_add_char(to, (char)(0x80 | (value & 0x7f)));
        value >>= 7;
    }
    buf_add_char(to, (char)value);
}

static uint64_t fold_sign(int64_t value)
{
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

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

static size_t numbers_of(const struct field *f) { return (size_t)f->items * f->count; }

/* The name of the column that says how many items there are; "-" for none. */
static const char *len_name(const struct field *f)
{
    for (size_t i = 0; f->len_at && i < fields_len; i++)
        if (fields[i].at == f->len_at && fields[i].len_at == 0)
            return fields[i].name;
    return "-";
}

/* ---- writing ---- */

struct out_column {
    struct buf bytes;
    int64_t *last; /* owned: numbers_of() the field */
};

struct track_writer {
    struct out_column *columns; /* owned: fields_len */
    struct buf blocks;
    uint32_t looks; /* in the columns */
};

bool track_writer_create(struct track_writer **ret, struct error *err)
{
    CLEANUP(track_writer_destroyp) struct track_writer *w = calloc(1, sizeof *w);
    if (!w || !(w->columns = calloc(fields_len, sizeof *w->columns)))
        return error_no_memory(err);
    buf_init(&w->blocks, TRACK_BYTES_MAX - ABOUT_MAX - DIRECTORY_MAX);
    for (size_t i = 0; i < fields_len; i++)
        if (!(w->columns[i].last = calloc(numbers_of(&fields[i]), sizeof(int64_t))))
            return error_no_memory(err);
    *ret = TAKE(w);
    return true;
}

void track_writer_destroy(struct track_writer *w)
{
    if (!w)
        return;
    for (size_t i = 0; w->columns && i < fields_len; i++) {
        buf_done(&w->columns[i].bytes);
        free(w->columns[i].last);
    }
    free(w->columns);
    buf_done(&w->blocks);
    free(w);
}

void track_writer_destroyp(struct track_writer **w) { track_writer_destroy(*w); }

static bool pack(struct str raw, uint32_t looks, struct buf *to, struct error *err)
{
    uLongf size = compressBound((uLong)raw.len);
    CLEANUP(freep) unsigned char *packed = malloc(size);
    if (!packed || compress2(packed, &size, (const unsigned char *)raw.ptr, (uLong)raw.len,
                             PACKED_BEST) != Z_OK)
        return error_no_memory(err);
    buf_add_u32le(to, looks);
    buf_add_u32le(to, (uint32_t)raw.len);
    buf_add_u32le(to, (uint32_t)size);
    buf_add(to, str_bytes(packed, size));
    return buf_ok(to, err);
}

static bool end_block(struct track_writer *w, struct error *err)
{
    CLEANUP(buf_done) struct buf raw = {0};
    if (w->looks == 0)
        return true;
    buf_init(&raw, BLOCK_RAW_MAX);
    for (size_t i = 0; i < fields_len; i++) {
        struct out_column *c = &w->columns[i];
        if (!buf_ok(&c->bytes, err))
            return false;
        add_varint(&raw, c->bytes.len);
        buf_add(&raw, buf_str(&c->bytes));
        buf_clear(&c->bytes);
        memset(c->last, 0, numbers_of(&fields[i]) * sizeof *c->last);
    }
    uint32_t looks = w->looks;
    w->looks = 0;
    return buf_ok(&raw, err) && pack(buf_str(&raw), looks, &w->blocks, err);
}

bool track_write(struct track_writer *w, const struct observation *o, struct error *err)
{
    for (size_t k = 0; k < fields_len; k++) {
        const struct field *f = &fields[k];
        struct out_column *c = &w->columns[k];
        for (unsigned item = 0; item < field_items(f, o); item++) {
            for (unsigned i = 0; i < f->count; i++) {
                int64_t *last = &c->last[item * f->count + i];
                int64_t now = field_get(f, o, item, i);
                add_varint(&c->bytes, fold_sign(now - *last));
                *last = now;
            }
        }
    }
    return ++w->looks < TRACK_BLOCK_LOOKS || end_block(w, err);
}

static bool add_about(const struct track_about *a, struct buf *to, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    CLEANUP(buf_done) struct buf name = {0};
    bool utf8 = str_is_utf8(a->name); /* a file's name may be anything */
    for (size_t i = 0; i < a->name.len; i++)
        buf_add_char(&name, utf8 || (unsigned char)a->name.ptr[i] < 0x80 ? a->name.ptr[i] : '?');
    if (!buf_ok(&name, err))
        return false;
    CLEANUP(json_decrefp)
    json_t *root = json_pack("{s:s%, s:s%, s:s%, s:s%, s:s, s:I, s:I, s:I, s:I, s:I}", "name",
                             name.len ? name.ptr : "", name.len, "sha256", a->sha256.ptr,
                             a->sha256.len, "models", a->models.ptr, a->models.len, "isa",
                             a->isa.ptr, a->isa.len, "program", "proctortrack " PT_VERSION, "bytes",
                             (json_int_t)a->bytes, "frames", (json_int_t)a->frames,
                             "damaged_packets", (json_int_t)a->damaged_packets, "time_jumps",
                             (json_int_t)a->time_jumps, "duration_us", (json_int_t)a->duration_us);
    if (!root)
        return error_no_memory(err);
    return json_text(root, &text, err) && pack(str_from(text), 0, to, err);
}

bool track_finish(struct track_writer *w, const struct track_about *about, struct buf *to,
                  struct error *err)
{
    CLEANUP(buf_done) struct buf directory = {0};
    for (size_t i = 0; i < fields_len; i++)
        buf_printf(&directory, "%s %d %u %s\n", fields[i].name, fields[i].bits, fields[i].count,
                   len_name(&fields[i]));
    if (!end_block(w, err) || !buf_ok(&directory, err))
        return false;
    buf_add_c(to, MAGIC);
    buf_add_u32le(to, (uint32_t)directory.len);
    buf_add(to, buf_str(&directory));
    buf_add(to, buf_str(&w->blocks));
    return buf_ok(to, err) && add_about(about, to, err);
}

/* ---- reading ---- */

struct in_column {
    const struct field *field; /* NULL: not known here, passed over */
    int bits;
    int64_t *last; /* owned */
    struct cursor cursor;
};

struct track_reader {
    struct str blocks;         /* borrowed: from the next one on */
    struct in_column *columns; /* owned */
    size_t columns_len;
    unsigned char *raw; /* owned: of the block that is being read */
    uint32_t looks;     /* left in it */
    int64_t last_us;
    json_t *about; /* owned */
};

static bool damaged(struct error *err, const char *what)
{
    return error_set(err, ERROR_INVALID, "this is no track of looks, or it is damaged: %s", what);
}

static const struct field *field_named(struct str name)
{
    for (size_t i = 0; i < fields_len; i++)
        if (str_eq(name, str_from(fields[i].name)))
            return &fields[i];
    return NULL;
}

/* "name bits count len-column" */
static bool read_column(struct str line, struct in_column *ret, struct error *err)
{
    struct str name, bits_text, count_text, len_column = line;
    uint64_t bits, count;
    if (!str_split(&len_column, ' ', &name) || !str_split(&len_column, ' ', &bits_text) ||
        !str_split(&len_column, ' ', &count_text) || !str_to_u64(bits_text, &bits) || bits > 40 ||
        !str_to_u64(count_text, &count))
        return damaged(err, "its directory");
    const struct field *f = field_named(name);
    if (f && (f->count != count || !str_eq(len_column, str_from(len_name(f)))))
        f = NULL; /* of the same name, but another thing */
    struct in_column column = {.field = f, .bits = (int)bits};
    if (f && !(column.last = calloc(numbers_of(f), sizeof *column.last)))
        return error_no_memory(err);
    *ret = column;
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
    r->columns = calloc(lines, sizeof *r->columns);
    if (!r->columns)
        return error_no_memory(err);
    while (r->columns_len < lines && str_split(&rest, '\n', &line)) {
        struct in_column *c = &r->columns[r->columns_len];
        if (!read_column(line, c, err))
            return false;
        r->columns_len++;
        for (size_t i = 0; c->field && i + 1 < r->columns_len; i++)
            if (r->columns[i].field == c->field)
                return damaged(err, "a column twice");
    }
    return true;
}

struct block {
    uint32_t looks, raw_len;
    struct str packed;
    size_t size; /* in all */
};

static bool read_block(struct str blocks, struct block *ret, struct error *err)
{
    if (blocks.len < BLOCK_HEADER)
        return damaged(err, "it was cut");
    struct block b = {.looks = u32le(blocks.ptr), .raw_len = u32le(blocks.ptr + 4)};
    size_t packed = u32le(blocks.ptr + 8);
    if (packed > blocks.len - BLOCK_HEADER)
        return damaged(err, "it was cut");
    if (b.looks > TRACK_BLOCK_LOOKS || b.raw_len > (b.looks ? BLOCK_RAW_MAX : ABOUT_MAX))
        return damaged(err, "a block too large");
    b.packed = str_slice(blocks, BLOCK_HEADER, BLOCK_HEADER + packed);
    b.size = BLOCK_HEADER + packed;
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
        if (b.looks)
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
    const size_t head = sizeof MAGIC - 1 + 4;
    CLEANUP(track_closep) struct track_reader *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    if (bytes.len > TRACK_BYTES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a track has at most %zu bytes", TRACK_BYTES_MAX);
    if (bytes.len < head || !str_starts(bytes, STR(MAGIC)))
        return damaged(err, "its beginning");
    size_t directory = u32le(bytes.ptr + sizeof MAGIC - 1);
    if (directory > DIRECTORY_MAX || directory > bytes.len - head)
        return damaged(err, "its directory");
    r->last_us = -1;
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
    for (size_t i = 0; i < r->columns_len; i++)
        free(r->columns[i].last);
    free(r->columns);
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

/* *ret_end when the next block is the last. */
static bool begin_block(struct track_reader *r, bool *ret_end, struct error *err)
{
    struct block b;
    unsigned char *raw;
    if (!read_block(r->blocks, &b, err))
        return false;
    *ret_end = b.looks == 0;
    if (*ret_end)
        return true;
    if (!unpack(&b, &raw, err))
        return false;
    free(r->raw);
    r->raw = raw;
    r->looks = b.looks;
    r->blocks = str_slice(r->blocks, b.size, r->blocks.len);
    struct cursor all = {.rest = str_bytes(raw, b.raw_len)};
    for (size_t i = 0; i < r->columns_len; i++) {
        struct in_column *c = &r->columns[i];
        uint64_t len = take_varint(&all);
        if (all.bad || len > all.rest.len)
            return damaged(err, "a column");
        c->cursor = (struct cursor){.rest = str_slice(all.rest, 0, len)};
        all.rest = str_slice(all.rest, len, all.rest.len);
        if (c->field)
            memset(c->last, 0, numbers_of(c->field) * sizeof *c->last);
    }
    return true;
}

static bool read_numbers(struct in_column *c, struct observation *o)
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

bool track_next(struct track_reader *r, struct observation *ret, bool *ret_end, struct error *err)
{
    struct observation o;
    bool end = false;
    if (r->looks == 0 && !begin_block(r, &end, err))
        return false;
    if (!end) {
        fields_absent(&o);
        /* What says how many items there are comes before them, as in the table of fields. */
        for (size_t k = 0; k < r->columns_len; k++)
            if (r->columns[k].field && !read_numbers(&r->columns[k], &o))
                return damaged(err, r->columns[k].field->name);
        if (o.time_us <= r->last_us)
            return damaged(err, "its times");
        r->last_us = o.time_us;
        r->looks--;
        *ret = o;
    }
    *ret_end = end;
    return true;
}
