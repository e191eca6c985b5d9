/* One recording of `proctortrack analyze`: a file or a pipe, analysed by a decoder child of its
 * own. */
#pragma once
#include "analysis/report.h"

#include <stdio.h>

struct recording; /* one thread at a time */

struct recording_options {
    const char *models_folder;
    const struct policy *policy;
    const struct follow_enrolment *enrolled; /* NULL: nobody is */
    bool screen; /* it is of a screen, not of a camera; `enrolled` is of no use then */
    /* Called now and then with the part done, 0..1; NULL when nobody looks. */
    void (*progress)(void *context, double part);
    void *context;
    bool keep_track; /* keep all looks, for recording_track() */
    bool stages;     /* take times, for recording_print_stages() */
};

/* `path` "-" is standard input. A failure says what is wrong and what to do about it. */
MUST_USE bool recording_analyze(const char *path, const struct recording_options *options,
                                struct recording **ret, struct error *err);
struct report_recording recording_report(const struct recording *r); /* borrowed */
/* Where the CPU time went, and the memory needed, in lines for people. */
void recording_print_stages(const struct recording *r, FILE *to);
struct str
recording_track(const struct recording *r); /* analysis/track.h; borrowed; may be empty */
void recording_destroy(struct recording *r);
void recording_destroyp(struct recording **r);
