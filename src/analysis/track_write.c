#include "analysis/track_format.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define PACKED_BEST 9

const struct track_strand track_strands[TRACK_KINDS] = {
    [TRACK_LOOK] = {fields, &fields_len},
    [TRACK_SOUND] = {sound_fields, &sound_fields_len},
};

size_t track_numbers(const struct field *f) { return (size_t)f->items * f->count; }

const char *track_len_name(const struct track_strand *s, const struct field *f)
{
    for (size_t i = 0; f->len_at && i < *s->len; i++)
        if (s->fields[i].at == f->len_at && s->fields[i].len_at == 0)
            return s->fields[i].name;
    return "-";
}

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

/* ---- the writer ---- */

struct out_column {
    struct buf bytes;
    int64_t *last; /* owned: track_numbers() the field */
};

struct track_writer {
    struct out_strand {
        struct out_column *columns; /* owned: as the fields of the strand */
        uint32_t items;             /* in the columns */
    } strands[TRACK_KINDS];
    struct buf blocks;
};

static bool make_columns(const struct track_strand *s, struct out_strand *ret, struct error *err)
{
    ret->columns = calloc(*s->len, sizeof *ret->columns);
    if (!ret->columns)
        return error_no_memory(err);
    for (size_t i = 0; i < *s->len; i++)
        if (!(ret->columns[i].last = calloc(track_numbers(&s->fields[i]), sizeof(int64_t))))
            return error_no_memory(err);
    return true;
}

bool track_writer_create(struct track_writer **ret, struct error *err)
{
    CLEANUP(track_writer_destroyp) struct track_writer *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err);
    buf_init(&w->blocks, TRACK_BYTES_MAX - TRACK_ABOUT_MAX - TRACK_DIRECTORY_MAX);
    for (int kind = TRACK_LOOK; kind < TRACK_KINDS; kind++)
        if (!make_columns(&track_strands[kind], &w->strands[kind], err))
            return false;
    *ret = TAKE(w);
    return true;
}

void track_writer_destroy(struct track_writer *w)
{
    if (!w)
        return;
    for (int kind = TRACK_LOOK; kind < TRACK_KINDS; kind++) {
        struct out_column *columns = w->strands[kind].columns;
        for (size_t i = 0; columns && i < *track_strands[kind].len; i++) {
            buf_done(&columns[i].bytes);
            free(columns[i].last);
        }
        free(columns);
    }
    buf_done(&w->blocks);
    free(w);
}

void track_writer_destroyp(struct track_writer **w) { track_writer_destroy(*w); }

static bool pack(struct str raw, enum track_kind kind, uint32_t items, struct buf *to,
                 struct error *err)
{
    uLongf size = compressBound((uLong)raw.len);
    CLEANUP(freep) unsigned char *packed = malloc(size);
    if (!packed || compress2(packed, &size, (const unsigned char *)raw.ptr, (uLong)raw.len,
                             PACKED_BEST) != Z_OK)
        return error_no_memory(err);
    buf_add_u32le(to, (uint32_t)kind);
    buf_add_u32le(to, items);
    buf_add_u32le(to, (uint32_t)raw.len);
    buf_add_u32le(to, (uint32_t)size);
    buf_add(to, str_bytes(packed, size));
    return buf_ok(to, err);
}

static bool end_block(struct track_writer *w, enum track_kind kind, struct error *err)
{
    const struct track_strand *s = &track_strands[kind];
    struct out_strand *out = &w->strands[kind];
    CLEANUP(buf_done) struct buf raw = {0};
    if (out->items == 0)
        return true;
    buf_init(&raw, TRACK_RAW_MAX);
    for (size_t i = 0; i < *s->len; i++) {
        struct out_column *c = &out->columns[i];
        if (!buf_ok(&c->bytes, err))
            return false;
        add_varint(&raw, c->bytes.len);
        buf_add(&raw, buf_str(&c->bytes));
        buf_clear(&c->bytes);
        memset(c->last, 0, track_numbers(&s->fields[i]) * sizeof *c->last);
    }
    uint32_t items = out->items;
    out->items = 0;
    return buf_ok(&raw, err) && pack(buf_str(&raw), kind, items, &w->blocks, err);
}

static bool add_item(struct track_writer *w, enum track_kind kind, const void *o, struct error *err)
{
    const struct track_strand *s = &track_strands[kind];
    struct out_strand *out = &w->strands[kind];
    for (size_t k = 0; k < *s->len; k++) {
        const struct field *f = &s->fields[k];
        struct out_column *c = &out->columns[k];
        for (unsigned item = 0; item < field_items(f, o); item++) {
            for (unsigned i = 0; i < f->count; i++) {
                int64_t *last = &c->last[item * f->count + i];
                int64_t now = field_get(f, o, item, i);
                add_varint(&c->bytes, fold_sign(now - *last));
                *last = now;
            }
        }
    }
    return ++out->items < TRACK_BLOCK_ITEMS || end_block(w, kind, err);
}

bool track_write_look(struct track_writer *w, const struct observation *o, struct error *err)
{
    return add_item(w, TRACK_LOOK, o, err);
}

bool track_write_sound(struct track_writer *w, const struct sound_observation *o, struct error *err)
{
    return add_item(w, TRACK_SOUND, o, err);
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
    return json_text(root, &text, err) && pack(str_from(text), TRACK_END, 0, to, err);
}

bool track_finish(struct track_writer *w, const struct track_about *about, struct buf *to,
                  struct error *err)
{
    CLEANUP(buf_done) struct buf directory = {0};
    for (enum track_kind kind = TRACK_LOOK; kind < TRACK_KINDS; kind++) {
        const struct track_strand *s = &track_strands[kind];
        for (size_t i = 0; i < *s->len; i++)
            buf_printf(&directory, "%d %s %d %u %s\n", (int)kind, s->fields[i].name,
                       s->fields[i].bits, s->fields[i].count, track_len_name(s, &s->fields[i]));
        if (!end_block(w, kind, err))
            return false;
    }
    if (!buf_ok(&directory, err))
        return false;
    buf_add_c(to, TRACK_MAGIC);
    buf_add_u32le(to, (uint32_t)directory.len);
    buf_add(to, buf_str(&directory));
    buf_add(to, buf_str(&w->blocks));
    return buf_ok(to, err) && add_about(about, to, err);
}
