/* modules: analysis
 *
 * A track comes out of a database or a file that others can write to. Whatever is read must be
 * looks that the rules can take, and written again be the same track of looks. */
#include "analysis/fields.h"
#include "analysis/judge.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ITEMS_MAX 3000

static void check(struct str bytes)
{
    struct error err;
    struct track_item item;
    const char *wrong;
    CLEANUP(track_closep) struct track_reader *r = NULL;
    if (!track_open(bytes, &r, &err))
        return;
    for (int n = 0; n < ITEMS_MAX && track_next(r, &item, &err) && item.kind != TRACK_END; n++) {
        struct track_item tidy = item;
        bool good = item.kind == TRACK_LOOK ? fields_tidy(&tidy.look, &wrong)
                                            : sound_fields_tidy(&tidy.sound, &wrong);
        if (!good || memcmp(&tidy, &item, sizeof item) != 0)
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
