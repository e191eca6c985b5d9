/* The order of the conversation is READY, INFO, then looks (each perhaps with its picture before
 * it), sounds and stills, at last HEAD perhaps, and END. A child gone wild can at worst give false
 * observations of the recording that took it over; how many it can give is bounded by media time,
 * and what is kept of its pictures by the number of rules. */
#include "analysis/listener.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_MAX (MESSAGE_HEADER_SIZE + MESSAGE_PAYLOAD_MAX + ((size_t)1 << 20))
#define PICTURES_MAX (RULE_COUNT + 1) /* the best of each rule's span, and the newest */

enum state { STATE_NONE = 0, STATE_STARTING, STATE_OPENING, STATE_LOOKING, STATE_ENDED, STATE_BAD };

struct picture {
    bool used, told;
    int64_t time_us;
    struct buf jpeg; /* owned */
};

struct listener {
    struct follow_events events;
    struct rules *rules; /* owned */
    enum state state;
    struct buf bytes; /* owned; not a whole message yet */
    char isa[65], models[MESSAGE_TEXT_MAX + 1];
    int64_t claimed_us; /* the container's duration, -1 */
    int64_t last_look;  /* its cell in the grid of looks */
    int64_t last_sound_us;
    bool pictured;                         /* pictures[PICTURES_MAX - 1] waits for its look */
    struct picture pictures[PICTURES_MAX]; /* the last one is the newest */
    struct buf head;                       /* owned */
    uint64_t head_skip;
    unsigned stages_len;
    struct message_end end;
};

bool listener_create(const struct policy *policy, const struct follow_events *events,
                     struct listener **ret, struct error *err)
{
    CLEANUP(listener_destroyp) struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return error_no_memory(err);
    l->events = *events;
    l->state = STATE_STARTING;
    l->claimed_us = l->last_look = l->last_sound_us = -1;
    strcpy(l->models, "{}");
    buf_init(&l->bytes, BUFFER_MAX);
    if (!rules_create(policy, &l->rules, err))
        return false;
    *ret = TAKE(l);
    return true;
}

void listener_destroy(struct listener *l)
{
    if (!l)
        return;
    rules_destroy(l->rules);
    buf_done(&l->bytes);
    buf_done(&l->head);
    for (size_t i = 0; i < PICTURES_MAX; i++)
        buf_done(&l->pictures[i].jpeg);
    free(l);
}

void listener_destroyp(struct listener **l) { listener_destroy(*l); }

static bool out_of_order(struct error *err)
{
    return error_set(err, ERROR_IO, "the decoder said something wrong: a message out of order");
}

static void drop_picture(struct picture *p)
{
    buf_clear(&p->jpeg);
    p->used = p->told = false;
}

/* A flag's picture comes just before the flag that first names it. */
static void tell_flag(void *context, uint32_t index, const struct flag *flag)
{
    struct listener *l = context;
    for (size_t i = 0; i < PICTURES_MAX; i++) {
        struct picture *p = &l->pictures[i];
        if (!p->used || p->told || p->time_us != flag->best_us)
            continue;
        p->told = true;
        if (l->events.picture)
            l->events.picture(l->events.context,
                              &(struct follow_picture){p->time_us, buf_str(&p->jpeg)});
    }
    if (l->events.flag)
        l->events.flag(l->events.context, index, flag);
}

static bool take_ready(struct listener *l, struct str payload, struct error *err)
{
    struct message_ready m;
    if (l->state != STATE_STARTING)
        return out_of_order(err);
    if (!message_read_ready(payload, &m, err))
        return false;
    memcpy(l->isa, m.isa.ptr, m.isa.len);
    memcpy(l->models, m.models.ptr, m.models.len);
    l->models[m.models.len] = '\0';
    l->state = STATE_OPENING;
    return true;
}

static bool take_info(struct listener *l, struct str payload, struct error *err)
{
    struct message_info m;
    if (l->state != STATE_OPENING)
        return out_of_order(err);
    if (!message_read_info(payload, &m, err))
        return false;
    l->claimed_us = m.duration_us;
    l->state = STATE_LOOKING;
    return true;
}

static bool take_picture(struct listener *l, struct str payload, struct error *err)
{
    struct picture *newest = &l->pictures[PICTURES_MAX - 1];
    struct str jpeg;
    if (l->state != STATE_LOOKING || l->pictured)
        return out_of_order(err);
    if (!message_read_picture(payload, &newest->time_us, &jpeg, err))
        return false;
    drop_picture(newest);
    buf_add(&newest->jpeg, jpeg);
    newest->used = l->pictured = true;
    return buf_ok(&newest->jpeg, err);
}

/* Frees the slot of the newest picture by moving it to one whose picture nobody needs any more. */
static void sort_pictures(struct listener *l)
{
    struct picture *newest = &l->pictures[PICTURES_MAX - 1];
    struct picture *free_slot = NULL;
    for (size_t i = 0; i < PICTURES_MAX; i++) {
        struct picture *p = &l->pictures[i];
        if (p->used && !rules_keeps_picture(l->rules, p->time_us))
            drop_picture(p);
        if (p != newest && !p->used)
            free_slot = p;
    }
    if (newest->used && free_slot) { /* always: each other slot is the best of one rule */
        struct picture swap = *free_slot;
        *free_slot = *newest;
        *newest = swap;
    }
}

