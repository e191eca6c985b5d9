/* The report as canonical JSON. Times are seconds to the millisecond, so that equal findings are
 * equal text. */
#include "analysis/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_VERSION 1

void report_time(int64_t us, char ret[REPORT_TIME_MAX])
{
    int64_t tenths = (MAX(us, 0) + 50000) / 100000;
    int64_t seconds = tenths / 10;
    if (seconds >= 3600)
        snprintf(ret, REPORT_TIME_MAX, "%" PRId64 ":%02d:%02d.%d", seconds / 3600,
                 (int)(seconds / 60 % 60), (int)(seconds % 60), (int)(tenths % 10));
    else
        snprintf(ret, REPORT_TIME_MAX, "%d:%02d.%d", (int)(seconds / 60), (int)(seconds % 60),
                 (int)(tenths % 10));
}

int report_flag_order(const struct flag *a, const struct flag *b)
{
    if (a->from_us != b->from_us)
        return a->from_us < b->from_us ? -1 : 1;
    return (a->rule > b->rule) - (a->rule < b->rule);
}

static json_t *text_json(const char *text)
{
    json_t *value = json_string(text);
    if (value)
        return value;
    /* Not UTF-8, or no memory; then the copy fails, too. */
    char *clean = strdup(text);
    for (char *c = clean; c && *c; c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    value = clean ? json_string(clean) : NULL;
    free(clean);
    return value;
}

static json_t *seconds_json(int64_t us) { return json_real(round((double)us / 1000) / 1000); }

static json_t *flag_json(const struct flag *f)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "rule", rule_name(f->rule), "title",
                     rule_title(f->rule), "severity", severity_name(f->severity), "numbers",
                     f->numbers, "from_s", seconds_json(f->from_us), "to_s", seconds_json(f->to_us),
                     "confidence", json_real(round(f->confidence * 1000) / 1000));
}

bool report_incidents(const struct report_recording *r, struct incident **ret, size_t *ret_len,
                      struct error *err)
{
    CLEANUP(freep) struct incident_part *parts = calloc(MAX(r->flags_len, 1), sizeof *parts);
    struct incident *list = parts ? calloc(MAX(r->flags_len, 1), sizeof *list) : NULL;
    if (!list)
        return error_no_memory(err);
    for (size_t i = 0; i < r->flags_len; i++)
        parts[i] =
            (struct incident_part){r->flags[i].from_us, r->flags[i].to_us, r->flags[i].severity};
    *ret = list;
    *ret_len = incidents_make(parts, r->flags_len, list);
    return true;
}

static json_t *incident_json(const struct report_recording *r, const struct incident *x)
{
    CLEANUP(json_decrefp) json_t *rules = json_array();
    bool seen[RULE_COUNT] = {false};
    for (size_t i = x->first; i < x->first + x->len; i++) {
        enum rule rule = r->flags[i].rule;
        if (!seen[rule] && json_array_append_new(rules, json_string(rule_name(rule))))
            return NULL;
        seen[rule] = true;
    }
    return json_pack("{s:o, s:o, s:s, s:O}", "from_s", seconds_json(x->from_us), "to_s",
                     seconds_json(x->to_us), "severity", severity_name(x->severity), "rules",
                     rules);
}

static bool incidents_json(const struct report_recording *r, json_t *to, struct error *err)
{
    CLEANUP(freep) struct incident *list = NULL;
    size_t len;
    if (!report_incidents(r, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (json_array_append_new(to, incident_json(r, &list[i])))
            return error_no_memory(err);
    return true;
}

static bool recording_json(const struct report_recording *r, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *models = NULL;
    CLEANUP(json_decrefp) json_t *flags = json_array();
    CLEANUP(json_decrefp) json_t *incidents = json_array();
    if (!json_parse(str_from(r->models), &models, err))
        return error_wrap(err, "models");
    for (size_t i = 0; flags && i < r->flags_len; i++)
        if (json_array_append_new(flags, flag_json(&r->flags[i])))
            return error_no_memory(err);
    if (!flags || !incidents)
        return error_no_memory(err);
    if (!incidents_json(r, incidents, err))
        return false;
    json_t *value = json_pack(
        "{s:o, s:s, s:I, s:o, s:I, s:I, s:I, s:s, s:O, s:O, s:O}", "name", text_json(r->name),
        "sha256", r->sha256, "bytes", (json_int_t)r->bytes, "duration_s",
        seconds_json(r->duration_us), "frames", (json_int_t)r->frames, "damaged_packets",
        (json_int_t)r->damaged_packets, "time_jumps", (json_int_t)r->time_jumps, "isa", r->isa,
        "models", models, "flags", flags, "incidents", incidents);
    if (!value)
        return error_no_memory(err);
    *ret = value;
    return true;
}

bool report_json(const struct policy *policy, const struct report_recording *recordings, size_t len,
                 json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *rules = NULL;
    CLEANUP(json_decrefp) json_t *list = json_array();
    if (!list)
        return error_no_memory(err);
    for (size_t i = 0; i < len; i++) {
        json_t *one = NULL;
        if (!recording_json(&recordings[i], &one, err))
            return false;
        if (json_array_append_new(list, one))
            return error_no_memory(err);
    }
    if (!policy_json(policy, &rules, err))
        return false;
    json_t *root = json_pack("{s:i, s:s, s:O, s:O}", "version", REPORT_VERSION, "program",
                             "proctortrack " PT_VERSION, "policy", rules, "recordings", list);
    if (!root)
        return error_no_memory(err);
    *ret = root;
    return true;
}
