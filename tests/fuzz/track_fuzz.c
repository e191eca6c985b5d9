/* modules: analysis
 *
 * A track comes out of a database or a file that others can write to. Whatever is read must be
 * looks that the rules can take, and written again be the same track of looks. */
#include "analysis/fields.h"
#include "analysis/judge.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOOKS_MAX 3000

static void check(struct str bytes)
{
    struct error err;
    struct observation o, tidy;
    const char *wrong;
    bool end = false;
    CLEANUP(track_closep) struct track_reader *r = NULL;
    if (!track_open(bytes, &r, &err))
        return;
    for (int looks = 0; looks < LOOKS_MAX && track_next(r, &o, &end, &err) && !end; looks++) {
        tidy = o;
        if (!fields_tidy(&tidy, &wrong) || memcmp(&tidy, &o, sizeof o) != 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err;
    struct policy policy;
    CLEANUP(track_closep) struct track_reader *r = NULL;
    CLEANUP(findings_done) struct findings found = {0};
    check(str_bytes(data, size));
    if (policy_builtin(STR("strict"), &policy, &err) && track_open(str_bytes(data, size), &r, &err))
        (void)!judge_track(r, &policy, &found, &err);
    return 0;
}
