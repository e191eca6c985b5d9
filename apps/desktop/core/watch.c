#include "app_core/watch.h"

#include <stdlib.h>
#include <string.h>

/* Clocks are set by a few milliseconds all the time; this is somebody's doing, or a sleep. */
#define JUMP_US INT64_C(5000000)
/* Names of programs that nobody knows; somebody who builds software starts hundreds. */
#define UNKNOWN_MAX 64

struct watch {
    const struct programs *programs; /* borrowed */
    bool begun;
    struct facts before;
    int64_t wall_us, monotonic_us;
    char unknown[UNKNOWN_MAX][FACT_TEXT]; /* were told */
    size_t unknown_len;
};

struct look {
    struct watch *w;
    const struct facts *f;
    watch_tell *tell;
    void *context;
    struct error *err;
};

bool watch_create(const struct programs *programs, struct watch **ret, struct error *err)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err);
    w->programs = programs;
    *ret = w;
    return true;
}

void watch_destroy(struct watch *w) { free(w); }

static bool tell(const struct look *l, const char *kind, json_t *detail)
{
    if (!detail)
        return error_no_memory(l->err);
    return l->tell(l->context, kind, detail, l->err);
}

static bool first(const struct look *l) { return !l->w->begun; }

/* ---- displays ---- */

static bool look_displays(const struct look *l)
{
    const struct facts *a = &l->w->before, *b = l->f;
    if (!first(l) && a->displays_len == b->displays_len &&
        memcmp(a->displays, b->displays, sizeof a->displays) == 0)
        return true;
    json_t *list = json_array();
    for (size_t i = 0; list && i < b->displays_len; i++) {
        const struct fact_display *d = &b->displays[i];
        json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i, s:i, s:b}", "name", d->name,
                                              "x", d->x, "y", d->y, "width", d->width, "height",
                                              d->height, "mirrors", d->mirrors));
    }
    return tell(l, "display-changed",
                json_pack("{s:I, s:o}", "count", (json_int_t)b->displays_len, "displays", list));
}

/* ---- devices ---- */

static bool look_devices(const struct look *l)
{
    const struct facts *a = &l->w->before, *b = l->f;
    bool sounds =
        a->sounds_len != b->sounds_len || memcmp(a->sounds, b->sounds, sizeof a->sounds) != 0;
    bool inputs =
        a->inputs_len != b->inputs_len || memcmp(a->inputs, b->inputs, sizeof a->inputs) != 0;
    if (!first(l) && !sounds && !inputs)
        return true;
    json_t *outputs = json_array(), *hands = json_array();
    const char *ears = "";
    for (size_t i = 0; outputs && i < b->sounds_len; i++) {
        const struct fact_sound *s = &b->sounds[i];
        if (s->output && s->used && s->on_ears)
            ears = s->name;
        if (json_array_size(outputs) < 8)
            json_array_append_new(outputs,
                                  json_pack("{s:s, s:b, s:b, s:b}", "name", s->name, "output",
                                            s->output, "used", s->used, "on_ears", s->on_ears));
    }
    for (size_t i = 0; hands && i < MIN(b->inputs_len, 12); i++)
        json_array_append_new(
            hands, json_pack("{s:s, s:s}", "name", b->inputs[i].name, "kind",
                             b->inputs[i].kind == FACT_KEYBOARD ? "keyboard" : "pointer"));
    return tell(
        l, "device-changed",
        json_pack("{s:s, s:o, s:o}", "headphones", ears, "sound", outputs, "inputs", hands));
}

/* ---- programs: those that are not allowed, and the starts of those that nobody knows ---- */

static bool runs(const struct facts *f, const char *name)
{
    for (size_t i = 0; i < f->programs_len; i++)
        if (strcmp(f->programs[i].name, name) == 0)
            return true;
    return false;
}

/* Of several processes of one program the first tells for all. */
static bool is_first(const struct facts *f, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(f->programs[i].name, f->programs[at].name) == 0)
            return false;
    return true;
}

static bool compare_programs(const struct look *l, const struct facts *now,
                             const struct facts *other, const char *kind)
{
    for (size_t i = 0; i < now->programs_len; i++) {
        const char *name = now->programs[i].name;
        const char *what = programs_kind(l->w->programs, name);
        if (what && !runs(other, name) && is_first(now, i) &&
            !tell(l, kind, json_pack("{s:s, s:s}", "name", name, "kind", what)))
            return false;
    }
    return true;
}

