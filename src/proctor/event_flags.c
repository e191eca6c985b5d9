#include "proctor/event_flags.h"

#include "analysis/event_rules.h"
#include "base/clock.h"
#include "proctor/evidence.h"
#include "proctor/flag.h"
#include "proctor/live.h"
#include "proctor/session.h"
#include "proctor/summary.h"

#define EVENTS_MAX 6000 /* more than a session may report */
/* Behind those of coverage.c, which counts from 0. */
#define POSITION_FIRST 100000

/* When it happened: the app tells events late that it could not tell at once. Never later than it
 * was told, and never before there was a session. */
static int64_t time_of(const struct evidence_record *r, const json_t *detail,
                       const struct session *s)
{
    int64_t client_us = json_integer_value(json_object_get(detail, "client_us"));
    return client_us > 0 ? MIN(MAX(client_us, s->created_us), r->time_us) : r->time_us;
}

struct facts {
    struct event_fact *list; /* in the arena */
    json_t **details;        /* owned; in the arena */
    size_t len;
};

static void facts_done(struct facts *f)
{
    for (size_t i = 0; i < f->len; i++)
        json_decref(f->details[i]);
}

/* Nearly sorted already; those of one time stay in the order of the evidence. */
static void sort(struct event_fact *list, size_t len)
{
    for (size_t i = 1; i < len; i++)
        for (size_t k = i; k > 0 && list[k - 1].time_us > list[k].time_us; k--) {
            struct event_fact later = list[k - 1];
            list[k - 1] = list[k];
            list[k] = later;
        }
}

static bool read_facts(struct db *db, const struct session *s, struct arena *arena,
                       struct facts *ret, struct error *err)
{
    struct evidence_record *records;
    const char *kinds[EVENT_RULES_KINDS_MAX];
    size_t len, kinds_len = event_rules_kinds(kinds);
    if (!evidence_list_kinds_in(db, str_from(s->id), kinds, kinds_len, EVENTS_MAX, arena, &records,
                                &len, err))
        return false;
    ret->list = arena_alloc(arena, sizeof *ret->list * MAX(len, 1));
    ret->details = arena_alloc(arena, sizeof(json_t *) * MAX(len, 1));
    if (!ret->list || !ret->details)
        return error_no_memory(err);
    for (size_t i = 0; i < len; i++) {
        if (!json_parse(records[i].payload, &ret->details[i], err))
            return error_wrap(err, "an event");
        ret->list[i] = (struct event_fact){time_of(&records[i], ret->details[i], s),
                                           records[i].kind, ret->details[i]};
        ret->len++;
    }
    sort(ret->list, ret->len);
    return true;
}

static bool judge(struct db *db, const struct session *s, bool final, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(facts_done) struct facts facts = {0};
    struct str id = str_from(s->id);
    struct policy policy;
    struct event_judged judged;
    size_t before;
    int64_t finished_us, now_us = clock_wall_us();
    if (!session_read_policy_in(db, id, &arena, &policy, err) ||
        !evidence_last_us_in(db, id, "finished", &finished_us, err) ||
        !read_facts(db, s, &arena, &facts, err) ||
        !flag_count_session_from_in(db, id, POSITION_FIRST, &before, err))
        return false;
    int64_t end_us = finished_us ? finished_us : s->ended_us ? s->ended_us : now_us;
    bool open = !final && !finished_us && !s->ended_us;
    if (!event_rules_judge(&policy, facts.list, facts.len, s->exam_us, end_us, open, &arena,
                           &judged, err))
        return false;
    for (size_t i = 0; i < judged.len; i++)
        if (!flag_put_session_in(db, id, s->exam_us, POSITION_FIRST + (uint32_t)i, &judged.flags[i],
                                 err))
            return false;
    return flag_drop_session_from_in(db, id, POSITION_FIRST + (uint32_t)judged.len, err) &&
           flag_tell_live_in(db, id, err) && live_set_due_in(db, id, judged.due_us, err) &&
           (before == judged.len || summary_refresh_in(db, id, err));
}

bool event_flags_update_in(struct db *db, struct str session_id, struct str kind, struct error *err)
{
    struct session s;
    if (!event_rules_use(kind))
        return true;
    return session_find_in(db, session_id, &s, err) &&
           (s.exam_us == 0 || judge(db, &s, false, err));
}

bool event_flags_grow_in(struct db *db, struct str session_id, struct error *err)
{
    struct session s;
    bool due;
    return live_is_due_in(db, session_id, clock_wall_us(), &due, err) &&
           (!due || (session_find_in(db, session_id, &s, err) &&
                     (s.state != SESSION_EXAM || judge(db, &s, false, err))));
}

bool event_flags_close_in(struct db *db, struct str session_id, struct error *err)
{
    struct session s;
    return session_find_in(db, session_id, &s, err) && (s.exam_us == 0 || judge(db, &s, true, err));
}

static bool finish_body(struct db *db, void *context, struct error *err)
{
    const struct str *id = context;
    return event_flags_close_in(db, *id, err);
}

bool event_flags_finish(struct proctor *p, struct str session_id, struct error *err)
{
    return db_store_write(p->store, finish_body, &session_id, err);
}