static bool take_observation(struct listener *l, struct str payload, struct error *err)
{
    struct picture *newest = &l->pictures[PICTURES_MAX - 1];
    struct observation o;
    if (l->state != STATE_LOOKING)
        return out_of_order(err);
    if (!message_read_observation(payload, &o, err))
        return false;
    int64_t cell = o.time_us / DETECT_INTERVAL_US;
    if (cell <= l->last_look || (l->pictured && newest->time_us != o.time_us))
        return out_of_order(err);
    l->last_look = cell;
    l->pictured = false;
    if (newest->used && !rules_wants_picture(l->rules, &o))
        drop_picture(newest);
    if (l->events.observed)
        l->events.observed(l->events.context, &o);
    if (!rules_feed(l->rules, &o, tell_flag, l, err))
        return false;
    sort_pictures(l);
    return true;
}

static bool take_sound(struct listener *l, struct str payload, struct error *err)
{
    struct sound_observation o;
    if (l->state != STATE_LOOKING || l->pictured)
        return out_of_order(err);
    if (!message_read_sound(payload, &o, err))
        return false;
    if (o.time_us <= l->last_sound_us)
        return out_of_order(err);
    l->last_sound_us = o.time_us;
    if (l->events.heard)
        l->events.heard(l->events.context, &o);
    return rules_hear(l->rules, &o, tell_flag, l, err);
}

static bool take_progress(struct listener *l, struct str payload, struct error *err)
{
    struct message_progress m;
    if (l->state != STATE_LOOKING || l->pictured)
        return out_of_order(err);
    if (!message_read_progress(payload, &m, err))
        return false;
    if (l->events.progress)
        l->events.progress(l->events.context,
                           &(struct follow_progress){m.time_us, l->claimed_us, m.bytes});
    return true;
}

static bool take_head(struct listener *l, struct str payload, struct error *err)
{
    struct str head;
    if (l->state != STATE_LOOKING || l->pictured || l->head.len)
        return out_of_order(err);
    if (!message_read_head(payload, &l->head_skip, &head, err))
        return false;
    buf_add(&l->head, head);
    return buf_ok(&l->head, err);
}

static bool take_stage(struct listener *l, struct str payload, struct error *err)
{
    struct message_stage m;
    if (l->state != STATE_LOOKING || l->pictured || l->stages_len++ >= STAGES_MAX)
        return out_of_order(err);
    if (!message_read_stage(payload, &m, err))
        return false;
    if (l->events.stage)
        l->events.stage(l->events.context, &(struct stage){m.name, m.entries, m.cpu_us});
    return true;
}

static bool take_still(struct listener *l, struct str payload, struct error *err)
{
    struct follow_picture still;
    if (l->state != STATE_LOOKING || l->pictured)
        return out_of_order(err);
    if (!message_read_picture(payload, &still.time_us, &still.jpeg, err))
        return false;
    if (l->events.still)
        l->events.still(l->events.context, &still);
    return true;
}

static bool take_end(struct listener *l, struct str payload, struct error *err)
{
    if (l->state != STATE_LOOKING || l->pictured)
        return out_of_order(err);
    if (!message_read_end(payload, &l->end, err) ||
        !rules_end(l->rules, l->end.duration_us, tell_flag, l, err))
        return false;
    l->state = STATE_ENDED;
    return true;
}

static bool take_message(struct listener *l, const struct message *m, struct error *err)
{
    switch (m->type) {
    case MESSAGE_READY:
        return take_ready(l, m->payload, err);
    case MESSAGE_INFO:
        return take_info(l, m->payload, err);
    case MESSAGE_PICTURE:
        return take_picture(l, m->payload, err);
    case MESSAGE_OBSERVATION:
        return take_observation(l, m->payload, err);
    case MESSAGE_SOUND:
        return take_sound(l, m->payload, err);
    case MESSAGE_PROGRESS:
        return take_progress(l, m->payload, err);
    case MESSAGE_STAGE:
        return take_stage(l, m->payload, err);
    case MESSAGE_STILL:
        return take_still(l, m->payload, err);
    case MESSAGE_HEAD:
        return take_head(l, m->payload, err);
    case MESSAGE_END:
        return take_end(l, m->payload, err);
    case MESSAGE_ERROR: {
        struct error said;
        message_read_error(m->payload, &said);
        return error_set(err, said.code, "%s", said.message);
    }
    case MESSAGE_FACE: /* an examiner's */
    case MESSAGE_FACTS:
    case MESSAGE_GUIDANCE:
    case MESSAGE_NONE:
    case MESSAGE_TYPES:
        break;
    }
    return out_of_order(err);
}

static bool take_all(struct listener *l, struct error *err)
{
    size_t done = 0;
    for (;;) {
        struct message m;
        size_t used;
        if (!message_next(str_slice(buf_str(&l->bytes), done, l->bytes.len), &m, &used, err))
            return false;
        if (!used)
            break;
        if (!take_message(l, &m, err))
            return false;
        done += used;
    }
    buf_consume(&l->bytes, done);
    return true;
}

bool listener_take(struct listener *l, struct str bytes, struct error *err)
{
    if (l->state == STATE_BAD)
        return out_of_order(err);
    buf_add(&l->bytes, bytes);
    if (buf_ok(&l->bytes, err) && take_all(l, err))
        return true;
    l->state = STATE_BAD;
    return false;
}

bool listener_is_ready(const struct listener *l) { return l->isa[0] != '\0'; }

bool listener_has_ended(const struct listener *l)
{
    return l->state == STATE_ENDED && l->bytes.len == 0;
}

struct follow_end listener_end(const struct listener *l)
{
    return (struct follow_end){
        .duration_us = l->end.duration_us,
        .frames = l->end.frames,
        .damaged_packets = l->end.damaged_packets,
        .time_jumps = l->end.time_jumps,
        .head = buf_str(&l->head),
        .head_skip = l->head_skip,
    };
}

const char *listener_models(const struct listener *l) { return l->models; }

const char *listener_isa(const struct listener *l) { return l->isa; }
