#include "show.h"

void show_name(FILE *to, const char *name)
{
    for (; *name; name++)
        fputc((unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name, to);
}

void show_recording(FILE *to, const struct report_recording *r)
{
    char from[REPORT_TIME_MAX], until[REPORT_TIME_MAX], confidence[16];
    show_name(to, r->name);
    report_time(r->duration_us, until);
    fprintf(to, ": %s long, ", until);
    CLEANUP(freep) struct incident *incidents = NULL;
    size_t len = 0;
    if (r->flags_len == 0)
        fputs("no flags\n", to);
    else if (!report_incidents(r, &incidents, &len, NULL))
        fprintf(to, "%zu flags\n", r->flags_len);
    else
        fprintf(to, "%zu %s, %zu %s\n", r->flags_len, r->flags_len == 1 ? "flag" : "flags", len,
                len == 1 ? "incident" : "incidents");
    if (r->damaged_packets)
        fprintf(to, "  (%" PRIu64 " damaged pieces were left out)\n", r->damaged_packets);
    if (r->flags_len)
        fprintf(to, "  %10s  %10s  %-8s  %-28s  %-10s  %s\n", "from", "to", "severity", "flag",
                "confidence", "numbers");
    for (size_t i = 0; i < r->flags_len; i++) {
        const struct flag *f = &r->flags[i];
        report_time(f->from_us, from);
        report_time(f->to_us, until);
        snprintf(confidence, sizeof confidence, "%.0f %%", 100 * f->confidence);
        fprintf(to, "  %10s  %10s  %-8s  %-28s  %-10s  %s\n", from, until,
                severity_name(f->severity), rule_title(f->rule), confidence, f->numbers);
    }
}

bool show_report(const struct policy *policy, const struct report_recording *recordings, size_t len,
                 bool json, struct error *err)
{
    if (json) {
        CLEANUP(json_decrefp) json_t *root = NULL;
        CLEANUP(freep) char *text = NULL;
        if (!report_json(policy, recordings, len, &root, err) || !json_text(root, &text, err))
            return false;
        puts(text);
    } else {
        for (size_t i = 0; i < len; i++)
            show_recording(stdout, &recordings[i]);
    }
    return (fflush(stdout) == 0 && !ferror(stdout)) ||
           error_set(err, ERROR_IO, "standard output could not be written");
}