static bool was_told(const struct watch *w, const char *name)
{
    for (size_t i = 0; i < w->unknown_len; i++)
        if (strcmp(w->unknown[i], name) == 0)
            return true;
    return false;
}

/* Each name once. What ran before monitoring began is nobody's business. */
static bool tell_unknown(const struct look *l)
{
    struct watch *w = l->w;
    for (size_t i = 0; !first(l) && i < l->f->programs_len && w->unknown_len < UNKNOWN_MAX; i++) {
        const struct fact_program *p = &l->f->programs[i];
        if (!programs_unknown(w->programs, p) || runs(&w->before, p->name) || was_told(w, p->name))
            continue;
        memcpy(w->unknown[w->unknown_len++], p->name, sizeof p->name);
        if (!tell(l, "program-started",
                  json_pack("{s:s, s:s}", "name", p->name, "kind", "unknown")))
            return false;
    }
    return true;
}

static bool look_programs(const struct look *l)
{
    return compare_programs(l, l->f, &l->w->before, "program-started") &&
           compare_programs(l, &l->w->before, l->f, "program-ended") && tell_unknown(l);
}

/* ---- windows ---- */

static bool look_active(const struct look *l)
{
    const struct fact_window *a = &l->w->before.active, *b = &l->f->active;
    if (strcmp(a->program, b->program) == 0 && strcmp(a->title, b->title) == 0)
        return true;
    return tell(l, "window-changed",
                json_pack("{s:s, s:s}", "program", b->program, "title", b->title));
}

static bool has_overlay(const struct facts *f, int64_t id)
{
    for (size_t i = 0; i < f->overlays_len; i++)
        if (f->overlays[i].id == id)
            return true;
    return false;
}

static bool compare_overlays(const struct look *l, const struct facts *now,
                             const struct facts *other, bool shown)
{
    for (size_t i = 0; i < now->overlays_len; i++) {
        const struct fact_window *o = &now->overlays[i];
        if (!has_overlay(other, o->id) &&
            !tell(l, "overlay-window",
                  json_pack("{s:b, s:I, s:s, s:s}", "shown", shown, "window", (json_int_t)o->id,
                            "program", o->program, "title", o->title)))
            return false;
    }
    return true;
}

static bool look_overlays(const struct look *l)
{
    return compare_overlays(l, l->f, &l->w->before, true) &&
           compare_overlays(l, &l->w->before, l->f, false);
}

/* ---- the machine ---- */

static bool look_signs(const struct look *l)
{
    const struct facts *a = &l->w->before, *b = l->f;
    if (strcmp(a->virtual_machine, b->virtual_machine) != 0 &&
        !tell(l, "virtual-machine", json_pack("{s:s}", "sign", b->virtual_machine)))
        return false;
    if (strcmp(a->remote, b->remote) != 0 &&
        !tell(l, "remote-session", json_pack("{s:s}", "sign", b->remote)))
        return false;
    return a->locked == b->locked ||
           tell(l, b->locked ? "machine-locked" : "machine-unlocked", json_object());
}

static bool look_clock(const struct look *l, int64_t wall_us, int64_t monotonic_us)
{
    int64_t jump_us = (wall_us - l->w->wall_us) - (monotonic_us - l->w->monotonic_us);
    if (first(l) || (jump_us < JUMP_US && jump_us > -JUMP_US))
        return true;
    return tell(l, "clock-jumped", json_pack("{s:I}", "by_us", (json_int_t)jump_us));
}

bool watch_look(struct watch *w, const struct facts *f, int64_t wall_us, int64_t monotonic_us,
                watch_tell *each, void *context, struct error *err)
{
    struct look l = {w, f, each, context, err};
    bool good = look_clock(&l, wall_us, monotonic_us) && look_displays(&l) && look_devices(&l) &&
                look_programs(&l) && look_active(&l) && look_overlays(&l) && look_signs(&l);
    if (!good)
        return false;
    w->before = *f;
    w->wall_us = wall_us;
    w->monotonic_us = monotonic_us;
    w->begun = true;
    return true;
}
