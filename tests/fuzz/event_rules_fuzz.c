/* modules: analysis
 *
 * What app and plugin report is a stranger's: lines of JSON, each {"at": seconds, "kind": ..., and
 * the event's own members}. Whatever they say, flags lie inside of the exam, in order, with words
 * that can be shown; one that goes on reaches to now, and none does after the exam. */
#include "analysis/event_rules.h"
#include "base/clock.h"

#include <stdlib.h>

#define EVENTS_MAX 200
#define START (1000 * SECOND_US)
#define END (START + 600 * SECOND_US)
#define POLICY                                                                                     \
    "{\"base\":\"strict\",\"plugin\":{\"allow\":[\"words.example\",\"*.uni.example\"],"            \
    "\"extensions\":[\"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb\"]}}"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool what)
{
    if (!what)
        abort();
}

static bool read_event(struct str line, json_t **ret_detail, struct event_fact *ret)
{
    int64_t at_s;
    if (!json_parse(line, ret_detail, NULL))
        return false;
    if (json_get_i64(*ret_detail, "", "at", -2000, 2000, &at_s, NULL) &&
        json_get_str(*ret_detail, "", "kind", 64, &ret->kind, NULL)) {
        ret->time_us = START + at_s * SECOND_US;
        ret->detail = *ret_detail;
        return true;
    }
    json_decref(*ret_detail);
    return false;
}

static void judge(const struct policy *policy, const struct event_fact *events, size_t len,
                  bool open)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct event_judged judged;
    require(event_rules_judge(policy, events, len, START, END, open, &arena, &judged, NULL));
    require(open ? judged.due_us > END : judged.due_us == EVENT_RULES_NEVER);
    const struct flag *flags = judged.flags;
    for (size_t i = 0; i < judged.len; i++) {
        require(flags[i].from_us >= 0 && flags[i].from_us <= flags[i].to_us);
        require(flags[i].to_us <= END - START);
        require(!flags[i].open || (open && flags[i].to_us == END - START));
        require(i == 0 || flags[i - 1].from_us <= flags[i].from_us);
        require(policy_judges(policy, flags[i].rule) && str_is_utf8(str_from(flags[i].numbers)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct event_fact events[EVENTS_MAX];
    json_t *details[EVENTS_MAX];
    struct policy policy;
    struct str rest = str_bytes(data, size), line;
    size_t len = 0;
    struct error err;
    require(policy_parse(STR(POLICY), &policy, &err));
    while (len < EVENTS_MAX && str_split(&rest, '\n', &line)) {
        if (!read_event(line, &details[len], &events[len]))
            continue;
        if (len && events[len].time_us < events[len - 1].time_us)
            events[len].time_us = events[len - 1].time_us;
        len++;
    }
    judge(&policy, events, len, false);
    judge(&policy, events, len, true);
    for (size_t i = 0; i < len; i++)
        json_decref(details[i]);
    return 0;
}
