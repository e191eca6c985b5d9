/* modules: analysis
 *
 * A truth file comes from whoever made the recordings. What is read must keep its promises, and can
 * be scored against flags of every rule. */
#include "analysis/score.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_file(const struct truth_file *f)
{
    if (f->path[0] == '/' || strstr(f->path, "..") == f->path || f->spans_len > TRUTH_SPANS_MAX ||
        f->labels.len > TRUTH_LABELS_MAX)
        abort();
    for (size_t i = 0; i < f->spans_len; i++)
        if (!(f->spans[i].from_s >= 0 && f->spans[i].from_s <= f->spans[i].to_s &&
              f->spans[i].to_s <= TRUTH_SECONDS_MAX))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct truth truth;
    struct policy policy;
    struct error err;
    struct flag flags[RULE_COUNT - 1];
    CLEANUP(score_destroyp) struct score *score = NULL;
    if (!truth_parse(str_bytes(data, size), &truth, &err))
        return 0;
    for (int i = 0; i < RULE_COUNT - 1; i++)
        flags[i] = (struct flag){
            .rule = (enum rule)(i + 1), .from_us = i * SECOND_US, .to_us = (i + 3) * SECOND_US};
    if (policy_builtin(STR("standard"), &policy, &err) && score_create(&policy, &score, &err)) {
        for (size_t i = 0; i < truth.files_len && i < 4; i++) {
            check_file(&truth.files[i]);
            if (!score_recording(score, &truth.files[i], flags, ARRAY_LEN(flags), 20 * SECOND_US,
                                 &err))
                break;
        }
        const struct score_rule *rules;
        for (size_t i = score_rules(score, &rules); i-- > 0;)
            if (rules[i].found > rules[i].events ||
                rules[i].right + rules[i].wrong + rules[i].unknown != rules[i].flags ||
                !(score_f1(&rules[i]) >= 0 && score_f1(&rules[i]) <= 1))
                abort();
    }
    truth_done(&truth);
    return 0;
}
