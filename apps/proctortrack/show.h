/* Flags on a terminal, for the commands that print them. */
#pragma once
#include "analysis/report.h"

#include <stdio.h>

/* A file's name may hold what a terminal would act upon: such characters become '?'. */
void show_name(FILE *to, const char *name);
/* A line about the recording and one for each flag. */
void show_recording(FILE *to, const struct report_recording *r);
/* The report as JSON and a newline, or recording by recording as text, on standard output. */
MUST_USE bool show_report(const struct policy *policy, const struct report_recording *recordings,
                          size_t len, bool json, struct error *err);
